//! Finds a statement that a hook executes while it renders and then has as its text too: it is sent twice.

use crate::diagnostic::Severity;
use crate::lint::{Finding, Findings, Scene, Sink, Step};
use crate::render::Query;
use crate::sql::Verb;

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

/// The statements of the hook's own text.
fn own_steps(scene: Scene<'_>) -> impl Iterator<Item = Step<'_>> {
    let from: usize = scene.judged.queries.iter().map(|(_, script)| script.statements.len()).sum();
    scene.steps().skip(from)
}

fn writes(step: &Step<'_>) -> bool {
    !matches!(
        step.outline().verb,
        Verb::Select
            | Verb::With
            | Verb::From
            | Verb::Values
            | Verb::Show
            | Verb::Describe
            | Verb::Explain
            | Verb::Other(_)
    )
}

fn is_same(left: &str, right: &str) -> bool {
    let words = |text: &'_ str| -> Vec<String> {
        text.trim_end_matches(';').split_whitespace().map(str::to_lowercase).collect()
    };
    words(left) == words(right)
}
