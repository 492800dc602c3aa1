//! Builds the value of a scalar together with the place of each of its bytes.

use crate::source::{FileId, Piece, Place, Text};

/// A text that grows from source bytes and from what escapes and line folding make of them.
pub(super) struct Written<'a> {
    source: &'a str,
    file: FileId,
    base: usize,
    value: String,
    pieces: Vec<Piece>,
}

impl<'a> Written<'a> {
    pub(super) fn new(source: &'a str, file: FileId, base: usize) -> Written<'a> {
        Written { source, file, base, value: String::new(), pieces: Vec::new() }
    }

    /// Adds source bytes as they are.
    pub(super) fn copy(&mut self, from: usize, to: usize) {
        if from >= to {
            return;
        }
        let (start, end) = ((self.base + from) as u32, (self.base + to) as u32);
        let at = self.value.len() as u32;
        self.value.push_str(&self.source[from..to]);
        if let Some(last) = self.pieces.last_mut()
            && last.verbatim
            && last.place.end == start
            && last.at + last.len == at
        {
            last.place.end = end;
            last.len += end - start;
            return;
        }
        let place = Place { file: self.file, start, end };
        self.pieces.push(Piece { at, len: end - start, place, verbatim: true, through: None });
    }

    /// Adds what a source range stands for; a lone newline is a copy.
    pub(super) fn make(&mut self, made: &str, from: usize, to: usize) {
        if made.is_empty() {
            return;
        }
        if self.source.get(from..to) == Some(made) {
            return self.copy(from, to);
        }
        let at = self.value.len() as u32;
        self.value.push_str(made);
        let place = Place { file: self.file, start: (self.base + from) as u32, end: (self.base + to) as u32 };
        self.pieces.push(Piece { at, len: made.len() as u32, place, verbatim: false, through: None });
    }

    pub(super) fn text(self) -> Text {
        Text { value: self.value.into(), pieces: self.pieces.into() }
    }
}
