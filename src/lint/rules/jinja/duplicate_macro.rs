//! Finds two macros of one name in one package.

use crate::lint::{Finding, Findings, Sink};
use crate::project::ProblemKind;

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let problems = findings.project.problems.iter();
    for problem in problems.filter(|problem| problem.kind == ProblemKind::DuplicateMacro && problem.place.is_some()) {
        let said = problem.said();
        let message = format!("{said}. dbt reads every macro before it runs anything, and every command stops here.");
        sink.add(Finding::at(problem.place, message).help("rename or remove one of them"));
    }
}
