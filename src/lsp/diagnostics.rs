//! Findings as editors show them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, NumberOrString, Position, Range,
};

use super::client::{Ability, Client};
use super::view::View;
use crate::diagnostic::{self, Severity};
use crate::report::{CheckReport, page};
use crate::run::Failure;
use crate::settings;
use crate::source::LineColumn;

/// What every finding is signed with.
pub(super) const SOURCE: &str = "hookproof";

const PROJECT: &str = "dbt_project.yml";
const START: LineColumn = LineColumn { line: 1, column: 1 };

/// The findings of a project, by file.
pub(super) fn by_file(report: &CheckReport, view: &View<'_>, client: &Client) -> BTreeMap<PathBuf, Vec<Diagnostic>> {
    let mut files: BTreeMap<PathBuf, Vec<Diagnostic>> = BTreeMap::new();
    for found in &report.diagnostics {
        files.entry(view.path(found.place.file)).or_default().push(of(found, view, client));
    }
    files
}

/// A finding.
pub(super) fn of(found: &diagnostic::Diagnostic, view: &View<'_>, client: &Client) -> Diagnostic {
    let href = page(found).filter(|_| client.can(Ability::Links)).and_then(|page| page.parse().ok());
    let related = |related: &diagnostic::Related| {
        let location = view.location(related.place)?;
        Some(DiagnosticRelatedInformation { location, message: related.message.clone() })
    };
    let related: Vec<_> = found.related.iter().filter(|_| client.can(Ability::Related)).filter_map(related).collect();
    Diagnostic {
        range: view.range(found.place),
        severity: Some(match found.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Info => DiagnosticSeverity::INFORMATION,
        }),
        code: Some(NumberOrString::String(found.rule.to_owned())),
        code_description: href.map(|href| CodeDescription { href }),
        source: Some(SOURCE.to_owned()),
        message: message(found),
        related_information: (!related.is_empty()).then_some(related),
        tags: None,
        data: None,
    }
}

/// What, and why; where it is so, if not in every target; what to do.
fn message(found: &diagnostic::Diagnostic) -> String {
    let mut message = found.message.clone();
    if !found.targets.is_empty() {
        let name = if found.targets.len() == 1 { "only in target" } else { "only in targets" };
        let _ = write!(message, "\n{name}: {}", found.targets.join(", "));
    }
    if let Some(help) = &found.help {
        let _ = write!(message, "\nhelp: {help}");
    }
    message
}

/// Why a project could not be checked, at the file that it speaks of.
pub(super) fn failure(failure: &Failure) -> (&str, Diagnostic) {
    let (path, at) = match failure.at() {
        Some((path, at)) => (path, at),
        None if failure.0.starts_with(settings::FILE) => (settings::FILE, START),
        None => (PROJECT, START),
    };
    let start = Position { line: at.line.saturating_sub(1), character: at.column.saturating_sub(1) };
    let diagnostic = Diagnostic {
        range: Range { start, end: start },
        severity: Some(DiagnosticSeverity::ERROR),
        source: Some(SOURCE.to_owned()),
        message: failure.0.clone(),
        ..Diagnostic::default()
    };
    (path, diagnostic)
}
