//! Finds an entry of a properties file that declares hooks for a node that does not exist.

use super::renamed;
use crate::datum::Datum;
use crate::diagnostic::Severity;
use crate::lint::nodes::is_hook_key;
use crate::lint::rules::nearest;
use crate::lint::{Finding, Findings, Sink};
use crate::project::{Properties, Resource};

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let project = findings.project;
    let entries = project.unattached.iter().filter_map(|&entry| project.properties.get(entry));
    entries.filter(|entry| entry.package == 0 && declares_hooks(entry)).for_each(|entry| judge(findings, entry, sink));
}

fn declares_hooks(entry: &Properties) -> bool {
    std::iter::once(&entry.datum).chain(entry.versions()).any(|whole| {
        let config = whole.get("config").and_then(Datum::as_map).unwrap_or_default();
        config.iter().any(|(key, _)| key.as_str().is_some_and(is_hook_key))
    })
}

fn judge<'f>(findings: &'f Findings<'f>, entry: &'f Properties, sink: &mut Sink<'f>) {
    let (section, name) = (entry.section, entry.name.as_str());
    let resource = match section {
        "models" => Resource::Model,
        "seeds" => Resource::Seed,
        "snapshots" => Resource::Snapshot,
        "functions" => Resource::Function,
        _ => return,
    };
    let noun = resource.name();
    let place = entry.datum.get("name").and_then(|name| name.place).unwrap_or(entry.place);
    let message = format!(
        "There is no {noun} `{name}`: the hooks of this entry never run, and dbt only warns \"Did not find matching node \
         for patch with name '{name}' in the '{section}' section\"."
    );
    let finding = Finding::at(Some(place), message);
    let nodes = &findings.project.nodes;
    if let Some(other) = nodes.iter().find(|node| node.name == name && node.resource != resource) {
        let (is, section) = (other.resource.name(), other.resource.section());
        sink.add(finding.help(format!("move the entry below `{section}:`: `{name}` is a {is}")));
        return;
    }
    let known = nodes.iter().filter(|node| node.resource == resource).map(|node| node.name.as_str());
    if let Some(near) = nearest(name, known) {
        let fix = renamed(findings, place, name, near);
        sink.add(finding.help(format!("change `{name}` to `{near}`")).fix(fix));
    } else if findings.project.is_whole() {
        let finding = finding.severity(Severity::Warning);
        sink.add(finding.help("write the name of the file without its ending, or remove the entry"));
    }
}
