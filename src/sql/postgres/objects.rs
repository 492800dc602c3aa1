//! CREATE, DROP, ALTER and what else names an object.

use super::super::Fault;
use super::super::faults::near;
use super::super::token::{Kind, Token};
use super::Words;

/// What CREATE makes, behind its modifiers.
pub(super) const CREATED: [&str; 38] = [
    "access",
    "aggregate",
    "cast",
    "collation",
    "constraint",
    "conversion",
    "database",
    "default",
    "domain",
    "event",
    "extension",
    "foreign",
    "function",
    "group",
    "index",
    "language",
    "materialized",
    "operator",
    "policy",
    "procedural",
    "procedure",
    "publication",
    "recursive",
    "role",
    "rule",
    "schema",
    "sequence",
    "server",
    "statistics",
    "subscription",
    "table",
    "tablespace",
    "text",
    "transform",
    "trigger",
    "trusted",
    "type",
    "user",
];

/// After CREATE.
pub(super) fn create(mut words: Words<'_, '_>) -> Option<Fault> {
    if words.eat("or") && !words.eat("replace") {
        return words.expected(&["replace"], "REPLACE");
    }
    words.eat_any(&["global", "local"]);
    words.eat_any(&["temp", "temporary", "unlogged"]);
    words.eat_any(&["recursive"]);
    let kind = words.peek()?;
    if kind.is("unique") || kind.is("index") {
        words.eat("unique");
        return if words.eat("index") { index(words) } else { words.expected(&["index"], "INDEX") };
    }
    if kind.kind != Kind::Word || !(kind.is_any(&CREATED) || kind.is("view")) {
        let known = CREATED.into_iter().chain(["view", "unique", "temporary"]);
        let fault = Fault::certain(kind.range(), format!("Postgres creates no `{}`", kind.text));
        return Some(match near(kind.text, known, 2).filter(|_| kind.text.len() > 2) {
            Some(meant) => fault.help(format!("did you mean {}?", meant.to_uppercase())),
            None => fault.help("name the kind of object after CREATE"),
        });
    }
    words.at += 1;
    match kind.text.to_ascii_lowercase().as_str() {
        "table" => table(words),
        "view" => view(words),
        "materialized" => {
            if !words.eat("view") {
                return words.expected(&["view"], "VIEW");
            }
            guard(&mut words).or_else(|| view(words))
        }
        "schema" => {
            if let Some(fault) = guard(&mut words) {
                return Some(fault);
            }
            if words.is_any(&["authorization"]) {
                return None;
            }
            words.name();
            late_guard(words).or_else(|| match words.peek() {
                Some(token) if !token.is_any(&["authorization", "create", "grant"]) => {
                    words.ended("CREATE SCHEMA and its name")
                }
                _ => None,
            })
        }
        "sequence" | "extension" => guard(&mut words),
        _ => None,
    }
}

/// IF NOT EXISTS, if IF is next.
pub(super) fn guard(words: &mut Words<'_, '_>) -> Option<Fault> {
    if !words.eat("if") {
        return None;
    }
    if !words.eat("not") {
        return words.expected(&["not"], "NOT EXISTS");
    }
    if words.eat("exists") { None } else { words.expected(&["exists"], "EXISTS") }
}

/// IF EXISTS, if IF is next.
pub(super) fn presence(words: &mut Words<'_, '_>) -> Option<Fault> {
    if !words.eat("if") || words.eat("exists") {
        return None;
    }
    words.expected(&["exists"], "EXISTS")
}

fn late_guard(words: Words<'_, '_>) -> Option<Fault> {
    let late = words.is_any(&["if"]) && words.ahead(1).is_some_and(|next| next.is_any(&["not", "exists"]));
    late.then(|| Fault::certain(words.range(), "IF NOT EXISTS stands before the name").help("move it before the name"))
}

fn table(mut words: Words<'_, '_>) -> Option<Fault> {
    if let Some(fault) = guard(&mut words) {
        return Some(fault);
    }
    if !words.name() {
        return words.expected(&[], "the name of the table");
    }
    if let Some(fault) = late_guard(words) {
        return Some(fault);
    }
    if words.is_symbol("(") {
        let from = words.at;
        words.parenthesis();
        let inside = words.tokens.get(from + 1..words.at.saturating_sub(1)).unwrap_or_default();
        if let Some(fault) = super::types::definitions(inside) {
            return Some(fault);
        }
        if words.peek().is_none()
            || words.is_any(&[
                "inherits",
                "partition",
                "using",
                "with",
                "without",
                "on",
                "tablespace",
                "as",
                "server",
                "options",
            ])
        {
            return if words.eat("as") { query(words) } else { None };
        }
        return words.expected(&["inherits", "partition", "tablespace", "as"], "the end of the statement");
    }
    if words.is_any(&["of", "partition", "using", "with", "without", "on", "tablespace"]) {
        return None;
    }
    if words.eat("as") { query(words) } else { words.expected(&["as"], "a list of columns or AS") }
}

fn view(mut words: Words<'_, '_>) -> Option<Fault> {
    if !words.name() {
        return words.expected(&[], "the name of the view");
    }
    words.parenthesis();
    if words.is_any(&["with", "using", "tablespace"]) {
        return None;
    }
    if words.eat("as") { query(words) } else { words.expected(&["as"], "AS") }
}

/// The query after AS.
fn query(words: Words<'_, '_>) -> Option<Fault> {
    if words.is_symbol("(") || words.is_any(&["select", "with", "values", "table", "execute"]) {
        return if words.is_any(&["select"]) { super::rows::select(&words.tokens[words.at..]) } else { None };
    }
    words.expected(&["select", "with", "values"], "a query")
}

fn index(mut words: Words<'_, '_>) -> Option<Fault> {
    words.eat("concurrently");
    let guarded = words.is_any(&["if"]);
    if let Some(fault) = guard(&mut words) {
        return Some(fault);
    }
    if words.is_any(&["on"]) {
        if guarded {
            return Some(
                Fault::certain(words.range(), "IF NOT EXISTS needs the name of the index")
                    .help("name the index before ON"),
            );
        }
    } else {
        words.name();
    }
    if !words.eat("on") {
        return words.expected(&["on"], "ON");
    }
    words.eat("only");
    if !words.name() {
        return words.expected(&[], "the name of the table");
    }
    if words.eat("using") {
        words.at += 1;
    }
    if words.is_symbol("(") { None } else { words.expected(&["using"], "the list of columns in parentheses") }
}

/// After DROP.
pub(super) fn drop(mut words: Words<'_, '_>) -> Option<Fault> {
    let kind = words.peek()?;
    let known = [
        "table",
        "view",
        "schema",
        "sequence",
        "index",
        "materialized",
        "type",
        "extension",
        "domain",
        "role",
        "user",
        "database",
        "function",
    ];
    if kind.kind != Kind::Word || !(kind.is_any(&CREATED) || kind.is_any(&["view", "owned", "routine"])) {
        let fault = Fault::certain(kind.range(), format!("Postgres drops no `{}`", kind.text));
        return Some(match near(kind.text, known, 2).filter(|_| kind.text.len() > 2) {
            Some(meant) => fault.help(format!("did you mean {}?", meant.to_uppercase())),
            None => fault.help("name the kind of object after DROP"),
        });
    }
    words.at += 1;
    if !kind.is_any(&["table", "view", "schema", "sequence", "index", "materialized", "type", "domain"]) {
        return None;
    }
    if kind.is("materialized") && !words.eat("view") {
        return words.expected(&["view"], "VIEW");
    }
    if kind.is("index") {
        words.eat("concurrently");
    }
    if let Some(fault) = presence(&mut words) {
        return Some(fault);
    }
    loop {
        if !words.name() {
            return words.expected(&[], "a name");
        }
        if !words.eat_symbol(",") {
            break;
        }
    }
    if words.eat_any(&["cascade", "restrict"]) {
        return words.ended("CASCADE or RESTRICT");
    }
    match words.peek() {
        None => None,
        Some(token) if kind.is("index") && token.is("on") => Some(
            Fault::foreign(token.range(), "Postgres has no DROP INDEX … ON")
                .help("leave ON and the table out: an index has its own name in the schema"),
        ),
        Some(_) => words.expected(&["cascade", "restrict"], "a comma or CASCADE"),
    }
}

/// After TRUNCATE.
pub(super) fn truncate(mut words: Words<'_, '_>) -> Option<Fault> {
    words.eat("table");
    words.eat("only");
    if words.is_any(&["from"]) {
        return words.ended("TRUNCATE, which takes the name alone");
    }
    loop {
        words.eat("only");
        if !words.name() {
            return words.expected(&[], "a name");
        }
        words.eat_symbol("*");
        if !words.eat_symbol(",") {
            break;
        }
    }
    if words.peek().is_none() || words.is_any(&["restart", "continue", "cascade", "restrict"]) {
        return None;
    }
    words.expected(&["restart", "continue", "cascade", "restrict"], "a comma or CASCADE")
}

/// After COMMENT.
pub(super) fn comment(mut words: Words<'_, '_>) -> Option<Fault> {
    if !words.eat("on") {
        return None;
    }
    let kind = words.peek()?;
    if !(kind.is_any(&CREATED) || kind.is_any(&["view", "column", "large", "routine"])) {
        let bare = words.ahead(1).is_some_and(|next| next.is("is") || next.is_symbol("."));
        return if bare {
            Some(
                Fault::certain(kind.range(), "COMMENT ON without the kind of object")
                    .help("add TABLE, VIEW, COLUMN or the like before the name"),
            )
        } else {
            words.expected(
                &["table", "view", "column", "schema", "function", "index", "database", "materialized"],
                "the kind of object",
            )
        };
    }
    let is = (words.at..words.tokens.len()).rev().find(|&at| words.tokens[at].is("is"))?;
    let value = words.tokens.get(is + 1)?;
    let text =
        matches!(value.kind, Kind::Text | Kind::Dollar) || value.is("null") || value.text.starts_with(['U', 'u']);
    (!text)
        .then(|| Fault::certain(value.range(), "COMMENT ON … IS takes a text").help("put the text into single quotes"))
}

/// After REFRESH.
pub(super) fn refresh(mut words: Words<'_, '_>) -> Option<Fault> {
    if !words.eat("materialized") {
        return words.expected(&["materialized"], "MATERIALIZED VIEW");
    }
    if words.eat("view") { None } else { words.expected(&["view"], "VIEW") }
}

/// After SET.
pub(super) fn set(mut words: Words<'_, '_>) -> Option<Fault> {
    if words.eat("session") && words.is_any(&["authorization", "characteristics"]) {
        return None;
    }
    words.eat("local");
    if words.is_any(&["session"]) && words.ahead(1).is_some_and(|next| next.is("authorization")) {
        return None;
    }
    if words.is_any(&["transaction", "constraints", "time", "role", "authorization", "names", "xml", "catalog"]) {
        return None;
    }
    if words.is_any(&["schema"]) {
        let value = words.ahead(1)?;
        let takes = value.kind == Kind::Text || value.is("to") || value.is_symbol("=");
        return (!takes).then(|| {
            Fault::certain(value.range(), "SET SCHEMA takes a text")
                .help("put the name into single quotes, or set search_path")
        });
    }
    if !words.name() {
        return None;
    }
    if words.eat_symbol("=") || words.eat("to") {
        let unit = words
            .peek()
            .filter(|value| value.kind == Kind::Number && value.text.ends_with(|one: char| one.is_ascii_alphabetic()));
        if let Some(value) = unit {
            return Some(
                Fault::certain(value.range(), "a number with a unit is a text").help("put it into single quotes"),
            );
        }
        return if words.peek().is_none() { words.expected(&[], "a value") } else { None };
    }
    if words.is_symbol("==") {
        return words.ended("the name; a single `=` does");
    }
    words.expected(&["to"], "TO or `=`")
}

/// After CALL.
pub(super) fn call(mut words: Words<'_, '_>) -> Option<Fault> {
    words.name();
    if words.is_symbol("(") { None } else { words.expected(&[], "the list of arguments in parentheses") }
}

/// After VACUUM or ANALYZE: options, then names.
pub(super) fn maintenance(mut words: Words<'_, '_>) -> Option<Fault> {
    words.parenthesis();
    while words.eat_any(&["full", "freeze", "verbose", "analyze", "analyse"]) {}
    while words.name() {
        words.parenthesis();
        if !words.eat_symbol(",") {
            break;
        }
    }
    words.ended("the name of the table")
}

/// After DO.
pub(super) fn block(mut words: Words<'_, '_>) -> Option<Fault> {
    if words.eat("language") {
        words.name();
    }
    let body = words.peek()?;
    let text = matches!(body.kind, Kind::Text | Kind::Dollar);
    (!text)
        .then(|| Fault::certain(body.range(), "DO takes its block as a text").help("put the block between $$ and $$"))
}

/// CREATE FUNCTION and CREATE PROCEDURE.
pub(super) fn routine(tokens: &[Token<'_>]) -> Option<Fault> {
    if !tokens.first()?.is("create") || !tokens.iter().take(4).any(|token| token.is_any(&["function", "procedure"])) {
        return None;
    }
    let body = tokens.windows(2).find(|pair| {
        pair[0].is("as") && matches!(pair[1].kind, Kind::Dollar | Kind::Text) || pair[0].is("as") && pair[1].is("begin")
    })?;
    if body[1].is("begin") {
        return Some(
            Fault::foreign(body[1].range(), "Postgres takes the body of a routine as a text")
                .help("put the body between $$ and $$, and name its LANGUAGE"),
        );
    }
    if let Some(token) = tokens.iter().take_while(|token| !token.is("as")).find(|token| token.is("return")) {
        return Some(
            Fault::certain(token.range(), "CREATE FUNCTION … RETURN takes no type").help("did you mean RETURNS?"),
        );
    }
    let named = tokens.iter().any(|token| token.is("language"));
    (!named).then(|| {
        Fault::certain(tokens[0].range(), "the routine names no LANGUAGE").help("add LANGUAGE plpgsql or LANGUAGE sql")
    })
}

/// After BEGIN: the options of a transaction.
pub(super) fn begin(words: Words<'_, '_>) -> Option<Fault> {
    let token = words.peek()?;
    let options = ["work", "transaction", "isolation", "read", "deferrable", "not"];
    (!token.is_any(&options)).then(|| {
        Fault::foreign(words.tokens[0].start..token.end(), "Postgres has BEGIN … END inside functions only")
            .help("leave BEGIN and END out, or write the block as DO $$ … $$")
    })
}
