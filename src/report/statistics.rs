//! How many findings each rule has.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{CheckReport, on_one_line};
use crate::diagnostic::Severity;

/// What is counted of a rule.
#[derive(Default)]
struct Count {
    findings: usize,
    fixable: usize,
}

/// A line for each rule that found something, the most frequent first: how many, how bad, the rule, and how many of
/// them `--fix` or `--unsafe-fixes` mend; then the closing lines.
#[must_use]
pub fn statistics(reports: &[CheckReport], closing: bool) -> String {
    let mut counts: BTreeMap<(&str, Severity), Count> = BTreeMap::new();
    for found in reports.iter().flat_map(|report| &report.diagnostics) {
        let count = counts.entry((found.rule, found.severity)).or_default();
        count.findings += 1;
        count.fixable += usize::from(found.fix.is_some());
    }
    let mut rows: Vec<_> = counts.into_iter().collect();
    rows.sort_by_key(|((rule, severity), count)| {
        (std::cmp::Reverse(count.findings), std::cmp::Reverse(*severity), *rule)
    });
    let mut out = String::new();
    for ((rule, severity), Count { findings, fixable }) in rows {
        let fixable = if fixable > 0 { format!("  {fixable} fixable") } else { String::new() };
        let _ = writeln!(out, "{findings:>6}  {:<7}  {rule}{fixable}", severity.name());
    }
    for line in reports.iter().filter(|_| closing).flat_map(CheckReport::closing) {
        let _ = writeln!(out, "{}", on_one_line(&line));
    }
    out
}
