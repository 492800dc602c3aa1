//! GitLab's code quality report.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{CheckReport, Positions};
use crate::baseline;
use crate::diagnostic::Severity;

/// All findings as one list, indented, with a newline at the end.
#[must_use]
pub fn gitlab(reports: &[CheckReport]) -> String {
    let mut entries = Vec::new();
    // Two findings must not have the same fingerprint.
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for report in reports {
        let positions = Positions::of(report);
        for found in &report.diagnostics {
            let mut fingerprint = baseline::fingerprint(report, found);
            let times = seen.entry(fingerprint.clone()).or_default();
            if *times > 0 {
                fingerprint = format!("{fingerprint}-{times}");
            }
            *times += 1;
            entries.push(Entry {
                description: &found.message,
                check_name: found.rule,
                fingerprint,
                severity: match found.severity {
                    Severity::Error => "major",
                    Severity::Warning => "minor",
                    Severity::Info => "info",
                },
                location: Location {
                    path: report.path_in_repository(positions.path(found.place)),
                    lines: Lines {
                        begin: positions.start(found.place).line,
                        end: positions.at(found.place.file, found.place.end).line,
                    },
                },
            });
        }
    }
    // Strings, numbers and lists always serialise.
    let mut out = serde_json::to_string_pretty(&entries).unwrap_or_default();
    out.push('\n');
    out
}

#[derive(Serialize)]
struct Entry<'a> {
    description: &'a str,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}
