//! Finds and reads a project's files.

use std::collections::BTreeMap;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use walkdir::WalkDir;

use super::ignore::Ignore;
use super::problem::{Problem, ProblemKind};
use super::{LoadError, Overlay};
use crate::disk::{self, LARGEST, reason};
use crate::limits::{Limits, Unit};
use crate::source::{FileId, Place, Sources};

/// What dbt reads a file as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    Macros,
    Model,
    Snapshot,
    Analysis,
    SingularTest,
    GenericTest,
    Seed,
    Properties,
    Function,
}

/// A file that a package has, in one role.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) package: usize,
    pub(crate) role: Role,
    /// The path from the searched folder, with `/`.
    pub(crate) relative: String,
    /// The path from the package's root, with `/`.
    pub(crate) original: String,
    /// The path from the root project, with `/`.
    pub(crate) shown: String,
    pub(crate) absolute: PathBuf,
}

/// One search: a folder of a package, a role and the endings it takes.
pub(crate) struct Search<'a> {
    pub(crate) package: usize,
    pub(crate) role: Role,
    pub(crate) folder: &'a str,
    pub(crate) endings: &'a [&'a str],
}

/// A package's place on disk and in names.
pub(crate) struct Home<'a> {
    pub(crate) root: &'a Path,
    /// The way from the root project, with `/` at the end; empty for the root project itself.
    pub(crate) prefix: &'a str,
    pub(crate) ignore: &'a Ignore,
    /// Folders that are not entered, from the package's root.
    pub(crate) skipped: &'a [String],
    /// What is not as it is on disk.
    pub(crate) overlay: &'a Overlay,
    /// The folder that nothing is read outside of; none for a package, which may lie anywhere.
    pub(crate) bound: Option<&'a Path>,
}

impl Home<'_> {
    /// Whether a path leads out of the repository.
    fn is_outside(&self, path: &Path) -> bool {
        let inside = |bound: &Path| std::fs::canonicalize(path).is_ok_and(|real| !real.starts_with(bound));
        self.bound.is_some_and(inside)
    }

    fn outside(&self, shown: &str) -> Problem {
        let message = format!("{}{shown} leads out of the repository: dbt reads it, hookproof does not", self.prefix);
        Problem::new(ProblemKind::Outside, None, message)
    }
}

/// Lists the files of a search, sorted. dbt takes names that begin with neither `.`, `#` nor `~`, and
/// does not follow links to folders.
pub(crate) fn find(home: &Home<'_>, search: &Search<'_>, found: &mut Vec<Found>, problems: &mut Vec<Problem>) {
    let within = Path::new(search.folder).strip_prefix(home.root).ok().map(|path| path.to_string_lossy().into_owned());
    let folder = clean(within.as_deref().unwrap_or(search.folder));
    let top = match within {
        // Python joins an absolute path to nothing.
        None if Path::new(search.folder).is_absolute() => PathBuf::from(search.folder),
        _ if folder.is_empty() => home.root.to_path_buf(),
        _ => home.root.join(&folder),
    };
    if !home.overlay.is_dir(&top) {
        return;
    }
    if home.is_outside(&top) {
        let problem = home.outside(search.folder);
        if !problems.contains(&problem) {
            problems.push(problem);
        }
        return;
    }
    let skip =
        |path: &Path| relative(home.root, path).is_some_and(|path| home.skipped.contains(&path) && path != folder);
    let walk = WalkDir::new(&top).sort_by_file_name().into_iter().filter_entry(|entry| !skip(entry.path()));
    for entry in walk {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().and_then(|path| relative(home.root, path)).unwrap_or_default();
                problems.push(unreadable(&format!("{}{path}", home.prefix), error.io_error()));
                continue;
            }
        };
        let Some(path) = relative(&top, entry.path()) else {
            continue;
        };
        if path.is_empty() {
            continue;
        }
        let original = join(&folder, &path);
        let shown = format!("{}{original}", home.prefix);
        let linked = entry.path_is_symlink();
        if !linked && entry.file_type().is_dir() {
            continue;
        }
        if linked {
            match std::fs::metadata(entry.path()) {
                Ok(target) if target.is_dir() => {
                    problems.push(
                        Problem::new(
                            ProblemKind::LinkedFolder,
                            None,
                            format!("{shown} links to a folder: dbt does not follow it"),
                        )
                        .help("add the folder itself to the project's paths"),
                    );
                    continue;
                }
                Ok(_) if home.is_outside(entry.path()) => {
                    problems.push(home.outside(&original));
                    continue;
                }
                Ok(_) => {}
                Err(error) => {
                    problems.push(unreadable(&shown, Some(&error)));
                    continue;
                }
            }
        }
        let gone = home.overlay.get(entry.path()).is_some_and(|text| text.is_none());
        if !gone && is_wanted(home, search, &path, &original) {
            let absolute = entry.path().to_path_buf();
            let (package, role) = (search.package, search.role);
            found.push(Found { package, role, relative: path, original, shown, absolute });
        }
    }
    for (absolute, _) in home.overlay.below(&top).filter(|(path, _)| !path.is_file() && !path.ancestors().any(skip)) {
        let Some(path) = relative(&top, absolute) else { continue };
        let original = join(&folder, &path);
        if is_wanted(home, search, &path, &original) {
            let (package, role, shown) = (search.package, search.role, format!("{}{original}", home.prefix));
            found.push(Found { package, role, relative: path, original, shown, absolute: absolute.to_path_buf() });
        }
    }
}

/// Whether a file has a name that is searched for.
fn is_wanted(home: &Home<'_>, search: &Search<'_>, path: &str, original: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let lower = name.to_lowercase();
    !name.starts_with(['.', '#', '~'])
        && search.endings.iter().any(|ending| lower.len() > ending.len() && lower.ends_with(ending))
        && !home.ignore.is_ignored(original)
}

fn unreadable(shown: &str, error: Option<&io::Error>) -> Problem {
    let why = error.map_or_else(|| "a link that leads back to itself".to_owned(), reason);
    Problem::new(ProblemKind::Unreadable, None, format!("{shown} can't be read: {why}"))
}

/// A path below another, with `/`.
pub(crate) fn relative(root: &Path, path: &Path) -> Option<String> {
    let rest = path.strip_prefix(root).ok()?;
    let parts: Vec<_> = rest.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    Some(parts.join("/"))
}

/// A folder of the settings without `./` and slashes around it.
pub(crate) fn clean(folder: &str) -> String {
    folder.split('/').filter(|part| !part.is_empty() && *part != ".").collect::<Vec<_>>().join("/")
}

fn join(folder: &str, path: &str) -> String {
    if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") }
}

/// A file as it was read.
pub(crate) enum Content {
    Text(Arc<str>),
    Problem(Problem),
    /// Bytes that are no UTF-8: the problem, what can be read of the file, and where it ends to be UTF-8.
    NotUtf8(Problem, Arc<str>, usize),
}

/// Reads a file; an `Err` where the system does not allow it.
pub(crate) fn read(shown: &str, path: &Path, overlay: &Overlay) -> Result<Content, LoadError> {
    let too_large = || Ok(Content::Problem(too_large(shown, LARGEST)));
    match overlay.get(path) {
        Some(Some(text)) if text.len() as u64 > LARGEST => return too_large(),
        Some(Some(text)) => return Ok(Content::Text(Arc::clone(text))),
        Some(None) => return Ok(Content::Problem(unreadable(shown, Some(&io::ErrorKind::NotFound.into())))),
        None => {}
    }
    let bytes = match disk::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => return too_large(),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            return Err(LoadError::Unreadable { path: shown.to_owned(), reason: reason(&error) });
        }
        Err(error) => return Ok(Content::Problem(unreadable(shown, Some(&error)))),
    };
    Ok(match String::from_utf8(bytes) {
        Ok(text) => Content::Text(text.into()),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let readable = String::from_utf8_lossy(error.as_bytes()).into();
            let message = format!(
                "{shown} is not UTF-8 (byte {at}) and is left out; dbt stops with \"'utf-8' codec can't decode byte\""
            );
            let problem = Problem::new(ProblemKind::Encoding, None, message).help("save the file as UTF-8");
            Content::NotUtf8(problem, readable, at)
        }
    })
}

/// Reads every file once, in parallel, and numbers them by path.
pub(crate) fn read_all(
    found: &[Found],
    overlay: &Overlay,
    limits: &Limits,
    sources: &mut Sources,
    problems: &mut Vec<Problem>,
) -> Result<BTreeMap<String, FileId>, LoadError> {
    let mut paths: BTreeMap<&str, &Path> = BTreeMap::new();
    for file in found.iter().filter(|file| file.role != Role::Seed) {
        paths.insert(&file.shown, &file.absolute);
    }
    let mut paths: Vec<(&str, &Path)> = paths.into_iter().collect();
    leave_out(&mut paths, overlay, limits, problems);
    let contents: Vec<_> = paths.par_iter().map(|(shown, path)| read(shown, path, overlay)).collect();
    let mut numbers = BTreeMap::new();
    for ((shown, _), content) in paths.iter().zip(contents) {
        match content? {
            Content::Text(text) if text.len() as u64 > limits.file_size => {
                problems.push(too_large(shown, limits.file_size));
            }
            Content::Text(text) => drop(numbers.insert((*shown).to_owned(), sources.add(*shown, text))),
            Content::Problem(problem) => problems.push(problem),
            Content::NotUtf8(problem, readable, at) => {
                let file = sources.add(*shown, readable);
                let place = Place { file, start: at as u32, end: (at + char::REPLACEMENT_CHARACTER.len_utf8()) as u32 };
                problems.push(Problem { place: Some(place), ..problem });
            }
        }
    }
    Ok(numbers)
}

/// Leaves out the files that are more than a project may have: those that come last, by path.
fn leave_out(paths: &mut Vec<(&str, &Path)>, overlay: &Overlay, limits: &Limits, problems: &mut Vec<Problem>) {
    let mut tell = |left: &[(&str, &Path)], what: &str| {
        if let Some((first, _)) = left.first() {
            problems.push(left_out(left.len(), first, &format!("the project {what}")));
        }
    };
    let most = usize::try_from(limits.files).unwrap_or(usize::MAX);
    let more = paths.split_off(most.min(paths.len()));
    tell(&more, &format!("has more than {} files", Unit::Count.shown(limits.files)));
    let size = |(_, path): &(&str, &Path)| match overlay.get(path) {
        Some(text) => text.map_or(0, |text| text.len() as u64),
        None => std::fs::metadata(path).map_or(0, |known| if known.is_file() { known.len() } else { 0 }),
    };
    let sizes: Vec<u64> = paths.par_iter().map(size).collect();
    let mut room = limits.project_size;
    // One that is too large by itself is not read.
    let fits = |size: &&u64| {
        let after = if **size > limits.file_size { Some(room) } else { room.checked_sub(**size) };
        room = after.unwrap_or(room);
        after.is_some()
    };
    let more = paths.split_off(sizes.iter().take_while(fits).count());
    tell(&more, &format!("has more than {} of files", Unit::Bytes.shown(limits.project_size)));
}

/// Says that files are left out, from one on.
pub(crate) fn left_out(count: usize, first: &str, why: &str) -> Problem {
    let message = match count {
        1 => format!("1 file is left out, {first}: {why}"),
        _ => format!("{count} files are left out, from {first} on: {why}"),
    };
    Problem::new(ProblemKind::LeftOut, None, message)
}

fn too_large(shown: &str, most: u64) -> Problem {
    let message = format!("{shown} has more than {} and is left out", Unit::Bytes.shown(most));
    Problem::new(ProblemKind::TooLarge, None, message)
}

/// The first line of a file, of which no more than 64 KB are read.
pub(crate) fn first_line(path: &Path, overlay: &Overlay) -> Option<String> {
    let mut bytes = Vec::new();
    match overlay.get(path) {
        Some(text) => bytes.extend_from_slice(text?.as_bytes()),
        None if path.is_file() => drop(std::fs::File::open(path).ok()?.take(64 * 1024).read_to_end(&mut bytes).ok()?),
        None => return None,
    }
    let text = String::from_utf8_lossy(&bytes);
    let text = text.trim_start_matches('\u{feff}');
    Some(text.lines().next().unwrap_or_default().trim_end().to_owned())
}
