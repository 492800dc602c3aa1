//! Finds a key that stands twice in one mapping of a YAML file, of which dbt takes the last.

use crate::lint::{Finding, Findings, Sink};
use crate::project::ProblemKind;

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for problem in &findings.project.problems {
        if problem.kind == ProblemKind::DuplicateKey {
            let message = format!("In this file {}: what stands under the first never counts.", problem.message);
            let help = problem.help.clone().unwrap_or_else(|| "merge the two".to_owned());
            sink.add(Finding::at(problem.place, message).help(help));
        }
    }
}
