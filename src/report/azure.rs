//! Logging commands of Azure Pipelines: each finding is an issue of the run, at its line.

use std::fmt::Write as _;

use super::{CheckReport, Positions, on_one_line};
use crate::diagnostic::Severity;

/// A line for each finding, then the closing lines of each project.
#[must_use]
pub fn azure(reports: &[CheckReport], closing: bool) -> String {
    let mut out = String::new();
    for report in reports {
        let positions = Positions::of(report);
        for found in &report.diagnostics {
            // It knows errors and warnings only.
            let kind = if found.level() == Severity::Error { "error" } else { "warning" };
            let at = positions.start(found.place);
            let _ = writeln!(
                out,
                "##vso[task.logissue type={kind};sourcepath={};linenumber={};columnnumber={};code={};]{}",
                property(&report.path_in_repository(positions.path(found.place))),
                at.line,
                at.column,
                found.rule,
                data(&found.message_with_help())
            );
        }
        for line in report.closing().iter().filter(|_| closing) {
            let _ = writeln!(out, "{}", on_one_line(line));
        }
    }
    out
}

/// What stands behind the bracket.
fn data(text: &str) -> String {
    text.replace('%', "%AZP25").replace('\r', "%0D").replace('\n', "%0A")
}

/// What stands behind an equals sign.
fn property(text: &str) -> String {
    data(text).replace(';', "%3B").replace(']', "%5D")
}
