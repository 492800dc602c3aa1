//! Finds a `drop` without `if exists` of something that no hook of the project makes before.

use crate::diagnostic::Safety;
use crate::lint::existence::{Objects, is_asked, single_object};
use crate::lint::{Finding, Findings, Sink, Step};
use crate::sql::{Dialect, Name, ObjectKind, Verb};

fn finding<'f>(step: &Step<'f>, name: &Name, object: &ObjectKind) -> Finding<'f> {
    let head = step.head();
    step.finding(format!(
        "`{head}` has no IF EXISTS, and no hook makes the {object} before: where it is not there, as in the second \
         run, the hook fails with \"does not exist\"."
    ))
    .help("add IF EXISTS")
    .fix(step.insertion("if exists", name.range.start, Safety::Safe).filter(|_| step.dialect() != Dialect::Oracle))
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let mut objects = None;
    for step in findings.steps_of([Verb::Drop]) {
        let Some((name, object)) = single_object(&step, &Verb::Drop) else { continue };
        let objects = objects.get_or_insert_with(|| Objects::new(findings));
        let guarded = step.outline().is_guarded() || objects.is_built(&step.sql.scene, name) || is_asked(&step);
        if !guarded && !objects.is_made_before(&step, name) {
            sink.add(finding(&step, name, object));
        }
    }
}
