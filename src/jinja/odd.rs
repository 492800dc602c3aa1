//! Uses of values that Python takes and that are hardly meant: a text walked letter by letter, two values compared
//! that are never equal, an object printed.

use std::sync::Arc;

use super::interp::Interp;
use super::tree::CompareOp;
use super::unknown::Unknown;
use super::value::{StrKind, Value};
use crate::source::{Call, Place};

/// A use of a value that is hardly meant, or that the host may know to be none.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Odd {
    /// A text is walked letter by letter.
    TextWalked(Arc<str>),
    /// Two values are compared that are never equal: what sort each of them is.
    NeverEqual(&'static str, &'static str),
    /// A member of an enumeration is compared with texts.
    Member {
        /// Its `repr()`.
        repr: &'static str,
        /// The texts.
        with: Vec<Arc<str>>,
    },
    /// A value of a query's result is compared with texts.
    Cell {
        /// Which query's, as [`super::unknown::identity`] has it.
        query: u64,
        /// Its column, as it is written: `0`, `'name'`.
        column: Arc<str>,
        /// The texts.
        with: Vec<Arc<str>>,
    },
    /// A column of a query's result is read.
    Column {
        /// Which query's.
        query: u64,
        /// Its key, as it is written: `0`, `'name'`.
        key: Arc<str>,
    },
    /// Something is printed that is no value: what it is.
    Printed(&'static str),
    /// A text is thrown away by `do`.
    Dropped(Arc<str>),
}

/// Where a value was used so.
#[derive(Debug, Clone)]
pub struct OddUse {
    /// How.
    pub what: Odd,
    /// Where.
    pub place: Option<Place>,
    /// Through which macro calls.
    pub through: Option<Arc<Call>>,
}

/// What sort of value it is, where values of other sorts never equal it; none where they may.
fn sort(value: &Value) -> Option<&'static str> {
    Some(match value {
        Value::Str(_) => "text",
        Value::Int(_) | Value::BigInt(_) | Value::Float(_) | Value::Decimal(_) => "a number",
        Value::Bool(_) => "true or false",
        Value::List(_) => "a list",
        Value::Tuple(_) => "a tuple",
        Value::Dict(_) => "a dict",
        Value::Moment(_) => "a date or time",
        Value::Object(object) if object.type_name().ends_with("Relation") => "a relation",
        Value::Object(object) if object.type_name() == "RunResult" => "a result",
        Value::Object(object) if object.is_mapping() => "a dict",
        _ => return None,
    })
}

/// The sorts of two values, where one of them is text and they are never equal.
fn never_equal(left: &Value, right: &Value) -> Option<(&'static str, &'static str)> {
    let (left, right) = (sort(left)?, sort(right)?);
    (left != right && (left == "text" || right == "text")).then_some((left, right))
}

/// What is printed that is no value.
fn printed(value: &Value) -> Option<&'static str> {
    Some(match value {
        Value::Unknown(unknown) => return unknown.printed_part(),
        Value::Iterator(_) => "a generator",
        Value::Method(_) | Value::Function(_) | Value::Macro(_) => "a function that is not called",
        Value::List(items) if items.borrow().iter().any(is_result) => "the list of results",
        Value::Object(_) if is_result(value) => "a whole result",
        _ => return None,
    })
}

fn is_result(value: &Value) -> bool {
    matches!(value, Value::Object(object) if object.type_name() == "RunResult")
}

fn texts(value: &Value) -> Vec<Arc<str>> {
    let of = |items: &[Value]| items.iter().filter_map(Value::as_str).map(Arc::from).collect();
    match value {
        Value::Str(text) => vec![Arc::clone(&text.text)],
        Value::List(items) => of(&items.borrow()),
        Value::Tuple(items) => of(items),
        _ => Vec::new(),
    }
}

impl Interp {
    /// Notes such a use where something is evaluated now, each once.
    pub(super) fn note_odd(&mut self, what: Odd) {
        let (place, through) = (self.site, self.within.clone());
        if place.is_some() && self.odd_seen.insert((place, what.clone())) {
            self.odd_uses.push(OddUse { what, place, through });
        }
    }

    /// Notes what is told of a comparison.
    pub(super) fn note_compared(&mut self, op: CompareOp, left: &Value, right: &Value) {
        let is_in = match op {
            CompareOp::Eq | CompareOp::Ne => false,
            CompareOp::In | CompareOp::NotIn => true,
            _ => return,
        };
        let (member, with) = match (left, right) {
            (_, Value::Str(text)) if is_in && text.kind == StrKind::Plain => return,
            (Value::Str(_) | Value::Unknown(_), _) => (left, right),
            _ => (right, left),
        };
        match member {
            Value::Str(text) => {
                if let StrKind::Member(repr) = text.kind {
                    return self.note_odd(Odd::Member { repr, with: texts(with) });
                }
            }
            Value::Unknown(unknown) => {
                if let (Some((query, column)), texts @ [_, ..]) = (unknown.of_column(), texts(with).as_slice()) {
                    return self.note_odd(Odd::Cell { query, column, with: texts.to_vec() });
                }
                return;
            }
            _ => {}
        }
        let differ = match right {
            _ if !is_in => never_equal(left, right),
            Value::List(items) => all_differ(left, &items.borrow()),
            Value::Tuple(items) => all_differ(left, items),
            _ => None,
        };
        if let Some((left, right)) = differ {
            self.note_odd(Odd::NeverEqual(left, right));
        }
    }

    /// Notes that a value is printed, where that is none to print.
    pub(super) fn note_printed(&mut self, value: &Value) {
        if let Some(what) = printed(value) {
            self.note_odd(Odd::Printed(what));
        }
    }

    /// Notes that a value is walked, where that is a text.
    pub(super) fn note_walked(&mut self, value: &Value) {
        if let Value::Str(text) = value
            && text.text.chars().nth(1).is_some()
        {
            self.note_odd(Odd::TextWalked(Arc::clone(&text.text)));
        }
    }

    /// Forgets the columns that were noted from a place on: what is read under `is defined` or `default` may be missing.
    pub(super) fn forget_columns(&mut self, from: usize) {
        let mut at = 0;
        self.odd_uses.retain(|one| {
            at += 1;
            at <= from || !matches!(one.what, Odd::Column { .. })
        });
    }

    /// Notes that a column of a query's result is read.
    pub(super) fn note_column(&mut self, unknown: &Unknown, key: &str) {
        if unknown.identity != 0 {
            self.note_odd(Odd::Column { query: unknown.identity, key: Arc::from(key) });
        }
    }
}

fn all_differ(left: &Value, items: &[Value]) -> Option<(&'static str, &'static str)> {
    let mut first = None;
    for item in items {
        let differ = never_equal(left, item)?;
        first.get_or_insert(differ);
    }
    first
}
