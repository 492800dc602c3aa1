//! Judges hooks: takes them with their renderings and scripts, and gives diagnostics, sorted by place and
//! rule. Knows nothing of report formats.

use crate::hook::{Hook, Hooks};
use crate::project::Project;
use crate::render::{Query, Rendering};
use crate::sql::Script;

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
