//! Finds a hook whose value dbt does not take: a number, a mapping or nothing where text is expected.

use crate::hook::{BadValue, ValueFault};
use crate::lint::{Finding, Findings, Sink};
use crate::source::Place;

fn finding<'f>(bad: &BadValue, place: Option<Place>) -> Finding<'f> {
    let said = crate::lint::rules::said(&bad.message);
    let kind = bad.kind.name();
    let (what, help) = match bad.fault {
        ValueFault::BothSpellings => (
            format!("dbt does not take both spellings of {kind} in one call"),
            "put the hooks into one list, in one spelling",
        ),
        ValueFault::Kind => (
            format!("dbt does not take this value for {kind}"),
            if bad.kind.is_on_run() {
                "write the hook as text, or several as a list of texts"
            } else {
                "write the hook as text, as a mapping with `sql`, or several as a list of these"
            },
        ),
    };
    let message = format!("{what}, and every command stops with \"{said}\".");
    Finding::at(place, message).help(help)
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for bad in &findings.hooks.bad_values {
        let project = findings.project;
        let node = project.nodes.iter().find(|node| Some(&node.unique_id) == bad.node_id.as_ref());
        let file = node.and_then(|node| node.file).unwrap_or(project.root().file);
        let place = bad.place.unwrap_or(Place { file, start: 0, end: 0 });
        sink.add(finding(bad, Some(place)));
    }
}
