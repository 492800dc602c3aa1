//! What was checked, and what was not.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::rules::unguarded_query::NO_RESULT;
use super::{Findings, Scene};
use crate::diagnostic::{Coverage, NotChecked};
use crate::jinja::{ErrorKind, JinjaError};
use crate::project::ProblemKind;
use crate::sql::{Parse, Statement};

/// What was checked, and what was not.
#[must_use]
pub fn coverage(findings: &Findings<'_>) -> Coverage {
    let steps = || findings.steps().map(|step| step.statement);
    let places: HashSet<_> = findings.checked.iter().map(|checked| checked.hook.place).collect();
    Coverage {
        hooks: findings.checked.len(),
        declarations: places.len(),
        renderings: findings.scenes().count(),
        statements: steps().count(),
        parsed: steps().filter(|statement| statement.parse != Parse::Not).count(),
        not_checked: [files(findings), packages(findings), hooks(findings), Vec::from_iter(statements(findings))]
            .concat(),
    }
}

/// Files that were left out.
fn files(findings: &Findings<'_>) -> Vec<NotChecked> {
    let problems = findings.project.problems.iter().filter(|problem| leaves_out(problem.kind));
    problems
        .map(|problem| {
            let what = match problem.place {
                Some(place) => format!("the rest of {}", findings.project.sources.get(place.file).path),
                None => "a file".to_owned(),
            };
            NotChecked { what, why: problem.message.clone() }
        })
        .collect()
}

fn leaves_out(kind: ProblemKind) -> bool {
    matches!(
        kind,
        ProblemKind::Yaml
            | ProblemKind::Encoding
            | ProblemKind::TooLarge
            | ProblemKind::Unreadable
            | ProblemKind::Blocks
            | ProblemKind::Properties
            | ProblemKind::Package
    )
}

/// Packages that are listed but not there.
fn packages(findings: &Findings<'_>) -> Vec<NotChecked> {
    let missing = findings.project.missing_packages.iter();
    missing
        .map(|missing| NotChecked {
            what: format!("package {}", missing.listed_as),
            why: "it is listed but not installed: run dbt deps".to_owned(),
        })
        .collect()
}

/// Hooks that were not rendered to the end, by the cause.
fn hooks(findings: &Findings<'_>) -> Vec<NotChecked> {
    let mut causes: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for scene in findings.scenes() {
        for cause in causes_of(&scene) {
            causes.entry(cause).or_default().insert(scene.at);
        }
    }
    causes.into_iter().map(|(why, hooks)| NotChecked { what: counted(hooks.len(), "hook"), why }).collect()
}

fn causes_of(scene: &Scene<'_>) -> Vec<String> {
    let rendering = &scene.judged.rendering;
    let passes = std::iter::once(&rendering.parse).chain(&rendering.run);
    let unknown = passes.flat_map(|pass| pass.unknown.iter().cloned());
    // A check that raises on one way and passes on another does what it is for.
    let passes_elsewhere = || {
        let others = scene.checked().renderings.iter().map(|other| &other.rendering);
        others.filter_map(|other| other.run.as_ref()).any(|run| run.error.is_none())
    };
    let error = scene.error().filter(|error| error.kind != ErrorKind::Raised || !passes_elsewhere());
    unknown.chain(error.and_then(ended_by)).collect()
}

/// How an error that no rule finds ends a rendering.
fn ended_by(error: &JinjaError) -> Option<String> {
    let said = error.message.trim().lines().next().unwrap_or_default();
    match &error.kind {
        ErrorKind::Raised => Some(format!("stops with its own error: {said}")),
        ErrorKind::Syntax | ErrorKind::UnknownFilter | ErrorKind::UnknownTest => None,
        ErrorKind::Undefined { name: Some(_), .. } | ErrorKind::Host("missing-var") => None,
        ErrorKind::Undefined { .. } if error.message.contains(NO_RESULT) => None,
        _ => Some(format!("does not render: {said}")),
    }
}

/// Statements that no grammar knows, by their verbs.
fn statements(findings: &Findings<'_>) -> Option<NotChecked> {
    let mut verbs: BTreeMap<&str, usize> = BTreeMap::new();
    for statement in findings.steps().map(|step| step.statement).filter(is_judged_by_words) {
        *verbs.entry(statement.outline.verb.name()).or_default() += 1;
    }
    let all = verbs.values().sum();
    let mut verbs: Vec<(&str, usize)> = verbs.into_iter().collect();
    verbs.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    let named: Vec<String> = verbs.iter().map(|(verb, count)| format!("{count} {verb}")).collect();
    (all > 0).then(|| NotChecked {
        what: counted(all, "statement"),
        why: format!("no tree for {}: judged by their words alone", named.join(", ")),
    })
}

fn is_judged_by_words(statement: &&Statement) -> bool {
    statement.parse == Parse::Not && statement.faults.is_empty()
}

fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
