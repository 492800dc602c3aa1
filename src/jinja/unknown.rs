//! Values that cannot be known before the run, and what is known of them all the same: a query gives a
//! table, whose truth, length, rows and values are one question, asked once (facts M10 to M13).

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::rc::Rc;
use std::sync::Arc;

use super::error::Eval;
use super::host::Answer;
use super::interp::Interp;
use super::tree::CompareOp;
use super::undefined::Undefined;
use super::value::{Args, Value};

/// A value that cannot be known before the run.
#[derive(Clone)]
pub struct Unknown {
    /// What it is, as an expression: `run_query(…).columns[0]`.
    pub label: String,
    /// Why it cannot be known.
    pub cause: Rc<str>,
    /// What is known of it.
    pub shape: Shape,
    /// Tells apart what has the same label: labels show statements in short.
    pub identity: u64,
    /// The column whose value in some row it is, as its key is written.
    pub column: Option<Rc<str>>,
}

/// What is known of an unknown value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// Nothing.
    Any,
    /// It is a number.
    Number,
    /// It is a part of what a query gives; the query's label.
    Part(Rc<str>, Part),
}

/// A part of what a query gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// The agate table.
    Table,
    /// Its rows.
    Rows,
    /// A row.
    Row(String),
    /// Its columns.
    Columns,
    /// A column, by its key.
    Column(String),
    /// The values of a column, by its key.
    Values(String),
    /// A sequence made of the rows, one item for each.
    Items,
    /// How many rows there are.
    Count,
}

/// What agate's tables have besides what is modelled here; the values are not known.
const TABLE_ATTRIBUTES: &[&str] = &[
    "aggregate",
    "bar_chart",
    "bins",
    "column_chart",
    "column_names",
    "column_types",
    "compute",
    "denormalize",
    "distinct",
    "exclude",
    "find",
    "from_csv",
    "from_fixed",
    "from_json",
    "from_object",
    "group_by",
    "homogenize",
    "join",
    "limit",
    "line_chart",
    "merge",
    "normalize",
    "order_by",
    "pivot",
    "print_bars",
    "print_csv",
    "print_html",
    "print_json",
    "print_structure",
    "print_table",
    "rename",
    "row_names",
    "scatterplot",
    "select",
    "to_csv",
    "to_json",
    "where",
];

/// Methods of a table that print, and give `None`.
const PRINTING: &[&str] =
    &["print_bars", "print_csv", "print_html", "print_json", "print_structure", "print_table", "to_csv", "to_json"];

/// Methods of a table that give one with as many rows.
const KEEPING: &[&str] = &["exclude", "homogenize", "order_by", "rename", "select"];

/// Filters that give an item for each row.
const FILTERS_KEEPING: &[&str] = &["list", "map", "reverse", "sort", "unique"];

/// Filters that walk what they are given: without rows their result is known.
const FILTERS_WALKING: &[&str] = &[
    "batch",
    "first",
    "groupby",
    "join",
    "last",
    "list",
    "map",
    "max",
    "min",
    "reject",
    "rejectattr",
    "reverse",
    "select",
    "selectattr",
    "slice",
    "sort",
    "sum",
    "unique",
];

impl Unknown {
    /// Something of which nothing is known.
    pub fn new(label: impl Into<String>, cause: impl Into<Rc<str>>) -> Unknown {
        Unknown { label: label.into(), cause: cause.into(), shape: Shape::Any, identity: 0, column: None }
    }

    /// The same, of which it is known that it is a number.
    #[must_use]
    pub fn number(self) -> Unknown {
        Unknown { shape: Shape::Number, ..self }
    }

    /// Whether it is known to be a number.
    pub(super) fn is_number(&self) -> bool {
        matches!(self.shape, Shape::Number | Shape::Part(_, Part::Count))
    }

    fn part(&self, label: String, part: Part) -> Value {
        let shape = match &self.shape {
            Shape::Part(of, _) => Shape::Part(Rc::clone(of), part),
            Shape::Any | Shape::Number => Shape::Any,
        };
        let cause = Rc::clone(&self.cause);
        Value::Unknown(Rc::new(Unknown { label, cause, shape, identity: self.identity, column: None }))
    }

    /// What tells it from every other.
    pub(super) fn key(&self) -> String {
        self.keyed(&self.label)
    }

    fn keyed(&self, text: &str) -> String {
        if self.identity == 0 { text.to_owned() } else { format!("{text}\0{}", self.identity) }
    }

    /// Python's name of its type, where that is known.
    pub(super) fn type_name(&self) -> &'static str {
        match &self.shape {
            Shape::Part(_, Part::Table) => "agate.table.Table",
            Shape::Part(_, Part::Rows | Part::Columns) => "agate.mapped_sequence.MappedSequence",
            Shape::Part(_, Part::Row(_)) => "agate.rows.Row",
            Shape::Part(_, Part::Column(_)) => "agate.columns.Column",
            Shape::Part(_, Part::Values(_)) => "tuple",
            Shape::Part(_, Part::Items) => "list",
            Shape::Part(_, Part::Count) => "int",
            Shape::Any | Shape::Number => "unknown",
        }
    }

    /// Whether it is the table that a query gives.
    pub(super) fn is_table(&self) -> bool {
        matches!(self.shape, Shape::Part(_, Part::Table))
    }

    /// Whether it has an item for each row of a query.
    fn has_rows(&self) -> bool {
        matches!(self.shape, Shape::Part(_, Part::Table | Part::Rows | Part::Column(_) | Part::Values(_) | Part::Items))
    }

    fn cell(&self, row: &str, key: &str) -> Value {
        let label = match &self.shape {
            Shape::Part(of, _) => format!("{of}.rows[{row}][{key}]"),
            Shape::Any | Shape::Number => format!("{}[{key}]", self.label),
        };
        let Value::Unknown(made) = derived(self, label) else { return Value::None };
        let column = (self.identity != 0).then(|| Rc::from(key));
        let (label, cause, identity) = (made.label.clone(), Rc::clone(&made.cause), made.identity);
        Value::Unknown(Rc::new(Unknown { label, cause, shape: Shape::Any, identity, column }))
    }

    /// Which query's value it is, and of which column; none where it is no value of a row.
    pub(super) fn of_column(&self) -> Option<(u64, Arc<str>)> {
        Some((self.identity, Arc::from(&**self.column.as_ref()?)))
    }

    /// What it is as a part of what a query gives, where that is no value.
    pub(super) fn printed_part(&self) -> Option<&'static str> {
        let Shape::Part(_, part) = &self.shape else { return None };
        Some(match part {
            Part::Rows => "the rows of a query's result",
            Part::Row(_) => "a row of a query's result",
            Part::Columns => "the columns of a query's result",
            Part::Column(_) => "a column of a query's result",
            Part::Values(_) => "the values of a column",
            Part::Items => "a list of what a query gives",
            Part::Table | Part::Count => return None,
        })
    }

    /// Its item at a key, without looking whether there is one.
    fn item(&self, key: &str) -> Value {
        match &self.shape {
            Shape::Part(of, Part::Table | Part::Rows) => {
                self.part(format!("{of}.rows[{key}]"), Part::Row(key.to_owned()))
            }
            Shape::Part(_, Part::Row(row)) => self.cell(row, key),
            Shape::Part(of, Part::Columns) => self.part(format!("{of}.columns[{key}]"), Part::Column(key.to_owned())),
            Shape::Part(_, Part::Column(column) | Part::Values(column)) => self.cell(key, column),
            _ => derived(self, format!("{}[{key}]", self.label)),
        }
    }
}

/// The table that a query gives; `label` shows the query in short, `sql` is all of it.
#[must_use]
pub fn query_result(label: &str, cause: &str, sql: &str) -> Value {
    result_part(label, cause, sql, Part::Table)
}

/// The rows that a query gives, as a list.
#[must_use]
pub fn query_rows(label: &str, cause: &str, sql: &str) -> Value {
    result_part(label, cause, sql, Part::Rows)
}

/// What tells the results of a statement from those of every other.
#[must_use]
pub fn identity(sql: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    sql.hash(&mut hasher);
    hasher.finish() | 1
}

fn result_part(label: &str, cause: &str, sql: &str, part: Part) -> Value {
    let identity = identity(sql);
    let shape = Shape::Part(Rc::from(label), part);
    Value::Unknown(Rc::new(Unknown { label: label.to_owned(), cause: Rc::from(cause), shape, identity, column: None }))
}

/// An unknown value that another one leads to.
pub(super) fn derived(unknown: &Unknown, label: String) -> Value {
    // A label grows with every step; one that has grown long says no more than its start.
    let label = if label.len() > 400 { format!("{}…", label.chars().take(200).collect::<String>()) } else { label };
    let (cause, identity) = (Rc::clone(&unknown.cause), unknown.identity);
    Value::Unknown(Rc::new(Unknown { label, cause, shape: Shape::Any, identity, column: None }))
}

/// An unknown number that another unknown value leads to.
pub(super) fn derived_number(unknown: &Unknown, label: String) -> Value {
    match derived(unknown, label) {
        Value::Unknown(made) => {
            let Unknown { label, cause, identity, .. } = &*made;
            let (label, cause, identity) = (label.clone(), Rc::clone(cause), *identity);
            let column = made.column.clone();
            Value::Unknown(Rc::new(Unknown { label, cause, shape: Shape::Number, identity, column }))
        }
        other => other,
    }
}

impl Interp {
    /// Asks a question of yes or no about an unknown value; `first` is the answer of the first run.
    pub(super) fn ask_about(&mut self, unknown: &Unknown, text: String, first: bool) -> Eval<bool> {
        let options = vec![Answer::Bool(first), Answer::Bool(!first)];
        Ok(self.ask_keyed(unknown.keyed(&text), text, options)? == Answer::Bool(true))
    }

    /// Whether a query gives rows. The first answer is one row.
    fn any_rows(&mut self, unknown: &Unknown) -> Eval<bool> {
        let Shape::Part(of, _) = &unknown.shape else { return Ok(true) };
        let text = format!("rows of {of}");
        let options = vec![Answer::Count(1), Answer::Count(0)];
        Ok(self.ask_keyed(unknown.keyed(&text), text, options)? != Answer::Count(0))
    }

    /// Whether a query gives rows, where a row of it is taken: who takes one without asking counts on it.
    fn presumed_rows(&mut self, unknown: &Unknown) -> Eval<bool> {
        let Shape::Part(of, _) = &unknown.shape else { return Ok(true) };
        let text = format!("rows of {of}");
        Ok(self.ask_keyed(unknown.keyed(&text), text, vec![Answer::Count(1)])? != Answer::Count(0))
    }

    /// Whether it is settled that a query gives no rows.
    fn settled_empty(&self, unknown: &Unknown) -> bool {
        match &unknown.shape {
            Shape::Part(of, _) => self.answered(&unknown.keyed(&format!("rows of {of}"))) == Some(Answer::Count(0)),
            Shape::Any | Shape::Number => false,
        }
    }

    /// Whether it is settled that an unknown value has no items.
    pub(super) fn is_empty_unknown(&self, unknown: &Unknown) -> bool {
        unknown.has_rows() && self.settled_empty(unknown)
    }

    /// Whether it is how many rows there are, and settled that there are none.
    pub(super) fn is_count_of_nothing(&self, unknown: &Unknown) -> bool {
        is_count(unknown) && self.settled_empty(unknown)
    }

    /// The truth of an unknown value.
    pub(super) fn truth_of_unknown(&mut self, unknown: &Unknown) -> Eval<bool> {
        match &unknown.shape {
            Shape::Part(_, Part::Row(_) | Part::Columns) => Ok(true),
            Shape::Part(..) => self.any_rows(unknown),
            Shape::Any | Shape::Number => {
                match self.answered(&unknown.keyed(&format!("length of {}", unknown.label))) {
                    // What was walked without giving an item is empty.
                    Some(count) => Ok(count != Answer::Count(0)),
                    None => self.ask_about(unknown, unknown.label.clone(), true),
                }
            }
        }
    }

    /// What iterating an unknown value gives.
    pub(super) fn items_of_unknown(&mut self, unknown: &Unknown) -> Eval<Vec<Value>> {
        let any = match &unknown.shape {
            // A query has a column at least, and so has a row.
            Shape::Part(_, Part::Row(_) | Part::Columns) => true,
            Shape::Part(..) => self.any_rows(unknown)?,
            Shape::Any | Shape::Number => match self.answered(&unknown.key()) {
                Some(truth) => truth == Answer::Bool(true),
                None => {
                    let text = format!("length of {}", unknown.label);
                    let options = vec![Answer::Count(1), Answer::Count(0)];
                    self.ask_keyed(unknown.keyed(&text), text, options)? != Answer::Count(0)
                }
            },
        };
        Ok(if any { vec![unknown.item("0")] } else { Vec::new() })
    }

    /// The length of an unknown value.
    pub(super) fn length_of_unknown(&mut self, unknown: &Unknown) -> Value {
        if self.settled_empty(unknown) {
            return Value::Int(0);
        }
        let label = match &unknown.shape {
            // A table, its rows and its columns are of one length.
            Shape::Part(of, part) if *part != Part::Items && unknown.has_rows() => format!("length of {of}"),
            _ => format!("length of {}", unknown.label),
        };
        if unknown.has_rows() { unknown.part(label, Part::Count) } else { derived_number(unknown, label) }
    }

    /// An attribute of an unknown value.
    pub(super) fn attribute_of_unknown(&mut self, unknown: &Unknown, name: &str) -> Value {
        let Shape::Part(of, part) = &unknown.shape else {
            return derived(unknown, format!("{}.{name}", unknown.label));
        };
        match (part, name) {
            (Part::Table, "columns") => unknown.part(format!("{of}.columns"), Part::Columns),
            (Part::Table, "rows") => unknown.part(format!("{of}.rows"), Part::Rows),
            (Part::Table, _) if !TABLE_ATTRIBUTES.contains(&name) => self.lacking_part(unknown, name),
            (Part::Column(_), "name" | "index" | "data_type") | (Part::Table, _) => {
                derived(unknown, format!("{}.{name}", unknown.label))
            }
            // A row has its columns by name.
            (Part::Row(_), _) => {
                self.note_column(unknown, &name_key(name));
                unknown.item(&name_key(name))
            }
            (Part::Columns, _) if !matches!(name, "keys" | "values" | "items" | "get" | "dict") => {
                self.note_column(unknown, &name_key(name));
                unknown.item(&name_key(name))
            }
            // A method that is not called has no items.
            (Part::Column(_), "values" | "values_sorted" | "values_distinct") => {
                Value::Method(Rc::new((Value::Unknown(Rc::new(unknown.clone())), name.into())))
            }
            _ => derived(unknown, format!("{}.{name}", unknown.label)),
        }
    }

    /// An item of an unknown value.
    pub(super) fn subscript_of_unknown(&mut self, unknown: &Unknown, key: &Value) -> Eval<Value> {
        if let (Shape::Part(_, Part::Table), Some(name)) = (&unknown.shape, key.as_str()) {
            return Ok(self.attribute_of_unknown(unknown, name));
        }
        let shown = self.repr_of(key)?;
        if unknown.has_rows() && !self.presumed_rows(unknown)? {
            let message = format!("{} object has no element {shown}", unknown.type_name());
            let lacking = Undefined::part(key.clone(), &shown, message, self.permissive);
            return Ok(Value::Undefined(Rc::new(lacking)));
        }
        if matches!(unknown.shape, Shape::Part(_, Part::Row(_) | Part::Columns)) {
            self.note_column(unknown, &shown);
        }
        Ok(unknown.item(&shown))
    }

    /// A slice of an unknown value.
    pub(super) fn slice_of_unknown(&mut self, unknown: &Unknown) -> Value {
        let label = format!("{}[:]", unknown.label);
        if self.settled_empty(unknown) {
            Value::list(Vec::new())
        } else if unknown.has_rows() {
            unknown.part(label, Part::Items)
        } else {
            derived(unknown, label)
        }
    }

    /// Calls a method of an unknown value that is part of a query's result; none where it is not one.
    pub(super) fn method_of_unknown(&mut self, unknown: &Unknown, name: &str, args: &Args) -> Eval<Option<Value>> {
        let Shape::Part(of, part) = &unknown.shape else { return Ok(None) };
        Ok(Some(match (part, name) {
            (Part::Table, _) if PRINTING.contains(&name) => Value::None,
            (Part::Table, _) if KEEPING.contains(&name) => {
                unknown.part(format!("{}.{name}(…)", unknown.label), Part::Table)
            }
            (Part::Columns | Part::Row(_) | Part::Rows, "get") => match args.positional.first() {
                // It asks for what may be missing: None, or the other argument, stands for it.
                Some(key) => unknown.item(&self.repr_of(key)?),
                None => return Ok(None),
            },
            (Part::Columns, "values") => unknown.part(format!("{of}.columns"), Part::Columns),
            (Part::Rows, "values") => unknown.part(format!("{of}.rows"), Part::Rows),
            (Part::Row(_), "values") => unknown.part(unknown.label.clone(), part.clone()),
            (Part::Column(key), "values" | "values_sorted") => {
                unknown.part(format!("{}.{name}()", unknown.label), Part::Values(key.clone()))
            }
            (Part::Column(_), "values_distinct") => unknown.part(format!("{}.{name}()", unknown.label), Part::Items),
            _ => return Ok(None),
        }))
    }

    /// What a filter makes of an unknown value, where that can be told.
    pub(super) fn filtered_unknown(&mut self, unknown: &Unknown, name: &str) -> Eval<Option<Value>> {
        if !unknown.has_rows() {
            return Ok(None);
        }
        if matches!(name, "length" | "count") {
            return Ok(Some(self.length_of_unknown(unknown)));
        }
        if matches!(name, "first" | "last") && self.presumed_rows(unknown)? {
            return Ok(Some(unknown.item(if name == "first" { "0" } else { "-1" })));
        }
        if FILTERS_WALKING.contains(&name) && self.settled_empty(unknown) {
            return Ok(None);
        }
        if name == "list" {
            return Ok(Some(Value::Unknown(Rc::new(Unknown {
                label: unknown.label.clone(),
                cause: Rc::clone(&unknown.cause),
                shape: unknown.shape.clone(),
                identity: unknown.identity,
                column: None,
            }))));
        }
        if FILTERS_KEEPING.contains(&name) {
            return Ok(Some(unknown.part(format!("{} | {name}", unknown.label), Part::Items)));
        }
        Ok(None)
    }

    /// Whether a filter sees an unknown value as the empty list that it was settled to be.
    pub(super) fn walks_empty(&self, unknown: &Unknown, name: &str) -> bool {
        FILTERS_WALKING.contains(&name) && self.is_empty_unknown(unknown)
    }

    /// A test of an unknown value, where its type tells the answer.
    pub(super) fn tested_unknown(&self, unknown: &Unknown, name: &str) -> Option<bool> {
        let Shape::Part(_, part) = &unknown.shape else { return None };
        Some(match name {
            "none" | "boolean" | "callable" | "escaped" | "float" | "string" | "mapping" | "false" | "true" => false,
            "integer" | "number" => *part == Part::Count,
            "iterable" | "sequence" => *part != Part::Count,
            _ => return None,
        })
    }

    /// A comparison of how many rows there are with a number.
    pub(super) fn compare_count(&mut self, op: CompareOp, left: &Value, right: &Value) -> Eval<Option<bool>> {
        let (unknown, number, op) = match (left, right) {
            (Value::Unknown(unknown), other) if is_count(unknown) => (unknown, other.as_int(), op),
            (other, Value::Unknown(unknown)) if is_count(unknown) => (unknown, other.as_int(), flipped(op)),
            _ => return Ok(None),
        };
        let Some(number) = number else { return Ok(None) };
        let holds = |count: i64| match op {
            CompareOp::Lt => count < number,
            CompareOp::Lte => count <= number,
            CompareOp::Gt => count > number,
            CompareOp::Gte => count >= number,
            CompareOp::Eq => count == number,
            CompareOp::Ne => count != number,
            CompareOp::In | CompareOp::NotIn => false,
        };
        if matches!(op, CompareOp::In | CompareOp::NotIn) {
            return Ok(None);
        }
        if !self.any_rows(unknown)? {
            return Ok(Some(holds(0)));
        }
        // From some number of rows on the answer stays: where that is so for every number, it is known.
        let settled = (1..=number.max(1) + 1).all(|count| holds(count) == holds(1));
        if settled || number > 1_000_000 {
            return Ok(Some(holds(1)));
        }
        let text = format!("{} {} {number}", unknown.label, symbol(op));
        self.ask_about(unknown, text, holds(1)).map(Some)
    }

    fn lacking_part(&self, unknown: &Unknown, name: &str) -> Value {
        let message = format!("'{} object' has no attribute '{name}'", unknown.type_name());
        let lacking = Undefined::part(Value::str(name), &format!("'{name}'"), message, self.permissive);
        Value::Undefined(Rc::new(lacking))
    }
}

fn is_count(unknown: &Unknown) -> bool {
    matches!(unknown.shape, Shape::Part(_, Part::Count))
}

fn name_key(name: &str) -> String {
    let mut key = String::new();
    super::print::write_str_repr(&mut key, name);
    key
}

fn flipped(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Lt => CompareOp::Gt,
        CompareOp::Lte => CompareOp::Gte,
        CompareOp::Gt => CompareOp::Lt,
        CompareOp::Gte => CompareOp::Lte,
        other => other,
    }
}

fn symbol(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Lt => "<",
        CompareOp::Lte => "<=",
        CompareOp::Gt => ">",
        CompareOp::Gte => ">=",
        CompareOp::Eq => "==",
        CompareOp::Ne => "!=",
        CompareOp::In => "in",
        CompareOp::NotIn => "not in",
    }
}
