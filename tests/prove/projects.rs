//! Projects for rehearsals.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A project in a folder of its own.
pub(crate) struct Project {
    folder: TempDir,
}

impl Project {
    /// Its folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Changes a file.
    pub(crate) fn edit(&self, path: &str, change: impl FnOnce(String) -> String) {
        let path = self.path().join(path);
        let before = fs::read_to_string(&path).unwrap();
        let after = change(before.clone());
        assert_ne!(before, after, "nothing is changed in {}", path.display());
        fs::write(path, after).unwrap();
    }
}

/// The project that has every example of the guide to operational hooks.
pub(crate) fn guide() -> Project {
    let project = Project { folder: tempfile::tempdir().unwrap() };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/projects/operational-hooks");
    let mut open = vec![PathBuf::new()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(root.join(&folder)).unwrap() {
            let path = folder.join(entry.unwrap().file_name());
            if root.join(&path).is_dir() {
                open.push(path);
            } else {
                project.write(path.to_str().unwrap(), &fs::read_to_string(root.join(&path)).unwrap());
            }
        }
    }
    project
}

/// A postgres project with the targets dev and prod, one model, and these parts of `dbt_project.yml`.
pub(crate) fn small(parts: &[&str]) -> Project {
    let project = Project { folder: tempfile::tempdir().unwrap() };
    let parts = parts.join("\n");
    project.write("dbt_project.yml", &format!("name: small\nversion: 1.0.0\nprofile: small\n{parts}\n"));
    let output =
        "{type: postgres, host: localhost, port: 5432, user: u, password: p, dbname: d, schema: main, threads: 1}";
    project
        .write("profiles.yml", &format!("small:\n  target: dev\n  outputs:\n    dev: {output}\n    prod: {output}\n"));
    project.write("models/orders.sql", "select 1 as id, 2.5 as total\n");
    project
}
