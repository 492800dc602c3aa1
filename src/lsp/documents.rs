//! The texts that an editor has open, as it has them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lsp_types::{TextDocumentContentChangeEvent, Uri};

use super::position::Encoding;
use crate::project::Overlay;
use crate::source::Lines;

/// A text that is open.
#[derive(Debug, Clone)]
pub(super) struct Document {
    /// What the editor calls it.
    pub(super) uri: Uri,
    /// The number that the editor gave this text.
    pub(super) version: i32,
    /// The text.
    pub(super) text: Arc<str>,
}

/// The texts that are open, by their paths.
#[derive(Debug, Clone, Default)]
pub(super) struct Documents {
    open: BTreeMap<PathBuf, Document>,
}

impl Documents {
    /// The text of a file, where it is open.
    pub(super) fn get(&self, path: &Path) -> Option<&Document> {
        self.open.get(path)
    }

    /// A file is open, with this text.
    pub(super) fn open(&mut self, path: PathBuf, document: Document) {
        self.open.insert(path, document);
    }

    /// A file is no more open.
    pub(super) fn close(&mut self, path: &Path) {
        self.open.remove(path);
    }

    /// Applies changes in their order. A range that the text does not have is cut to it. What is not open is left.
    pub(super) fn change(
        &mut self,
        path: &Path,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) {
        let Some(document) = self.open.get_mut(path) else { return };
        let mut text = document.text.to_string();
        for change in changes {
            let Some(range) = change.range else {
                text = change.text;
                continue;
            };
            let lines = Lines::new(&text);
            let start = encoding.offset(&lines, range.start) as usize;
            let end = (encoding.offset(&lines, range.end) as usize).max(start);
            text.replace_range(start..end, &change.text);
        }
        document.text = text.into();
        document.version = version;
    }

    /// What is read otherwise than it is on disk.
    pub(super) fn overlay(&self) -> Overlay {
        let mut overlay = Overlay::default();
        for (path, document) in &self.open {
            overlay.set(path, Arc::clone(&document.text));
        }
        overlay
    }
}
