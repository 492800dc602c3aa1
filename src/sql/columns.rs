//! The columns that a statement creates or writes.

use std::ops::Range;

use super::dialect::Dialect;
use super::token::{self, Kind, Token};

/// The columns of `create table t (a int, …)`, in lower case; none where there is no such list.
pub(crate) fn created(text: &str, dialect: Dialect) -> Option<Vec<String>> {
    let code = token::tokens(text, dialect.reading()).code;
    let open = code.iter().take(16).position(|token| token.is_symbol("("))?;
    let head = code.get(..open)?;
    if head.iter().any(|token| token.is_any(&["as", "like", "of", "partition", "clone"])) {
        return None;
    }
    let mut columns = Vec::new();
    for item in items(&code[open..])? {
        let first = item.first()?;
        let constraint = ["constraint", "primary", "unique", "check", "foreign", "exclude", "index", "key", "period"];
        if first.is_any(&constraint) && item.len() > 1 && !item[1].is_any(&["int", "integer", "text", "varchar"]) {
            continue;
        }
        if !first.is_name() || first.is("like") || item.len() < 2 {
            return None;
        }
        columns.push(plain(first));
    }
    let after = code.iter().skip(open).any(|token| token.is_any(&["inherits", "select"]));
    (!columns.is_empty() && !after).then_some(columns)
}

/// The columns that ALTER TABLE adds, in lower case.
pub(crate) fn added(text: &str, dialect: Dialect) -> Vec<String> {
    let code = token::tokens(text, dialect.reading()).code;
    let mut columns = Vec::new();
    for (at, token) in code.iter().enumerate() {
        if token.is_any(&["add", "to"]) {
            let skip = code[at + 1..].iter().take_while(|next| next.is_any(&["column", "if", "not", "exists"])).count();
            columns.extend(code.get(at + 1 + skip).filter(|name| name.is_name()).map(plain));
        }
    }
    columns
}

/// The columns that INSERT or UPDATE names, in lower case, with their places.
pub(crate) fn written(text: &str, dialect: Dialect) -> Vec<(String, Range<usize>)> {
    let code = token::tokens(text, dialect.reading()).code;
    let named = |token: &Token<'_>| (plain(token), token.range());
    let Some(first) = code.first() else { return Vec::new() };
    if first.is("insert") {
        let Some(open) = code.iter().take(8).position(|token| token.is_symbol("(")) else { return Vec::new() };
        let into = code[..open].iter().all(|token| token.is_name() || token.is_symbol("."));
        let values = code[..open].iter().any(|token| token.is_any(&["values", "select", "as"]));
        let listed = items(&code[open..]).unwrap_or_default();
        let names = listed.iter().all(|item| matches!(item, [one] if one.is_name()));
        let follows = code
            .get(open + 2 * listed.len() + 1)
            .is_some_and(|next| next.is_any(&["values", "select", "with", "default"]));
        if !into || values || !names || !follows {
            return Vec::new();
        }
        return listed.iter().filter_map(|item| item.first()).map(named).collect();
    }
    if !first.is("update") {
        return Vec::new();
    }
    let Some(set) = code.iter().position(|token| token.is("set")) else { return Vec::new() };
    let (mut depth, mut begins, mut columns) = (0_usize, true, Vec::new());
    for (at, token) in code.iter().enumerate().skip(set + 1) {
        match token.text {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ if depth == 0 && token.is_any(&["where", "from", "returning"]) => break,
            _ if depth == 0
                && begins
                && token.is_name()
                && code.get(at + 1).is_some_and(|next| next.is_symbol("=")) =>
            {
                columns.push(named(token));
            }
            _ => {}
        }
        begins = depth == 0 && token.is_symbol(",");
    }
    columns
}

/// The items of the parenthesis that opens at the first token.
fn items<'t, 'a>(tokens: &'t [Token<'a>]) -> Option<Vec<&'t [Token<'a>]>> {
    let (mut depth, mut from, mut items) = (0_usize, 1, Vec::new());
    for (at, token) in tokens.iter().enumerate().filter(|(_, token)| token.kind == Kind::Symbol) {
        match token.text {
            "(" => depth += 1,
            ")" => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    items.push(tokens.get(from..at)?);
                    return Some(items);
                }
            }
            "," if depth == 1 => {
                items.push(tokens.get(from..at)?);
                from = at + 1;
            }
            _ => {}
        }
    }
    None
}

fn plain(token: &Token<'_>) -> String {
    token.text.trim_matches(['"', '`', '[', ']']).to_lowercase()
}
