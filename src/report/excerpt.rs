//! The few lines around a place, and the part of a long SQL text that matters: cut in height and width,
//! with tabs spread and control characters made visible. The rest of a file is never looked at.

use std::ops::Range;

/// A mark over more lines than this is shown by its first line.
const MOST_MARKED_LINES: usize = 6;
/// Lines of SQL that are shown.
const MOST_SQL_LINES: usize = 10;
/// Rows that one line of SQL may take.
const MOST_SQL_ROWS: usize = 3;
/// What stands where something was cut.
const CUT: char = '…';

/// A few lines of a file with a mark.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// The lines, each with its newline.
    pub(super) text: String,
    /// The first line's number.
    pub(super) first_line: u32,
    /// The marked bytes of `text`.
    pub(super) mark: Range<usize>,
    /// The width that the marked line takes up to the middle of the mark.
    pub(super) label_at: usize,
    /// The number of lines that the mark goes on for and that are not shown.
    pub(super) hidden: usize,
}

impl Window {
    /// The lines of `place` in `text` with `context` lines before and after; the place starts in line `line`.
    /// No line is wider than `width`.
    pub(super) fn around(text: &str, place: Range<usize>, line: u32, context: usize, width: usize) -> Window {
        let start = floor(text, place.start);
        let end = ceil(text, place.end).max(start);
        let marked = text[start..end].trim_end();
        let newlines = marked.matches('\n').count();
        let hidden = if newlines >= MOST_MARKED_LINES { newlines } else { 0 };
        let end = if hidden > 0 { start + marked.find('\n').unwrap_or(marked.len()) } else { start + marked.len() };

        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = |from: usize| text[from..].find('\n').map_or(text.len(), |at| from + at);
        let mut lines = vec![];
        let mut before = line_start;
        for _ in 0..context {
            if before == 0 {
                break;
            }
            let from = text[..before - 1].rfind('\n').map_or(0, |at| at + 1);
            lines.insert(0, from..before - 1);
            before = from;
        }
        let above = lines.len();
        let mut from = line_start;
        loop {
            let to = line_end(from);
            lines.push(from..to);
            let past_mark = to >= end;
            if to == text.len() || (past_mark && lines.len() > above + text[start..end].matches('\n').count() + context)
            {
                break;
            }
            from = to + 1;
        }
        let marked_lines = above..above + 1 + text[start..end].matches('\n').count();
        let is_blank = |range: &Range<usize>| text[range.clone()].trim().is_empty();
        let mut first = 0;
        while first < marked_lines.start && is_blank(&lines[first]) {
            first += 1;
        }
        let mut last = lines.len();
        while last > marked_lines.end && is_blank(&lines[last - 1]) {
            last -= 1;
        }

        let mut shown = Shown { text: String::new(), mark: None, mark_end: 0, label_at: 0 };
        for range in &lines[first..last] {
            shown.push(text, range.clone(), start..end, width);
        }
        Window {
            mark: shown.mark.map_or(0..0, |from| from..shown.mark_end.max(from)),
            text: shown.text,
            first_line: line - (above - first) as u32,
            label_at: shown.label_at,
            hidden,
        }
    }
}

/// The lines of a window as they come together.
struct Shown {
    text: String,
    mark: Option<usize>,
    mark_end: usize,
    label_at: usize,
}

impl Shown {
    fn push(&mut self, text: &str, line: Range<usize>, mark: Range<usize>, width: usize) {
        let line = line.start..line.start + text[line.clone()].trim_end_matches('\r').len();
        let marked = mark.start.clamp(line.start, line.end)..mark.end.clamp(line.start, line.end);
        let touches = mark.start <= line.end && mark.end >= line.start;
        let starts_here = touches && mark.start >= line.start;
        let over_lines = mark.start < line.start || mark.end > line.end;
        let keep = match (touches, over_lines) {
            (true, false) => marked,
            (true, true) => marked.start..marked.start,
            (false, _) => line.start..line.start,
        };
        let visible = cut(text, line.clone(), keep, width);
        let mut column = 0;
        if visible.start > line.start {
            self.text.push(CUT);
            column += 1;
        }
        let mut label_from = 0;
        for (at, letter) in text[visible.clone()].char_indices() {
            let at = visible.start + at;
            if starts_here && self.mark.is_none() && at >= mark.start {
                (self.mark, label_from) = (Some(self.text.len()), column);
            }
            let letter_width = push_letter(&mut self.text, letter, column);
            column += letter_width;
            if touches && at < mark.end {
                self.mark_end = self.text.len();
                self.label_at = usize::midpoint(label_from, column);
            }
        }
        if starts_here && self.mark.is_none() {
            // An empty place at the end of a line: a blank to point at.
            (self.mark, self.label_at) = (Some(self.text.len()), column);
            self.mark_end = self.text.len();
            self.text.push(' ');
        }
        if visible.end < line.end {
            self.text.push(CUT);
        }
        self.text.push('\n');
    }
}

/// Writes a letter as it is shown in that column, and gives its width.
fn push_letter(out: &mut String, letter: char, column: usize) -> usize {
    match letter {
        '\t' => {
            let width = 4 - column % 4;
            out.extend(std::iter::repeat_n(' ', width));
            width
        }
        '\u{feff}' => 0,
        letter if letter.is_control() => {
            out.push('\u{fffd}');
            1
        }
        letter => {
            out.push(letter);
            letter_width(letter)
        }
    }
}

/// How many columns a letter takes in a terminal: two for the scripts of East Asia and for emoji.
fn letter_width(letter: char) -> usize {
    match letter as u32 {
        0x0300..=0x036f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f => 2,
        0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1faff | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

/// How many columns a text takes, with tabs at their widest.
pub(super) fn width_of(text: &str) -> usize {
    text.chars().map(|letter| if letter == '\t' { 4 } else { letter_width(letter) }).sum()
}

/// The part of a line that fits in `width` and shows `keep`, or at least its start.
fn cut(text: &str, line: Range<usize>, keep: Range<usize>, width: usize) -> Range<usize> {
    let columns = |letter: char| if letter == '\t' { 4 } else { letter_width(letter) };
    let fits = |range: Range<usize>| {
        let mut left = width;
        text[range].chars().all(|letter| match left.checked_sub(columns(letter)) {
            Some(rest) => {
                left = rest;
                true
            }
            None => false,
        })
    };
    if fits(line.clone()) {
        return line;
    }
    let room = width.saturating_sub(2).max(8);
    let mut kept = 0;
    for letter in text[keep.clone()].chars() {
        kept += columns(letter);
        if kept >= room {
            break;
        }
    }
    // A mark in the first two thirds keeps the line's start; one further on keeps some room behind it.
    let near = width_of(&text[line.start..floor(text, keep.start.min(line.start + room * 4))]) + kept <= room * 2 / 3;
    let mut before = if near { room } else { room.saturating_sub(kept).min(room / 2) };
    let mut start = keep.start;
    for (at, letter) in text[line.start..keep.start].char_indices().rev() {
        match before.checked_sub(columns(letter)) {
            Some(rest) => (before, start) = (rest, line.start + at),
            None => break,
        }
    }
    let mut after = room;
    let mut end = start;
    for (at, letter) in text[start..line.end].char_indices() {
        match after.checked_sub(columns(letter)) {
            Some(rest) => (after, end) = (rest, start + at + letter.len_utf8()),
            None => break,
        }
    }
    start..end
}

fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn ceil(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

/// The rows in which a SQL text is shown: without its common indentation, each at most `width` wide, cut to the
/// lines around what the person wrote, and saying so where it is cut.
pub(super) fn sql_rows(sql: &str, written: &str, width: usize) -> Vec<String> {
    let body = sql.trim_end();
    let body_start = body.len() - body.trim_start_matches(['\n', '\r']).len();
    let at = literal_part(written).and_then(|part| body.find(part).map(|at| at..at + part.len()));
    let mut lines: Vec<Range<usize>> = vec![];
    for line in body[body_start..].split('\n') {
        let start = lines.last().map_or(body_start, |last| last.end + 1);
        lines.push(start..start + line.len());
    }
    let middle = at.as_ref().map_or(0, |at| lines.partition_point(|line| line.end < at.start).min(lines.len() - 1));
    let first = middle.saturating_sub(MOST_SQL_LINES / 2).min(lines.len().saturating_sub(MOST_SQL_LINES));
    let last = (first + MOST_SQL_LINES).min(lines.len());
    let shown = &lines[first..last];
    let indent_of = |line: &Range<usize>| {
        let line = &body[line.clone()];
        (!line.trim().is_empty()).then(|| line.len() - line.trim_start_matches([' ', '\t']).len())
    };
    // dbt puts its own blanks before a hook's first line only.
    let others = shown.iter().skip(1).filter_map(indent_of).min();
    let of_first = shown.first().and_then(indent_of).unwrap_or(0);
    let indent = others.map_or(of_first, |others| others.min(of_first));

    let mut rows = vec![];
    if first > 0 {
        rows.push(format!("{CUT} {} before", super::counted(first, "line")));
    }
    for (number, line) in shown.iter().enumerate() {
        let indent = if number == 0 { of_first } else { indent };
        let line = (line.start + indent).min(line.end)..line.end;
        let keep = at.as_ref().map_or(line.start..line.start, |at| {
            at.start.clamp(line.start, line.end)..at.end.clamp(line.start, line.end)
        });
        let visible = cut(body, line.clone(), keep, width * MOST_SQL_ROWS - 8);
        let mut row = String::new();
        if visible.start > line.start {
            row.push(CUT);
        }
        for letter in body[visible.clone()].trim_end_matches('\r').chars() {
            let column = row.chars().count();
            push_letter(&mut row, letter, column);
        }
        if visible.end < line.end {
            row.push(CUT);
        }
        rows.extend(wrapped(&row, width, "", "  "));
    }
    if last < lines.len() {
        rows.push(format!("{CUT} {} after", super::counted(lines.len() - last, "line")));
    }
    rows
}

/// Whether the lines of a window already show a SQL text, but for blanks.
pub(super) fn shows(window: &Window, sql: &str) -> bool {
    if sql.len() > window.text.len() * 2 {
        return false;
    }
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    words(&window.text).contains(&words(sql))
}

/// The longest run of a template's text that Jinja does not touch, on one line.
fn literal_part(written: &str) -> Option<&str> {
    let mut parts = vec![];
    let mut rest = written;
    while let Some(at) = rest.find(['{']) {
        parts.push(&rest[..at]);
        let inside = &rest[at..];
        let end = ["}}", "%}", "#}"].iter().filter_map(|close| inside.find(close)).min();
        rest = end.map_or("", |end| &inside[end + 2..]);
    }
    parts.push(rest);
    let lines = parts.into_iter().flat_map(|part| part.split('\n')).map(str::trim);
    lines.filter(|part| part.len() >= 3).max_by_key(|part| part.len())
}

/// The text in rows of at most `width`, broken at blanks, or in a word that is too long for a row.
pub(super) fn wrapped(text: &str, width: usize, first_indent: &str, indent: &str) -> Vec<String> {
    let mut rows = vec![];
    for line in text.split('\n') {
        let mut row = if rows.is_empty() { first_indent.to_owned() } else { indent.to_owned() };
        let mut used = width_of(&row);
        let mut blank = true;
        for word in line.split_inclusive(' ') {
            let word_width = width_of(word.trim_end());
            if !blank && used + word_width > width {
                rows.push(std::mem::replace(&mut row, indent.to_owned()));
                used = width_of(indent);
                blank = true;
            }
            for letter in word.chars() {
                let columns = letter_width(letter);
                if used + columns > width && !letter.is_whitespace() {
                    rows.push(std::mem::replace(&mut row, indent.to_owned()));
                    used = width_of(indent);
                }
                row.push(letter);
                used += columns;
            }
            blank &= word.trim().is_empty();
        }
        rows.push(row);
    }
    rows.into_iter().map(|row| row.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(text: &str, marked: &str) -> Window {
        let start = text.find(marked).unwrap();
        let line = text[..start].matches('\n').count() as u32 + 1;
        Window::around(text, start..start + marked.len(), line, 1, 40)
    }

    #[test]
    fn a_window_holds_the_marked_line_and_its_neighbours() {
        let found = window("a\nb\nc marked\nd\ne\n", "marked");
        assert_eq!(found.text, "b\nc marked\nd\n");
        assert_eq!(found.first_line, 2);
        assert_eq!(&found.text[found.mark], "marked");
    }

    #[test]
    fn blank_neighbours_are_left_out() {
        let found = window("a\n  \r\nc marked\r\n\r\ne\r\n", "marked");
        assert_eq!((found.text.as_str(), found.first_line), ("c marked\n", 3));
    }

    #[test]
    fn tabs_are_spread_and_control_characters_shown() {
        let found = window("\tselect\u{1b}[0m\tx\n", "x");
        assert_eq!(found.text, "    select\u{fffd}[0m  x\n");
        assert_eq!(&found.text[found.mark], "x");
    }

    #[test]
    fn a_long_line_is_cut_around_the_mark() {
        let text = format!("{} marked {}", "é".repeat(500), "日".repeat(500));
        let found = window(&text, "marked");
        assert!(width_of(found.text.trim_end()) <= 40, "{}", found.text);
        assert!(found.text.starts_with('…') && found.text.ends_with("…\n"), "{}", found.text);
        assert_eq!(&found.text[found.mark], "marked");
    }

    #[test]
    fn an_empty_place_gets_a_blank_to_point_at() {
        for text in ["", "\n", "select", "select\n", "select\r\n"] {
            for at in 0..=text.len() + 3 {
                let line = text.get(..at).unwrap_or(text).matches('\n').count() as u32 + 1;
                let found = Window::around(text, at..at, line, 1, 40);
                assert!(found.mark.start < found.text.len(), "{text:?} {at} {found:?}");
                assert!(found.mark.is_empty(), "{text:?} {at} {found:?}");
            }
        }
    }

    #[test]
    fn a_place_over_many_lines_is_shown_by_its_first() {
        let text = "x\nfirst\n".to_owned() + &"more\n".repeat(20);
        let found = Window::around(&text, 2..text.len(), 2, 0, 40);
        assert_eq!((found.text.as_str(), found.hidden), ("first\n", 20));
    }

    #[test]
    fn every_place_of_an_odd_file_can_be_shown() {
        let text = "\u{feff}a\tb\r\n\r\n日本 {{ x }}\n\n  end é";
        for start in 0..=text.len() {
            for end in start..=text.len() {
                for width in [1, 9, 80] {
                    let found = Window::around(text, start..end, 1 + text.len() as u32, 1, width);
                    assert!(
                        found.text.is_char_boundary(found.mark.start) && found.text.is_char_boundary(found.mark.end)
                    );
                }
            }
        }
    }

    #[test]
    fn long_sql_is_cut_to_what_was_written() {
        let sql = (1..=30).map(|n| format!("    select {n};")).collect::<Vec<_>>().join("\n");
        let rows = sql_rows(&sql, "select 20; {{ x }}", 40);
        assert_eq!(rows.first().map(String::as_str), Some("… 14 lines before"));
        assert_eq!(rows.get(1).map(String::as_str), Some("select 15;"));
        assert_eq!(rows.last().map(String::as_str), Some("… 6 lines after"));
    }

    #[test]
    fn text_is_wrapped_at_blanks_and_in_words_that_are_too_long() {
        assert_eq!(wrapped("one two three", 8, "", "  "), ["one two", "  three"]);
        assert_eq!(wrapped("abcdefghij", 6, "", " "), ["abcdef", " ghij"]);
        assert_eq!(wrapped("", 6, "", " "), [""]);
    }
}
