//! Finds a GRANT on the node's own relation in a post-hook, which the `grants` setting does.

use crate::hook::HookKind;
use crate::lint::nodes::names_relation;
use crate::lint::{Finding, Findings, Sink, Step};
use crate::sql::{ObjectKind, Verb};

/// The adapters for which dbt applies `grants`.
const ADAPTERS: &[&str] =
    &["bigquery", "databricks", "fabric", "postgres", "redshift", "snowflake", "spark", "sqlserver"];

fn finding<'f>(step: &Step<'f>) -> Finding<'f> {
    step.finding(
        "The `grants` setting does this: dbt then grants what is missing, revokes what is not listed any more, and every \
         folder can have its own.",
    )
    .help("set `grants: {select: [\u{2026}]}` for the node or its folder, and remove the hook")
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for step in findings.steps_of([Verb::Grant]) {
        let scene = &step.sql.scene;
        if scene.hook().kind == HookKind::PostHook
            && ADAPTERS.contains(&scene.adapter())
            && scene.state().is_some_and(|state| {
                let outline = step.outline();
                let own = outline.name.as_ref().is_some_and(|name| names_relation(name, state));
                let relation = matches!(outline.object, None | Some(ObjectKind::Table | ObjectKind::View));
                // dbt grants to users on Redshift, and to roles on Snowflake.
                let grants_to = |kind: &str| match scene.adapter() {
                    "redshift" => kind == "user",
                    "snowflake" => kind == "role",
                    _ => true,
                };
                let to_whom = outline.grantees.iter().filter_map(|grantee| grantee.kind.as_deref()).all(grants_to);
                let plain = !outline.grant_option && !outline.on_all && !outline.on_future;
                outline.verb == Verb::Grant && relation && own && plain && to_whom && outline.more_names.is_empty()
            })
        {
            sink.add(finding(&step));
        }
    }
}
