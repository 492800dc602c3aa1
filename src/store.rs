//! What a check leaves for the next one of the same project: work that depends on nothing but a text. The command
//! line begins with an empty store; an editor's server and `--watch` keep theirs.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::memo::Memo;
use crate::render::library::{Faults, Templates};
use crate::sql::{self, Dialect, Script};

/// What is kept of projects, by their folders.
#[derive(Debug, Default)]
pub struct Store {
    projects: Mutex<HashMap<PathBuf, Arc<Kept>>>,
}

/// What is kept of a project.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// The SQL of its hooks.
    scripts: Memo<(Dialect, Arc<str>), Arc<Script>>,
    /// The templates of its hooks, and of the files that declare them.
    pub(crate) templates: Arc<Templates>,
    /// What its macros are not parsed for.
    pub(crate) faults: Faults,
}

impl Store {
    /// What is kept of the project in a folder.
    pub(crate) fn of(&self, root: &Path) -> Arc<Kept> {
        let mut projects = self.projects.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(projects.entry(root.to_path_buf()).or_default())
    }

    /// Forgets the project in a folder.
    pub(crate) fn forget(&self, root: &Path) {
        self.projects.lock().unwrap_or_else(PoisonError::into_inner).remove(root);
    }
}

impl Kept {
    /// The SQL of a text.
    pub(crate) fn script(&self, text: &Arc<str>, dialect: Dialect) -> Arc<Script> {
        self.scripts.get((dialect, Arc::clone(text)), |(dialect, text)| Arc::new(sql::script(text, *dialect)))
    }

    /// Begins another check: what the last one did not ask for is forgotten.
    pub(crate) fn next_round(&self) {
        self.scripts.next_round();
        self.templates.next_round();
        self.faults.next_round();
    }
}
