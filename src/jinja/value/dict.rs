//! Python's dict and its keys.

use std::hash::{Hash, Hasher};

use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;
use num_bigint::BigInt;
use num_traits::{FromPrimitive, ToPrimitive};

use super::Value;
use crate::jinja::error::{Eval, type_error};

/// A dict's key: equal where Python has the keys equal (`1 == 1.0 == True`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// `None`
    None,
    /// Any number with an integral value
    Int(BigInt),
    /// Another number, by its bits
    Float(u64),
    /// Text
    Str(Arc<str>),
    /// Bytes
    Bytes(Vec<u8>),
    /// A tuple
    Tuple(Vec<Key>),
    /// Something by how it prints: dates, objects, unknowns
    Shown(String),
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Key::None => 0.hash(state),
            Key::Int(value) => value.hash(state),
            Key::Float(bits) => bits.hash(state),
            Key::Str(text) => text.hash(state),
            Key::Bytes(bytes) => bytes.hash(state),
            Key::Tuple(keys) => keys.hash(state),
            Key::Shown(text) => text.hash(state),
        }
    }
}

impl Key {
    /// The key that a value makes; an error where the value cannot be hashed.
    pub fn of(value: &Value) -> Eval<Key> {
        Ok(match value {
            Value::None => Key::None,
            Value::Bool(_) | Value::Int(_) | Value::BigInt(_) => Key::Int(value.as_big().unwrap_or_default()),
            Value::Float(float) if float.fract() == 0.0 => {
                BigInt::from_f64(*float).map_or(Key::Float(float.to_bits()), Key::Int)
            }
            Value::Float(float) => Key::Float(float.to_bits()),
            Value::Str(text) => Key::Str(Arc::clone(&text.text)),
            Value::Bytes(bytes) => Key::Bytes(bytes.to_vec()),
            Value::Tuple(items) => Key::Tuple(items.iter().map(Key::of).collect::<Eval<Vec<_>>>()?),
            Value::List(_) | Value::Dict(_) | Value::Set(_) => {
                return Err(type_error(format!("unhashable type: '{}'", value.type_name())));
            }
            Value::Decimal(decimal) => {
                if decimal.is_integer() {
                    Key::Int(decimal.with_scale(0).into_bigint_and_exponent().0)
                } else {
                    Key::Float(decimal.to_f64().unwrap_or(f64::NAN).to_bits())
                }
            }
            Value::Moment(moment) => Key::Shown(moment.to_string()),
            Value::Unknown(unknown) => Key::Shown(unknown.key()),
            Value::Undefined(_) => Key::Shown("Undefined".to_owned()),
            Value::Object(object) => {
                Key::Shown(object.key().unwrap_or_else(|| format!("{} {:p}", object.type_name(), Rc::as_ptr(object))))
            }
            other => Key::Shown(other.type_name().to_owned()),
        })
    }
}

/// Python's dict: in the order of insertion.
#[derive(Default, Clone)]
pub struct Dict {
    entries: IndexMap<Key, (Value, Value)>,
}

impl Dict {
    /// How many entries it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The value of a text key.
    #[must_use]
    pub fn get_str(&self, key: &str) -> Option<&Value> {
        self.entries.get(&StrKey(key)).map(|(_, value)| value)
    }

    /// The value of a key.
    pub fn get(&self, key: &Value) -> Eval<Option<&Value>> {
        if let Value::Str(text) = key {
            return Ok(self.get_str(&text.text));
        }
        Ok(self.entries.get(&Key::of(key)?).map(|(_, value)| value))
    }

    /// Sets a key; one that is there keeps its place.
    pub fn set(&mut self, key: Value, value: Value) -> Eval<()> {
        let hashed = Key::of(&key)?;
        match self.entries.get_mut(&hashed) {
            Some(entry) => entry.1 = value,
            None => {
                self.entries.insert(hashed, (key, value));
            }
        }
        Ok(())
    }

    /// Sets a text key.
    pub fn set_str(&mut self, key: &str, value: Value) {
        let text: Arc<str> = Arc::from(key);
        let hashed = Key::Str(Arc::clone(&text));
        match self.entries.get_mut(&hashed) {
            Some(entry) => entry.1 = value,
            None => {
                self.entries.insert(hashed, (Value::str(text), value));
            }
        }
    }

    /// Takes a key out.
    pub fn remove(&mut self, key: &Value) -> Eval<Option<Value>> {
        Ok(self.entries.shift_remove(&Key::of(key)?).map(|(_, value)| value))
    }

    /// Takes the last entry out.
    pub fn pop(&mut self) -> Option<(Value, Value)> {
        self.entries.pop().map(|(_, entry)| entry)
    }

    /// Empties it.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// Its entries in order.
    #[must_use]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Value, &Value)> {
        self.entries.values().map(|(key, value)| (key, value))
    }

    /// Its keys in order.
    #[must_use]
    pub fn keys(&self) -> Vec<Value> {
        self.entries.values().map(|(key, _)| key.clone()).collect()
    }

    /// Whether it has a key.
    pub fn contains(&self, key: &Value) -> Eval<bool> {
        Ok(self.get(key)?.is_some())
    }

    /// A dict, or a set, of these keys.
    pub fn of_keys(keys: impl IntoIterator<Item = Value>) -> Eval<Dict> {
        let mut dict = Dict::default();
        for key in keys {
            dict.set(key, Value::None)?;
        }
        Ok(dict)
    }
}

/// A text key that is looked up without being made one.
struct StrKey<'a>(&'a str);

impl Hash for StrKey<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl indexmap::Equivalent<Key> for StrKey<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        matches!(key, Key::Str(text) if **text == *self.0)
    }
}
