//! The JSON schemas of the reports, made of the structs that are written.

use schemars::Schema;

use super::list::indented;
use super::{compile, diff, json, list, plan, prove};

/// A report that has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Report {
    /// Of `check`.
    Check,
    /// Of `compile`.
    Compile,
    /// Of `diff`.
    Diff,
    /// Of `list`.
    List,
    /// Of `plan`.
    Plan,
    /// Of `prove`.
    Prove,
}

/// The JSON schema, draft 2020-12, of a report, indented, with a newline at its end.
#[must_use]
pub fn schema(report: Report) -> String {
    let schema: Schema = match report {
        Report::Check => json::schema(),
        Report::Compile => compile::schema(),
        Report::Diff => diff::schema(),
        Report::List => list::schema(),
        Report::Plan => plan::schema(),
        Report::Prove => prove::schema(),
    };
    indented(&schema)
}
