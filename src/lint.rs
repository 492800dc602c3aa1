//! Judges hooks: takes them with their renderings and scripts, and gives diagnostics, sorted by place and
//! rule. Knows nothing of report formats.
//!
//! A rule is a function over [`Findings`] that puts what it finds into a [`Sink`]; the sink makes one
//! diagnostic of what many hooks, targets and branches show in the same way.

mod coverage;
mod existence;
mod origin;
mod rules;
mod scene;
mod sink;

use crate::diagnostic::{Confidence, Diagnostic, Severity};
use crate::hook::{Hook, Hooks};
use crate::project::Project;
use crate::render::{Query, Rendering};
use crate::sql::Script;

pub use coverage::coverage;

use scene::{Scene, Sql, Step};
use sink::{Finding, Sink};

/// A hook with everything that is known of it.
#[derive(Debug)]
pub struct Checked<'a> {
    /// The hook.
    pub hook: &'a Hook,
    /// Its renderings, each once.
    pub renderings: Vec<Judged>,
}

/// A rendering with its SQL.
#[derive(Debug)]
pub struct Judged {
    /// The rendering.
    pub rendering: Rendering,
    /// The hook's own text in the run pass; blank where there is none.
    pub script: Script,
    /// What it executes while it renders: of the run pass, in order.
    pub queries: Vec<(Query, Script)>,
}

/// What the rules see.
#[derive(Debug)]
pub struct Findings<'a> {
    /// The project.
    pub project: &'a Project,
    /// The hooks' keys and values that dbt does not take.
    pub hooks: &'a Hooks,
    /// The hooks with their renderings.
    pub checked: Vec<Checked<'a>>,
    /// The names of the targets, the added ones last.
    pub targets: Vec<String>,
}

/// A rule: what it is called, how bad its findings are, its page, and how it finds them.
pub struct Rule {
    /// Its name, such as `drop-without-if-exists`.
    pub name: &'static str,
    /// Its family, such as `repeatable`.
    pub family: &'static str,
    /// How bad its findings are at worst.
    pub severity: Severity,
    /// How sure its findings are at best.
    pub confidence: Confidence,
    /// Its page, in Markdown.
    pub page: &'static str,
    /// Finds.
    check: for<'f> fn(&'f Findings<'f>, &mut Sink<'f>),
}

impl Rule {
    /// What it finds, in one sentence: the first line of its page below the title.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        self.page.lines().skip(1).find(|line| !line.is_empty()).unwrap_or_default()
    }

    /// The rule of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Rule> {
        RULES.iter().find(|rule| rule.name == name)
    }
}

macro_rules! rules {
    ($($family:literal / $name:literal, $severity:ident, $confidence:ident, $module:ident;)+) => {
        &[$(Rule {
            name: $name,
            family: $family,
            severity: Severity::$severity,
            confidence: Confidence::$confidence,
            page: include_str!(concat!("../rules/", $family, "/", $name, "/README.md")),
            check: rules::$module::check,
        }),+]
    };
}

/// Every rule, by family and name.
pub static RULES: &[Rule] = rules! {
    "jinja" / "missing-var", Error, High, missing_var;
    "jinja" / "render-error", Error, Medium, render_error;
    "jinja" / "template-syntax", Error, High, template_syntax;
    "jinja" / "undefined-macro", Error, High, undefined_macro;
    "jinja" / "undefined-name", Warning, High, undefined_name;
    "placement" / "invalid-hook-value", Error, High, invalid_hook_value;
    "placement" / "misspelled-hook-key", Error, High, misspelled_hook_key;
    "project" / "duplicate-key", Warning, High, duplicate_key;
    "project" / "unreadable-file", Error, High, unreadable_file;
    "purpose" / "transformation-in-hook", Info, Medium, transformation_in_hook;
    "repeatable" / "create-without-if-not-exists", Error, High, create_without_if_not_exists;
    "repeatable" / "drop-without-if-exists", Error, Medium, drop_without_if_exists;
    "sql" / "sql-syntax", Error, High, sql_syntax;
    "timing" / "hook-frozen-at-parse", Error, High, hook_frozen_at_parse;
    "timing" / "unguarded-query", Error, High, unguarded_query;
    "timing" / "wrong-context-name", Error, High, wrong_context_name;
};

/// Everything that the rules find, sorted by place, then rule.
#[must_use]
pub fn check(findings: &Findings<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for rule in RULES {
        let mut sink = Sink::new(rule, findings);
        (rule.check)(findings, &mut sink);
        found.extend(sink.diagnostics());
    }
    let sources = &findings.project.sources;
    found.sort_by(|left, right| {
        let key = |one: &Diagnostic| (one.place.start, one.place.end, one.rule);
        let path = |one: &Diagnostic| sources.get(one.place.file).path.as_str();
        (path(left), key(left), &left.message).cmp(&(path(right), key(right), &right.message))
    });
    found
}
