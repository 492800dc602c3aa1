//! Finds a hook that YAML cuts off at ` #`.

use crate::lint::{Finding, Findings, Scene, Sink};
use crate::source::Place;

/// What follows the value of a hook on its line as a comment of YAML, where the value breaks off there.
pub(super) fn cut(scene: &Scene<'_>) -> Option<Place> {
    let hook = scene.hook();
    let place = hook.raw.place_of(0..hook.raw.as_str().len())?;
    let file = scene.findings.project.sources.get(place.file);
    if !super::is_yaml(&file.path) {
        return None;
    }
    let text = &file.text;
    let (start, end) = (place.start as usize, place.end as usize);
    let written = text.get(start..end)?;
    // A plain scalar: no quotes around it, no block.
    let before = text.get(..start)?.chars().next_back()?;
    if matches!(before, '"' | '\'') || written.starts_with(['"', '\'', '|', '>']) {
        return None;
    }
    let rest = text.get(end..)?.lines().next()?;
    let comment = rest.trim_start();
    let gap = rest.len() - comment.len();
    if gap == 0 || !comment.starts_with('#') {
        return None;
    }
    let at = (end + gap) as u32;
    breaks_off(written, comment).then_some(Place { start: at, end: at + comment.len() as u32, ..place })
}

/// Whether a value goes on in what YAML takes for a comment: a quote, a bracket or a tag that is open.
fn breaks_off(written: &str, comment: &str) -> bool {
    let odd = |one: char| written.matches(one).count() % 2 == 1 && comment.contains(one);
    let open = |opens: &str, closes: &str| {
        written.matches(opens).count() > written.matches(closes).count() && comment.contains(closes)
    };
    odd('\'') || odd('"') || open("(", ")") || open("{{", "}}") || open("{%", "%}") || open("{", "#}")
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for at in 0..findings.checked.len() {
        let Some(scene) = findings.scenes_of(at).next() else { continue };
        let Some(place) = cut(&scene) else { continue };
        let message = "YAML takes this for a comment: the hook ends before it.";
        sink.add(
            Finding::of(&scene, Some(place), None, message)
                .help("put the whole hook into quotes, or write it under `|`"),
        );
    }
}
