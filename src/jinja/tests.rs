//! Jinja2's tests: what may stand after `is`.

use super::error::{ErrorKind, Eval, error, type_error};
use super::interp::Interp;
use super::tree::{BinaryOp, CompareOp};
use super::value::{Args, Dict, StrKind, Value};

/// The names of the tests, sorted.
pub(crate) const NAMES: &[&str] = &[
    "!=",
    "<",
    "<=",
    "==",
    ">",
    ">=",
    "boolean",
    "callable",
    "defined",
    "divisibleby",
    "eq",
    "equalto",
    "escaped",
    "even",
    "false",
    "filter",
    "float",
    "ge",
    "greaterthan",
    "gt",
    "in",
    "integer",
    "iterable",
    "le",
    "lessthan",
    "lower",
    "lt",
    "mapping",
    "ne",
    "none",
    "number",
    "odd",
    "sameas",
    "sequence",
    "string",
    "test",
    "true",
    "undefined",
    "upper",
];

/// Whether a test exists.
pub(crate) fn exists(name: &str) -> bool {
    NAMES.binary_search(&name).is_ok()
}

impl Interp {
    /// Applies a test.
    pub(super) fn test(&mut self, name: &str, value: &Value, args: &Args) -> Eval<bool> {
        if let Value::Unknown(unknown) = value {
            if let Some(answer) = self.tested_unknown(unknown, name) {
                return Ok(answer);
            }
            match name {
                "defined" => return Ok(true),
                "undefined" => return Ok(false),
                "none" | "boolean" | "callable" | "escaped" | "even" | "false" | "float" | "integer" | "iterable"
                | "lower" | "mapping" | "number" | "odd" | "sequence" | "string" | "true" | "upper" | "divisibleby"
                | "sameas" => {
                    return self.ask_about(unknown, format!("{} is {name}", unknown.label), false);
                }
                _ => {}
            }
        }
        let other = args.positional.first().or_else(|| args.keyword.first().map(|(_, value)| value));
        let operand =
            || other.ok_or_else(|| type_error(format!("test_{name}() missing 1 required positional argument")));
        let op = match name {
            "equalto" | "eq" | "==" => Some(CompareOp::Eq),
            "ne" | "!=" => Some(CompareOp::Ne),
            "in" => Some(CompareOp::In),
            _ => None,
        };
        if let (Some(op), Some(other)) = (op, other) {
            self.note_compared(op, value, other);
        }
        Ok(match name {
            "defined" => !value.is_undefined(),
            "undefined" => value.is_undefined(),
            "none" => value.is_none(),
            "boolean" => matches!(value, Value::Bool(_)),
            "true" => matches!(value, Value::Bool(true)),
            "false" => matches!(value, Value::Bool(false)),
            "integer" => matches!(value, Value::Int(_) | Value::BigInt(_)),
            "float" => matches!(value, Value::Float(_)),
            "number" => {
                matches!(value, Value::Bool(_) | Value::Int(_) | Value::BigInt(_) | Value::Float(_) | Value::Decimal(_))
            }
            "string" => matches!(value, Value::Str(_)),
            "mapping" => match value {
                Value::Dict(_) => true,
                Value::Object(object) => object.is_mapping(),
                _ => false,
            },
            "sequence" => match value {
                Value::Str(_)
                | Value::Bytes(_)
                | Value::List(_)
                | Value::Tuple(_)
                | Value::Dict(_)
                | Value::Range(_)
                // Undefined has a length and, to Jinja2's eyes, items.
                | Value::Undefined(_) => true,
                Value::Object(object) => object.len().is_some(),
                _ => false,
            },
            "iterable" => match value {
                Value::Object(object) => {
                    let object = std::rc::Rc::clone(object);
                    object.items(self)?.is_some()
                }
                Value::None
                | Value::Bool(_)
                | Value::Int(_)
                | Value::BigInt(_)
                | Value::Float(_)
                | Value::Decimal(_)
                | Value::Moment(_)
                | Value::Macro(_)
                | Value::Function(_)
                | Value::Method(_)
                | Value::Namespace(_) => false,
                _ => true,
            },
            "callable" => match value {
                Value::Macro(_) | Value::Function(_) | Value::Method(_) => true,
                Value::Object(object) => object.is_callable(),
                Value::Undefined(_) => true,
                _ => false,
            },
            "escaped" => matches!(value, Value::Str(text) if text.kind == StrKind::Markup),
            "lower" => {
                let text = self.str_of(value)?;
                text.text.chars().any(char::is_lowercase) && !text.text.chars().any(char::is_uppercase)
            }
            "upper" => {
                let text = self.str_of(value)?;
                text.text.chars().any(char::is_uppercase) && !text.text.chars().any(char::is_lowercase)
            }
            "odd" | "even" => {
                let rest = self.binary(BinaryOp::Rem, value, &Value::Int(2))?;
                self.equal(&rest, &Value::Int(i64::from(name == "odd")))?
            }
            "divisibleby" => {
                let rest = self.binary(BinaryOp::Rem, value, operand()?)?;
                self.equal(&rest, &Value::Int(0))?
            }
            "sameas" => value.same_as(operand()?) && value.type_name() == operand()?.type_name(),
            "eq" | "equalto" | "==" => self.compare(CompareOp::Eq, value, operand()?)?,
            "ne" | "!=" => self.compare(CompareOp::Ne, value, operand()?)?,
            "lt" | "lessthan" | "<" => self.compare(CompareOp::Lt, value, operand()?)?,
            "le" | "<=" => self.compare(CompareOp::Lte, value, operand()?)?,
            "gt" | "greaterthan" | ">" => self.compare(CompareOp::Gt, value, operand()?)?,
            "ge" | ">=" => self.compare(CompareOp::Gte, value, operand()?)?,
            "in" => self.contains(operand()?, value)?,
            "filter" => self.is_name(value, super::filters::exists)?,
            "test" => self.is_name(value, exists)?,
            _ => return Err(error(ErrorKind::UnknownTest, format!("No test named '{name}' found."))),
        })
    }

    /// Whether a value is one of a set of names, which a value that cannot be a key has no place in.
    fn is_name(&self, value: &Value, exists: impl Fn(&str) -> bool) -> Eval<bool> {
        Dict::default().get(value)?;
        Ok(value.as_str().is_some_and(exists))
    }
}
