//! The dialects, and how each of them reads quotes and comments.

use sqlparser::dialect::{
    BigQueryDialect, ClickHouseDialect, DatabricksDialect, Dialect as Grammar, DuckDbDialect, GenericDialect,
    HiveDialect, MsSqlDialect, MySqlDialect, OracleDialect, PostgreSqlDialect, RedshiftSqlDialect, SQLiteDialect,
    SnowflakeDialect, SparkSqlDialect,
};

/// A warehouse's SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// Snowflake.
    Snowflake,
    /// `BigQuery`, `GoogleSQL`.
    BigQuery,
    /// Amazon Redshift.
    Redshift,
    /// Databricks SQL.
    Databricks,
    /// Apache Spark.
    Spark,
    /// `PostgreSQL` and what speaks like it.
    Postgres,
    /// `DuckDB`.
    DuckDb,
    /// `SQLite`.
    Sqlite,
    /// Transact-SQL: SQL Server, Synapse, Fabric.
    SqlServer,
    /// `MySQL` and `MariaDB`.
    MySql,
    /// `ClickHouse`.
    ClickHouse,
    /// Trino and Starburst.
    Trino,
    /// Amazon Athena.
    Athena,
    /// Apache Hive.
    Hive,
    /// Oracle.
    Oracle,
    /// Any other.
    Generic,
}

impl Dialect {
    /// Every dialect; those whose grammar accepts most come first.
    pub const ALL: [Dialect; 16] = [
        Dialect::Generic,
        Dialect::Snowflake,
        Dialect::Postgres,
        Dialect::BigQuery,
        Dialect::Databricks,
        Dialect::DuckDb,
        Dialect::SqlServer,
        Dialect::MySql,
        Dialect::ClickHouse,
        Dialect::Redshift,
        Dialect::Sqlite,
        Dialect::Hive,
        Dialect::Oracle,
        Dialect::Spark,
        Dialect::Trino,
        Dialect::Athena,
    ];

    /// The dialect that an adapter type speaks; [`Dialect::Generic`] for one that isn't known.
    #[must_use]
    pub fn of_adapter(adapter: &str) -> Dialect {
        match adapter.to_ascii_lowercase().as_str() {
            "snowflake" => Dialect::Snowflake,
            "bigquery" => Dialect::BigQuery,
            "redshift" => Dialect::Redshift,
            "databricks" => Dialect::Databricks,
            "spark" | "glue" | "livy" | "spark_livy" | "fabricspark" => Dialect::Spark,
            // Greenplum, Materialize and RisingWave have statements that PostgreSQL refuses.
            "postgres" | "postgresql" | "alloydb" => Dialect::Postgres,
            "duckdb" | "motherduck" => Dialect::DuckDb,
            "sqlite" => Dialect::Sqlite,
            "sqlserver" | "synapse" | "fabric" | "mssql" => Dialect::SqlServer,
            "mysql" | "mysql5" | "mariadb" | "tidb" | "starrocks" | "doris" | "singlestore" => Dialect::MySql,
            "clickhouse" => Dialect::ClickHouse,
            "trino" | "starburst" | "presto" => Dialect::Trino,
            "athena" => Dialect::Athena,
            "hive" | "impala" => Dialect::Hive,
            "oracle" => Dialect::Oracle,
            _ => Dialect::Generic,
        }
    }

    /// Its name, as its makers write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Dialect::Snowflake => "Snowflake",
            Dialect::BigQuery => "BigQuery",
            Dialect::Redshift => "Redshift",
            Dialect::Databricks => "Databricks",
            Dialect::Spark => "Spark",
            Dialect::Postgres => "Postgres",
            Dialect::DuckDb => "DuckDB",
            Dialect::Sqlite => "SQLite",
            Dialect::SqlServer => "SQL Server",
            Dialect::MySql => "MySQL",
            Dialect::ClickHouse => "ClickHouse",
            Dialect::Trino => "Trino",
            Dialect::Athena => "Athena",
            Dialect::Hive => "Hive",
            Dialect::Oracle => "Oracle",
            Dialect::Generic => "generic SQL",
        }
    }

    /// The grammar that sqlparser has for it; Trino and Athena have none of their own.
    pub(crate) fn grammar(self) -> &'static dyn Grammar {
        match self {
            Dialect::Snowflake => &SnowflakeDialect,
            Dialect::BigQuery => &BigQueryDialect,
            Dialect::Redshift => &RedshiftSqlDialect {},
            Dialect::Databricks => &DatabricksDialect,
            Dialect::Spark => &SparkSqlDialect,
            Dialect::Postgres => &PostgreSqlDialect {},
            Dialect::DuckDb => &DuckDbDialect,
            Dialect::Sqlite => &SQLiteDialect {},
            Dialect::SqlServer => &MsSqlDialect {},
            Dialect::MySql => &MySqlDialect {},
            Dialect::ClickHouse => &ClickHouseDialect {},
            Dialect::Hive => &HiveDialect {},
            Dialect::Oracle => &OracleDialect,
            Dialect::Trino | Dialect::Athena | Dialect::Generic => &GenericDialect,
        }
    }

    /// Whether `begin … end`, `if … end if` and the loops are statements outside of quoted bodies.
    pub(crate) fn has_scripting(self) -> bool {
        matches!(
            self,
            Dialect::Snowflake
                | Dialect::BigQuery
                | Dialect::Databricks
                | Dialect::Spark
                | Dialect::SqlServer
                | Dialect::MySql
                | Dialect::Oracle
                | Dialect::Generic
        )
    }

    /// Whether a comma after the last item of any list may be right. True where it isn't known.
    pub(crate) fn may_end_lists_with_comma(self) -> bool {
        matches!(self, Dialect::DuckDb | Dialect::ClickHouse | Dialect::Generic)
    }

    /// Whether a comma after the last item of a SELECT list is wrong beyond doubt.
    pub(crate) fn refuses_comma_before_from(self) -> bool {
        matches!(self, Dialect::Postgres | Dialect::MySql | Dialect::SqlServer | Dialect::Sqlite)
    }

    /// Whether a comma before a closing parenthesis is wrong beyond doubt. (SQL Server takes one at
    /// the end of a table's columns.)
    pub(crate) fn refuses_comma_before_parenthesis(self) -> bool {
        matches!(self, Dialect::Postgres | Dialect::MySql | Dialect::Sqlite | Dialect::Redshift)
    }

    /// How it reads quotes and comments.
    pub(crate) fn reading(self) -> Reading {
        let text_in_double_quotes =
            matches!(self, Dialect::BigQuery | Dialect::MySql | Dialect::Databricks | Dialect::Spark | Dialect::Hive);
        Reading {
            backslash: text_in_double_quotes
                || matches!(self, Dialect::Snowflake | Dialect::ClickHouse | Dialect::Redshift),
            backslash_in_names: matches!(self, Dialect::BigQuery | Dialect::ClickHouse),
            text_in_double_quotes,
            nested_comments: matches!(
                self,
                Dialect::Postgres
                    | Dialect::Redshift
                    | Dialect::SqlServer
                    | Dialect::DuckDb
                    | Dialect::Databricks
                    | Dialect::Spark
                    | Dialect::ClickHouse
            ),
            hash_comments: matches!(self, Dialect::MySql | Dialect::BigQuery | Dialect::ClickHouse),
            slash_comments: self == Dialect::Snowflake,
            dash_needs_blank: self == Dialect::MySql,
            bracket_names: matches!(self, Dialect::SqlServer | Dialect::Sqlite),
            triple_quotes: self == Dialect::BigQuery,
            dollar_tags: !matches!(
                self,
                Dialect::Snowflake | Dialect::BigQuery | Dialect::SqlServer | Dialect::Oracle | Dialect::Sqlite
            ),
            stages: self == Dialect::Snowflake,
            quote_delimiters: self == Dialect::Oracle,
            escape_prefix: matches!(self, Dialect::Postgres | Dialect::Redshift | Dialect::DuckDb | Dialect::Generic),
        }
    }
}

/// How quotes and comments are read.
#[expect(clippy::struct_excessive_bools, reason = "independent switches of a lexer")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    /// A backslash in a text takes the next character's meaning.
    pub(crate) backslash: bool,
    /// So it does in a quoted name.
    pub(crate) backslash_in_names: bool,
    /// Double quotes hold texts, not names.
    pub(crate) text_in_double_quotes: bool,
    /// Block comments nest.
    pub(crate) nested_comments: bool,
    /// `#` opens a comment.
    pub(crate) hash_comments: bool,
    /// `//` opens a comment.
    pub(crate) slash_comments: bool,
    /// `--` opens a comment only before a blank.
    pub(crate) dash_needs_blank: bool,
    /// Brackets hold names.
    pub(crate) bracket_names: bool,
    /// Three quotes open a text that three quotes close.
    pub(crate) triple_quotes: bool,
    /// `$tag$` opens a text; `$$` always does.
    pub(crate) dollar_tags: bool,
    /// `@name/path` is a stage.
    pub(crate) stages: bool,
    /// `q'[…]'` is a text.
    pub(crate) quote_delimiters: bool,
    /// `e'…'` has backslash escapes.
    pub(crate) escape_prefix: bool,
}

impl Reading {
    /// Every other way that some dialect reads quotes and comments.
    pub(crate) fn others(self) -> Vec<Reading> {
        let mut readings: Vec<Reading> = Vec::new();
        for reading in Dialect::ALL.into_iter().map(Dialect::reading) {
            if reading != self && !readings.contains(&reading) {
                readings.push(reading);
            }
        }
        readings
    }
}
