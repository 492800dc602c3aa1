//! Finds a statement that an on-run hook executes while it renders and that changes something: `dbt compile` and
//! `dbt docs generate` execute it as well.

use crate::lint::origin::origin;
use crate::lint::rules::one_line;
use crate::lint::{Compiled, Finding, Findings, Scene, Sink};
use crate::render::Query;
use crate::sql::{Outline, Statement, UNKNOWN, Verb};

fn finding<'f>(scene: &Scene<'f>, compiled: &'f Compiled, query: &'f Query, statement: &'f Statement) -> Finding<'f> {
    let text = &query.text.as_str()[statement.range.clone()];
    let (place, through) = origin(scene.findings.project, scene.hook(), &query.text, statement.range.clone());
    let message = format!(
        "`dbt compile` and `dbt docs generate` send no hook, but they render on-run hooks, and {} executes while it is \
         rendered: they {} as well.",
        query.by,
        does(&statement.outline),
    );
    Finding::of(scene, place, through, message)
        .targets(&[compiled.target])
        .sql(one_line(text).as_str())
        .help("write the statement as the hook's text, or put `{% if flags.WHICH in ('run', 'build') %}` around it")
}

/// What a statement does that a command that only compiles should not.
fn does(outline: &Outline) -> &'static str {
    match outline.verb {
        Verb::Insert | Verb::Merge | Verb::Replace | Verb::Upsert => "write these rows",
        Verb::Update => "update these rows",
        Verb::Delete | Verb::Truncate => "delete these rows",
        Verb::Drop => "drop this",
        Verb::Call | Verb::Execute => "call this procedure",
        _ => "do this",
    }
}

/// Whether a second time changes anything, and not only where the first one has not been.
fn changes(outline: &Outline) -> bool {
    let data = matches!(
        outline.verb,
        Verb::Insert
            | Verb::Merge
            | Verb::Replace
            | Verb::Upsert
            | Verb::Update
            | Verb::Delete
            | Verb::Truncate
            | Verb::Drop
            | Verb::Call
            | Verb::Execute
    );
    data && !outline.temporary
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for (at, checked) in findings.checked.iter().enumerate() {
        let Some(scene) = findings.scenes_of(at).next() else { continue };
        for compiled in &checked.compiled {
            for (query, script) in compiled.pass.queries.iter().zip(&compiled.scripts) {
                let text = query.text.as_str();
                let known = |statement: &&Statement| !text[statement.outline.verb_range.clone()].contains(UNKNOWN);
                for statement in script.statements.iter().filter(known).filter(|one| changes(&one.outline)) {
                    sink.add(finding(&scene, compiled, query, statement));
                }
            }
        }
    }
}
