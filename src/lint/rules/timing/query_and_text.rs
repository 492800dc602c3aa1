//! Finds a statement that a hook executes while it renders and then has as its text too: it is sent twice.

use std::sync::Arc;

use crate::diagnostic::Severity;
use crate::lint::{Finding, Findings, Scene, Sink, Step};
use crate::render::Query;
use crate::sql::{Script, Verb};

fn finding<'f>(step: &Step<'f>, query: &Query) -> Finding<'f> {
    let adds = step.outline().verb == Verb::Insert;
    let what = if adds { ": every row is written twice" } else { "" };
    let message = format!(
        "This statement is executed twice: by {} while the hook renders, and again as the hook's text{what}.",
        query.by
    );
    step.finding(message)
        .severity(if adds { Severity::Error } else { Severity::Warning })
        .help("keep one of the two: print the statement, or execute it and print nothing")
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for scene in findings.scenes() {
        if scene.judged.queries.is_empty() {
            continue;
        }
        check_twice(&scene, sink);
        for step in own_steps(scene).filter(writes) {
            let same = scene.judged.queries.iter().find(|(query, script)| {
                let text = query.text.as_str();
                script.statements.iter().any(|statement| is_same(&text[statement.range.clone()], step.text()))
            });
            if let Some((query, _)) = same {
                sink.add(finding(&step, query));
            }
        }
    }
}

/// A statement that two calls execute, where it adds rows.
fn check_twice<'f>(scene: &Scene<'f>, sink: &mut Sink<'f>) {
    let queries = &scene.judged.queries;
    for (at, (query, script)) in queries.iter().enumerate().skip(1) {
        let adds = script.statements.iter().any(|statement| statement.outline.verb == Verb::Insert);
        let is_again = |(first, _): &&(Query, Arc<Script>)| {
            first.text.as_str().trim() == query.text.as_str().trim() && first.place != query.place
        };
        if !adds || query.place.is_none_or(|place| !scene.findings.is_own(place)) {
            continue;
        }
        if let Some((first, _)) = queries[..at].iter().find(is_again) {
            let message = format!("{} executes this INSERT a second time: every row is written twice.", query.by);
            let finding = Finding::of(scene, query.place, query.through.as_ref(), message);
            sink.add(finding.see(first.place, "executed here first").help("keep one of the two calls"));
        }
    }
}

/// The statements of the hook's own text.
fn own_steps(scene: Scene<'_>) -> impl Iterator<Item = Step<'_>> {
    let from: usize = scene.judged.queries.iter().map(|(_, script)| script.statements.len()).sum();
    scene.steps().skip(from)
}

fn writes(step: &Step<'_>) -> bool {
    let verb = &step.outline().verb;
    !verb.only_asks() && !matches!(verb, Verb::Other(_))
}

fn is_same(left: &str, right: &str) -> bool {
    let words = |text: &'_ str| -> Vec<String> {
        text.trim_end_matches(';').split_whitespace().map(str::to_lowercase).collect()
    };
    words(left) == words(right)
}
