//! How the Python package sqlparse (0.6.1) splits a text into statements: dbt-redshift and dbt-trino use it.
//!
//! It splits at semicolons outside parentheses and outside `BEGIN … END`. A blank or a line comment that
//! stands behind the semicolon on its line belongs to the statement before.

use std::collections::HashSet;

/// The statements with the white space around them.
pub(super) fn split(sql: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut from, mut at) = (0, 0);
    let mut blocks = Blocks::default();
    let mut unclosed = Unclosed::default();
    let mut ended = false;
    while at < sql.len() {
        let (kind, end) = token(sql, at, &mut unclosed);
        let value = &sql[at..end];
        if ended && !matches!(kind, Kind::Blank | Kind::LineComment) {
            found.push(&sql[from..at]);
            from = at;
            blocks = Blocks::default();
            ended = false;
        }
        ended |= blocks.takes(kind, value);
        at = end;
    }
    if !sql[from..].trim_matches(super::is_space).is_empty() {
        found.push(&sql[from..]);
    }
    found
}

/// The end of the first `WITH`, or `WITH RECURSIVE`, that stands outside parentheses.
pub(super) fn with_keyword(sql: &str) -> Option<usize> {
    let (mut at, mut depth) = (0, 0_usize);
    let mut found = None;
    let mut unclosed = Unclosed::default();
    while at < sql.len() {
        let (kind, end) = token(sql, at, &mut unclosed);
        let value = &sql[at..end];
        match (kind, value) {
            (Kind::Blank | Kind::Newline, _) => {}
            (Kind::Word, _) if found.is_some() && value.eq_ignore_ascii_case("recursive") => return Some(end),
            _ if found.is_some() => return found,
            (Kind::Punctuation, "(") => depth += 1,
            (Kind::Punctuation, ")") => depth = depth.saturating_sub(1),
            (Kind::Word, _) if depth == 0 && value.eq_ignore_ascii_case("with") => found = Some(end),
            _ => {}
        }
        at = end;
    }
    found
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Blank,
    Newline,
    LineComment,
    Comment,
    Punctuation,
    Word,
    Other,
}

/// What has no end in the rest of the text, so that it is not looked for again at each beginning.
#[derive(Default)]
struct Unclosed<'s> {
    comment: bool,
    tags: HashSet<&'s str>,
}

/// What decides whether a semicolon ends a statement.
#[derive(Default)]
struct Blocks {
    stack: Vec<&'static str>,
    /// `FOR` or `WHILE`, until its `LOOP` or `DO` comes.
    unconfirmed: Option<&'static str>,
    in_create: bool,
    seen_begin: bool,
    level: i64,
}

impl Blocks {
    /// Takes the next token; whether it ends the statement.
    fn takes(&mut self, kind: Kind, value: &str) -> bool {
        self.level += self.change(kind, value);
        if kind == Kind::Punctuation && value == ";" {
            self.seen_begin = false;
            return self.level <= 0 && !self.stack.contains(&"BEGIN");
        }
        if kind == Kind::Word {
            // Only this one is told by its upper-case spelling.
            if value.split_whitespace().next() == Some("GO") {
                return true;
            }
            if !value.eq_ignore_ascii_case("BEGIN") {
                self.seen_begin = false;
            }
        } else if !matches!(kind, Kind::Blank | Kind::Newline | Kind::LineComment | Kind::Comment) {
            self.seen_begin = false;
        }
        false
    }

    fn change(&mut self, kind: Kind, value: &str) -> i64 {
        match (kind, value) {
            (Kind::Punctuation, ";") => {
                self.unconfirmed = None;
                if std::mem::take(&mut self.seen_begin) && self.stack.last() == Some(&"BEGIN") {
                    self.stack.pop();
                    return -1;
                }
                return 0;
            }
            (Kind::Punctuation, "(") => return 1,
            (Kind::Punctuation, ")") => return -1,
            (Kind::Word, _) => {}
            _ => return 0,
        }
        let word = value.to_uppercase();
        if word.starts_with("CREATE") && (word.len() == 6 || word[6..].starts_with(char::is_whitespace)) {
            self.in_create = true;
            return 0;
        }
        if word == "DECLARE" && self.in_create && self.stack.is_empty() {
            self.stack.push("DECLARE");
            return 1;
        }
        if word == "BEGIN" {
            self.seen_begin = true;
            let declared = self.stack.last() == Some(&"DECLARE");
            if declared {
                self.stack.pop();
            }
            self.stack.push("BEGIN");
            return i64::from(!declared);
        }
        if self.seen_begin && matches!(word.as_str(), "TRANSACTION" | "WORK" | "DEFERRED" | "IMMEDIATE" | "EXCLUSIVE") {
            self.seen_begin = false;
            if self.stack.last() == Some(&"BEGIN") {
                self.stack.pop();
                return -1;
            }
            return 0;
        }
        if self.stack.contains(&"BEGIN") {
            if let Some(change) = self.nested(&word) {
                return change;
            }
        }
        self.closed(&word)
    }

    fn nested(&mut self, word: &str) -> Option<i64> {
        match word {
            "FOR" => self.unconfirmed = Some("FOR"),
            "WHILE" => self.unconfirmed = Some("WHILE"),
            "LOOP" | "DO" if self.unconfirmed.is_some() => {
                self.stack.extend(self.unconfirmed.take());
                return Some(1);
            }
            "LOOP" => {
                self.stack.push("LOOP");
                return Some(1);
            }
            "IF" => {
                self.stack.push("IF");
                return Some(1);
            }
            "CASE" => {
                self.stack.push("CASE");
                return Some(1);
            }
            _ => return None,
        }
        Some(0)
    }

    fn closed(&mut self, word: &str) -> i64 {
        let mut words = word.split_whitespace();
        if words.next() != Some("END") {
            return 0;
        }
        let fits = match words.next() {
            None => {
                self.stack.pop();
                return -1;
            }
            Some("LOOP") => matches!(self.stack.last(), Some(&("LOOP" | "FOR" | "WHILE"))),
            Some(block) => self.stack.last().is_some_and(|open| *open == block),
        };
        if fits {
            self.stack.pop();
            return -1;
        }
        0
    }
}

fn is_word(char: char) -> bool {
    char.is_alphanumeric() || char == '_'
}

/// Where the run of characters that fit ends.
fn run(sql: &str, from: usize, fits: impl Fn(char) -> bool) -> usize {
    sql[from..].find(|char| !fits(char)).map_or(sql.len(), |at| from + at)
}

/// The kind of the token at a place, and its end.
fn token<'s>(sql: &'s str, at: usize, unclosed: &mut Unclosed<'s>) -> (Kind, usize) {
    let rest = &sql[at..];
    let before = sql[..at].chars().next_back();
    let Some(first) = rest.chars().next() else { return (Kind::Other, sql.len()) };
    let one = at + first.len_utf8();
    match first {
        '$' if before.is_none_or(|char| !is_word(char) && !matches!(char, '"' | '$')) => {
            if let Some(end) = dollar_quoted(sql, at, unclosed) {
                return (Kind::Other, end);
            }
        }
        '/' if rest.starts_with("/*") && !unclosed.comment => {
            if let Some(end) = rest[2..].find("*/") {
                return (Kind::Comment, at + end + 4);
            }
            unclosed.comment = true;
        }
        '-' | '#' if rest.starts_with("--") || rest.starts_with("# ") => {
            let end = match rest.find(['\r', '\n']) {
                Some(end) if rest[end..].starts_with("\r\n") => at + end + 2,
                Some(end) => at + end + 1,
                None => sql.len(),
            };
            let is_hint = rest[if first == '-' { 2 } else { 2.min(rest.len()) }..].starts_with('+');
            return (if is_hint { Kind::Other } else { Kind::LineComment }, end);
        }
        '\r' if rest.starts_with("\r\n") => return (Kind::Newline, at + 2),
        '\r' | '\n' => return (Kind::Newline, one),
        _ if super::is_space(first) => return (Kind::Blank, one),
        '`' | '´' => {
            if let Some(end) = quoted(sql, at, first, false) {
                return (Kind::Other, end);
            }
        }
        '\'' | '"' => {
            if let Some(end) = quoted(sql, at, first, true) {
                return (Kind::Other, end);
            }
        }
        ':' if rest.starts_with(":=") || rest.starts_with("::") => return (Kind::Other, at + 2),
        '$' | ':' | '?' | '\\' | '@' | '#' => {}
        '[' if before.is_none_or(|char| !is_word(char) && !matches!(char, ']' | ')')) => {
            if let Some(end) = rest[1..].find(['[', ']']).filter(|end| *end > 0 && rest[1 + end..].starts_with(']')) {
                return (Kind::Other, at + end + 2);
            }
        }
        ';' | '(' | ')' => return (Kind::Punctuation, one),
        _ if is_word(first) => return word(sql, at, before),
        _ => {}
    }
    // A name behind one of these marks is never a keyword.
    let marked = match first {
        '$' | ':' | '?' => before.is_none_or(|char| !is_word(char)),
        '@' | '#' => sql[one..].starts_with(char::is_alphabetic),
        '\\' => true,
        _ => false,
    };
    let end = match first {
        '%' => placeholder(rest).map_or(one, |len| at + len),
        _ if marked => run(sql, one, is_word),
        _ => one,
    };
    (Kind::Other, end)
}

/// How long a `%s` or `%(name)s` is.
fn placeholder(rest: &str) -> Option<usize> {
    let named =
        rest.starts_with("%(").then(|| run(rest, 2, is_word)).filter(|end| *end > 2 && rest[*end..].starts_with(')'));
    let from = named.map_or(1, |end| end + 1);
    rest[from..].starts_with(['s', 'S']).then_some(from + 1)
}

/// The end of quoted text. What looks escaped ends it after all where no other quote follows.
fn quoted(sql: &str, at: usize, quote: char, backslash: bool) -> Option<usize> {
    let mut escape = None;
    let mut chars = sql[at + quote.len_utf8()..].char_indices().peekable();
    let base = at + quote.len_utf8();
    while let Some((n, char)) = chars.next() {
        let next_is_quote = chars.peek().is_some_and(|(_, next)| *next == quote);
        if char == quote {
            if !next_is_quote {
                return Some(base + n + quote.len_utf8());
            }
            escape = Some(base + n + quote.len_utf8());
            chars.next();
        } else if backslash && char == '\\' && next_is_quote {
            escape = Some(base + n + 1 + quote.len_utf8());
            chars.next();
        }
    }
    escape
}

/// The end of a `$tag$ … $tag$` literal.
fn dollar_quoted<'s>(sql: &'s str, at: usize, unclosed: &mut Unclosed<'s>) -> Option<usize> {
    let tag_end = run(sql, at + 1, is_word);
    if !sql[tag_end..].starts_with('$') || sql[at + 1..tag_end].starts_with(|char: char| char.is_numeric()) {
        return None;
    }
    let tag = &sql[at..=tag_end];
    let body = tag_end + 1;
    if unclosed.tags.contains(tag) {
        return None;
    }
    let found = sql[body..].find(tag);
    if found.is_none() {
        unclosed.tags.insert(tag);
    }
    found.map(|found| body + found + tag.len())
}

/// A word, with the words that make one keyword with it.
fn word(sql: &str, at: usize, before: Option<char>) -> (Kind, usize) {
    let end = run(sql, at, |char| is_word(char) || matches!(char, '$' | '#'));
    let plain = run(sql, at, is_word);
    let text = &sql[at..plain];
    let is = |known: &str| text.eq_ignore_ascii_case(known);
    if is("case") {
        return (Kind::Word, plain);
    }
    let after = sql[plain..].trim_start_matches(super::is_space);
    let is_member = after.strip_prefix('.').is_some_and(|rest| !rest.starts_with(|char: char| char.is_numeric()));
    if is_member || before == Some('.') || sql[plain..].starts_with('(') {
        return (Kind::Other, plain);
    }
    let next = |from: usize, known: &[&str]| {
        let start = run(sql, from, super::is_space);
        let end = run(sql, start, is_word);
        (start > from && known.iter().any(|known| sql[start..end].eq_ignore_ascii_case(known))).then_some(end)
    };
    let several = if is("end") {
        next(plain, &["if", "loop", "while", "for", "case"])
    } else if is("if") {
        let from = next(plain, &["not"]).unwrap_or(plain);
        next(from, &["exists"])
    } else if is("handler") {
        next(plain, &["for"])
    } else if is("create") {
        next(plain, &["or"]).and_then(|end| next(end, &["replace"]))
    } else {
        None
    };
    (Kind::Word, several.unwrap_or(end))
}
