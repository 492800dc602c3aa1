//! The type that an adapter gives a column of a seed or of a query's result.

use std::rc::Rc;

use crate::jinja::{Args, Eval, Interp, Value};
use crate::render::arguments::Signature;
use crate::render::context::Scene;
use crate::render::table::{ColumnType, Table};

/// `adapter.convert_type(table, column)`; none where the table is not known.
pub(super) fn convert_type(scene: &Rc<Scene>, _interp: &mut Interp, args: &Args) -> Eval<Option<Value>> {
    let bound = Signature::method("BaseAdapter.convert_type", &["agate_table", "col_idx"], 2).bind(args)?;
    let (Some(Value::Object(object)), Some(column)) = (&bound[0], &bound[1]) else { return Ok(None) };
    let Some(table) = object.as_any().downcast_ref::<Table>() else { return Ok(None) };
    let Some(at) = column.as_int().and_then(|at| usize::try_from(at).ok()) else { return Ok(None) };
    let Some(kind) = table.column_type(at) else { return Ok(None) };
    let name = match (scene.adapter(), kind) {
        ("bigquery", kind) => match kind {
            ColumnType::Integer => "int64",
            ColumnType::Number => "float64",
            ColumnType::Date => "date",
            ColumnType::DateTime => "datetime",
            ColumnType::Boolean => "bool",
            ColumnType::Text => "string",
        },
        ("spark" | "databricks", kind) => match kind {
            ColumnType::Integer => "bigint",
            ColumnType::Number => "double",
            ColumnType::Date => "date",
            ColumnType::DateTime => "timestamp",
            ColumnType::Boolean => "boolean",
            ColumnType::Text => "string",
        },
        ("athena", kind) => match kind {
            ColumnType::Integer => "integer",
            ColumnType::Number => "double",
            ColumnType::Date => "date",
            ColumnType::DateTime => "timestamp",
            ColumnType::Boolean => "boolean",
            ColumnType::Text => "string",
        },
        ("trino", kind) => match kind {
            ColumnType::Integer => "integer",
            ColumnType::Number => "DOUBLE",
            ColumnType::Date => "DATE",
            ColumnType::DateTime => "TIMESTAMP",
            ColumnType::Boolean => "boolean",
            ColumnType::Text => "VARCHAR",
        },
        ("clickhouse", kind) => match kind {
            ColumnType::Integer => "integer",
            ColumnType::Number => "Float32",
            ColumnType::Date => "Date",
            ColumnType::DateTime => "DateTime",
            ColumnType::Boolean => "Bool",
            ColumnType::Text => "String",
        },
        ("redshift", ColumnType::Text) => {
            return Ok(Some(Value::str(format!("varchar({})", table.widest(at).max(1)))));
        }
        ("postgres" | "redshift" | "snowflake" | "duckdb", kind) => match kind {
            ColumnType::Integer => "integer",
            ColumnType::Number => "float8",
            ColumnType::Date => "date",
            ColumnType::DateTime => "timestamp without time zone",
            ColumnType::Boolean => "boolean",
            ColumnType::Text => "text",
        },
        _ => return Ok(None),
    };
    Ok(Some(Value::str(name)))
}
