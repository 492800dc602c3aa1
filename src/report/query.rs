//! What a query gave, as bytes: for a person, for a program.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::counted;
use super::list::indented;
use crate::prove::warehouse::{Rows, SqlValue, Type};

/// The rows as a table with aligned columns.
#[must_use]
pub fn text(rows: &Rows) -> String {
    let shown: Vec<Vec<String>> = rows.rows.iter().map(|row| cells(row, rows)).collect();
    let width = |at: usize| {
        let cells = shown.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count());
        cells.chain([rows.names[at].chars().count()]).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..rows.names.len()).map(width).collect();
    let line = |cells: &[String]| {
        let padded: Vec<String> = cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell}{}", " ".repeat(width.saturating_sub(cell.chars().count()))))
            .collect();
        padded.join(" | ").trim_end().to_owned()
    };
    let mut out = format!("{}\n", line(&rows.names));
    let _ = writeln!(out, "{}", widths.iter().map(|width| "-".repeat(*width)).collect::<Vec<_>>().join("-+-"));
    for row in &shown {
        let _ = writeln!(out, "{}", line(row));
    }
    let _ = writeln!(out, "({})", counted(shown.len(), "row"));
    out
}

/// The rows as a list of objects, indented, with a newline at the end.
#[must_use]
pub fn json(rows: &Rows) -> String {
    let object = |row: &Vec<SqlValue>| {
        let fields = rows.names.iter().zip(row).enumerate().map(|(at, (name, value))| {
            let value = match value {
                SqlValue::Null => Value::Null,
                SqlValue::Integer(number) if rows.types.get(at) == Some(&Type::Boolean) => Value::from(*number != 0),
                SqlValue::Integer(number) => Value::from(*number),
                SqlValue::Real(number) => Value::from(*number),
                SqlValue::Text(text) => Value::from(text.as_str()),
                SqlValue::Blob(bytes) => Value::from(hex(bytes)),
            };
            (name.clone(), value)
        });
        fields.collect::<Map<_, _>>()
    };
    indented(&rows.rows.iter().map(object).collect::<Vec<_>>())
}

fn cells(row: &[SqlValue], rows: &Rows) -> Vec<String> {
    let cell = |(at, value): (usize, &SqlValue)| match value {
        SqlValue::Null => String::new(),
        SqlValue::Integer(number) if rows.types.get(at) == Some(&Type::Boolean) => (*number != 0).to_string(),
        SqlValue::Integer(number) => number.to_string(),
        SqlValue::Real(number) => number.to_string(),
        SqlValue::Text(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        SqlValue::Blob(bytes) => hex(bytes),
    };
    row.iter().enumerate().map(cell).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
