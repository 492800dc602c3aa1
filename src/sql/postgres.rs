//! How the statements of `PostgreSQL` begin and go on, as far as hooks write them.
//!
//! Each check names what the server's own grammar refuses; what isn't looked at here is taken as right.

mod alter;
mod expressions;
mod grammar;
mod grants;
mod objects;
mod rows;
mod types;

pub(super) use grammar::refused;
pub(crate) use grants::PRIVILEGES;

use super::Fault;
use super::dialect::Dialect;
use super::faults::near;
use super::outline::cursor::Cursor;
use super::token::{Kind, Token};

/// Every word that begins a statement.
const VERBS: [&str; 54] = [
    "abort",
    "alter",
    "analyse",
    "analyze",
    "begin",
    "call",
    "checkpoint",
    "close",
    "cluster",
    "comment",
    "commit",
    "copy",
    "create",
    "deallocate",
    "declare",
    "delete",
    "discard",
    "do",
    "drop",
    "end",
    "execute",
    "explain",
    "fetch",
    "grant",
    "import",
    "insert",
    "listen",
    "load",
    "lock",
    "merge",
    "move",
    "notify",
    "prepare",
    "reassign",
    "refresh",
    "reindex",
    "release",
    "reset",
    "revoke",
    "rollback",
    "savepoint",
    "security",
    "select",
    "set",
    "show",
    "start",
    "table",
    "truncate",
    "unlisten",
    "update",
    "vacuum",
    "values",
    "wait",
    "with",
];

/// What is wrong in a statement.
pub(super) fn faults(tokens: &[Token<'_>]) -> Vec<Fault> {
    let Some(first) = tokens.first() else { return Vec::new() };
    let words = Words { tokens, at: 1 };
    let found = match first.text.to_ascii_lowercase().as_str() {
        // A hook that is JSON is unwrapped before it is sent.
        _ if first.is_symbol("(") || first.is_symbol("{") => None,
        _ if first.kind != Kind::Word || !first.is_any(&VERBS) => Some(verb(first)),
        "insert" => rows::insert(words),
        "update" => rows::update(words),
        "delete" => rows::delete(words),
        "select" => rows::select(tokens),
        "merge" => rows::merge(words),
        "with" => rows::with(words),
        "declare" if !tokens.iter().any(|token| token.is("cursor")) => Some(
            Fault::foreign(first.range(), "Postgres declares variables inside functions only")
                .help("write the block as DO $$ … $$"),
        ),
        "do" => objects::block(words),
        "create" => objects::create(words),
        "drop" => objects::drop(words),
        "alter" => alter::alter(words),
        "truncate" => objects::truncate(words),
        "comment" => objects::comment(words),
        "refresh" => objects::refresh(words),
        "grant" => grants::grant(words, "to"),
        "revoke" => grants::grant(words, "from"),
        "set" => objects::set(words),
        "call" => objects::call(words),
        "begin" => objects::begin(words),
        "vacuum" | "analyze" | "analyse" => objects::maintenance(words),
        _ => None,
    };
    let found = found.or_else(|| expressions::fault(tokens));
    found.into_iter().collect()
}

/// What is wrong in a statement whose inside isn't judged: a routine, a block.
pub(super) fn opaque(tokens: &[Token<'_>]) -> Vec<Fault> {
    let loops = |first: &Token<'_>| first.is_any(&["if", "while", "for", "loop", "repeat"]);
    let bare = tokens.first().filter(|first| loops(first)).map(|first| {
        let message = format!("Postgres has {} inside functions only", first.text.to_uppercase());
        Fault::foreign(first.range(), message).help("write the block as DO $$ … $$, or the condition in Jinja")
    });
    bare.or_else(|| objects::routine(tokens)).into_iter().collect()
}

/// A first token that begins no statement.
fn verb(first: &Token<'_>) -> Fault {
    let fault = Fault::certain(first.range(), format!("no statement of Postgres begins with `{}`", first.text));
    let meant = if first.kind == Kind::Word { near(first.text, VERBS, 2) } else { None };
    match meant.filter(|_| first.text.len() > 3) {
        Some(meant) => fault.help(format!("did you mean {}?", meant.to_uppercase())),
        None => fault.help("change the statement, or let the hook render to nothing"),
    }
}

/// What commas divide, those in parentheses and brackets aside.
fn items<'t, 'a>(tokens: &'t [Token<'a>]) -> impl Iterator<Item = &'t [Token<'a>]> {
    let mut depth = 0_usize;
    tokens.split(move |token| {
        match token.text {
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && token.text == ","
    })
}

/// A place among the tokens of a statement.
#[derive(Clone, Copy)]
struct Words<'t, 'a> {
    tokens: &'t [Token<'a>],
    at: usize,
}

impl<'t, 'a> Words<'t, 'a> {
    fn peek(&self) -> Option<&'t Token<'a>> {
        self.tokens.get(self.at)
    }

    fn ahead(&self, count: usize) -> Option<&'t Token<'a>> {
        self.tokens.get(self.at + count)
    }

    fn eat(&mut self, word: &str) -> bool {
        self.eat_any(&[word])
    }

    fn eat_any(&mut self, words: &[&str]) -> bool {
        self.over(|cursor| cursor.eat_any(words))
    }

    fn eat_symbol(&mut self, symbol: &str) -> bool {
        self.over(|cursor| cursor.eat_symbol(symbol))
    }

    /// Over what a cursor goes over.
    fn over(&mut self, go: impl FnOnce(&mut Cursor<'t, 'a>) -> bool) -> bool {
        let mut cursor = Cursor { tokens: self.tokens, at: self.at, dialect: Dialect::Postgres };
        let found = go(&mut cursor);
        self.at = cursor.at;
        found
    }

    fn is_symbol(&self, symbol: &str) -> bool {
        self.peek().is_some_and(|token| token.is_symbol(symbol))
    }

    fn is_any(&self, words: &[&str]) -> bool {
        self.peek().is_some_and(|token| token.is_any(words))
    }

    /// Over a name with its parts.
    fn name(&mut self) -> bool {
        if !self.peek().is_some_and(Token::is_name) {
            return false;
        }
        self.at += 1;
        while self.is_symbol(".") && self.ahead(1).is_some_and(|next| next.is_name() || next.is_symbol("*")) {
            self.at += 2;
        }
        true
    }

    /// Over a parenthesis with all it holds.
    fn parenthesis(&mut self) -> bool {
        self.over(Cursor::parenthesis)
    }

    /// The range of the next token; of the last one where none is left.
    fn range(&self) -> std::ops::Range<usize> {
        self.peek().or(self.tokens.last()).map_or(0..0, Token::range)
    }

    /// The next token is not one of some words: the fault that says so, with the nearest one.
    fn expected(&self, words: &[&'static str], said: &str) -> Option<Fault> {
        let Some(token) = self.peek() else {
            let last = self.tokens.last()?;
            let fault =
                Fault::certain(last.range(), format!("the statement ends after `{}`: {said} is missing", last.text));
            return Some(fault.help(format!("add {said}")));
        };
        if token.kind == Kind::Word && !token.is_any(words) {
            let most = if token.text.len() >= 5 { 2 } else { 1 };
            let swapped = words.iter().copied().find(|word| word.len() <= 3 && is_swapped(token.text, word));
            let long = words.iter().copied().filter(|word| word.len() > 3);
            if let Some(meant) = swapped.or_else(|| near(token.text, long, most)) {
                let fault = Fault::certain(token.range(), format!("`{}` is no keyword", token.text));
                return Some(fault.help(format!("did you mean {}?", meant.to_uppercase())));
            }
        }
        // From the word before, which a person wrote: this one may be a printed value.
        let start = self.at.checked_sub(1).map_or(token.start, |before| self.tokens[before].start);
        let fault = Fault::certain(start..token.end(), format!("{said} is missing before `{}`", token.text));
        Some(fault.help(format!("add {said}")))
    }

    /// The fault that a statement goes on where it should end.
    fn ended(&self, said: &str) -> Option<Fault> {
        let token = self.peek()?;
        Some(
            Fault::certain(token.range(), format!("`{}` does not belong behind {said}", token.text))
                .help("remove it, or add what is missing before it"),
        )
    }
}

/// Whether a word is another with a slip of the pen: two letters swapped, one left out, one doubled, one wrong.
/// Anything else that is alike may be a name that somebody gave: `posint`, `int42`, `xfloat8`, `pleast`.
fn is_slip(word: &str, meant: &str) -> bool {
    let word = word.to_ascii_lowercase();
    let (word, known) = (word.as_bytes(), meant.as_bytes());
    let alike = word.iter().zip(known).take_while(|(a, b)| a == b).count();
    let (rest, known_rest) = (&word[alike..], &known[alike..]);
    let letters = |bytes: &[u8]| bytes.first().is_some_and(u8::is_ascii_alphabetic);
    if word.len() == known.len() {
        let ([a, b, tail @ ..], [x, y, known_tail @ ..]) = (rest, known_rest) else {
            // The last letter is wrong.
            return rest.len() == 1 && word.len() > 5 && letters(rest) && letters(known_rest);
        };
        let swapped = a == y && b == x && tail == known_tail;
        let wrong = alike > 0 && word.len() > 4 && letters(rest) && letters(known_rest) && rest[1..] == known_rest[1..];
        return swapped || wrong;
    }
    if word.len() + 1 == known.len() {
        let inside = alike > 0 && (!rest.is_empty() || word.len() > 6);
        return inside && word.len() > 2 && letters(known_rest) && *rest == known_rest[1..];
    }
    if word.len() == known.len() + 1 {
        let doubled = alike > 0 && rest[0] == word[alike - 1];
        let inside = alike > 0 && !known_rest.is_empty() && word.len() > 6;
        return (doubled || inside) && letters(rest) && rest[1..] == *known_rest;
    }
    false
}

fn is_swapped(word: &str, known: &str) -> bool {
    let letters = |word: &str| {
        let mut letters: Vec<u8> = word.bytes().map(|byte| byte.to_ascii_lowercase()).collect();
        letters.sort_unstable();
        letters
    };
    word.len() == known.len() && !word.eq_ignore_ascii_case(known) && letters(word) == letters(known)
}
