//! Finds a COMMENT on the node's own relation or columns in a hook, which `persist_docs` writes.

use crate::lint::nodes::names_relation;
use crate::lint::{Finding, Findings, Sink, Step};
use crate::manifest::NodeState;
use crate::sql::{Name, ObjectKind, Verb};

/// The adapters for which dbt persists descriptions.
const ADAPTERS: &[&str] =
    &["bigquery", "clickhouse", "databricks", "duckdb", "postgres", "redshift", "snowflake", "spark", "trino"];

fn finding<'f>(step: &Step<'f>) -> Finding<'f> {
    step.finding(
        "The `persist_docs` setting does this: dbt then writes the descriptions of the properties file as comments, and \
         they are the same in the documentation and in the warehouse.",
    )
    .help("write the text as `description:` and set `persist_docs: {relation: true, columns: true}`")
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for step in findings.steps_of([Verb::Comment]) {
        let scene = &step.sql.scene;
        if step.outline().verb == Verb::Comment
            && ADAPTERS.contains(&scene.adapter())
            && scene.state().is_some_and(|state| is_on_own(&step, state))
        {
            sink.add(finding(&step));
        }
    }
}

fn is_on_own(step: &Step<'_>, state: &NodeState) -> bool {
    let Some(name) = &step.outline().name else { return false };
    if step.outline().object == Some(ObjectKind::Column) {
        let mut relation = Name { text: name.text.clone(), parts: name.parts.clone(), range: name.range.clone() };
        relation.parts.pop();
        return names_relation(&relation, state);
    }
    names_relation(name, state)
}
