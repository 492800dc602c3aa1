//! What a check gave, as bytes: for a person, for a terminal's search, for a program.

pub mod azure;
mod branches;
pub mod compile;
pub mod concise;
pub mod diff;
mod excerpt;
pub mod github;
pub mod gitlab;
pub mod json;
pub mod junit;
pub mod list;
pub mod plan;
pub mod prove;
pub mod query;
pub mod sarif;
pub mod schema;
pub mod statistics;
pub mod text;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::{Coverage, Diagnostic, Severity, counted};
use crate::render::branches::Branch;
use crate::source::{FileId, LineColumn, Lines, Place, Sources};

pub use azure::azure;
pub use concise::concise;
pub use github::github;
pub use gitlab::gitlab;
pub use json::{json, jsonl};
pub use junit::junit;
pub use sarif::sarif;
pub use statistics::statistics;
pub use text::{TextOptions, text};

/// Where the tool and the pages of its rules are kept; blank while the package names no repository.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// What the check of one project gave.
#[derive(Debug, Clone)]
pub struct CheckReport {
    /// The project's name.
    pub project: String,
    /// The project's folder as those see it who read a report of a whole repository: from the top of the repository,
    /// with a `/` at the end; empty where that is the project.
    pub folder: String,
    /// The adapter's type: `postgres`.
    pub adapter: String,
    /// The targets that were looked at.
    pub targets: Vec<String>,
    /// The files that the places are in.
    pub sources: Arc<Sources>,
    /// What was and was not checked.
    pub coverage: Coverage,
    /// The branches of the hooks and of the macros that they reach, by place.
    pub branches: Vec<Branch>,
    /// The findings, sorted by place, then rule.
    pub diagnostics: Vec<Diagnostic>,
    /// How many findings the project's settings or comments silence.
    pub suppressed: usize,
}

/// How many findings there are of each severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Advice.
    pub infos: usize,
}

impl CheckReport {
    /// A file's path from the top of the repository.
    #[must_use]
    pub fn path_in_repository(&self, path: &str) -> String {
        format!("{}{path}", self.folder)
    }

    /// How many findings there are of each severity.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let of = |severity| self.diagnostics.iter().filter(|found| found.severity == severity).count();
        Counts { errors: of(Severity::Error), warnings: of(Severity::Warning), infos: of(Severity::Info) }
    }

    /// What was checked and what came of it, in one line, then a line for each thing that was not checked.
    #[must_use]
    pub fn closing(&self) -> Vec<String> {
        let outcome = format!("{}: {}: {}", self.project, self.checked(), self.outcome());
        let missed =
            self.coverage.not_checked.iter().map(|missed| format!("not checked: {}: {}", missed.what, missed.why));
        let branches = match self.branch_counts() {
            (all, reached) if reached < all => Some(format!(
                "branches: {reached} of {all} in hooks and their macros are gone through (--branches lists the others)"
            )),
            _ => None,
        };
        std::iter::once(outcome).chain(missed).chain(branches).collect()
    }

    fn checked(&self) -> String {
        let Coverage { hooks, declarations, renderings, statements, parsed, .. } = self.coverage;
        if hooks == 0 {
            return "no hooks".to_owned();
        }
        let declared = (declarations != hooks).then(|| counted(declarations, "declaration"));
        let with_tree = (parsed != statements).then(|| format!("{parsed} parsed"));
        let noted = |what: String, note: Option<String>| match note {
            Some(note) => format!("{what} ({note})"),
            None => what,
        };
        [
            noted(counted(hooks, "hook"), declared),
            counted(renderings, "rendering"),
            noted(counted(statements, "statement"), with_tree),
        ]
        .join(", ")
    }

    fn outcome(&self) -> String {
        let Counts { errors, warnings, infos } = self.counts();
        let mut parts: Vec<String> = [(errors, "error"), (warnings, "warning"), (infos, "info")]
            .into_iter()
            .filter(|&(count, _)| count > 0)
            .map(|(count, noun)| counted(count, noun))
            .collect();
        if parts.is_empty() {
            parts.push("nothing found".to_owned());
        }
        if self.suppressed > 0 {
            parts.push(format!("{} suppressed", self.suppressed));
        }
        parts.join(", ")
    }
}

/// A command of a CI system on a line for each finding, then the closing lines of each project where they are wanted.
fn commands(
    reports: &[CheckReport],
    closing: bool,
    command: impl Fn(&Diagnostic, &CheckReport, &Positions<'_>) -> String,
) -> String {
    let mut out = String::new();
    for report in reports {
        let positions = Positions::of(report);
        for found in &report.diagnostics {
            out.push_str(&command(found, report, &positions));
            out.push('\n');
        }
        for line in report.closing().iter().filter(|_| closing) {
            out.push_str(&on_one_line(line));
            out.push('\n');
        }
    }
    out
}

/// A text with a blank for all white space.
fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The link to the page of a finding's rule.
pub(crate) fn page(found: &Diagnostic) -> Option<String> {
    (!REPOSITORY.is_empty()).then(|| format!("{REPOSITORY}/blob/main/rules/{}/{}/README.md", found.family, found.rule))
}

/// Lines and columns of the places that a report names. Each file's lines are found once.
struct Positions<'a> {
    sources: &'a Sources,
    lines: BTreeMap<FileId, Lines<'a>>,
}

impl<'a> Positions<'a> {
    /// Finds the lines of every file that the report names.
    fn of(report: &'a CheckReport) -> Positions<'a> {
        let sources = report.sources.as_ref();
        let mut lines = BTreeMap::new();
        let places = report.diagnostics.iter().flat_map(|found| {
            let related = found.related.iter().map(|related| related.place);
            let edits = found.fix.iter().flat_map(|fix| &fix.edits).map(|edit| edit.place);
            std::iter::once(found.place).chain(related).chain(edits)
        });
        let branches = report.unreached().map(|branch| branch.place);
        for place in places.chain(branches) {
            lines.entry(place.file).or_insert_with(|| Lines::new(&sources.get(place.file).text));
        }
        Positions { sources, lines }
    }

    /// The path of a place's file.
    fn path(&self, place: Place) -> &'a str {
        &self.sources.get(place.file).path
    }

    /// The text of a place's file.
    fn text(&self, place: Place) -> &'a str {
        &self.sources.get(place.file).text
    }

    /// Line and column of a byte of a file.
    fn at(&self, file: FileId, offset: u32) -> LineColumn {
        self.lines.get(&file).map_or(LineColumn { line: 1, column: 1 }, |lines| lines.at(offset))
    }

    /// Line and column of a place's first byte.
    fn start(&self, place: Place) -> LineColumn {
        self.at(place.file, place.start)
    }
}
