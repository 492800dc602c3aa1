//! What a check says: findings, with their places, and what was checked.

use std::sync::Arc;

use crate::source::Place;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Advice.
    Info,
    /// It will hurt one day.
    Warning,
    /// dbt or the warehouse will fail, or the hook silently does something else.
    Error,
}

impl Severity {
    /// The severity of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Severity> {
        [Severity::Info, Severity::Warning, Severity::Error].into_iter().find(|severity| severity.name() == name)
    }

    /// The word in reports and settings.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// How sure a finding is. Low confidence never fails a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// It may well be fine.
    Low,
    /// It is most likely so.
    Medium,
    /// It is so.
    High,
}

impl Confidence {
    /// The word in reports and settings.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }
}

/// The hook that a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HookRef {
    /// dbt's id for on-run hooks; node id, kind and place in the merged list for the rest.
    pub id: String,
    /// `on-run-start`, `on-run-end`, `pre-hook` or `post-hook`.
    pub kind: &'static str,
    /// The node's unique id; none for on-run hooks.
    pub node: Option<String>,
}

/// Another place that explains a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub place: Place,
    /// What is there, such as `called from here`.
    pub message: String,
}

/// What a fix may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Safety {
    /// The meaning stays, or becomes the only possible one.
    Safe,
    /// A person should look at it.
    Unsafe,
}

/// A replacement of a byte range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub place: Place,
    /// What stands there afterwards.
    pub text: String,
}

/// A change that clears a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does: `add IF EXISTS`.
    pub title: String,
    /// Whether it may be applied unseen.
    pub safety: Safety,
    /// The edits; they do not overlap.
    pub edits: Vec<Edit>,
}

/// A finding.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// The rule's name.
    pub rule: &'static str,
    /// The rule's family.
    pub family: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// What, and why it hurts.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Where a person wrote it.
    pub place: Place,
    /// The first hook that shows it; none for findings about the project.
    pub hook: Option<HookRef>,
    /// How many effective hooks show it.
    pub hooks: usize,
    /// The targets in which it shows; all of them when empty.
    pub targets: Vec<String>,
    /// The rendered SQL that it is about.
    pub sql: Option<Arc<str>>,
    /// Other places, the macro calls above all.
    pub related: Vec<Related>,
    /// How to mend it.
    pub fix: Option<Fix>,
}

/// A number with its noun, in the plural where it needs one.
#[must_use]
pub fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

impl Diagnostic {
    /// The severity as far as it is sure: what is not sure fails nothing, so it is no error.
    pub(crate) fn sure_severity(&self) -> Severity {
        match (self.severity, self.confidence) {
            (Severity::Error, Confidence::Low) => Severity::Warning,
            (severity, _) => severity,
        }
    }

    /// The message, and below it what to do.
    #[must_use]
    pub fn message_with_help(&self) -> String {
        match &self.help {
            Some(help) => format!("{}\nhelp: {help}", self.message),
            None => self.message.clone(),
        }
    }
}

/// Something that was not checked, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotChecked {
    /// What: `3 hooks`, `package dbt_utils`.
    pub what: String,
    /// Why: `the package is listed but not installed`.
    pub why: String,
}

/// What was and was not checked.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    /// Effective hooks.
    pub hooks: usize,
    /// Places where they are declared.
    pub declarations: usize,
    /// Distinct renderings of them.
    pub renderings: usize,
    /// SQL statements in these.
    pub statements: usize,
    /// Statements of which there is a tree.
    pub parsed: usize,
    /// The rest.
    pub not_checked: Vec<NotChecked>,
}
