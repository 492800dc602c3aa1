//! Cuts a file into its top-level blocks the way dbt does it, before any Jinja is parsed.
//!
//! Only the blocks count: what stands between them is ignored, even where it is no Jinja. Comments,
//! raw blocks and quotes inside tags hide tags; `if` and `for` must balance everywhere.

use std::ops::Range;

use super::methods::text::is_space;

/// A block of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The tag's word: `macro`, `materialization`, `test`, `snapshot`.
    pub kind: String,
    /// The word after it.
    pub name: Option<String>,
    /// The whole block, from its opening tag to its closing tag; with a minus sign at the outer side
    /// of a tag, the white space there too.
    pub full: Range<usize>,
    /// What stands between the two tags.
    pub contents: Range<usize>,
    /// The opening tag, from its brace to its closing brace.
    pub header: Range<usize>,
}

/// Why a file can't be cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockFault {
    /// Where.
    pub range: Range<usize>,
    /// What dbt has against it.
    pub message: String,
    /// The blocks that end before the fault.
    pub blocks: Vec<Block>,
}

/// The top-level blocks of the allowed kinds.
///
/// dbt gives up on a file with a fault; the blocks before it come with the fault.
pub fn blocks(text: &str, allowed: &[&str]) -> Result<Vec<Block>, BlockFault> {
    let mut found = Vec::new();
    match cut(text, allowed, &mut found) {
        Ok(()) => Ok(found),
        Err((range, message)) => Err(BlockFault { range, message, blocks: found }),
    }
}

type Fault = (Range<usize>, String);

/// An opening tag that waits for its end.
struct Open {
    tag: Tag,
    header: Range<usize>,
}

struct Tag {
    word: String,
    name: Option<String>,
    /// From the tag's start, with the white space that a minus sign takes, to its end.
    range: Range<usize>,
    brace: usize,
}

fn cut(text: &str, allowed: &[&str], found: &mut Vec<Block>) -> Result<(), Fault> {
    let mut tags = Tags { text, bytes: text.as_bytes(), at: 0 };
    let mut flow: Vec<&'static str> = Vec::new();
    let mut open: Option<Open> = None;
    while let Some(tag) = tags.next()? {
        let here = tag.brace..tag.range.end;
        match tag.word.as_str() {
            "if" => flow.push("endif"),
            "for" => flow.push("endfor"),
            end @ ("endif" | "endfor") => match flow.pop() {
                None => {
                    let start = &end[3..];
                    return Err((
                        here,
                        format!("Got an unexpected control flow end tag, got {end} but never saw a preceeding {start}"),
                    ));
                }
                Some(expected) if expected != end => {
                    return Err((
                        here,
                        format!("Got an unexpected control flow end tag, got {end} but expected {expected} next"),
                    ));
                }
                Some(_) => {}
            },
            _ => {}
        }
        if allowed.contains(&tag.word.as_str()) {
            if !flow.is_empty() {
                return Err((
                    here,
                    "Got a block definition inside control flow. All dbt block definitions must be at the top level"
                        .to_owned(),
                ));
            }
            if let Some(outer) = &open {
                let outer = &outer.tag.word;
                return Err((
                    here,
                    format!(
                        "Got nested tags: {outer} did not have a matching {{% end{outer} %}} before a subsequent {} was found",
                        tag.word
                    ),
                ));
            }
            open = Some(Open { header: here, tag });
        } else if open.as_ref().is_some_and(|open| tag.word.strip_prefix("end") == Some(open.tag.word.as_str()))
            && let Some(Open { tag: start, header }) = open.take()
        {
            found.push(Block {
                full: start.range.start..tag.range.end,
                contents: start.range.end..tag.range.start.max(start.range.end),
                kind: start.word,
                name: start.name,
                header,
            });
        }
    }
    match open {
        Some(Open { tag, header }) => {
            Err((header, format!("Reached EOF without finding a close tag for {}", tag.word)))
        }
        None => Ok(()),
    }
}

/// Finds the tags of a text in order.
struct Tags<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
}

impl Tags<'_> {
    fn next(&mut self) -> Result<Option<Tag>, Fault> {
        loop {
            let Some(brace) = self.find(self.at, |pair| matches!(pair, b"{{" | b"{%" | b"{#")) else {
                return Ok(None);
            };
            match self.bytes[brace + 1] {
                b'#' => {
                    let Some(end) = self.find(brace + 2, |pair| pair == b"#}") else {
                        return Err((brace..brace + 2, "unexpected EOF, expected #}".to_owned()));
                    };
                    self.at = end + 2;
                }
                b'{' => self.expression(brace)?,
                _ => match self.tag_word(brace) {
                    Some((word, name, end)) => return self.tag(brace, word, name, end).map(Some),
                    // No tag for dbt: `{%+ x %}`, `{% %}`.
                    None => self.at = brace + 1,
                },
            }
        }
    }

    fn find(&self, from: usize, test: impl Fn(&[u8]) -> bool) -> Option<usize> {
        self.bytes.get(from..)?.windows(2).position(test).map(|at| from + at)
    }

    /// Goes over `{{ … }}`; a quoted string may hold the closing braces.
    fn expression(&mut self, brace: usize) -> Result<(), Fault> {
        let mut at = brace + 2;
        let mut close = self.find(at, |pair| pair == b"}}");
        loop {
            if close.is_some_and(|close| close < at) {
                close = self.find(at, |pair| pair == b"}}");
            }
            let quote = self.quote(at, close);
            match (close, quote) {
                (Some(close), quote) if quote.is_none_or(|quote| close < quote) => {
                    self.at = close + 2;
                    return Ok(());
                }
                (_, Some(quote)) => at = self.string_end(quote, brace)?,
                _ => return Err((brace..brace + 2, "unexpected EOF, expected }}".to_owned())),
            }
        }
    }

    /// The next quote before a byte, or before the end.
    fn quote(&self, from: usize, until: Option<usize>) -> Option<usize> {
        let until = until.unwrap_or(self.bytes.len()).max(from);
        self.bytes.get(from..until)?.iter().position(|byte| matches!(byte, b'\'' | b'"')).map(|at| from + at)
    }

    /// The end of the first complete string from a quote on: a quote that never closes is passed over.
    fn string_end(&self, quote: usize, brace: usize) -> Result<usize, Fault> {
        let mut from = Some(quote);
        let mut hopeless = [false; 2];
        while let Some(start) = from {
            let mark = self.bytes[start];
            let which = usize::from(mark == b'"');
            if !hopeless[which] {
                let mut at = start + 1;
                while at < self.bytes.len() {
                    match self.bytes[at] {
                        b'\\' => at += 2,
                        byte if byte == mark => return Ok(at + 1),
                        _ => at += 1,
                    }
                }
                hopeless[which] = true;
            }
            from = self.quote(start + 1, None);
        }
        Err((brace..quote + 1, "unexpected EOF, expected string".to_owned()))
    }

    /// The tag's word, the word after it, and where both end.
    fn tag_word(&self, brace: usize) -> Option<(String, Option<String>, usize)> {
        let after = brace + 2 + usize::from(self.bytes.get(brace + 2) == Some(&b'-'));
        let start = self.blanks_end(after);
        let end = self.word_end(start)?;
        let name_start = self.blanks_end(end);
        let name_end = if name_start > end { self.word_end(name_start) } else { None };
        let name = name_end.map(|name_end| self.text[name_start..name_end].to_owned());
        Some((self.text[start..end].to_owned(), name, name_end.unwrap_or(end)))
    }

    fn blanks_end(&self, from: usize) -> usize {
        let rest = &self.text[from..];
        from + rest.len() - rest.trim_start_matches(is_space).len()
    }

    fn word_end(&self, from: usize) -> Option<usize> {
        let first = *self.bytes.get(from)?;
        if !(first.is_ascii_alphabetic() || first == b'_') {
            return None;
        }
        let len = self.bytes[from..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        Some(from + len)
    }

    fn tag(&mut self, brace: usize, word: String, name: Option<String>, end: usize) -> Result<Tag, Fault> {
        let start = if self.bytes.get(brace + 2) == Some(&b'-') {
            let before = &self.text[self.at..brace];
            self.at + before.trim_end_matches(is_space).len()
        } else {
            brace
        };
        self.at = if word == "raw" { self.raw_end(brace)? } else { self.close(brace, end)? };
        Ok(Tag { word, name, range: start..self.at, brace })
    }

    /// The end of the tag, with the white space that its minus sign takes.
    fn close(&self, brace: usize, from: usize) -> Result<usize, Fault> {
        let mut at = from;
        let mut close = self.find(at, |pair| pair == b"%}");
        loop {
            if close.is_some_and(|close| close < at) {
                close = self.find(at, |pair| pair == b"%}");
            }
            let quote = self.quote(at, close);
            match (close, quote) {
                (Some(close), quote) if quote.is_none_or(|quote| close < quote) => {
                    let minus = close > at && self.bytes[close - 1] == b'-';
                    return Ok(if minus { self.blanks_end(close + 2) } else { close + 2 });
                }
                (_, Some(quote)) => at = self.string_end(quote, brace)?,
                _ => {
                    return Err((brace..from, "unexpected EOF, expected tag close (\"%}\")".to_owned()));
                }
            }
        }
    }

    /// The end of a raw block; nothing in it is a tag.
    fn raw_end(&self, brace: usize) -> Result<usize, Fault> {
        let mut at = brace;
        while let Some(next) = self.find(at + 2, |pair| pair == b"{%") {
            at = next;
            if let Some((word, _, end)) = self.tag_word(next)
                && word == "endraw"
            {
                let end = self.blanks_end(end);
                let rest = &self.bytes[end..];
                if rest.starts_with(b"-%}") {
                    return Ok(self.blanks_end(end + 3));
                }
                if rest.starts_with(b"%}") {
                    return Ok(end + 2);
                }
            }
        }
        Err((brace..brace + 2, "unexpected EOF, expected {% raw %}...{% endraw %}".to_owned()))
    }
}
