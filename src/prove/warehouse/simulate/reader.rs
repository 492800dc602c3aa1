//! Reads a statement's tokens: words, names with their quotes, lists.

use crate::sql::{Cursor, Dialect, Kind, ObjectKind, Token};

/// A name as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    /// Its parts from the outside in, each with whether it stands in quotes.
    pub(super) parts: Vec<(String, bool)>,
}

impl Written {
    /// Its last part.
    pub(super) fn last(&self) -> &(String, bool) {
        const NONE: &(String, bool) = &(String::new(), false);
        self.parts.last().unwrap_or(NONE)
    }

    /// The name without its last part, and that.
    pub(super) fn split_last(&self) -> (Option<Written>, (String, bool)) {
        match self.parts.split_last() {
            Some((last, [])) => (None, last.clone()),
            Some((last, rest)) => (Some(Written { parts: rest.to_vec() }), last.clone()),
            None => (None, (String::new(), false)),
        }
    }

    /// Whether part of it could not be known.
    pub(super) fn is_unknown(&self) -> bool {
        self.parts.iter().any(|(part, _)| part.contains(crate::sql::UNKNOWN))
    }
}

/// A place among a statement's tokens.
#[derive(Clone, Copy)]
pub(super) struct Reader<'t> {
    tokens: &'t [Token<'t>],
    at: usize,
    dialect: Dialect,
}

impl<'t> Reader<'t> {
    pub(super) fn new(tokens: &'t [Token<'t>], dialect: Dialect) -> Reader<'t> {
        Reader { tokens, at: 0, dialect }
    }

    pub(super) fn peek(&self) -> Option<&'t Token<'t>> {
        self.tokens.get(self.at)
    }

    fn peek_at(&self, ahead: usize) -> Option<&'t Token<'t>> {
        self.tokens.get(self.at + ahead)
    }

    pub(super) fn is_done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    pub(super) fn advance(&mut self) {
        self.at += 1;
    }

    pub(super) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The tokens from here to another place of the same statement.
    pub(super) fn until(&self, other: &Reader<'t>) -> &'t [Token<'t>] {
        self.tokens.get(self.at..other.at).unwrap_or_default()
    }

    /// What is left.
    pub(super) fn rest(&self) -> &'t [Token<'t>] {
        self.tokens.get(self.at..).unwrap_or_default()
    }

    pub(super) fn next_is(&self, word: &str) -> bool {
        self.peek().is_some_and(|token| token.is(word))
    }

    /// Over words that follow each other, if all are next.
    pub(super) fn eat(&mut self, words: &str) -> bool {
        let mut at = self.at;
        for word in words.split(' ') {
            if !self.tokens.get(at).is_some_and(|token| token.is(word)) {
                return false;
            }
            at += 1;
        }
        self.at = at;
        true
    }

    /// Over one of several words.
    pub(super) fn eat_any(&mut self, words: &[&str]) -> bool {
        words.iter().any(|word| self.eat(word))
    }

    pub(super) fn eat_symbol(&mut self, symbol: &str) -> bool {
        let found = self.peek().is_some_and(|token| token.is_symbol(symbol));
        self.at += usize::from(found);
        found
    }

    /// Over a word, which is given in lower case.
    pub(super) fn word(&mut self) -> Option<String> {
        let token = self.peek().filter(|token| token.kind == Kind::Word)?;
        self.at += 1;
        Some(token.text.to_lowercase())
    }

    /// Over IF EXISTS.
    pub(super) fn if_exists(&mut self) -> bool {
        self.eat("if exists")
    }

    /// Over IF NOT EXISTS.
    pub(super) fn if_not_exists(&mut self) -> bool {
        self.eat("if not exists")
    }

    /// To the first of some words outside of parentheses; not moved, and false, where none comes.
    pub(super) fn seek(&mut self, words: &[&str]) -> bool {
        let mut depth = 0_usize;
        for (ahead, token) in self.rest().iter().enumerate() {
            if token.is_symbol("(") {
                depth += 1;
            } else if token.is_symbol(")") {
                depth = depth.saturating_sub(1);
            } else if depth == 0 && token.is_any(words) {
                self.at += ahead;
                return true;
            }
        }
        false
    }

    /// Whether a word comes later, outside of parentheses.
    pub(super) fn has(&self, word: &str) -> bool {
        let mut copy = *self;
        copy.seek(&[word])
    }

    /// The words of a kind of object that are next.
    pub(super) fn kind(&mut self) -> Option<ObjectKind> {
        let words: Vec<String> = self
            .rest()
            .iter()
            .take(3)
            .take_while(|token| token.kind == Kind::Word)
            .map(|token| token.text.to_lowercase())
            .collect();
        let (kind, count) = ObjectKind::at_front(&words)?;
        // A name may look like a kind: `grant select on users to r`.
        let named = self.peek_at(count).is_some_and(|next| {
            let ends = next.is_any(&["to", "from", "is", "on", "in", "set", "as", "using", "owner"]);
            (next.is_name() && !ends) || matches!(next.kind, Kind::Text | Kind::Stage)
        });
        let quoted_to = self.peek_at(count).is_some_and(|next| next.is_symbol("::"));
        if !(named || quoted_to) {
            return None;
        }
        self.at += count;
        Some(kind)
    }

    /// Over a name.
    pub(super) fn name(&mut self) -> Option<Written> {
        if self.next_is("identifier") && self.peek_at(1).is_some_and(|next| next.is_symbol("(")) {
            return self.computed();
        }
        let mut parts = Vec::new();
        loop {
            let token = self.peek()?;
            match token.kind {
                Kind::Quoted if self.dialect == Dialect::BigQuery => {
                    parts.extend(unquoted(token).split('.').map(|part| (part.to_owned(), true)));
                }
                Kind::Quoted => parts.push((unquoted(token), true)),
                Kind::Text if parts.is_empty() => parts.push((unquoted(token), true)),
                Kind::Word => parts.push((token.text.to_owned(), false)),
                Kind::Stage => parts.push((token.text.to_owned(), false)),
                Kind::Number if !parts.is_empty() => parts.push((token.text.to_owned(), false)),
                Kind::Symbol if token.text == "*" => parts.push(("*".to_owned(), false)),
                _ => return None,
            }
            self.at += 1;
            self.dashes(&mut parts);
            if !self.eat_symbol(".") {
                break;
            }
            // `db..t` leaves the schema out.
            while self.eat_symbol(".") {
                parts.push((String::new(), false));
            }
        }
        Some(Written { parts })
    }

    /// The further pieces of an unquoted name with dashes, as projects of `BigQuery` have.
    fn dashes(&mut self, parts: &mut [(String, bool)]) {
        while self.dialect == Dialect::BigQuery
            && let Some((part, false)) = parts.last_mut()
            && let (Some(dash), Some(next)) = (self.peek(), self.peek_at(1))
            && dash.is_symbol("-")
            && next.start == dash.end()
            && matches!(next.kind, Kind::Word | Kind::Number)
        {
            part.push('-');
            part.push_str(next.text);
            self.at += 2;
        }
    }

    /// `identifier('db.s.t')`.
    fn computed(&mut self) -> Option<Written> {
        let [_, _, text, close, ..] = self.rest() else { return None };
        if text.kind != Kind::Text || !close.is_symbol(")") {
            return None;
        }
        self.at += 4;
        Some(Written { parts: unquoted(text).split('.').map(|part| (part.to_owned(), false)).collect() })
    }

    /// Over names with commas between them.
    pub(super) fn names(&mut self) -> Vec<Written> {
        let mut names = Vec::new();
        while let Some(name) = self.name() {
            names.push(name);
            if !self.eat_symbol(",") {
                break;
            }
        }
        names
    }

    /// Over a parenthesis: what it holds.
    pub(super) fn parenthesis(&mut self) -> Option<&'t [Token<'t>]> {
        let from = self.at + 1;
        let mut cursor = Cursor { tokens: self.tokens, at: self.at, dialect: self.dialect };
        if !cursor.parenthesis() {
            return None;
        }
        self.at = cursor.at;
        let is_closed = self.at > from && self.tokens[self.at - 1].is_symbol(")");
        self.tokens.get(from..self.at - usize::from(is_closed))
    }

    /// A reader of other tokens of the same statement.
    pub(super) fn of(&self, tokens: &'t [Token<'t>]) -> Reader<'t> {
        Reader::new(tokens, self.dialect)
    }

    /// Over a parenthesis with a list of names of one part each.
    pub(super) fn columns(&mut self) -> Vec<(String, bool)> {
        let Some(inside) = self.parenthesis() else { return Vec::new() };
        items(inside).into_iter().filter_map(|item| self.of(item).name()).map(|name| name.last().clone()).collect()
    }

    /// Over a text: what it says. NULL says nothing.
    pub(super) fn text(&mut self) -> Option<String> {
        let token = self.peek()?;
        match token.kind {
            Kind::Text => {
                self.at += 1;
                Some(unquoted(token))
            }
            Kind::Dollar => {
                self.at += 1;
                let tag = token.text[1..].find('$').map_or(0, |at| at + 2);
                Some(token.text.get(tag..token.text.len().saturating_sub(tag)).unwrap_or_default().to_owned())
            }
            _ => None,
        }
    }

    /// What is left, in one text, with single blanks where there were any.
    pub(super) fn words(&self) -> String {
        let mut text = String::new();
        let mut end = None;
        for token in self.rest() {
            if end.is_some_and(|end| end < token.start) {
                text.push(' ');
            }
            text.push_str(token.text);
            end = Some(token.end());
        }
        text
    }
}

/// The items between commas outside of parentheses.
pub(super) fn items<'t>(tokens: &'t [Token<'t>]) -> Vec<&'t [Token<'t>]> {
    let mut depth = 0_usize;
    let mut items = Vec::new();
    let mut from = 0;
    for (at, token) in tokens.iter().enumerate() {
        if token.is_symbol("(") || token.is_symbol("[") || token.is_symbol("<") {
            depth += 1;
        } else if token.is_symbol(")") || token.is_symbol("]") || token.is_symbol(">") {
            depth = depth.saturating_sub(1);
        } else if token.is_symbol(",") && depth == 0 {
            items.push(&tokens[from..at]);
            from = at + 1;
        }
    }
    if from < tokens.len() {
        items.push(&tokens[from..]);
    }
    items
}

/// A token's text without its quotes.
pub(super) fn unquoted(token: &Token<'_>) -> String {
    let text = match token.kind {
        Kind::Text => token.text.find(['\'', '"']).map_or(token.text, |at| &token.text[at..]),
        _ => token.text,
    };
    let mut inside = text.chars();
    if !matches!(token.kind, Kind::Quoted | Kind::Text) || text.chars().count() < 2 {
        return text.to_owned();
    }
    inside.next();
    inside.next_back();
    let inside = inside.as_str();
    match text.as_bytes().first() {
        Some(b'"') => inside.replace("\"\"", "\""),
        Some(b'`') => inside.replace("``", "`"),
        Some(b'[') => inside.replace("]]", "]"),
        Some(b'\'') => inside.replace("''", "'"),
        _ => inside.to_owned(),
    }
}
