//! Functions of JSON.

use rusqlite::{Connection, Result};
use serde_json::Value;

use crate::prove::warehouse::convert;
use crate::prove::warehouse::value::SqlValue;

use super::{Answer, few, strict};

fn read(value: &SqlValue) -> Option<Value> {
    match value {
        SqlValue::Text(text) => serde_json::from_str(text).ok(),
        SqlValue::Integer(number) => Some(Value::from(*number)),
        SqlValue::Real(number) => Some(Value::from(*number)),
        _ => None,
    }
}

/// A part of JSON as a value of SQL: scalars are themselves, the rest is JSON again.
fn given(value: Option<&Value>) -> SqlValue {
    match value {
        None | Some(Value::Null) => SqlValue::Null,
        Some(Value::Bool(truth)) => SqlValue::Integer(i64::from(*truth)),
        Some(Value::String(text)) => SqlValue::Text(text.clone()),
        Some(Value::Number(number)) => match number.as_i64() {
            Some(number) => SqlValue::Integer(number),
            None => SqlValue::Real(number.as_f64().unwrap_or_default()),
        },
        Some(other) => SqlValue::Text(other.to_string()),
    }
}

/// The same as a text.
fn as_text(value: Option<&Value>) -> SqlValue {
    match value {
        Some(Value::Bool(truth)) => SqlValue::Text(truth.to_string()),
        other => match given(other) {
            SqlValue::Null => SqlValue::Null,
            value => SqlValue::Text(convert::text(&value)),
        },
    }
}

/// The part that a key or a place means.
fn step<'v>(value: &'v Value, key: &SqlValue) -> Option<&'v Value> {
    match (value, key) {
        (Value::Array(items), SqlValue::Integer(at)) => {
            let at = if *at < 0 { items.len() as i64 + at } else { *at };
            items.get(usize::try_from(at).ok()?)
        }
        (Value::Array(items), SqlValue::Text(at)) => items.get(at.parse::<usize>().ok()?),
        (Value::Object(fields), key) => fields.get(&convert::text(key)),
        _ => None,
    }
}

/// The part that a path means: `$.a.b[0]`, or without the `$`.
fn along<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    let mut at = value;
    let path = path.strip_prefix('$').unwrap_or(path);
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            let end = inside.find(']')?;
            let key = inside[..end].trim_matches(['\'', '"']);
            at = match key.parse::<i64>() {
                Ok(number) => step(at, &SqlValue::Integer(number))?,
                Err(_) => step(at, &SqlValue::Text(key.to_owned()))?,
            };
            rest = &inside[end + 1..];
            continue;
        }
        rest = rest.trim_start_matches('.');
        let (key, after) = if let Some(quoted) = rest.strip_prefix('"') {
            let end = quoted.find('"')?;
            (&quoted[..end], &quoted[end + 1..])
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            (&rest[..end], &rest[end..])
        };
        if key.is_empty() {
            return None;
        }
        at = step(at, &SqlValue::Text(key.to_owned()))?;
        rest = after;
    }
    Some(at)
}

fn by_path(a: &[SqlValue], give: impl Fn(Option<&Value>) -> SqlValue) -> Answer {
    let [value, path] = a else { return Err(few("json")) };
    let Some(value) = read(value) else { return Ok(SqlValue::Null) };
    Ok(give(along(&value, &convert::text(path))))
}

fn contains(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            part.iter().all(|(key, value)| whole.get(key).is_some_and(|whole| contains(whole, value)))
        }
        (Value::Array(whole), Value::Array(part)) => {
            part.iter().all(|value| whole.iter().any(|whole| contains(whole, value)))
        }
        (Value::Array(whole), part) => whole.contains(part),
        (whole, part) => whole == part,
    }
}

pub(super) fn register(db: &Connection) -> Result<()> {
    strict(db, "json_field", |a| by_path(a, given))?;
    strict(db, "json_scalar", |a| by_path(a, as_text))?;
    strict(db, "json_text", |a| match a {
        [value, key] => {
            let value = read(value);
            Ok(as_text(value.as_ref().and_then(|value| step(value, key))))
        }
        _ => Err(few("->>")),
    })?;
    strict(db, "json_path_text", |a| match a {
        [value, keys] => {
            let Some(value) = read(value) else { return Ok(SqlValue::Null) };
            let keys: Vec<String> = match read(keys) {
                Some(Value::Array(keys)) => keys.iter().map(|key| convert::text(&given(Some(key)))).collect(),
                _ => {
                    let text = convert::text(keys);
                    text.trim_matches(['{', '}']).split(',').map(|key| key.trim().to_owned()).collect()
                }
            };
            let mut at = Some(&value);
            for key in keys {
                at = at.and_then(|value| step(value, &SqlValue::Text(key)));
            }
            Ok(as_text(at))
        }
        _ => Err(few("#>>")),
    })?;
    strict(db, "json_contains", |a| match a {
        [whole, part] => match (read(whole), read(part)) {
            (Some(whole), Some(part)) => Ok(SqlValue::Integer(i64::from(contains(&whole, &part)))),
            _ => Ok(SqlValue::Null),
        },
        _ => Err(few("@>")),
    })?;
    strict(db, "json_without_nulls", |a| match a.first().and_then(read) {
        Some(Value::Object(fields)) => {
            let kept: serde_json::Map<String, Value> =
                fields.into_iter().filter(|(_, value)| !value.is_null()).collect();
            Ok(SqlValue::Text(Value::Object(kept).to_string()))
        }
        _ => Ok(SqlValue::Null),
    })?;
    strict(db, "array_contains", |a| match a {
        [list, item] => {
            let Some(Value::Array(items)) = read(list) else { return Ok(SqlValue::Null) };
            Ok(SqlValue::Integer(i64::from(items.iter().any(|value| given(Some(value)) == *item))))
        }
        _ => Err(few("array_contains")),
    })?;
    strict(db, "array_text", |a| match a {
        [list, separator] => {
            let Some(Value::Array(items)) = read(list) else { return Ok(SqlValue::Null) };
            let texts: Vec<String> =
                items.iter().filter(|item| !item.is_null()).map(|item| convert::text(&as_text(Some(item)))).collect();
            Ok(SqlValue::Text(texts.join(&convert::text(separator))))
        }
        _ => Err(few("array_to_string")),
    })?;
    strict(db, "split", |a| match a {
        [text, separator] => {
            let (text, separator) = (convert::text(text), convert::text(separator));
            let parts: Vec<Value> = text.split(separator.as_str()).map(Value::from).collect();
            Ok(SqlValue::Text(Value::Array(parts).to_string()))
        }
        _ => Err(few("split")),
    })
}
