//! Finds a filter that neither Jinja nor dbt has.

use std::collections::HashMap;

use crate::diagnostic::{Edit, Fix, Safety, Severity};
use crate::jinja::tree::{Expr, ExprKind};
use crate::jinja::{ErrorKind, FILTERS, filter_exists};
use crate::lint::rules::nearest;
use crate::lint::syntax::{Part, Seen};
use crate::lint::{Finding, Findings, Sink, origin};
use crate::source::Place;

/// A filter or a test that does not exist.
pub(super) struct Unknown<'t> {
    pub(super) name: &'t str,
    /// `filter` or `test`.
    pub(super) what: &'static str,
    pub(super) expr: &'t Expr,
    /// What stands before the name.
    pub(super) subject: Option<&'t Expr>,
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    report(findings, sink, &ErrorKind::UnknownFilter, unknown, meant);
}

/// What is found, in every branch; and what ends a rendering elsewhere, as in text that is made on the way.
pub(super) fn report<'f>(
    findings: &'f Findings<'f>,
    sink: &mut Sink<'f>,
    kind: &ErrorKind,
    unknown: fn(&Expr) -> Option<Unknown<'_>>,
    meant: fn(&str) -> (Option<&'static str>, String),
) {
    let mut told: HashMap<String, Vec<Place>> = HashMap::new();
    let errors = findings.scenes().filter_map(|scene| scene.error().filter(|error| error.kind == *kind));
    let failed: Vec<Place> = errors.filter_map(|error| error.place).collect();
    for part in findings.syntax().parts() {
        part.walk(&mut |seen, around| {
            let Seen::Expr(expr) = seen else { return };
            let Some(found) = unknown(expr).filter(|_| part.is_of_hooks(around)) else { return };
            let place = place_of(findings, part, &found);
            told.entry(found.name.to_owned()).or_default().extend(part.place(expr.span));
            let (name, help) = meant(found.name);
            let fix = name.zip(place).map(|(name, place)| Fix {
                title: format!("change `{}` to `{name}`", found.name),
                safety: Safety::Unsafe,
                edits: vec![Edit { place, text: name.to_owned() }],
            });
            // Jinja2 refuses it where it compiles the template, but for what stands under a condition.
            let overlaps = |other: Option<Place>| other.zip(part.place(expr.span)).is_some_and(|(a, b)| overlap(a, b));
            let is_met = part.template.refused.as_ref().is_some_and(|(span, _)| overlaps(part.place(*span)))
                || failed.iter().any(|&other| overlaps(Some(other)));
            let mut finding = part.finding_at(findings, place, message(found.what, found.name)).help(help).fix(fix);
            if !is_met {
                finding = finding.severity(Severity::Warning);
            }
            sink.add(finding);
        });
    }
    for scene in findings.scenes() {
        let Some(error) = scene.error().filter(|error| error.kind == *kind) else { continue };
        let name = error.message.split('\'').nth(1).unwrap_or("?");
        let known = |place: Place| told.get(name).is_some_and(|places| places.iter().any(|&one| overlap(one, place)));
        if !error.place.is_some_and(known) {
            let what = if *kind == ErrorKind::UnknownTest { "test" } else { "filter" };
            let finding = Finding::of(&scene, error.place, error.through.as_ref(), message(what, name));
            sink.add(finding.help(meant(name).1));
        }
    }
}

fn overlap(one: Place, other: Place) -> bool {
    origin::holds(one, other) || origin::holds(other, one)
}

fn message(what: &str, name: &str) -> String {
    format!("There is no {what} `{name}` in Jinja or dbt: dbt stops with \"No {what} named '{name}'\".")
}

/// Where the name stands.
fn place_of(findings: &Findings<'_>, part: &Part, unknown: &Unknown<'_>) -> Option<Place> {
    let whole = part.place(unknown.expr.span)?;
    let from = match unknown.subject {
        Some(subject) => part.place(subject.span)?.end,
        None => whole.start,
    };
    let rest = Place { start: from.clamp(whole.start, whole.end), ..whole };
    let at = findings.project.sources.slice(rest).find(unknown.name).map_or(0, |at| at as u32);
    let start = rest.start + at;
    Some(Place { start, end: (start + unknown.name.len() as u32).min(whole.end).max(start), ..whole })
}

fn unknown(expr: &Expr) -> Option<Unknown<'_>> {
    match &expr.kind {
        ExprKind::Filter(name, subject, _) if !filter_exists(name) => {
            Some(Unknown { name, what: "filter", expr, subject: subject.as_deref() })
        }
        _ => None,
    }
}

/// The filter that is meant, with the help that says so.
fn meant(name: &str) -> (Option<&'static str>, String) {
    let same = match name {
        "len" | "size" => Some("length"),
        "str" | "text" | "to_string" | "tostring" => Some("string"),
        "strip" => Some("trim"),
        "lowercase" | "to_lower" | "tolower" => Some("lower"),
        "uppercase" | "to_upper" | "toupper" => Some("upper"),
        "to_json" | "json" | "from_json" if name != "from_json" => Some("tojson"),
        "distinct" | "uniq" => Some("unique"),
        "avg" => None,
        _ => nearest(name, FILTERS.iter().copied()),
    };
    let is_method = ["split", "startswith", "endswith", "rsplit", "find", "isdigit", "append", "get", "keys", "values"];
    let help = match same {
        Some(same) => format!("change `{name}` to `{same}`"),
        None if is_method.contains(&name) => format!("call the method: `x.{name}(…)` for `x | {name}(…)`"),
        None => format!("change `{name}` to a filter of Jinja, or call a macro with the value as its argument"),
    };
    (same, help)
}
