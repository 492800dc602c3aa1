//! Finds a hook that renders to JSON: an on-run hook to something that is no SQL for dbt, a node's hook to the text
//! of `after_commit`.

use crate::hook::HookKind;
use crate::jinja::{ErrorKind, JinjaError, Value, json};
use crate::lint::rules::{one_line, said};
use crate::lint::{Finding, Findings, Scene, Sink};
use crate::render::NOT_SENT;

fn refused<'f>(scene: &Scene<'f>, text: &str, error: &JinjaError) -> Finding<'f> {
    let what = if scene.hook().kind == HookKind::OnRunStart {
        "the whole command stops before it builds anything"
    } else {
        "the whole command stops"
    };
    let said = said(&error.message);
    let message = format!(
        "This renders to `{}`, which is JSON: dbt reads an on-run hook that renders to JSON as one with settings, and \
         {what} with \"{said}\".",
        one_line(text)
    );
    Finding::of(scene, None, None, message).help("let it render to SQL, or to nothing")
}

fn sent<'f>(scene: &Scene<'f>, text: &str) -> Finding<'f> {
    let message = format!(
        "This renders to `{}`. dbt reads such JSON in a node's hook only before it renders it: the JSON itself is sent, and \
         the hook fails with a syntax error at \"{{\".",
        one_line(text)
    );
    Finding::of(scene, None, None, message).sql(text).help(
        "in config() call the macro without quotes, `post_hook=after_commit('…')`; in YAML write a mapping with `sql` and \
         `transaction: false`",
    )
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for scene in findings.scenes() {
        let Some(run) = &scene.judged.rendering.run else { continue };
        let Some(text) = run.text.as_ref().map(|text| text.as_str().trim()) else { continue };
        let is_on_run = scene.hook().kind.is_on_run();
        match &run.error {
            Some(error) if is_on_run && error.kind == ErrorKind::Host(NOT_SENT) && json::load(text).is_some() => {
                sink.add(refused(&scene, text, error));
            }
            None if !is_on_run && text.starts_with('{') && has_sql(text) => sink.add(sent(&scene, text)),
            _ => {}
        }
    }
}

/// Whether a text is a JSON object with `sql`.
fn has_sql(text: &str) -> bool {
    matches!(json::load(text), Some(Value::Dict(entries)) if entries.borrow().get_str("sql").is_some())
}
