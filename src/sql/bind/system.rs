//! The relations of the warehouse's own catalog.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use super::scope::{Column, Table};
use super::types::Type;
use crate::sql::dialect::Dialect;

/// Those of `PostgreSQL`, by their names: with the schema only where that is no `pg_catalog`.
static POSTGRES: LazyLock<HashMap<&str, Arc<Table>>> =
    LazyLock::new(|| include_str!("system.txt").lines().filter_map(relation_of).collect());

/// A relation by the folded parts of its name; none where it is not one of the warehouse's own.
pub(super) fn relation(parts: &[String], dialect: Dialect) -> Option<Arc<Table>> {
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let name = match parts.as_slice() {
        _ if dialect != Dialect::Postgres => return None,
        [name] | [.., "pg_catalog", name] if name.starts_with("pg_") => (*name).to_owned(),
        [.., "information_schema", name] => format!("information_schema.{name}"),
        _ => return None,
    };
    POSTGRES.get(name.as_str()).cloned()
}

/// Whether a name is that of a relation of the warehouse's own.
pub(crate) fn is_own(parts: &[String], dialect: Dialect) -> bool {
    relation(parts, dialect).is_some()
}

/// `open pg_class oid:oid relname:name`
fn relation_of(line: &'static str) -> Option<(&'static str, Arc<Table>)> {
    let mut words = line.split(' ');
    let is_fixed = match words.next()? {
        "fixed" => true,
        "open" => false,
        _ => return None,
    };
    let name = words.next()?;
    let column = |word: &str| {
        let (name, kind) = word.split_once(':').map_or((word, Type::Unknown), |(name, of)| (name, Type::named(of)));
        Column::of(Some(name.to_owned()), kind)
    };
    let mut columns: Vec<Column> = words.map(column).collect();
    if !is_fixed {
        columns.push(Column::of(None, Type::Unknown));
    }
    Some((name, Arc::new(Table { columns, keys: None })))
}
