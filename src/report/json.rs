//! The JSON of a check, version 1. Its shape is a promise: fields are added, never changed.

use schemars::{JsonSchema, Schema};
use serde::Serialize;

use super::list::Point;
use super::{CheckReport, Positions};
use crate::diagnostic::{Diagnostic, Edit, Fix, HookRef, NotChecked, Related, Safety};
use crate::source::Place;

/// The check's JSON, version 1, indented, with a newline at its end.
#[must_use]
pub fn json(report: &CheckReport) -> String {
    let positions = Positions::of(report);
    let counts = report.counts();
    let check = Check {
        schema_version: 1,
        tool: Tool { name: "hookproof", version: env!("CARGO_PKG_VERSION") },
        project: Project { name: &report.project, adapter: &report.adapter, targets: &report.targets },
        coverage: Coverage {
            hooks: report.coverage.hooks,
            renderings: report.coverage.renderings,
            statements: report.coverage.statements,
            parsed: report.coverage.parsed,
            branches: Branches::of(report, &positions),
            not_checked: report.coverage.not_checked.iter().map(Missed::of).collect(),
        },
        diagnostics: report.diagnostics.iter().map(|found| Finding::of(found, report, &positions)).collect(),
        summary: Summary {
            errors: counts.errors,
            warnings: counts.warnings,
            infos: counts.infos,
            suppressed: report.suppressed,
        },
    };
    // Strings, numbers and lists always serialise.
    let mut out = serde_json::to_string_pretty(&check).unwrap_or_default();
    out.push('\n');
    out
}

/// A line for each finding: what it is in the check's JSON, and the project that it is of.
#[must_use]
pub fn jsonl(reports: &[CheckReport]) -> String {
    let mut out = String::new();
    for report in reports {
        let positions = Positions::of(report);
        for found in &report.diagnostics {
            let line = Line { project: &report.project, finding: Finding::of(found, report, &positions) };
            // Strings, numbers and lists always serialise.
            out.push_str(&serde_json::to_string(&line).unwrap_or_default());
            out.push('\n');
        }
    }
    out
}

#[derive(Serialize, JsonSchema)]
struct Line<'a> {
    project: &'a str,
    #[serde(flatten)]
    finding: Finding<'a>,
}

/// The JSON schema of that JSON.
pub(super) fn schema() -> Schema {
    schemars::schema_for!(Check<'static>)
}

#[derive(Serialize, JsonSchema)]
#[schemars(title = "hookproof check --format json")]
struct Check<'a> {
    schema_version: u32,
    tool: Tool,
    project: Project<'a>,
    coverage: Coverage<'a>,
    diagnostics: Vec<Finding<'a>>,
    summary: Summary,
}

#[derive(Serialize, JsonSchema)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize, JsonSchema)]
struct Project<'a> {
    name: &'a str,
    adapter: &'a str,
    targets: &'a [String],
}

#[derive(Serialize, JsonSchema)]
struct Coverage<'a> {
    hooks: usize,
    renderings: usize,
    statements: usize,
    parsed: usize,
    branches: Branches<'a>,
    not_checked: Vec<Missed<'a>>,
}

/// The branches of hooks and of the macros that they reach.
#[derive(Serialize, JsonSchema)]
struct Branches<'a> {
    total: usize,
    reached: usize,
    not_reached: Vec<NotReached<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct NotReached<'a> {
    tag: &'static str,
    #[serde(rename = "macro")]
    macro_name: Option<&'a str>,
    #[serde(flatten)]
    span: Span<'a>,
}

impl<'a> Branches<'a> {
    fn of(report: &'a CheckReport, positions: &Positions<'a>) -> Branches<'a> {
        let (total, reached) = report.branch_counts();
        let not_reached = report.unreached().map(|branch| NotReached {
            tag: branch.tag,
            macro_name: branch.macro_name.as_deref(),
            span: Span::of(branch.place, positions),
        });
        Branches { total, reached, not_reached: not_reached.collect() }
    }
}

#[derive(Serialize, JsonSchema)]
struct Missed<'a> {
    what: &'a str,
    why: &'a str,
}

impl<'a> Missed<'a> {
    fn of(missed: &'a NotChecked) -> Missed<'a> {
        Missed { what: &missed.what, why: &missed.why }
    }
}

#[derive(Serialize, JsonSchema)]
struct Summary {
    errors: usize,
    warnings: usize,
    infos: usize,
    suppressed: usize,
}

#[derive(Serialize, JsonSchema)]
struct Finding<'a> {
    rule: &'static str,
    family: &'static str,
    #[schemars(extend("enum" = ["error", "warning", "info"]))]
    severity: &'static str,
    #[schemars(extend("enum" = ["high", "medium", "low"]))]
    confidence: &'static str,
    message: &'a str,
    help: Option<&'a str>,
    #[serde(flatten)]
    span: Span<'a>,
    hook: Option<Hook<'a>>,
    targets: &'a [String],
    sql: Option<&'a str>,
    related: Vec<Also<'a>>,
    fix: Option<Mend<'a>>,
}

impl<'a> Finding<'a> {
    fn of(found: &'a Diagnostic, report: &'a CheckReport, positions: &Positions<'a>) -> Finding<'a> {
        Finding {
            rule: found.rule,
            family: found.family,
            severity: found.severity.name(),
            confidence: found.confidence.name(),
            message: &found.message,
            help: found.help.as_deref(),
            span: Span::of(found.place, positions),
            hook: found.hook.as_ref().map(Hook::of),
            targets: if found.targets.is_empty() { &report.targets } else { &found.targets },
            sql: found.sql.as_deref(),
            related: found.related.iter().map(|related| Also::of(related, positions)).collect(),
            fix: found.fix.as_ref().map(|fix| Mend::of(fix, positions)),
        }
    }
}

#[derive(Serialize, JsonSchema)]
struct Span<'a> {
    file: &'a str,
    start: Point,
    end: Point,
}

impl<'a> Span<'a> {
    fn of(place: Place, positions: &Positions<'a>) -> Span<'a> {
        Span {
            file: positions.path(place),
            start: Point::of(place, place.start, positions),
            end: Point::of(place, place.end, positions),
        }
    }
}

#[derive(Serialize, JsonSchema)]
struct Hook<'a> {
    id: &'a str,
    kind: &'static str,
    node: Option<&'a str>,
}

impl<'a> Hook<'a> {
    fn of(hook: &'a HookRef) -> Hook<'a> {
        Hook { id: &hook.id, kind: hook.kind, node: hook.node.as_deref() }
    }
}

#[derive(Serialize, JsonSchema)]
struct Also<'a> {
    #[serde(flatten)]
    span: Span<'a>,
    message: &'a str,
}

impl<'a> Also<'a> {
    fn of(related: &'a Related, positions: &Positions<'a>) -> Also<'a> {
        Also { span: Span::of(related.place, positions), message: &related.message }
    }
}

#[derive(Serialize, JsonSchema)]
struct Mend<'a> {
    title: &'a str,
    #[schemars(extend("enum" = ["safe", "unsafe"]))]
    safety: &'static str,
    edits: Vec<Change<'a>>,
}

impl<'a> Mend<'a> {
    fn of(fix: &'a Fix, positions: &Positions<'a>) -> Mend<'a> {
        let safety = match fix.safety {
            Safety::Safe => "safe",
            Safety::Unsafe => "unsafe",
        };
        Mend { title: &fix.title, safety, edits: fix.edits.iter().map(|edit| Change::of(edit, positions)).collect() }
    }
}

#[derive(Serialize, JsonSchema)]
struct Change<'a> {
    #[serde(flatten)]
    span: Span<'a>,
    text: &'a str,
}

impl<'a> Change<'a> {
    fn of(edit: &'a Edit, positions: &Positions<'a>) -> Change<'a> {
        Change { span: Span::of(edit.place, positions), text: &edit.text }
    }
}
