//! `api.Column`: the columns of each adapter, as templates make and print them.

use std::any::Any;
use std::rc::Rc;

use super::arguments::Signature;
use super::context::{host_error, unknown};
use crate::jinja::{Args, Eval, Interp, Object, Str, Unknown, Value, python_error, type_error};

/// The classes of columns that differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
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
    fn of(adapter: &str) -> Class {
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

    fn name(self) -> &'static str {
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

    fn module(self) -> &'static str {
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
    fn constructor(self) -> &'static str {
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
    fn params(self) -> &'static [&'static str] {
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
    fn translate(self, label: &str) -> String {
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

    fn string_type(self, interp: &mut Interp, size: &Value) -> Eval<String> {
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

    fn numeric_type(self, interp: &mut Interp, dtype: &str, precision: &Value, scale: &Value) -> Eval<String> {
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

/// `api.Column`: the class.
pub(super) struct ColumnClass(Class);

/// The class of an adapter's columns.
pub(super) fn class(adapter: &str) -> Value {
    Value::Object(Rc::new(ColumnClass(Class::of(adapter))))
}

/// A column that a database has.
pub(super) fn made(adapter: &str, name: String, dtype: String) -> Value {
    Column::made(Class::of(adapter), name, Value::str(dtype)).value()
}

/// A column.
#[derive(Clone)]
struct Column {
    class: Class,
    name: Value,
    dtype: Value,
    char_size: Value,
    precision: Value,
    scale: Value,
    /// The fields that only its class has, in order.
    fields: Vec<(&'static str, Value)>,
    nullable: bool,
    low_cardinality: bool,
}

impl Column {
    fn made(class: Class, name: String, dtype: Value) -> Column {
        let fields = match class {
            Class::BigQuery => vec![("fields", Value::list(Vec::new())), ("mode", Value::str("NULLABLE"))],
            Class::DuckDb => vec![("fields", Value::list(Vec::new()))],
            Class::Athena => vec![("table_type", Value::str("TableType.TABLE"))],
            Class::ClickHouse => Vec::new(),
            _ => class.params().iter().skip(5).map(|name| (*name, Value::None)).collect(),
        };
        let name = Value::str(name);
        let mut made = Column {
            class,
            name,
            dtype,
            char_size: Value::None,
            precision: Value::None,
            scale: Value::None,
            fields,
            nullable: false,
            low_cardinality: false,
        };
        if class == Class::ClickHouse {
            made.unwrap_clickhouse();
        }
        if class == Class::DuckDb {
            made.parse_struct();
        }
        made
    }

    fn new(class: Class, args: &Args) -> Eval<Column> {
        let bound = Signature::method(class.constructor(), class.params(), 2).bind(args)?;
        let mut values = bound.into_iter();
        let name = values.next().flatten().unwrap_or(Value::None);
        let dtype = values.next().flatten().unwrap_or(Value::None);
        let reads = match class {
            Class::ClickHouse => Some("strip"),
            Class::DuckDb => Some("lower"),
            _ => None,
        };
        if let Some(method) = reads.filter(|_| !matches!(dtype, Value::Str(_) | Value::Unknown(_))) {
            return Err(python_error(
                "AttributeError",
                format!("'{}' object has no attribute '{method}'", dtype.type_name()),
            ));
        }
        let mut made = Column { name, ..Column::made(class, String::new(), dtype) };
        for (param, value) in class.params().iter().skip(2).zip(values) {
            let Some(value) = value else { continue };
            match *param {
                "char_size" => made.char_size = value,
                "numeric_precision" => made.precision = value,
                "numeric_scale" => made.scale = value,
                "fields" if class == Class::BigQuery => match &value {
                    Value::None => {}
                    Value::List(_) | Value::Tuple(_) => made.set("fields", value),
                    other => return Err(type_error(format!("'{}' object is not iterable", other.type_name()))),
                },
                param => made.set(param, value),
            }
        }
        Ok(made)
    }

    fn set(&mut self, field: &str, value: Value) {
        if let Some(slot) = self.fields.iter_mut().find(|(name, _)| *name == field) {
            slot.1 = value;
        }
    }

    fn field(&self, name: &str) -> Option<&Value> {
        self.fields.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    fn value(self) -> Value {
        Value::Object(Rc::new(self))
    }

    /// The inner type of `LowCardinality(Nullable(…))`, and the sizes that it says.
    fn unwrap_clickhouse(&mut self) {
        let Some(mut inner) = self.dtype.as_str().map(|dtype| dtype.trim().to_owned()) else { return };
        let within =
            |text: &str, name: &str| text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')').map(str::to_owned);
        if let Some(found) = within(&inner, "LowCardinality") {
            self.low_cardinality = true;
            inner = found;
        }
        if let Some(found) = within(&inner, "Nullable") {
            self.nullable = true;
            inner = found;
        }
        let lowered = inner.to_lowercase();
        if lowered.starts_with("fixedstring") {
            let size = within(&inner, "FixedString").and_then(|size| size.parse().ok());
            self.char_size = size.map_or(Value::None, Value::Int);
        }
        if lowered.starts_with("decimal") {
            let sizes = within(&inner, "Decimal")
                .and_then(|sizes| {
                    let (precision, scale) = sizes.split_once(", ")?;
                    Some((precision.parse().ok()?, scale.parse().ok()?))
                })
                .unwrap_or((0, 0));
            (self.precision, self.scale) = (Value::Int(sizes.0), Value::Int(sizes.1));
        }
        self.dtype = Value::str(inner);
    }

    /// The fields of `STRUCT(a INT, b STRUCT(…))`.
    fn parse_struct(&mut self) {
        let Some(dtype) = self.dtype.as_str() else { return };
        let is_struct = dtype.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("struct("));
        let (true, Some(end)) = (is_struct, dtype.rfind(')')) else { return };
        let mut fields = Vec::new();
        let (mut depth, mut from) = (0, 7);
        for (at, char) in dtype.char_indices().take_while(|(at, _)| *at <= end).skip(7) {
            match char {
                '(' => depth += 1,
                ')' if at == end => fields.push(&dtype[from..at]),
                ')' => depth -= 1,
                ',' if depth == 0 => {
                    fields.push(&dtype[from..at]);
                    from = at + 1;
                }
                _ => {}
            }
        }
        let fields = fields.into_iter().filter_map(|field| {
            let (name, dtype) = field.trim().split_once(' ')?;
            Some(Column::made(Class::DuckDb, name.to_owned(), Value::str(dtype)).value())
        });
        let fields = Value::list(fields.collect());
        self.set("fields", fields);
    }

    fn flatten(&self, interp: &mut Interp) -> Eval<Value> {
        let own = self.lowered()?;
        let fields = match self.field("fields") {
            Some(fields) if own.starts_with("struct") => interp.items_of(&fields.clone())?,
            _ => return Ok(Value::list(vec![self.clone().value()])),
        };
        let mut flat = Vec::new();
        for field in fields {
            let Value::Object(object) = &field else { continue };
            let Some(column) = object.as_any().downcast_ref::<Column>() else { continue };
            let inner = column.flatten(interp)?;
            for part in interp.items_of(&inner)? {
                let Value::Object(part) = &part else { continue };
                let Some(part) = part.as_any().downcast_ref::<Column>() else { continue };
                let name = format!("{}.{}", interp.str_of(&self.name)?.text, interp.str_of(&part.name)?.text);
                flat.push(Column::made(Class::DuckDb, name, part.dtype.clone()).value());
            }
        }
        Ok(Value::list(flat))
    }

    fn lowered(&self) -> Eval<String> {
        match self.dtype.as_str() {
            Some(dtype) => Ok(dtype.to_lowercase()),
            None => Err(python_error(
                "AttributeError",
                format!("'{}' object has no attribute 'lower'", self.dtype.type_name()),
            )),
        }
    }

    fn is_string(&self) -> Eval<bool> {
        let dtype = self.lowered()?;
        let dtype = dtype.as_str();
        Ok(match self.class {
            Class::BigQuery => dtype == "string",
            Class::Athena => matches!(dtype, "varchar" | "string"),
            Class::Trino => matches!(dtype, "varchar" | "char"),
            Class::ClickHouse => {
                let names = [
                    "string",
                    "longblob",
                    "longtext",
                    "tinytext",
                    "text",
                    "varchar",
                    "mediumblob",
                    "blob",
                    "tinyblob",
                    "char",
                    "mediumtext",
                ];
                names.contains(&dtype) || dtype.starts_with("fixedstring")
            }
            _ => matches!(dtype, "text" | "character varying" | "character" | "varchar"),
        })
    }

    fn is_float(&self) -> Eval<bool> {
        let dtype = self.lowered()?;
        let dtype = dtype.as_str();
        Ok(match self.class {
            Class::BigQuery => dtype == "float64",
            Class::DuckDb => matches!(dtype, "real" | "float" | "float4" | "float8" | "double"),
            Class::Trino => matches!(dtype, "real" | "double precision" | "double"),
            Class::ClickHouse => dtype.starts_with("float"),
            _ => matches!(dtype, "real" | "float4" | "float" | "double precision" | "float8" | "double"),
        })
    }

    fn is_integer(&self) -> Eval<bool> {
        const BASE: [&str; 12] = [
            "smallint",
            "integer",
            "bigint",
            "smallserial",
            "serial",
            "bigserial",
            "int2",
            "int4",
            "int8",
            "serial2",
            "serial4",
            "serial8",
        ];
        const DUCKDB: [&str; 17] = [
            "tinyint",
            "smallint",
            "integer",
            "bigint",
            "hugeint",
            "utinyint",
            "usmallint",
            "uinteger",
            "ubigint",
            "int1",
            "int2",
            "int4",
            "int8",
            "short",
            "int",
            "signed",
            "long",
        ];
        let dtype = self.lowered()?;
        let dtype = dtype.as_str();
        Ok(match self.class {
            Class::Snowflake => false,
            Class::BigQuery => dtype == "int64",
            Class::DuckDb => DUCKDB.contains(&dtype),
            Class::Trino => matches!(dtype, "tinyint" | "smallint" | "integer" | "int" | "bigint"),
            Class::ClickHouse => dtype.starts_with("int") || dtype.starts_with("uint"),
            _ => BASE.contains(&dtype),
        })
    }

    fn is_numeric(&self) -> Eval<bool> {
        let dtype = self.lowered()?;
        let dtype = dtype.as_str();
        Ok(match self.class {
            Class::Snowflake => matches!(
                dtype,
                "int" | "integer" | "bigint" | "smallint" | "tinyint" | "byteint" | "numeric" | "decimal" | "number"
            ),
            Class::BigQuery => dtype == "numeric",
            Class::Trino => dtype == "decimal",
            Class::ClickHouse => dtype.starts_with("decimal"),
            _ => matches!(dtype, "numeric" | "decimal"),
        })
    }

    fn string_size(&self) -> Eval<Value> {
        if !self.is_string()? {
            return Err(host_error("column", "Called string_size() on non-string field!"));
        }
        let dtype = self.dtype.as_str().unwrap_or_default();
        let unsized_text = dtype == "text" || self.char_size.is_none();
        Ok(match self.class {
            Class::Athena => match &self.char_size {
                Value::None => Value::Int(0),
                size => size.clone(),
            },
            Class::Trino if dtype.eq_ignore_ascii_case("varchar") && self.char_size.is_none() => {
                Value::Int(2_147_483_646)
            }
            Class::ClickHouse if !dtype.to_lowercase().starts_with("fixedstring") => Value::Int(256),
            Class::Snowflake if unsized_text => Value::Int(16_777_216),
            _ if unsized_text => Value::Int(256),
            _ => self.char_size.clone(),
        })
    }

    fn data_type(&self, interp: &mut Interp) -> Eval<Value> {
        if matches!(self.dtype, Value::Unknown(_)) || self.class == Class::Spark {
            return Ok(self.dtype.clone());
        }
        if self.class == Class::Databricks {
            return self.lowered().map(Value::str);
        }
        let dtype = self.dtype.as_str().unwrap_or_default().to_owned();
        let lowered = self.lowered()?;
        let bare = match self.class {
            Class::Postgres => lowered == "text" || (lowered == "character varying" && self.char_size.is_none()),
            Class::Trino => lowered == "varchar" && self.char_size.is_none(),
            _ => false,
        };
        if self.class == Class::BigQuery {
            return self.bigquery_type(interp, &dtype).map(Value::str);
        }
        let mut shown = if bare {
            dtype
        } else if self.is_string()? {
            let size = self.string_size()?;
            self.class.string_type(interp, &size)?
        } else if self.is_numeric()? {
            self.class.numeric_type(interp, &dtype, &self.precision, &self.scale)?
        } else {
            self.other_type(interp, dtype, &lowered)?
        };
        if self.low_cardinality || self.nullable {
            shown = if self.nullable { format!("Nullable({shown})") } else { shown };
            shown = if self.low_cardinality { format!("LowCardinality({shown})") } else { shown };
        }
        Ok(Value::str(shown))
    }

    fn other_type(&self, interp: &mut Interp, dtype: String, lowered: &str) -> Eval<String> {
        if self.class != Class::Athena {
            return Ok(dtype);
        }
        Ok(match lowered {
            "binary" | "varbinary" => "varbinary".to_owned(),
            "timestamp" => "timestamp".to_owned(),
            _ if lowered.starts_with("array") => {
                let inner = Column { dtype: Value::str(self.array_inner()), ..self.clone() };
                let inner = inner.data_type(interp)?;
                format!("array({})", interp.str_of(&inner)?.text)
            }
            _ => dtype,
        })
    }

    fn array_inner(&self) -> String {
        let dtype = self.dtype.as_str().unwrap_or_default();
        let inner = dtype
            .strip_prefix("array")
            .and_then(|rest| rest.strip_prefix(['<', '(']))
            .and_then(|rest| rest.strip_suffix(['>', ')']));
        inner.unwrap_or(dtype).to_owned()
    }

    fn bigquery_type(&self, interp: &mut Interp, dtype: &str) -> Eval<String> {
        let mut shown = dtype.to_owned();
        if dtype.eq_ignore_ascii_case("RECORD") {
            let mut parts = Vec::new();
            if let Some(fields) = self.field("fields") {
                for field in interp.items_of(&fields.clone())? {
                    let name = interp.attribute(&field, "quoted")?;
                    let kind = interp.attribute(&field, "data_type")?;
                    parts.push(format!("{} {}", interp.str_of(&name)?.text, interp.str_of(&kind)?.text));
                }
            }
            shown = format!("STRUCT<{}>", parts.join(", "));
        }
        let repeated =
            self.field("mode").and_then(Value::as_str).is_some_and(|mode| mode.eq_ignore_ascii_case("repeated"));
        Ok(if repeated { format!("ARRAY<{shown}>") } else { shown })
    }

    fn shown(&self, interp: &mut Interp, repr: bool) -> Eval<String> {
        let name = interp.str_of(&self.name)?.text;
        Ok(match self.class {
            Class::BigQuery => {
                let kind = self.data_type(interp)?;
                let mode = self.field("mode").cloned().unwrap_or(Value::None);
                format!("<BigQueryColumn {name} ({}, {})>", interp.str_of(&kind)?.text, interp.str_of(&mode)?.text)
            }
            Class::Spark | Class::Databricks => {
                let kind = self.data_type(interp)?;
                format!("<{} {name} ({})>", self.class.name(), interp.str_of(&kind)?.text)
            }
            Class::ClickHouse => {
                let kind = self.data_type(interp)?;
                let kind = interp.str_of(&kind)?.text;
                let nullable = if self.nullable { "True" } else { "False" };
                if repr {
                    format!("<ClickhouseColumn {name} ({kind}, is nullable: {nullable})>")
                } else if self.nullable {
                    format!("{name} Nullable({kind})")
                } else {
                    format!("{name} {kind}")
                }
            }
            _ => {
                let own = [
                    ("column", &self.name),
                    ("dtype", &self.dtype),
                    ("char_size", &self.char_size),
                    ("numeric_precision", &self.precision),
                    ("numeric_scale", &self.scale),
                ];
                let all = own.into_iter().chain(self.fields.iter().map(|(name, value)| (*name, value)));
                let mut parts = Vec::new();
                for (name, value) in all {
                    let shown = match name {
                        "table_type" if self.class == Class::Athena => "<TableType.TABLE: 'table'>".to_owned(),
                        _ => interp.repr_of(value)?,
                    };
                    parts.push(format!("{name}={shown}"));
                }
                format!("{}({})", self.class.name(), parts.join(", "))
            }
        })
    }

    fn quoted(&self, interp: &mut Interp) -> Eval<Value> {
        let name = interp.str_of(&self.name)?.text;
        Ok(match self.class {
            Class::Databricks if name.contains('`') => Value::str(&*name),
            Class::BigQuery | Class::Spark | Class::Databricks => Value::str(format!("`{name}`")),
            _ => Value::str(format!("\"{name}\"")),
        })
    }

    fn can_expand_to(&self, interp: &mut Interp, args: &Args) -> Eval<Value> {
        let bound = Signature::method("Column.can_expand_to", &["other_column"], 1).bind(args)?;
        let other = bound.into_iter().next().flatten().unwrap_or(Value::None);
        let Value::Object(object) = &other else {
            return Ok(unknown("can_expand_to(…)", "the other column is not known"));
        };
        let Some(other) = object.as_any().downcast_ref::<Column>() else {
            return Err(type_error(format!("'{}' object has no attribute 'is_string'", object.type_name())));
        };
        Ok(Value::Bool(match self.class {
            Class::BigQuery | Class::Spark | Class::Databricks => self.is_string()? && other.is_string()?,
            _ if !self.is_string()? || !other.is_string()? => false,
            _ => {
                let (own, other) = (self.string_size()?, other.string_size()?);
                interp.order("<", &own, &other)? == Some(std::cmp::Ordering::Less)
            }
        }))
    }
}

impl Object for Column {
    fn type_name(&self) -> &str {
        self.class.name()
    }

    fn module(&self) -> &str {
        self.class.module()
    }

    fn attr(&self, interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        Ok(Some(match name {
            "name" | "column" => self.name.clone(),
            "dtype" => self.dtype.clone(),
            "char_size" => self.char_size.clone(),
            "numeric_precision" => self.precision.clone(),
            "numeric_scale" => self.scale.clone(),
            "quoted" => self.quoted(interp)?,
            "quoted_hive" if self.class == Class::Athena => {
                Value::str(format!("`{}`", interp.str_of(&self.name)?.text))
            }
            // A property that fails on its way is no attribute, to Jinja2's eyes.
            "data_type" | "expanded_data_type" if self.dtype.is_none() && self.class != Class::Spark => {
                return Ok(None);
            }
            "data_type" => self.data_type(interp)?,
            "expanded_data_type" => {
                let kind = self.data_type(interp)?;
                match self.field("collation") {
                    Some(Value::Str(collation)) if self.is_string()? => {
                        Value::str(format!("{} collate '{}'", interp.str_of(&kind)?.text, collation.text))
                    }
                    _ => kind,
                }
            }
            "is_nullable" if self.class == Class::ClickHouse => Value::Bool(self.nullable),
            "is_low_cardinality" if self.class == Class::ClickHouse => Value::Bool(self.low_cardinality),
            "TYPE_LABELS" => unknown("Column.TYPE_LABELS", "hookproof does not show this table"),
            _ => return Ok(self.field(name).cloned()),
        }))
    }

    fn call_method(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
        if matches!(self.dtype, Value::Unknown(_)) && (name.starts_with("is_") || name == "string_size") {
            let shown = interp.repr_of(&self.name)?;
            return Ok(Some(unknown(format!("{name}() of column {shown}"), "its type is not known")));
        }
        let starts = |with: &str| self.lowered().map(|dtype| Value::Bool(dtype.starts_with(with)));
        Ok(Some(match (name, self.class) {
            ("is_string", _) => Value::Bool(self.is_string()?),
            ("is_float", _) => Value::Bool(self.is_float()?),
            ("is_integer", _) => Value::Bool(self.is_integer()?),
            ("is_numeric", _) => Value::Bool(self.is_numeric()?),
            ("is_number", _) => Value::Bool(self.is_integer()? || self.is_numeric()? || self.is_float()?),
            ("string_size", _) => self.string_size()?,
            ("can_expand_to", _) => self.can_expand_to(interp, args)?,
            ("literal", class) => {
                let bound = Signature::method("Column.literal", &["value"], 1).bind(args)?;
                let value = bound.into_iter().next().flatten().unwrap_or(Value::None);
                let (value, dtype) = (interp.str_of(&value)?.text, interp.str_of(&self.dtype)?.text);
                Value::str(match class {
                    Class::BigQuery | Class::Spark | Class::Databricks => format!("cast({value} as {dtype})"),
                    Class::ClickHouse => format!("to{dtype}({value})"),
                    _ => {
                        let kind = self.data_type(interp)?;
                        format!("{value}::{}", interp.str_of(&kind)?.text)
                    }
                })
            }
            ("is_array", Class::Athena | Class::Snowflake) => starts("array")?,
            ("is_object", Class::Snowflake) => starts("object")?,
            ("is_map", Class::Snowflake) => starts("map")?,
            ("is_struct", Class::DuckDb) => starts("struct")?,
            ("is_binary", Class::Athena) => Value::Bool(matches!(self.lowered()?.as_str(), "binary" | "varbinary")),
            ("is_timestamp", Class::Athena) => Value::Bool(self.lowered()? == "timestamp"),
            ("is_iceberg", Class::Athena) => Value::Bool(false),
            ("timestamp_type", Class::Athena) => Value::str("timestamp"),
            ("array_inner_type", Class::Athena) => Value::str(self.array_inner()),
            ("flatten", Class::DuckDb) => self.flatten(interp)?,
            ("flatten", Class::BigQuery) => match self.field("fields") {
                Some(Value::List(fields)) if !fields.borrow().is_empty() => {
                    unknown("flatten()", "hookproof does not flatten the fields of a record")
                }
                _ => Value::list(vec![self.clone().value()]),
            },
            ("column_to_bq_schema" | "to_column_dict" | "to_dict" | "enrich" | "render_for_create", _)
                if matches!(self.class, Class::BigQuery | Class::Spark | Class::Databricks) =>
            {
                unknown(format!("column.{name}(…)"), "hookproof does not model this method of columns")
            }
            _ => return ColumnClass(self.class).call_method(interp, name, args),
        }))
    }

    fn text(&self, interp: &mut Interp) -> Eval<Str> {
        self.shown(interp, false).map(Str::plain)
    }

    fn repr(&self, interp: &mut Interp) -> Eval<String> {
        self.shown(interp, true)
    }

    fn equals_in(&self, interp: &mut Interp, other: &Value) -> Eval<bool> {
        let Value::Object(object) = other else { return Ok(false) };
        let Some(other) = object.as_any().downcast_ref::<Column>() else { return Ok(false) };
        let own = [&self.name, &self.dtype, &self.char_size, &self.precision, &self.scale];
        let others = [&other.name, &other.dtype, &other.char_size, &other.precision, &other.scale];
        for (left, right) in own.into_iter().zip(others) {
            if !interp.equal(left, right)? {
                return Ok(false);
            }
        }
        Ok(self.class == other.class)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl ColumnClass {
    fn described(&self, interp: &mut Interp, name: &Value, raw: &Value) -> Eval<Column> {
        let raw_text = interp.str_of(raw)?.text;
        let name = interp.str_of(name)?.text.to_string();
        let class = self.0;
        let lowered = raw_text.to_lowercase();
        let opaque = match class {
            Class::Trino => !["varchar", "char", "decimal"].iter().any(|start| lowered.starts_with(start)),
            Class::Snowflake => ["array", "object", "map", "vector"].iter().any(|start| lowered.starts_with(start)),
            _ => false,
        };
        if opaque {
            return Ok(Column::made(class, name, Value::str(&*raw_text)));
        }
        let described = match raw_text.find('(') {
            Some(0) | None if raw_text.is_empty() || raw_text.starts_with('(') => None,
            Some(at) => Some((&raw_text[..at], raw_text[at + 1..].split_once(')').map(|(size, _)| size))),
            None => Some((&*raw_text, None)),
        };
        let Some((dtype, size)) = described else {
            return Err(host_error("column", format!("Could not interpret data type \"{raw_text}\"")));
        };
        let mut made = Column::made(class, name, Value::str(dtype));
        let number = |part: &str| {
            part.trim().parse().map(Value::Int).map_err(|_| {
                host_error(
                    "column",
                    format!("Could not interpret data_type \"{raw_text}\": could not convert \"{part}\" to an integer"),
                )
            })
        };
        match size.map(|size| size.split(',').collect::<Vec<_>>()).as_deref() {
            Some([size]) => made.char_size = number(size)?,
            Some([precision, scale]) => (made.precision, made.scale) = (number(precision)?, number(scale)?),
            _ => {}
        }
        if class.params().len() < GIVEN {
            Signature::method(class.constructor(), class.params(), 2).bind(&Args::of(vec![Value::None; GIVEN]))?;
        }
        Ok(made)
    }
}

/// How many arguments `from_description` gives to the constructor, also to one that takes fewer.
const GIVEN: usize = 5;

impl Object for ColumnClass {
    fn type_name(&self) -> &str {
        "type"
    }

    fn call(&self, _interp: &mut Interp, args: Args) -> Eval<Option<Value>> {
        Column::new(self.0, &args).map(|column| Some(column.value()))
    }

    fn call_method(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
        let bound = |function: &str, params: &[&str]| -> Eval<Vec<Value>> {
            let bound = Signature::method(function, params, params.len()).bind(args)?;
            Ok(bound.into_iter().map(|value| value.unwrap_or(Value::None)).collect())
        };
        if args.positional.iter().any(|value| matches!(value, Value::Unknown(_)))
            && matches!(name, "translate_type" | "from_description")
        {
            return Ok(Some(unknown(format!("api.Column.{name}(…)"), "it reads something that is not known")));
        }
        Ok(Some(match name {
            "create" => {
                let given = bound("Column.create", &["name", "label_or_dtype"])?;
                let label = interp.str_of(&given[1])?;
                let dtype = Value::str(self.0.translate(&label.text));
                Column::new(self.0, &Args::of(vec![given[0].clone(), dtype]))?.value()
            }
            "translate_type" => {
                let given = bound("Column.translate_type", &["dtype"])?;
                let label = interp.str_of(&given[0])?;
                Value::str(self.0.translate(&label.text))
            }
            "string_type" => {
                let given = bound("Column.string_type", &["size"])?;
                Value::str(self.0.string_type(interp, &given[0])?)
            }
            "numeric_type" => {
                let given = bound("Column.numeric_type", &["dtype", "precision", "scale"])?;
                let dtype = interp.str_of(&given[0])?;
                Value::str(self.0.numeric_type(interp, &dtype.text, &given[1], &given[2])?)
            }
            "from_description" => {
                let given = bound("Column.from_description", &["name", "raw_data_type"])?;
                self.described(interp, &given[0], &given[1])?.value()
            }
            "binary_type" if self.0 == Class::Athena => Value::str("varbinary"),
            "array_type" if self.0 == Class::Athena => {
                let given = bound("AthenaColumn.array_type", &["inner_type"])?;
                Value::str(format!("array({})", interp.str_of(&given[0])?.text))
            }
            _ => return Ok(None),
        }))
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn text(&self, interp: &mut Interp) -> Eval<Str> {
        Ok(Str::plain(match self.0 {
            Class::Base => interp.placeholder(&Unknown::new("api.Column", "the class of this adapter is not known")),
            class => format!("<class '{}.{}'>", class.module(), class.name()),
        }))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
