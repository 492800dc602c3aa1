//! Findings that a team has taken note of: a file that keeps them, so that only new ones are told.
//!
//! A finding is known again by its rule, its file, its message and the line that it stands in, wherever that
//! line has moved to; and in another file where the one it was in is gone.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::diagnostic::Diagnostic;
use crate::disk;
use crate::report::CheckReport;
use crate::run::Failure;

/// A finding that is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Known {
    project: String,
    file: String,
    rule: String,
    message: String,
    /// The line that it begins in, its white space as one blank each.
    line: String,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    #[serde(flatten)]
    known: Known,
    /// How many there are.
    count: usize,
}

#[derive(Serialize, Deserialize)]
struct File {
    schema_version: u32,
    findings: Vec<Entry>,
}

/// The findings that are known, each with how often.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    counts: BTreeMap<Known, usize>,
}

impl Baseline {
    /// Everything that some checks found.
    #[must_use]
    pub fn of(reports: &[CheckReport]) -> Baseline {
        let mut counts = BTreeMap::new();
        for report in reports {
            for found in &report.diagnostics {
                *counts.entry(known(report, found)).or_default() += 1;
            }
        }
        Baseline { counts }
    }

    /// Reads the file.
    ///
    /// # Errors
    /// A sentence that says what to do, where it cannot be read or is no baseline.
    pub fn read(path: &Path) -> Result<Baseline, Failure> {
        let shown = path.display();
        let text = fs::read_to_string(path).map_err(|reason| {
            Failure(format!("the baseline {shown} can't be read: {reason}: write one with --write-baseline {shown}"))
        })?;
        let file: File = serde_json::from_str(&text).map_err(|reason| {
            Failure(format!("{shown} is no baseline: {reason}: write one with --write-baseline {shown}"))
        })?;
        if file.schema_version != 1 {
            let version = file.schema_version;
            return Err(Failure(format!(
                "{shown} is a baseline of version {version}, and this hookproof knows version 1: write it anew with \
                 --write-baseline {shown}"
            )));
        }
        let mut counts = BTreeMap::new();
        for Entry { known, count } in file.findings {
            *counts.entry(known).or_default() += count;
        }
        Ok(Baseline { counts })
    }

    /// Writes the file, whole or not at all.
    ///
    /// # Errors
    /// A sentence, where it cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Failure> {
        let findings = self.counts.iter().map(|(known, count)| Entry { known: known.clone(), count: *count }).collect();
        // Strings and numbers always serialise.
        let mut text = serde_json::to_string_pretty(&File { schema_version: 1, findings }).unwrap_or_default();
        text.push('\n');
        disk::write(path, text.as_bytes(), disk::Readers::All).map_err(|reason| {
            Failure(format!("the baseline {} can't be written: {}", path.display(), disk::reason(&reason)))
        })
    }

    /// How many findings it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.counts.values().sum()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Takes the findings that are known out of some checks, where they count as suppressed; gives the known ones
    /// that are found no more.
    #[must_use]
    pub fn apply(&self, reports: &mut [CheckReport]) -> Baseline {
        let mut left = self.counts.clone();
        let mut take = |known: &Known| {
            let count = left.get_mut(known)?;
            *count -= 1;
            if *count == 0 {
                left.remove(known);
            }
            Some(())
        };
        // First those that are where they were, then those of files that are gone.
        for report in reports.iter_mut() {
            let all = std::mem::take(&mut report.diagnostics);
            let before = all.len();
            report.diagnostics = all.into_iter().filter(|found| take(&known(report, found)).is_none()).collect();
            report.suppressed += before - report.diagnostics.len();
        }
        for report in reports.iter_mut() {
            let is_there = |file: &str| report.sources.iter().any(|(_, known)| known.path == file);
            let mut moved: BTreeMap<Known, Vec<Known>> = BTreeMap::new();
            for (known, count) in left.iter().filter(|(known, _)| known.project == report.project) {
                if !is_there(&known.file) {
                    let anywhere = Known { file: String::new(), ..known.clone() };
                    moved.entry(anywhere).or_default().extend(std::iter::repeat_n(known.clone(), *count));
                }
            }
            let all = std::mem::take(&mut report.diagnostics);
            let before = all.len();
            let mut is_moved = |found: &Diagnostic| {
                let anywhere = Known { file: String::new(), ..known(report, found) };
                let Some(known) = moved.get_mut(&anywhere).and_then(Vec::pop) else { return false };
                if let Some(count) = left.get_mut(&known) {
                    *count -= 1;
                    if *count == 0 {
                        left.remove(&known);
                    }
                }
                true
            };
            let new = all.into_iter().filter(|found| !is_moved(found)).collect();
            report.diagnostics = new;
            report.suppressed += before - report.diagnostics.len();
        }
        Baseline { counts: left }
    }

    /// Without what another one holds.
    #[must_use]
    pub fn without(mut self, gone: &Baseline) -> Baseline {
        for (known, count) in &gone.counts {
            if let Some(left) = self.counts.get_mut(known) {
                *left = left.saturating_sub(*count);
            }
        }
        self.counts.retain(|_, count| *count > 0);
        self
    }
}

/// What a finding is known by, as a digest: it stays when lines above it change.
pub(crate) fn fingerprint(report: &CheckReport, found: &Diagnostic) -> String {
    let Known { project, file, rule, message, line } = known(report, found);
    let digest = Sha256::digest([project, file, rule, message, line].join("\0"));
    digest[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn known(report: &CheckReport, found: &Diagnostic) -> Known {
    let file = report.sources.get(found.place.file);
    let at = found.place.start as usize;
    let start = file.text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let line = file.text[start..].lines().next().unwrap_or_default();
    Known {
        project: report.project.clone(),
        file: file.path.clone(),
        rule: found.rule.to_owned(),
        message: found.message.clone(),
        line: line.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}
