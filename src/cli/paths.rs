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

/// A path by the one name that it has on disk; its last parts need not be there.
fn whole(path: &Path) -> PathBuf {
    if let Ok(whole) = path.canonicalize() {
        return whole;
    }
    let parent = path.parent().filter(|parent| *parent != path);
    match (parent, path.file_name()) {
        (Some(parent), Some(name)) if parent.as_os_str().is_empty() => whole(Path::new(".")).join(name),
        (Some(parent), Some(name)) => whole(parent).join(name),
        _ => path.to_path_buf(),
    }
}

/// The project of a file that stdin stands for, and the file's path in it; the file need not be there.
pub(super) fn of_stdin(file: &Path, given: &[&Path]) -> Result<(PathBuf, String), String> {
    if !matches!(given, [path] if *path == Path::new("-") || *path == Path::new(".")) {
        return Err("--stdin-filename says which file stdin stands for: give `-` for the path, and no other".to_owned());
    }
    let found = discover::enclosing(file).and_then(|root| Some((inside(&whole(&root), file)?, root)));
    let (inside, root) = found.ok_or_else(|| {
        format!("{} lies in no dbt project: give the path that the text is to be saved at", file.display())
    })?;
    Ok((root, inside))
}

/// A file's path from a project's root, with `/`.
fn inside(root: &Path, file: &Path) -> Option<String> {
    let file = whole(file);
    let parts = file.strip_prefix(root).ok()?.components();
    let parts: Vec<_> = parts.map(|part| part.as_os_str().to_string_lossy()).collect();
    Some(parts.join("/"))
}
