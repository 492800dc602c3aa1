//! The filter `wordwrap`: Python's `textwrap`, with the settings that Jinja2 gives it.

use std::ops::Range;
use std::sync::LazyLock;

use fancy_regex::Regex;

use crate::jinja::error::{Eval, type_error, value_error};
use crate::jinja::interp::Interp;
use crate::jinja::methods::text::is_space;
use crate::jinja::value::{Args, Str, StrKind, Value};

/// Where a line may be broken: blanks; dashes between words; a word, up to a hyphen between its letters.
static PARTS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    const BLANK: &str = r"[\t\n\x0b\x0c\r ]";
    let (word, letter) = (r"[\p{L}\p{N}_]", r"[\p{L}\p{Nl}\p{No}_]");
    let dashed = r#"(?<=[\p{L}\p{N}_!"'&.,?])"#;
    let hyphen = format!("-(?:(?<={letter}{{2}}-)|(?<={letter}-{letter}-))(?={letter}-?{letter})");
    let inside = BLANK.replace('[', "[^");
    Regex::new(&format!(
        r"{BLANK}+|{dashed}-{{2,}}(?={word})|{inside}+?(?:{hyphen}|(?={BLANK}|\z)|{dashed}(?=-{{2,}}{word}))"
    ))
    .ok()
});

/// How lines are broken.
struct Style {
    /// The characters of a line, at least 1.
    width: usize,
    /// Words that fit no line are cut.
    cuts_words: bool,
    /// Words end at hyphens.
    splits_hyphens: bool,
    /// A word that is cut is cut after a hyphen, if it has one in reach.
    cuts_at_hyphens: bool,
}

/// A part that is broken only when no line holds it.
#[derive(Clone)]
struct Chunk {
    range: Range<usize>,
    /// Its length in characters.
    len: usize,
}

impl Interp {
    pub(super) fn wordwrap_filter(&mut self, value: &Value, args: &Args) -> Eval<Value> {
        let [width, long, separator, hyphens] =
            args.bind("do_wordwrap", ["width", "break_long_words", "wrapstring", "break_on_hyphens"], 0)?;
        let lines = self.call_method(value, "splitlines", Args::default())?;
        let lines = self.items_of(&lines)?;
        let width = match width {
            None => 79,
            _ if lines.is_empty() => 79,
            Some(width) => match width.as_int() {
                Some(width) if width > 0 => width as usize,
                Some(width) => return Err(value_error(format!("invalid width {width} (must be > 0)"))),
                None => {
                    let type_name = width.type_name();
                    return Err(type_error(format!("'<=' not supported between instances of '{type_name}' and 'int'")));
                }
            },
        };
        let style = Style {
            width,
            cuts_words: self.truth_or(long, true)?,
            splits_hyphens: matches!(hyphens, None | Some(Value::Bool(true))),
            cuts_at_hyphens: self.truth_or(hyphens, true)?,
        };
        let separator = separator.filter(|given| !given.is_none()).unwrap_or_else(|| Value::str("\n"));
        let mut paragraphs = Vec::with_capacity(lines.len());
        for line in &lines {
            let line = self.str_of(line)?;
            let wrapped = wrap(&line.text, &style);
            self.made(line.text.len())?;
            paragraphs.push(wrapped.into_iter().map(|range| plain(line.slice(range))).collect::<Vec<_>>());
        }
        let mut joined = Vec::with_capacity(paragraphs.len());
        for paragraph in paragraphs {
            let lines = Value::list(paragraph.into_iter().map(Value::Str).collect());
            joined.push(self.call_method(&separator, "join", Args::of(vec![lines]))?);
        }
        self.call_method(&separator, "join", Args::of(vec![Value::list(joined)]))
    }

    fn truth_or(&mut self, value: Option<Value>, otherwise: bool) -> Eval<bool> {
        value.map_or(Ok(otherwise), |value| self.truth(&value))
    }
}

fn plain(text: Str) -> Str {
    Str { kind: StrKind::Plain, ..text }
}

fn chunks_of(text: &str, style: &Style) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    let mut push = |range: Range<usize>| {
        if !range.is_empty() {
            chunks.push(Chunk { len: text[range.clone()].chars().count(), range });
        }
    };
    if style.splits_hyphens {
        let mut end = 0;
        for found in PARTS.iter().flat_map(|parts| parts.find_iter(text)).map_while(Result::ok) {
            push(end..found.start());
            push(found.range());
            end = found.end();
        }
        push(end..text.len());
    } else {
        let is_blank = |char: char| matches!(char, '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | ' ');
        let mut start = 0;
        let mut before = None;
        for (at, char) in text.char_indices() {
            if before.replace(is_blank(char)).is_some_and(|before| before != is_blank(char)) {
                push(start..at);
                start = at;
            }
        }
        push(start..text.len());
    }
    chunks
}

/// The lines of a paragraph. A line is a part of the text: only blanks at its ends are left out.
fn wrap(text: &str, style: &Style) -> Vec<Range<usize>> {
    let is_blank = |chunk: &Chunk| text[chunk.range.clone()].chars().all(is_space);
    let mut rest = chunks_of(text, style);
    rest.reverse();
    let mut lines = Vec::new();
    while !rest.is_empty() {
        let mut line: Vec<Chunk> = Vec::new();
        let mut len = 0;
        if !lines.is_empty() && rest.last().is_some_and(is_blank) {
            rest.pop();
        }
        while let Some(next) = rest.pop_if(|next| len + next.len <= style.width) {
            len += next.len;
            line.push(next);
        }
        if let Some(next) = rest.last_mut().filter(|next| next.len > style.width) {
            if style.cuts_words {
                line.push(cut(text, next, style.width - len, style));
            } else if line.is_empty() {
                line.extend(rest.pop());
            }
        }
        line.pop_if(|last| is_blank(last));
        if let (Some(first), Some(last)) = (line.first(), line.last()) {
            lines.push(first.range.start..last.range.end);
        }
    }
    lines
}

/// Takes as much of a long word as has room; nothing, where there is no room.
fn cut(text: &str, word: &mut Chunk, room: usize, style: &Style) -> Chunk {
    let shown = &text[word.range.clone()];
    let mut len = room;
    if style.cuts_at_hyphens && word.len > room {
        let hyphen = shown.chars().take(room).enumerate().filter(|(_, char)| *char == '-').last();
        if let Some((at, _)) = hyphen.filter(|(at, _)| shown.chars().take(*at).any(|char| char != '-')) {
            len = at + 1;
        }
    }
    let end = shown.char_indices().nth(len).map_or(word.range.end, |(at, _)| word.range.start + at);
    let head = Chunk { range: word.range.start..end, len };
    *word = Chunk { range: end..word.range.end, len: word.len - len };
    head
}
