//! Scripts by their texts: a text that is met again, in another target, for another node or in the next check, is
//! not read again.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Dialect, Script, script};

/// In how many parts they are held, so that threads do not wait for each other.
const PARTS: usize = 32;

/// A script, and the round in which it was last asked for.
#[derive(Debug)]
struct Known {
    script: Arc<Script>,
    round: u64,
}

type Part = HashMap<(Dialect, Arc<str>), Known>;

/// Scripts by dialect and text.
#[derive(Debug, Default)]
pub struct Scripts {
    parts: [Mutex<Part>; PARTS],
    hasher: RandomState,
    round: AtomicU64,
}

impl Scripts {
    /// The script of a text.
    #[must_use]
    pub fn script(&self, text: &Arc<str>, dialect: Dialect) -> Arc<Script> {
        let round = self.round.load(Ordering::Relaxed);
        let key = (dialect, Arc::clone(text));
        let part = &self.parts[self.hasher.hash_one(&key) as usize % PARTS];
        if let Some(known) = lock(part).get_mut(&key) {
            known.round = round;
            return Arc::clone(&known.script);
        }
        let script = Arc::new(script(text, dialect));
        lock(part).insert(key, Known { script: Arc::clone(&script), round });
        script
    }

    /// Begins another round: what the last one did not ask for is forgotten.
    pub fn next_round(&self) {
        let last = self.round.fetch_add(1, Ordering::Relaxed);
        for part in &self.parts {
            lock(part).retain(|_, known| known.round == last);
        }
    }
}

fn lock(part: &Mutex<Part>) -> MutexGuard<'_, Part> {
    part.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_once_and_forgotten_where_nothing_asks_for_it() {
        let scripts = Scripts::default();
        let text: Arc<str> = Arc::from("drop table a");
        let first = scripts.script(&text, Dialect::Postgres);
        assert!(Arc::ptr_eq(&first, &scripts.script(&Arc::from("drop table a"), Dialect::Postgres)));
        assert!(!Arc::ptr_eq(&first, &scripts.script(&text, Dialect::Snowflake)));
        scripts.next_round();
        assert!(Arc::ptr_eq(&first, &scripts.script(&text, Dialect::Postgres)));
        scripts.next_round();
        scripts.next_round();
        assert!(!Arc::ptr_eq(&first, &scripts.script(&text, Dialect::Postgres)));
    }
}
