//! What a change does to the hooks of a project: those that are there no more or newly, and those for which dbt sends
//! something else. Knows nothing of formats.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use similar::TextDiff;

use crate::hook::{Hook, HookKind};
use crate::render::Rendering;
use crate::report::compile::{self, Compiled};
use crate::source::Sources;

/// The least likeness, of 1, that makes one hook of two.
const LIKENESS: f32 = 0.4;
/// The most pairs of hooks of one node that are looked at for likeness; of more, they are paired in their order.
const MOST_PAIRS: usize = 400;

/// What became of the hooks of one project.
#[derive(Debug, Clone)]
pub struct Difference {
    /// The project's name.
    pub project: String,
    /// The targets that are looked at: those of both times.
    pub targets: Vec<String>,
    /// The targets that are there newly.
    pub new_targets: Vec<String>,
    /// The targets that are there no more.
    pub old_targets: Vec<String>,
    /// The files as they were.
    pub then: Arc<Sources>,
    /// The files as they are.
    pub now: Arc<Sources>,
    /// The hooks that are not as they were, in dbt's order; those that are gone at the end.
    pub hooks: Vec<Changed>,
    /// How many are as they were.
    pub unchanged: usize,
}

/// A hook that is not as it was.
#[derive(Debug, Clone)]
pub struct Changed {
    /// As it was; none where it is new.
    pub then: Option<Hook>,
    /// As it is; none where it is gone.
    pub now: Option<Hook>,
    /// What is sent otherwise, for each group of targets in which that is the same; empty where it only runs earlier
    /// or later than others of its list.
    pub texts: Vec<Texts>,
}

/// What dbt sent and sends for a hook in some targets.
#[derive(Debug, Clone)]
pub struct Texts {
    /// The targets.
    pub targets: Vec<String>,
    /// As it was; blank where nothing was sent.
    pub before: String,
    /// As it is; blank where nothing is sent.
    pub after: String,
}

/// What happened to a hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// It is new.
    Added,
    /// Something else is sent.
    Changed,
    /// The same is sent, earlier or later than by other hooks of its list.
    Moved,
    /// It is gone.
    Removed,
}

impl Kind {
    /// The word in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Added => "added",
            Kind::Changed => "changed",
            Kind::Moved => "moved",
            Kind::Removed => "removed",
        }
    }
}

impl Changed {
    /// What happened.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match (&self.then, &self.now) {
            (None, _) => Kind::Added,
            (_, None) => Kind::Removed,
            _ if self.texts.is_empty() => Kind::Moved,
            _ => Kind::Changed,
        }
    }

    /// The hook as it is, or as it was where it is gone.
    #[must_use]
    pub fn hook(&self) -> Option<&Hook> {
        self.now.as_ref().or(self.then.as_ref())
    }
}

/// A hook with what is sent for it, by target.
struct Known<'a> {
    hook: &'a Hook,
    texts: BTreeMap<&'a str, String>,
}

impl Difference {
    /// What lies between two times of a project.
    #[must_use]
    pub fn between(then: &Compiled, now: &Compiled) -> Difference {
        let missing = |from: &Compiled, of: &Compiled| -> Vec<String> {
            of.targets.iter().filter(|target| !from.targets.contains(target)).cloned().collect()
        };
        let targets: Vec<String> = now.targets.iter().filter(|target| then.targets.contains(target)).cloned().collect();
        let (before, after) = (known(then, &targets), known(now, &targets));
        let mut seats: HashMap<Seat<'_>, (Vec<usize>, Vec<usize>)> = HashMap::new();
        for (at, known) in before.iter().enumerate() {
            seats.entry(seat(known.hook)).or_default().0.push(at);
        }
        for (at, known) in after.iter().enumerate() {
            seats.entry(seat(known.hook)).or_default().1.push(at);
        }
        let mut pairs: Vec<(Option<usize>, Option<usize>, bool)> = Vec::new();
        for (old, new) in seats.into_values() {
            pair(&old, &new, &before, &after, &mut pairs);
        }
        // dbt's order; what is gone at the end.
        pairs.sort_unstable_by_key(|(old, new, _)| (new.is_none(), new.or(*old)));
        let mut difference = Difference {
            project: now.project.clone(),
            new_targets: missing(then, now),
            old_targets: missing(now, then),
            targets: targets.clone(),
            then: Arc::clone(&then.sources),
            now: Arc::clone(&now.sources),
            hooks: Vec::new(),
            unchanged: 0,
        };
        for (old, new, has_moved) in pairs {
            let (old, new) = (old.map(|at| &before[at]), new.map(|at| &after[at]));
            let texts = texts(old, new, &targets);
            if texts.is_empty() && !has_moved && old.is_some() && new.is_some() {
                difference.unchanged += 1;
                continue;
            }
            difference.hooks.push(Changed {
                then: old.map(|known| known.hook.clone()),
                now: new.map(|known| known.hook.clone()),
                texts,
            });
        }
        difference
    }
}

/// Whose list of hooks, and of what kind.
type Seat<'a> = (&'a str, HookKind);

/// Whose list it is in.
fn seat(hook: &Hook) -> Seat<'_> {
    (hook.node_id.as_deref().unwrap_or_default(), hook.kind)
}

/// The hooks of a time, each once, with what is sent in some targets.
fn known<'a>(compiled: &'a Compiled, targets: &'a [String]) -> Vec<Known<'a>> {
    let mut found: Vec<Known<'a>> = Vec::new();
    let mut at: HashMap<&str, usize> = HashMap::new();
    for (hook, renderings, _) in &compiled.hooks {
        // A hook that differs between targets is there more than once.
        let n = *at.entry(&hook.id).or_insert(found.len());
        if n == found.len() {
            found.push(Known { hook, texts: BTreeMap::new() });
        }
        for target in targets {
            let is_of = |rendering: &&Rendering| {
                rendering.targets.iter().any(|at| compiled.targets.get(*at).is_some_and(|name| name == target))
            };
            let ways: Vec<&Rendering> = renderings.iter().filter(is_of).collect();
            if !ways.is_empty() {
                let text = found[n].texts.entry(target).or_default();
                if !hook.transaction {
                    text.push_str("-- outside of the transaction\n");
                }
                for way in ways {
                    compile::sent(way, text);
                }
            }
        }
    }
    found
}

/// Pairs the hooks of a list with those that they were: first those for which the same is sent, then those that are
/// alike. The last of each is whether its place among the others has changed.
fn pair(
    old: &[usize],
    new: &[usize],
    before: &[Known<'_>],
    after: &[Known<'_>],
    pairs: &mut Vec<(Option<usize>, Option<usize>, bool)>,
) {
    let mut open: Vec<usize> = old.to_vec();
    let mut same: Vec<(usize, usize)> = Vec::new();
    let mut left: Vec<usize> = Vec::new();
    for &at in new {
        match open.iter().position(|&known| before[known].texts == after[at].texts) {
            Some(n) => same.push((open.remove(n), at)),
            None => left.push(at),
        }
    }
    // What stays in order is the most that rises; the others have moved.
    let in_order = rising(&same.iter().map(|(was, _)| *was).collect::<Vec<_>>());
    pairs.extend(same.iter().enumerate().map(|(n, (was, is))| (Some(*was), Some(*is), !in_order[n])));
    let many = open.len() * left.len() > MOST_PAIRS;
    for at in left {
        let like = |known: &usize| {
            let (was, is) = (before[*known].hook.raw.as_str(), after[at].hook.raw.as_str());
            TextDiff::from_words(was, is).ratio()
        };
        let best = if many {
            (!open.is_empty()).then_some(0)
        } else {
            let likeness = open.iter().map(like).enumerate().filter(|(_, ratio)| *ratio >= LIKENESS);
            likeness.max_by(|left, right| left.1.total_cmp(&right.1).then(right.0.cmp(&left.0))).map(|(n, _)| n)
        };
        pairs.push((best.map(|n| open.remove(n)), Some(at), false));
    }
    pairs.extend(open.into_iter().map(|was| (Some(was), None, false)));
}

/// Which of some numbers belong to a longest rising row of them.
fn rising(numbers: &[usize]) -> Vec<bool> {
    // The last of the best row of each length, and the one before each.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(numbers.len());
    for (at, number) in numbers.iter().enumerate() {
        let length = ends.partition_point(|&end| numbers[end] < *number);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        if length == ends.len() {
            ends.push(at);
        } else {
            ends[length] = at;
        }
    }
    let mut found = vec![false; numbers.len()];
    let mut next = ends.last().copied();
    while let Some(at) = next {
        found[at] = true;
        next = before[at];
    }
    found
}

/// What is sent otherwise, target by target; targets in which that is the same together.
fn texts(old: Option<&Known<'_>>, new: Option<&Known<'_>>, targets: &[String]) -> Vec<Texts> {
    let mut found: Vec<Texts> = Vec::new();
    for target in targets {
        let of = |known: Option<&Known<'_>>| known.and_then(|known| known.texts.get(target.as_str()).cloned());
        let (before, after) = (of(old), of(new));
        if before == after {
            continue;
        }
        let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
        match found.iter_mut().find(|known| known.before == before && known.after == after) {
            Some(known) => known.targets.push(target.clone()),
            None => found.push(Texts { targets: vec![target.clone()], before, after }),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::rising;

    #[test]
    fn what_stays_in_order_is_the_longest_rising_row() {
        assert_eq!(rising(&[0, 1, 2]), [true, true, true]);
        assert_eq!(rising(&[2, 0, 1]), [false, true, true]);
        assert_eq!(rising(&[1, 2, 0]), [true, true, false]);
        assert_eq!(rising(&[]), Vec::<bool>::new());
    }
}
