//! Whether the values of an INSERT fit its columns, and lists that hold nothing.

use super::dialect::Dialect;
use super::outline::Outline;
use super::token::{Kind, Token};
use super::verb::Verb;
use super::{Fault, FaultKind};

/// What is wrong with the lists of a statement.
pub(super) fn faults(tokens: &[Token<'_>], outline: &Outline, dialect: Dialect) -> Vec<Fault> {
    let mut found = empty_lists(tokens, dialect);
    if outline.verb == Verb::Insert && !outline.opaque {
        found.extend(columns(tokens));
    }
    found
}

/// `in ()`, where the dialect refuses it.
fn empty_lists(tokens: &[Token<'_>], dialect: Dialect) -> Vec<Fault> {
    // SQLite and ClickHouse take it; of the others that are left out it isn't known.
    let refuses = matches!(
        dialect,
        Dialect::Postgres
            | Dialect::Redshift
            | Dialect::Snowflake
            | Dialect::BigQuery
            | Dialect::DuckDb
            | Dialect::Databricks
            | Dialect::Spark
            | Dialect::Trino
            | Dialect::Athena
            | Dialect::SqlServer
            | Dialect::MySql
    );
    let empty = |three: &&[Token<'_>]| three[0].is("in") && three[1].is_symbol("(") && three[2].is_symbol(")");
    let windows = tokens.windows(3).filter(|_| refuses).filter(empty);
    windows
        .map(|three| {
            let message = format!("`in ()` is a list without a value, which {} does not accept", dialect.name());
            let fault = Fault::certain(three[0].start..three[2].end(), message);
            Fault { kind: FaultKind::EmptyList, ..fault }.help("leave the condition out where the list is empty")
        })
        .collect()
}

/// The number of columns against the number of values, and rows against each other.
fn columns(tokens: &[Token<'_>]) -> Option<Fault> {
    let into = tokens.iter().take(4).position(|token| token.is("into"))?;
    let mut at = into + 1;
    while tokens.get(at).is_some_and(|token| token.is_name() || token.is_symbol(".")) && !begins_rows(&tokens[at]) {
        at += 1;
    }
    let mut named = None;
    if tokens.get(at)?.is_symbol("(") {
        let (items, after) = list(tokens, at)?;
        let names = items.iter().all(|item| matches!(item, [one] if one.is_name()));
        if !names || items.first()?.first()?.is_any(&["select", "with", "values"]) {
            return None;
        }
        named = Some((items.len(), tokens[at].start..tokens[after - 1].end()));
        at = after;
    }
    if tokens.get(at)?.is("values") {
        return rows(tokens, at + 1, named.map(|(count, _)| count));
    }
    let (count, _) = named?;
    tokens.get(at)?.is("select").then_some(())?;
    let items = selected(&tokens[at + 1..])?;
    (items != count).then(|| fault(tokens[at].range(), count, items, "the query"))
}

fn begins_rows(token: &Token<'_>) -> bool {
    token.is_any(&["values", "select", "with", "default", "overriding", "as", "partition", "format", "table"])
}

fn fault(range: std::ops::Range<usize>, columns: usize, values: usize, of: &str) -> Fault {
    let noun = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let message = format!("{} and {} in {of}", noun(columns, "column"), noun(values, "value"));
    Fault { kind: FaultKind::Columns, ..Fault::certain(range, message) }.help("give each column one value")
}

fn rows(tokens: &[Token<'_>], mut at: usize, named: Option<usize>) -> Option<Fault> {
    let mut first = None;
    loop {
        let (items, after) = list(tokens, at)?;
        if items.iter().any(|item| item.is_empty() || item.iter().any(|token| token.text.contains(super::UNKNOWN))) {
            return None;
        }
        let range = tokens[at].start..tokens[after - 1].end();
        if let Some(named) = named
            && named != items.len()
        {
            return Some(fault(range, named, items.len(), "the row"));
        }
        if let Some(first) = first
            && first != items.len()
        {
            let message = format!("a row of {} after one of {first}: all rows have as many values", items.len());
            let fault = Fault { kind: FaultKind::Columns, ..Fault::certain(range, message) };
            return Some(fault.help("give every row the same number of values"));
        }
        first = Some(items.len());
        if !tokens.get(after)?.is_symbol(",") {
            return None;
        }
        at = after + 1;
    }
}

/// The items of the parenthesis that opens at a token, and the token after it.
fn list<'t, 'a>(tokens: &'t [Token<'a>], open: usize) -> Option<(Vec<&'t [Token<'a>]>, usize)> {
    tokens.get(open)?.is_symbol("(").then_some(())?;
    let (mut depth, mut from, mut items) = (0_usize, open + 1, Vec::new());
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.text {
            "(" | "[" | "{" if token.kind == Kind::Symbol => depth += 1,
            ")" | "]" | "}" if token.kind == Kind::Symbol => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    items.push(&tokens[from..at]);
                    return Some((items, at + 1));
                }
            }
            "," if depth == 1 && token.kind == Kind::Symbol => {
                items.push(&tokens[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    None
}

/// How many columns a SELECT gives, from its first token on; none where that isn't plain to see.
fn selected(tokens: &[Token<'_>]) -> Option<usize> {
    if tokens.first()?.is_any(&["distinct", "all", "top", "as", "straight_join"]) {
        return None;
    }
    let (mut depth, mut count, mut from) = (0_usize, 1, 0);
    for (at, token) in tokens.iter().enumerate() {
        let unknown = token.text.contains(super::UNKNOWN);
        // A star, a row, angle brackets of a type: how many columns that is isn't plain.
        let star = token.is_symbol("*") && depth == 0 && !is_product(tokens, from, at);
        if unknown || star || (depth == 0 && matches!(token.text, "<" | ">" | "{" | "}" | ":")) {
            return None;
        }
        match token.text {
            "(" | "[" if token.kind == Kind::Symbol => depth += 1,
            ")" | "]" if token.kind == Kind::Symbol => depth = depth.checked_sub(1)?,
            "," if depth == 0 && token.kind == Kind::Symbol => {
                count += 1;
                from = at + 1;
            }
            _ if depth == 0
                && token.is_any(&["struct", "unnest", "explode", "posexplode", "stack", "inline", "columns"]) =>
            {
                return None;
            }
            _ if depth == 0
                && token.is_any(&[
                    "from",
                    "where",
                    "union",
                    "limit",
                    "order",
                    "group",
                    "having",
                    "except",
                    "intersect",
                    "returning",
                    "on",
                    "qualify",
                    "window",
                ]) =>
            {
                let before = at.checked_sub(1).map(|before| &tokens[before]);
                // `a is distinct from b` is a value.
                if token.is("from") && before.is_some_and(|before| before.is("distinct")) {
                    continue;
                }
                // `within group (…)` belongs to its function.
                if token.is("group") && before.is_some_and(|before| before.is("within")) {
                    continue;
                }
                let clause = !before.is_some_and(|before| before.is("as") || before.is_symbol("."));
                return (clause && from < at).then_some(count);
            }
            _ => {}
        }
    }
    (depth == 0 && from < tokens.len()).then_some(count)
}

/// Whether a star multiplies: there is a value before it and one after it.
fn is_product(tokens: &[Token<'_>], from: usize, at: usize) -> bool {
    let before = at > from && !tokens[at - 1].is_symbol(".");
    let after = tokens.get(at + 1).is_some_and(|next| !next.is_symbol(",") && !next.is("from"));
    before && after
}
