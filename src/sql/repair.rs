//! The one change that makes a statement one: a word that is misspelt, left out or doubled.
//!
//! A statement that its grammar refuses is not blamed for that. But where one small change, at the place where
//! the grammar stopped or of a word that is nearly a keyword, makes the grammar accept it, the cause is known.

use std::ops::Range;

use sqlparser::keywords::ALL_KEYWORDS;

use super::Fault;
use super::dialect::Dialect;
use super::faults::near;
use super::outline::Outline;
use super::parse::{self, Refusal};
use super::token::{Kind, Token};
use super::verb::Verb;
use super::work::Work;

/// The most tokens of a statement that is tried.
const MOST_TOKENS: usize = 1_500;

/// The most changes that are tried.
const MOST_TRIES: usize = 40;

/// Keywords that are worth a suggestion, by how wrong a word may be that means them.
const KEYWORDS: [&str; 52] = [
    "select",
    "insert",
    "update",
    "delete",
    "from",
    "into",
    "values",
    "where",
    "table",
    "column",
    "view",
    "schema",
    "group",
    "order",
    "having",
    "union",
    "join",
    "inner",
    "left",
    "right",
    "limit",
    "offset",
    "exists",
    "create",
    "replace",
    "cascade",
    "usage",
    "distinct",
    "between",
    "like",
    "null",
    "case",
    "when",
    "then",
    "else",
    "primary",
    "default",
    "references",
    "returning",
    "matched",
    "using",
    "conflict",
    "nothing",
    "index",
    "function",
    "sequence",
    "privileges",
    "partition",
    "constraint",
    "unique",
    "rename",
    "temporary",
];

/// Short keywords: two swapped letters only.
const SHORT: [&str; 13] = ["set", "and", "not", "by", "as", "on", "to", "in", "or", "is", "end", "key", "all"];

/// The fault that one change mends.
pub(super) fn fault(
    text: &str,
    tokens: &[Token<'_>],
    outline: &Outline,
    dialect: Dialect,
    work: &Work,
) -> Option<Fault> {
    if tokens.len() > MOST_TOKENS || !is_known(&outline.verb) {
        return None;
    }
    let base = tokens[0].start;
    let end = tokens[tokens.len() - 1].end() - base;
    let text = text.get(..end)?;
    let mut tries = Tries { text, base, dialect, tokens, work, left: MOST_TRIES };
    misspelt(tokens, &mut tries).or_else(|| {
        let plain = outline.verb.parses_reliably() && !parse::is_beyond_grammars(tokens, dialect);
        if plain { at_the_stop(tokens, &mut tries) } else { None }
    })
}

/// Whether the grammars know statements of the verb at all.
fn is_known(verb: &Verb) -> bool {
    verb.parses_reliably()
        || matches!(verb, Verb::Create | Verb::Drop | Verb::Alter | Verb::Grant | Verb::Revoke | Verb::Comment)
}

struct Tries<'a> {
    text: &'a str,
    base: usize,
    dialect: Dialect,
    tokens: &'a [Token<'a>],
    work: &'a Work,
    left: usize,
}

impl Tries<'_> {
    /// Whether the grammar takes the statement with a range of it replaced.
    fn mends(&mut self, range: &Range<usize>, by: &str) -> bool {
        if self.left == 0 || !parse::is_asked(self.tokens, self.work) {
            return false;
        }
        self.left -= 1;
        let (from, to) = (range.start - self.base, range.end - self.base);
        let changed = [&self.text[..from], by, &self.text[to..]].concat();
        parse::accepts(&changed, self.dialect).is_ok()
    }
}

/// A word that is nearly a keyword, where the keyword makes it a statement.
fn misspelt(tokens: &[Token<'_>], tries: &mut Tries<'_>) -> Option<Fault> {
    for (at, token) in tokens.iter().enumerate() {
        let dotted =
            at > 0 && tokens[at - 1].is_symbol(".") || tokens.get(at + 1).is_some_and(|next| next.is_symbol("."));
        let Some(meant) = meant(token).filter(|_| !dotted) else { continue };
        if tries.mends(&token.range(), meant) {
            let fault = Fault::certain(token.range(), format!("`{}` is no keyword", token.text));
            return Some(fault.help(format!("did you mean {}?", meant.to_uppercase())));
        }
    }
    None
}

/// The keyword that a word nearly is.
fn meant(token: &Token<'_>) -> Option<&'static str> {
    let word = token.text;
    if token.kind != Kind::Word || word.len() < 2 || !word.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    if word.len() <= 3 {
        let sorted = |word: &str| {
            let mut letters: Vec<u8> = word.bytes().map(|byte| byte.to_ascii_lowercase()).collect();
            letters.sort_unstable();
            letters
        };
        let swapped = |known: &&str| known.len() == word.len() && sorted(known) == sorted(word);
        let short = SHORT.into_iter().find(|known| !token.is(known) && swapped(known)).filter(|_| !is_keyword(word));
        let left_out = || near(word, KEYWORDS.into_iter().filter(|known| known.len() > word.len()), 1);
        return if is_keyword(word) || word.len() < 3 { short } else { short.or_else(left_out) };
    }
    if is_keyword(word) {
        return None;
    }
    near(word, KEYWORDS, if word.len() >= 6 { 2 } else { 1 })
}

fn is_keyword(word: &str) -> bool {
    let word = word.to_ascii_uppercase();
    ALL_KEYWORDS.binary_search(&word.as_str()).is_ok()
}

/// What is missing or too much where the grammar stops.
fn at_the_stop(tokens: &[Token<'_>], tries: &mut Tries<'_>) -> Option<Fault> {
    if !parse::is_asked(tokens, tries.work) {
        return None;
    }
    let Err(Refusal::Syntax(message)) = parse::accepts(tries.text, tries.dialect) else { return None };
    let (_, place) = message.rsplit_once(" at Line: ")?;
    let stop = parse::byte_at(tries.text, place)? + tries.base;
    let at = tokens.iter().position(|token| token.range().contains(&stop))?;
    for at in [Some(at), at.checked_sub(1)].into_iter().flatten().filter(|&at| at > 0) {
        let (before, token) = (&tokens[at - 1], &tokens[at]);
        let doubled = before.kind == Kind::Word && token.is(before.text);
        if doubled && tries.mends(&token.range(), "") {
            let message = format!("`{}` stands twice", token.text);
            return Some(Fault::certain(before.start..token.end(), message).help("remove one"));
        }
        let refuses = tries.dialect.refuses_comma_before_from() && tries.dialect.refuses_comma_before_parenthesis();
        if refuses && before.is_symbol(",") && tries.mends(&before.range(), "") {
            return Some(Fault::certain(before.range(), "a comma too much").help("remove the comma"));
        }
        let gap = before.end()..token.start;
        let operands = is_operand(before) && is_operand(token) && !is_one_thing(tokens, at - 1, tries.dialect);
        if operands && gap.start < gap.end && tries.mends(&gap, " , ") {
            let message = format!("no comma between `{}` and `{}`", before.text, token.text);
            return Some(Fault::certain(before.start..token.end(), message).help("add the comma"));
        }
    }
    None
}

/// Whether a token and the next may be one thing: `date '2020-01-01'`, `(values (1, 2)) as_name`, and words that
/// no grammar knows: `a paste join b`, `a sounds like b`.
fn is_one_thing(tokens: &[Token<'_>], at: usize, dialect: Dialect) -> bool {
    let (token, next) = (&tokens[at], &tokens[at + 1]);
    if token.is_name() && next.kind == Kind::Text {
        // Postgres takes any type before a text; elsewhere the two are arguments.
        let argument = at > 0 && (tokens[at - 1].is_symbol("(") || tokens[at - 1].is_symbol(","));
        let typed = token.text.starts_with('_') || dialect == Dialect::Postgres;
        return typed || !argument;
    }
    let after = tokens.get(at + 2);
    let ends = after.is_none_or(|after| {
        after.kind == Kind::Symbol
            || after.is_any(&["from", "where", "group", "order", "having", "limit", "values", "select", "returning"])
    });
    if next.kind == Kind::Word && !ends {
        return true;
    }
    if token.is_name() {
        return false;
    }
    let mut depth = 0_usize;
    let open = (0..=at).rev().find(|&back| {
        match tokens[back].text {
            ")" => depth += 1,
            "(" => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    });
    let queried = open.is_some_and(|open| tokens[open + 1].is_any(&["select", "values", "with", "table"]));
    token.is_symbol(")") && next.is_name() && queried
}

/// Whether it can be a whole value: a literal, a name, or the end of one.
fn is_operand(token: &Token<'_>) -> bool {
    let keyword = token.kind == Kind::Word && is_keyword(token.text);
    !keyword && (token.kind != Kind::Symbol || token.is_symbol(")"))
}
