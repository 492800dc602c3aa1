//! ALTER, of tables above all.

use super::super::Fault;
use super::super::faults::near;
use super::super::token::Kind;
use super::Words;
use super::objects::{CREATED, guard, presence};
use super::types::{TYPES, unknown_type};

/// What ALTER TABLE does.
const ACTIONS: [&str; 21] = [
    "add", "drop", "alter", "rename", "set", "reset", "owner", "enable", "disable", "inherit", "no", "of", "not",
    "cluster", "validate", "attach", "detach", "replica", "force", "merge", "split",
];

/// After ALTER.
pub(super) fn alter(mut words: Words<'_, '_>) -> Option<Fault> {
    let kind = words.peek()?;
    if words.eat("default") {
        return default_privileges(words);
    }
    if !words.eat("table") {
        let near_table = kind.kind == Kind::Word
            && !kind.is_any(&CREATED)
            && !kind.is_any(&["view", "system", "large", "routine", "default"]);
        return if near_table {
            words.expected(&["table", "view", "schema", "sequence", "index", "role"], "the kind of object")
        } else {
            None
        };
    }
    if let Some(fault) = presence(&mut words) {
        return Some(fault);
    }
    words.eat("only");
    if words.is_any(&["all"]) || !words.name() {
        return None;
    }
    words.eat_symbol("*");
    let action = words.peek()?;
    if let Some((word, instead)) = [
        ("modify", "ALTER COLUMN … TYPE"),
        ("change", "RENAME COLUMN, or ALTER COLUMN … TYPE"),
        ("swap", "ALTER TABLE … RENAME TO"),
        ("append", "INSERT INTO … SELECT"),
    ]
    .into_iter()
    .find(|(word, _)| action.is(word))
    {
        let fault = Fault::foreign(action.range(), format!("Postgres has no ALTER TABLE … {}", word.to_uppercase()));
        return Some(fault.help(format!("write {instead}")));
    }
    if !words.eat_any(&ACTIONS) {
        return words.expected(&ACTIONS, "what to change");
    }
    match action.text.to_ascii_lowercase().as_str() {
        "add" => add(words),
        "drop" => drop_column(words),
        "rename" => rename(words),
        "alter" => alter_column(words),
        "owner" if !words.eat("to") => words.expected(&["to"], "TO"),
        "set"
            if !(words.is_symbol("(")
                || words.is_any(&["schema", "tablespace", "without", "with", "logged", "unlogged", "access"])) =>
        {
            words.expected(&["schema", "tablespace"], "SCHEMA or TABLESPACE")
        }
        _ => None,
    }
}

fn add(mut words: Words<'_, '_>) -> Option<Fault> {
    if words.eat("constraint") {
        words.name();
    }
    if words.is_any(&["primary", "unique"]) && (words.eat("unique") || (words.eat("primary") && words.eat("key"))) {
        return match words.peek() {
            Some(token) if token.is_name() && !token.is_any(&["using", "nulls"]) => {
                words.expected(&["using"], "an opening parenthesis")
            }
            _ => None,
        };
    }
    if words.is_any(&["primary", "foreign", "check", "exclude"]) {
        return None;
    }
    let named = words.eat("column");
    if let Some(fault) = guard(&mut words) {
        return Some(fault);
    }
    let Some(name) = words.peek() else { return words.expected(&[], "the column") };
    words.name();
    if words.peek().is_none_or(|token| token.is_symbol(",")) {
        return words.expected(&[], "the type of the column");
    }
    let type_name = words.peek()?;
    let then_type = words.ahead(1).is_some_and(|next| next.is_any(&TYPES));
    if !named && then_type && !type_name.is_any(&TYPES) && near(name.text, ["column", "constraint"], 2).is_some() {
        return Some(
            Fault::certain(name.range(), format!("`{}` is no keyword", name.text)).help("did you mean COLUMN?"),
        );
    }
    unknown_type(type_name, words.ahead(1))
}

fn drop_column(mut words: Words<'_, '_>) -> Option<Fault> {
    let first = words.peek()?;
    let named = words.eat_any(&["column", "constraint"]);
    if let Some(fault) = presence(&mut words) {
        return Some(fault);
    }
    words.name();
    let token = words.peek()?;
    if token.is_symbol(",") || token.is_any(&["cascade", "restrict"]) {
        return None;
    }
    if !named && token.is_name() && near(first.text, ["column", "constraint"], 2).is_some() {
        return Some(
            Fault::certain(first.range(), format!("`{}` is no keyword", first.text)).help("did you mean COLUMN?"),
        );
    }
    words.expected(&["cascade", "restrict"], "a comma")
}

fn rename(mut words: Words<'_, '_>) -> Option<Fault> {
    if words.eat("to") {
        return None;
    }
    if words.ahead(1).is_some_and(|next| !next.is("to")) {
        words.eat_any(&["column", "constraint"]);
    }
    words.name();
    if words.eat("to") { None } else { words.expected(&["to"], "TO") }
}

fn alter_column(mut words: Words<'_, '_>) -> Option<Fault> {
    if words.eat("constraint") {
        return None;
    }
    words.eat("column");
    words.name();
    if words.eat("type") {
        let name = words.peek()?;
        return unknown_type(name, words.ahead(1));
    }
    if words.is_any(&["set", "drop", "reset", "add", "restart"]) {
        if words.eat("set") && words.eat("data") && !words.eat("type") {
            return words.expected(&["type"], "TYPE");
        }
        return None;
    }
    words.expected(&["type", "set", "drop"], "TYPE, SET or DROP")
}

/// After ALTER DEFAULT: for whom, in which schemas, what is granted on the kinds of objects to come.
fn default_privileges(mut words: Words<'_, '_>) -> Option<Fault> {
    if !words.eat("privileges") {
        return words.expected(&["privileges"], "PRIVILEGES");
    }
    while words.is_any(&["for", "in"]) {
        let schemas = words.eat("in");
        if schemas && !words.eat("schema") {
            return words.expected(&["schema"], "SCHEMA");
        }
        if !schemas {
            words.at += 1;
            words.eat_any(&["role", "user"]);
        }
        words.name();
        while words.eat_symbol(",") {
            words.name();
        }
    }
    if !words.is_any(&["grant", "revoke"]) {
        return words.expected(&["grant", "revoke"], "GRANT or REVOKE");
    }
    while words.peek().is_some_and(|token| !token.is("on")) {
        words.at += 1;
    }
    if !words.eat("on") {
        return words.expected(&["on"], "ON");
    }
    let kinds = ["tables", "sequences", "functions", "routines", "types", "schemas", "large"];
    if !words.eat_any(&kinds) {
        return words.expected(&kinds, "TABLES, SEQUENCES or FUNCTIONS");
    }
    if words.is_any(&["to", "from", "objects"]) { None } else { words.expected(&["from", "to"], "TO") }
}
