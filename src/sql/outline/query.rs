//! What the queries of a statement read, and how much they compute.

use std::collections::HashSet;

use super::super::dialect::Dialect;
use super::super::token::{Kind, Token};
use super::super::verb::Verb;
use super::Outline;
use super::cursor::Cursor;

/// Functions that make one row of many.
const AGGREGATES: [&str; 46] = [
    "count",
    "sum",
    "avg",
    "min",
    "max",
    "median",
    "mode",
    "stddev",
    "stddev_pop",
    "stddev_samp",
    "variance",
    "var_pop",
    "var_samp",
    "array_agg",
    "string_agg",
    "listagg",
    "group_concat",
    "json_agg",
    "jsonb_agg",
    "json_object_agg",
    "object_agg",
    "count_if",
    "countif",
    "sumif",
    "approx_count_distinct",
    "approx_distinct",
    "hll",
    "any_value",
    "arbitrary",
    "min_by",
    "max_by",
    "collect_list",
    "collect_set",
    "percentile_cont",
    "percentile_disc",
    "bool_and",
    "bool_or",
    "booland_agg",
    "boolor_agg",
    "logical_and",
    "logical_or",
    "bit_and",
    "bit_or",
    "corr",
    "uniq",
    "grouparray",
];

/// Words that follow FROM or JOIN and are no table.
const NO_TABLE: [&str; 10] =
    ["lateral", "unnest", "select", "values", "flatten", "only", "table", "where", "with", "from"];

/// Fills in the facts about queries: everything from `reads` to `windows`, and WHERE, CASCADE and the
/// guards after the name.
pub(super) fn facts(tokens: &[Token<'_>], dialect: Dialect, outline: &mut Outline) {
    let named = common_tables(tokens);
    outline.reads.clear();
    (outline.joins, outline.values, outline.writes_query, outline.where_clause) = (0, false, false, None);
    let mut depth = 0_usize;
    // For each open parenthesis, whether a comma there stands between tables.
    let mut tables: Vec<bool> = vec![false];
    let mut queries = 0_usize;
    let after_name = outline.name.as_ref().map_or(outline.verb_range.end, |name| name.range.end);
    for (at, token) in tokens.iter().enumerate() {
        let next = tokens.get(at + 1);
        if token.kind == Kind::Symbol {
            match token.text {
                "(" => {
                    depth += 1;
                    tables.push(false);
                }
                ")" => {
                    depth = depth.saturating_sub(1);
                    if tables.len() > 1 {
                        tables.pop();
                    }
                }
                "," if tables.last() == Some(&true) => {
                    outline.joins += 1;
                    read_table(tokens, at + 1, dialect, &named, outline);
                }
                _ => {}
            }
            continue;
        }
        if token.kind != Kind::Word || (at > 0 && tokens[at - 1].is_symbol(".")) {
            continue;
        }
        let between_tables = tables.last_mut();
        match token.text.to_ascii_lowercase().as_str() {
            "from" => {
                let distinct = at > 0 && tokens[at - 1].is("distinct");
                let function = depth > 0 && in_function(tokens, at);
                let deletes = outline.verb == Verb::Delete && at <= 1;
                if !(distinct || function) {
                    if let Some(here) = between_tables {
                        *here = !deletes;
                    }
                    if !deletes {
                        read_table(tokens, at + 1, dialect, &named, outline);
                    }
                }
            }
            "join" => {
                outline.joins += 1;
                read_table(tokens, at + 1, dialect, &named, outline);
            }
            "using" if matches!(outline.verb, Verb::Merge | Verb::Delete) && depth == 0 => {
                if next.is_some_and(|next| next.is_symbol("(")) && outline.verb == Verb::Merge {
                    outline.writes_query = true;
                }
                read_table(tokens, at + 1, dialect, &named, outline);
            }
            "select" => {
                queries += 1;
                if let Some(here) = between_tables {
                    *here = false;
                }
                let target = outline.name.as_ref().is_some_and(|name| name.range.start < token.start);
                if target && matches!(outline.verb, Verb::Insert | Verb::Replace | Verb::Upsert | Verb::Create) {
                    outline.writes_query = true;
                }
            }
            "where" | "group" | "order" | "having" | "qualify" | "limit" | "window" | "union" | "set" | "when"
            | "intersect" | "returning" | "duplicate" | "conflict" => {
                if let Some(here) = between_tables {
                    *here = false;
                }
                if token.is("where") && depth == 0 && outline.where_clause.is_none() {
                    outline.where_clause = Some(token.range());
                }
                outline.group_by |= token.is("group") && next.is_some_and(|next| next.is("by"));
            }
            "values" if depth == 0 && outline.verb.writes_rows() && token.start > after_name => outline.values = true,
            "over" if next.is_some_and(|next| next.is_symbol("(") || next.kind == Kind::Word) => outline.windows = true,
            "cascade" if depth == 0 => outline.cascade = true,
            "exists" if token.start > after_name && at > 0 && guard_before(tokens, at) => outline.inner_guard = true,
            word if next.is_some_and(|next| next.is_symbol("(")) && AGGREGATES.contains(&word) && queries > 0 => {
                outline.aggregates |= !is_windowed(tokens, at + 1);
            }
            _ => {}
        }
    }
    if let Some(name) = outline.name.clone() {
        outline.reads.retain(|read| read.range != name.range);
    }
}

fn guard_before(tokens: &[Token<'_>], at: usize) -> bool {
    let before = &tokens[at - 1];
    before.is("if") || (before.is("not") && at > 1 && tokens[at - 2].is("if"))
}

/// Whether OVER follows the parenthesis that opens at a token. Looks no further than a call is long.
fn is_windowed(tokens: &[Token<'_>], open: usize) -> bool {
    const FARTHEST: usize = 64;
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open).take(FARTHEST) {
        if token.is_symbol("(") {
            depth += 1;
        } else if token.is_symbol(")") {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return tokens.get(at + 1).is_some_and(|next| next.is("over"));
            }
        }
    }
    false
}

/// Whether a FROM is that of a function: `extract(day from x)`, `trim(both from x)`.
fn in_function(tokens: &[Token<'_>], from: usize) -> bool {
    const FARTHEST: usize = 4;
    tokens[from.saturating_sub(FARTHEST)..from]
        .windows(2)
        .any(|pair| pair[1].is_symbol("(") && pair[0].is_any(&["extract", "trim", "substring", "overlay", "position"]))
}

/// Notes the table that is named at a token, if it is one.
fn read_table(tokens: &[Token<'_>], at: usize, dialect: Dialect, named: &HashSet<String>, outline: &mut Outline) {
    let mut cursor = Cursor { tokens, at, dialect };
    cursor.eat("only");
    let Some(first) = cursor.peek() else { return };
    if !(first.is_name() || first.kind == Kind::Stage) || first.is_any(&NO_TABLE) {
        return;
    }
    let Some(name) = cursor.name() else { return };
    let called = cursor.peek().is_some_and(|token| token.is_symbol("("));
    let common = name.parts.len() == 1 && named.contains(&name.parts[0].to_lowercase());
    if !(called || common) {
        outline.reads.push(name);
    }
}

/// The names of the common table expressions, in lower case.
fn common_tables(tokens: &[Token<'_>]) -> HashSet<String> {
    let mut named = HashSet::new();
    let mut names_follow = false;
    for (at, token) in tokens.iter().enumerate() {
        if token.is("with") {
            names_follow = true;
        }
        if !names_follow || !token.is("as") || at == 0 {
            continue;
        }
        let mut next = at + 1;
        while tokens.get(next).is_some_and(|token| token.is_any(&["not", "materialized"])) {
            next += 1;
        }
        if !tokens.get(next).is_some_and(|token| token.is_symbol("(")) {
            continue;
        }
        let mut before = at - 1;
        if tokens[before].is_symbol(")") {
            // The columns: names and commas, nothing nested.
            while before > 0 && !tokens[before].is_symbol("(") {
                before -= 1;
            }
            before = before.saturating_sub(1);
        }
        if tokens[before].is_name() {
            named.insert(tokens[before].text.trim_matches(['"', '`', '[', ']']).to_lowercase());
        }
    }
    named
}
