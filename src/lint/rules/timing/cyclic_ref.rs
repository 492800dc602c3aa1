//! Finds a hook of a node that refs the node itself, or one that is built after it.

use crate::jinja::{ErrorKind, JinjaError};
use crate::lint::{Finding, Findings, Scene, Sink};
use crate::render::CYCLE;

fn finding<'f>(scene: &Scene<'f>, error: &JinjaError) -> Finding<'f> {
    let said = crate::lint::rules::said(&error.message);
    let message = format!(
        "This ref closes a circle: dbt builds what a hook refs before the hook's own node, and every command stops with \
         \"{said}\"."
    );
    Finding::of(scene, error.place, error.through.as_ref(), message).help(
        "use `this` for the node itself; for one that comes after it, move the statement to a hook of that node or to \
         on-run-end; where the hook is set for a folder, leave that node out with `{% if this.name != '…' %}`",
    )
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for scene in findings.scenes() {
        if let Some(error) = scene.error().filter(|error| error.kind == ErrorKind::Host(CYCLE)) {
            sink.add(finding(&scene, error));
        }
    }
}
