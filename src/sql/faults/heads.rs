//! How GRANT, REVOKE, DROP, COMMENT, ALTER, TRUNCATE and CREATE must begin.

use super::super::Fault;
use super::super::dialect::Dialect;
use super::super::outline::Outline;
use super::super::token::{Kind, Token};
use super::super::verb::{ObjectKind, Verb};
use super::near;

/// What is wrong with the head of a statement.
pub(super) fn fault(tokens: &[Token<'_>], outline: &Outline, dialect: Dialect) -> Option<Fault> {
    // The verb isn't the first word after WITH or inside of parentheses.
    if tokens.first().is_none_or(|first| first.kind != Kind::Word || Verb::of(first.text) != outline.verb) {
        return None;
    }
    match outline.verb {
        Verb::Grant => grant(tokens),
        Verb::Revoke | Verb::Deny => revoke(tokens, outline, dialect),
        Verb::Drop | Verb::Undrop => guard(tokens, outline).or_else(|| drop(tokens)),
        Verb::Alter => guard(tokens, outline).or_else(|| alter(tokens)),
        Verb::Create => guard(tokens, outline).or_else(|| create(tokens, outline)),
        Verb::Truncate => guard(tokens, outline).or_else(|| truncate(tokens)),
        // Teradata, which is generic here, has a COMMENT of its own.
        Verb::Comment if dialect != Dialect::Generic => comment(tokens),
        _ => None,
    }
}

/// The tokens outside of parentheses, with their numbers.
fn outside<'t, 'a>(tokens: &'t [Token<'a>]) -> impl Iterator<Item = (usize, &'t Token<'a>)> {
    let mut depth = 0_usize;
    tokens.iter().enumerate().filter(move |(_, token)| {
        if token.is_symbol("(") {
            depth += 1;
        } else if token.is_symbol(")") {
            depth = depth.saturating_sub(1);
        }
        depth == 0
    })
}

fn whole(tokens: &[Token<'_>]) -> std::ops::Range<usize> {
    tokens[0].start..tokens[tokens.len() - 1].end()
}

/// Privileges that every kind of warehouse knows, long enough to be told from others.
const PRIVILEGES: [&str; 14] = [
    "select",
    "insert",
    "update",
    "delete",
    "usage",
    "references",
    "execute",
    "truncate",
    "ownership",
    "create",
    "connect",
    "operate",
    "monitor",
    "modify",
];

/// Privileges that are near others.
const OTHER_PRIVILEGES: [&str; 6] = ["inherit", "inspect", "operator", "created", "delegate", "reference"];

/// A privilege that is misspelt, among those before ON.
fn privilege(tokens: &[Token<'_>], on: usize) -> Option<Fault> {
    let mut begins = true;
    for (_, token) in outside(&tokens[1..on]) {
        let word = begins && token.kind == Kind::Word;
        begins = token.is_symbol(",");
        if !word || token.is_any(&PRIVILEGES) || token.is_any(&OTHER_PRIVILEGES) || token.text.len() < 4 {
            continue;
        }
        let most = if token.text.len() >= 7 { 2 } else { 1 };
        let written = token.text.to_ascii_lowercase();
        let others = PRIVILEGES.into_iter().filter(|known| !written.starts_with(known));
        if let Some(meant) = near(token.text, others, most) {
            let fault = Fault::certain(token.range(), format!("`{}` is no privilege", token.text));
            return Some(fault.help(format!("did you mean {}?", meant.to_uppercase())));
        }
    }
    None
}

fn grant(tokens: &[Token<'_>]) -> Option<Fault> {
    let on_cluster =
        tokens.get(1).is_some_and(|token| token.is("on")) && tokens.get(2).is_some_and(|token| token.is("cluster"));
    if on_cluster {
        return None;
    }
    if tokens.get(1).is_none_or(|token| token.is("on") || token.is("to")) {
        let end = tokens.get(1).map_or(tokens[0].end(), Token::end);
        return Some(
            Fault::certain(tokens[0].start..end, "GRANT names no privilege").help("add what is granted after GRANT"),
        );
    }
    let on = outside(tokens).find(|(_, token)| token.is("on")).map(|(at, _)| at);
    let to = outside(tokens).skip(2).find(|(_, token)| token.is("to")).map(|(at, _)| at);
    let Some(to) = to else {
        return Some(Fault::certain(whole(tokens), "GRANT without TO").help("add TO and who is granted it"));
    };
    if to + 1 == tokens.len() {
        return Some(Fault::certain(tokens[to].range(), "GRANT … TO names nobody").help("add who is granted it"));
    }
    let on = on.filter(|&on| on < to)?;
    if on + 1 == to {
        return Some(
            Fault::certain(tokens[on].start..tokens[to].end(), "GRANT … ON names no object").help("add the object"),
        );
    }
    privilege(tokens, on)
}

fn revoke(tokens: &[Token<'_>], outline: &Outline, dialect: Dialect) -> Option<Fault> {
    let verb = outline.verb.name().to_uppercase();
    let on_cluster = tokens.get(2).is_some_and(|token| token.is("cluster"));
    if tokens.get(1).is_none_or(|token| token.is("on") || token.is("from")) && !on_cluster {
        let end = tokens.get(1).map_or(tokens[0].end(), Token::end);
        let message = format!("{verb} names no privilege");
        return Some(Fault::certain(tokens[0].start..end, message).help(format!("add what is meant after {verb}")));
    }
    // SQL Server takes REVOKE … TO, and DENY has no FROM.
    let both = outline.verb == Verb::Deny || matches!(dialect, Dialect::SqlServer | Dialect::Generic);
    let from =
        outside(tokens).skip(2).find(|(_, token)| token.is("from") || (both && token.is("to"))).map(|(at, _)| at);
    let preposition = if outline.verb == Verb::Deny { "TO" } else { "FROM" };
    let Some(from) = from else {
        let message = format!("{verb} without {preposition}");
        return Some(Fault::certain(whole(tokens), message).help(format!("add {preposition} and whom it hits")));
    };
    if from + 1 == tokens.len() {
        let message = format!("{verb} … {} names nobody", tokens[from].text.to_uppercase());
        return Some(Fault::certain(tokens[from].range(), message).help("add whom it hits"));
    }
    let on = outside(tokens).find(|(_, token)| token.is("on")).map(|(at, _)| at).filter(|&on| on < from)?;
    if tokens.get(1).is_some_and(|token| token.is_any(&["grant", "admin"])) || on_cluster {
        return None;
    }
    privilege(tokens, on)
}

/// IF EXISTS and IF NOT EXISTS that are misspelt or in the wrong place.
fn guard(tokens: &[Token<'_>], outline: &Outline) -> Option<Fault> {
    for (at, token) in outside(tokens) {
        if !token.is("if") {
            continue;
        }
        let negated = tokens.get(at + 1).is_some_and(|next| next.is("not"));
        let last = tokens.get(at + if negated { 2 } else { 1 })?;
        let range = token.start..last.end();
        let right = if outline.verb == Verb::Create { "IF NOT EXISTS" } else { "IF EXISTS" };
        if last.kind == Kind::Word && near(last.text, ["exists"], 2).is_some() {
            let meant = if negated { "IF NOT EXISTS" } else { "IF EXISTS" };
            let written: Vec<&str> =
                tokens[at..].iter().take(if negated { 3 } else { 2 }).map(|token| token.text).collect();
            let fault = Fault::certain(range, format!("`{}` is no guard", written.join(" ")));
            return Some(fault.help(format!("did you mean {meant}?")));
        }
        let first = at <= 4 && last.is("exists");
        let wrong = match outline.verb {
            // BigQuery's UNDROP SCHEMA takes IF NOT EXISTS.
            Verb::Drop | Verb::Truncate => negated,
            Verb::Create => {
                !negated && matches!(outline.object, Some(ObjectKind::Table | ObjectKind::View | ObjectKind::Schema))
            }
            _ => false,
        };
        if first && wrong {
            let verb = outline.verb.name().to_uppercase();
            let message = format!("{verb} takes {right}, not {}", if negated { "IF NOT EXISTS" } else { "IF EXISTS" });
            return Some(Fault::certain(range, message).help(format!("change it to {right}")));
        }
        if first {
            return None;
        }
    }
    None
}

/// Kinds of objects that are worth a suggestion.
const COMMON_KINDS: [&str; 14] = [
    "table",
    "view",
    "schema",
    "database",
    "function",
    "procedure",
    "index",
    "sequence",
    "column",
    "warehouse",
    "materialized",
    "temporary",
    "trigger",
    "external",
];

/// A word in the place of a kind of object that is none, and close to one; a name must follow.
fn kind(tokens: &[Token<'_>], at: usize) -> Option<Fault> {
    let token = tokens.get(at)?;
    let next = tokens.get(at + 1)?;
    if token.kind != Kind::Word || token.text.len() < 4 || !next.is_name() || ObjectKind::is_known_word(token.text) {
        return None;
    }
    let meant = near(token.text, COMMON_KINDS, 1)?;
    let fault = Fault::certain(token.range(), format!("`{}` is no kind of object", token.text));
    Some(fault.help(format!("did you mean {}?", meant.to_uppercase())))
}

/// A statement that ends before the name of its object.
fn unnamed(tokens: &[Token<'_>]) -> Option<Fault> {
    let verb = tokens[0].text.to_uppercase();
    let common = ["table", "view", "schema", "database", "function", "procedure", "index", "sequence", "role", "user"];
    let last = &tokens[tokens.len() - 1];
    let nothing = tokens.len() == 1
        || (tokens.len() == 2 && last.is_any(&common))
        || (tokens.len() == 4 && tokens[2].is("if") && last.is("exists"));
    nothing.then(|| Fault::certain(whole(tokens), format!("{verb} names no object")).help("add the name"))
}

fn drop(tokens: &[Token<'_>]) -> Option<Fault> {
    unnamed(tokens).or_else(|| kind(tokens, 1))
}

fn alter(tokens: &[Token<'_>]) -> Option<Fault> {
    if let Some(fault) = unnamed(tokens).or_else(|| kind(tokens, 1)) {
        return Some(fault);
    }
    let table = tokens.get(1)?.is("table");
    let only_name = tokens[2..].iter().all(|token| token.is_name() || token.is_symbol("."));
    let names = tokens[2..].iter().filter(|token| token.is_name()).count();
    let dots = tokens[2..].iter().filter(|token| token.is_symbol(".")).count();
    (table && only_name && names == dots + 1)
        .then(|| Fault::certain(whole(tokens), "ALTER TABLE changes nothing").help("add what to change after the name"))
}

fn truncate(tokens: &[Token<'_>]) -> Option<Fault> {
    if tokens.len() == 1 || (tokens.len() == 2 && tokens[1].is("table")) {
        return unnamed(tokens);
    }
    let (word, next) = (tokens.get(1)?, tokens.get(2)?);
    let options = [
        "restart",
        "continue",
        "cascade",
        "restrict",
        "partition",
        "with",
        "drop",
        "reuse",
        "on",
        "settings",
        "if",
        "purge",
        "preserve",
        "sync",
        "immediate",
    ];
    if word.kind != Kind::Word || !next.is_name() || next.is_any(&options) || ObjectKind::is_known_word(word.text) {
        return None;
    }
    near(word.text, ["table"], 2)?;
    let fault = Fault::certain(word.range(), format!("`{}` is no kind of object", word.text));
    Some(fault.help("did you mean TABLE?"))
}

fn comment(tokens: &[Token<'_>]) -> Option<Fault> {
    let first = if tokens.get(1).is_some_and(|token| token.is("if")) { 3 } else { 1 };
    if tokens.get(first).is_none_or(|token| !token.is("on")) {
        let end = tokens.get(first).map_or(tokens[tokens.len() - 1].end(), Token::end);
        return Some(
            Fault::certain(tokens[0].start..end, "COMMENT without ON").help("add ON, the kind of object and its name"),
        );
    }
    let Some((is, _)) = outside(tokens).skip(first + 1).find(|(_, token)| token.is("is")) else {
        if let Some((_, token)) =
            outside(tokens).skip(first + 1).find(|(_, token)| token.is("as") || token.is_symbol("="))
        {
            return Some(Fault::certain(token.range(), "COMMENT ON … takes IS").help("change it to IS"));
        }
        return Some(Fault::certain(whole(tokens), "COMMENT ON … without IS").help("add IS and the text"));
    };
    (is + 1 == tokens.len())
        .then(|| Fault::certain(tokens[is].range(), "COMMENT ON … IS gives no text").help("add the text, or NULL"))
}

fn create(tokens: &[Token<'_>], outline: &Outline) -> Option<Fault> {
    let mut at = 1;
    if tokens.get(1)?.is("or") {
        let word = tokens.get(2)?;
        if word.kind == Kind::Word
            && !word.is_any(&["replace", "alter", "refresh", "overwrite"])
            && near(word.text, ["replace"], 2).is_some()
        {
            let fault = Fault::certain(word.range(), format!("`{}` is no keyword", word.text));
            return Some(fault.help("did you mean REPLACE?"));
        }
        at = 3;
    }
    if let Some(fault) = kind(tokens, at) {
        return Some(fault);
    }
    let index = outline.object == Some(ObjectKind::Index) && tokens.iter().take(4).any(|token| token.is("index"));
    if !index {
        return None;
    }
    match outside(tokens).find(|(_, token)| token.is("on")) {
        None => Some(Fault::certain(whole(tokens), "CREATE INDEX without ON").help("add ON and the table")),
        Some((on, _)) if on + 1 == tokens.len() => {
            Some(Fault::certain(tokens[on].range(), "CREATE INDEX … ON names no table").help("add the table"))
        }
        Some(_) => None,
    }
}
