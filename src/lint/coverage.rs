//! What was checked, and what was not.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::rules::jinja::render_error;
use super::rules::timing::unguarded_query::NO_RESULT;
use super::{Checked, Findings, Scene};
use crate::diagnostic::{Coverage, NotChecked, counted};
use crate::jinja::{ErrorKind, JinjaError};
use crate::project::ProblemKind;
use crate::render::{CYCLE, HIDDEN, NOT_SENT, OF_SEED, UNSET};
use crate::sql::{Parse, Statement, UNKNOWN};

/// What was checked, and what was not; of some hooks only where they are given, by their place among the checked ones.
#[must_use]
pub fn coverage(findings: &Findings<'_>, of: Option<&BTreeSet<usize>>) -> Coverage {
    let is_counted = |at: usize| of.is_none_or(|hooks| hooks.contains(&at));
    let steps = || findings.steps().filter(|step| is_counted(step.sql.scene.at)).map(|step| step.statement);
    let scenes = || findings.scenes().filter(|scene| is_counted(scene.at));
    let hooks = || (0..findings.checked.len()).filter(|&at| is_counted(at));
    let places: HashSet<_> = hooks().map(|at| findings.checked[at].hook.place).collect();
    Coverage {
        hooks: hooks().count(),
        declarations: places.len(),
        renderings: scenes().count(),
        statements: steps().count(),
        parsed: steps().filter(|statement| statement.parse != Parse::Not).count(),
        not_checked: [
            files(findings),
            Vec::from_iter(packages(findings)),
            unrendered(scenes()),
            judged_by_words(steps()),
            Vec::from_iter(unread(hooks().map(|at| &findings.checked[at]))),
        ]
        .concat(),
    }
}

/// Hooks whose SQL is left out for the work that it takes.
fn unread<'f>(hooks: impl Iterator<Item = &'f Checked<'f>>) -> Option<NotChecked> {
    let cut = hooks.filter(|checked| checked.scripts().any(|script| script.cut.is_some())).count();
    (cut > 0).then(|| NotChecked {
        what: format!("the SQL of {}", counted(cut, "hook")),
        why: "all SQL of the project's hooks together takes more work than a check does: the longest is left out"
            .to_owned(),
    })
}

/// Files that were left out.
fn files(findings: &Findings<'_>) -> Vec<NotChecked> {
    let problems = findings.project.problems.iter().filter(|problem| leaves_out(problem.kind));
    problems
        .map(|problem| {
            let what = match problem.place {
                Some(place) => {
                    let part = if problem.kind == ProblemKind::Render { "a value in" } else { "the rest of" };
                    format!("{part} {}", findings.project.sources.get(place.file).path)
                }
                None if problem.kind == ProblemKind::Outside || problem.message.contains("left out, from ") => {
                    "files".to_owned()
                }
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
            | ProblemKind::LeftOut
            | ProblemKind::Unreadable
            | ProblemKind::Blocks
            | ProblemKind::Properties
            | ProblemKind::Package
            | ProblemKind::Profile
            | ProblemKind::Render
            | ProblemKind::LinkedFolder
            | ProblemKind::Outside
            | ProblemKind::Ignore
    )
}

/// Packages that are listed but not there: their hooks and macros are not known.
fn packages(findings: &Findings<'_>) -> Option<NotChecked> {
    let missing: Vec<&str> = findings.project.missing_packages.iter().map(|one| one.listed_as.as_str()).collect();
    let noun = if missing.len() == 1 { "package" } else { "packages" };
    (!missing.is_empty()).then(|| NotChecked {
        what: format!("{noun} {}", missing.join(", ")),
        why: "listed but not installed: run dbt deps".to_owned(),
    })
}

/// Hooks that were not rendered to the end, by the cause.
fn unrendered<'f>(scenes: impl Iterator<Item = Scene<'f>>) -> Vec<NotChecked> {
    let mut causes: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for scene in scenes {
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
    let unfound = error.filter(|error| !render_error::is_sure(scene, error));
    unknown.chain(unfound.and_then(ended_by)).collect()
}

/// How an error that no rule finds ends a rendering.
fn ended_by(error: &JinjaError) -> Option<String> {
    let said = error.message.trim().lines().next().unwrap_or_default();
    match &error.kind {
        ErrorKind::Raised => Some(format!("stops with its own error: {said}")),
        ErrorKind::Syntax | ErrorKind::UnknownFilter | ErrorKind::UnknownTest | ErrorKind::MacroArguments => None,
        ErrorKind::Host("secret-env-var") => None,
        ErrorKind::Undefined { name: Some(_), .. } | ErrorKind::Host("missing-var") => None,
        // It is set here or where dbt runs: which, nobody can say.
        ErrorKind::Host(UNSET) => None,
        // What refuses the project, and what is no SQL once it is rendered, is found.
        ErrorKind::Host(CYCLE | HIDDEN | OF_SEED | NOT_SENT) => None,
        ErrorKind::Undefined { .. } if error.message.contains(NO_RESULT) => None,
        _ => Some(format!("does not render: {said}")),
    }
}

/// Statements of which nothing is known, and those that no grammar knows, by their verbs.
fn judged_by_words<'f>(statements: impl Iterator<Item = &'f Statement>) -> Vec<NotChecked> {
    let mut verbs: BTreeMap<&str, usize> = BTreeMap::new();
    for statement in statements.filter(is_judged_by_words) {
        *verbs.entry(statement.outline.verb.name()).or_default() += 1;
    }
    let (unknown, mut verbs): (Vec<_>, Vec<_>) = verbs.into_iter().partition(|(verb, _)| verb.contains(UNKNOWN));
    verbs.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    let named: Vec<String> = verbs.iter().map(|(verb, count)| format!("{count} {verb}")).collect();
    let without_tree = format!("no tree for {}: judged by their words alone", named.join(", "));
    [(unknown, "they are not known before the run".to_owned()), (verbs, without_tree)]
        .into_iter()
        .map(|(verbs, why)| (verbs.iter().map(|(_, count)| count).sum::<usize>(), why))
        .filter(|&(count, _)| count > 0)
        .map(|(count, why)| NotChecked { what: counted(count, "statement"), why })
        .collect()
}

fn is_judged_by_words(statement: &&Statement) -> bool {
    statement.parse == Parse::Not && statement.faults.is_empty()
}
