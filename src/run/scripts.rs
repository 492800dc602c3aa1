//! The SQL of all texts of a check, each read once, and as much of it as a check does work for.
//!
//! What is left out does not depend on chance: the longest texts are read last.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::sql::{self, Dialect, Script};
use crate::store::Kept;

/// A text in the dialect that it is read in.
type Key = (Dialect, Arc<str>);

/// The scripts of texts.
#[derive(Debug, Default)]
pub(super) struct Scripts {
    read: HashMap<Key, Arc<Script>>,
}

impl Scripts {
    /// Reads texts; what of them is kept from the last check is taken from there.
    pub(super) fn read<'t>(texts: impl Iterator<Item = (Dialect, &'t Arc<str>)>, kept: &Kept, most: u64) -> Scripts {
        let mut wanted: HashMap<(Dialect, &'t Arc<str>), u64> = HashMap::new();
        for key in texts {
            *wanted.entry(key).or_default() += 1;
        }
        let mut wanted: Vec<Wanted<'t>> =
            wanted.into_iter().map(|((dialect, text), times)| Wanted { dialect, text, times }).collect();
        let worst = wanted.iter().fold(0_u64, |sum, wanted| sum.saturating_add(wanted.worst()));
        if worst <= most {
            return Scripts { read: wanted.par_iter().map(|wanted| (wanted.key(), wanted.script(kept))).collect() };
        }
        wanted.sort_unstable_by_key(|wanted| (wanted.text.len(), wanted.text, wanted.dialect));
        let mut scripts = HashMap::with_capacity(wanted.len());
        let (mut left, mut rest) = (most, &wanted[..]);
        while let Some(first) = rest.first() {
            let mut room = left;
            let fits = |wanted: &&Wanted<'t>| {
                let after = room.checked_sub(wanted.worst());
                room = after.unwrap_or(room);
                after.is_some()
            };
            let count = rest.iter().take_while(fits).count();
            let (some, after) = rest.split_at(count.max(1));
            rest = after;
            let read: Vec<Arc<Script>> = if count == 0 {
                vec![Arc::new(first.script_within(left))]
            } else {
                some.par_iter().map(|wanted| wanted.script(kept)).collect()
            };
            for (wanted, script) in some.iter().zip(read) {
                left = left.saturating_sub(script.work.saturating_add(wanted.again()));
                scripts.insert(wanted.key(), script);
            }
        }
        Scripts { read: scripts }
    }

    /// The SQL of a text.
    pub(super) fn of(&self, text: &Arc<str>, dialect: Dialect) -> Arc<Script> {
        // None has no statement.
        let unread = || Arc::new(if text.is_empty() { sql::script("", dialect) } else { Script::unread() });
        self.read.get(&(dialect, Arc::clone(text))).map_or_else(unread, Arc::clone)
    }
}

/// A text that is read, and how often it stands somewhere.
struct Wanted<'t> {
    dialect: Dialect,
    text: &'t Arc<str>,
    times: u64,
}

impl Wanted<'_> {
    fn key(&self) -> Key {
        (self.dialect, Arc::clone(self.text))
    }

    /// The work for where it stands once more: it is read once, and the rules go through it each time.
    fn again(&self) -> u64 {
        (self.times - 1).saturating_mul(sql::least_work(self.text))
    }

    fn worst(&self) -> u64 {
        sql::most_work(self.text).saturating_add(self.again())
    }

    fn script(&self, kept: &Kept) -> Arc<Script> {
        kept.script(self.text, self.dialect)
    }

    fn script_within(&self, most: u64) -> Script {
        let least = sql::least_work(self.text).saturating_add(self.again());
        match most.checked_sub(least) {
            Some(_) => sql::script_within(self.text, self.dialect, most - self.again()),
            None => Script::unread(),
        }
    }
}
