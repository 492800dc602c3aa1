//! The files of a project as an editor names them, and places in them as it counts.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use lsp_types::{Location, Uri};

use super::documents::Documents;
use super::position::Encoding;
use super::uri;
use crate::discover;
use crate::source::{FileId, Lines, Place, Sources};

/// The files of a project, for an editor.
pub(super) struct View<'a> {
    pub(super) root: &'a Path,
    pub(super) sources: &'a Sources,
    pub(super) documents: &'a Documents,
    pub(super) encoding: Encoding,
    lines: RefCell<HashMap<FileId, Rc<Lines<'a>>>>,
}

impl<'a> View<'a> {
    pub(super) fn new(root: &'a Path, sources: &'a Sources, documents: &'a Documents, encoding: Encoding) -> View<'a> {
        View { root, sources, documents, encoding, lines: RefCell::default() }
    }

    /// Where a file is on disk.
    pub(super) fn path(&self, file: FileId) -> PathBuf {
        on_disk(self.root, &self.sources.get(file).path)
    }

    /// The file at a path.
    pub(super) fn file(&self, path: &Path) -> Option<FileId> {
        let shown = path.strip_prefix(self.root).ok();
        let is_it = |known: &str| shown.is_some_and(|shown| shown == Path::new(known)) || Path::new(known) == path;
        let mut files = self.sources.iter();
        files
            .find(|(id, file)| is_it(&file.path) || (file.path.contains("..") && self.path(*id) == path))
            .map(|(id, _)| id)
    }

    /// The lines of a file, which are found once.
    pub(super) fn lines(&self, file: FileId) -> Rc<Lines<'a>> {
        let sources = self.sources;
        let mut known = self.lines.borrow_mut();
        Rc::clone(known.entry(file).or_insert_with(|| Rc::new(Lines::new(&sources.get(file).text))))
    }

    /// A place, in its file.
    pub(super) fn range(&self, place: Place) -> lsp_types::Range {
        self.encoding.range(&self.lines(place.file), place.start..place.end)
    }

    /// A place with its file.
    pub(super) fn location(&self, place: Place) -> Option<Location> {
        Some(Location { uri: named(self.documents, &self.path(place.file))?, range: self.range(place) })
    }
}

/// A file of a project by its path from the root, or by a path of its own.
pub(super) fn on_disk(root: &Path, shown: &str) -> PathBuf {
    discover::resolve_dots(&root.join(shown))
}

/// What the editor calls a file: its own name for one that it has open.
pub(super) fn named(documents: &Documents, path: &Path) -> Option<Uri> {
    documents.get(path).map(|document| document.uri.clone()).or_else(|| uri::uri(path))
}
