//! A place among a statement's tokens, and the small things that are read there.

use super::super::dialect::Dialect;
use super::super::token::{Kind, Token};
use super::super::verb::ObjectKind;
use super::{Name, Outline};

/// A place among tokens.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'t, 'a> {
    /// All the statement's tokens.
    pub(crate) tokens: &'t [Token<'a>],
    /// The next token's number.
    pub(crate) at: usize,
    /// The dialect.
    pub(crate) dialect: Dialect,
}

impl<'t, 'a> Cursor<'t, 'a> {
    /// Before the first token.
    pub(crate) fn new(tokens: &'t [Token<'a>], dialect: Dialect) -> Cursor<'t, 'a> {
        Cursor { tokens, at: 0, dialect }
    }

    /// The next token.
    pub(crate) fn peek(&self) -> Option<&'t Token<'a>> {
        self.tokens.get(self.at)
    }

    /// The token that many after the next.
    pub(crate) fn peek_at(&self, ahead: usize) -> Option<&'t Token<'a>> {
        self.tokens.get(self.at + ahead)
    }

    /// The token before the next.
    pub(crate) fn before(&self) -> Option<&'t Token<'a>> {
        self.tokens.get(self.at.checked_sub(1)?)
    }

    /// Over one token.
    pub(crate) fn advance(&mut self) {
        self.at += 1;
    }

    /// Over a word, if it is next.
    pub(crate) fn eat(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.is(word));
        self.at += usize::from(found);
        found
    }

    /// Over one of several words.
    pub(crate) fn eat_any(&mut self, words: &[&str]) -> bool {
        let found = self.peek().is_some_and(|token| token.is_any(words));
        self.at += usize::from(found);
        found
    }

    /// Over punctuation.
    pub(crate) fn eat_symbol(&mut self, symbol: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.is_symbol(symbol));
        self.at += usize::from(found);
        found
    }

    /// Over a parenthesis with all it holds, if one is next.
    pub(crate) fn parenthesis(&mut self) -> bool {
        if !self.peek().is_some_and(|token| token.is_symbol("(")) {
            return false;
        }
        let mut depth = 0_usize;
        while let Some(token) = self.peek() {
            self.at += 1;
            if token.is_symbol("(") {
                depth += 1;
            } else if token.is_symbol(")") {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
        }
        true
    }

    /// IF EXISTS and IF NOT EXISTS.
    pub(crate) fn guards(&mut self, outline: &mut Outline) {
        if !self.peek().is_some_and(|token| token.is("if")) {
            return;
        }
        if self.peek_at(1).is_some_and(|token| token.is("exists")) {
            outline.if_exists = true;
            self.at += 2;
        } else if self.peek_at(1).is_some_and(|token| token.is("not"))
            && self.peek_at(2).is_some_and(|token| token.is("exists"))
        {
            outline.if_not_exists = true;
            self.at += 3;
        }
    }

    fn words(&self) -> Vec<String> {
        self.tokens
            .iter()
            .skip(self.at)
            .take(3)
            .take_while(|token| token.kind == Kind::Word)
            .map(|token| token.text.to_lowercase())
            .collect()
    }

    /// The kind of object that is named next.
    pub(crate) fn peek_object(&self) -> Option<(ObjectKind, usize)> {
        ObjectKind::at_front(&self.words())
    }

    /// Over the words of a kind of object.
    pub(crate) fn eat_object(&mut self) -> Option<ObjectKind> {
        let (kind, count) = self.peek_object()?;
        self.at += count;
        Some(kind)
    }

    /// Over a word in the place of a kind of object that isn't known.
    pub(crate) fn eat_other_object(&mut self) -> Option<ObjectKind> {
        let token = self.peek()?;
        let named = self.peek_at(1).is_some_and(|next| next.is_name() || next.kind == Kind::Text);
        if token.kind != Kind::Word || !named || token.is("if") {
            return None;
        }
        self.at += 1;
        Some(ObjectKind::Other(token.text.to_lowercase()))
    }

    /// Over a name; none where the next token can't begin one.
    pub(crate) fn name(&mut self) -> Option<Name> {
        let first = self.peek()?;
        if first.is_any(&["identifier", "table"]) && self.peek_at(1).is_some_and(|next| next.is_symbol("(")) {
            return self.computed_name();
        }
        if !(first.is_name() || first.is_symbol("*") || first.kind == Kind::Stage) {
            return None;
        }
        let mut parts = Vec::new();
        let mut last = first;
        while let Some(token) = self.peek() {
            if !(token.is_name() || matches!(token.kind, Kind::Number | Kind::Stage) || token.is_symbol("*")) {
                break;
            }
            self.part(token, &mut parts);
            last = token;
            self.at += 1;
            self.dashes(&mut parts, &mut last);
            let dotted = self.peek().is_some_and(|token| token.is_symbol("."));
            if !dotted {
                break;
            }
            self.at += 1;
            // `db..t` leaves the schema out.
            while self.eat_symbol(".") {
                parts.push(String::new());
            }
        }
        Some(Name { text: self.written(first, last), parts, range: first.start..last.end() })
    }

    /// The text from one token to another, without what stands between them.
    fn written(&self, first: &Token<'a>, last: &Token<'a>) -> String {
        let from = self.tokens.partition_point(|token| token.start < first.start);
        self.tokens[from..].iter().take_while(|token| token.start <= last.start).map(|token| token.text).collect()
    }

    /// The further pieces of an unquoted name with dashes, as projects of `BigQuery` have.
    fn dashes(&mut self, parts: &mut [String], last: &mut &'t Token<'a>) {
        if self.dialect != Dialect::BigQuery || last.kind == Kind::Quoted {
            return;
        }
        while let (Some(dash), Some(next)) = (self.peek(), self.peek_at(1)) {
            let joined = dash.is_symbol("-") && dash.start == last.end() && next.start == dash.end();
            if !joined || !matches!(next.kind, Kind::Word | Kind::Number) {
                break;
            }
            if let Some(part) = parts.last_mut() {
                part.push('-');
                part.push_str(next.text);
            }
            *last = next;
            self.at += 2;
        }
    }

    fn part(&self, token: &Token<'a>, parts: &mut Vec<String>) {
        let text = unquoted(token);
        if token.kind == Kind::Quoted && self.dialect == Dialect::BigQuery {
            parts.extend(text.split('.').map(str::to_owned));
        } else {
            parts.push(text);
        }
    }

    /// `identifier('db.s.t')`, `table(…)`.
    fn computed_name(&mut self) -> Option<Name> {
        let first = self.peek()?;
        self.at += 1;
        let from = self.at + 1;
        self.parenthesis();
        let last = self.before()?;
        let inside = self.tokens.get(from..self.at.saturating_sub(1)).unwrap_or_default();
        let parts = match inside {
            [only] if only.kind == Kind::Text => unquoted(only).split('.').map(str::to_owned).collect(),
            _ => vec![inside.iter().map(|token| token.text).collect()],
        };
        Some(Name { text: self.written(first, last), parts, range: first.start..last.end() })
    }

    /// A text in the place of a name: a user, a bucket.
    pub(crate) fn place_name(&mut self) -> Option<Name> {
        let token = self.peek()?;
        if token.kind != Kind::Text {
            return None;
        }
        self.at += 1;
        Some(Name { text: token.text.to_owned(), parts: vec![unquoted(token)], range: token.range() })
    }

    /// Over a list of names: the first is the statement's, the others are its further names.
    pub(crate) fn names(&mut self, outline: &mut Outline) {
        outline.name = self.name();
        while outline.name.is_some() && self.eat_symbol(",") {
            let Some(name) = self.name() else { break };
            outline.more_names.push(name);
        }
    }
}

/// A token's text without its quotes.
fn unquoted(token: &Token<'_>) -> String {
    let mut inside = token.text.chars();
    match token.kind {
        Kind::Quoted | Kind::Text => {
            inside.next();
            inside.next_back();
            let text = inside.as_str();
            match token.text.as_bytes().first() {
                Some(b'"') => text.replace("\"\"", "\""),
                Some(b'`') => text.replace("``", "`"),
                Some(b'[') => text.replace("]]", "]"),
                Some(b'\'') => text.replace("''", "'"),
                _ => text.to_owned(),
            }
        }
        _ => token.text.to_owned(),
    }
}
