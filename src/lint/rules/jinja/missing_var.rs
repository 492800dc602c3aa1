//! Finds `var('x')` without a default where the project gives `x` no value.

use crate::jinja::{ErrorKind, JinjaError};
use crate::lint::{Finding, Findings, Scene, Sink};

fn finding<'f>(scene: &Scene<'f>, error: &JinjaError) -> Finding<'f> {
    let name = error.message.split('\'').nth(1).unwrap_or("?");
    let message = format!(
        "Nothing gives the variable `{name}` a value: the parse passes, and when the hook runs it fails with \
         \"Required var '{name}' not found in config\"."
    );
    Finding::of(scene, error.place, error.through.as_ref(), message)
        .help(format!("add `{name}` to `vars:` in dbt_project.yml, or add a default: `var('{name}', '…')`"))
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for scene in findings.scenes() {
        if let Some(error) = scene.error()
            && error.kind == ErrorKind::Host("missing-var")
        {
            sink.add(finding(&scene, error));
        }
    }
}
