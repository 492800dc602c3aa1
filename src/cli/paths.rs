//! The paths that a check is given: projects, and files of which only what they can cause is told.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use hookproof::discover;

use super::complain;

/// What is checked: a project or a folder of several, and which of its files are meant; all of them where none is said.
pub(super) type Wanted = (PathBuf, Option<BTreeSet<String>>);

/// What paths mean. Files that lie in no project are told on stderr and left out: a commit has such too.
pub(super) fn wanted(paths: &[&Path]) -> Vec<Wanted> {
    let mut found: BTreeMap<PathBuf, Option<BTreeSet<String>>> = BTreeMap::new();
    let mut outside = Vec::new();
    for path in paths {
        if !path.is_file() {
            found.insert(path.to_path_buf(), None);
            continue;
        }
        let Ok(roots) = discover::roots(path) else {
            outside.push(path.display().to_string());
            continue;
        };
        for root in roots {
            let Some(inside) = inside(&root, path) else { continue };
            if let Some(files) = found.entry(root).or_insert_with(|| Some(BTreeSet::new())) {
                files.insert(inside);
            }
        }
    }
    if let [first, rest @ ..] = outside.as_slice() {
        let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
        complain(&format!("{first}{more} lies in no dbt project: not checked"));
    }
    found.into_iter().collect()
}

/// A file's path from a project's root, with `/`.
fn inside(root: &Path, file: &Path) -> Option<String> {
    let (root, file) = (root.canonicalize().ok()?, file.canonicalize().ok()?);
    let parts = file.strip_prefix(&root).ok()?.components();
    let parts: Vec<_> = parts.map(|part| part.as_os_str().to_string_lossy()).collect();
    Some(parts.join("/"))
}
