//! agate's tables, as `run_query` gives them where the rows are known (facts M11 to M13).

use std::any::Any;
use std::cmp::Ordering;
use std::fmt::Write as _;
use std::rc::Rc;

use super::context::unknown;
use crate::jinja::sort::sorted_places;
use crate::jinja::{Args, Dict, Eval, Interp, Object, Str, Unknown, Value, python_error, type_error, value_error};

/// A type of agate, as dbt names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ColumnType {
    Integer,
    Number,
    Date,
    DateTime,
    Boolean,
    Text,
}

impl ColumnType {
    /// Its name, as a printed table shows it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ColumnType::Integer => "Integer",
            ColumnType::Number => "Number",
            ColumnType::Date => "Date",
            ColumnType::DateTime => "DateTime",
            ColumnType::Boolean => "Boolean",
            ColumnType::Text => "Text",
        }
    }

    /// The type that dbt gives a column of these values: the first that takes all of them. Text stays text.
    #[must_use]
    pub fn of<'a>(values: &(impl Iterator<Item = &'a Value> + Clone)) -> ColumnType {
        let all = |takes: fn(&Value) -> bool| values.clone().all(|value| value.is_none() || takes(value));
        if all(|value| matches!(value, Value::Int(_) | Value::BigInt(_))) {
            ColumnType::Integer
        } else if all(|value| matches!(value, Value::Int(_) | Value::BigInt(_) | Value::Float(_) | Value::Decimal(_))) {
            ColumnType::Number
        } else if all(|value| value.type_name() == "datetime.date") {
            ColumnType::Date
        } else if all(|value| matches!(value.type_name(), "datetime.date" | "datetime.datetime")) {
            ColumnType::DateTime
        } else if all(|value| matches!(value, Value::Bool(_))) {
            ColumnType::Boolean
        } else {
            ColumnType::Text
        }
    }

    /// A value as a column of this type holds it: numbers are Decimals.
    fn cast(self, value: Value) -> Value {
        match (self, &value) {
            (ColumnType::Number, Value::Int(_) | Value::BigInt(_)) => match value.as_big() {
                Some(int) => Value::Decimal(Rc::new(int.into())),
                None => value,
            },
            (ColumnType::Number, Value::Float(float)) => match crate::jinja::print::float_text(*float).parse() {
                Ok(decimal) => Value::Decimal(Rc::new(decimal)),
                Err(_) => value,
            },
            _ => value,
        }
    }
}

/// A table: rows, and columns with names and types.
#[derive(Clone, Default)]
pub struct Table {
    names: Rc<[String]>,
    types: Rc<[ColumnType]>,
    rows: Rc<[Rc<[Value]>]>,
}

impl Table {
    /// A table of these rows; a row that is too short is filled with `None`. Names that stand twice are
    /// numbered as agate does it.
    #[must_use]
    pub fn new(names: Vec<String>, types: Vec<ColumnType>, rows: Vec<Vec<Value>>) -> Table {
        let mut unique: Vec<String> = Vec::with_capacity(names.len());
        for name in names {
            let mut named = name.clone();
            let mut number = 2;
            while unique.contains(&named) {
                named = format!("{name}_{number}");
                number += 1;
            }
            unique.push(named);
        }
        let rows = rows.into_iter().map(|mut row| {
            row.resize(unique.len(), Value::None);
            row.into_iter().zip(&types).map(|(value, column)| column.cast(value)).collect()
        });
        Table { rows: rows.collect(), names: unique.into(), types: types.into() }
    }

    /// A table of rows as a driver gives them, with the types that dbt finds for them.
    #[must_use]
    pub fn of_rows(names: Vec<String>, rows: Vec<Vec<Value>>) -> Table {
        let types = (0..names.len()).map(|n| ColumnType::of(&rows.iter().filter_map(move |row| row.get(n)))).collect();
        Table::new(names, types, rows)
    }

    /// As a value of a template.
    #[must_use]
    pub fn value(self) -> Value {
        Value::Object(Rc::new(self))
    }

    /// The type of a column.
    #[must_use]
    pub fn column_type(&self, at: usize) -> Option<ColumnType> {
        self.types.get(at).copied()
    }

    /// How many bytes the widest text of a column has.
    #[must_use]
    pub(super) fn widest(&self, at: usize) -> usize {
        self.rows.iter().filter_map(|row| row.get(at)?.as_str().map(str::len)).max().unwrap_or(0)
    }

    /// All of a table of texts, as agate prints it.
    pub(super) fn shown(&self, interp: &mut Interp) -> Eval<String> {
        let mut lines: Vec<Vec<String>> = vec![self.names.to_vec()];
        for row in self.rows.iter() {
            let mut line = Vec::with_capacity(row.len());
            for value in row.iter() {
                line.push(if value.is_none() { String::new() } else { interp.str_of(value)?.text.to_string() });
            }
            lines.push(line);
        }
        let widths: Vec<usize> = (0..self.names.len())
            .map(|at| lines.iter().map(|line| line[at].chars().count()).max().unwrap_or(0))
            .collect();
        lines.insert(1, widths.iter().map(|width| "-".repeat(*width)).collect());
        let mut out = String::new();
        for line in lines {
            let cells: Vec<String> = line
                .iter()
                .zip(&widths)
                .map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.chars().count())))
                .collect();
            let _ = writeln!(out, "| {} |", cells.join(" | "));
        }
        Ok(out)
    }

    /// The rows as `load_result(name).data` holds them.
    #[must_use]
    pub fn data(&self) -> Value {
        Value::list(self.rows.iter().map(|row| Value::Tuple(Rc::clone(row))).collect())
    }

    fn row(&self, at: usize) -> Value {
        Sequence { kind: Kind::Row, values: Rc::clone(&self.rows[at]), keys: Some(Rc::clone(&self.names)) }.value()
    }

    fn rows_value(&self) -> Value {
        let values = (0..self.rows.len()).map(|at| self.row(at)).collect();
        Sequence { kind: Kind::Sequence, values, keys: None }.value()
    }

    fn column(&self, at: usize) -> Value {
        let values = self.rows.iter().map(|row| row[at].clone()).collect();
        Sequence { kind: Kind::Column(self.names[at].clone(), at), values, keys: None }.value()
    }

    fn columns_value(&self) -> Value {
        let values = (0..self.names.len()).map(|at| self.column(at)).collect();
        Sequence { kind: Kind::Sequence, values, keys: Some(Rc::clone(&self.names)) }.value()
    }

    fn names_value(&self) -> Value {
        Value::tuple(self.names.iter().map(|name| Value::str(name.as_str())).collect())
    }

    fn with_rows(&self, rows: impl IntoIterator<Item = usize>) -> Value {
        let rows = rows.into_iter().map(|at| Rc::clone(&self.rows[at])).collect();
        Table { rows, ..self.clone() }.value()
    }

    /// The columns that a key names: one name, or a sequence of them.
    fn keyed(&self, interp: &mut Interp, key: &Value) -> Eval<Vec<usize>> {
        let keys = match key {
            Value::Str(_) => vec![key.clone()],
            Value::List(_) | Value::Tuple(_) | Value::Object(_) => interp.items_of(key)?,
            other => vec![other.clone()],
        };
        let mut found = Vec::with_capacity(keys.len());
        for key in keys {
            match self.names.iter().position(|name| Some(name.as_str()) == key.as_str()) {
                Some(at) => found.push(at),
                None => return Err(value_error("tuple.index(x): x not in tuple")),
            }
        }
        Ok(found)
    }

    fn picked(&self, columns: &[usize]) -> Value {
        Table {
            names: columns.iter().map(|&at| self.names[at].clone()).collect(),
            types: columns.iter().map(|&at| self.types[at]).collect(),
            rows: self.rows.iter().map(|row| columns.iter().map(|&at| row[at].clone()).collect()).collect(),
        }
        .value()
    }

    fn order_by(&self, interp: &mut Interp, args: &Args) -> Eval<Value> {
        let [key, reverse] = args.bind("order_by", ["key", "reverse"], 1)?;
        let key = key.unwrap_or(Value::None);
        let reverse = match reverse {
            Some(reverse) => interp.truth(&reverse)?,
            None => false,
        };
        let mut keyed = Vec::with_capacity(self.rows.len());
        let columns = if is_function(&key) { None } else { Some(self.keyed(interp, &key)?) };
        for at in 0..self.rows.len() {
            let keys = match &columns {
                Some(columns) => columns.iter().map(|&column| self.rows[at][column].clone()).collect(),
                None => vec![interp.call(&key, Args::of(vec![self.row(at)]))?],
            };
            keyed.push((keys, at));
        }
        if reverse {
            keyed.reverse();
        }
        let mut places = sorted_places(keyed.len(), |left, right| {
            for (left, right) in keyed[left].0.iter().zip(&keyed[right].0) {
                // What is null stands last.
                let order = match (left.is_none(), right.is_none()) {
                    (false, false) => interp.order("<", left, right)?,
                    (left, right) => Some(left.cmp(&right)),
                };
                if let Some(Ordering::Less | Ordering::Greater) = order {
                    return Ok(order == Some(Ordering::Less));
                }
            }
            Ok(false)
        })?;
        if reverse {
            places.reverse();
        }
        Ok(self.with_rows(places.into_iter().map(|at| keyed[at].1)))
    }

    fn rename(&self, interp: &mut Interp, args: &Args) -> Eval<Value> {
        let [names, _, _, _] = args.bind("rename", ["column_names", "row_names", "slug_columns", "slug_rows"], 0)?;
        let renamed: Vec<String> = match names {
            Some(Value::Dict(names)) => {
                let names = names.borrow().clone();
                let mut renamed = Vec::with_capacity(self.names.len());
                for name in self.names.iter() {
                    renamed.push(match names.get_str(name) {
                        Some(other) => interp.str_of(other)?.text.to_string(),
                        None => name.clone(),
                    });
                }
                renamed
            }
            None | Some(Value::None) => self.names.to_vec(),
            Some(names) => {
                let mut renamed = Vec::new();
                for name in interp.items_of(&names)? {
                    renamed.push(interp.str_of(&name)?.text.to_string());
                }
                renamed
            }
        };
        if renamed.len() != self.names.len() {
            return Err(value_error("column_names and column_types must be the same length."));
        }
        Ok(Table { names: renamed.into(), ..self.clone() }.value())
    }

    fn distinct(&self, interp: &mut Interp, args: &Args) -> Eval<Value> {
        let [key] = args.bind("distinct", ["key"], 0)?;
        let columns = match key {
            None | Some(Value::None) => (0..self.names.len()).collect(),
            Some(key) => self.keyed(interp, &key)?,
        };
        let mut seen: Vec<Value> = Vec::new();
        let mut kept = Vec::new();
        'rows: for at in 0..self.rows.len() {
            let key = Value::tuple(columns.iter().map(|&column| self.rows[at][column].clone()).collect());
            for known in &seen {
                if interp.equal(known, &key)? {
                    continue 'rows;
                }
            }
            seen.push(key);
            kept.push(at);
        }
        Ok(self.with_rows(kept))
    }

    fn limited(&self, args: &Args) -> Eval<Value> {
        let [start, stop, step] = args.bind("limit", ["start_or_stop", "stop", "step"], 0)?;
        let number = |value: Option<Value>| value.as_ref().and_then(Value::as_int);
        let (start, stop, step) = (number(start), number(stop), number(step).unwrap_or(1).max(1));
        let len = self.rows.len() as i64;
        let (from, to) = if stop.is_some() || step > 1 {
            (start.unwrap_or(0), stop.unwrap_or(len))
        } else {
            (0, start.unwrap_or(len))
        };
        let bound = |bound: i64| (if bound < 0 { bound + len } else { bound }).clamp(0, len) as usize;
        Ok(self.with_rows((bound(from)..bound(to)).step_by(usize::try_from(step).unwrap_or(1))))
    }

    fn structure(&self, interp: &mut Interp) -> Eval<String> {
        let rows = self.names.iter().zip(self.types.iter());
        let rows = rows.map(|(name, kind)| vec![Value::str(name.as_str()), Value::str(kind.name())]).collect();
        Table::of_rows(vec!["column".to_owned(), "data_type".to_owned()], rows).shown(interp)
    }
}

fn is_function(value: &Value) -> bool {
    matches!(value, Value::Macro(_) | Value::Function(_) | Value::Method(_))
}

impl Object for Table {
    fn type_name(&self) -> &str {
        "Table"
    }

    fn module(&self) -> &str {
        "agate.table"
    }

    fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        Ok(Some(match name {
            "columns" => self.columns_value(),
            "rows" => self.rows_value(),
            "column_names" => self.names_value(),
            "row_names" => Value::None,
            "column_types" => Value::tuple(
                self.types
                    .iter()
                    .map(|kind| unknown(format!("a type {}", kind.name()), "an agate type prints its address"))
                    .collect(),
            ),
            _ => return Ok(None),
        }))
    }

    fn item(&self, interp: &mut Interp, key: &Value) -> Eval<Option<Value>> {
        match self.rows_value() {
            Value::Object(rows) => rows.item(interp, key),
            _ => Ok(None),
        }
    }

    fn call_method(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
        Ok(Some(match name {
            "select" => {
                let [key] = args.bind("select", ["key"], 1)?;
                let columns = self.keyed(interp, &key.unwrap_or(Value::None))?;
                self.picked(&columns)
            }
            "exclude" => {
                let [key] = args.bind("exclude", ["key"], 1)?;
                let gone = match key.unwrap_or(Value::None) {
                    Value::Str(name) => vec![Value::Str(name)],
                    keys => interp.items_of(&keys)?,
                };
                let kept: Vec<usize> = (0..self.names.len())
                    .filter(|&at| !gone.iter().any(|key| key.as_str() == Some(self.names[at].as_str())))
                    .collect();
                self.picked(&kept)
            }
            "rename" => self.rename(interp, args)?,
            "order_by" => self.order_by(interp, args)?,
            "limit" => self.limited(args)?,
            "distinct" => self.distinct(interp, args)?,
            "where" | "find" => {
                let [test] = args.bind(name, ["test"], 1)?;
                let test = test.unwrap_or(Value::None);
                let mut kept = Vec::new();
                for at in 0..self.rows.len() {
                    let passes = interp.call(&test, Args::of(vec![self.row(at)]))?;
                    if interp.truth(&passes)? {
                        if name == "find" {
                            return Ok(Some(self.row(at)));
                        }
                        kept.push(at);
                    }
                }
                if name == "find" { Value::None } else { self.with_rows(kept) }
            }
            "print_table" | "print_csv" | "print_json" | "print_html" | "print_bars" | "print_structure" | "to_csv"
            | "to_json" => Value::None,
            "aggregate" | "bar_chart" | "bins" | "column_chart" | "compute" | "denormalize" | "group_by"
            | "homogenize" | "join" | "line_chart" | "merge" | "normalize" | "pivot" | "scatterplot" => {
                unknown(format!("table.{name}(…)"), "hookproof does not model this method of agate's tables")
            }
            _ => return Ok(None),
        }))
    }

    fn items(&self, _interp: &mut Interp) -> Eval<Option<Vec<Value>>> {
        Ok(Some((0..self.rows.len()).map(|at| self.row(at)).collect()))
    }

    fn len(&self) -> Option<usize> {
        Some(self.rows.len())
    }

    fn text(&self, interp: &mut Interp) -> Eval<Str> {
        self.structure(interp).map(Str::plain)
    }

    fn repr(&self, interp: &mut Interp) -> Eval<String> {
        Ok(interp.placeholder(&Unknown::new("repr of a table", "it prints its address")))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[derive(Clone, PartialEq, Eq)]
enum Kind {
    /// agate's `MappedSequence` itself: rows, or columns.
    Sequence,
    Row,
    /// A column with its name and its place.
    Column(String, usize),
}

/// agate's mapped sequences: by place, and by key where there are keys.
struct Sequence {
    kind: Kind,
    values: Rc<[Value]>,
    keys: Option<Rc<[String]>>,
}

impl Sequence {
    fn value(self) -> Value {
        Value::Object(Rc::new(self))
    }

    fn keyed(&self, key: &str) -> Option<&Value> {
        let keys = self.keys.as_ref()?;
        self.values.get(keys.iter().position(|known| known == key)?)
    }

    fn pairs(&self) -> Eval<Vec<(Value, Value)>> {
        match &self.keys {
            Some(keys) => Ok(keys
                .iter()
                .zip(self.values.iter())
                .map(|(key, value)| (Value::str(key.as_str()), value.clone()))
                .collect()),
            None => Err(type_error("'NoneType' object is not iterable")),
        }
    }

    fn tuple(&self) -> Value {
        Value::Tuple(Rc::clone(&self.values))
    }
}

impl Object for Sequence {
    fn type_name(&self) -> &str {
        match self.kind {
            Kind::Sequence => "MappedSequence",
            Kind::Row => "Row",
            Kind::Column(..) => "Column",
        }
    }

    fn module(&self) -> &str {
        match self.kind {
            Kind::Sequence => "agate.mapped_sequence",
            Kind::Row => "agate.rows",
            Kind::Column(..) => "agate.columns",
        }
    }

    fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        Ok(match (&self.kind, name) {
            (Kind::Column(name, _), "name") => Some(Value::str(name.as_str())),
            (Kind::Column(_, at), "index") => Some(Value::Int(*at as i64)),
            (Kind::Column(name, _), "data_type") => {
                Some(unknown(format!("the type of {name}"), "an agate type prints its address"))
            }
            _ => None,
        })
    }

    fn item(&self, _interp: &mut Interp, key: &Value) -> Eval<Option<Value>> {
        Ok(match key {
            Value::Int(at) => {
                let len = self.values.len() as i64;
                let at = if *at < 0 { at + len } else { *at };
                usize::try_from(at).ok().and_then(|at| self.values.get(at)).cloned()
            }
            Value::Str(key) => self.keyed(&key.text).cloned(),
            _ => None,
        })
    }

    fn call_method(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
        Ok(Some(match (&self.kind, name) {
            (_, "values") => self.tuple(),
            (_, "keys") => match &self.keys {
                Some(keys) => Value::tuple(keys.iter().map(|key| Value::str(key.as_str())).collect()),
                None => Value::None,
            },
            (_, "items") => {
                Value::tuple(self.pairs()?.into_iter().map(|(key, value)| Value::tuple(vec![key, value])).collect())
            }
            (_, "dict") => {
                let Ok(pairs) = self.pairs() else { return Err(python_error("KeyError", "")) };
                let mut dict = Dict::default();
                for (key, value) in pairs {
                    dict.set(key, value)?;
                }
                Value::dict(dict)
            }
            (_, "get") => {
                let [key, otherwise] = args.bind("get", ["key", "default"], 1)?;
                let found = key.as_ref().and_then(Value::as_str).and_then(|key| self.keyed(key)).cloned();
                match (found, otherwise) {
                    (Some(found), _) => found,
                    (None, Some(otherwise)) if interp.truth(&otherwise)? => otherwise,
                    _ => Value::None,
                }
            }
            (_, "index" | "count") if !matches!((&self.kind, name), (Kind::Column(..), "index")) => {
                interp.call_method(&self.tuple(), name, args.clone())?
            }
            (Kind::Column(..), "values_without_nulls") => {
                Value::tuple(self.values.iter().filter(|value| !value.is_none()).cloned().collect())
            }
            (Kind::Column(..), "values_distinct") => {
                // Python's set has no order: here it is that of the rows.
                let distinct = Dict::of_keys(self.values.iter().cloned())?;
                Value::tuple(distinct.keys())
            }
            (Kind::Column(..), "values_sorted" | "values_without_nulls_sorted") => {
                let keep = |value: &&Value| name == "values_sorted" || !value.is_none();
                let names = vec!["v".to_owned()];
                let rows = self.values.iter().filter(keep).map(|value| vec![value.clone()]).collect();
                let sorted = Table::of_rows(names, rows).order_by(interp, &Args::of(vec![Value::str("v")]))?;
                let mut values = Vec::with_capacity(self.values.len());
                for row in interp.items_of(&sorted)? {
                    values.extend(interp.items_of(&row)?);
                }
                Value::list(values)
            }
            _ => return Ok(None),
        }))
    }

    fn items(&self, _interp: &mut Interp) -> Eval<Option<Vec<Value>>> {
        Ok(Some(self.values.to_vec()))
    }

    fn len(&self) -> Option<usize> {
        Some(self.values.len())
    }

    fn equals_in(&self, interp: &mut Interp, other: &Value) -> Eval<bool> {
        let other = match other {
            Value::List(_) | Value::Tuple(_) => other.clone(),
            Value::Object(object) if object.as_any().is::<Sequence>() => other.clone(),
            _ => return Ok(false),
        };
        let other = Value::tuple(interp.items_of(&other)?);
        interp.equal(&self.tuple(), &other)
    }

    fn text(&self, interp: &mut Interp) -> Eval<Str> {
        let name = self.type_name();
        let mut shown = Vec::new();
        for value in self.values.iter().take(5) {
            shown.push(interp.repr_of(value)?);
        }
        let more = if self.values.len() > 5 { ", ..." } else { "" };
        Ok(Str::plain(format!("<agate.{name}: ({}{more})>", shown.join(", "))))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
