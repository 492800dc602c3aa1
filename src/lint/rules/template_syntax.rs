//! Finds Jinja that does not parse, in a hook or in a macro that a hook reaches.

use crate::jinja::{ErrorKind, JinjaError};
use crate::lint::{Finding, Findings, Scene, Sink};

fn finding<'f>(scene: &Scene<'f>, error: &JinjaError) -> Finding<'f> {
    let said = super::said(&error.message);
    let help = match error.kind {
        ErrorKind::UnknownFilter => "change the filter to one that Jinja or dbt has",
        ErrorKind::UnknownTest => "change the test to one that Jinja has",
        _ => "close what is open, or remove what is too much",
    };
    let message = format!(
        "This is no valid Jinja: \"{said}\". dbt reads every hook before it runs anything, and every command stops here."
    );
    Finding::of(scene, error.place, error.through.as_ref(), message).help(help)
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for scene in findings.scenes() {
        if let Some(error) = scene.error()
            && matches!(error.kind, ErrorKind::Syntax | ErrorKind::UnknownFilter | ErrorKind::UnknownTest)
        {
            sink.add(finding(&scene, error));
        }
    }
}
