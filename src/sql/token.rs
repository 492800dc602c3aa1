//! The tokens of SQL text, with exact byte ranges. Nothing fails here: what is not closed is a token to
//! the end of the text, and said so.

use std::ops::Range;

use super::dialect::Reading;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A keyword or an unquoted name, a variable such as `@x` or `$1`.
    Word,
    /// A quoted name.
    Quoted,
    /// A text, with its prefix.
    Text,
    /// A text between dollar quotes.
    Dollar,
    /// A number.
    Number,
    /// A stage with its path.
    Stage,
    /// A line or block comment.
    Comment,
    /// Anything else: punctuation and operators.
    Symbol,
}

/// A token.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token<'a> {
    /// What it is.
    pub(crate) kind: Kind,
    /// Its text.
    pub(crate) text: &'a str,
    /// Its first byte.
    pub(crate) start: usize,
}

impl Token<'_> {
    /// The byte after its last.
    pub(crate) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Its bytes.
    pub(crate) fn range(&self) -> Range<usize> {
        self.start..self.end()
    }

    /// Whether it is that unquoted word, in any case.
    pub(crate) fn is(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// Whether it is one of those unquoted words.
    pub(crate) fn is_any(&self, words: &[&str]) -> bool {
        self.kind == Kind::Word && words.iter().any(|word| self.text.eq_ignore_ascii_case(word))
    }

    /// Whether it is that punctuation or operator.
    pub(crate) fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == Kind::Symbol && self.text == symbol
    }

    /// Whether it can be a name.
    pub(crate) fn is_name(&self) -> bool {
        matches!(self.kind, Kind::Word | Kind::Quoted)
    }
}

/// What was opened and never closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unclosed {
    /// The token that it makes.
    pub(crate) kind: Kind,
    /// Its first byte.
    pub(crate) start: usize,
}

/// The tokens of a text.
#[derive(Debug)]
pub(crate) struct Tokens<'a> {
    /// All but comments.
    pub(crate) code: Vec<Token<'a>>,
    /// The comments.
    pub(crate) comments: Vec<Token<'a>>,
    /// What is not closed, which is the last token.
    pub(crate) unclosed: Option<Unclosed>,
}

/// Operators of more than one character, longest first.
const OPERATORS: [&str; 22] = [
    "<=>", "->>", "#>>", "||/", "::", ":=", "=>", "->", "||", "<=", ">=", "<>", "!=", "==", "|>", "#>", "@>", "<@",
    "+=", "-=", "&&", "??",
];

/// The tokens of a text, read in one way.
pub(crate) fn tokens(text: &str, reading: Reading) -> Tokens<'_> {
    let mut lexer = Lexer { text, bytes: text.as_bytes(), at: 0, reading, unclosed: None };
    let (mut code, mut comments) = (Vec::new(), Vec::new());
    while let Some(token) = lexer.next_token() {
        if token.kind == Kind::Comment {
            comments.push(token);
        } else {
            code.push(token);
        }
    }
    Tokens { code, comments, unclosed: lexer.unclosed }
}

struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    reading: Reading,
    unclosed: Option<Unclosed>,
}

impl<'a> Lexer<'a> {
    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn char(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    fn next_token(&mut self) -> Option<Token<'a>> {
        while let Some(c) = self.char() {
            if !(c.is_whitespace() || c.is_control() || c == '\u{feff}' || c == '\u{200b}') {
                break;
            }
            self.at += c.len_utf8();
        }
        let start = self.at;
        let first = self.char()?;
        let kind = self.scan(first);
        debug_assert!(self.at > start, "a token has bytes");
        Some(Token { kind, text: &self.text[start..self.at], start })
    }

    /// Moves over the token that begins with `first`.
    fn scan(&mut self, first: char) -> Kind {
        match first {
            '\'' => self.quoted_text(b'\'', self.reading.backslash),
            '"' if self.reading.text_in_double_quotes => self.quoted_text(b'"', self.reading.backslash),
            '"' => self.doubled(b'"', b'"', Kind::Quoted),
            '`' => self.doubled(b'`', b'`', Kind::Quoted),
            '[' if self.reading.bracket_names => self.doubled(b'[', b']', Kind::Quoted),
            '-' if self.byte(1) == b'-' && self.dashes_open_comment() => self.line_comment(),
            '/' if self.byte(1) == b'*' => self.block_comment(),
            '/' if self.reading.slash_comments && self.byte(1) == b'/' && !self.in_address() => self.line_comment(),
            '#' if self.reading.hash_comments => self.line_comment(),
            '$' => self.dollar(),
            '@' if self.reading.stages => self.stage(),
            '@' | '#' => self.variable(),
            '.' if self.byte(1).is_ascii_digit() && !self.after_name() => self.number(),
            '0'..='9' => self.number(),
            _ if first == '_' || first.is_alphanumeric() => self.word(),
            _ => self.symbol(first),
        }
    }

    /// Whether slashes are those of an address: `file:///x`.
    fn in_address(&self) -> bool {
        self.at > 0 && matches!(self.bytes[self.at - 1], b':' | b'/')
    }

    /// Whether a name or a closing bracket stands directly before.
    fn after_name(&self) -> bool {
        self.at > 0 && {
            let before = self.bytes[self.at - 1];
            before.is_ascii_alphanumeric() || !before.is_ascii() || matches!(before, b'_' | b'"' | b'`' | b']' | b')')
        }
    }

    fn dashes_open_comment(&self) -> bool {
        !self.reading.dash_needs_blank || self.byte(2) <= b' '
    }

    fn line_comment(&mut self) -> Kind {
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
        Kind::Comment
    }

    fn block_comment(&mut self) -> Kind {
        let start = self.at;
        let mut depth = 0_usize;
        while self.at < self.bytes.len() {
            match (self.bytes[self.at], self.byte(1)) {
                (b'/', b'*') if depth == 0 || self.reading.nested_comments => {
                    depth += 1;
                    self.at += 2;
                }
                (b'*', b'/') => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return Kind::Comment;
                    }
                }
                _ => self.at += 1,
            }
        }
        self.never_closed(Kind::Comment, start)
    }

    fn never_closed(&mut self, kind: Kind, start: usize) -> Kind {
        self.at = self.bytes.len();
        self.unclosed = Some(Unclosed { kind, start });
        kind
    }

    /// A name between quotes; the closing quote stands for itself where it is doubled.
    fn doubled(&mut self, open: u8, close: u8, kind: Kind) -> Kind {
        let start = self.at;
        debug_assert_eq!(self.bytes[start], open);
        self.at += 1;
        while self.at < self.bytes.len() {
            if self.bytes[self.at] == b'\\' && self.reading.backslash_in_names {
                self.at += 1;
            } else if self.bytes[self.at] == close {
                if self.byte(1) != close {
                    self.at += 1;
                    return kind;
                }
                self.at += 1;
            }
            self.at += 1;
        }
        self.never_closed(kind, start)
    }

    /// A text between quotes.
    fn quoted_text(&mut self, quote: u8, backslash: bool) -> Kind {
        let start = self.at;
        if self.reading.triple_quotes && self.byte(1) == quote && self.byte(2) == quote {
            self.at += 3;
            while self.at < self.bytes.len() {
                match self.bytes[self.at] {
                    b'\\' => self.at += 2,
                    byte if byte == quote && self.byte(1) == quote && self.byte(2) == quote => {
                        self.at += 3;
                        return Kind::Text;
                    }
                    _ => self.at += 1,
                }
            }
            return self.never_closed(Kind::Text, start);
        }
        self.at += 1;
        while self.at < self.bytes.len() {
            match self.bytes[self.at] {
                b'\\' if backslash => self.at += 2,
                byte if byte == quote && self.byte(1) == quote => self.at += 2,
                byte if byte == quote => {
                    self.at += 1;
                    return Kind::Text;
                }
                _ => self.at += 1,
            }
        }
        self.never_closed(Kind::Text, start)
    }

    fn dollar(&mut self) -> Kind {
        let start = self.at;
        self.at += 1;
        self.over_name();
        let tag = &self.text[start..self.at];
        let closes =
            self.byte(0) == b'$' && (tag.len() == 1 || (self.reading.dollar_tags && !self.digit_at(start + 1)));
        if !closes {
            return if tag.len() == 1 { Kind::Symbol } else { Kind::Word };
        }
        self.at += 1;
        let tag = &self.text[start..self.at];
        match self.text[self.at..].find(tag) {
            Some(found) => {
                self.at += found + tag.len();
                Kind::Dollar
            }
            None => self.never_closed(Kind::Dollar, start),
        }
    }

    fn digit_at(&self, at: usize) -> bool {
        self.bytes.get(at).is_some_and(u8::is_ascii_digit)
    }

    /// Moves over letters, digits and underscores.
    fn over_name(&mut self) {
        while let Some(c) = self.char() {
            if !(c == '_' || c.is_alphanumeric()) {
                break;
            }
            self.at += c.len_utf8();
        }
    }

    /// `@stage/path`, to the first character that ends a path.
    fn stage(&mut self) -> Kind {
        self.at += 1;
        while self.at < self.bytes.len() {
            match self.bytes[self.at] {
                b'"' => {
                    let rest = &self.bytes[self.at + 1..];
                    let Some(closed) = rest.iter().position(|&byte| byte == b'"' || byte == b'\n') else { break };
                    self.at += closed + 2;
                }
                b'\'' | b',' | b';' | b'(' | b')' => break,
                byte if byte.is_ascii_whitespace() => break,
                _ => self.at += 1,
            }
        }
        while !self.text.is_char_boundary(self.at) {
            self.at += 1;
        }
        Kind::Stage
    }

    /// `@x`, `@@x`, `#x`, `##x`; or a sign.
    fn variable(&mut self) -> Kind {
        let start = self.at;
        let sign = self.bytes[start];
        self.at += if self.byte(1) == sign { 2 } else { 1 };
        let named = self.at;
        if self.char().is_some_and(|c| c == '_' || c.is_alphabetic()) {
            self.word();
        }
        if self.at > named {
            return Kind::Word;
        }
        self.at = start;
        self.symbol(char::from(sign))
    }

    fn number(&mut self) -> Kind {
        let start = self.at;
        let hexadecimal = self.byte(0) == b'0' && matches!(self.byte(1), b'x' | b'X');
        loop {
            let byte = self.byte(0);
            let exponent = !hexadecimal && self.at > start && matches!(self.bytes[self.at - 1], b'e' | b'E');
            let goes_on = byte.is_ascii_alphanumeric()
                || byte == b'_'
                || (byte == b'.' && self.byte(1) != b'.')
                || (exponent && matches!(byte, b'+' | b'-') && self.byte(1).is_ascii_digit());
            if !goes_on {
                break;
            }
            self.at += 1;
        }
        Kind::Number
    }

    /// A word; a text where the word is the prefix of one.
    fn word(&mut self) -> Kind {
        let start = self.at;
        let hash_in_names = self.reading.bracket_names || self.reading.quote_delimiters;
        loop {
            self.over_name();
            if self.byte(0) == b'$' || (hash_in_names && self.byte(0) == b'#') {
                self.at += 1;
            } else {
                break;
            }
        }
        let quote = self.byte(0);
        if !(quote == b'\'' || (quote == b'"' && self.reading.text_in_double_quotes)) {
            return Kind::Word;
        }
        match &self.bytes[start..self.at] {
            b"e" | b"E" if self.reading.escape_prefix => self.quoted_text(quote, true),
            b"r" | b"R" | b"rb" | b"RB" | b"br" | b"BR" | b"Rb" | b"rB" | b"bR" | b"Br"
                if self.reading.text_in_double_quotes =>
            {
                self.quoted_text(quote, self.reading.triple_quotes)
            }
            b"b" | b"B" | b"n" | b"N" | b"x" | b"X" => self.quoted_text(quote, self.reading.backslash),
            b"q" | b"Q" | b"nq" | b"NQ" | b"Nq" | b"nQ" if self.reading.quote_delimiters => self.delimited_text(start),
            _ => Kind::Word,
        }
    }

    /// `q'[…]'`, from the quote on.
    fn delimited_text(&mut self, start: usize) -> Kind {
        self.at += 1;
        let Some(open) = self.char() else { return self.never_closed(Kind::Text, start) };
        self.at += open.len_utf8();
        let close = match open {
            '[' => ']',
            '(' => ')',
            '{' => '}',
            '<' => '>',
            same => same,
        };
        let ending = format!("{close}'");
        match self.text[self.at..].find(&ending) {
            Some(found) => {
                self.at += found + ending.len();
                Kind::Text
            }
            None => self.never_closed(Kind::Text, start),
        }
    }

    fn symbol(&mut self, first: char) -> Kind {
        let rest = &self.bytes[self.at..];
        self.at += OPERATORS
            .iter()
            .find(|operator| rest.starts_with(operator.as_bytes()))
            .map_or(first.len_utf8(), |operator| operator.len());
        Kind::Symbol
    }
}

#[cfg(test)]
mod tests {
    use super::super::dialect::Dialect;
    use super::*;

    fn read(text: &str, dialect: Dialect) -> Vec<(Kind, &str)> {
        let tokens = tokens(text, dialect.reading());
        assert_eq!(tokens.unclosed, None, "{text}");
        tokens.code.iter().map(|token| (token.kind, token.text)).collect()
    }

    #[test]
    fn texts_end_where_their_dialect_ends_them() {
        assert_eq!(read(r"'a\'b' c", Dialect::Snowflake)[0], (Kind::Text, r"'a\'b'"));
        assert_eq!(read(r"'a\' c", Dialect::Postgres)[0], (Kind::Text, r"'a\'"));
        assert_eq!(read(r"E'a\'b' c", Dialect::Postgres)[0], (Kind::Text, r"E'a\'b'"));
        assert_eq!(read(r"'it''s'", Dialect::Postgres), [(Kind::Text, "'it''s'")]);
        assert_eq!(read(r#"r"""a"b""" c"#, Dialect::BigQuery)[0], (Kind::Text, r#"r"""a"b""""#));
        assert_eq!(read("$x$ a $$ b $x$", Dialect::Postgres), [(Kind::Dollar, "$x$ a $$ b $x$")]);
        assert_eq!(read("$1 $x", Dialect::Snowflake), [(Kind::Word, "$1"), (Kind::Word, "$x")]);
        assert_eq!(read("q'[it's]'", Dialect::Oracle), [(Kind::Text, "q'[it's]'")]);
        assert_eq!(read("[a b]]c]", Dialect::SqlServer), [(Kind::Quoted, "[a b]]c]")]);
    }

    #[test]
    fn comments_are_those_of_the_dialect() {
        let code = |text, dialect: Dialect| tokens(text, dialect.reading()).code.len();
        assert_eq!(code("1 # x", Dialect::MySql), 1);
        assert_eq!(code("1 # x", Dialect::Postgres), 3);
        assert_eq!(code("1 // x", Dialect::Snowflake), 1);
        assert_eq!(code("put file:///x @st", Dialect::Snowflake), 8);
        assert_eq!(code("1 /* /* */ */", Dialect::Postgres), 1);
        assert_eq!(code("1 /* /* */ 2", Dialect::Snowflake), 2);
        assert_eq!(code("1--1", Dialect::MySql), 4);
    }

    #[test]
    fn numbers_and_stages() {
        assert_eq!(read("1.5e-3+2", Dialect::Generic)[0], (Kind::Number, "1.5e-3"));
        assert_eq!(read("1..2", Dialect::Generic).len(), 3);
        assert_eq!(read("@st/a//b--c (x)", Dialect::Snowflake)[0], (Kind::Stage, "@st/a//b--c"));
        assert_eq!(read("@@rowcount", Dialect::SqlServer), [(Kind::Word, "@@rowcount")]);
        assert_eq!(read("naïve.é", Dialect::Generic).len(), 3);
    }
}
