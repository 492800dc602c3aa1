//! Finds an index in a post-hook of a table that each run makes anew while the old one still holds the index's name.

use crate::hook::HookKind;
use crate::lint::existence::{Objects, single_object};
use crate::lint::relations::Life;
use crate::lint::{Findings, Sink, Step};
use crate::sql::{Name, ObjectKind, Verb};

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let found: Vec<(Step<'f>, &'f Name)> =
        findings.steps_of([Verb::Create]).filter_map(|step| Some((step, index_name(&step)?))).collect();
    if found.is_empty() {
        return;
    }
    let objects = Objects::new(findings);
    for (step, name) in found {
        if objects.is_removed_before(&step, name) {
            continue;
        }
        let what = if step.outline().if_not_exists {
            "PostgreSQL then finds the name taken and makes no index, so that it is there after every second run only"
        } else {
            "the second run fails with \"already exists\""
        };
        let message = format!(
            "dbt makes the table anew and drops the old one only after this hook; until then the old one still has the \
             index `{}`: {what}.",
            step.sql.written(name.range.clone())
        );
        let help =
            "declare the index with the `indexes` config, or leave its name out: PostgreSQL then finds a free one";
        sink.add(step.finding(message).help(help));
    }
}

/// The name of an index that the old table still has while the hook runs. dbt of `PostgreSQL` renames the old table
/// and drops it after COMMIT, and an index goes by a name of its schema (facts G49).
pub(in crate::lint) fn index_name<'f>(step: &Step<'f>) -> Option<&'f Name> {
    let (name, object) = single_object(step, &Verb::Create)?;
    let scene = step.sql.scene;
    if *object != ObjectKind::Index || !is_shadowed(step) || super::is_named_by_run(step) {
        return None;
    }
    let on = step.outline().on.as_ref()?;
    let relation = scene.findings.own_relation(&scene, on)?;
    let is_table = relation.state().is_some_and(|state| state.materialized == "table");
    (is_table && relation.life() == Life::Rebuilt).then_some(name)
}

/// Whether the old table is still there while the hook runs.
pub(in crate::lint) fn is_shadowed(step: &Step<'_>) -> bool {
    let scene = step.sql.scene;
    scene.hook().kind == HookKind::PostHook && scene.adapter() == "postgres" && scene.is_inside()
}
