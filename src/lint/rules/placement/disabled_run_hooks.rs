//! Finds `enabled: false` for all models of a project that takes the project's on-run hooks with it.

use std::collections::{BTreeMap, BTreeSet};

use crate::datum::Datum;
use crate::diagnostic::{Confidence, Edit, Fix, Safety, Severity};
use crate::hook::Hook;
use crate::lint::{Finding, Findings, Sink};
use crate::source::Place;

/// The setting that disables some on-run hooks.
struct Cause {
    /// Its key.
    key: Place,
    /// Whether it stands below the project's name.
    below_name: bool,
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let mut by_cause: BTreeMap<Place, (Cause, BTreeSet<String>, BTreeSet<usize>)> = BTreeMap::new();
    for hook in findings.renderer.idle_hooks().iter().filter(|hook| hook.kind.is_on_run() && hook.package == 0) {
        let targets = hook.targets.iter().copied().filter(|&target| builds_something(findings, target));
        let targets: BTreeSet<usize> = targets.collect();
        if let Some(cause) = cause(findings, hook).filter(|_| !targets.is_empty()) {
            let (_, hooks, of) = by_cause.entry(cause.key).or_insert_with(|| (cause, BTreeSet::new(), BTreeSet::new()));
            hooks.insert(hook.id.clone());
            of.extend(targets);
        }
    }
    for (place, (cause, hooks, targets)) in by_cause {
        let count = if hooks.len() == 1 { "its on-run hook" } else { "its on-run hooks" };
        let message = format!(
            "This disables {count} with the project's models: dbt keeps on-run hooks as nodes that `models:` configures, \
             and removes {} without a message.",
            if hooks.len() == 1 { "it" } else { "them" },
        );
        let name = &findings.project.root().name;
        let finding = Finding::at(Some(place), message)
            .help(format!("enable them again with `{name}: hooks: +enabled: true` below `models:`"))
            .fix(fix(findings, &cause));
        let everywhere = targets.len() == findings.declared();
        sink.add(if everywhere {
            finding
        } else {
            let targets: Vec<usize> = targets.into_iter().collect();
            finding.targets(&targets).severity(Severity::Warning).confidence(Confidence::Medium)
        });
    }
}

/// Whether a command does anything in a target: without a node dbt runs no hook.
fn builds_something(findings: &Findings<'_>, target: usize) -> bool {
    let enabled = |node: usize| findings.renderer.state(target, node).enabled;
    findings.built().any(enabled)
}

/// The setting that disables a hook, where it is one that stands above the models of the project. One for
/// `hooks:` alone is meant so.
fn cause(findings: &Findings<'_>, hook: &Hook) -> Option<Cause> {
    let name = &findings.project.root().name;
    let fqn = [name.clone(), "hooks".to_owned(), hook.id.rsplit('.').next()?.to_owned()];
    let levels = findings.project.config_levels("models", 0, &fqn);
    let level = levels.iter().rev().find(|level| enabled(level.datum).is_some())?;
    let key = enabled(level.datum)?;
    (level.path.len() <= 1).then_some(Cause { key, below_name: level.path.len() == 1 })
}

/// The place of the key `enabled` of a level.
fn enabled(level: &Datum) -> Option<Place> {
    let mut keys = level.as_map()?.iter().map(|(key, _)| key);
    keys.find(|key| matches!(key.as_str(), Some("enabled" | "+enabled"))).and_then(|key| key.place)
}

/// Enables the hooks again, below the project's name.
fn fix(findings: &Findings<'_>, cause: &Cause) -> Option<Fix> {
    let text = &findings.project.sources.get(cause.key.file).text;
    let before = text.get(..cause.key.start as usize)?;
    let indent = &before[before.rfind('\n')? + 1..];
    let place = Place { end: cause.key.start, ..cause.key };
    (cause.below_name && indent.chars().all(|one| one == ' ')).then(|| Fix {
        title: "enable the on-run hooks".to_owned(),
        safety: Safety::Unsafe,
        edits: vec![Edit { place, text: format!("hooks:\n{indent}  +enabled: true\n{indent}") }],
    })
}
