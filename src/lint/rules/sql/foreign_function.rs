//! Finds calls of functions that the project's warehouse lacks.

use std::collections::HashSet;

use crate::diagnostic::{Confidence, Severity};
use crate::lint::{Findings, Sink};
use crate::project::Resource;
use crate::sql::{FaultKind, ObjectKind, Verb};

/// The functions that the project makes: in hooks, and as nodes of its own; in lower case.
fn made(findings: &Findings<'_>) -> HashSet<String> {
    let created = findings.steps_of([Verb::Create]).filter(|step| step.outline().object == Some(ObjectKind::Function));
    let hooks = created.filter_map(|step| Some(step.outline().name.as_ref()?.last().to_lowercase()));
    let nodes = findings.project.nodes.iter().filter(|node| node.resource == Resource::Function);
    hooks.chain(nodes.map(|node| node.name.to_lowercase())).collect()
}

/// Whether a macro or another file of the project creates the function: `create function nvl`.
fn is_written(findings: &Findings<'_>, name: &str) -> bool {
    let creates = |text: &str| {
        let text = text.to_lowercase();
        let mut at = text.match_indices("function ");
        at.any(|(at, word)| {
            let rest = text[at + word.len()..].trim_start_matches("if not exists ");
            let called = rest.split('(').next().unwrap_or_default();
            called.len() < 200 && called.trim().ends_with(name)
        })
    };
    findings.project.sources.iter().any(|(_, file)| creates(&file.text))
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let found = super::faults(findings, &[FaultKind::Function]);
    if found.is_empty() {
        return;
    }
    let made = made(findings);
    let mut written: std::collections::HashMap<String, bool> = std::collections::HashMap::new();
    for (sql, fault, text) in found {
        let called = &sql.text.as_str()[fault.range.clone()];
        let name = called.trim_end_matches(['(', ')']).to_lowercase();
        let own = made.contains(&name) || *written.entry(name.clone()).or_insert_with(|| is_written(findings, &name));
        if own {
            continue;
        }
        let what = super::sentence(&fault.message);
        let message = if fault.certain {
            format!("{what}, and no hook of the project makes one: the hook fails when it runs.")
        } else {
            format!("{what}: the hook most likely fails when it runs.")
        };
        let mut finding = sql.finding(fault.range.clone(), message).sql(text);
        if let Some(help) = &fault.help {
            finding = finding.help(help.as_str());
        }
        if !fault.certain {
            finding = finding.severity(Severity::Warning).confidence(Confidence::Medium);
        }
        sink.add(finding);
    }
}
