//! Finds an `update` without a WHERE that gives every row the same value.

use crate::lint::deeds::{Deeds, When};
use crate::lint::existence::words;
use crate::lint::{Findings, Sink, Step};
use crate::sql::{self, Name, UNKNOWN, Verb};

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let updates: Vec<(Step<'f>, &'f Name, Vec<sql::Set>)> = findings
        .steps_of([Verb::Update])
        .filter_map(|step| sets_all(&step).map(|(name, sets)| (step, name, sets)))
        .collect();
    if updates.is_empty() {
        return;
    }
    let deeds = Deeds::new(findings);
    for (step, name, sets) in updates {
        let scene = &step.sql.scene;
        let what = match findings.relation(scene, name) {
            Some(relation) if relation.is_own(scene) => {
                // What a query takes from its tables is lost; what it leaves empty is there to be filled.
                let Some(table) = findings.table(&step, &name.parts) else { continue };
                let is_lost = |set: &&sql::Set| {
                    let mut columns = table.columns.iter();
                    let of =
                        columns.find(|one| one.name.as_deref().is_some_and(|of| of.eq_ignore_ascii_case(&set.column)));
                    set.constant && of.is_some_and(|column| column.taken)
                };
                let Some(lost) = sets.iter().find(is_lost) else { continue };
                format!("every row, and what the query gave the column `{}` is gone", lost.column)
            }
            Some(_) => continue,
            // A table that collects a row for each run.
            None if keeps_rows(&deeds, &step, name) => {
                format!("every row of `{}`, those of earlier runs as well", step.sql.written(name.range.clone()))
            }
            None => continue,
        };
        let message = format!("This has no WHERE and changes {what}.");
        sink.add(step.finding(message).help("add the condition; `where true` where every row is meant"));
    }
}

/// The table of an UPDATE of every row, and what it sets.
fn sets_all<'f>(step: &Step<'f>) -> Option<(&'f Name, Vec<sql::Set>)> {
    let outline = step.outline();
    let name = outline.name.as_ref()?;
    let all = outline.verb == Verb::Update && !outline.opaque && outline.where_clause.is_none();
    let plain = all && outline.joins == 0 && outline.reads.is_empty() && !name.text.contains(UNKNOWN);
    plain.then(|| sql::sets_all(step.text(), step.dialect())).flatten().map(|sets| (name, sets))
}

/// Whether rows of earlier runs are in a table: hooks add some, and none takes all away.
fn keeps_rows<'f>(deeds: &Deeds<'f>, step: &Step<'f>, name: &Name) -> bool {
    let adds = |other: &Step<'f>| {
        let outline = other.outline();
        let guarded = words(other.text()).any(|word| ["exists", "conflict", "duplicate"].contains(&word));
        outline.verb == Verb::Insert && outline.where_clause.is_none() && !guarded
    };
    let empties = |other: &Step<'f>| {
        let outline = other.outline();
        let whole = outline.verb == Verb::Delete && outline.where_clause.is_none();
        whole || matches!(outline.verb, Verb::Truncate | Verb::Drop)
    };
    deeds.any(step, name, When::Ever, adds) && !deeds.any(step, name, When::Ever, empties)
}
