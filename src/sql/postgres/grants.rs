//! GRANT and REVOKE.

use super::super::Fault;
use super::super::faults::near;
use super::super::token::{Kind, Token};
use super::Words;

/// Everything that can be granted on an object.
pub(crate) const PRIVILEGES: [&str; 16] = [
    "select",
    "insert",
    "update",
    "delete",
    "truncate",
    "references",
    "trigger",
    "usage",
    "create",
    "connect",
    "temporary",
    "temp",
    "execute",
    "all",
    "set",
    "maintain",
];

/// Privileges of other warehouses.
const FOREIGN: [&str; 10] =
    ["ownership", "operate", "monitor", "modify", "read", "write", "alter", "drop", "index", "apply"];

/// What stands before the name of an object.
const KINDS: [&str; 14] = [
    "table",
    "sequence",
    "database",
    "domain",
    "foreign",
    "function",
    "procedure",
    "routine",
    "language",
    "large",
    "parameter",
    "schema",
    "tablespace",
    "type",
];

/// After GRANT or REVOKE; the word before the grantees.
pub(super) fn grant(mut words: Words<'_, '_>, ending: &'static str) -> Option<Fault> {
    if ending == "from"
        && words.is_any(&["grant", "admin", "inherit", "set"])
        && words.ahead(1).is_some_and(|next| next.is("option"))
    {
        words.at += 3;
    }
    let verb = words.tokens[0].text.to_uppercase();
    let rest = &words.tokens[words.at..];
    let on = rest.iter().position(|token| token.is("on")).map(|on| on + words.at);
    let to = rest.iter().position(|token| token.is(ending)).map(|to| to + words.at)?;
    let Some(on) = on.filter(|&on| on < to) else { return roles(words, to, &verb) };
    if let Some(fault) = privileges(words, on) {
        return Some(fault);
    }
    if let Some(fault) = fitting(&words.tokens[words.at..to], on - words.at) {
        return Some(fault);
    }
    let mut object = Words { tokens: &words.tokens[..to], at: on + 1 };
    if object.eat("all") {
        let kinds = ["tables", "sequences", "functions", "procedures", "routines"];
        if !object.eat_any(&kinds) {
            return object.expected(&kinds, "TABLES, SEQUENCES or FUNCTIONS");
        }
        if !object.eat("in") {
            return object.expected(&["in"], "IN SCHEMA");
        }
        if !object.eat("schema") {
            return object.expected(&["schema"], "SCHEMA");
        }
    } else if object.ahead(1).is_some_and(Token::is_name) {
        let kind = object.peek()?;
        if kind.kind == Kind::Word && !kind.is_any(&KINDS) {
            return object.expected(&KINDS, "a comma, or the kind of object,");
        }
        if kind.is_any(&["foreign", "large", "function", "procedure", "routine", "parameter", "type", "domain"]) {
            return None;
        }
        object.at += 1;
    }
    if object.peek().is_none() {
        let last = &words.tokens[to - 1];
        // `on schema to r`: the kind is read as the name of a table.
        return (last.is_any(&["schema", "table", "database", "sequence"])).then(|| {
            Fault::certain(last.range(), format!("{verb} … ON {} names none", last.text.to_uppercase()))
                .help("add the name")
        });
    }
    let kind = &words.tokens[object.at - 1];
    let nameless = object.at + 1 == to && words.tokens[on + 1].range() == words.tokens[object.at].range();
    if nameless && words.tokens[object.at].is_any(&["schema", "table", "database", "sequence"]) && kind.is("on") {
        let last = &words.tokens[object.at];
        return Some(
            Fault::certain(last.range(), format!("{verb} … ON {} names none", last.text.to_uppercase()))
                .help("add the name"),
        );
    }
    names(object).or_else(|| grantees(Words { at: to + 1, ..words }))
}

fn names(mut object: Words<'_, '_>) -> Option<Fault> {
    loop {
        if !object.name() {
            return None;
        }
        object.parenthesis();
        if !object.eat_symbol(",") {
            break;
        }
    }
    match object.peek() {
        Some(token) if token.is_name() => object.expected(&[], "a comma"),
        _ => None,
    }
}

fn grantees(mut words: Words<'_, '_>) -> Option<Fault> {
    loop {
        words.eat("group");
        if let Some(text) = words.peek().filter(|token| token.kind == Kind::Text) {
            return Some(Fault::certain(text.range(), "a text in the place of a role").help("leave the quotes out"));
        }
        if !words.name() {
            return None;
        }
        if !words.eat_symbol(",") {
            break;
        }
    }
    let ends = ["with", "granted", "cascade", "restrict"];
    if words.eat("with") {
        words.eat_any(&["grant", "admin"]);
        return if words.is_any(&["option"]) { None } else { words.expected(&["option", "grant"], "GRANT OPTION") };
    }
    if words.peek().is_none() || words.is_any(&ends) { None } else { words.expected(&ends, "a comma") }
}

/// The privileges before ON.
fn privileges(words: Words<'_, '_>, on: usize) -> Option<Fault> {
    let mut words = Words { tokens: &words.tokens[..on], at: words.at };
    while let Some(token) = words.peek() {
        if token.is("alter") && words.ahead(1).is_some_and(|next| next.is("system")) {
            return None;
        }
        if token.kind != Kind::Word || !token.is_any(&PRIVILEGES) {
            return Some(unknown(token));
        }
        words.at += 1;
        if token.is("all") {
            words.eat("privileges");
        }
        words.parenthesis();
        if words.peek().is_some() && !words.eat_symbol(",") {
            let next = words.peek()?;
            let known = next.is_any(&PRIVILEGES);
            return if known { words.expected(&[], "a comma") } else { words.expected(&["on", "privileges"], "ON") };
        }
    }
    None
}

fn unknown(token: &Token<'_>) -> Fault {
    if token.is_any(&FOREIGN) {
        let fault = Fault::foreign(token.range(), format!("Postgres has no privilege {}", token.text.to_uppercase()));
        return fault.help("grant what the role needs: SELECT, INSERT, UPDATE, DELETE, USAGE …");
    }
    let fault = Fault::certain(token.range(), format!("`{}` is no privilege", token.text));
    let meant = near(token.text, PRIVILEGES.into_iter().filter(|known| known.len() > 2), 2);
    match meant {
        Some(meant) => fault.help(format!("did you mean {}?", meant.to_uppercase())),
        None => {
            fault.help("grant one of SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, USAGE, CREATE, EXECUTE, ALL")
        }
    }
}

/// A grant of roles, or one of privileges that lacks ON.
fn roles(words: Words<'_, '_>, to: usize, verb: &str) -> Option<Fault> {
    let between = &words.tokens[words.at..to];
    let listed =
        between.iter().enumerate().all(|(at, token)| if at % 2 == 0 { token.is_name() } else { token.is_symbol(",") });
    if listed || between.is_empty() {
        let privilege = between
            .iter()
            .find(|token| token.is_any(&["select", "insert", "update", "delete", "usage", "execute", "all"]))?;
        let message = format!("{verb} {} without ON", privilege.text.to_uppercase());
        return Some(Fault::certain(privilege.range(), message).help("add ON and the object"));
    }
    let second =
        between.iter().enumerate().find(|&(at, token)| at > 0 && token.is_name() && between[at - 1].is_name())?.1;
    let words = Words { at: words.tokens.iter().position(|token| token.start == second.start)?, ..words };
    words.expected(&["on"], "ON")
}

/// What can be granted on which kind of object.
const FITTING: [(&str, &[&str]); 4] = [
    ("schema", &["create", "usage", "all"]),
    ("database", &["create", "connect", "temporary", "temp", "all"]),
    ("sequence", &["usage", "select", "update", "all"]),
    ("table", &["select", "insert", "update", "delete", "truncate", "references", "trigger", "maintain", "all"]),
];

/// A privilege that the kind of object does not have; the tokens from the first privilege to the grantees.
fn fitting(tokens: &[Token<'_>], on: usize) -> Option<Fault> {
    let words = Words { tokens, at: on + 1 };
    let first = words.peek()?;
    let named = words.ahead(1).is_some_and(Token::is_name);
    let all = first.is("all") && named;
    let kind = match words.peek()? {
        _ if all && words.ahead(1)?.is("tables") => "table",
        _ if all && words.ahead(1)?.is("sequences") => "sequence",
        _ if all => return None,
        token if named => FITTING.iter().find(|(kind, _)| token.is(kind))?.0,
        // A table, a view or a sequence: all that these have.
        _ => "table",
    };
    // A bare name may be that of a sequence, which has USAGE.
    let bare = !named;
    let (_, known) = FITTING.iter().find(|(one, _)| *one == kind)?;
    let mut depth = 0_usize;
    let privilege = tokens[..on].iter().enumerate().find(|&(at, token)| {
        depth = match token.text {
            "(" => depth + 1,
            ")" => depth.saturating_sub(1),
            _ => depth,
        };
        let begins = depth == 0 && (at == 0 || tokens[at - 1].is_symbol(","));
        begins && token.is_any(&PRIVILEGES) && !token.is_any(known) && !(bare && token.is("usage"))
    });
    let (_, privilege) = privilege?;
    let what = if bare { "a table" } else { kind };
    let message = format!("Postgres has no privilege {} on {what}", privilege.text.to_uppercase());
    Some(
        Fault::certain(privilege.range(), message)
            .help(format!("grant one of {} there", known.join(", ").to_uppercase())),
    )
}
