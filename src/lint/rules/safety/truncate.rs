//! Finds a `truncate` of a table whose rows nothing brings back.

use super::{Loses, loses};
use crate::lint::deeds::Deeds;
use crate::lint::relations::What;
use crate::lint::{Findings, Sink, Step};
use crate::sql::{ObjectKind, Verb};

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let truncates = |step: &Step<'f>| {
        let outline = step.outline();
        let table = outline.object == Some(ObjectKind::Table);
        outline.verb == Verb::Truncate && table && !outline.opaque && outline.condition.is_none()
    };
    let found: Vec<Step<'f>> = findings.steps_of([Verb::Truncate]).filter(truncates).collect();
    if found.is_empty() {
        return;
    }
    let deeds = Deeds::new(findings);
    for step in found {
        let outline = step.outline();
        for name in outline.name.iter().chain(&outline.more_names) {
            let relation = findings.relation(&step.sql.scene, name);
            let is_source = relation.is_some_and(|relation| matches!(relation.what, What::Source(_)));
            if is_source && super::is_log(name) {
                continue;
            }
            let what = match loses(findings, &deeds, &step, name) {
                Some(Loses::Own(relation)) => {
                    format!("{}, which the run has just made", relation.described(&step.sql.scene))
                }
                Some(Loses::Relation(relation)) => relation.described(&step.sql.scene),
                // Of a table that dbt knows nothing of, what fills it is not known either.
                Some(Loses::Table) | None => continue,
            };
            let message = format!(
                "`{}` takes every row of {what} in each run, and nothing in the run puts them in again.",
                step.head()
            );
            sink.add(
                step.finding(message).help("delete the rows that are meant, or let what loads the table empty it"),
            );
        }
    }
}
