//! The class of relations that each adapter has.

use super::Parts;

/// What a field holds unless it is given.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)]
pub enum Default {
    None,
    False,
    Text(&'static str),
    List,
}

/// A class of relations.
#[derive(Debug)]
pub struct Class {
    /// Its name in Python.
    pub name: &'static str,
    /// The module that it stands in.
    pub module: &'static str,
    /// The enumeration of its types.
    pub enumeration: &'static str,
    /// Their names and values.
    pub types: &'static [(&'static str, &'static str)],
    /// What is quoted unless something else is said.
    pub quote: Parts,
    /// The class of that policy.
    pub quote_class: &'static str,
    /// What is printed unless something else is said.
    pub include: Parts,
    /// The class of that policy.
    pub include_class: &'static str,
    /// What stands around a quoted part.
    pub mark: &'static str,
    /// Types that can be renamed.
    pub renameable: &'static [&'static str],
    /// Types that can be replaced.
    pub replaceable: &'static [&'static str],
    /// Whether a subquery in its place needs an alias.
    pub require_alias: bool,
    /// Whether the first rows are asked for with `TOP`.
    pub top: bool,
    /// How long a name may be, in characters.
    pub max_name: Option<usize>,
    /// Fields that only this class has.
    pub fields: &'static [(&'static str, Default)],
}

const TYPES: &[(&str, &str)] = &[
    ("Table", "table"),
    ("View", "view"),
    ("CTE", "cte"),
    ("MaterializedView", "materialized_view"),
    ("Ephemeral", "ephemeral"),
    ("External", "external"),
    ("PointerTable", "pointer_table"),
    ("Function", "function"),
];

const ALL: Parts = Parts { database: true, schema: true, identifier: true };
const NONE: Parts = Parts { database: false, schema: false, identifier: false };
const NO_DATABASE: Parts = Parts { database: false, ..ALL };

const BASE: Class = Class {
    name: "BaseRelation",
    module: "dbt.adapters.base.relation",
    enumeration: "RelationType",
    types: TYPES,
    quote: ALL,
    quote_class: "Policy",
    include: ALL,
    include_class: "Policy",
    mark: "\"",
    renameable: &[],
    replaceable: &[],
    require_alias: true,
    top: false,
    max_name: None,
    fields: &[],
};

const CLASSES: &[(&str, Class)] = &[
    (
        "postgres",
        Class {
            name: "PostgresRelation",
            module: "dbt.adapters.postgres.relation",
            renameable: &["table", "view"],
            replaceable: &["table", "view"],
            max_name: Some(63),
            ..BASE
        },
    ),
    (
        "redshift",
        Class {
            name: "RedshiftRelation",
            module: "dbt.adapters.redshift.relation",
            renameable: &["table", "view"],
            replaceable: &["view"],
            require_alias: false,
            max_name: Some(127),
            ..BASE
        },
    ),
    (
        "snowflake",
        Class {
            name: "SnowflakeRelation",
            module: "dbt.adapters.snowflake.relation",
            enumeration: "SnowflakeRelationType",
            types: &[
                ("Table", "table"),
                ("View", "view"),
                ("CTE", "cte"),
                ("External", "external"),
                ("DynamicTable", "dynamic_table"),
                ("InteractiveTable", "interactive_table"),
                ("Function", "function"),
            ],
            quote: NONE,
            quote_class: "SnowflakeQuotePolicy",
            renameable: &["dynamic_table", "interactive_table", "table", "view"],
            replaceable: &["dynamic_table", "interactive_table", "table", "view"],
            require_alias: false,
            fields: &[("table_format", Default::Text("DEFAULT"))],
            ..BASE
        },
    ),
    (
        "bigquery",
        Class {
            name: "BigQueryRelation",
            module: "dbt.adapters.bigquery.relation",
            mark: "`",
            renameable: &["table"],
            replaceable: &["table", "view"],
            require_alias: false,
            fields: &[("location", Default::None)],
            ..BASE
        },
    ),
    (
        "databricks",
        Class {
            name: "DatabricksRelation",
            module: "dbt.adapters.databricks.relation",
            enumeration: "DatabricksRelationType",
            types: &[
                ("Table", "table"),
                ("View", "view"),
                ("CTE", "cte"),
                ("MaterializedView", "materialized_view"),
                ("Foreign", "foreign"),
                ("StreamingTable", "streaming_table"),
                ("MetricView", "metric_view"),
                ("Function", "function"),
                ("Unknown", "unknown"),
            ],
            include_class: "DatabricksIncludePolicy",
            mark: "`",
            renameable: &["table", "view"],
            replaceable: &["table", "view", "materialized_view"],
            require_alias: false,
            max_name: Some(255),
            fields: &[
                ("is_delta", Default::None),
                ("is_staging", Default::False),
                ("create_constraints", Default::List),
                ("alter_constraints", Default::List),
                ("metadata", Default::None),
                ("databricks_table_type", Default::None),
                ("temporary", Default::False),
            ],
            ..BASE
        },
    ),
    (
        "spark",
        Class {
            name: "SparkRelation",
            module: "dbt.adapters.spark.relation",
            quote: NONE,
            include: NO_DATABASE,
            include_class: "SparkIncludePolicy",
            mark: "`",
            require_alias: false,
            fields: &[
                ("is_delta", Default::None),
                ("is_hudi", Default::None),
                ("is_iceberg", Default::None),
                ("information", Default::None),
            ],
            ..BASE
        },
    ),
    (
        "duckdb",
        Class {
            name: "DuckDBRelation",
            module: "dbt.adapters.duckdb.relation",
            require_alias: false,
            fields: &[("external", Default::None)],
            ..BASE
        },
    ),
    (
        "athena",
        Class {
            name: "AthenaRelation",
            module: "dbt.adapters.athena.relation",
            include_class: "AthenaIncludePolicy",
            require_alias: false,
            fields: &[("s3_path_table_part", Default::None), ("detailed_table_type", Default::None)],
            ..BASE
        },
    ),
    ("trino", Class { name: "TrinoRelation", module: "dbt.adapters.trino.relation", require_alias: false, ..BASE }),
    (
        "clickhouse",
        Class {
            name: "ClickHouseRelation",
            module: "dbt.adapters.clickhouse.relation",
            enumeration: "ClickHouseRelationType",
            types: &[
                ("Table", "table"),
                ("View", "view"),
                ("CTE", "cte"),
                ("MaterializedView", "materialized_view"),
                ("External", "external"),
                ("Ephemeral", "ephemeral"),
                ("Dictionary", "dictionary"),
            ],
            include: NO_DATABASE,
            include_class: "ClickHouseIncludePolicy",
            mark: "`",
            require_alias: false,
            fields: &[
                ("can_exchange", Default::False),
                ("can_on_cluster", Default::None),
                ("is_temporary", Default::False),
                ("mvs_pointing_to_it", Default::List),
                ("is_refreshable", Default::False),
                ("refreshable_append", Default::False),
            ],
            ..BASE
        },
    ),
    (
        "sqlserver",
        Class {
            name: "SQLServerRelation",
            module: "dbt.adapters.sqlserver.sqlserver_relation",
            require_alias: false,
            top: true,
            ..BASE
        },
    ),
    ("fabric", Class { name: "FabricRelation", module: "dbt.adapters.fabric.fabric_relation", top: true, ..BASE }),
    (
        "mysql",
        Class { name: "MySQLRelation", module: "dbt.adapters.mysql.relation", include: NO_DATABASE, mark: "`", ..BASE },
    ),
    ("sqlite", Class { name: "SQLiteRelation", module: "dbt.adapters.sqlite.relation", include: NO_DATABASE, ..BASE }),
    (
        "oracle",
        Class {
            name: "OracleRelation",
            module: "dbt.adapters.oracle.relation",
            quote: NONE,
            include: NO_DATABASE,
            ..BASE
        },
    ),
];

static OTHER: Class = BASE;

/// The class of an adapter's relations; that of all for an adapter that is not known.
#[must_use]
pub fn class(adapter: &str) -> &'static Class {
    CLASSES.iter().find(|(name, _)| *name == adapter).map_or(&OTHER, |(_, class)| class)
}
