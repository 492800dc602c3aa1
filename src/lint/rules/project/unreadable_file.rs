//! Finds a file that dbt does not take: no UTF-8, no valid YAML, blocks that do not close, an entry that
//! stands twice.

use crate::lint::{Finding, Findings, Sink};
use crate::project::{Problem, ProblemKind};

fn finding<'f>(problem: &Problem) -> Finding<'f> {
    let said = problem.message.trim_end_matches('.').trim_end_matches("; dbt stops here");
    let message = format!("{said}. dbt reads every file before it runs anything, and every command stops here.");
    let help = problem.help.clone().unwrap_or_else(|| "change what the message names".to_owned());
    Finding::at(problem.place, message).help(help)
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for problem in &findings.project.problems {
        let stops_dbt = matches!(
            problem.kind,
            ProblemKind::Yaml
                | ProblemKind::Encoding
                | ProblemKind::Blocks
                | ProblemKind::PythonJinja
                | ProblemKind::Properties
                | ProblemKind::Settings
        );
        if stops_dbt && problem.place.is_some() {
            sink.add(finding(problem));
        }
    }
}
