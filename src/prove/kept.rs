//! A database that is kept in a file: written beside it, for its owner only, and moved there once it is whole.

use std::path::Path;

use tempfile::NamedTempFile;

use crate::Failure;

/// A file of its own in the folder of the one that is meant.
pub(super) fn beside(path: &Path) -> Result<NamedTempFile, Failure> {
    // A folder, a device or a pipe is not put aside for it.
    if path.exists() && !path.is_file() {
        return Err(Failure(format!("no database can be kept in {}: it is no file", path.display())));
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    NamedTempFile::with_prefix_in(".hookproof-", folder)
        .map_err(|reason| Failure(format!("no database can be written in {}: {reason}", folder.display())))
}

/// Puts the file where it is meant to be, in place of what is there.
pub(super) fn put(file: NamedTempFile, path: &Path) -> Result<(), Failure> {
    file.persist(path)
        .map(drop)
        .map_err(|failed| Failure(format!("the database can't be written to {}: {}", path.display(), failed.error)))
}
