//! Finds a hook of a seed that calls `ref` or `source`.

use crate::jinja::{ErrorKind, JinjaError};
use crate::lint::{Finding, Findings, Scene, Sink};
use crate::render::OF_SEED;

fn finding<'f>(scene: &Scene<'f>, error: &JinjaError) -> Finding<'f> {
    let message = "A hook of a seed must not call ref or source: every command stops in the parse, with \"Seeds cannot depend on \
                   other nodes. dbt detected a seed with a pre- or post-hook that calls 'ref', 'source', or 'metric'\".";
    Finding::of(scene, error.place, error.through.as_ref(), message)
        .help("write the table's name out, or move the statement to a hook of a model or to on-run-end")
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for scene in findings.scenes() {
        if let Some(error) = scene.error().filter(|error| error.kind == ErrorKind::Host(OF_SEED)) {
            sink.add(finding(&scene, error));
        }
    }
}
