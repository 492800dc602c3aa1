//! Finds an `update` that changes a column by its own value, on a table that is kept from run to run.

use crate::lint::deeds::is_seldom;
use crate::lint::relations::Life;
use crate::lint::{Findings, Sink, Step};
use crate::sql::Verb;

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for step in findings.steps_of([Verb::Update]) {
        let outline = step.outline();
        let whole = outline.verb == Verb::Update && outline.where_clause.is_none() && !outline.opaque;
        let Some(name) = outline.name.as_ref().filter(|_| whole) else { continue };
        let Some(column) = column_of_itself(&step) else { continue };
        let scene = step.sql.scene;
        let kept = findings.relation(&scene, name).filter(|relation| relation.life() == Life::Kept);
        let Some(relation) = kept.filter(|_| !is_seldom(&step)) else { continue };
        let message = format!(
            "This update works out `{column}` from its own value for every row, and a run keeps the table of {}: each run \
             changes it once more.",
            relation.described(&scene)
        );
        let help = "compute the column in the model's query, or update only the rows of this run";
        sink.add(step.finding(message).help(help));
    }
}

/// The column that a SET works out from itself with a sign: `set n = n * 2`.
fn column_of_itself<'f>(step: &Step<'f>) -> Option<&'f str> {
    let text = step.text();
    let lower = text.to_ascii_lowercase();
    let at = lower.find(" set ")? + " set ".len();
    text[at..].split(',').find_map(|assignment| {
        let (column, value) = assignment.split_once('=')?;
        let column = column.trim();
        let value = value.trim();
        let rest = value.get(column.len()..).filter(|_| value[..column.len()].eq_ignore_ascii_case(column))?;
        let signs = ["*", "/", "+", "-", "||"];
        (!column.is_empty() && signs.iter().any(|sign| rest.trim_start().starts_with(sign))).then_some(column)
    })
}
