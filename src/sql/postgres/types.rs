//! The columns of a table and their types.

use super::super::Fault;
use super::super::faults::near;
use super::super::token::{Kind, Token};
use super::{Words, is_slip};

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

/// Further types of the server and of the extensions that it comes with, which nobody means by another word.
const RARE: [&str; 66] = [
    "aclitem",
    "any",
    "anyarray",
    "anycompatible",
    "anycompatiblearray",
    "anycompatiblemultirange",
    "anycompatiblenonarray",
    "anycompatiblerange",
    "anyelement",
    "anyenum",
    "anymultirange",
    "anynonarray",
    "anyrange",
    "box2d",
    "box3d",
    "bpchar",
    "cid",
    "cstring",
    "cube",
    "datemultirange",
    "ean13",
    "event_trigger",
    "gtsvector",
    "halfvec",
    "int2vector",
    "int4multirange",
    "int8multirange",
    "internal",
    "isbn",
    "isbn13",
    "ismn",
    "ismn13",
    "issn",
    "issn13",
    "lquery",
    "ltxtquery",
    "nummultirange",
    "oid8",
    "oidvector",
    "pg_dependencies",
    "pg_mcv_list",
    "pg_ndistinct",
    "pg_node_tree",
    "pg_snapshot",
    "query_int",
    "raster",
    "record",
    "refcursor",
    "regcollation",
    "regconfig",
    "regdatabase",
    "regdictionary",
    "regnamespace",
    "regoper",
    "regoperator",
    "regprocedure",
    "seg",
    "sparsevec",
    "trigger",
    "tsmultirange",
    "tstzmultirange",
    "txid_snapshot",
    "unknown",
    "upc",
    "void",
    "xid8",
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
    super::items(tokens).find_map(column)
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
        // UNIQUE NULLS NOT DISTINCT.
        let nulls = item[at - 1].is("nulls");
        if token.is("not")
            && !nulls
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
    if name.kind != Kind::Word
        || next.is_some_and(|next| next.is_symbol("."))
        || name.is_any(&TYPES)
        || name.is_any(&RARE)
    {
        return None;
    }
    if let Some((_, instead)) = FOREIGN_TYPES.iter().find(|(foreign, _)| name.is(foreign)) {
        let fault = Fault::foreign(name.range(), format!("Postgres has no type `{}`", name.text));
        return Some(fault.help(format!("write {instead}")));
    }
    // A name that is no slip of the pen may be that of a type that somebody made.
    let known = TYPES.into_iter().filter(|known| known.len() > 2);
    let meant = known.into_iter().find(|known| is_slip(name.text, known))?;
    let fault = Fault::certain(name.range(), format!("Postgres has no type `{}`", name.text));
    Some(fault.help(format!("did you mean {meant}?")))
}
