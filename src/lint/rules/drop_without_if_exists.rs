//! Finds a `drop` without `if exists` of something that no hook of the project makes before.

use crate::lint::existence::{any_before, before, is_asked, is_built, makes, single_object};
use crate::lint::{Finding, Findings, Sink, Step};
use crate::sql::{ObjectKind, Verb};

fn finding<'f>(step: &Step<'f>, object: &ObjectKind) -> Finding<'f> {
    let head = step.head();
    step.finding(format!(
        "`{head}` has no IF EXISTS, and no hook makes the {object} before: where it is not there, as in the second \
         run, the hook fails with \"does not exist\"."
    ))
    .help("add IF EXISTS")
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for step in findings.steps() {
        let Some((name, object)) = single_object(&step, &Verb::Drop) else { continue };
        let guarded = step.outline().is_guarded() || is_built(&step.sql.scene, name) || is_asked(&step);
        if !guarded && !before(&step, any_before, |other| makes(other, name)) {
            sink.add(finding(&step, object));
        }
    }
}
