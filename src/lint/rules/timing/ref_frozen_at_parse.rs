//! Finds `ref` or `source` outside the quotes of a hook in `config()`: it is the model itself there.

use std::collections::HashMap;

use super::hook_frozen_at_parse::{fix, with_quotes};
use crate::hook::Frozen;
use crate::lint::rules::one_line;
use crate::lint::{Finding, Findings, Sink};
use crate::source::Place;

/// The function whose value is frozen: `ref` or `source`, where it is called outside quotes.
pub(super) fn frozen_function(findings: &Findings<'_>, frozen: &Frozen) -> Option<&'static str> {
    let at_run = frozen.at_run.as_ref()?;
    let written = findings.project.sources.slice(frozen.place);
    let calls = |name: &str| {
        written.match_indices(name).any(|(at, _)| {
            let before = written[..at].chars().next_back();
            let after = written[at + name.len()..].trim_start();
            before.is_none_or(|char| !(char.is_alphanumeric() || char == '_' || char == '.')) && after.starts_with('(')
        })
    };
    (!at_run.is_empty()).then_some(())?;
    ["ref", "source"].into_iter().find(|name| calls(name))
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    // The text differs between targets; the mistake is one.
    let mut told: HashMap<Place, String> = HashMap::new();
    for scene in findings.scenes() {
        let hook = scene.hook();
        let Some(frozen) = &hook.frozen else { continue };
        let Some(name) = frozen_function(findings, frozen) else { continue };
        let sent = one_line(hook.raw.as_str());
        let meant = one_line(frozen.at_run.as_deref().unwrap_or_default());
        let message = format!(
            "While dbt parses, `{name}()` gives the relation of the model itself, and outside quotes it is taken then: dbt \
             sends `{sent}`, where `{meant}` is meant, without an error."
        );
        let place = with_quotes(findings, frozen.place);
        let message = told.entry(place).or_insert(message).clone();
        let finding = Finding::of(&scene, Some(place), None, message).targets(&hook.targets);
        sink.add(finding.help(format!("put `{{{{ {name}(…) }}}}` inside the quotes")).fix(fix(findings, hook, place)));
    }
}
