//! Texts that stand for those on disk: what an editor has not saved, what a fix would make, what another
//! revision had.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Files that are read otherwise than they are on disk. A path begins with the project's root as it was
/// given.
#[derive(Debug, Clone, Default)]
pub struct Overlay {
    files: BTreeMap<PathBuf, Option<Arc<str>>>,
}

impl Overlay {
    /// The file has this text, whether it is on disk or not.
    pub fn set(&mut self, path: impl Into<PathBuf>, text: impl Into<Arc<str>>) {
        self.files.insert(path.into(), Some(text.into()));
    }

    /// The file is not there.
    pub fn remove(&mut self, path: impl Into<PathBuf>) {
        self.files.insert(path.into(), None);
    }

    /// The file is as it is on disk.
    pub fn forget(&mut self, path: &Path) {
        self.files.remove(path);
    }

    /// What stands for a file: its text, or that it is not there. None where the disk is asked.
    #[must_use]
    pub fn get(&self, path: &Path) -> Option<Option<&Arc<str>>> {
        self.files.get(path).map(Option::as_ref)
    }

    /// Whether there is a file.
    #[must_use]
    pub fn is_file(&self, path: &Path) -> bool {
        self.get(path).map_or_else(|| path.is_file(), |text| text.is_some())
    }

    /// Whether there is a folder, or would be with these files.
    #[must_use]
    pub fn is_dir(&self, path: &Path) -> bool {
        path.is_dir() || self.below(path).next().is_some()
    }

    /// The files below a folder that have a text here, by path.
    pub fn below<'a>(&'a self, folder: &'a Path) -> impl Iterator<Item = (&'a Path, &'a Arc<str>)> {
        let from = self.files.range(folder.to_path_buf()..).take_while(move |(path, _)| path.starts_with(folder));
        from.filter_map(|(path, text)| Some((path.as_path(), text.as_ref()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_stand_for_those_on_disk() {
        let mut overlay = Overlay::default();
        overlay.set("p/models/a.sql", "select 1");
        overlay.set("p/models-old/a.sql", "select 2");
        overlay.remove("p/models/b.sql");
        assert!(overlay.is_file(Path::new("p/models/a.sql")));
        assert!(!overlay.is_file(Path::new("p/models/b.sql")));
        assert!(overlay.is_dir(Path::new("p/models")));
        let below: Vec<_> = overlay.below(Path::new("p/models")).map(|(path, _)| path.to_path_buf()).collect();
        assert_eq!(below, [PathBuf::from("p/models/a.sql")]);
    }
}
