//! A pass over a template's source, before it is parsed: what Jinja2 accepts and minijinja does not is
//! rewritten in place and with the same length, so that no offset shifts.
//!
//! | Jinja2 | becomes |
//! |---|---|
//! | `{% if x: %}` | the colon goes |
//! | `{% macro m(a: str = none) %}` | the parameter's type goes |
//! | `{% do EXPRESSION %}` | `{{ EXPRESSION }}`, remembered as a `do` |
//! | `+x` | the plus goes |
//! | `{{ a, b }}`, `{% for x in a, b %}` | parentheses stand for the blanks around |
//! | `x[a, b]` | `x(a, b)`, remembered as a subscript |
//! | escapes in string literals | two harmless characters; the literal is read from the source again |
//! | blanks outside ASCII in a tag | blanks |
//! | integers of more than 38 digits | a short one; the literal is read from the source again |
//!
//! Jinja2 also takes a comment or a raw block that is opened as the very last thing, which is left out, and does not know
//! `{% raw +%}`, which is told as an unknown tag.
//!
//! Not rewritten: a tuple without parentheses and without blanks around it, and `{% print %}`.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

/// The source to parse, and what the rewriting has to remember.
pub(super) struct Rewritten<'a> {
    pub(super) source: Cow<'a, str>,
    /// Where the expressions of `{% do %}` tags lie: the offsets of their tags' first bytes.
    pub(super) dos: Vec<Range<u32>>,
    /// The offsets after the closing brackets of subscripts that were made calls.
    pub(super) tuple_subscripts: HashSet<u32>,
    /// Every `{% %}` tag.
    pub(super) blocks: Vec<Range<usize>>,
    /// A `raw` tag that Jinja2 does not take for one.
    pub(super) unknown_tag: Option<Range<usize>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Token {
    Name,
    Number,
    String,
    Open(u8),
    Close(u8),
    Comma,
    Colon,
    Assign,
    Plus,
    Other,
}

struct Lexed {
    token: Token,
    range: Range<usize>,
}

/// Rewrites a template's source.
pub(super) fn rewrite(source: &str) -> Rewritten<'_> {
    let mut rewriter = Rewriter {
        source,
        bytes: source.as_bytes(),
        edits: Vec::new(),
        dos: Vec::new(),
        tuple_subscripts: HashSet::new(),
        blocks: Vec::new(),
        unknown_tag: None,
        end: source.len(),
    };
    rewriter.template();
    let Rewriter { edits, dos, tuple_subscripts, blocks, unknown_tag, end, .. } = rewriter;
    let source = &source[..end];
    if edits.is_empty() {
        return Rewritten { source: Cow::Borrowed(source), dos, tuple_subscripts, blocks, unknown_tag };
    }
    let mut bytes = source.as_bytes().to_vec();
    for (range, fill) in edits {
        match fill {
            Fill::Byte(fill) => bytes[range].fill(fill),
            Fill::Text(text) => bytes[range].copy_from_slice(text),
            Fill::Number => {
                bytes[range.start + 1..range.end - 1].fill(b'_');
                bytes[range.start] = b'1';
                bytes[range.end - 1] = b'1';
            }
        }
    }
    // Only whole characters are overwritten, so the bytes stay UTF-8.
    let source = String::from_utf8(bytes).map_or(Cow::Borrowed(source), Cow::Owned);
    Rewritten { source, dos, tuple_subscripts, blocks, unknown_tag }
}

enum Fill {
    Byte(u8),
    Text(&'static [u8]),
    Number,
}

/// What a tag is of a raw block.
enum Raw {
    /// Its first, and where the block ends.
    Block(usize),
    /// Its first, and where its text starts, which nothing ends.
    Open(usize),
    /// Would be its first, but ends in `+%}`, there.
    Unknown(usize),
    /// Nothing.
    None,
}

struct Rewriter<'a> {
    source: &'a str,
    bytes: &'a [u8],
    edits: Vec<(Range<usize>, Fill)>,
    dos: Vec<Range<u32>>,
    tuple_subscripts: HashSet<u32>,
    blocks: Vec<Range<usize>>,
    unknown_tag: Option<Range<usize>>,
    /// Where the source ends that is parsed.
    end: usize,
}

impl Rewriter<'_> {
    fn template(&mut self) {
        let mut at = 0;
        while let Some(found) = self.bytes[at..].iter().position(|&byte| byte == b'{') {
            let start = at + found;
            match self.bytes.get(start + 1) {
                Some(b'#') => match self.source[start + 2..].find("#}") {
                    Some(end) => at = start + 2 + end + 2,
                    None => return self.open_end(start, start + 2),
                },
                Some(b'{') => at = self.tag(start, *b"}}"),
                Some(b'%') => match self.raw_block(start) {
                    Raw::Block(end) => at = end,
                    Raw::Open(body) => return self.open_end(start, body),
                    Raw::Unknown(end) => {
                        self.unknown_tag.get_or_insert(start..end);
                        at = end;
                    }
                    Raw::None => at = self.tag(start, *b"%}"),
                },
                _ => at = start + 1,
            }
        }
    }

    /// A comment or a raw block is opened here and not closed. Jinja2 passes over it where nothing follows; the last
    /// line end of a template is none of its text.
    fn open_end(&mut self, start: usize, body: usize) {
        let rest = self.source[body..].strip_prefix(['-', '+']).unwrap_or(&self.source[body..]);
        if matches!(rest, "" | "\n" | "\r" | "\r\n") {
            self.end = start;
        }
    }

    /// The raw block that starts here.
    fn raw_block(&self, start: usize) -> Raw {
        let inside = self.source[start + 2..].trim_start_matches(['-', '+']).trim_start();
        let Some(after) = inside.strip_prefix("raw").map(str::trim_start) else { return Raw::None };
        let sign = after.strip_prefix('+').is_some();
        let after = after.strip_prefix(['-', '+']).unwrap_or(after);
        let Some(body) = after.strip_prefix("%}") else { return Raw::None };
        let from = self.source.len() - body.len();
        if sign {
            return Raw::Unknown(from);
        }
        let mut at = from;
        while let Some(found) = self.source[at..].find("{%") {
            at += found + 2;
            let tag = self.source[at..].trim_start_matches(['-', '+']).trim_start();
            if let Some(rest) = tag.strip_prefix("endraw") {
                let rest = rest.trim_start();
                let rest = rest.strip_prefix(['-', '+']).unwrap_or(rest);
                if let Some(rest) = rest.strip_prefix("%}") {
                    return Raw::Block(self.source.len() - rest.len());
                }
            }
        }
        Raw::Open(from)
    }

    /// Rewrites the tag that starts here and gives the offset after it.
    fn tag(&mut self, start: usize, close: [u8; 2]) -> usize {
        let mut at = start + 2;
        if matches!(self.bytes.get(at), Some(b'-' | b'+')) {
            at += 1;
        }
        let mut tokens: Vec<Lexed> = Vec::new();
        let mut depth = 0usize;
        let end = loop {
            let Some(&byte) = self.bytes.get(at) else { return self.bytes.len() };
            if depth == 0 || close == *b"%}" {
                let signed = matches!(byte, b'-' | b'+') && self.bytes[at + 1..].starts_with(&close);
                if signed || self.bytes[at..].starts_with(&close) {
                    break at + usize::from(signed);
                }
            }
            let from = at;
            let token = match byte {
                b'\'' | b'"' => {
                    let Some(end) = self.string(at, byte) else { return self.bytes.len() };
                    at = end;
                    Token::String
                }
                b'(' | b'[' | b'{' => {
                    depth += 1;
                    at += 1;
                    Token::Open(byte)
                }
                b')' | b']' | b'}' => {
                    depth = depth.saturating_sub(1);
                    at += 1;
                    Token::Close(byte)
                }
                b',' => {
                    at += 1;
                    Token::Comma
                }
                b':' => {
                    at += 1;
                    Token::Colon
                }
                b'+' => {
                    at += 1;
                    Token::Plus
                }
                b'=' if self.bytes.get(at + 1) != Some(&b'=') => {
                    at += 1;
                    Token::Assign
                }
                b'=' | b'!' | b'<' | b'>' => {
                    at += 1 + usize::from(self.bytes.get(at + 1) == Some(&b'='));
                    Token::Other
                }
                b'0'..=b'9' => {
                    at = self.number(at);
                    Token::Number
                }
                _ if byte.is_ascii_whitespace() => {
                    at += 1;
                    continue;
                }
                _ if byte >= 0x80 && self.source[at..].starts_with(char::is_whitespace) => {
                    let len = self.source[at..].chars().next().map_or(1, char::len_utf8);
                    self.edits.push((at..at + len, Fill::Byte(b' ')));
                    at += len;
                    continue;
                }
                _ if byte == b'_' || byte.is_ascii_alphabetic() || byte >= 0x80 => {
                    let word = self.source[at..].find(|char: char| !(char == '_' || char.is_alphanumeric()));
                    at = word.map_or(self.bytes.len(), |len| at + len).max(at + 1);
                    while !self.source.is_char_boundary(at) {
                        at += 1;
                    }
                    Token::Name
                }
                _ => {
                    at += 1;
                    Token::Other
                }
            };
            tokens.push(Lexed { token, range: from..at });
        };
        if close == *b"%}" {
            self.blocks.push(start..end + 2);
        }
        self.tokens(&tokens, close == *b"%}", start, end);
        end + 2
    }

    /// Blanks the escapes of the string literal and gives the offset after it.
    fn string(&mut self, start: usize, quote: u8) -> Option<usize> {
        let mut at = start + 1;
        loop {
            match *self.bytes.get(at)? {
                b'\\' => {
                    let escaped = self.source[at + 1..].chars().next()?;
                    let end = at + 1 + escaped.len_utf8();
                    self.edits.push((at..end, Fill::Byte(b'x')));
                    at = end;
                }
                byte if byte == quote => return Some(at + 1),
                _ => at += 1,
            }
        }
    }

    fn number(&mut self, start: usize) -> usize {
        let mut at = start;
        while let Some(&byte) = self.bytes.get(at) {
            let exponent_sign = matches!(byte, b'+' | b'-')
                && matches!(self.bytes[at - 1], b'e' | b'E')
                && !self.bytes[start..].starts_with(b"0x")
                && self.bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
            let fraction = byte == b'.' && self.bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
            if !(byte == b'_' || byte.is_ascii_alphanumeric() || fraction || (at > start && exponent_sign)) {
                break;
            }
            at += 1;
        }
        let digits = &self.bytes[start..at];
        if digits.len() > 38 && digits.iter().all(|b| b.is_ascii_digit() || *b == b'_') {
            self.edits.push((start..at, Fill::Number));
        }
        at
    }

    fn text(&self, lexed: &Lexed) -> &str {
        &self.source[lexed.range.clone()]
    }

    fn tokens(&mut self, tokens: &[Lexed], block: bool, start: usize, end: usize) {
        let keyword = if block { tokens.first().map(|first| self.text(first).to_owned()) } else { None };
        if keyword.as_deref() == Some("do") {
            self.edits.push((start + 1..start + 2, Fill::Byte(b'{')));
            self.edits.push((tokens[0].range.clone(), Fill::Byte(b' ')));
            self.edits.push((end..end + 1, Fill::Byte(b'}')));
            self.dos.push(start as u32..end as u32 + 2);
        }
        if block {
            if let Some(last) = tokens.last().filter(|last| last.token == Token::Colon) {
                self.edits.push((last.range.clone(), Fill::Byte(b' ')));
            }
        }
        self.unary_plus(tokens);
        self.tuple_subscripts(tokens);
        match keyword.as_deref() {
            None => self.open_tuple(tokens),
            Some("if" | "elif" | "do") => self.open_tuple(&tokens[1..]),
            Some("for") => {
                let mut depth = 0usize;
                let mut outside = |word: &Lexed| {
                    match word.token {
                        Token::Open(_) => depth += 1,
                        Token::Close(_) => depth = depth.saturating_sub(1),
                        _ => {}
                    }
                    depth == 0 && word.token == Token::Name
                };
                let from = tokens.iter().position(|word| outside(word) && self.text(word) == "in");
                let walked = &tokens[from.map_or(tokens.len(), |from| from + 1)..];
                let to = walked.iter().position(|word| outside(word) && matches!(self.text(word), "if" | "recursive"));
                self.open_tuple(&walked[..to.unwrap_or(walked.len())]);
            }
            Some(_) => {}
        }
        // Last, because a type may hold what the others rewrite.
        if matches!(keyword.as_deref(), Some("macro" | "call")) {
            self.parameter_types(tokens);
        }
    }

    /// In the first parentheses of a macro, a colon after a parameter's name starts its type, which ends
    /// at the default's `=` or at the next parameter.
    fn parameter_types(&mut self, tokens: &[Lexed]) {
        let call = tokens.first().is_some_and(|first| self.text(first) == "call");
        let open = if call { 1 } else { 2 };
        if !matches!(tokens.get(open).map(|t| t.token), Some(Token::Open(b'('))) {
            return;
        }
        let mut depth = 0usize;
        let mut type_from = None;
        let mut in_default = false;
        for lexed in &tokens[open..] {
            match lexed.token {
                Token::Open(_) => depth += 1,
                Token::Close(_) => {
                    depth -= 1;
                    if depth == 0 {
                        if let Some(from) = type_from.take() {
                            self.edits.push((from..lexed.range.start, Fill::Byte(b' ')));
                        }
                        return;
                    }
                }
                Token::Colon if depth == 1 && !in_default => type_from = Some(lexed.range.start),
                Token::Assign | Token::Comma if depth == 1 => {
                    if let Some(from) = type_from.take() {
                        self.edits.push((from..lexed.range.start, Fill::Byte(b' ')));
                    }
                    in_default = lexed.token == Token::Assign;
                }
                _ => {}
            }
        }
    }

    /// Puts parentheses around a tuple that has none, where there are blanks for them.
    fn open_tuple(&mut self, tokens: &[Lexed]) {
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return };
        let mut depth = 0usize;
        let is_tuple = tokens.iter().any(|lexed| {
            match lexed.token {
                Token::Open(_) => depth += 1,
                Token::Close(_) => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && lexed.token == Token::Comma
        });
        let (before, after) = (first.range.start - 1, last.range.end);
        if is_tuple && self.bytes[before].is_ascii_whitespace() && self.bytes[after].is_ascii_whitespace() {
            self.edits.push((before..before + 1, Fill::Text(b"(")));
            self.edits.push((after..after + 1, Fill::Text(b")")));
        }
    }

    fn unary_plus(&mut self, tokens: &[Lexed]) {
        for (n, lexed) in tokens.iter().enumerate() {
            if lexed.token != Token::Plus {
                continue;
            }
            let operand_before = n.checked_sub(1).is_some_and(|before| match tokens[before].token {
                Token::Number | Token::String | Token::Close(_) => true,
                Token::Name => !is_operator_word(self.text(&tokens[before])),
                _ => false,
            });
            if !operand_before {
                self.edits.push((lexed.range.clone(), Fill::Byte(b' ')));
            }
        }
    }

    /// Whether the last token is a test's name, as in `x is in [1, 2]`: the bracket after it opens a list.
    fn names_test(&self, tokens: &[Lexed]) -> bool {
        let is_word = |lexed: &Lexed, word: &str| lexed.token == Token::Name && self.text(lexed) == word;
        match tokens {
            [.., is, not, _] if is_word(not, "not") => is_word(is, "is"),
            [.., is, _] => is_word(is, "is"),
            _ => false,
        }
    }

    fn tuple_subscripts(&mut self, tokens: &[Lexed]) {
        // For each open bracket: its token, whether it is a subscript, whether a comma stands in it.
        let mut open: Vec<(usize, bool, bool)> = Vec::new();
        for (n, lexed) in tokens.iter().enumerate() {
            match lexed.token {
                Token::Open(kind) => {
                    let subscript = kind == b'['
                        && !self.names_test(&tokens[..n])
                        && n.checked_sub(1).is_some_and(|before| match tokens[before].token {
                            Token::String | Token::Close(_) => true,
                            Token::Name => !is_operator_word(self.text(&tokens[before])),
                            _ => false,
                        });
                    open.push((n, subscript, false));
                }
                Token::Comma => {
                    if let Some(innermost) = open.last_mut() {
                        innermost.2 = true;
                    }
                }
                Token::Close(_) => {
                    if let Some((from, true, true)) = open.pop() {
                        self.edits.push((tokens[from].range.clone(), Fill::Text(b"(")));
                        self.edits.push((lexed.range.clone(), Fill::Text(b")")));
                        self.tuple_subscripts.insert(lexed.range.end as u32);
                    }
                }
                _ => {}
            }
        }
    }
}

fn is_operator_word(word: &str) -> bool {
    matches!(
        word,
        "and" | "or" | "not" | "in" | "is" | "if" | "else" | "elif" | "set" | "do" | "call" | "for" | "recursive"
    )
}
