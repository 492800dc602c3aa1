//! Files, places in them, and text that knows where each of its bytes was written.
//!
//! A position is a byte range in a named file from the moment of reading; lines and columns are made
//! when something is reported.

use std::ops::Range;
use std::sync::Arc;

/// A file of the project, by its number in [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A file that was read.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// The path from the project's root, with `/`; a file outside the root keeps the path as it was given.
    pub path: String,
    /// What the file holds, decoded.
    pub text: Arc<str>,
}

/// Every file that was read, in the order of their numbers.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    /// Takes a file in and gives its number.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let id = FileId(self.files.len() as u32);
        self.files.push(SourceFile { path: path.into(), text: text.into() });
        id
    }

    /// The file of that number.
    #[must_use]
    pub fn get(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// How many files there are.
    #[must_use]
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Every file with its number.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(n, file)| (FileId(n as u32), file))
    }

    /// The file's text, whole, each byte from its own place.
    #[must_use]
    pub fn text(&self, id: FileId) -> Text {
        let text = Arc::clone(&self.get(id).text);
        let end = text.len() as u32;
        Text::verbatim(text, Place { file: id, start: 0, end })
    }

    /// The text that stands at a place.
    #[must_use]
    pub fn slice(&self, place: Place) -> &str {
        let text = &self.get(place.file).text;
        text.get(place.start as usize..place.end as usize).unwrap_or_default()
    }
}

/// A byte range of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Place {
    /// The smallest place that holds both; the first where they stand in different files.
    #[must_use]
    pub fn to(self, other: Place) -> Place {
        if self.file != other.file {
            return self;
        }
        Place { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// A macro call that text came through, with the calls around it.
#[derive(Debug, PartialEq, Eq)]
pub struct Call {
    /// The macro's name, with its package where it was called so.
    pub name: Arc<str>,
    /// Where the call stands.
    pub place: Option<Place>,
    /// The call in whose macro this call stands.
    pub within: Option<Arc<Call>>,
}

impl Call {
    /// This call and those around it, innermost first.
    pub fn chain(&self) -> impl Iterator<Item = &Call> {
        std::iter::successors(Some(self), |call| call.within.as_deref())
    }
}

/// A run of bytes of a text with its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The run's first byte in the text.
    pub at: u32,
    /// How many bytes it has.
    pub len: u32,
    /// Where it was written.
    pub place: Place,
    /// The bytes are those of the place, one for one. Otherwise the place is what made them: an
    /// expression, an escape sequence.
    pub verbatim: bool,
    /// The macro call that it came through.
    pub through: Option<Arc<Call>>,
}

/// Text that knows where it was written. The pieces are in order and do not overlap; bytes that no
/// piece holds have no known origin.
#[derive(Debug, Clone)]
pub struct Text {
    /// The text.
    pub value: Arc<str>,
    /// Its origin.
    pub pieces: Arc<[Piece]>,
}

impl PartialEq for Text {
    fn eq(&self, other: &Text) -> bool {
        self.value == other.value
    }
}

impl Eq for Text {}

impl Text {
    /// Text of no known origin.
    #[must_use]
    pub fn plain(value: impl Into<Arc<str>>) -> Text {
        Text { value: value.into(), pieces: Arc::default() }
    }

    /// Text that stands at a place as it is.
    #[must_use]
    pub fn verbatim(value: impl Into<Arc<str>>, place: Place) -> Text {
        Text::of(value, place, true)
    }

    /// Text that one place made as a whole.
    #[must_use]
    pub fn made_at(value: impl Into<Arc<str>>, place: Place) -> Text {
        Text::of(value, place, false)
    }

    fn of(value: impl Into<Arc<str>>, place: Place, verbatim: bool) -> Text {
        let value = value.into();
        let len = value.len() as u32;
        if len == 0 {
            return Text::plain(value);
        }
        Text { value, pieces: Arc::from([Piece { at: 0, len, place, verbatim, through: None }]) }
    }

    /// The text as a string slice.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.value
    }

    /// The piece that holds a byte.
    #[must_use]
    pub fn piece_at(&self, at: u32) -> Option<&Piece> {
        let after = self.pieces.partition_point(|piece| piece.at <= at);
        let piece = &self.pieces[after.checked_sub(1)?];
        (at < piece.at + piece.len).then_some(piece)
    }

    /// Where a byte range was written: exact to the byte inside verbatim pieces, else the place that
    /// made them. A range that spans files is placed where it begins.
    #[must_use]
    pub fn place_of(&self, range: Range<usize>) -> Option<Place> {
        let (start, end) = (range.start as u32, (range.end.max(range.start + 1)) as u32);
        let from = self.pieces.partition_point(|piece| piece.at + piece.len <= start);
        let mut found: Option<Place> = None;
        for piece in &self.pieces[from..] {
            if piece.at >= end {
                break;
            }
            let place = piece.part(start.max(piece.at), end.min(piece.at + piece.len));
            found = Some(found.map_or(place, |whole| whole.to(place)));
        }
        found
    }

    /// The macro calls through which the first placed byte of the range came.
    #[must_use]
    pub fn through(&self, range: Range<usize>) -> Option<&Arc<Call>> {
        let from = self.pieces.partition_point(|piece| (piece.at + piece.len) as usize <= range.start);
        let piece = self.pieces.get(from)?;
        ((piece.at as usize) < range.end.max(range.start + 1)).then_some(piece.through.as_ref()).flatten()
    }

    /// A byte range of the text, with its origin.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Text {
        if range.start == 0 && range.end == self.value.len() {
            return self.clone();
        }
        let value: Arc<str> = Arc::from(&self.value[range.clone()]);
        Text { value, pieces: slice_pieces(&self.pieces, range.start as u32, range.end as u32).into() }
    }
}

impl Piece {
    /// Where the bytes from `start` to `end` of the text were written; both lie in the piece.
    #[must_use]
    pub fn part(&self, start: u32, end: u32) -> Place {
        if self.verbatim {
            let first = self.place.start + (start - self.at);
            Place { file: self.place.file, start: first, end: first + (end - start) }
        } else {
            self.place
        }
    }
}

/// The pieces of a byte range, counted from its start.
#[must_use]
pub fn slice_pieces(pieces: &[Piece], start: u32, end: u32) -> Vec<Piece> {
    let from = pieces.partition_point(|piece| piece.at + piece.len <= start);
    pieces[from..]
        .iter()
        .take_while(|piece| piece.at < end)
        .map(|piece| {
            let (first, last) = (start.max(piece.at), end.min(piece.at + piece.len));
            Piece { at: first - start, len: last - first, place: piece.part(first, last), ..piece.clone() }
        })
        .collect()
}

/// Line and column of a byte, both from 1; a column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineColumn {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

/// The starts of a file's lines, to find the line of a byte quickly.
#[derive(Debug)]
pub struct Lines<'a> {
    text: &'a str,
    starts: Vec<u32>,
}

impl<'a> Lines<'a> {
    /// Finds the lines of a text.
    #[must_use]
    pub fn new(text: &'a str) -> Lines<'a> {
        let after_newline = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n').map(|(at, _)| at as u32 + 1);
        Lines { text, starts: std::iter::once(0).chain(after_newline).collect() }
    }

    /// The line and column of a byte; of the end where it lies beyond.
    #[must_use]
    pub fn at(&self, offset: u32) -> LineColumn {
        let (line, before) = self.before(offset);
        LineColumn { line, column: before.chars().count() as u32 + 1 }
    }

    /// The line of a byte, from 1, and what stands before the byte on it.
    #[must_use]
    pub fn before(&self, offset: u32) -> (u32, &'a str) {
        let mut offset = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|&start| start as usize <= offset);
        let start = self.starts[line - 1] as usize;
        (line as u32, &self.text[start..offset])
    }

    /// A line by its number, from 1: its first byte, and its text without what ends it.
    #[must_use]
    pub fn line(&self, number: u32) -> Option<(u32, &'a str)> {
        let start = *self.starts.get(number.checked_sub(1)? as usize)?;
        let end = self.starts.get(number as usize).map_or(self.text.len(), |&next| next as usize);
        let line = &self.text[start as usize..end];
        let line = line.strip_suffix('\n').unwrap_or(line);
        Some((start, line.strip_suffix('\r').unwrap_or(line)))
    }

    /// The byte after the last.
    #[must_use]
    pub fn end(&self) -> u32 {
        self.text.len() as u32
    }
}

/// Builds text from parts, with their origins.
#[derive(Debug, Default, Clone)]
pub struct TextBuilder {
    value: String,
    pieces: Vec<Piece>,
}

impl TextBuilder {
    /// The text so far.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.value
    }

    /// Adds text of no known origin.
    pub fn push_plain(&mut self, value: &str) {
        self.value.push_str(value);
    }

    /// Adds text that one place made.
    pub fn push_made(&mut self, value: &str, place: Option<Place>, through: Option<&Arc<Call>>) {
        if let (Some(place), false) = (place, value.is_empty()) {
            let piece =
                Piece { at: 0, len: value.len() as u32, place, verbatim: false, through: through.map(Arc::clone) };
            self.push_piece(piece, self.value.len() as u32, None);
        }
        self.value.push_str(value);
    }

    /// Adds text with its pieces. Those that came through no macro call are taken to have come through
    /// `through`; bytes without a piece are taken to be made at `otherwise`.
    pub fn push_pieces(
        &mut self,
        value: &str,
        pieces: &[Piece],
        otherwise: Option<Place>,
        through: Option<&Arc<Call>>,
    ) {
        let base = self.value.len() as u32;
        let mut done = 0;
        for piece in pieces {
            self.fill(base, done, piece.at, otherwise, through);
            self.push_piece(piece.clone(), base, through);
            done = piece.at + piece.len;
        }
        self.fill(base, done, value.len() as u32, otherwise, through);
        self.value.push_str(value);
    }

    /// Adds a byte range of a text.
    pub fn push_slice(&mut self, text: &Text, range: Range<usize>) {
        let pieces = slice_pieces(&text.pieces, range.start as u32, range.end as u32);
        self.push_pieces(&text.value[range], &pieces, None, None);
    }

    fn fill(&mut self, base: u32, from: u32, to: u32, place: Option<Place>, through: Option<&Arc<Call>>) {
        if let (Some(place), true) = (place, from < to) {
            self.pieces.push(Piece {
                at: base + from,
                len: to - from,
                place,
                verbatim: false,
                through: through.map(Arc::clone),
            });
        }
    }

    fn push_piece(&mut self, mut piece: Piece, base: u32, through: Option<&Arc<Call>>) {
        piece.at += base;
        if piece.through.is_none() {
            piece.through = through.map(Arc::clone);
        }
        if let Some(last) = self.pieces.last_mut() {
            let adjacent = last.verbatim
                && piece.verbatim
                && last.at + last.len == piece.at
                && last.place.file == piece.place.file
                && last.place.end == piece.place.start;
            if adjacent && same_call(last.through.as_ref(), piece.through.as_ref()) {
                last.len += piece.len;
                last.place.end = piece.place.end;
                return;
            }
        }
        self.pieces.push(piece);
    }

    /// The text.
    #[must_use]
    pub fn finish(self) -> Text {
        Text { value: self.value.into(), pieces: self.pieces.into() }
    }
}

fn same_call(left: Option<&Arc<Call>>, right: Option<&Arc<Call>>) -> bool {
    match (left, right) {
        (None, None) => true,
        (Some(left), Some(right)) => Arc::ptr_eq(left, right),
        _ => false,
    }
}
