//! Values and rows that the warehouse gives back.

use super::types::Type;

/// A value.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub enum SqlValue {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

/// The rows of a query.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// The names of the columns, as the warehouse gives them.
    pub names: Vec<String>,
    /// Their types, as far as they are known: `SQLite` keeps booleans, dates and decimals as other things.
    pub types: Vec<Type>,
    /// The rows.
    pub rows: Vec<Vec<SqlValue>>,
}
