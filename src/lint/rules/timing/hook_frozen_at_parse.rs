//! Finds a hook given to `config()` as a bare expression, so that its text is fixed while dbt parses.

use std::collections::HashMap;

use crate::diagnostic::{Confidence, Severity};
use crate::lint::{Finding, Findings, Scene, Sink};
use crate::source::Place;

fn differs(frozen: &str, at_run: &str) -> String {
    let shown = |text: &str| match crate::lint::rules::one_line(text) {
        text if text.is_empty() => "nothing".to_owned(),
        text => format!("`{text}`"),
    };
    format!(
        "This hook's text is fixed while dbt parses, before the node's schema, its alias and other relations are known: \
         dbt sends {}, where {} is meant.",
        shown(frozen),
        shown(at_run),
    )
}

fn same() -> String {
    "This hook's text is fixed while dbt parses. Here it is what the hook would be when it runs; a schema, an alias or \
     a condition that is added later does not reach it."
        .to_owned()
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let mut wrong: HashMap<Place, String> = HashMap::new();
    let mut add = |scene: Scene<'f>, wrongly: bool| {
        let hook = scene.hook();
        let Some(frozen) = &hook.frozen else { return };
        let place = with_quotes(findings, frozen.place);
        let known = wrong.get(&place).cloned();
        let finding = match (&frozen.at_run, known) {
            (Some(at_run), known) if wrongly => {
                let message = known.unwrap_or_else(|| differs(hook.raw.as_str(), at_run));
                wrong.insert(place, message.clone());
                Finding::of(&scene, Some(place), None, message)
            }
            (None, None) if !wrongly => {
                Finding::of(&scene, Some(place), None, same()).severity(Severity::Info).confidence(Confidence::Low)
            }
            _ => return,
        };
        sink.add(finding.targets(&hook.targets).help("change the expression to quoted text that holds it"));
    };
    // What is wrong in one target is not told again as harmless in another.
    for wrongly in [true, false] {
        findings.scenes().for_each(|scene| add(scene, wrongly));
    }
}

/// The place with the quotes of a text that it begins or ends in.
fn with_quotes(findings: &Findings<'_>, place: Place) -> Place {
    let sources = &findings.project.sources;
    let text = &sources.get(place.file).text;
    let is_open = |quote: char| matches!(quote, '\'' | '"') && sources.slice(place).matches(quote).count() % 2 == 1;
    let after = text.get(place.end as usize..).and_then(|after| after.chars().next()).is_some_and(is_open);
    let before = text.get(..place.start as usize).and_then(|before| before.chars().next_back()).is_some_and(is_open);
    let (before, after) = (u32::from(before && !after), u32::from(after));
    Place { start: place.start - before, end: place.end + after, ..place }
}
