//! What a run did again to what the one before it had left.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::warehouse::{RelationName, SqlValue, Warehouse};
use super::{Access, Step};
use crate::secret;
use crate::source::{Call, Place};

/// How many of the rows that stand twice are told.
const MOST_ROWS: usize = 3;

/// A relation that the second run left otherwise than a repeated run should.
#[derive(Debug, Clone, PartialEq)]
pub struct Drift {
    /// The relation.
    pub object: RelationName,
    /// How many rows stand there once more than before the run.
    pub doubled: u64,
    /// Its columns.
    pub columns: Vec<String>,
    /// The first of the rows.
    pub rows: Vec<Vec<SqlValue>>,
    /// What wrote to it last.
    pub written: Option<Written>,
}

impl Drift {
    /// The hook that wrote to it last, by its place in the plan's hooks.
    #[must_use]
    pub fn hook(&self) -> Option<usize> {
        self.written.as_ref().map(|written| written.hook)
    }
}

/// A statement of a hook that writes to a relation.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The hook, by its place in the plan's hooks.
    pub hook: usize,
    /// The statement.
    pub sql: Arc<str>,
    /// Where it stands.
    pub place: Option<Place>,
    /// Through which macro calls.
    pub through: Option<Arc<Call>>,
    /// Whether it wrote new rows.
    pub(super) adds: bool,
}

/// A run that is repeated with the same `invocation_id` and at the same time.
///
/// dbt-core 1.11 makes a new id for every command and takes none from outside, so that what goes wrong here refutes
/// nothing: it is what a hook does where an orchestrator's own key of the run stands in the place of that id.
#[derive(Debug)]
pub struct Retry {
    /// The `invocation_id` that the runs share.
    pub invocation_id: String,
    /// The steps that fail in it and do not fail in the run that it repeats.
    pub failed: Vec<Step>,
    /// Rows that stand there once more.
    pub doubled: Vec<Drift>,
}

/// The rows of relations, each with how often it stands there.
#[derive(Debug, Default)]
pub(super) struct Left {
    rows: BTreeMap<RelationName, HashMap<String, u64>>,
}

impl Left {
    /// How many rows a relation has; none where it is not among those that were looked at.
    pub(super) fn size(&self, name: &RelationName) -> Option<u64> {
        self.rows.get(name).map(|rows| rows.values().sum())
    }
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

/// Rows that a run wrote again: those that differ in nothing, not even in the run's id or time.
pub(super) fn drift(
    first: &Left,
    second: &Left,
    writers: &HashMap<RelationName, Written>,
    warehouse: &mut Warehouse,
) -> Vec<Drift> {
    let mut found = Vec::new();
    for (name, now) in &second.rows {
        let Some(before) = first.rows.get(name) else { continue };
        let again = |(row, count): (&String, &u64)| before.get(row).map_or(0, |known| count.saturating_sub(*known));
        let doubled = now.iter().map(again).sum();
        if doubled == 0 {
            continue;
        }
        let mut told: HashSet<&str> = now.iter().filter(|one| again(*one) > 0).map(|(row, _)| row.as_str()).collect();
        let rows = warehouse.rows_of(name).unwrap_or_default();
        let is_told = |row: &&Vec<SqlValue>| told.remove(key(row).as_str());
        let hidden: Vec<bool> = rows.names.iter().map(|column| secret::is_secret(column)).collect();
        let shown = |row: &Vec<SqlValue>| -> Vec<SqlValue> {
            let values = row.iter().zip(&hidden);
            values
                .map(
                    |(value, hidden)| if *hidden { SqlValue::Text(secret::WITHHELD.to_owned()) } else { value.clone() },
                )
                .collect()
        };
        let shown = rows.rows.iter().filter(is_told).take(MOST_ROWS).map(shown).collect();
        let written = writers.get(name).cloned();
        found.push(Drift { object: name.clone(), doubled, columns: rows.names, rows: shown, written });
    }
    found
}

/// What was allowed before and is no longer.
pub(super) fn lost<'a>(before: &'a [Access], now: &'a [Access]) -> impl Iterator<Item = &'a Access> {
    let what = |one: &'a Access| (&one.grantee, &one.privilege, &one.object);
    let kept: HashSet<_> = now.iter().map(what).collect();
    before.iter().filter(move |one| !kept.contains(&what(one)))
}
