//! The classes of columns that differ between adapters.

use crate::jinja::{Eval, Interp, Value, type_error};

/// The classes of columns that differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Base,
    Postgres,
    Snowflake,
    BigQuery,
    Spark,
    Databricks,
    DuckDb,
    Athena,
    Trino,
    ClickHouse,
}

impl Class {
    pub(super) fn of(adapter: &str) -> Class {
        match adapter {
            "postgres" => Class::Postgres,
            "snowflake" => Class::Snowflake,
            "bigquery" => Class::BigQuery,
            "spark" => Class::Spark,
            "databricks" => Class::Databricks,
            "duckdb" => Class::DuckDb,
            "athena" => Class::Athena,
            "trino" => Class::Trino,
            "clickhouse" => Class::ClickHouse,
            _ => Class::Base,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Class::Base => "Column",
            Class::Postgres => "PostgresColumn",
            Class::Snowflake => "SnowflakeColumn",
            Class::BigQuery => "BigQueryColumn",
            Class::Spark => "SparkColumn",
            Class::Databricks => "DatabricksColumn",
            Class::DuckDb => "DuckDBColumn",
            Class::Athena => "AthenaColumn",
            Class::Trino => "TrinoColumn",
            Class::ClickHouse => "ClickHouseColumn",
        }
    }

    pub(super) fn module(self) -> &'static str {
        match self {
            Class::Base => "dbt.adapters.base.column",
            Class::Postgres => "dbt.adapters.postgres.column",
            Class::Snowflake => "dbt.adapters.snowflake.column",
            Class::BigQuery => "dbt.adapters.bigquery.column",
            Class::Spark => "dbt.adapters.spark.column",
            Class::Databricks => "dbt.adapters.databricks.column",
            Class::DuckDb => "dbt.adapters.duckdb.column",
            Class::Athena => "dbt.adapters.athena.column",
            Class::Trino => "dbt.adapters.trino.column",
            Class::ClickHouse => "dbt.adapters.clickhouse.column",
        }
    }

    /// The class that the constructor is named with in messages.
    pub(super) fn constructor(self) -> &'static str {
        match self {
            Class::Base | Class::Postgres => "Column.__init__",
            Class::Snowflake => "SnowflakeColumn.__init__",
            Class::BigQuery => "BigQueryColumn.__init__",
            Class::Spark => "SparkColumn.__init__",
            Class::Databricks => "DatabricksColumn.__init__",
            Class::DuckDb => "DuckDBColumn.__init__",
            Class::Athena => "AthenaColumn.__init__",
            Class::Trino => "TrinoColumn.__init__",
            Class::ClickHouse => "ClickHouseColumn.__init__",
        }
    }

    /// What the constructor takes.
    pub(super) fn params(self) -> &'static [&'static str] {
        match self {
            Class::BigQuery => &["column", "dtype", "fields", "mode"],
            Class::ClickHouse => &["column", "dtype"],
            Class::Snowflake => &["column", "dtype", "char_size", "numeric_precision", "numeric_scale", "collation"],
            Class::DuckDb => &["column", "dtype", "char_size", "numeric_precision", "numeric_scale", "fields"],
            Class::Athena => &["column", "dtype", "char_size", "numeric_precision", "numeric_scale", "table_type"],
            Class::Spark => &SPARK[..12],
            Class::Databricks => &SPARK,
            Class::Base | Class::Postgres | Class::Trino => {
                &["column", "dtype", "char_size", "numeric_precision", "numeric_scale"]
            }
        }
    }

    /// The type that a label stands for.
    pub(super) fn translate(self, label: &str) -> String {
        let translated = match (self, label.to_uppercase().as_str()) {
            (Class::Spark, _) => None,
            (Class::Databricks, "LONG") => Some("bigint"),
            (Class::Databricks, _) => return label.to_lowercase(),
            (Class::BigQuery, "TEXT") => Some("STRING"),
            (Class::BigQuery, "FLOAT") => Some("FLOAT64"),
            (Class::BigQuery, "INTEGER") => Some("INT64"),
            (Class::BigQuery, _) => None,
            (Class::ClickHouse, "STRING") => Some("String"),
            (Class::ClickHouse, "TIMESTAMP") => Some("DateTime"),
            (Class::ClickHouse, "FLOAT") => Some("Float32"),
            (Class::ClickHouse, "INTEGER") => Some("Int32"),
            (Class::ClickHouse, _) => None,
            (Class::Athena, "STRING" | "TEXT") | (Class::Trino, "STRING") => Some("VARCHAR"),
            (Class::Trino, "FLOAT") => Some("DOUBLE"),
            (Class::Athena | Class::Trino, _) => None,
            (_, "STRING") => Some("TEXT"),
            _ => None,
        };
        translated.unwrap_or(label).to_owned()
    }

    pub(super) fn string_type(self, interp: &mut Interp, size: &Value) -> Eval<String> {
        let shown = interp.str_of(size)?;
        Ok(match self {
            Class::ClickHouse => "String".to_owned(),
            Class::Trino => format!("varchar({})", shown.text),
            Class::Athena => match size.as_int() {
                Some(size) if size > 0 => format!("varchar({size})"),
                Some(_) => "varchar".to_owned(),
                None => {
                    return Err(type_error(format!(
                        "'>' not supported between instances of '{}' and 'int'",
                        size.type_name()
                    )));
                }
            },
            _ => format!("character varying({})", shown.text),
        })
    }

    pub(super) fn numeric_type(
        self,
        interp: &mut Interp,
        dtype: &str,
        precision: &Value,
        scale: &Value,
    ) -> Eval<String> {
        let (none, shown) =
            (precision.is_none() || scale.is_none(), (interp.str_of(precision)?.text, interp.str_of(scale)?.text));
        Ok(match self {
            Class::BigQuery => dtype.to_owned(),
            Class::ClickHouse => format!("Decimal({}, {})", shown.0, shown.1),
            Class::Spark | Class::Databricks if none => "decimal".to_owned(),
            Class::Spark | Class::Databricks => format!("decimal({},{})", shown.0, shown.1),
            _ if none => dtype.to_owned(),
            _ => format!("{dtype}({},{})", shown.0, shown.1),
        })
    }
}

const SPARK: [&str; 17] = [
    "column",
    "dtype",
    "char_size",
    "numeric_precision",
    "numeric_scale",
    "table_database",
    "table_schema",
    "table_name",
    "table_type",
    "table_owner",
    "table_stats",
    "column_index",
    "table_comment",
    "comment",
    "not_null",
    "mask",
    "databricks_tags",
];
