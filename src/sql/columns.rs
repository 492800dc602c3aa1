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

/// The names in the WHERE of an UPDATE or DELETE of one table, in lower case, with their places: columns, as
/// nothing else is named there. None where the statement reads anything else.
pub(crate) fn asked(text: &str, dialect: Dialect) -> Vec<(String, Range<usize>)> {
    let code = token::tokens(text, dialect.reading()).code;
    let other = [
        "select", "using", "join", "with", "interval", "extract", "cast", "case", "array", "row", "overlaps",
        "collate", "at", "table", "only",
    ];
    let Some(at) = code.iter().position(|token| token.is("where")) else { return Vec::new() };
    let one = code.first().is_some_and(|first| first.is("delete") || first.is("update"));
    let from = code.iter().skip(2).any(|token| token.is("from"));
    if !one || from || code.iter().any(|token| token.is_any(&other)) {
        return Vec::new();
    }
    let name = |(at, token): &(usize, &Token<'_>)| {
        let before = &code[at - 1];
        let next = code.get(at + 1);
        let part = before.is_symbol(".") || before.is_symbol("::") || before.is("as");
        let called = next.is_some_and(|next| next.is_symbol("(") || next.is_symbol(".") || next.kind == Kind::Text);
        let compared = next.is_some_and(|next| {
            next.is_any(&["in", "is", "like", "ilike", "between", "not"])
                || ["=", "<", ">", "<=", ">=", "<>", "!="].contains(&next.text)
        });
        compared
            && token.kind == Kind::Word
            && !part
            && !called
            && !is_keyword(token.text)
            && !token.text.starts_with(['$', '@', '#'])
    };
    code.iter().enumerate().skip(at + 1).filter(name).map(|(_, token)| (plain(token), token.range())).collect()
}

fn is_keyword(word: &str) -> bool {
    let word = word.to_ascii_uppercase();
    sqlparser::keywords::ALL_KEYWORDS.binary_search(&word.as_str()).is_ok()
}

/// The storage parameters that ALTER TABLE sets, in lower case, with their places.
pub(crate) fn storage(text: &str) -> Vec<(String, Range<usize>)> {
    let code = token::tokens(text, Dialect::Postgres.reading()).code;
    let table = code.first().is_some_and(|first| first.is("alter")) && code.get(1).is_some_and(|next| next.is("table"));
    let sets = |pair: &[Token<'_>]| pair[0].is("set") && pair[1].is_symbol("(");
    let Some(at) = code.windows(2).position(sets).filter(|_| table) else { return Vec::new() };
    let listed = items(&code[at + 1..]).unwrap_or_default();
    let named = |item: &&[Token<'_>]| item.get(1).is_some_and(|next| next.is_symbol("="));
    listed.iter().filter(|item| named(item)).map(|item| (plain(&item[0]), item[0].range())).collect()
}

/// How many values the rows of `insert into t values (…)` have, and where the first begins.
pub(crate) fn unnamed_values(text: &str, dialect: Dialect) -> Option<(usize, Range<usize>)> {
    let code = token::tokens(text, dialect.reading()).code;
    let values = code.iter().take(10).position(|token| token.is("values"))?;
    let named = code[..values].iter().any(|token| token.is_symbol("("));
    let insert = code.first()?.is("insert");
    let count = items(code.get(values + 1..)?)?.len();
    (insert && !named).then(|| (count, code[values].range()))
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

/// A column that a query gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Selected {
    /// Its name, as it is written; none where the warehouse names it.
    pub(crate) name: Option<String>,
    /// All the texts that it may hold; none where it may hold others.
    pub(crate) texts: Option<Vec<String>>,
    /// Whether it is a count.
    pub(crate) is_count: bool,
}

/// The columns of a query; none where they depend on its tables.
pub(crate) fn selected(text: &str, dialect: Dialect) -> Option<Vec<Selected>> {
    let code = token::tokens(text, dialect.reading()).code;
    let mut depth = 0_usize;
    let mut top = Vec::with_capacity(code.len());
    for token in &code {
        depth = if token.is_symbol(")") { depth.checked_sub(1)? } else { depth };
        top.push(depth == 0 && !token.is_symbol(")"));
        depth += usize::from(token.is_symbol("("));
    }
    let is_top = |at: usize, words: &[&str]| top[at] && code[at].is_any(words);
    if !code.first()?.is_any(&["select", "with"]) {
        return None;
    }
    let from = (0..code.len()).find(|&at| is_top(at, &["select"]))? + 1;
    let from = from + usize::from(code.get(from)?.is_any(&["all", "distinct"]));
    let ends = ["from", "where", "group", "having", "order", "limit", "union", "intersect", "except", "into", "window"];
    let end = (from..code.len()).find(|&at| is_top(at, &ends) || code[at].is_symbol(";")).unwrap_or(code.len());
    let joined = (0..code.len()).any(|at| is_top(at, &["union", "intersect", "except"]));
    let mut columns = Vec::new();
    let mut begin = from;
    for at in from..=end {
        if at == end || (top[at] && code[at].is_symbol(",")) {
            let item = code.get(begin..at)?;
            let mut column = selected_item(item)?;
            column.texts = column.texts.filter(|_| !joined);
            columns.push(column);
            begin = at + 1;
        }
    }
    Some(columns)
}

fn selected_item(item: &[Token<'_>]) -> Option<Selected> {
    let last = item.last()?;
    let spread = |at: usize| item[at].is_symbol("*") && (at == 0 || item[at - 1].is_symbol("."));
    // What is written for a query's own parts, such as DISTINCT ON, is not told apart here.
    if (0..item.len()).any(spread) || item[0].is_any(&["on", "top", "struct"]) || item.len() > 400 {
        return None;
    }
    let exact = |token: &Token<'_>| token.text.trim_matches(['"', '`', '[', ']']).to_owned();
    let before = item.len().checked_sub(2).map(|at| &item[at]);
    let (name, value) = match before {
        Some(word) if word.is("as") => (Some(exact(last)), &item[..item.len() - 2]),
        None if last.is_name() => (Some(exact(last)), item),
        Some(word) if last.is_name() && word.is_symbol(".") => (Some(exact(last)), item),
        Some(word)
            if last.is_name()
                && !last.is("end")
                && (word.is_symbol(")") || word.is("end") || word.kind == Kind::Text) =>
        {
            (Some(exact(last)), &item[..item.len() - 1])
        }
        _ => (None, item),
    };
    let is_count = value.first().is_some_and(|first| first.is("count"))
        && value.get(1).is_some_and(|next| next.is_symbol("("))
        && value.iter().filter(|token| token.is_symbol("(")).count() == 1
        && value.last().is_some_and(|last| last.is_symbol(")"));
    Some(Selected { name, texts: texts(value), is_count })
}

/// The texts that an expression may give: a text, or a CASE whose results are texts.
fn texts(value: &[Token<'_>]) -> Option<Vec<String>> {
    let text = |token: &Token<'_>| {
        let inner = token.text.strip_prefix('\'')?.strip_suffix('\'')?;
        (token.kind == Kind::Text && !inner.contains(['\'', '\\'])).then(|| inner.to_owned())
    };
    if let [one] = value {
        return text(one).map(|one| vec![one]);
    }
    let is_case = value.first()?.is("case") && value.last()?.is("end");
    if !is_case || value.iter().filter(|token| token.is("case")).count() != 1 {
        return None;
    }
    let mut found = Vec::new();
    for (at, token) in value.iter().enumerate() {
        if token.is_any(&["then", "else"]) {
            let whole = value.get(at + 2).is_some_and(|next| next.is_any(&["when", "else", "end"]));
            found.push(text(value.get(at + 1)?).filter(|_| whole)?);
        }
    }
    (!found.is_empty()).then_some(found)
}
