//! Cuts YAML text into tokens the way libyaml does it, which is what dbt reads YAML with.

use std::collections::VecDeque;

use super::YamlFault;
use super::written::Written;
use crate::source::{FileId, Place, Text};

/// A position while scanning; columns count characters, as libyaml's do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    pub(super) at: usize,
    line: usize,
    column: usize,
}

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Quoted,
    Block,
}

/// What a token is.
#[derive(Debug, Clone)]
pub(super) enum Token {
    StreamEnd,
    Version { major: u32 },
    TagDirective { handle: String, prefix: String },
    DocumentStart,
    DocumentEnd,
    BlockSequence,
    BlockMapping,
    BlockEnd,
    FlowSequence,
    FlowSequenceEnd,
    FlowMapping,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias(String),
    Anchor(String),
    Tag { handle: String, suffix: String },
    Scalar { text: Text, style: Style },
}

/// A token with its byte range in the scanned text.
#[derive(Debug, Clone)]
pub(super) struct Spanned {
    pub(super) token: Token,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A token that may turn out to be the key of a mapping, once its colon is seen.
#[derive(Debug, Clone, Copy)]
struct SimpleKey {
    required: bool,
    number: usize,
    mark: Mark,
}

/// The scanner.
pub(super) struct Scanner<'a> {
    pub(super) text: &'a str,
    pub(super) bytes: &'a [u8],
    pub(super) file: FileId,
    /// Where the text begins in its file.
    pub(super) base: usize,
    pub(super) mark: Mark,
    tokens: VecDeque<Spanned>,
    taken: usize,
    pub(super) flow: usize,
    pub(super) indent: i64,
    indents: Vec<i64>,
    pub(super) key_allowed: bool,
    keys: Vec<Option<SimpleKey>>,
    ended: bool,
}

type Scan<T> = Result<T, YamlFault>;

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str, file: FileId, base: usize) -> Scanner<'a> {
        Scanner {
            text,
            bytes: text.as_bytes(),
            file,
            base,
            mark: Mark { at: 0, line: 0, column: 0 },
            tokens: VecDeque::new(),
            taken: 0,
            flow: 0,
            indent: -1,
            indents: Vec::new(),
            key_allowed: true,
            keys: vec![None],
            ended: false,
        }
    }

    /// The place of a byte range of the scanned text.
    pub(super) fn place(&self, start: usize, end: usize) -> Place {
        Place { file: self.file, start: (self.base + start) as u32, end: (self.base + end.max(start)) as u32 }
    }

    /// A fault at a byte, in libyaml's words.
    pub(super) fn fault(&self, context: &str, problem: &str, at: usize) -> YamlFault {
        let message = if context.is_empty() { problem.to_owned() } else { format!("{context}: {problem}") };
        let end = self.text.get(at..).and_then(|rest| rest.chars().next()).map_or(at, |first| at + first.len_utf8());
        YamlFault { place: self.place(at, end), message }
    }

    /// The next token, left where it is.
    pub(super) fn peek(&mut self) -> Scan<&Spanned> {
        loop {
            let mut needed = self.tokens.is_empty();
            if !needed {
                self.drop_stale_keys()?;
                needed = self.keys.iter().flatten().any(|key| key.number == self.taken);
            }
            if !needed {
                break;
            }
            if self.ended {
                if self.tokens.is_empty() {
                    let at = self.mark.at;
                    self.tokens.push_back(Spanned { token: Token::StreamEnd, start: at, end: at });
                }
                break;
            }
            self.fetch()?;
        }
        self.tokens.front().ok_or_else(|| YamlFault {
            place: Place { file: self.file, start: self.base as u32, end: self.base as u32 },
            message: "did not find expected token".to_owned(),
        })
    }

    /// Takes the next token.
    pub(super) fn next(&mut self) -> Scan<Spanned> {
        self.peek()?;
        self.taken += 1;
        let end = self.mark.at;
        Ok(self.tokens.pop_front().unwrap_or(Spanned { token: Token::StreamEnd, start: end, end }))
    }

    // ----- characters

    /// The byte so many bytes ahead; 0 beyond the end.
    pub(super) fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.mark.at + ahead).copied().unwrap_or(0)
    }

    /// How many bytes the line break at a byte has; 0 where there is none.
    pub(super) fn break_len(&self, at: usize) -> usize {
        match self.bytes.get(at) {
            Some(b'\n') => 1,
            Some(b'\r') => 1 + usize::from(self.bytes.get(at + 1) == Some(&b'\n')),
            Some(0xC2) if self.bytes.get(at + 1) == Some(&0x85) => 2,
            Some(0xE2) if matches!(self.bytes.get(at + 1..at + 3), Some([0x80, 0xA8 | 0xA9])) => 3,
            _ => 0,
        }
    }

    pub(super) fn is_break(&self) -> bool {
        self.break_len(self.mark.at) > 0
    }

    pub(super) fn is_blank(&self) -> bool {
        matches!(self.byte(0), b' ' | b'\t')
    }

    pub(super) fn is_end(&self) -> bool {
        self.mark.at >= self.bytes.len()
    }

    pub(super) fn is_blank_or_end(&self, ahead: usize) -> bool {
        let at = self.mark.at + ahead;
        at >= self.bytes.len() || matches!(self.bytes[at], b' ' | b'\t') || self.break_len(at) > 0
    }

    pub(super) fn column(&self) -> i64 {
        self.mark.column as i64
    }

    /// Goes over one character that is no line break.
    pub(super) fn skip(&mut self) {
        let first = self.byte(0);
        let len = match first {
            0..0x80 => 1,
            0x80..0xE0 => 2,
            0xE0..0xF0 => 3,
            _ => 4,
        };
        self.mark.at = (self.mark.at + len).min(self.bytes.len());
        self.mark.column += 1;
    }

    pub(super) fn skip_many(&mut self, count: usize) {
        for _ in 0..count {
            self.skip();
        }
    }

    /// Goes over a line break and gives it as libyaml does: every kind becomes a newline, but for the
    /// two separators of Unicode.
    pub(super) fn skip_break(&mut self) -> &'static str {
        let len = self.break_len(self.mark.at);
        let given = match (len, self.byte(2)) {
            (0, _) => return "",
            (3, 0xA8) => "\u{2028}",
            (3, _) => "\u{2029}",
            _ => "\n",
        };
        self.mark.at += len;
        self.mark.line += 1;
        self.mark.column = 0;
        given
    }

    pub(super) fn at_document_indicator(&self) -> bool {
        self.mark.column == 0
            && (self.bytes[self.mark.at..].starts_with(b"---") || self.bytes[self.mark.at..].starts_with(b"..."))
            && self.is_blank_or_end(3)
    }

    pub(super) fn writing(&self) -> Written<'a> {
        Written::new(self.text, self.file, self.base)
    }

    // ----- tokens

    fn push(&mut self, token: Token, start: usize) {
        let end = self.mark.at;
        self.tokens.push_back(Spanned { token, start, end });
    }

    fn fetch(&mut self) -> Scan<()> {
        self.skip_to_token();
        self.drop_stale_keys()?;
        self.unroll(self.column());
        let start = self.mark.at;
        if self.is_end() {
            self.unroll(-1);
            self.forget_key()?;
            self.key_allowed = false;
            self.ended = true;
            self.push(Token::StreamEnd, start);
            return Ok(());
        }
        let byte = self.byte(0);
        if self.mark.column == 0 && byte == b'%' {
            self.unroll(-1);
            self.forget_key()?;
            self.key_allowed = false;
            return self.directive();
        }
        if self.at_document_indicator() {
            self.unroll(-1);
            self.forget_key()?;
            self.key_allowed = false;
            self.skip_many(3);
            self.push(if byte == b'-' { Token::DocumentStart } else { Token::DocumentEnd }, start);
            return Ok(());
        }
        match byte {
            b'[' => self.flow_start(Token::FlowSequence),
            b'{' => self.flow_start(Token::FlowMapping),
            b']' => self.flow_end(Token::FlowSequenceEnd),
            b'}' => self.flow_end(Token::FlowMappingEnd),
            b',' => {
                self.forget_key()?;
                self.key_allowed = true;
                self.skip();
                self.push(Token::FlowEntry, start);
                Ok(())
            }
            b'-' if self.is_blank_or_end(1) => {
                if self.flow == 0 {
                    if !self.key_allowed {
                        return Err(self.fault("", "block sequence entries are not allowed in this context", start));
                    }
                    self.roll(self.column(), None, Token::BlockSequence, start);
                }
                self.forget_key()?;
                self.key_allowed = true;
                self.skip();
                self.push(Token::BlockEntry, start);
                Ok(())
            }
            b'?' if self.flow > 0 || self.is_blank_or_end(1) => {
                if self.flow == 0 {
                    if !self.key_allowed {
                        return Err(self.fault("", "mapping keys are not allowed in this context", start));
                    }
                    self.roll(self.column(), None, Token::BlockMapping, start);
                }
                self.forget_key()?;
                self.key_allowed = self.flow == 0;
                self.skip();
                self.push(Token::Key, start);
                Ok(())
            }
            b':' if self.flow > 0 || self.is_blank_or_end(1) => self.value(),
            b'*' | b'&' => self.anchor(),
            b'!' => self.tag(),
            b'|' | b'>' if self.flow == 0 => {
                self.forget_key()?;
                self.key_allowed = true;
                let text = self.block_scalar(byte == b'|')?;
                self.scalar(text, Style::Block, start);
                Ok(())
            }
            b'\'' | b'"' => {
                self.save_key()?;
                self.key_allowed = false;
                let text = self.quoted_scalar(byte)?;
                self.scalar(text, Style::Quoted, start);
                Ok(())
            }
            _ if self.starts_plain(byte) => {
                self.save_key()?;
                self.key_allowed = false;
                let (text, end) = self.plain_scalar()?;
                self.scalar(text, Style::Plain, start);
                if let Some(last) = self.tokens.back_mut() {
                    last.end = end;
                }
                Ok(())
            }
            _ => Err(self.fault(
                "while scanning for the next token",
                "found character that cannot start any token",
                start,
            )),
        }
    }

    fn starts_plain(&self, byte: u8) -> bool {
        let indicator = matches!(
            byte,
            b'-' | b'?'
                | b':'
                | b','
                | b'['
                | b']'
                | b'{'
                | b'}'
                | b'#'
                | b'&'
                | b'*'
                | b'!'
                | b'|'
                | b'>'
                | b'\''
                | b'"'
                | b'%'
                | b'@'
                | b'`'
        );
        (!self.is_blank_or_end(0) && !indicator)
            || (byte == b'-' && !matches!(self.byte(1), b' ' | b'\t'))
            || (self.flow == 0 && matches!(byte, b'?' | b':') && !self.is_blank_or_end(1))
    }

    fn scalar(&mut self, text: Text, style: Style, start: usize) {
        self.push(Token::Scalar { text, style }, start);
    }

    fn flow_start(&mut self, token: Token) -> Scan<()> {
        self.save_key()?;
        self.keys.push(None);
        self.flow += 1;
        self.key_allowed = true;
        let start = self.mark.at;
        self.skip();
        self.push(token, start);
        Ok(())
    }

    fn flow_end(&mut self, token: Token) -> Scan<()> {
        self.forget_key()?;
        if self.flow > 0 {
            self.flow -= 1;
            self.keys.pop();
        }
        self.key_allowed = false;
        let start = self.mark.at;
        self.skip();
        self.push(token, start);
        Ok(())
    }

    fn value(&mut self) -> Scan<()> {
        let start = self.mark.at;
        if let Some(key) = self.keys.last_mut().and_then(Option::take) {
            let place = key.number - self.taken;
            self.tokens.insert(place, Spanned { token: Token::Key, start: key.mark.at, end: key.mark.at });
            self.roll(key.mark.column as i64, Some(place), Token::BlockMapping, key.mark.at);
            self.key_allowed = false;
        } else {
            if self.flow == 0 {
                if !self.key_allowed {
                    return Err(self.fault("", "mapping values are not allowed in this context", start));
                }
                self.roll(self.column(), None, Token::BlockMapping, start);
            }
            self.key_allowed = self.flow == 0;
        }
        self.skip();
        self.push(Token::Value, start);
        Ok(())
    }

    fn anchor(&mut self) -> Scan<()> {
        self.save_key()?;
        self.key_allowed = false;
        let start = self.mark.at;
        let alias = self.byte(0) == b'*';
        self.skip();
        let from = self.mark.at;
        while self.byte(0).is_ascii_alphanumeric() || matches!(self.byte(0), b'_' | b'-') {
            self.skip();
        }
        let after = matches!(self.byte(0), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
        if from == self.mark.at || !(self.is_blank_or_end(0) || after) {
            let context = if alias { "while scanning an alias" } else { "while scanning an anchor" };
            return Err(self.fault(context, "did not find expected alphabetic or numeric character", self.mark.at));
        }
        let name = self.text[from..self.mark.at].to_owned();
        self.push(if alias { Token::Alias(name) } else { Token::Anchor(name) }, start);
        Ok(())
    }

    fn tag(&mut self) -> Scan<()> {
        self.save_key()?;
        self.key_allowed = false;
        let start = self.mark.at;
        let (handle, suffix);
        if self.byte(1) == b'<' {
            self.skip_many(2);
            let uri = self.uri(true);
            if self.byte(0) != b'>' || uri.is_empty() {
                return Err(self.fault("while scanning a tag", "did not find the expected '>'", self.mark.at));
            }
            self.skip();
            (handle, suffix) = (String::new(), uri);
        } else {
            let from = self.mark.at;
            self.skip();
            while self.byte(0).is_ascii_alphanumeric() || matches!(self.byte(0), b'_' | b'-') {
                self.skip();
            }
            if self.byte(0) == b'!' {
                self.skip();
                handle = self.text[from..self.mark.at].to_owned();
                suffix = self.uri(false);
                if suffix.is_empty() {
                    return Err(self.fault("while parsing a tag", "did not find expected tag URI", self.mark.at));
                }
            } else {
                let head = self.text[from + 1..self.mark.at].to_owned();
                let rest = head + &self.uri(false);
                (handle, suffix) =
                    if rest.is_empty() { (String::new(), "!".to_owned()) } else { ("!".to_owned(), rest) };
            }
        }
        if !(self.is_blank_or_end(0) || (self.flow > 0 && self.byte(0) == b',')) {
            return Err(self.fault(
                "while scanning a tag",
                "did not find expected whitespace or line break",
                self.mark.at,
            ));
        }
        self.push(Token::Tag { handle, suffix }, start);
        Ok(())
    }

    fn uri(&mut self, verbatim: bool) -> String {
        let from = self.mark.at;
        while self.byte(0).is_ascii_alphanumeric()
            || b"-_;/?:@&=+$.!~*'()%".contains(&self.byte(0))
            || (verbatim && matches!(self.byte(0), b',' | b'[' | b']'))
        {
            self.skip();
        }
        self.text[from..self.mark.at].to_owned()
    }

    fn directive(&mut self) -> Scan<()> {
        const CONTEXT: &str = "while scanning a directive";
        let start = self.mark.at;
        self.skip();
        let from = self.mark.at;
        while self.byte(0).is_ascii_alphanumeric() || matches!(self.byte(0), b'_' | b'-') {
            self.skip();
        }
        let name = &self.text[from..self.mark.at];
        if name.is_empty() {
            return Err(self.fault(CONTEXT, "could not find expected directive name", self.mark.at));
        }
        if !self.is_blank_or_end(0) {
            return Err(self.fault(CONTEXT, "found unexpected non-alphabetical character", self.mark.at));
        }
        let rest_from = self.mark.at;
        while !self.is_end() && !self.is_break() {
            self.skip();
        }
        let rest = &self.text[rest_from..self.mark.at];
        let rest = rest.split(" #").next().unwrap_or_default().trim();
        let token = match name {
            "YAML" => {
                let Some(major) = rest.split('.').next().and_then(|number| number.parse().ok()) else {
                    let problem = "did not find expected version number";
                    return Err(self.fault("while scanning a %YAML directive", problem, rest_from));
                };
                Token::Version { major }
            }
            "TAG" => {
                let mut words = rest.split_whitespace().map(str::to_owned);
                let (Some(handle), Some(prefix)) = (words.next(), words.next()) else {
                    return Err(self.fault("while parsing a tag", "did not find expected '!'", rest_from));
                };
                Token::TagDirective { handle, prefix }
            }
            _ => return Err(self.fault(CONTEXT, "found unknown directive name", from)),
        };
        self.push(token, start);
        Ok(())
    }

    fn skip_to_token(&mut self) {
        loop {
            while self.byte(0) == b' ' || (self.byte(0) == b'\t' && (self.flow > 0 || !self.key_allowed)) {
                self.skip();
            }
            if self.byte(0) == b'#' {
                while !self.is_end() && !self.is_break() {
                    self.skip();
                }
            }
            if !self.is_break() {
                return;
            }
            self.skip_break();
            if self.flow == 0 {
                self.key_allowed = true;
            }
        }
    }

    // ----- simple keys and indentation

    fn drop_stale_keys(&mut self) -> Scan<()> {
        for n in 0..self.keys.len() {
            let Some(key) = self.keys[n] else { continue };
            if key.mark.line < self.mark.line || key.mark.at + 1024 < self.mark.at {
                if key.required {
                    return Err(self.expected_colon(key));
                }
                self.keys[n] = None;
            }
        }
        Ok(())
    }

    fn expected_colon(&self, key: SimpleKey) -> YamlFault {
        self.fault("while scanning a simple key", "could not find expected ':'", key.mark.at)
    }

    fn save_key(&mut self) -> Scan<()> {
        if self.key_allowed {
            let required = self.flow == 0 && self.indent == self.column();
            self.forget_key()?;
            let key = SimpleKey { required, number: self.taken + self.tokens.len(), mark: self.mark };
            if let Some(last) = self.keys.last_mut() {
                *last = Some(key);
            }
        }
        Ok(())
    }

    fn forget_key(&mut self) -> Scan<()> {
        match self.keys.last_mut().and_then(Option::take) {
            Some(key) if key.required => Err(self.expected_colon(key)),
            _ => Ok(()),
        }
    }

    fn roll(&mut self, column: i64, before: Option<usize>, token: Token, start: usize) {
        if self.flow > 0 || self.indent >= column {
            return;
        }
        self.indents.push(self.indent);
        self.indent = column;
        let token = Spanned { token, start, end: start };
        match before {
            Some(place) => self.tokens.insert(place, token),
            None => self.tokens.push_back(token),
        }
    }

    fn unroll(&mut self, column: i64) {
        if self.flow > 0 {
            return;
        }
        while self.indent > column {
            let at = self.mark.at;
            self.tokens.push_back(Spanned { token: Token::BlockEnd, start: at, end: at });
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }
}
