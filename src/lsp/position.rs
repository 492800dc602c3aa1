//! Positions as editors count them: lines from 0, and in a line bytes, characters or the units of UTF-16.

use std::ops::Range;

use lsp_types::{Position, PositionEncodingKind};

use crate::source::Lines;

/// What the character of a position counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Bytes.
    Utf8,
    /// Units of UTF-16: what every client understands.
    Utf16,
    /// Characters.
    Utf32,
}

impl Encoding {
    /// The best of those that a client offers, by their names.
    pub(super) fn of(offered: &[&str]) -> Encoding {
        let preferred = [("utf-8", Encoding::Utf8), ("utf-32", Encoding::Utf32)];
        let found = preferred.into_iter().find(|(name, _)| offered.contains(name));
        found.map_or(Encoding::Utf16, |(_, encoding)| encoding)
    }

    /// Its name in the protocol.
    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
            Encoding::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    fn width(self, text: &str) -> usize {
        match self {
            Encoding::Utf8 => text.len(),
            Encoding::Utf16 => text.encode_utf16().count(),
            Encoding::Utf32 => text.chars().count(),
        }
    }

    /// The position of a byte; of the end where it lies beyond.
    pub(super) fn position(self, lines: &Lines<'_>, offset: u32) -> Position {
        let (line, before) = lines.before(offset);
        Position { line: line - 1, character: self.width(before) as u32 }
    }

    /// The range of some bytes.
    pub(super) fn range(self, lines: &Lines<'_>, bytes: Range<u32>) -> lsp_types::Range {
        let end = bytes.end.max(bytes.start);
        lsp_types::Range { start: self.position(lines, bytes.start), end: self.position(lines, end) }
    }

    /// The byte at a position. A character beyond its line means the line's end, a line beyond the last one the
    /// end of the text, and one inside a character that character.
    pub(super) fn offset(self, lines: &Lines<'_>, position: Position) -> u32 {
        let Some(line) = lines.line(position.line.saturating_add(1)) else { return lines.end() };
        let (start, text) = line;
        let mut left = position.character as usize;
        for (at, letter) in text.char_indices() {
            let width = self.width(letter.encode_utf8(&mut [0; 4]));
            if left < width {
                return start + at as u32;
            }
            left -= width;
        }
        start + text.len() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_and_bytes_lead_to_each_other() {
        let text = "aä\r\n𝄞b\n\nlast";
        let lines = Lines::new(text);
        for (encoding, of_b) in [(Encoding::Utf8, 4), (Encoding::Utf16, 2), (Encoding::Utf32, 1)] {
            let position = encoding.position(&lines, 9);
            assert_eq!((position.line, position.character), (1, of_b), "{encoding:?}");
            for (at, _) in text.char_indices().filter(|&(_, letter)| letter != '\r' && letter != '\n') {
                assert_eq!(encoding.offset(&lines, encoding.position(&lines, at as u32)), at as u32);
            }
        }
    }

    #[test]
    fn positions_beyond_mean_ends() {
        let lines = Lines::new("aä\r\n𝄞b\n\nlast");
        let at = |line, character| Encoding::Utf16.offset(&lines, Position { line, character });
        assert_eq!(at(0, 99), 3, "the carriage return belongs to the line's end");
        assert_eq!(at(1, 1), 5, "the middle of a character is its start");
        assert_eq!(at(2, 5), 11);
        assert_eq!(at(99, 0), 16);
        assert_eq!(at(u32::MAX, u32::MAX), 16);
        assert_eq!(Encoding::of(&["utf-16", "utf-8"]), Encoding::Utf8);
        assert_eq!(Encoding::of(&[]), Encoding::Utf16);
    }
}
