//! Which relations hooks have filled, and with how many rows, as far as that is known.

use std::collections::BTreeMap;

use super::warehouse::{Certainty, Effect, RelationName, Verdict, Warehouse};
use crate::sql::{self, Dialect, Verb};

/// A relation that a hook has written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    /// Its name, as the warehouse names it.
    pub object: String,
    /// How many rows it has; none where that depends on what had to be assumed, or could not be judged.
    pub rows: Option<u64>,
    /// The hook that last wrote to it, by its place in [`super::Proof::hooks`].
    pub hook: usize,
}

/// What hooks have written to.
#[derive(Default)]
pub(super) struct Filling {
    /// The hook that last wrote to a relation, and whether all that was written to it is known.
    relations: BTreeMap<RelationName, (usize, bool)>,
    /// Whether a hook may have written anything: it could not be rendered, or its statement names no relation.
    is_vague: bool,
}

impl Filling {
    /// A hook could not be rendered.
    pub(super) fn lose_sight(&mut self) {
        self.is_vague = true;
    }

    /// A statement of a hook was executed.
    pub(super) fn note(&mut self, hook: usize, effect: &Effect, dialect: Dialect) {
        if effect.verdict == Verdict::Refuted {
            return;
        }
        let is_known = matches!(effect.verdict, Verdict::Proved | Verdict::Simulated)
            || leaves_rows(&sql::script(&effect.sql, dialect));
        match &effect.writes {
            Some(name) => {
                let was_known = self.relations.get(name).is_none_or(|(_, was_known)| *was_known);
                self.relations.insert(name.clone(), (hook, is_known && was_known));
            }
            None => self.is_vague |= !is_known,
        }
    }

    /// The relations that are there, by name.
    pub(super) fn filled(&self, warehouse: &Warehouse, rows: impl Fn(&RelationName) -> Option<u64>) -> Vec<Filled> {
        let of = |(name, (hook, is_known)): (&RelationName, &(usize, bool))| {
            let relation = warehouse.catalog().relation(name)?;
            let is_known =
                *is_known && !self.is_vague && relation.certainty == Certainty::Known && !warehouse.is_guessed(name);
            Some(Filled { object: name.to_string(), rows: rows(name).filter(|_| is_known), hook: *hook })
        };
        self.relations.iter().filter_map(of).collect()
    }
}

/// Whether a text changes no row, whatever it finds: a grant to a role that is assumed, a query.
fn leaves_rows(script: &sql::Script) -> bool {
    let outlines = script.statements.iter().map(|statement| &statement.outline);
    let mut outlines = outlines.filter(|outline| !outline.is_query());
    outlines.all(|outline| matches!(outline.verb, Verb::Grant | Verb::Revoke | Verb::Comment))
}
