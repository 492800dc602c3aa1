//! Workflow commands of GitHub Actions: each finding is shown beside its line.

use std::fmt::Write as _;

use super::{CheckReport, Positions, on_one_line};
use crate::diagnostic::Severity;

/// A line for each finding, then the closing lines of each project.
#[must_use]
pub fn github(reports: &[CheckReport], closing: bool) -> String {
    let mut out = String::new();
    for report in reports {
        let positions = Positions::of(report);
        for found in &report.diagnostics {
            let (start, end) = (positions.start(found.place), positions.at(found.place.file, found.place.end));
            let command = match found.level() {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => "notice",
            };
            let file = property(&report.path_in_repository(positions.path(found.place)));
            // Columns are shown only within one line.
            let columns = if start.line == end.line {
                format!(",col={},endColumn={}", start.column, end.column)
            } else {
                String::new()
            };
            let _ = writeln!(
                out,
                "::{command} file={file},line={},endLine={}{columns},title=hookproof ({})::{}",
                start.line,
                end.line,
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

/// What stands behind the two colons.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// What stands behind an equals sign.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
