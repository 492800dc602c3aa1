//! One line for each finding: for editors, for `grep`, for a log.

use std::fmt::Write as _;

use super::{CheckReport, Positions, on_one_line};

/// One line for each finding, `path:line:column: error[rule] message`, then the closing lines.
#[must_use]
pub fn concise(report: &CheckReport, closing: bool) -> String {
    let positions = Positions::of(report);
    let mut out = String::new();
    for found in &report.diagnostics {
        let (path, at) = (positions.path(found.place), positions.start(found.place));
        let (severity, rule) = (found.severity.name(), found.rule);
        let message = on_one_line(&found.message);
        let _ = writeln!(out, "{path}:{}:{}: {severity}[{rule}] {message}", at.line, at.column);
    }
    for line in report.closing().iter().filter(|_| closing) {
        let _ = writeln!(out, "{}", on_one_line(line));
    }
    out
}
