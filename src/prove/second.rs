//! What the second run did to what the first had left.

use std::collections::{BTreeMap, HashMap};

use super::warehouse::{RelationName, SqlValue, Warehouse};

/// A relation that the second run left otherwise than a repeated run should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// The relation.
    pub object: RelationName,
    /// How many rows stand there once more than after the first run.
    pub doubled: u64,
    /// The hook that last wrote to it, by its place in the plan's hooks.
    pub hook: Option<usize>,
}

/// The rows of relations, each with how often it stands there.
#[derive(Debug, Default)]
pub(super) struct Left {
    rows: BTreeMap<RelationName, HashMap<String, u64>>,
}

/// A row as a key: values that are equal, and of the same type, are the same text.
fn key(row: &[SqlValue]) -> String {
    use std::fmt::Write as _;
    let mut key = String::new();
    for value in row {
        let _ = write!(key, "{value:?}\u{1f}");
    }
    key
}

/// What is left of some relations.
pub(super) fn left<'a>(warehouse: &mut Warehouse, names: impl Iterator<Item = &'a RelationName>) -> Left {
    let mut left = Left::default();
    for name in names {
        let Some(rows) = warehouse.rows_of(name) else { continue };
        let counts = left.rows.entry(name.clone()).or_default();
        for row in &rows.rows {
            *counts.entry(key(row)).or_default() += 1;
        }
    }
    left
}

/// Rows that the second run wrote again: those that differ in nothing, not even in the run's id or time.
pub(super) fn drift(first: &Left, second: &Left, writers: &HashMap<RelationName, usize>) -> Vec<Drift> {
    let mut found = Vec::new();
    for (name, now) in &second.rows {
        let Some(before) = first.rows.get(name) else { continue };
        let again = |(row, count): (&String, &u64)| before.get(row).map_or(0, |known| count.saturating_sub(*known));
        let doubled = now.iter().map(again).sum();
        if doubled > 0 {
            found.push(Drift { object: name.clone(), doubled, hook: writers.get(name).copied() });
        }
    }
    found
}
