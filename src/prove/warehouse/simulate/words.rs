//! The warehouse's words for what is wrong: measured for `PostgreSQL` and `DuckDB`, documented for Snowflake.

use super::super::catalog::object::{Class, Object};
use super::super::name::RelationName;
use super::reader::Written;
use crate::sql::Dialect;

/// A name with as many parts as the statement gives.
pub(super) fn as_written(written: &Written, name: &RelationName) -> String {
    match written.parts.len() {
        0 | 1 => name.identifier.clone(),
        2 => format!("{}.{}", name.schema, name.identifier),
        _ => name.to_string(),
    }
}

/// Something is not there because somebody dropped it.
pub(super) fn dropped(cause: &str, by: &str) -> String {
    let by = if by.is_empty() { "it was dropped".to_owned() } else { format!("{by} dropped it") };
    format!("{cause}: {by}")
}

/// A relation is not there.
pub(super) fn no_relation(dialect: Dialect, written: &Written, name: &RelationName) -> String {
    match dialect {
        Dialect::Postgres | Dialect::Redshift => {
            format!("relation \"{}\" does not exist", as_written(written, name))
        }
        Dialect::DuckDb => format!("Catalog Error: Table with name {} does not exist!", name.identifier),
        Dialect::Snowflake => {
            format!("SQL compilation error: Object '{name}' does not exist or not authorized.")
        }
        Dialect::BigQuery => format!("Not found: Table {name} was not found"),
        Dialect::Databricks | Dialect::Spark => {
            let plain = as_written(written, name);
            format!("[TABLE_OR_VIEW_NOT_FOUND] The table or view `{plain}` cannot be found.")
        }
        Dialect::Sqlite => format!("no such table: {}", as_written(written, name)),
        _ => format!("relation \"{}\" does not exist", as_written(written, name)),
    }
}

/// A relation lacks a column.
pub(super) fn no_column(dialect: Dialect, column: &str, relation: &RelationName) -> String {
    match dialect {
        Dialect::Postgres | Dialect::Redshift => {
            format!("column \"{column}\" of relation \"{}\" does not exist", relation.identifier)
        }
        Dialect::DuckDb => {
            format!("Binder Error: Table \"{}\" does not have a column with name \"{column}\"", relation.identifier)
        }
        Dialect::Snowflake => format!("SQL compilation error: invalid identifier '{column}'"),
        _ => format!("{relation} has no column {column}"),
    }
}

/// A relation is of another kind than the statement says.
pub(super) fn not_a(identifier: &str, kind: &str) -> String {
    let article = if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("\"{identifier}\" is not {article} {kind}")
}

/// An object other than a relation is not there.
pub(super) fn missing(dialect: Dialect, object: &Object) -> String {
    let own = object.path.last().map(String::as_str).unwrap_or_default();
    let class = object.class.word();
    match dialect {
        Dialect::Postgres | Dialect::Redshift => match object.class {
            Class::Sequence | Class::Index => format!("relation \"{own}\" does not exist"),
            Class::Function | Class::Procedure | Class::Routine => {
                let class = if object.class == Class::Procedure { class } else { "function" };
                let name = object.path.get(2).map(String::as_str).unwrap_or_default();
                match object.path.get(3) {
                    Some(arguments) => format!("{class} {name}({arguments}) does not exist"),
                    None => format!("could not find a {class} named \"{name}\""),
                }
            }
            Class::Rule => format!("rule \"{own}\" for relation \"{}\" does not exist", object.path[2]),
            Class::Constraint | Class::Trigger | Class::TablePolicy => {
                format!("{class} \"{own}\" for table \"{}\" does not exist", object.path[2])
            }
            _ => format!("{class} \"{own}\" does not exist"),
        },
        Dialect::DuckDb => {
            let routine = matches!(object.class, Class::Function | Class::Procedure | Class::Routine);
            let own = if routine { &object.path[2] } else { own };
            let class = if routine { "Macro Function".to_owned() } else { capital(class) };
            format!("Catalog Error: {class} with name {own} does not exist!")
        }
        Dialect::Snowflake => {
            format!("SQL compilation error: {} '{object}' does not exist or not authorized.", capital(class))
        }
        _ => format!("{class} {object} does not exist"),
    }
}

/// An object is there already.
pub(super) fn exists(dialect: Dialect, object: &Object) -> String {
    let own = object.path.last().map(String::as_str).unwrap_or_default();
    let class = object.class.word();
    match dialect {
        Dialect::Postgres | Dialect::Redshift => match object.class {
            Class::Relation | Class::Sequence | Class::Index => format!("relation \"{own}\" already exists"),
            Class::Function | Class::Procedure => {
                let name = object.path.get(2).map(String::as_str).unwrap_or_default();
                format!("function \"{name}\" already exists with same argument types")
            }
            Class::Trigger | Class::Rule => {
                format!("{class} \"{own}\" for relation \"{}\" already exists", object.path[2])
            }
            Class::Constraint | Class::TablePolicy => {
                format!("{class} \"{own}\" for table \"{}\" already exists", object.path[2])
            }
            _ => format!("{class} \"{own}\" already exists"),
        },
        Dialect::DuckDb => {
            let routine = matches!(object.class, Class::Function | Class::Procedure | Class::Routine);
            let own = if routine { &object.path[2] } else { own };
            let class = if routine { "Macro Function".to_owned() } else { capital(class) };
            format!("Catalog Error: {class} with name \"{own}\" already exists!")
        }
        Dialect::Snowflake => format!("SQL compilation error: Object '{object}' already exists."),
        _ => format!("{class} {object} already exists"),
    }
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}
