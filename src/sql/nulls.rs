//! Comparisons with null in conditions.

use std::ops::Range;

use super::dialect::Dialect;
use super::token::{self, Kind, Token};

/// The comparisons of a value with the constant null in the conditions of a statement, from the operator on, and
/// whether they ask for what differs.
pub(crate) fn null_comparisons(text: &str, dialect: Dialect) -> Vec<(Range<usize>, bool)> {
    let code = token::tokens(text, dialect.reading()).code;
    let mut found = Vec::new();
    // The clause that each parenthesis stands in.
    let mut clauses = vec![false];
    for (at, token) in code.iter().enumerate() {
        match token.text {
            "(" => clauses.push(is_condition(&clauses) && !is_call(&code, at)),
            ")" if clauses.len() > 1 => drop(clauses.pop()),
            _ if begins_condition(token) => set(&mut clauses, true),
            _ if ends_condition(token) => set(&mut clauses, false),
            "=" | "<>" | "!=" if is_condition(&clauses) => {
                let null = code.get(at + 1).filter(|next| next.is("null"));
                let alone = code.get(at + 2).is_none_or(|next| {
                    !matches!(next.text, "::" | "." | "(" | "+" | "-" | "||") && !next.is("collate")
                });
                if let (Some(null), true) = (null, alone) {
                    found.push((token.start..null.end(), token.text != "="));
                }
            }
            _ => {}
        }
    }
    found
}

fn is_condition(clauses: &[bool]) -> bool {
    clauses.last().copied().unwrap_or_default()
}

fn set(clauses: &mut [bool], is_condition: bool) {
    if let Some(last) = clauses.last_mut() {
        *last = is_condition;
    }
}

/// Whether a parenthesis holds the arguments of a function, where `=` may give one by its name.
fn is_call(code: &[Token<'_>], open: usize) -> bool {
    let Some(before) = open.checked_sub(1).and_then(|at| code.get(at)) else { return false };
    let keyword = ["and", "or", "not", "in", "where", "on", "having", "when", "exists", "any", "all", "then", "else"];
    before.is_name() && before.kind != Kind::Text && !before.is_any(&keyword)
}

fn begins_condition(token: &Token<'_>) -> bool {
    token.is_any(&["where", "having", "qualify", "when", "on"])
}

fn ends_condition(token: &Token<'_>) -> bool {
    token.is_any(&[
        "select",
        "set",
        "group",
        "order",
        "limit",
        "union",
        "values",
        "then",
        "returning",
        "update",
        "insert",
        "window",
        "from",
        "as",
        "with",
        "do",
        "begin",
        "else",
        "output",
        "into",
    ])
}
