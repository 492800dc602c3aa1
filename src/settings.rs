//! The settings of hookproof for a project: `hookproof.yml`, beside `dbt_project.yml`.

mod answers;
mod read;
pub mod schema;

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::Severity;
use crate::limits::Limits;
use crate::lint::{Selection, Selector};
use crate::lock::Lock;
use crate::project::{Ignore, Overlay};

pub use answers::Answers;

/// The name of the file.
pub const FILE: &str = "hookproof.yml";

/// The settings of a project.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The file's text; none where there is no file.
    pub text: Option<Arc<str>>,
    /// The adapter to assume.
    pub adapter: Option<String>,
    /// The targets that are looked at; all of the profile where none is named.
    pub targets: Vec<Named>,
    /// Answers to what cannot be known before the run.
    pub answers: Answers,
    /// Where each question of the answers stands in the file.
    pub questions: Vec<Named>,
    /// What the project needs and does not make, and what is there.
    pub assume: Assume,
    /// The Python environment whose dbt's own macros are used, from the project's folder.
    pub python_environment: Option<String>,
    /// Which rules are looked at.
    pub selection: Selection,
    /// The rules that the file itself names, with the setting that does.
    pub named_rules: Vec<NamedRule>,
    /// What holds for some files only.
    pub per_path: Vec<PerPath>,
    /// The bounds of the work.
    pub limits: Limits,
    /// What is accepted of packages, in a file of its own.
    pub lock: Option<Lock>,
}

/// A name with its bytes in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The name.
    pub name: String,
    /// Its bytes.
    pub range: Range<usize>,
}

/// A rule that is named in a setting.
#[derive(Debug, Clone)]
pub struct NamedRule {
    /// The setting: `ignore`, `severity`.
    pub setting: &'static str,
    /// What is named.
    pub selector: Selector,
    /// Its bytes.
    pub range: Range<usize>,
}

/// What holds for the files that fit a pattern as in `.gitignore`.
#[derive(Debug, Clone)]
pub struct PerPath {
    /// The pattern.
    pub pattern: Named,
    /// The pattern, compiled.
    pub files: Ignore,
    /// What is not looked at in these files.
    pub ignore: Vec<Selector>,
    /// How bad findings in these files are.
    pub severity: Vec<(Selector, Severity)>,
}

/// What is there outside of the project.
#[derive(Debug, Clone, Default)]
pub struct Assume {
    /// Tables with their columns, none where these are not said.
    pub tables: Vec<(Named, Vec<String>)>,
    /// Schemas.
    pub schemas: Vec<Named>,
    /// Roles, users and groups.
    pub roles: Vec<Named>,
    /// Warehouses.
    pub warehouses: Vec<Named>,
    /// Functions and procedures.
    pub functions: Vec<Named>,
}

/// Reads the settings of the project in a folder; none where there is no file.
///
/// # Errors
/// A sentence that says what to do, where the file cannot be read or says something that is not known.
pub fn load(root: &Path, overlay: &Overlay) -> Result<Settings, String> {
    let path = root.join(FILE);
    let text: Arc<str> = match overlay.get(&path) {
        Some(Some(text)) => Arc::clone(text),
        Some(None) => return Ok(Settings::default()),
        None => match crate::disk::read_text(&path) {
            Ok(text) => text.into(),
            Err(failure) if failure.kind() == std::io::ErrorKind::NotFound => return Ok(Settings::default()),
            Err(failure) => return Err(format!("{FILE} cannot be read: {failure}")),
        },
    };
    let settings = read::read(&text)?;
    Ok(Settings { text: Some(text), ..settings })
}
