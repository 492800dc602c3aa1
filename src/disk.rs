//! Files on disk: read within bounds, and written whole or not at all.
//!
//! What is written stands beside the file that is meant, and is moved there once it is whole: a kill, a full disk or
//! a second run leaves the old file or the new one. What a killed run leaves besides is called `.hookproof-XXXXXX.tmp`;
//! no command reads it, and the next one that writes in that folder takes it away.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::Duration;

use tempfile::{Builder, NamedTempFile};

/// Files beyond this many bytes are not read.
pub(crate) const LARGEST: u64 = 16 * 1024 * 1024;

const PREFIX: &str = ".hookproof-";
const SUFFIX: &str = ".tmp";
/// How many letters of chance stand between the two.
const LETTERS: usize = 6;
/// What is older than this belongs to no run that is still at it.
const LEFT_BEHIND: Duration = Duration::from_hours(1);
/// How long a wait for a file that is being moved takes at a time.
const STEP: Duration = Duration::from_millis(2);

/// Held while files are moved to their places. It is of the process, as the signals are that wait for it.
static WRITING: Mutex<()> = Mutex::new(());

/// Who may read a file that was not there before. One that was keeps its permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Its owner alone: it may hold data.
    Owner,
    /// Whoever may read files of this user: it is for a team, and for git.
    All,
}

/// Waits until no file is being written, and lets none be written after that for as long as the result is held. Gives
/// up after a time: writing can wait for a disk that is away.
#[must_use]
pub fn settled(patience: Duration) -> Option<MutexGuard<'static, ()>> {
    let mut waited = Duration::ZERO;
    loop {
        match WRITING.try_lock() {
            Ok(held) => return Some(held),
            Err(TryLockError::Poisoned(held)) => return Some(held.into_inner()),
            Err(TryLockError::WouldBlock) if waited < patience => {
                thread::sleep(STEP);
                waited += STEP;
            }
            Err(TryLockError::WouldBlock) => return None,
        }
    }
}

fn writing() -> MutexGuard<'static, ()> {
    WRITING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads a file that is no device and no pipe, whose reading might not end, and that is not too large.
///
/// # Errors
/// As the system says; [`io::ErrorKind::FileTooLarge`] where there is more than a file may have.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let (bytes, is_whole) = read_start(path)?;
    if is_whole { Ok(bytes) } else { Err(io::Error::new(io::ErrorKind::FileTooLarge, "it has more than 16 MB")) }
}

/// The first bytes of such a file, as many as a file may have, and whether that is all of it.
pub(crate) fn read_start(path: &Path) -> io::Result<(Vec<u8>, bool)> {
    let known = fs::metadata(path)?;
    if known.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
    }
    if !known.is_file() {
        return Err(io::Error::other("it is a device or a pipe"));
    }
    let file = File::open(path)?;
    let mut bytes = Vec::with_capacity(file.metadata()?.len().min(LARGEST) as usize + 1);
    // It may grow meanwhile.
    file.take(LARGEST + 1).read_to_end(&mut bytes)?;
    let is_whole = bytes.len() as u64 <= LARGEST;
    bytes.truncate(LARGEST as usize);
    Ok((bytes, is_whole))
}

/// The same, of a text.
pub(crate) fn read_text(path: &Path) -> io::Result<String> {
    String::from_utf8(read(path)?).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8"))
}

/// Why reading or writing failed, without numbers of the system.
#[must_use]
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::NotFound if error.get_ref().is_none() => "it does not exist".to_owned(),
        _ => {
            let text = error.to_string();
            let end = text.find(" (os error").unwrap_or(text.len());
            text[..end].to_lowercase()
        }
    }
}

/// A file that stands beside the one that is meant.
#[derive(Debug)]
pub(crate) struct Staged {
    file: NamedTempFile,
    path: PathBuf,
}

impl Staged {
    /// Makes it, empty. The other one is a file, or is not there.
    pub(crate) fn new(path: &Path, readers: Readers) -> io::Result<Staged> {
        // A link stays a link.
        let path = if path.exists() { fs::canonicalize(path)? } else { path.to_path_buf() };
        let folder = folder(&path);
        if !folder.is_dir() {
            return Err(io::Error::new(io::ErrorKind::NotFound, "its folder does not exist"));
        }
        take_away(folder);
        let known = fs::metadata(&path).ok();
        if known.as_ref().is_some_and(|known| !known.is_file()) {
            return Err(io::Error::other("it is no file"));
        }
        // What nobody may write is not replaced, though the folder would let it.
        if known.is_some() {
            OpenOptions::new().append(true).open(&path)?;
        }
        let mut builder = Builder::new();
        builder.prefix(PREFIX).suffix(SUFFIX).rand_bytes(LETTERS);
        if known.is_none() && readers == Readers::All {
            permit_all(&mut builder);
        }
        let file = builder.tempfile_in(folder)?;
        if let Some(known) = known {
            // Before anything is in it.
            file.as_file().set_permissions(known.permissions())?;
            give(file.path(), &known);
        }
        Ok(Staged { file, path })
    }

    /// Where it stands until it is put in its place.
    pub(crate) fn path(&self) -> &Path {
        self.file.path()
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.file.as_file().sync_all()
    }

    /// Puts it in the place of the other one.
    pub(crate) fn put(self) -> io::Result<()> {
        self.file.persist(&self.path).map(drop).map_err(|failed| failed.error)
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(unix)]
fn permit_all(builder: &mut Builder<'_, '_>) {
    use std::os::unix::fs::PermissionsExt as _;
    // The user's own mask takes away from this.
    builder.permissions(Permissions::from_mode(0o666));
}

#[cfg(not(unix))]
fn permit_all(_: &mut Builder<'_, '_>) {}

/// Gives a file to the owner of another, where that can be done: a superuser's run takes nobody's files away.
#[cfg(unix)]
fn give(path: &Path, known: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt as _, chown};
    let is_ours = fs::metadata(path).is_ok_and(|own| (own.uid(), own.gid()) == (known.uid(), known.gid()));
    if !is_ours && chown(path, Some(known.uid()), Some(known.gid())).is_ok() {
        // Some systems take away permissions with the owner.
        let _ = fs::set_permissions(path, known.permissions());
    }
}

#[cfg(not(unix))]
fn give(_: &Path, _: &fs::Metadata) {}

/// Takes away what a killed run has left in a folder.
fn take_away(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let is_old = || {
            let changed = entry.metadata().ok().filter(fs::Metadata::is_file)?.modified().ok()?;
            Some(changed.elapsed().ok()? > LEFT_BEHIND)
        };
        if entry.file_name().to_str().is_some_and(is_left_behind) && is_old() == Some(true) {
            // Another run may have been faster.
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn is_left_behind(name: &str) -> bool {
    let letters = name.strip_prefix(PREFIX).and_then(|name| name.strip_suffix(SUFFIX));
    letters.is_some_and(|letters| letters.len() == LETTERS && letters.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// Writes a file, in the place of what is there. A device or a pipe stays what it is.
pub fn write(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|known| !known.is_file() && !known.is_dir()) {
        return OpenOptions::new().write(true).open(path)?.write_all(bytes);
    }
    let _writing = writing();
    let mut staged = Staged::new(path, readers)?;
    staged.write(bytes)?;
    staged.put()
}

/// Writes a file that is not there yet.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] where it is, and is left as it is.
pub fn write_new(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    let _writing = writing();
    // Before anything is made of it: a link to nothing is there too.
    if fs::symlink_metadata(path).is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let mut staged = Staged::new(path, readers)?;
    staged.write(bytes)?;
    staged.file.persist_noclobber(path).map(drop).map_err(|failed| failed.error)
}

/// Writes several files that are there. All are written beside the old ones before the first of them is replaced, so
/// that a full disk or a folder that can't be written leaves every one as it was.
///
/// # Errors
/// Which of them could not be written, and why.
pub(crate) fn write_all<'f>(files: impl Iterator<Item = (&'f Path, &'f [u8])>) -> Result<(), (usize, io::Error)> {
    let _writing = writing();
    let mut all = Vec::new();
    for (n, (path, bytes)) in files.enumerate() {
        let staged = Staged::new(path, Readers::Owner).and_then(|mut staged| {
            staged.write(bytes)?;
            Ok(staged)
        });
        all.push(staged.map_err(|reason| (n, reason))?);
    }
    for (n, staged) in all.into_iter().enumerate() {
        staged.put().map_err(|reason| (n, reason))?;
    }
    Ok(())
}

/// Makes a file with something that writes to a path, in the place of what is there.
pub(crate) fn make<E: From<io::Error>>(path: &Path, make: impl FnOnce(&Path) -> Result<(), E>) -> Result<(), E> {
    let _writing = writing();
    let staged = Staged::new(path, Readers::Owner)?;
    make(staged.path())?;
    staged.file.as_file().sync_all()?;
    Ok(staged.put()?)
}

/// Whether a file could be written, before there is anything to write.
pub(crate) fn try_write(path: &Path) -> io::Result<()> {
    Staged::new(path, Readers::Owner).map(drop)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_is_left_behind_is_taken_away_once_it_is_old() {
        let folder = tempfile::tempdir().unwrap();
        let make = |name: &str, is_old: bool| {
            let file = File::create(folder.path().join(name)).unwrap();
            if is_old {
                file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
            }
        };
        make(".hookproof-aB3dE6.tmp", true);
        make(".hookproof-aB3dE7.tmp", false);
        make(".hookproof-notes.tmp.md", true);
        make(".hookproof-mine.tmp", true);
        write(&folder.path().join("a"), b"x", Readers::All).unwrap();
        let mut names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|one| one.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, [".hookproof-aB3dE7.tmp", ".hookproof-mine.tmp", ".hookproof-notes.tmp.md", "a"]);
    }

    #[test]
    fn of_several_none_is_written_where_one_cannot_be() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (folder.path().join("a"), folder.path().join("missing/b"));
        fs::write(&first, "old").unwrap();
        let files = [(&*first, "new".as_bytes()), (&*second, "new".as_bytes())];
        assert_eq!(write_all(files.into_iter()).unwrap_err().0, 1);
        assert_eq!(fs::read_to_string(&first).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_there_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        write_new(&path, b"old", Readers::All).unwrap();
        assert_eq!(write_new(&path, b"new", Readers::All).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(read_text(&path).unwrap(), "old");
    }

    #[cfg(unix)]
    #[test]
    fn permissions_stay_and_links_stay() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a"), folder.path().join("b"));
        let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        write(&path, b"1", Readers::Owner).unwrap();
        assert_eq!(mode(), 0o600);
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        symlink("a", &link).unwrap();
        write(&link, b"2", Readers::Owner).unwrap();
        assert_eq!((mode(), fs::read(&path).unwrap()), (0o640, b"2".to_vec()));
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }
}
