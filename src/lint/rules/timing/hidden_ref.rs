//! Finds a `ref` that dbt meets for the first time when it executes: in a branch that the parse does not take.

use crate::hook::HookKind;
use crate::jinja::{ErrorKind, JinjaError};
use crate::lint::{Finding, Findings, Scene, Sink};
use crate::render::HIDDEN;

fn finding<'f>(scene: &Scene<'f>, error: &JinjaError) -> Finding<'f> {
    let what = match scene.hook().kind {
        HookKind::OnRunStart | HookKind::OnRunEnd => "the command stops",
        HookKind::PreHook | HookKind::PostHook => "the node fails",
    };
    let said = crate::lint::rules::said(&error.message);
    let message = format!(
        "The parse does not come to this ref, as it stands in a branch that is taken only when dbt executes: {what} with \
         \"{said}\"."
    );
    let hint = error.message.rsplit_once("-- depends_on: ").map_or("", |(_, hint)| hint.trim());
    let finding = Finding::of(scene, error.place, error.through.as_ref(), message);
    if hint.is_empty() {
        return finding.help("call ref before the condition: `{% set table = ref('…') %}`");
    }
    let inner = hint.trim_start_matches('{').trim_end_matches('}').trim();
    finding.help(format!("call it before the condition as well, as in `{{% set table = {inner} %}}`"))
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for scene in findings.scenes() {
        if let Some(error) = scene.error().filter(|error| error.kind == ErrorKind::Host(HIDDEN)) {
            sink.add(finding(&scene, error));
        }
    }
}
