//! Finds a `create` that fails when the object is already there.

use crate::lint::existence::{before, is_asked, removes, same_owner_before, single_object};
use crate::lint::{Finding, Findings, Sink, Step};
use crate::sql::{Dialect, ObjectKind, Verb};

fn finding<'f>(step: &Step<'f>, object: &ObjectKind) -> Finding<'f> {
    let head = step.head();
    let help = match object {
        ObjectKind::View | ObjectKind::Function | ObjectKind::Procedure => "add OR REPLACE after CREATE".to_owned(),
        ObjectKind::Role | ObjectKind::User | ObjectKind::Group
            if Dialect::of_adapter(step.sql.scene.adapter()) == Dialect::Postgres =>
        {
            format!("make the {object} outside of dbt, or ask pg_roles in a DO block")
        }
        ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Type => {
            format!("drop the {object} with IF EXISTS before, in the same hook")
        }
        _ => "add IF NOT EXISTS".to_owned(),
    };
    step.finding(format!(
        "`{head}` fails when the {object} is already there: hooks run with every command, and the second one stops \
         with \"already exists\"."
    ))
    .help(help)
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for step in findings.steps() {
        let Some((name, object)) = single_object(&step, &Verb::Create) else { continue };
        let outline = step.outline();
        let guarded = outline.is_guarded() || outline.temporary || is_asked(&step) || is_named_by_run(&step);
        if !guarded && !before(&step, same_owner_before, |other| removes(other, name)) {
            sink.add(finding(&step, object));
        }
    }
}

/// Whether the name is another one in each run.
fn is_named_by_run(step: &Step<'_>) -> bool {
    let head = step.head();
    ["invocation_id", "run_started_at", "modules.datetime", "now()"].iter().any(|name| head.contains(name))
}
