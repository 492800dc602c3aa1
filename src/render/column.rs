//! `api.Column`: the columns of each adapter, as templates make and print them.

mod class;
mod constructor;

use std::any::Any;
use std::rc::Rc;

use super::arguments::Signature;
use super::context::{host_error, unknown};
use crate::jinja::{Args, Eval, Interp, Object, Str, Value, python_error, type_error};
use class::Class;
use constructor::ColumnClass;

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
