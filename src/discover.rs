//! Finds dbt projects: the one that a path lies in, or all that lie below it.

use std::fmt;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

/// Folders in which no project of one's own lies.
const SKIPPED: &[&str] =
    &["dbt_packages", "dbt_modules", "target", "node_modules", "venv", "env", "site-packages", "__pycache__"];

/// There is no dbt project; the text says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoProject(String);

impl fmt::Display for NoProject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NoProject {}

/// The roots of the projects that a path means, sorted.
///
/// A folder with a `dbt_project.yml` is a root. A file or folder inside a project means that project, as
/// in git; a file of an installed package means the project it is installed in. A folder outside any
/// project means every project below it, but none that lies in another.
pub fn roots(path: &Path) -> Result<Vec<PathBuf>, NoProject> {
    let shown = path.display();
    if !path.exists() {
        return Err(NoProject(format!("{shown} does not exist: give the path of a folder with a dbt_project.yml")));
    }
    if path.is_dir() && is_root(path) && !is_installed(path) {
        return Ok(vec![path.to_path_buf()]);
    }
    if let Some(root) = enclosing(path) {
        return Ok(vec![root]);
    }
    let below = below(path);
    if !below.is_empty() {
        return Ok(below);
    }
    let folder = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
    if folder.join("dbt_project.yaml").is_file() {
        return Err(NoProject(format!(
            "{} has a dbt_project.yaml, which dbt does not read: rename it to dbt_project.yml",
            folder.display()
        )));
    }
    Err(NoProject(format!(
        "there is no dbt_project.yml in {shown}, in a folder above it or in one below it: \
         run hookproof in a dbt project, or give the project's path"
    )))
}

fn is_root(folder: &Path) -> bool {
    folder.join("dbt_project.yml").is_file()
}

/// Whether a folder is a package that dbt installed.
fn is_installed(folder: &Path) -> bool {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf());
    let parent = folder.parent().and_then(Path::file_name);
    parent.is_some_and(|name| name == "dbt_packages" || name == "dbt_modules")
}

/// The nearest project around a path that is no installed package, else the nearest at all.
#[must_use]
pub fn enclosing(path: &Path) -> Option<PathBuf> {
    let absolute = std::path::absolute(path).ok()?;
    let absolute = resolve_dots(&absolute);
    let roots: Vec<&Path> = absolute.ancestors().filter(|folder| is_root(folder)).collect();
    let root = roots.iter().find(|root| !is_installed(root)).or_else(|| roots.first())?;
    if path.is_relative() {
        // Keep relative paths relative: they are shown to people.
        let here = std::path::absolute(".").ok()?;
        if let Ok(rest) = root.strip_prefix(resolve_dots(&here)) {
            return Some(if rest.as_os_str().is_empty() { PathBuf::from(".") } else { rest.to_path_buf() });
        }
    }
    Some(root.to_path_buf())
}

/// Takes `.` and `..` out of an absolute path.
pub(crate) fn resolve_dots(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => {
                out.pop();
            }
            std::path::Component::CurDir => {}
            part => out.push(part),
        }
    }
    out
}

/// Every project below a folder, outermost ones only.
fn below(folder: &Path) -> Vec<PathBuf> {
    let enter = |entry: &DirEntry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() == 0
            || (entry.file_type().is_dir() && !name.starts_with('.') && !SKIPPED.contains(&name.as_ref()))
    };
    let mut walk = WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
    let mut found = Vec::new();
    loop {
        match walk.next() {
            None => break,
            // A link that leads back to itself, a folder that can't be read: nothing below it.
            Some(Err(_)) => {}
            Some(Ok(entry)) if !entry.file_type().is_dir() => {}
            Some(Ok(entry)) if !enter(&entry) => walk.skip_current_dir(),
            Some(Ok(entry)) if is_root(entry.path()) => {
                found.push(entry.path().to_path_buf());
                walk.skip_current_dir();
            }
            Some(Ok(_)) => {}
        }
    }
    found.sort();
    found
}
