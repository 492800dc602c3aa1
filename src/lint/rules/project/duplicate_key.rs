//! Finds a key that stands twice in one mapping of a YAML file, of which dbt takes the last.

use crate::diagnostic::Severity;
use crate::lint::{Finding, Findings, Sink};
use crate::project::{Problem, ProblemKind};

/// Whether hooks can be lost with it: it stands in a `dbt_project.yml`, or is a hook's key or `config`.
fn may_hold_hooks(findings: &Findings<'_>, problem: &Problem) -> bool {
    let Some(place) = problem.place else { return false };
    let key = findings.project.sources.slice(place);
    let in_project_file = findings.project.packages.iter().any(|package| package.file == place.file);
    in_project_file || key.contains("hook") || key.trim_matches(['"', '\'']) == "config"
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for problem in &findings.project.problems {
        if problem.kind == ProblemKind::DuplicateKey {
            let message = format!("In this file {}: what stands under the first never counts.", problem.message);
            let help = problem.help.clone().unwrap_or_else(|| "merge the two".to_owned());
            let severity = if may_hold_hooks(findings, problem) { Severity::Warning } else { Severity::Info };
            sink.add(Finding::at(problem.place, message).help(help).severity(severity));
        }
    }
}
