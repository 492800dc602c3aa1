//! SARIF 2.1.0, for code scanning.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{CheckReport, Positions, REPOSITORY};
use crate::baseline;
use crate::diagnostic::{Confidence, Diagnostic, Fix, Severity};
use crate::lint::{Rule, rules};
use crate::source::Place;

/// The schema that the result keeps to.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// All findings as one run, indented, with a newline at the end. The rules that found something are described in it.
#[must_use]
pub fn sarif(reports: &[CheckReport]) -> String {
    let named: BTreeSet<&str> = reports.iter().flat_map(|report| &report.diagnostics).map(|found| found.rule).collect();
    let described: Vec<&Rule> = rules().filter(|rule| named.contains(rule.name)).collect();
    let results: Vec<Value> = reports
        .iter()
        .flat_map(|report| {
            let positions = Positions::of(report);
            let described = &described;
            report.diagnostics.iter().map(move |found| result(found, report, &positions, described)).collect::<Vec<_>>()
        })
        .collect();
    let mut log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "hookproof",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": described.iter().map(|rule| descriptor(rule)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    if !REPOSITORY.is_empty() {
        log["runs"][0]["tool"]["driver"]["informationUri"] = json!(REPOSITORY);
    }
    // Strings, numbers and lists always serialise.
    let mut out = serde_json::to_string_pretty(&log).unwrap_or_default();
    out.push('\n');
    out
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn descriptor(rule: &Rule) -> Value {
    json!({
        "id": rule.name,
        "shortDescription": {"text": rule.summary()},
        "help": {"text": rule.page, "markdown": rule.page},
        "defaultConfiguration": {"level": level(rule.severity)},
        "properties": {"tags": ["dbt", rule.family], "precision": precision(rule.confidence)},
    })
}

/// How sure a finding is, in the words of code scanning.
fn precision(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "very-high",
        Confidence::Medium => "high",
        Confidence::Low => "low",
    }
}

fn result(found: &Diagnostic, report: &CheckReport, positions: &Positions<'_>, described: &[&Rule]) -> Value {
    let related: Vec<Value> = found
        .related
        .iter()
        .enumerate()
        .map(|(n, related)| {
            let mut at = location(related.place, report, positions);
            at["id"] = json!(n);
            at["message"] = json!({"text": related.message});
            at
        })
        .collect();
    let mut made = json!({
        "ruleId": found.rule,
        "ruleIndex": described.iter().position(|rule| rule.name == found.rule),
        "level": level(found.severity),
        "message": {"text": found.message_with_help()},
        "locations": [location(found.place, report, positions)],
        "partialFingerprints": {"hookproof/v1": baseline::fingerprint(report, found)},
        "properties": {"confidence": found.confidence.name(), "targets": found.targets},
    });
    if !related.is_empty() {
        made["relatedLocations"] = json!(related);
    }
    if let Some(fix) = &found.fix {
        made["fixes"] = json!([fixed(fix, report, positions)]);
    }
    made
}

fn location(place: Place, report: &CheckReport, positions: &Positions<'_>) -> Value {
    json!({"physicalLocation": {
        "artifactLocation": {"uri": uri(&report.path_in_repository(positions.path(place)))},
        "region": region(place, positions),
    }})
}

fn region(place: Place, positions: &Positions<'_>) -> Value {
    let (start, end) = (positions.start(place), positions.at(place.file, place.end));
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    })
}

fn fixed(fix: &Fix, report: &CheckReport, positions: &Positions<'_>) -> Value {
    let changes: Vec<Value> = fix
        .edits
        .iter()
        .map(|edit| {
            json!({
                "artifactLocation": {"uri": uri(&report.path_in_repository(positions.path(edit.place)))},
                "replacements": [{
                    "deletedRegion": region(edit.place, positions),
                    "insertedContent": {"text": edit.text},
                }],
            })
        })
        .collect();
    json!({"description": {"text": fix.title}, "artifactChanges": changes})
}

/// A path as a URI reference: what is no part of a path there is percent-encoded.
fn uri(path: &str) -> String {
    const KEPT: percent_encoding::AsciiSet =
        percent_encoding::NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_').remove(b'~');
    percent_encoding::utf8_percent_encode(path, &KEPT).to_string()
}
