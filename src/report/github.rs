//! Workflow commands of GitHub Actions: each finding is shown beside its line.

use super::{CheckReport, commands};
use crate::diagnostic::Severity;

/// A line for each finding, then the closing lines of each project where they are wanted.
#[must_use]
pub fn github(reports: &[CheckReport], closing: bool) -> String {
    commands(reports, closing, |found, report, positions| {
        let (start, end) = (positions.start(found.place), positions.at(found.place.file, found.place.end));
        let command = match found.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        // Columns are shown only within one line.
        let columns = if start.line == end.line {
            format!(",col={},endColumn={}", start.column, end.column)
        } else {
            String::new()
        };
        format!(
            "::{command} title=hookproof ({}),file={},line={},endLine={}{columns}::{}",
            found.rule,
            property(&report.path_in_repository(positions.path(found.place))),
            start.line,
            end.line,
            data(&found.message_with_help())
        )
    })
}

/// What stands behind the two colons.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// What stands behind an equals sign.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
