//! Relations: how dbt prints `this`, `ref()` and `source()` on each adapter.

use std::any::Any;
use std::rc::Rc;

use crate::jinja::{Args, Eval, Interp, Object, Str, Value};

/// Which parts of a relation are printed, or quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Parts {
    pub database: bool,
    pub schema: bool,
    pub identifier: bool,
}

impl Parts {
    /// All of them alike.
    #[must_use]
    pub fn all(value: bool) -> Parts {
        Parts { database: value, schema: value, identifier: value }
    }
}

/// How an adapter prints relations (facts 2.7: snowflake quotes nothing, spark knows no database).
#[derive(Debug, Clone, Copy)]
pub struct Printing {
    /// Which parts are quoted unless the project says otherwise.
    pub quote: Parts,
    /// Which parts are printed.
    pub include: Parts,
    /// What stands around a quoted part.
    pub marks: (&'static str, &'static str),
}

/// How relations of an adapter print.
#[must_use]
pub fn printing(adapter: &str) -> Printing {
    let quoted = Printing { quote: Parts::all(true), include: Parts::all(true), marks: ("\"", "\"") };
    match adapter {
        "snowflake" => Printing { quote: Parts::all(false), ..quoted },
        "bigquery" | "databricks" => Printing { marks: ("`", "`"), ..quoted },
        "spark" => Printing {
            quote: Parts::all(false),
            include: Parts { database: false, ..Parts::all(true) },
            marks: ("`", "`"),
        },
        "clickhouse" | "mysql" => {
            Printing { include: Parts { database: false, ..Parts::all(true) }, marks: ("`", "`"), ..quoted }
        }
        "sqlite" => Printing { include: Parts { database: false, ..Parts::all(true) }, ..quoted },
        "oracle" => {
            Printing { quote: Parts::all(false), include: Parts { database: false, ..Parts::all(true) }, ..quoted }
        }
        _ => quoted,
    }
}

/// A relation.
#[derive(Debug, Clone)]
pub struct Relation {
    /// Its database.
    pub database: Option<String>,
    /// Its schema.
    pub schema: Option<String>,
    /// Its name in the warehouse.
    pub identifier: Option<String>,
    /// `table`, `view` or another type, where it is known.
    pub kind: Option<String>,
    /// What is quoted.
    pub quote: Parts,
    /// What is printed.
    pub include: Parts,
    /// What stands around a quoted part.
    pub marks: (&'static str, &'static str),
}

impl Relation {
    /// A relation of an adapter.
    #[must_use]
    pub fn new(
        printing: Printing,
        database: Option<String>,
        schema: Option<String>,
        identifier: Option<String>,
    ) -> Relation {
        Relation {
            database,
            schema,
            identifier,
            kind: None,
            quote: printing.quote,
            include: printing.include,
            marks: printing.marks,
        }
    }

    /// As dbt prints it.
    #[must_use]
    pub fn render(&self) -> String {
        let parts = [
            (&self.database, self.include.database, self.quote.database),
            (&self.schema, self.include.schema, self.quote.schema),
            (&self.identifier, self.include.identifier, self.quote.identifier),
        ];
        let mut out = String::new();
        for (part, included, quoted) in parts {
            let Some(part) = part.as_deref().filter(|_| included) else { continue };
            if !out.is_empty() {
                out.push('.');
            }
            // What is not known stays as it is, so that it can be told again.
            if quoted && !part.starts_with("__unknown_") {
                out.push_str(self.marks.0);
                out.push_str(part);
                out.push_str(self.marks.1);
            } else {
                out.push_str(part);
            }
        }
        out
    }

    fn with(&self, change: impl FnOnce(&mut Relation)) -> Value {
        let mut changed = self.clone();
        change(&mut changed);
        changed.value()
    }

    /// As a value of a template.
    #[must_use]
    pub fn value(self) -> Value {
        Value::Object(Rc::new(self))
    }

    /// The relation that a value is.
    #[must_use]
    pub fn of(value: &Value) -> Option<&Relation> {
        match value {
            Value::Object(object) => object.as_any().downcast_ref::<Relation>(),
            _ => None,
        }
    }
}

fn text(value: Option<&String>) -> Value {
    value.map_or(Value::None, |value| Value::str(value.as_str()))
}

fn change_parts(interp: &mut Interp, parts: &mut Parts, args: &Args) -> Eval<()> {
    for (name, value) in &args.keyword {
        let value = interp.truth(value)?;
        match &**name {
            "database" => parts.database = value,
            "schema" => parts.schema = value,
            "identifier" => parts.identifier = value,
            _ => {}
        }
    }
    Ok(())
}

/// A part that a template gives: text, or nothing for `None`.
fn given(interp: &mut Interp, value: &Value) -> Eval<Option<String>> {
    if value.is_none() || value.is_undefined() {
        return Ok(None);
    }
    interp.str_of(value).map(|text| Some(text.text.to_string()))
}

/// Sets the parts that `create` and `incorporate` name.
pub(super) fn set_parts(interp: &mut Interp, relation: &mut Relation, args: &Args) -> Eval<()> {
    let path = match args.named("path") {
        Some(Value::Dict(dict)) => {
            let dict = dict.borrow();
            dict.iter().filter_map(|(key, value)| Some((key.as_str()?.to_owned(), value.clone()))).collect()
        }
        _ => Vec::new(),
    };
    let named = args.keyword.iter().map(|(name, value)| (name.to_string(), value.clone()));
    for (name, value) in path.into_iter().chain(named) {
        match name.as_str() {
            "database" => relation.database = given(interp, &value)?,
            "schema" => relation.schema = given(interp, &value)?,
            "identifier" => relation.identifier = given(interp, &value)?,
            "type" => relation.kind = given(interp, &value)?,
            _ => {}
        }
    }
    Ok(())
}

impl Object for Relation {
    fn type_name(&self) -> &str {
        "Relation"
    }

    fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        let kind = |wanted: &str| Value::Bool(self.kind.as_deref() == Some(wanted));
        Ok(Some(match name {
            "database" => text(self.database.as_ref()),
            "schema" => text(self.schema.as_ref()),
            "identifier" | "name" | "table" => text(self.identifier.as_ref()),
            "type" => text(self.kind.as_ref()),
            "is_table" => kind("table"),
            "is_view" => kind("view"),
            "is_cte" => kind("cte"),
            "is_materialized_view" => kind("materialized_view"),
            "is_dynamic_table" => kind("dynamic_table"),
            "quote_character" => Value::str(self.marks.0),
            _ => return Ok(None),
        }))
    }

    fn call_method(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
        Ok(Some(match name {
            "include" => {
                let mut parts = self.include;
                change_parts(interp, &mut parts, args)?;
                self.with(|relation| relation.include = parts)
            }
            "quote" => {
                let mut parts = self.quote;
                change_parts(interp, &mut parts, args)?;
                self.with(|relation| relation.quote = parts)
            }
            "incorporate" => {
                let mut changed = self.clone();
                set_parts(interp, &mut changed, args)?;
                changed.value()
            }
            "render" => Value::str(self.render()),
            "without_identifier" => self.with(|relation| relation.include.identifier = false),
            "quoted" => {
                let [part] = args.bind("quoted", ["identifier"], 1)?;
                let part = interp.str_of(&part.unwrap_or(Value::None))?;
                Value::str(format!("{}{}{}", self.marks.0, part.text, self.marks.1))
            }
            "get" => {
                let [key, otherwise] = args.bind("get", ["key", "default"], 1)?;
                let found = match key.as_ref().and_then(Value::as_str) {
                    Some(key) => self.attr(interp, key)?,
                    None => None,
                };
                found.or(otherwise).unwrap_or(Value::None)
            }
            _ => return Ok(None),
        }))
    }

    fn text(&self, _interp: &mut Interp) -> Eval<Str> {
        Ok(Str::plain(self.render()))
    }

    fn repr(&self, _interp: &mut Interp) -> Eval<String> {
        Ok(format!("<Relation {}>", self.render()))
    }

    fn equals(&self, other: &Value) -> bool {
        Relation::of(other).is_some_and(|other| other.render() == self.render())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
