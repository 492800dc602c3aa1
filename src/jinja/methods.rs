//! The methods of Python's own types.

pub(super) mod bytes;
mod collection;
pub(super) mod text;

use super::error::{Eval, type_error};
use super::interp::Interp;
use super::value::{Args, Value};

const STR: &[&str] = &[
    "capitalize",
    "casefold",
    "center",
    "count",
    "encode",
    "endswith",
    "expandtabs",
    "find",
    "format",
    "format_map",
    "index",
    "isalnum",
    "isalpha",
    "isascii",
    "isdecimal",
    "isdigit",
    "isidentifier",
    "islower",
    "isnumeric",
    "isprintable",
    "isspace",
    "istitle",
    "isupper",
    "join",
    "ljust",
    "lower",
    "lstrip",
    "partition",
    "removeprefix",
    "removesuffix",
    "replace",
    "rfind",
    "rindex",
    "rjust",
    "rpartition",
    "rsplit",
    "rstrip",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "swapcase",
    "title",
    "translate",
    "upper",
    "zfill",
];
const LIST: &[&str] =
    &["append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse", "sort"];
const TUPLE: &[&str] = &["count", "index"];
const DICT: &[&str] =
    &["clear", "copy", "fromkeys", "get", "items", "keys", "pop", "popitem", "setdefault", "update", "values"];
const SET: &[&str] = &[
    "add",
    "clear",
    "copy",
    "difference",
    "difference_update",
    "discard",
    "intersection",
    "intersection_update",
    "isdisjoint",
    "issubset",
    "issuperset",
    "pop",
    "remove",
    "symmetric_difference",
    "union",
    "update",
];
const INT: &[&str] = &["as_integer_ratio", "bit_count", "bit_length", "conjugate", "is_integer", "to_bytes"];
const FLOAT: &[&str] = &["as_integer_ratio", "conjugate", "hex", "is_integer"];
const DECIMAL: &[&str] = &["quantize", "to_integral_value", "normalize", "is_zero", "is_signed"];

fn names(value: &Value) -> &'static [&'static str] {
    match value {
        Value::Str(_) => STR,
        Value::List(_) => LIST,
        Value::Tuple(_) => TUPLE,
        Value::Dict(_) => DICT,
        Value::Set(_) => SET,
        Value::Bool(_) | Value::Int(_) | Value::BigInt(_) => INT,
        Value::Float(_) => FLOAT,
        Value::Bytes(_) => bytes::NAMES,
        Value::Decimal(_) => DECIMAL,
        _ => &[],
    }
}

/// Whether a value of one of Python's own types has a method.
pub(super) fn has(value: &Value, name: &str) -> bool {
    names(value).contains(&name)
}

/// Calls a method that [`has`] found.
pub(super) fn call(interp: &mut Interp, value: &Value, name: &str, args: Args) -> Eval<Value> {
    match value {
        Value::Str(text) => text::call(interp, text, name, &args),
        Value::Bytes(bytes) => bytes::call(interp, bytes, name, &args),
        Value::List(items) => collection::list(interp, items, name, &args),
        Value::Tuple(items) => collection::tuple(interp, items, name, &args),
        Value::Dict(dict) => collection::dict(interp, dict, name, args),
        Value::Set(set) => collection::set(interp, set, name, &args),
        Value::Float(float) => match name {
            "is_integer" => Ok(Value::Bool(float.is_finite() && float.fract() == 0.0)),
            "conjugate" => Ok(value.clone()),
            _ => Err(unsupported("float", name)),
        },
        Value::Decimal(decimal) => match name {
            "is_zero" => Ok(Value::Bool(decimal.sign() == num_bigint::Sign::NoSign)),
            "is_signed" => Ok(Value::Bool(decimal.sign() == num_bigint::Sign::Minus)),
            "normalize" => Ok(Value::Decimal(std::rc::Rc::new(decimal.normalized()))),
            "to_integral_value" => {
                Ok(Value::Decimal(std::rc::Rc::new(decimal.with_scale_round(0, bigdecimal::RoundingMode::HalfEven))))
            }
            _ => Err(unsupported("Decimal", name)),
        },
        _ => {
            let int = value.as_big().unwrap_or_default();
            match name {
                "bit_length" => Ok(Value::Int(int.bits() as i64)),
                "bit_count" => {
                    Ok(Value::Int(int.magnitude().iter_u64_digits().map(u64::count_ones).sum::<u32>().into()))
                }
                "conjugate" => Ok(Value::big(int)),
                "is_integer" => Ok(Value::Bool(true)),
                "as_integer_ratio" => Ok(Value::tuple(vec![Value::big(int), Value::Int(1)])),
                _ => Err(unsupported("int", name)),
            }
        }
    }
}

/// A method of Python that hookproof does not evaluate.
fn unsupported(type_name: &str, name: &str) -> super::error::Flow {
    super::error::error(
        super::error::ErrorKind::Host("unsupported"),
        format!("hookproof does not evaluate {type_name}.{name}()"),
    )
}

/// An argument that must be an integer.
fn integer(value: Option<&Value>, otherwise: i64) -> Eval<i64> {
    match value {
        None | Some(Value::None) => Ok(otherwise),
        Some(value) => value
            .as_int()
            .ok_or_else(|| type_error(format!("'{}' object cannot be interpreted as an integer", value.type_name()))),
    }
}
