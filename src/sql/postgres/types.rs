//! The columns of a table and their types.

use super::super::Fault;
use super::super::faults::near;
use super::super::token::{Kind, Token};
use super::Words;

/// Types of the server, by their first words.
pub(super) const TYPES: [&str; 78] = [
    "bigint",
    "bigserial",
    "bit",
    "bool",
    "boolean",
    "box",
    "bytea",
    "char",
    "character",
    "cidr",
    "circle",
    "citext",
    "date",
    "daterange",
    "decimal",
    "double",
    "float",
    "float4",
    "float8",
    "geography",
    "geometry",
    "hstore",
    "inet",
    "int",
    "int2",
    "int4",
    "int8",
    "integer",
    "interval",
    "int4range",
    "int8range",
    "json",
    "jsonb",
    "jsonpath",
    "line",
    "lseg",
    "ltree",
    "macaddr",
    "macaddr8",
    "money",
    "name",
    "national",
    "nchar",
    "numeric",
    "numrange",
    "oid",
    "path",
    "pg_lsn",
    "point",
    "polygon",
    "real",
    "regclass",
    "regproc",
    "regrole",
    "regtype",
    "serial",
    "serial2",
    "serial4",
    "serial8",
    "setof",
    "smallint",
    "smallserial",
    "text",
    "tid",
    "time",
    "timestamp",
    "timestamptz",
    "timetz",
    "tsquery",
    "tsrange",
    "tstzrange",
    "tsvector",
    "uuid",
    "varbit",
    "varchar",
    "vector",
    "xid",
    "xml",
];

/// Types of other warehouses, and what to write in their place.
const FOREIGN_TYPES: [(&str, &str); 34] = [
    ("string", "text"),
    ("number", "numeric"),
    ("datetime", "timestamp"),
    ("datetime2", "timestamp"),
    ("smalldatetime", "timestamp"),
    ("datetimeoffset", "timestamptz"),
    ("varchar2", "varchar"),
    ("nvarchar", "varchar"),
    ("nvarchar2", "varchar"),
    ("int64", "bigint"),
    ("uint64", "numeric"),
    ("float64", "double precision"),
    ("float32", "real"),
    ("int32", "integer"),
    ("int16", "smallint"),
    ("uint32", "bigint"),
    ("bignumeric", "numeric"),
    ("timestamp_ntz", "timestamp"),
    ("timestamp_ltz", "timestamptz"),
    ("timestamp_tz", "timestamptz"),
    ("tinyint", "smallint"),
    ("mediumint", "integer"),
    ("variant", "jsonb"),
    ("object", "jsonb"),
    ("super", "jsonb"),
    ("array", "an array type, as in text[]"),
    ("blob", "bytea"),
    ("clob", "text"),
    ("longtext", "text"),
    ("mediumtext", "text"),
    ("tinytext", "text"),
    ("varbinary", "bytea"),
    ("uniqueidentifier", "uuid"),
    ("hugeint", "numeric"),
];

/// Words that may stand behind a column's type.
const BEHIND_TYPES: [&str; 32] = [
    "not",
    "null",
    "default",
    "primary",
    "unique",
    "references",
    "check",
    "generated",
    "constraint",
    "collate",
    "with",
    "without",
    "varying",
    "precision",
    "array",
    "year",
    "month",
    "day",
    "hour",
    "minute",
    "second",
    "to",
    "deferrable",
    "initially",
    "storage",
    "compression",
    "options",
    "on",
    "match",
    "using",
    "enforced",
    "large",
];

/// The items of a table's list of columns.
pub(super) fn definitions(tokens: &[Token<'_>]) -> Option<Fault> {
    let mut depth = 0_usize;
    let mut from = 0;
    for at in 0..=tokens.len() {
        match tokens.get(at).map(|token| token.text) {
            Some("(" | "[") => depth += 1,
            Some(")" | "]") => depth = depth.saturating_sub(1),
            Some(",") | None if depth == 0 => {
                if let Some(fault) = column(&tokens[from..at]) {
                    return Some(fault);
                }
                from = at + 1;
            }
            _ => {}
        }
    }
    None
}

/// One column: name, type, constraints.
fn column(item: &[Token<'_>]) -> Option<Fault> {
    let first = item.first()?;
    if first.kind == Kind::Word
        && first.is_any(&["constraint", "primary", "unique", "check", "foreign", "exclude", "like"])
    {
        return None;
    }
    if !first.is_name() || item.len() < 2 || item[1].kind != Kind::Word {
        return None;
    }
    if let Some(fault) = unknown_type(&item[1], item.get(2)) {
        return Some(fault);
    }
    let mut at = 2;
    while let Some(token) = item.get(at) {
        if token.is_symbol("(") {
            let mut words = Words { tokens: item, at };
            words.parenthesis();
            at = words.at;
            continue;
        }
        if token.is("primary") && !item.get(at + 1).is_some_and(|next| next.is("key")) {
            return Words { tokens: item, at: at + 1 }.expected(&["key"], "KEY");
        }
        if token.is("not")
            && !item.get(at + 1).is_some_and(|next| next.is_any(&["null", "deferrable", "enforced", "valid"]))
        {
            return Words { tokens: item, at: at + 1 }.expected(&["null"], "NULL");
        }
        if token.is_any(&["default", "references", "check", "generated", "constraint", "collate", "on", "primary"]) {
            return None;
        }
        if token.kind == Kind::Word && at == 2 && !token.is_any(&BEHIND_TYPES) {
            if let Some(meant) = near(token.text, BEHIND_TYPES.into_iter().filter(|word| word.len() > 3), 2) {
                let fault = Fault::certain(token.range(), format!("`{}` is no keyword", token.text));
                return Some(fault.help(format!("did you mean {}?", meant.to_uppercase())));
            }
            if item.get(at + 1).is_some_and(|next| next.is_any(&TYPES)) {
                let message = format!("no comma between `{}` and `{}`", item[1].text, token.text);
                return Some(Fault::certain(item[1].start..token.end(), message).help("add the comma"));
            }
        }
        at += 1;
    }
    None
}

/// A type that the server lacks: another warehouse's, or misspelt.
pub(super) fn unknown_type(name: &Token<'_>, next: Option<&Token<'_>>) -> Option<Fault> {
    if name.kind != Kind::Word || next.is_some_and(|next| next.is_symbol(".")) || name.is_any(&TYPES) {
        return None;
    }
    if let Some((_, instead)) = FOREIGN_TYPES.iter().find(|(foreign, _)| name.is(foreign)) {
        let fault = Fault::foreign(name.range(), format!("Postgres has no type `{}`", name.text));
        return Some(fault.help(format!("write {instead}")));
    }
    let meant =
        near(name.text, TYPES.into_iter().filter(|known| known.len() > 2), if name.text.len() > 5 { 2 } else { 1 })?;
    let close = name.text.len() > 2 && !name.text.contains('_');
    close.then(|| {
        Fault::certain(name.range(), format!("Postgres has no type `{}`", name.text))
            .help(format!("did you mean {meant}?"))
    })
}
