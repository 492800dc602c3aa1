//! Every hook of a project in dbt's effective order, with dbt's ids: from the manifest's nodes and the
//! packages' on-run hooks. Knows nothing of Jinja.

mod effective;
mod frozen;
mod json;
mod keys;
mod value;

pub use effective::{hooks, hooks_within, idle, ignored, of_analysis};

use crate::datum::Datum;
use crate::source::{Place, Text};

/// When a hook runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HookKind {
    /// Before the first node.
    OnRunStart,
    /// Before its node.
    PreHook,
    /// After its node.
    PostHook,
    /// After the last node.
    OnRunEnd,
}

impl HookKind {
    /// dbt's word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            HookKind::OnRunStart => "on-run-start",
            HookKind::OnRunEnd => "on-run-end",
            HookKind::PreHook => "pre-hook",
            HookKind::PostHook => "post-hook",
        }
    }

    /// Whether it belongs to the run rather than to a node.
    #[must_use]
    pub fn is_on_run(self) -> bool {
        matches!(self, HookKind::OnRunStart | HookKind::OnRunEnd)
    }
}

/// Where a hook is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Declared {
    /// In `dbt_project.yml`.
    Project,
    /// In a properties file.
    Properties,
    /// In a `config()` call of the node's own file.
    Config,
}

/// An effective hook: one that dbt runs for one node, or for the run.
#[derive(Debug, Clone)]
pub struct Hook {
    /// dbt's unique id for on-run hooks; node id, kind and position for the rest.
    pub id: String,
    /// When it runs.
    pub kind: HookKind,
    /// The package it belongs to, by its place in the project's packages: the package that declares an
    /// on-run hook, the node's package for the rest.
    pub package: usize,
    /// The node, by its place in the project's nodes.
    pub node: Option<usize>,
    /// The node's unique id.
    pub node_id: Option<String>,
    /// The on-run hook that has it in its settings, by its place in the manifest's operations.
    pub operation: Option<usize>,
    /// Its place in the merged list of its kind, from 0.
    pub position: usize,
    /// Whether it runs inside the node's transaction.
    pub transaction: bool,
    /// Its text before rendering.
    pub raw: Text,
    /// Where it is declared.
    pub place: Option<Place>,
    /// In what kind of place.
    pub declared: Declared,
    /// What dbt renders in it when it reads the YAML, before any hook is rendered: the text as written.
    pub early: Option<Text>,
    /// The expression whose value at parse time it is.
    pub frozen: Option<Frozen>,
    /// The targets that have it, by their place in the project's targets.
    pub targets: Vec<usize>,
}

impl Hook {
    /// The place of an on-run hook in its own package's list, from 0: its id ends in it (facts D6).
    #[must_use]
    pub fn index(&self) -> usize {
        let last = self.id.rsplit(['-', '.']).next();
        last.and_then(|index| index.parse().ok()).unwrap_or(self.position)
    }
}

/// A hook that is not written as text but computed while dbt parses.
#[derive(Debug, Clone)]
pub struct Frozen {
    /// The expression.
    pub place: Place,
    /// What the same expression gives when dbt executes, where that is something else.
    pub at_run: Option<String>,
}

/// A key that looks like a hook's and is none.
#[derive(Debug, Clone)]
pub struct OddKey {
    /// The key.
    pub key: String,
    /// Where it stands.
    pub place: Place,
    /// What was meant.
    pub meant: &'static str,
    /// Why it does nothing, or stops dbt.
    pub fault: KeyFault,
    /// The node, where the key is in its file or properties.
    pub node_id: Option<String>,
}

/// What is wrong with a hook's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFault {
    /// It is taken for a setting of the user's own: the hook never runs.
    Ignored,
    /// dbt refuses the project: a top-level key of `dbt_project.yml`.
    Refused,
    /// The hook stands beside `config:`, or in another mapping there, where dbt ignores it.
    OutsideConfig,
    /// It stands below `meta:`, where dbt takes it for a note.
    UnderMeta,
    /// It stands at the top of a properties file, where dbt ignores it.
    TopOfProperties,
    /// A node's hook at the top of `dbt_project.yml`: dbt refuses the project.
    TopOfProject,
    /// A hook of the run among the settings of nodes, where dbt ignores it.
    NotOfNodes,
    /// A map without the plus sign is taken for a folder.
    MapWithoutPlus,
}

/// A hook's value that dbt does not take.
#[derive(Debug, Clone)]
pub struct BadValue {
    /// Where.
    pub place: Option<Place>,
    /// The kind of hook.
    pub kind: HookKind,
    /// What dbt has against it.
    pub fault: ValueFault,
    /// What dbt says.
    pub message: String,
    /// The node, for a node's hook.
    pub node_id: Option<String>,
}

/// What dbt has against a hook's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueFault {
    /// The value is of a kind that it does not take.
    Kind,
    /// One call of `config()` gives it in both spellings (facts D15).
    BothSpellings,
}

/// The hooks of a project.
#[derive(Debug, Clone, Default)]
pub struct Hooks {
    /// The effective hooks: on-run-start, then each node's in dbt's order, then on-run-end.
    pub hooks: Vec<Hook>,
    /// The hooks that on-run hooks have by the settings of models or by `config()` in their text: dbt keeps and
    /// parses them, and never runs them (facts D7).
    pub of_operations: Vec<Hook>,
    /// Keys that look like a hook's.
    pub odd_keys: Vec<OddKey>,
    /// Values that dbt does not take.
    pub bad_values: Vec<BadValue>,
}

/// A hook's value as a `config()` call gave it.
#[derive(Debug, Clone)]
pub struct ConfigHook {
    /// Before or after.
    pub kind: HookKind,
    /// The value in the parse pass.
    pub value: Datum,
    /// The value in the run pass, where it was asked for.
    pub at_run: Option<Datum>,
}
