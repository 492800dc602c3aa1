//! Finds a hook that drops the relation of its own node.

use crate::diagnostic::Severity;
use crate::hook::HookKind;
use crate::jinja::Answer;
use crate::lint::{Findings, Sink, Step};
use crate::render::materialized::Owner;
use crate::sql::{ObjectKind, Verb};

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for step in findings.steps_of([Verb::Drop]) {
        let outline = step.outline();
        let kinds = [ObjectKind::Table, ObjectKind::View, ObjectKind::MaterializedView];
        let drops = outline.verb == Verb::Drop && outline.object.as_ref().is_some_and(|kind| kinds.contains(kind));
        let scene = step.sql.scene;
        let Some(name) = outline.name.as_ref().filter(|_| drops && !outline.temporary) else { continue };
        let Some(relation) = findings.own_relation(&scene, name) else { continue };
        let materialized = relation.state().map_or("", |state| state.materialized.as_str());
        let what = relation.described(&scene);
        if scene.hook().kind == HookKind::PostHook {
            let message = format!(
                "This post-hook drops the relation of {what}, which the run has just made: dbt counts the node as a \
                 success, and what reads it finds nothing."
            );
            sink.add(step.finding(message).help("remove the drop").severity(Severity::Warning));
        } else if fails(&step, materialized) {
            let message = format!(
                "dbt looks up the relation of {what} before its pre-hooks and does not hear of this drop: the second run \
                 fails, because dbt {} what is no longer there.",
                if materialized == "incremental" { "adds to" } else { "renames" }
            );
            sink.add(step.finding(message).help("remove the drop: dbt replaces the relation itself"));
        }
    }
}

/// Whether the build misses what a pre-hook dropped.
fn fails(step: &Step<'_>, materialized: &str) -> bool {
    let scene = step.sql.scene;
    if scene.materialization().is_none_or(|one| one.owner != Owner::Shipped) {
        return false;
    }
    let full_refresh = |(question, answer): &(String, Answer)| {
        let about = question.contains("should_full_refresh") || question.contains("FULL_REFRESH");
        (about && *answer == Answer::Bool(true)) || (question == "is_incremental()" && *answer == Answer::Bool(false))
    };
    match scene.adapter() {
        // They rename the old relation, or empty it.
        "postgres" | "duckdb" | "redshift" => matches!(materialized, "table" | "view" | "incremental"),
        // They replace a table in one statement; rows are added to one that has to be there.
        "snowflake" | "bigquery" | "databricks" => {
            materialized == "incremental" && !scene.judged.rendering.answers.iter().any(full_refresh)
        }
        _ => false,
    }
}
