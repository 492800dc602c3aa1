//! Finds a hook that builds data: an insert from a query with joins or groups, or a table made from a query.

use crate::lint::existence::makes;
use crate::lint::{Finding, Findings, Sink, Step};
use crate::sql::{ObjectKind, Verb};

fn finding<'f>(step: &Step<'f>, builds: &str) -> Finding<'f> {
    step.finding(format!(
        "This hook builds data: {builds}. That is a model's work: dbt does not know of the table, so it is not in the \
         lineage, has no tests, and nothing waits for it."
    ))
    .help("move the query to a model; where it adds rows, to an incremental one")
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let building = [Verb::Create, Verb::Insert, Verb::Replace, Verb::Upsert, Verb::Merge];
    for step in findings.steps_of(building) {
        if let Some(builds) = builds(&step)
            && !writes_temporary(&step)
            && step.sql.origin(step.statement.range.clone()).0.is_none_or(|place| findings.is_own(place))
        {
            sink.add(finding(&step, &builds));
        }
    }
}

/// How a statement builds data, where it does.
fn builds(step: &Step<'_>) -> Option<String> {
    let outline = step.outline();
    let makes_table = outline.verb == Verb::Create && outline.object == Some(ObjectKind::Table);
    if makes_table && outline.writes_query && !outline.temporary {
        return Some("it makes a table from a query".to_owned());
    }
    let adds = matches!(outline.verb, Verb::Insert | Verb::Replace | Verb::Upsert | Verb::Merge);
    let how = match (outline.joins > 0, outline.group_by) {
        (true, true) => "a join and a GROUP BY",
        (true, false) => "a join",
        (false, true) => "a GROUP BY",
        (false, false) => return None,
    };
    (adds && outline.writes_query).then(|| format!("it writes the result of a query with {how}"))
}

/// Whether it writes to a temporary table of the same hook.
fn writes_temporary(step: &Step<'_>) -> bool {
    let Some(name) = &step.outline().name else { return false };
    let mut earlier = step.sql.scene.steps().take_while(|other| other.at < step.at);
    earlier.any(|other| other.outline().temporary && makes(&other, name))
}
