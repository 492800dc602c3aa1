//! Finds a result of `run_query` that is read where `execute` is not known to be true.

use crate::jinja::{ErrorKind, JinjaError};
use crate::lint::{Finding, Findings, Scene, Sink};

/// What dbt prints: in the parse the result of `run_query` is an attribute that None does not have.
pub(in crate::lint) const NO_RESULT: &str = "'None' has no attribute 'table'";

fn finding<'f>(scene: &Scene<'f>, error: &JinjaError) -> Finding<'f> {
    let message = format!(
        "The result of run_query is read although `execute` may be false: dbt parses every hook so, no query runs \
         there, and the whole project fails with \"{NO_RESULT}\"."
    );
    Finding::of(scene, error.place, error.through.as_ref(), message)
        .help("add `{% if execute %}` around the lines that read the result")
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for scene in findings.scenes() {
        if let Some(error) = &scene.judged.rendering.parse.error
            && matches!(error.kind, ErrorKind::Undefined { name: None, .. })
            && error.message.contains(NO_RESULT)
        {
            sink.add(finding(&scene, error));
        }
    }
}
