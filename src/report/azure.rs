//! Logging commands of Azure Pipelines: each finding is an issue of the run, at its line.

use super::{CheckReport, commands};
use crate::diagnostic::Severity;

/// A line for each finding, then the closing lines of each project where they are wanted.
#[must_use]
pub fn azure(reports: &[CheckReport], closing: bool) -> String {
    commands(reports, closing, |found, report, positions| {
        // It knows errors and warnings only.
        let kind = if found.severity == Severity::Error { "error" } else { "warning" };
        let at = positions.start(found.place);
        format!(
            "##vso[task.logissue type={kind};sourcepath={};linenumber={};columnnumber={};code={};]{}",
            property(&report.path_in_repository(positions.path(found.place))),
            at.line,
            at.column,
            found.rule,
            data(&found.message_with_help())
        )
    })
}

/// What stands behind the bracket.
fn data(text: &str) -> String {
    text.replace('%', "%AZP25").replace('\r', "%0D").replace('\n', "%0A")
}

/// What stands behind an equals sign.
fn property(text: &str) -> String {
    data(text).replace(';', "%3B").replace(']', "%5D")
}
