//! Finds hooks of tests, analyses, exposures, sources and the like, which dbt never runs.

use crate::datum::Datum;
use crate::lint::nodes::is_hook_key;
use crate::lint::{Finding, Findings, Sink};
use crate::project::Resource;
use crate::source::Place;

/// What has no hooks, by the section that holds it.
const SECTIONS: &[(&str, &str)] = &[
    ("analyses", "an analysis"),
    ("data_tests", "a test"),
    ("exposures", "an exposure"),
    ("groups", "a group"),
    ("macros", "a macro"),
    ("metrics", "a metric"),
    ("saved_queries", "a saved query"),
    ("saved-queries", "a saved query"),
    ("semantic_models", "a semantic model"),
    ("semantic-models", "a semantic model"),
    ("sources", "a source"),
    ("tests", "a test"),
    ("unit_tests", "a unit test"),
];

fn finding<'f>(place: Place, of: &str) -> Finding<'f> {
    let message = format!("{of} has no hooks: dbt takes the setting, and the hook never runs; dbt does not say so.");
    let message = message[..1].to_uppercase() + &message[1..];
    Finding::at(Some(place), message).help("move the hook to a model, a seed or a snapshot, or to on-run-end")
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let project = findings.project;
    for hook in &findings.ignored {
        let Some(node) = hook.node.and_then(|node| project.nodes.get(node)) else { continue };
        let of = if node.resource == Resource::Analysis { "an analysis" } else { "a test" };
        if let Some(place) = hook.place {
            sink.add(finding(place, of));
        }
    }
    for entry in project.properties.iter().filter(|entry| entry.package == 0) {
        let of = SECTIONS.iter().find(|(section, _)| *section == entry.section).map(|(_, of)| *of);
        if let Some(of) = of {
            keys(entry.datum.get("config"), &mut |place| sink.add(finding(place, of)));
            let tables = entry.datum.get("tables").and_then(Datum::as_list).unwrap_or_default();
            for table in tables {
                keys(table.get("config"), &mut |place| sink.add(finding(place, of)));
            }
        }
        tests(&entry.datum, &mut |place| sink.add(finding(place, "a test")));
    }
    for (section, of) in SECTIONS {
        if let Some(tree) = project.root().setting(section) {
            in_tree(tree, &mut |place| sink.add(finding(place, of)));
        }
    }
}

/// The hooks' keys of a `config:`.
fn keys(config: Option<&Datum>, found: &mut dyn FnMut(Place)) {
    for (key, _) in config.and_then(Datum::as_map).unwrap_or_default() {
        if let (Some(name), Some(place)) = (key.as_str(), key.place)
            && is_hook_key(name)
        {
            found(place);
        }
    }
}

/// The hooks' keys of the tests of an entry, of its columns and of its tables.
fn tests(entry: &Datum, found: &mut dyn FnMut(Place)) {
    let list = |key: &str| entry.get(key).and_then(Datum::as_list).unwrap_or_default();
    for test in list("data_tests").iter().chain(list("tests")) {
        keys(test.get("config"), found);
        for (_, arguments) in test.as_map().unwrap_or_default() {
            keys(arguments.get("config"), found);
        }
    }
    for part in list("columns").iter().chain(list("tables")).chain(list("versions")) {
        tests(part, found);
    }
}

/// The hooks' keys of a section of `dbt_project.yml`.
fn in_tree(tree: &Datum, found: &mut dyn FnMut(Place)) {
    keys(Some(tree), found);
    for (key, value) in tree.as_map().unwrap_or_default() {
        if key.as_str().is_some_and(|key| !key.starts_with('+') && !is_hook_key(key)) && value.as_map().is_some() {
            in_tree(value, found);
        }
    }
}
