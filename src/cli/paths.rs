//! The paths that a check is given: projects, and files of which only what they can cause is told.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use hookproof::discover;

use super::complain;

/// What is checked: a project or a folder of several, and which of its files are meant; all of them where none is said.
pub(super) type Wanted = (PathBuf, Option<BTreeSet<String>>);

/// What paths mean, each project once. Files that lie in no project are told on stderr and left out: a commit has
/// such too.
pub(super) fn wanted(paths: &[&Path]) -> Vec<Wanted> {
    let mut found: BTreeMap<PathBuf, Wanted> = BTreeMap::new();
    let mut outside = Vec::new();
    for path in paths {
        let roots = match discover::roots(path) {
            Ok(roots) => roots,
            Err(_) if path.is_file() => {
                outside.push(path.display().to_string());
                continue;
            }
            // Whoever looks at it says what is wrong with it.
            Err(_) => vec![path.to_path_buf()],
        };
        for root in roots {
            let key = whole(&root);
            let file = if path.is_file() { inside(&key, path) } else { None };
            match (file, found.entry(key).or_insert_with(|| (root, Some(BTreeSet::new())))) {
                (Some(file), (_, Some(files))) => {
                    files.insert(file);
                }
                (Some(_), (_, None)) => {}
                (None, (_, files)) => *files = None,
            }
        }
    }
    if let [first, rest @ ..] = outside.as_slice() {
        let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
        complain(&format!("{first}{more} lies in no dbt project: not checked"));
    }
    found.into_values().collect()
}

/// A path by the one name that it has on disk.
fn whole(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}

/// A file's path from a project's root, with `/`.
fn inside(root: &Path, file: &Path) -> Option<String> {
    let file = whole(file);
    let parts = file.strip_prefix(root).ok()?.components();
    let parts: Vec<_> = parts.map(|part| part.as_os_str().to_string_lossy()).collect();
    Some(parts.join("/"))
}
