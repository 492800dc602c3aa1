//! What a check leaves for the next one of the same project: work that depends on nothing but a text. The command
//! line begins with an empty store; an editor's server and `--watch` keep theirs.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::sql::Scripts;

/// What is kept of projects, by their folders.
#[derive(Debug, Default)]
pub struct Store {
    projects: Mutex<HashMap<PathBuf, Arc<Kept>>>,
}

/// What is kept of a project.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    /// The SQL of its hooks.
    pub(crate) scripts: Scripts,
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
