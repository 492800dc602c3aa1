//! Finds a text that is walked letter by letter where a list is meant.

use crate::jinja::Odd;
use crate::lint::{Finding, Findings, Scene, Sink};
use crate::source::Place;

fn finding<'f>(scene: &Scene<'f>, text: &str, place: Place) -> Finding<'f> {
    let written = scene.findings.project.sources.slice(place).trim();
    let first: Vec<String> = text.chars().take(3).map(|char| format!("`{char}`")).collect();
    let message = format!(
        "This walks a text letter by letter: {}, … of `{}`.",
        first.join(", "),
        crate::lint::rules::one_line(text)
    );
    let help = if written.starts_with("schema") || written.ends_with("schema_names") {
        "give it a list: `schemas` in on-run-end, or `[schema]`"
    } else {
        "give it a list: `['…']`"
    };
    Finding::of(scene, Some(place), None, message).help(help)
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for scene in findings.scenes() {
        let Some(run) = &scene.judged.rendering.run else { continue };
        for odd in &run.odd {
            let (Odd::TextWalked(text), Some(place)) = (&odd.what, odd.place) else { continue };
            // Letters that are told apart on purpose are short, or white space and signs.
            if findings.is_own(place) && text.chars().all(|char| !char.is_whitespace()) {
                sink.add(
                    finding(&scene, text, place)
                        .see(odd.through.as_ref().and_then(|call| call.place), "called from here"),
                );
            }
        }
    }
}
