//! Finds a test behind `is` that neither Jinja nor dbt has.

use super::unknown_filter::{Unknown, report};
use crate::jinja::tree::{Expr, ExprKind};
use crate::jinja::{ErrorKind, TESTS, test_exists};
use crate::lint::rules::nearest;
use crate::lint::{Findings, Sink};

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    report(findings, sink, &ErrorKind::UnknownTest, unknown, meant);
}

fn unknown(expr: &Expr) -> Option<Unknown<'_>> {
    match &expr.kind {
        ExprKind::Test(name, subject, _) if !test_exists(name) => {
            Some(Unknown { name, what: "test", expr, subject: Some(subject) })
        }
        _ => None,
    }
}

/// The test that is meant, with the help that says so.
fn meant(name: &str) -> (Option<&'static str>, String) {
    let same = match name {
        "null" | "None" | "nil" => Some("none"),
        "True" => Some("true"),
        "False" => Some("false"),
        "str" | "text" => Some("string"),
        "list" | "array" | "tuple" => Some("sequence"),
        "dict" | "map" => Some("mapping"),
        "int" => Some("integer"),
        "bool" => Some("boolean"),
        "set" | "exists" => Some("defined"),
        _ => nearest(name, TESTS.iter().copied()),
    };
    let help = match (same, name) {
        (Some(same), _) => format!("change `is {name}` to `is {same}`"),
        (None, "empty" | "blank") => format!("change `x is {name}` to `not x`"),
        (None, "match" | "matching" | "search") => "change it to `modules.re.match(pattern, text)`".to_owned(),
        _ => format!("change `is {name}` to a test of Jinja, or compare with `==`"),
    };
    (same, help)
}
