//! Relations: how dbt prints `this`, `ref()` and `source()` on each adapter, and what templates can ask of
//! them (facts 2.7).

pub(super) mod api;
mod class;
mod methods;

use std::any::Any;
use std::rc::Rc;

pub use class::{Class, class};
pub(super) use methods::not_a_dict;

use super::arguments::Signature;
use crate::jinja::{Args, Dict, ErrorKind, Eval, Interp, Object, Str, Value, error};

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

    fn get(self, name: &str) -> Option<bool> {
        match name {
            "database" => Some(self.database),
            "schema" => Some(self.schema),
            "identifier" => Some(self.identifier),
            _ => None,
        }
    }

    fn set(&mut self, name: &str, value: bool) {
        match name {
            "database" => self.database = value,
            "schema" => self.schema = value,
            "identifier" => self.identifier = value,
            _ => {}
        }
    }

    fn dict(self) -> Value {
        Value::record(PARTS.map(|name| (name, Value::Bool(self.get(name) == Some(true)))))
    }

    fn policy(self, class: &'static str) -> Value {
        Record::of(class, PARTS.map(|name| (name, Value::Bool(self.get(name) == Some(true)))).to_vec())
    }
}

const PARTS: [&str; 3] = ["database", "schema", "identifier"];

/// How an adapter prints relations (facts 2.7: snowflake quotes nothing, spark knows no database).
#[derive(Debug, Clone, Copy)]
pub struct Printing {
    /// Which parts are quoted unless the project says otherwise.
    pub quote: Parts,
    /// Which parts are printed.
    pub include: Parts,
    /// What stands around a quoted part.
    pub marks: (&'static str, &'static str),
    /// The class of the relations.
    pub class: &'static Class,
}

/// How relations of an adapter print.
#[must_use]
pub fn printing(adapter: &str) -> Printing {
    let class = class(adapter);
    Printing { quote: class.quote, include: class.include, marks: (class.mark, class.mark), class }
}

/// A relation.
#[derive(Clone)]
pub struct Relation {
    /// Its class.
    pub class: &'static Class,
    /// Its database.
    pub database: Option<String>,
    /// Its schema.
    pub schema: Option<String>,
    /// Its name in the warehouse.
    pub identifier: Option<String>,
    /// `table`, `view` or another type, where dbt says it: `this`, `ref()` and `source()` have none.
    pub kind: Option<String>,
    /// What is quoted.
    pub quote: Parts,
    /// What is printed.
    pub include: Parts,
    /// What stands around a quoted part.
    pub marks: (&'static str, &'static str),
    include_class: &'static str,
    /// The other fields that are given.
    fields: Vec<(String, Value)>,
    information: Option<Information>,
    /// Whether it is a table or a view is not known.
    open: bool,
}

/// That a relation is an information schema.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Information {
    class: &'static str,
    view: Option<String>,
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
        // Spark and ClickHouse have schemas only.
        let database = match printing.class.name {
            "SparkRelation" => None,
            "ClickHouseRelation" => Some(String::new()),
            _ => database,
        };
        Relation {
            class: printing.class,
            database,
            schema,
            identifier,
            kind: None,
            quote: printing.quote,
            include: printing.include,
            marks: printing.marks,
            include_class: printing.class.include_class,
            fields: Vec::new(),
            information: None,
            open: false,
        }
    }

    /// As dbt prints it.
    #[must_use]
    pub fn render(&self) -> String {
        let text = self.parts();
        if self.class.name == "DatabricksRelation" && self.information.is_none() && !text.contains("__unknown_") {
            return text.to_lowercase();
        }
        text
    }

    /// Its parts, quoted, in the case that they have.
    pub(super) fn parts(&self) -> String {
        if let Some(Value::Str(external)) = self.given("external").filter(|_| self.class.name == "DuckDBRelation") {
            return external.text.to_string();
        }
        let clickhouse = self.class.name == "ClickHouseRelation" && self.information.is_none();
        let parts = [
            (&self.database, self.include.database, self.quote.database),
            (&self.schema, self.include.schema, self.quote.schema),
            (&self.identifier, self.include.identifier, self.quote.identifier),
        ];
        let mut rendered: Vec<String> = Vec::with_capacity(4);
        for (n, (part, included, quoted)) in parts.into_iter().enumerate() {
            if let Some(part) = part.as_deref().filter(|part| included && (quoted || !(clickhouse && part.is_empty())))
            {
                // What is not known stays as it is, so that it can be told again.
                let plain = part.starts_with("__unknown_") || !(quoted || clickhouse);
                rendered.push(if plain { part.to_owned() } else { self.quoted(part) });
            }
            if n == 0 {
                if let Some(Value::Str(location)) = self.given("location").filter(|_| self.information.is_some()) {
                    rendered.push(self.quoted(&format!("region-{}", location.text)));
                }
            }
        }
        rendered.extend(self.information.as_ref().and_then(|information| information.view.clone()));
        rendered.join(".")
    }

    /// Takes its rows away, as `--empty` does.
    pub(super) fn limit_to_nothing(&mut self) {
        self.set_field("limit", Value::Int(0));
    }

    /// Leaves it the rows of a time.
    pub(super) fn filter(&mut self, time: Value) {
        self.set_field("event_time_filter", time);
    }

    /// Whether it prints otherwise than its name: it stands for some of its rows.
    pub(super) fn is_narrowed(&self) -> bool {
        let is_given = |name: &str| self.given(name).is_some_and(|value| !value.is_none());
        self.kind.as_deref() != Some("function") && (is_given("limit") || is_given("event_time_filter"))
    }

    /// The subquery of its first rows, in place of the text of its name.
    pub(super) fn limited(&self, rendered: String, alias: bool) -> String {
        let Some(Value::Int(limit)) = self.given("limit") else { return rendered };
        let alias = self.alias_of("limit", alias);
        match (self.class.top, limit) {
            (true, 0) => format!("(select * from {rendered} where 1=0){alias}"),
            (true, limit) => format!("(select TOP {limit} * from {rendered}){alias}"),
            (false, 0) => format!("(select * from {rendered} where false limit 0){alias}"),
            (false, limit) => format!("(select * from {rendered} limit {limit}){alias}"),
        }
    }

    /// The alias that some databases want of a subquery.
    pub(super) fn alias_of(&self, what: &str, alias: bool) -> String {
        let table = self.identifier.as_deref().unwrap_or("None");
        if alias { format!(" _dbt_{what}_subq_{table}") } else { String::new() }
    }

    /// Leaves open whether it is a table or a view.
    pub(super) fn open(&mut self) {
        self.open = true;
    }

    /// Whether it is open whether it is a table or a view.
    pub(super) fn is_open(&self) -> bool {
        self.open
    }

    /// Changes it to what the warehouse lists it as: dbt quotes all of that, and Snowflake has names in upper
    /// case where the project does not quote them.
    pub(super) fn as_listed(&mut self, adapter: &str, project: Parts) {
        if adapter == "snowflake" {
            for name in PARTS {
                let upper = self.part(name).filter(|_| project.get(name) == Some(false)).map(str::to_uppercase);
                if upper.is_some() {
                    self.set_part(name, upper);
                }
            }
        }
        match adapter {
            "spark" | "databricks" => {}
            "bigquery" => (self.quote.schema, self.quote.identifier) = (true, true),
            _ => self.quote = Parts::all(true),
        }
    }

    fn quoted(&self, part: &str) -> String {
        format!("{}{part}{}", self.marks.0, self.marks.1)
    }

    fn given(&self, name: &str) -> Option<&Value> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    fn part(&self, name: &str) -> Option<&str> {
        match name {
            "database" => self.database.as_deref(),
            "schema" => self.schema.as_deref(),
            _ => self.identifier.as_deref(),
        }
    }

    fn set_part(&mut self, name: &str, value: Option<String>) {
        match name {
            "database" => self.database = value,
            "schema" => self.schema = value,
            "identifier" => self.identifier = value,
            _ => {}
        }
    }

    fn with(&self, change: impl FnOnce(&mut Relation)) -> Value {
        let mut changed = self.clone();
        change(&mut changed);
        changed.value()
    }

    /// Python's name of its class.
    fn class_name(&self) -> &'static str {
        self.information.as_ref().map_or(self.class.name, |information| information.class)
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

    /// What dbt checks when it makes a relation.
    fn checked(self) -> Eval<Relation> {
        let fails = |message: String| Err(error(ErrorKind::Host("relation"), message));
        if self.class.name == "SparkRelation" && self.information.is_none() {
            if self.database.as_deref().is_some_and(|database| !database.is_empty() && self.database != self.schema) {
                return fails("Cannot set database in spark!".to_owned());
            }
        }
        let long = |max: usize| self.identifier.as_ref().is_some_and(|name| name.chars().count() > max);
        if let (Some(max), Some(_)) = (self.class.max_name.filter(|&max| long(max)), &self.kind) {
            let name = self.identifier.as_deref().unwrap_or_default();
            return fails(if self.class.name == "DatabricksRelation" {
                format!(
                    "Databricks has a maximum identifier length of {max} characters. Use a shorter name or configure a custom alias."
                )
            } else {
                format!("Relation name '{name}' is longer than {max} characters")
            });
        }
        Ok(self)
    }

    /// Takes a path, as `create`, `incorporate` and `replace_path` are given it.
    fn set_path(&mut self, interp: &mut Interp, given: &[(String, Value)]) -> Eval<()> {
        let fits = |value: &Value| matches!(value, Value::None | Value::Str(_) | Value::Unknown(_));
        if given.iter().any(|(name, value)| PARTS.contains(&name.as_str()) && !fits(value)) {
            let mut path = Dict::default();
            for (name, value) in given {
                path.set_str(name, value.clone());
            }
            let shown = interp.repr_of(&Value::dict(path))?;
            return Err(self.invalid("path", "Path", &shown));
        }
        for (name, value) in given {
            let part = if value.is_none() { None } else { Some(interp.str_of(value)?.text.to_string()) };
            self.set_part(name, part);
        }
        Ok(())
    }

    fn set_kind(&mut self, interp: &mut Interp, value: &Value) -> Eval<()> {
        self.kind = match value {
            Value::None => None,
            Value::Unknown(_) => Some(interp.str_of(value)?.text.to_string()),
            Value::Str(text) => {
                let mut kind = &*text.text;
                if self.class.name == "DatabricksRelation"
                    && matches!(kind, "managed" | "managed_shallow_clone" | "external_shallow_clone" | "external")
                {
                    self.set_field("databricks_table_type", value.clone());
                    kind = "table";
                }
                if !self.class.types.iter().any(|(_, known)| *known == kind) {
                    let shown = interp.repr_of(value)?;
                    return Err(self.invalid("type", &format!("Optional[{}]", self.class.enumeration), &shown));
                }
                Some(kind.to_owned())
            }
            other => {
                let shown = interp.repr_of(other)?;
                return Err(self.invalid("type", &format!("Optional[{}]", self.class.enumeration), &shown));
            }
        };
        Ok(())
    }

    fn invalid(&self, field: &str, kind: &str, shown: &str) -> crate::jinja::Flow {
        let class = self.class_name();
        error(
            ErrorKind::Host("relation"),
            format!("Field \"{field}\" of type {kind} in {class} has invalid value {shown}"),
        )
    }

    fn set_field(&mut self, name: &str, value: Value) {
        match self.fields.iter_mut().find(|(known, _)| known == name) {
            Some(slot) => slot.1 = value,
            None => self.fields.push((name.to_owned(), value)),
        }
    }

    /// Takes what `create` and `incorporate` are given besides the path.
    fn set_fields(&mut self, interp: &mut Interp, given: &[(String, Value)]) -> Eval<()> {
        for (name, value) in given {
            match name.as_str() {
                "path" => {
                    let entries = entries(value);
                    self.set_path(interp, &entries)?;
                }
                "type" => self.set_kind(interp, value)?,
                "quote_policy" => change_parts(interp, &mut self.quote, &entries(value))?,
                "include_policy" => change_parts(interp, &mut self.include, &entries(value))?,
                "information_schema_view" => {
                    let view = if value.is_none() { None } else { Some(interp.str_of(value)?.text.to_string()) };
                    if let Some(information) = &mut self.information {
                        information.view = view;
                    }
                }
                "dbt_created" | "limit" | "event_time_filter" | "require_alias" | "catalog" => {
                    self.set_field(name, value.clone());
                }
                _ if self.class.fields.iter().any(|(known, _)| known == name) => self.set_field(name, value.clone()),
                _ => {}
            }
        }
        Ok(())
    }
}

/// Sets the parts of a policy that are given; `None` keeps what is.
fn change_parts(interp: &mut Interp, parts: &mut Parts, given: &[(String, Value)]) -> Eval<()> {
    for (name, value) in given {
        if !value.is_none() {
            let value = interp.truth(value)?;
            parts.set(name, value);
        }
    }
    Ok(())
}

fn entries(value: &Value) -> Vec<(String, Value)> {
    match value {
        Value::Dict(dict) => {
            let dict = dict.borrow();
            dict.iter().filter_map(|(key, value)| Some((key.as_str()?.to_owned(), value.clone()))).collect()
        }
        Value::Object(object) => match object.as_any().downcast_ref::<Record>() {
            Some(record) => record.fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            None => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Makes a relation from the arguments of `create`.
pub(super) fn create(interp: &mut Interp, printing: Printing, args: &Args) -> Eval<Relation> {
    let signature = Signature::method("BaseRelation.create", &["database", "schema", "identifier", "type"], 0);
    let (bound, rest) = signature.bind_open(args)?;
    let mut made = Relation::new(printing, None, None, None);
    // A policy that is given is whole: what it does not name is true.
    for (name, _) in &rest {
        match name.as_str() {
            "quote_policy" => made.quote = Parts::all(true),
            "include_policy" => (made.include, made.include_class) = (Parts::all(true), "Policy"),
            _ => {}
        }
    }
    let path: Vec<(String, Value)> = PARTS
        .iter()
        .zip(&bound)
        .map(|(name, value)| ((*name).to_owned(), value.clone().unwrap_or(Value::None)))
        .collect();
    let database = made.database.clone();
    made.set_path(interp, &path)?;
    if made.class.name == "ClickHouseRelation" {
        if let Some(given) = made.database.as_ref().filter(|given| !given.is_empty() && made.database != made.schema) {
            let message = format!("Cannot set database {given} in clickhouse!");
            return Err(error(ErrorKind::Host("relation"), message));
        }
        made.database = database;
    }
    if let Some(Some(kind)) = bound.get(3) {
        made.set_kind(interp, kind)?;
    }
    made.set_fields(interp, &rest)?;
    made.checked()
}

/// A small object of dbt's, such as a path or a policy: it prints as Python's dataclasses do.
#[derive(Clone)]
pub(super) struct Record {
    class: &'static str,
    fields: Vec<(&'static str, Value)>,
}

impl Record {
    pub(super) fn of(class: &'static str, fields: Vec<(&'static str, Value)>) -> Value {
        Value::Object(Rc::new(Record { class, fields }))
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.fields.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
    }
}

impl Object for Record {
    fn type_name(&self) -> &str {
        self.class
    }

    fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        Ok(self.field(name))
    }

    fn call_method(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
        Ok(Some(match name {
            "get_part" | "get_lowered_part" => {
                let [key] = args.bind(name, ["key"], 1)?;
                let key = interp.str_of(&key.unwrap_or(Value::None))?;
                match self.field(&key.text) {
                    Some(Value::Str(text)) if name == "get_lowered_part" => Value::str(text.text.to_lowercase()),
                    Some(value) => value,
                    None => return Err(crate::jinja::value_error(format!("Got a key of {}", key.text))),
                }
            }
            "get" => {
                let [key, otherwise] = args.bind("get", ["key", "default"], 1)?;
                let found = key.as_ref().and_then(Value::as_str).and_then(|key| self.field(key));
                found.or(otherwise).unwrap_or(Value::None)
            }
            "to_dict" => Value::record(self.fields.iter().map(|(name, value)| (*name, value.clone()))),
            "replace" => {
                let mut changed = self.clone();
                for (name, value) in &args.keyword {
                    if let Some(slot) = changed.fields.iter_mut().find(|(known, _)| *known == &**name) {
                        slot.1 = value.clone();
                    }
                }
                Value::Object(Rc::new(changed))
            }
            _ => return Ok(None),
        }))
    }

    fn text(&self, interp: &mut Interp) -> Eval<Str> {
        let mut shown = Vec::with_capacity(self.fields.len());
        for (name, value) in &self.fields {
            shown.push(format!("{name}={}", interp.repr_of(value)?));
        }
        Ok(Str::plain(format!("{}({})", self.class, shown.join(", "))))
    }

    fn truth(&self) -> bool {
        true
    }

    fn equals_in(&self, interp: &mut Interp, other: &Value) -> Eval<bool> {
        let Value::Object(object) = other else { return Ok(false) };
        let Some(other) = object.as_any().downcast_ref::<Record>() else { return Ok(false) };
        if other.class != self.class || other.fields.len() != self.fields.len() {
            return Ok(false);
        }
        for ((_, left), (_, right)) in self.fields.iter().zip(&other.fields) {
            if !interp.equal(left, right)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Text, or `None`.
fn text(value: Option<&str>) -> Value {
    value.map_or(Value::None, Value::str)
}
