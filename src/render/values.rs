//! Between data of files and values of templates.

use std::rc::Rc;

use crate::datum::{Datum, Kind};
use crate::jinja::{Dict, ErrorKind, Eval, Interp, Str, Value, error};

/// A datum as a value; text that holds Jinja stays as it is.
#[must_use]
pub fn value_of(datum: &Datum) -> Value {
    match &datum.kind {
        Kind::Null => Value::None,
        Kind::Bool(value) => Value::Bool(*value),
        Kind::Int(value) => Value::Int(*value),
        Kind::Float(value) => Value::Float(*value),
        Kind::Str(text) => Value::Str(Str::from(text)),
        Kind::List(items) => Value::list(items.iter().map(value_of).collect()),
        Kind::Map(entries) => {
            let mut dict = Dict::default();
            for (key, value) in entries {
                // Keys of YAML are scalars, which can be hashed.
                let _ = dict.set(value_of(key), value_of(value));
            }
            Value::dict(dict)
        }
        Kind::Other { shown, type_name } if type_name == "int" => {
            shown.parse().map_or_else(|_| Value::str(shown.as_str()), Value::big)
        }
        Kind::Other { shown, type_name } => {
            let moment = match type_name.as_str() {
                "date" => shown.parse().ok().map(crate::jinja::Moment::Date),
                "datetime" => shown.parse().ok().map(|at| crate::jinja::Moment::DateTime(at, None)),
                _ => None,
            };
            // A time with an offset has no form here.
            moment
                .filter(|moment| moment.to_string() == *shown)
                .map_or_else(|| Value::str(shown.as_str()), |moment| Value::Moment(Rc::new(moment)))
        }
    }
}

/// A value as a datum.
pub fn datum_of(interp: &mut Interp, value: &Value) -> Eval<Datum> {
    nested_datum(interp, value, 0)
}

fn nested_datum(interp: &mut Interp, value: &Value, depth: usize) -> Eval<Datum> {
    if depth > 100 {
        return Err(error(ErrorKind::Limit("depth"), "a value is nested too deeply"));
    }
    let kind = match value {
        Value::None => Kind::Null,
        Value::Bool(value) => Kind::Bool(*value),
        Value::Int(value) => Kind::Int(*value),
        Value::Float(value) => Kind::Float(*value),
        Value::Str(text) => {
            let text = text.to_text();
            let place = text.place_of(0..text.value.len());
            return Ok(Datum { kind: Kind::Str(text), place });
        }
        Value::List(items) => {
            let items = items.borrow().clone();
            Kind::List(items.iter().map(|item| nested_datum(interp, item, depth + 1)).collect::<Eval<Vec<_>>>()?)
        }
        Value::Dict(dict) => {
            let dict = dict.borrow().clone();
            let mut entries = Vec::with_capacity(dict.len());
            for (key, value) in dict.iter() {
                entries.push((nested_datum(interp, key, depth + 1)?, nested_datum(interp, value, depth + 1)?));
            }
            Kind::Map(entries)
        }
        other => {
            let shown = interp.str_of(other)?.text.to_string();
            Kind::Other { type_name: other.type_name().to_owned(), shown }
        }
    };
    Ok(Datum { kind, place: None })
}
