//! Finds the result of `run_query` printed into a hook: a description of its columns is sent as SQL.

use crate::diagnostic::{Edit, Fix, Safety};
use crate::jinja::{TableRead, TableUse};
use crate::lint::{Finding, Findings, Scene, Sink};

fn finding<'f>(scene: &Scene<'f>, read: &TableRead) -> Finding<'f> {
    let message = "The result of a query is printed into the hook. The query runs, and then dbt sends what it prints, \
                   `| column | data_type | …`, as SQL: the hook fails with a syntax error at \"|\".";
    Finding::of(scene, read.place, read.through.as_ref(), message)
        .help("execute it with `{% do … %}`, or write the SQL itself")
        .fix(fix(scene, read))
}

/// Executes the query without printing what it gives.
fn fix(scene: &Scene<'_>, read: &TableRead) -> Option<Fix> {
    let place = read.place?;
    let written = scene.findings.project.sources.slice(place);
    let inner = written.strip_prefix("{{")?.strip_suffix("}}")?;
    let (before, inner) = match inner.strip_prefix('-') {
        Some(inner) => ("{%-", inner),
        None => ("{%", inner),
    };
    let (inner, after) = match inner.strip_suffix('-') {
        Some(inner) => (inner, "-%}"),
        None => (inner, "%}"),
    };
    inner.contains('(').then(|| Fix {
        title: "execute the query without printing its result".to_owned(),
        safety: Safety::Safe,
        edits: vec![Edit { place, text: format!("{before} do {} {after}", inner.trim()) }],
    })
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for scene in findings.scenes() {
        let Some(run) = &scene.judged.rendering.run else { continue };
        let Some(text) = &run.text else { continue };
        let is_sent = |read: &&TableRead| {
            read.usage == TableUse::Printed && text.pieces.iter().any(|piece| Some(piece.place) == read.place)
        };
        for read in run.tables.iter().filter(is_sent) {
            sink.add(finding(&scene, read));
        }
    }
}
