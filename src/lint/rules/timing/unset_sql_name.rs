//! Finds `run_query(sql)` where nothing sets `sql`: dbt has a name `sql` of its own.

use crate::lint::{Finding, Findings, Scene, Sink};
use crate::render::Misread;
use crate::source::Place;

fn finding<'f>(scene: &Scene<'f>, misread: &Misread) -> Finding<'f> {
    let message = if scene.hook().node.is_some() {
        "Nothing sets `sql` here. In a node's hook dbt has a `sql` of its own, the node's query: that is executed, and what          the hook is for never happens, without an error."
            .to_owned()
    } else {
        "Nothing sets `sql` here, and dbt's own `sql` is None in an on-run hook: `None` is executed, and the command stops          with a syntax error at \"None\"."
            .to_owned()
    };
    Finding::of(scene, misread.place, misread.through.as_ref(), message)
        .help("set it first, `{% set sql %}…{% endset %}`, better by another name than `sql`")
}

/// Whether the name is what a statement executes: the argument of `run_query`, or all of a `statement` block.
fn is_executed(scene: &Scene<'_>, place: Place) -> bool {
    let text = &scene.findings.project.sources.get(place.file).text;
    let before = text.get(..place.start as usize).unwrap_or_default().trim_end();
    let before = before.strip_suffix("sql=").unwrap_or(before).trim_end();
    if before.ends_with("run_query(") {
        return true;
    }
    let Some(before) = before.strip_suffix("{{").or_else(|| before.strip_suffix("{{-")) else { return false };
    let before = before.trim_end();
    before.ends_with("%}") && before.rsplit_once("{%").is_some_and(|(_, tag)| tag.contains("call statement"))
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for scene in findings.scenes() {
        let read = |one: &&Misread| one.name == "sql" && one.place.is_some_and(|place| is_executed(&scene, place));
        for misread in scene.pass().misread.iter().filter(read) {
            sink.add(finding(&scene, misread));
        }
    }
}
