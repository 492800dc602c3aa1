//! Finds Jinja that does not parse, in a hook or in a macro that a hook reaches.

use crate::jinja::{ErrorKind, JinjaError};
use crate::lint::{Finding, Findings, Scene, Sink};

fn finding<'f>(scene: &Scene<'f>, error: &JinjaError) -> Finding<'f> {
    let said = crate::lint::rules::said(&error.message);
    let message = format!(
        "This is no valid Jinja: \"{said}\". dbt reads every hook before it runs anything, and every command stops here."
    );
    let help = match (&error.kind, open_block(said)) {
        (ErrorKind::UnknownFilter, _) => "change the filter to one that Jinja or dbt has".to_owned(),
        (ErrorKind::UnknownTest, _) => "change the test to one that Jinja has".to_owned(),
        (_, Some(block)) => format!("close the block: add `{{% end{block} %}}`"),
        _ => "close what is open, or remove what is too much".to_owned(),
    };
    Finding::of(scene, error.place, error.through.as_ref(), message).help(help)
}

/// The block that Jinja says is still open.
fn open_block(said: &str) -> Option<&str> {
    said.split_once("The innermost block that needs to be closed is '")?.1.split('\'').next()
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
