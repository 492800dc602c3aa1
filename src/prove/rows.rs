//! What a query gave, as dbt's templates see it.

use std::rc::Rc;

use super::warehouse::{Rows, SqlValue, Type};
use crate::jinja::{Moment, Value};
use crate::render::table::Table;

/// The rows as agate's table.
pub(super) fn table(rows: &Rows) -> Table {
    let cells = rows.rows.iter().map(|row| {
        let typed = row.iter().enumerate().map(|(at, cell)| {
            let of = rows.types.get(at).copied().unwrap_or(Type::Unknown);
            scaled(value(cell, of), rows.digits.get(at).copied().flatten())
        });
        typed.collect()
    });
    Table::of_rows(rows.names.clone(), cells.collect())
}

/// A decimal with the digits after the point that it is shown with.
fn scaled(value: Value, digits: Option<u32>) -> Value {
    match (value, digits) {
        (Value::Decimal(number), Some(digits)) if number.fractional_digit_count() < i64::from(digits) => {
            Value::Decimal(Rc::new(number.with_scale(i64::from(digits))))
        }
        (value, _) => value,
    }
}

/// A value as the driver gives it.
fn value(cell: &SqlValue, of: Type) -> Value {
    match (cell, of) {
        (SqlValue::Null, _) => Value::None,
        (SqlValue::Integer(number), Type::Boolean) => Value::Bool(*number != 0),
        (SqlValue::Integer(number), Type::Decimal) => Value::Decimal(Rc::new((*number).into())),
        (SqlValue::Integer(number), Type::Float) => Value::Float(*number as f64),
        (SqlValue::Integer(number), _) => Value::Int(*number),
        (SqlValue::Real(number), Type::Decimal) => match crate::jinja::print::float_text(*number).parse() {
            Ok(decimal) => Value::Decimal(Rc::new(decimal)),
            Err(_) => Value::Float(*number),
        },
        (SqlValue::Real(number), _) => Value::Float(*number),
        (SqlValue::Text(text), Type::Date) => match text.parse() {
            Ok(date) => Value::Moment(Rc::new(Moment::Date(date))),
            Err(_) => Value::str(text.as_str()),
        },
        (SqlValue::Text(text), Type::Timestamp) => match text.parse() {
            Ok(at) => Value::Moment(Rc::new(Moment::DateTime(at, None))),
            Err(_) => Value::str(text.as_str()),
        },
        (SqlValue::Text(text), _) => Value::str(text.as_str()),
        (SqlValue::Blob(bytes), _) => Value::str(String::from_utf8_lossy(bytes).into_owned()),
    }
}
