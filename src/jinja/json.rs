//! JSON as Python writes and reads it.

use std::fmt::Write as _;

use super::error::{Eval, type_error};
use super::interp::Interp;
use super::print::float_text;
use super::value::{Dict, Value};

/// `json.dumps(value)`; `sort_keys` as there.
pub fn dump(interp: &mut Interp, value: &Value, indent: Option<i64>, sort_keys: bool) -> Eval<String> {
    let mut out = String::new();
    let style = Style { indent: indent.map(|indent| indent.clamp(0, 100) as usize), sort_keys };
    write(interp, &mut out, value, style, 0)?;
    Ok(out)
}

#[derive(Clone, Copy)]
struct Style {
    indent: Option<usize>,
    sort_keys: bool,
}

fn write(interp: &mut Interp, out: &mut String, value: &Value, style: Style, depth: usize) -> Eval<()> {
    interp.step()?;
    if depth > 200 {
        return Err(super::error::value_error("Circular reference detected"));
    }
    match value {
        Value::None => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(_) | Value::BigInt(_) => out.push_str(&interp.repr_of(value)?),
        Value::Float(float) if float.is_nan() => out.push_str("NaN"),
        Value::Float(float) if float.is_infinite() => out.push_str(if *float > 0.0 { "Infinity" } else { "-Infinity" }),
        Value::Float(float) => out.push_str(&float_text(*float)),
        Value::Str(text) => {
            interp.made(text.text.len())?;
            write_string(out, &text.text);
        }
        Value::List(_) | Value::Tuple(_) => {
            let items = interp.items_of(value)?;
            out.push('[');
            for (n, item) in items.iter().enumerate() {
                separate(out, n, style, depth);
                write(interp, out, item, style, depth + 1)?;
            }
            close(out, ']', items.is_empty(), style, depth);
        }
        Value::Dict(dict) | Value::Namespace(dict) => {
            let dict: Dict = dict.borrow().clone();
            let mut entries = Vec::with_capacity(dict.len());
            for (key, value) in dict.iter() {
                let key = match key {
                    Value::Str(text) => text.text.to_string(),
                    Value::Int(_) | Value::BigInt(_) => interp.repr_of(key)?,
                    Value::Float(float) => float_text(*float),
                    Value::Bool(value) => value.to_string(),
                    Value::None => "null".to_owned(),
                    other => {
                        return Err(type_error(format!(
                            "keys must be str, int, float, bool or None, not {}",
                            other.type_name()
                        )));
                    }
                };
                entries.push((key, value));
            }
            if style.sort_keys {
                let texts = dict.iter().filter(|(key, _)| matches!(key, Value::Str(_))).count();
                if texts != 0 && texts != dict.len() {
                    return Err(type_error("'<' not supported between instances of keys of different types"));
                }
                entries.sort_by(|(left, _), (right, _)| left.cmp(right));
            }
            out.push('{');
            for (n, (key, value)) in entries.iter().enumerate() {
                separate(out, n, style, depth);
                write_string(out, key);
                out.push_str(": ");
                write(interp, out, value, style, depth + 1)?;
            }
            close(out, '}', entries.is_empty(), style, depth);
        }
        Value::Unknown(unknown) => {
            let placeholder = interp.placeholder(unknown);
            out.push_str(&placeholder);
        }
        Value::Object(object) if object.is_mapping() => match object.as_dict() {
            Some(dict) => write(interp, out, &dict, style, depth)?,
            None => return Err(type_error(format!("Object of type {} is not JSON serializable", object.type_name()))),
        },
        other => return Err(type_error(format!("Object of type {} is not JSON serializable", other.type_name()))),
    }
    Ok(())
}

fn separate(out: &mut String, n: usize, style: Style, depth: usize) {
    match style.indent {
        Some(indent) => {
            if n > 0 {
                out.push(',');
            }
            out.push('\n');
            out.push_str(&" ".repeat(indent * (depth + 1)));
        }
        None if n > 0 => out.push_str(", "),
        None => {}
    }
}

fn close(out: &mut String, bracket: char, empty: bool, style: Style, depth: usize) {
    if let (Some(indent), false) = (style.indent, empty) {
        out.push('\n');
        out.push_str(&" ".repeat(indent * depth));
    }
    out.push(bracket);
}

fn write_string(out: &mut String, text: &str) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(char),
            _ => {
                let mut units = [0; 2];
                for unit in char.encode_utf16(&mut units) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}

/// `json.loads(text)`; none where it is no JSON.
#[must_use]
pub fn load(text: &str) -> Option<Value> {
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(value) => Some(from_json(&value)),
        Err(_) => {
            serde_json::from_str::<serde_json::Value>(&without_constants(text)?).ok().map(|value| from_json(&value))
        }
    }
}

/// The three numbers that Python reads and JSON has not.
const CONSTANTS: [(&str, f64); 3] = [("-Infinity", f64::NEG_INFINITY), ("Infinity", f64::INFINITY), ("NaN", f64::NAN)];

/// What stands for such a number: a key that no one writes, in an object of its own.
const STAND_IN: &str = "\u{0}constant";

/// The text with objects in place of the numbers that JSON has not; none where there are none.
fn without_constants(text: &str) -> Option<String> {
    if text.contains("\\u0000constant") || !CONSTANTS.iter().any(|(name, _)| text.contains(name)) {
        return None;
    }
    let mut out = String::with_capacity(text.len() + 32);
    let mut rest = text;
    let mut quoted = false;
    'next: while let Some(char) = rest.chars().next() {
        if !quoted {
            for (n, (name, _)) in CONSTANTS.iter().enumerate() {
                if let Some(after) = rest.strip_prefix(name) {
                    let _ = write!(out, "{{\"\\u0000constant\":{n}}}");
                    rest = after;
                    continue 'next;
                }
            }
        }
        let len = if quoted && char == '\\' {
            1 + rest[1..].chars().next().map_or(0, char::len_utf8)
        } else {
            char.len_utf8()
        };
        if char == '"' {
            quoted = !quoted;
        }
        out.push_str(&rest[..len]);
        rest = &rest[len..];
    }
    Some(out)
}

fn from_json(value: &serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::None,
        serde_json::Value::Bool(value) => Value::Bool(*value),
        serde_json::Value::Number(number) => {
            let digits = number.to_string();
            if digits.contains(['.', 'e', 'E']) {
                Value::Float(digits.parse().unwrap_or(f64::INFINITY))
            } else {
                digits.parse().map_or(Value::None, Value::big)
            }
        }
        serde_json::Value::String(text) => Value::str(text.as_str()),
        serde_json::Value::Array(items) => Value::list(items.iter().map(from_json).collect()),
        serde_json::Value::Object(entries) => {
            if let Some(n) = entries.get(STAND_IN).and_then(serde_json::Value::as_u64) {
                return CONSTANTS.get(n as usize).map_or(Value::None, |(_, number)| Value::Float(*number));
            }
            let mut dict = Dict::default();
            for (key, value) in entries {
                dict.set_str(key, from_json(value));
            }
            Value::dict(dict)
        }
    }
}
