//! Finds a hook that sends nothing but comments or semicolons to a warehouse that refuses that.

use crate::jinja::ErrorKind;
use crate::lint::{Finding, Findings, Scene, Sink};
use crate::render::NOT_SENT;

/// What is said where nothing is left to send.
pub(in crate::lint) const NOTHING: &str = "nothing to execute but a comment";

/// What the warehouse says of text without a statement; none where it takes it, or that isn't known.
fn refusal(scene: &Scene<'_>) -> Option<&'static str> {
    let refused =
        |error: &crate::jinja::JinjaError| error.kind == ErrorKind::Host(NOT_SENT) && error.message.contains(NOTHING);
    if scene.judged.rendering.run.as_ref()?.error.as_ref().is_some_and(refused) {
        return Some("dbt finds nothing to execute");
    }
    if scene.judged.rendering.sent.is_empty() || !scene.judged.script.is_blank() {
        return None;
    }
    match scene.adapter() {
        "postgres" => Some("with \"can't execute an empty query\""),
        "spark" | "databricks" => Some("with \"PARSE_EMPTY_STATEMENT\""),
        _ => None,
    }
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for scene in findings.scenes() {
        let run = scene.judged.rendering.run.as_ref();
        let Some(text) = run.and_then(|run| run.text.as_ref()).filter(|text| !text.as_str().trim().is_empty()) else {
            continue;
        };
        let unclosed = !scene.judged.script.faults.is_empty();
        let Some(said) = refusal(&scene).filter(|_| !unclosed) else { continue };
        let sql = scene.sqls().last().filter(|sql| sql.text.as_str() == text.as_str());
        if sql.is_some_and(|sql| super::is_explained(&sql)) {
            continue;
        }
        let what = if text.as_str().trim().trim_matches(';').trim().is_empty() { "a semicolon" } else { "a comment" };
        let message = format!("Nothing but {what} is left of this hook, and it fails: {said}.");
        let written = text.as_str();
        let start = written.len() - written.trim_start().len();
        let range = start..written.trim_end().len();
        let (place, through) = crate::lint::origin::origin(findings.project, scene.hook(), text, range);
        let finding = Finding::of(&scene, place, through, message).sql(written.trim());
        sink.add(finding.help("put comments and semicolons inside the condition, or write comments in Jinja: {# … #}"));
    }
}
