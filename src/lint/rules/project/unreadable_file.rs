//! Finds a file that dbt does not take: no UTF-8, no valid YAML, blocks that do not close, an entry that
//! stands twice.

use std::collections::HashSet;

use crate::lint::{Finding, Findings, Sink};
use crate::project::{Problem, ProblemKind};
use crate::source::Place;

fn finding<'f>(problem: &Problem) -> Finding<'f> {
    let said = problem.said();
    let message = format!("{said}. dbt reads every file before it runs anything, and every command stops here.");
    let help = problem.help.clone().unwrap_or_else(|| "change what the message names".to_owned());
    Finding::at(problem.place, message).help(help)
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let told: HashSet<Place> = findings.scenes().filter_map(|scene| scene.error()?.place).collect();
    let is_told = |problem: &Problem| match problem.kind {
        // Macros of one name have a rule of their own.
        ProblemKind::DuplicateMacro => true,
        // So has the Jinja that hooks reach.
        ProblemKind::Macro => problem.place.is_some_and(|place| told.contains(&place)),
        _ => false,
    };
    for problem in findings.project.stopping().filter(|problem| !is_told(problem)) {
        sink.add(finding(problem));
    }
}
