//! From the tree of a query or an expression to `SQLite`'s SQL, with the types of what it gives.
//!
//! Names are resolved here, not by `SQLite`: a column that a relation certainly lacks is told in the warehouse's
//! words, one that it may have is asked for, and then the translation is done again.

#![allow(clippy::format_push_string, reason = "texts are put together piece by piece")]

mod aggregate;
mod call;
mod cast;
mod expression;
mod information;
mod literal;
mod moment;
mod operator;
mod query;
mod rows;
mod scope;
mod select;
mod source;
mod structured;

use sqlparser::ast::{Ident, ObjectName, ObjectNamePart};

use crate::sql::{Dialect, UNKNOWN};

use super::catalog::Column;
use super::name::RelationName;
use super::stop::{Done, MissingColumn, Stop};
use super::types::Type;
use super::value::SqlValue;
use super::{Warehouse, sqlite};

pub(super) use aggregate::is_aggregate;
pub(super) use cast::too_long;
pub(super) use scope::{Scope, Source};
pub(super) use source::{given, source_of};

/// An expression in `SQLite`'s SQL.
#[derive(Debug, Clone)]
pub(super) struct Typed {
    /// Its text, in parentheses where it has operators.
    pub(super) sql: String,
    /// Its type.
    pub(super) of: Type,
    /// Its value, where it is written out.
    pub(super) constant: Option<SqlValue>,
    /// Whether the type is beyond doubt: that of a declared column or of a value written out.
    pub(super) certain: bool,
    /// What a column of a select list is called that has no other name.
    pub(super) label: Option<String>,
    /// With how many digits after the point its values are shown, of decimals.
    pub(super) digits: Option<u32>,
}

impl Typed {
    /// The same, shown with so many digits after the point.
    pub(super) fn with_digits(self, digits: Option<u32>) -> Typed {
        Typed { digits, ..self }
    }

    pub(super) fn new(sql: impl Into<String>, of: Type) -> Typed {
        Typed { sql: sql.into(), of, constant: None, certain: false, label: None, digits: None }
    }

    /// A value that is written out.
    pub(super) fn constant(value: SqlValue, of: Type) -> Typed {
        let sql = match &value {
            SqlValue::Null => "NULL".to_owned(),
            SqlValue::Integer(number) => number.to_string(),
            SqlValue::Real(number) => format!("{number:?}"),
            SqlValue::Text(text) => sqlite::text(text),
            SqlValue::Blob(bytes) => {
                format!("x'{}'", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
            }
        };
        Typed { sql, of, certain: value != SqlValue::Null, constant: Some(value), label: None, digits: None }
    }

    pub(super) fn text(text: impl Into<String>) -> Typed {
        Typed::constant(SqlValue::Text(text.into()), Type::Text)
    }

    pub(super) fn integer(number: i64) -> Typed {
        Typed::constant(SqlValue::Integer(number), Type::Integer)
    }

    pub(super) fn null() -> Typed {
        Typed::constant(SqlValue::Null, Type::Unknown)
    }

    pub(super) fn is_null(&self) -> bool {
        self.constant == Some(SqlValue::Null)
    }

    /// Its text, where it is a text that is written out.
    pub(super) fn as_text(&self) -> Option<&str> {
        match &self.constant {
            Some(SqlValue::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub(super) fn labelled(mut self, label: impl Into<String>) -> Typed {
        self.label = Some(label.into());
        self
    }
}

/// A column that a query gives.
#[derive(Debug, Clone)]
pub(super) struct Given {
    /// Its folded name.
    pub(super) name: String,
    /// Its name as the warehouse shows it.
    pub(super) shown: String,
    /// Its type.
    pub(super) of: Type,
    /// Whether the type is beyond doubt.
    pub(super) certain: bool,
    /// With how many digits after the point its values are shown, of decimals.
    pub(super) digits: Option<u32>,
}

/// A query in `SQLite`'s SQL.
#[derive(Debug, Clone)]
pub(super) struct Translated {
    /// Its text. What it selects is named as `columns` say; where there are none it selects one column that
    /// is to be left out.
    pub(super) sql: String,
    /// What it gives.
    pub(super) columns: Vec<Given>,
    /// The relations of which it gives every column and whose columns are not all known.
    pub(super) open: Vec<RelationName>,
}

impl Translated {
    /// The columns of a relation that is made from it.
    pub(super) fn relation_columns(&self) -> Vec<Column> {
        let column = |given: &Given| Column { digits: given.digits, ..Column::new(given.name.clone(), given.of) };
        self.columns.iter().map(column).collect()
    }
}

/// A common table expression.
#[derive(Debug, Clone)]
struct Common {
    name: String,
    sql_name: String,
    columns: Vec<Given>,
    open: Vec<RelationName>,
}

/// Translates one statement.
pub(super) struct Translator<'w> {
    pub(super) warehouse: &'w mut Warehouse,
    /// The scopes around the expression at hand, innermost last.
    pub(super) scopes: Vec<Scope>,
    commons: Vec<Common>,
    /// The columns that relations may have and that are not known yet.
    missing: Vec<MissingColumn>,
    /// The relations that it reads.
    pub(super) reads: Vec<RelationName>,
    /// Whether it reads what the catalog says, as tables.
    pub(super) mirrors: bool,
    /// How many aggregate functions were called.
    aggregates: usize,
    /// How deep the expression at hand is.
    depth: usize,
}

/// How deep expressions may be.
const DEEPEST: usize = 400;

impl<'w> Translator<'w> {
    pub(super) fn new(warehouse: &'w mut Warehouse) -> Translator<'w> {
        Translator {
            warehouse,
            scopes: Vec::new(),
            commons: Vec::new(),
            missing: Vec::new(),
            reads: Vec::new(),
            mirrors: false,
            aggregates: 0,
            depth: 0,
        }
    }

    pub(super) fn dialect(&self) -> Dialect {
        self.warehouse.session.dialect
    }

    /// What was translated, if every column was known.
    pub(super) fn finish<T>(&mut self, done: T) -> Done<T> {
        if self.missing.is_empty() { Ok(done) } else { Err(Stop::Missing(std::mem::take(&mut self.missing))) }
    }

    pub(super) fn fold(&self, ident: &Ident) -> String {
        self.warehouse.folding().fold(&ident.value, ident.quote_style.is_some())
    }

    /// The folded name of a column in a list of columns, which may be qualified.
    pub(super) fn column_name(&self, name: &ObjectName) -> Done<String> {
        match name.0.last() {
            Some(ObjectNamePart::Identifier(ident)) => {
                known(&ident.value)?;
                Ok(self.fold(ident))
            }
            _ => Err(Stop::not_proved(format!("the name {name} is not rewritten"))),
        }
    }

    /// Notes that a relation needs a column.
    pub(super) fn miss(&mut self, relation: RelationName, column: String) {
        self.missing.push(MissingColumn { relation, column });
    }

    /// Does something one level deeper.
    fn deeper<T>(&mut self, act: impl FnOnce(&mut Self) -> Done<T>) -> Done<T> {
        self.depth += 1;
        let done = if self.depth > DEEPEST {
            Err(Stop::not_proved("the statement is nested too deeply for the rehearsal"))
        } else {
            act(self)
        };
        self.depth -= 1;
        done
    }

    /// Whether the dialect is one of some.
    pub(super) fn speaks(&self, dialects: &[Dialect]) -> bool {
        dialects.contains(&self.dialect())
    }
}

/// Refuses a name that stands for something that could not be known.
pub(super) fn known(name: &str) -> Done<()> {
    if name.contains(UNKNOWN) {
        return Err(Stop::not_proved("it holds something that is not known before the run"));
    }
    Ok(())
}
