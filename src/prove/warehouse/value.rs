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

impl SqlValue {
    /// How many bytes it holds besides itself.
    pub(super) fn heap(&self) -> usize {
        match self {
            SqlValue::Text(text) => text.len(),
            SqlValue::Blob(bytes) => bytes.len(),
            SqlValue::Null | SqlValue::Integer(_) | SqlValue::Real(_) => 0,
        }
    }
}

/// The rows of a query.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rows {
    /// The names of the columns, as the warehouse gives them.
    pub names: Vec<String>,
    /// Their types, as far as they are known: `SQLite` keeps booleans, dates and decimals as other things.
    pub types: Vec<Type>,
    /// With how many digits after the point decimals are shown, where that is known.
    pub digits: Vec<Option<u32>>,
    /// The rows.
    pub rows: Vec<Vec<SqlValue>>,
}
