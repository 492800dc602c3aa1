//! Finds a hook that works on something outside of the target, in every target.

use crate::lint::{Finding, Findings, Sink, Step};
use crate::sql::{Name, UNKNOWN, Verb};

fn finding<'f>(step: &Step<'f>) -> Finding<'f> {
    step.finding(format!(
        "`{}` is the same in every target: a run on a developer's machine or in CI does it as well.",
        step.head()
    ))
    .help("where it belongs to production only, put it into `{% if target.name == 'prod' %}…{% endif %}`")
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    if findings.declared() < 2 {
        return;
    }
    for step in findings.steps() {
        let scene = &step.sql.scene;
        let everywhere = (0..findings.targets.len()).all(|target| scene.judged.rendering.targets.contains(&target));
        if everywhere && reaches_out(&step) {
            sink.add(finding(&step));
        }
    }
}

/// Whether a statement has an effect outside of the target's schemas. What it works on is the same in all
/// targets, or there were a rendering for each.
fn reaches_out(step: &Step<'_>) -> bool {
    let outline = step.outline();
    let named = outline.name.as_ref().is_some_and(|name: &Name| name.parts.len() > 1 && !name.text.contains(UNKNOWN));
    match outline.verb {
        Verb::Unload | Verb::Export | Verb::Put | Verb::Notify => true,
        Verb::Copy => step.text().to_lowercase().split_whitespace().any(|word| word == "to" || word.starts_with('@')),
        Verb::Call | Verb::Execute => outline.name.as_ref().is_some_and(|name| !name.text.contains(UNKNOWN)),
        Verb::Update | Verb::Delete | Verb::Truncate | Verb::Merge | Verb::Drop => named && !outline.temporary,
        Verb::Insert => named && outline.writes_query,
        _ => false,
    }
}
