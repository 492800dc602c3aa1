//! INSERT, UPDATE, DELETE, SELECT, MERGE.

use super::super::Fault;
use super::super::token::{Kind, Token};
use super::Words;

/// After INSERT.
pub(super) fn insert(mut words: Words<'_, '_>) -> Option<Fault> {
    if !words.eat("into") {
        return words.expected(&["into"], "INTO");
    }
    if words.is_any(&["table"]) {
        return words.ended("INSERT INTO, which takes the name alone");
    }
    if !words.name() {
        return words.expected(&[], "the name of a table");
    }
    if words.eat("as") {
        words.at += 1;
    }
    let listed = words.is_symbol("(")
        && !words
            .ahead(1)
            .is_some_and(|next| next.is_any(&["select", "with", "values", "table"]) || next.is_symbol("("));
    if listed {
        words.parenthesis();
    }
    if words.eat("overriding") {
        words.at += 2;
    }
    if words.is_symbol("(")
        && words.ahead(1).is_some_and(|next| next.is_any(&["select", "with", "values", "table"]) || next.is_symbol("("))
    {
        return None;
    }
    if !words.is_any(&["values", "select", "with", "default", "table"]) {
        let said =
            if listed || words.is_symbol("(") { "VALUES or a query" } else { "VALUES, a query or a list of columns" };
        return words.expected(&["values", "select", "with", "default"], said);
    }
    if words.eat("values") {
        return values(words);
    }
    if words.is_any(&["select"]) { select(&words.tokens[words.at..]) } else { None }
}

fn values(mut words: Words<'_, '_>) -> Option<Fault> {
    loop {
        let from = words.at;
        if !words.is_symbol("(") {
            return words.expected(&[], "an opening parenthesis");
        }
        words.parenthesis();
        if let Some(fault) = row(&words.tokens[from + 1..words.at.saturating_sub(1)]) {
            return Some(fault);
        }
        if !words.eat_symbol(",") {
            break;
        }
    }
    match words.peek() {
        Some(token) if token.is_symbol("(") => words.expected(&[], "a comma"),
        Some(token)
            if token.kind == Kind::Word
                && !token.is_any(&[
                    "on",
                    "returning",
                    "union",
                    "except",
                    "intersect",
                    "order",
                    "limit",
                    "offset",
                    "fetch",
                ]) =>
        {
            words.expected(&["returning", "on", "order", "limit"], "the end of the statement")
        }
        _ => conflict(words),
    }
}

fn conflict(mut words: Words<'_, '_>) -> Option<Fault> {
    if !words.eat("on") {
        return None;
    }
    if !words.eat("conflict") {
        return words.expected(&["conflict"], "CONFLICT");
    }
    let targeted = words.peek().is_some_and(|token| !token.is("do"));
    while words.peek().is_some_and(|token| !token.is("do")) {
        if !words.parenthesis() {
            words.at += 1;
        }
    }
    if !words.eat("do") {
        return words.expected(&["do"], "DO NOTHING or DO UPDATE");
    }
    if words.is_any(&["update"]) && !targeted {
        let message = "ON CONFLICT DO UPDATE without the columns that conflict";
        return Some(Fault::certain(words.range(), message).help("add them: ON CONFLICT (…) DO UPDATE"));
    }
    if words.is_any(&["nothing", "update"]) {
        None
    } else {
        words.expected(&["nothing", "update"], "NOTHING or UPDATE")
    }
}

/// Words that are values without parentheses.
const CONSTANTS: [&str; 14] = [
    "null",
    "true",
    "false",
    "default",
    "current_date",
    "current_time",
    "current_timestamp",
    "localtime",
    "localtimestamp",
    "current_user",
    "session_user",
    "current_role",
    "current_catalog",
    "current_schema",
];

/// Whether a word is a value by itself.
fn is_constant(token: &Token<'_>) -> bool {
    token.is_any(&CONSTANTS)
        || token.is("user")
        || token.is("system_user")
        || token.text.contains(super::super::UNKNOWN)
}

/// The values of a row: a name is none, as there is no table that it could be a column of.
fn row(tokens: &[Token<'_>]) -> Option<Fault> {
    super::items(tokens).find_map(lone_name)
}

/// A value that is nothing but a name.
fn lone_name(item: &[Token<'_>]) -> Option<Fault> {
    let [one] = item else { return None };
    if !one.is_name() || one.text.starts_with(['$', '@', '`']) || (one.kind == Kind::Word && is_constant(one)) {
        return None;
    }
    let quoted = one.kind == Kind::Quoted;
    let message = if quoted {
        format!("`{}` is the name of a column, and there is none here", one.text)
    } else {
        format!("`{}` is no value, and there is no column here that it could be", one.text)
    };
    Some(Fault::certain(one.range(), message).help(if quoted {
        "write texts in single quotes"
    } else {
        "put a text into single quotes, or call a function with parentheses"
    }))
}

/// After UPDATE.
pub(super) fn update(mut words: Words<'_, '_>) -> Option<Fault> {
    words.eat("only");
    if words.is_any(&["table"]) {
        return words.ended("UPDATE, which takes the name alone");
    }
    if !words.name() {
        return words.expected(&[], "the name of a table");
    }
    let mut called = words.at.checked_sub(1).map(|at| &words.tokens[at]);
    words.eat_symbol("*");
    if words.eat("as") || words.ahead(1).is_some_and(|next| next.is("set")) {
        called = words.peek();
        words.at += 1;
    }
    if !words.eat("set") {
        return words.expected(&["set"], "SET");
    }
    let qualified = words.ahead(1).is_some_and(|next| next.is_symbol("."));
    if let (Some(column), Some(called)) = (words.peek().filter(|_| qualified), called)
        && column.text.eq_ignore_ascii_case(called.text)
    {
        let message = format!("SET takes the column alone, without `{}`", column.text);
        return Some(Fault::certain(column.range(), message).help("leave the name of the table out"));
    }
    assignments(words)
}

fn assignments(mut words: Words<'_, '_>) -> Option<Fault> {
    if words.is_symbol("(") {
        let mut after = words;
        after.parenthesis();
        return if after.is_symbol("=") { None } else { words.ended("SET, which takes a column and its value") };
    }
    let column = words.peek()?;
    if !words.name() {
        return None;
    }
    if words.is_symbol("=") {
        let value = words.ahead(1)?;
        let truth = ["'t'", "'f'", "'true'", "'false'", "'yes'", "'no'", "'on'", "'off'", "'1'", "'0'"];
        let literal = value.kind == Kind::Number
            || (value.kind == Kind::Text && !truth.iter().any(|one| value.text.eq_ignore_ascii_case(one)));
        return words
            .ahead(2)
            .filter(|next| literal && next.is("and"))
            .map(|and| Fault::certain(and.range(), "AND between two assignments").help("write a comma"));
    }
    if words.is_symbol("[") {
        return None;
    }
    let message = format!("no `=` after the column `{}`", column.text);
    Some(Fault::certain(column.range(), message).help("add `=` and the value"))
}

/// After DELETE.
pub(super) fn delete(mut words: Words<'_, '_>) -> Option<Fault> {
    if !words.eat("from") {
        return words.expected(&["from"], "FROM");
    }
    words.eat("only");
    if words.is_any(&["table"]) {
        return words.ended("DELETE FROM, which takes the name alone");
    }
    if !words.name() {
        return words.expected(&[], "the name of a table");
    }
    words.eat_symbol("*");
    let clauses = ["where", "using", "returning"];
    let alias = words.peek().is_some_and(|token| token.is_name() && !token.is_any(&clauses));
    if words.eat("as") || (alias && words.ahead(1).is_none_or(|next| next.is_any(&clauses))) {
        words.at += 1;
    }
    if words.peek().is_none() || words.is_any(&clauses) || words.is_symbol(")") {
        return None;
    }
    words.expected(&["where", "using", "returning"], "WHERE")
}

/// After MERGE.
pub(super) fn merge(mut words: Words<'_, '_>) -> Option<Fault> {
    if !words.eat("into") {
        return words.expected(&["into"], "INTO");
    }
    words.eat("only");
    words.name();
    if words.is_any(&["using"]) || words.is_symbol("*") {
        return None;
    }
    if !words.eat("as") && words.ahead(1).is_some_and(|next| next.is("using")) {
        return None;
    }
    words.at += 1;
    if words.is_any(&["using"]) { None } else { words.expected(&["using"], "USING") }
}

/// After WITH: the common table expressions, then a statement.
pub(super) fn with(mut words: Words<'_, '_>) -> Option<Fault> {
    words.eat("recursive");
    loop {
        if !words.name() {
            return words.expected(&[], "the name of a query");
        }
        let queried = words.ahead(1).is_some_and(|next| next.is_any(&["select", "with", "insert", "update", "delete"]));
        if words.is_symbol("(") && queried {
            return words.expected(&[], "AS");
        }
        words.parenthesis();
        if !words.eat("as") {
            return words.expected(&["as"], "AS");
        }
        words.eat("not");
        words.eat("materialized");
        if !words.parenthesis() {
            return words.expected(&[], "an opening parenthesis");
        }
        if words.is_any(&["search", "cycle"]) {
            return None;
        }
        if !words.eat_symbol(",") {
            break;
        }
        if words.is_any(&["select"]) && words.ahead(1).is_some_and(|next| !next.is("as") && !next.is_symbol("(")) {
            let comma = words.tokens.get(words.at.checked_sub(1)?)?;
            return Some(Fault::certain(comma.range(), "a comma before SELECT").help("remove the comma"));
        }
    }
    let verbs = ["select", "insert", "update", "delete", "values", "table", "merge"];
    if words.is_symbol("(") || words.is_any(&verbs) {
        return match words.peek()?.text.to_ascii_lowercase().as_str() {
            "insert" => insert(Words { at: words.at + 1, ..words }),
            "update" => update(Words { at: words.at + 1, ..words }),
            "delete" => delete(Words { at: words.at + 1, ..words }),
            _ => None,
        };
    }
    words.expected(&verbs, "a comma or a query")
}

/// A SELECT, from its first token on: without FROM there are no columns.
pub(super) fn select(tokens: &[Token<'_>]) -> Option<Fault> {
    let mut depth = 0_usize;
    let mut items = Vec::new();
    let mut from = 1;
    let mut end = tokens.len();
    for (at, token) in tokens.iter().enumerate().skip(1) {
        match token.text {
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            "," if depth == 0 => {
                items.push(&tokens[from..at]);
                from = at + 1;
            }
            _ if depth == 0
                && token.is_any(&["from", "union", "except", "intersect", "into", "distinct", "all", "window"]) =>
            {
                return None;
            }
            // `rank(1) within group (…)`, `collation for (…)`.
            _ if depth == 0 && token.is("group") && tokens[at - 1].is("within") => {}
            _ if depth == 0 && token.is("for") && tokens[at - 1].is("collation") => {}
            _ if depth == 0
                && token.is_any(&[
                    "where",
                    "group",
                    "having",
                    "order",
                    "limit",
                    "offset",
                    "fetch",
                    "for",
                    "on",
                    "returning",
                ]) =>
            {
                end = at;
                break;
            }
            _ => {}
        }
    }
    items.push(tokens.get(from..end)?);
    items.into_iter().find_map(|item| {
        let first = item.first().filter(|first| first.is_name())?;
        let mut words = Words { tokens: item, at: 0 };
        words.name();
        let after = item.get(words.at);
        let plain = after.is_none_or(Token::is_name);
        let typed = after.is_some_and(|next| next.is_symbol("(") || next.kind == Kind::Text);
        let keyword = first.is_any(&[
            "collation",
            "case",
            "not",
            "exists",
            "array",
            "row",
            "interval",
            "double",
            "timestamp",
            "time",
            "cast",
            "date",
            "bit",
            "national",
        ]);
        if !plain
            || typed
            || keyword
            || (first.kind == Kind::Word && is_constant(first))
            || first.text.starts_with(['$', '@', '`'])
        {
            return None;
        }
        let follows = after.is_some_and(|next| next.is_name() && !next.is("as"));
        let help = if first.kind == Kind::Quoted {
            "write texts in single quotes"
        } else if follows || end < tokens.len() {
            "add FROM and the table"
        } else {
            "add FROM and the table, or put a text into single quotes"
        };
        Some(
            Fault::certain(first.range(), format!("`{}` is a column, and the query has no FROM", first.text))
                .help(help),
        )
    })
}
