//! Python's operators: truth, equality, order, arithmetic, containment, subscripts.

mod access;
mod arithmetic;

use std::cmp::Ordering;
use std::rc::Rc;

use num_traits::Zero;

use super::error::{Eval, Flow, type_error};
use super::interp::Interp;
use super::methods::bytes::position;
use super::tree::CompareOp;
use super::undefined::undefined_error;
use super::unknown::derived;
use super::value::{Args, Str, Value, View};
use arithmetic::{decimal_of, is_number};

pub(super) use access::index;
pub(super) use arithmetic::arithmetic;

/// Bits beyond which an integer is refused: nothing a hook needs.
const MAX_BITS: u64 = 1 << 20;

impl Interp {
    /// Python's truth of a value.
    pub fn truth(&mut self, value: &Value) -> Eval<bool> {
        Ok(match value {
            Value::Undefined(_) | Value::None => false,
            Value::Bool(value) => *value,
            Value::Int(value) => *value != 0,
            Value::BigInt(value) => !value.is_zero(),
            Value::Float(value) => *value != 0.0,
            Value::Decimal(value) => !value.is_zero(),
            Value::Str(text) => !text.text.is_empty(),
            Value::Bytes(bytes) => !bytes.is_empty(),
            Value::List(items) => !items.borrow().is_empty(),
            Value::Tuple(items) => !items.is_empty(),
            Value::Dict(dict) | Value::Set(dict) | Value::View(dict, _) => !dict.borrow().is_empty(),
            Value::Range(range) => !range.is_empty(),
            Value::Moment(moment) => moment.truth(),
            Value::Object(object) => object.truth(),
            Value::Iterator(_) | Value::Namespace(_) | Value::Macro(_) | Value::Function(_) | Value::Method(_) => true,
            Value::Unknown(unknown) => self.truth_of_unknown(unknown)?,
        })
    }

    /// Python's `==`.
    pub fn equal(&mut self, left: &Value, right: &Value) -> Eval<bool> {
        self.nested(|interp| interp.equal_values(left, right))
    }

    fn equal_values(&mut self, left: &Value, right: &Value) -> Eval<bool> {
        self.step()?;
        Ok(match (left, right) {
            (Value::Unknown(unknown), other) | (other, Value::Unknown(unknown)) => {
                if let Value::Unknown(other) = other {
                    if other.key() == unknown.key() {
                        return Ok(true);
                    }
                }
                if let Some(answer) = self.compare_count(CompareOp::Eq, left, right)? {
                    return Ok(answer);
                }
                let shown = self.repr_of(other)?;
                return self.ask_about(unknown, format!("{} == {shown}", unknown.label), false);
            }
            (Value::Undefined(_), Value::Undefined(_)) | (Value::None, Value::None) => true,
            (Value::Str(one), Value::Str(other)) => {
                if one.text.len() == other.text.len() {
                    self.weigh(left)?;
                }
                one.text == other.text
            }
            (Value::Bytes(left), Value::Bytes(right)) => left == right,
            (Value::List(left), Value::List(right)) => {
                if Rc::ptr_eq(left, right) {
                    return Ok(true);
                }
                let (left, right) = (left.borrow().clone(), right.borrow().clone());
                self.equal_all(&left, &right)?
            }
            (Value::Tuple(left), Value::Tuple(right)) => self.equal_all(left, right)?,
            (Value::Dict(left), Value::Dict(right)) => {
                if Rc::ptr_eq(left, right) {
                    return Ok(true);
                }
                let (left, right) = (left.borrow().clone(), right.borrow().clone());
                if left.len() != right.len() {
                    return Ok(false);
                }
                for (key, value) in left.iter() {
                    match right.get(key)? {
                        Some(other) if self.equal(value, other)? => {}
                        _ => return Ok(false),
                    }
                }
                true
            }
            (Value::Set(left), Value::Set(right)) => {
                let (left, right) = (left.borrow(), right.borrow());
                if left.len() != right.len() {
                    return Ok(false);
                }
                for (key, _) in left.iter() {
                    if !right.contains(key)? {
                        return Ok(false);
                    }
                }
                true
            }
            (Value::View(left, View::Keys), Value::View(right, View::Keys)) => {
                Rc::ptr_eq(left, right) || self.equal(&Value::Set(Rc::clone(left)), &Value::Set(Rc::clone(right)))?
            }
            (Value::View(left, View::Items), Value::View(right, View::Items)) => {
                self.equal(&Value::Dict(Rc::clone(left)), &Value::Dict(Rc::clone(right)))?
            }
            (Value::Range(left), Value::Range(right)) => left == right,
            (Value::Moment(left), Value::Moment(right)) => left == right,
            (Value::Object(object), _) => left_same(object, right) || Rc::clone(object).equals_in(self, right)?,
            (_, Value::Object(object)) => Rc::clone(object).equals_in(self, left)?,
            _ if is_number(left) && is_number(right) => compare_numbers(left, right) == Some(Ordering::Equal),
            _ => left.same_as(right),
        })
    }

    fn equal_all(&mut self, left: &[Value], right: &[Value]) -> Eval<bool> {
        if left.len() != right.len() {
            return Ok(false);
        }
        for (left, right) in left.iter().zip(right) {
            if !self.equal(left, right)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    pub(super) fn compare(&mut self, op: CompareOp, left: &Value, right: &Value) -> Eval<bool> {
        match op {
            CompareOp::Eq => self.equal(left, right),
            CompareOp::Ne => self.equal(left, right).map(|equal| !equal),
            CompareOp::In => self.contains(right, left),
            CompareOp::NotIn => self.contains(right, left).map(|contains| !contains),
            CompareOp::Lt | CompareOp::Lte | CompareOp::Gt | CompareOp::Gte => {
                let symbol = match op {
                    CompareOp::Lt => "<",
                    CompareOp::Lte => "<=",
                    CompareOp::Gt => ">",
                    _ => ">=",
                };
                if let Some(answer) = self.compare_count(op, left, right)? {
                    return Ok(answer);
                }
                if let Some(answer) = self.order_of_unknown(symbol, left, right)? {
                    return Ok(answer);
                }
                let order = self.order(symbol, left, right)?;
                Ok(match (op, order) {
                    (_, None) => false,
                    (CompareOp::Lt, Some(order)) => order == Ordering::Less,
                    (CompareOp::Lte, Some(order)) => order != Ordering::Greater,
                    (CompareOp::Gt, Some(order)) => order == Ordering::Greater,
                    (_, Some(order)) => order != Ordering::Less,
                })
            }
        }
    }

    fn order_of_unknown(&mut self, symbol: &str, left: &Value, right: &Value) -> Eval<Option<bool>> {
        let ((Value::Unknown(unknown), _) | (_, Value::Unknown(unknown))) = (left, right) else { return Ok(None) };
        let question = format!("{} {symbol} {}", self.label_of(left)?, self.label_of(right)?);
        self.ask_about(unknown, question, false).map(Some)
    }

    fn label_of(&mut self, value: &Value) -> Eval<String> {
        match value {
            Value::Unknown(unknown) => Ok(unknown.label.clone()),
            other => self.repr_of(other),
        }
    }

    /// Python's order of two values; none for NaN. Fails where Python does.
    pub fn order(&mut self, symbol: &str, left: &Value, right: &Value) -> Eval<Option<Ordering>> {
        self.nested(|interp| interp.order_values(symbol, left, right))
    }

    fn order_values(&mut self, symbol: &str, left: &Value, right: &Value) -> Eval<Option<Ordering>> {
        self.step()?;
        Ok(match (left, right) {
            (Value::Undefined(undefined), _) | (_, Value::Undefined(undefined)) => {
                return Err(undefined_error(undefined));
            }
            (Value::Str(left), Value::Str(right)) => Some(left.text.chars().cmp(right.text.chars())),
            (Value::Bytes(left), Value::Bytes(right)) => Some(left.cmp(right)),
            (Value::List(left), Value::List(right)) => {
                let (left, right) = (left.borrow().clone(), right.borrow().clone());
                self.order_all(symbol, &left, &right)?
            }
            (Value::Tuple(left), Value::Tuple(right)) => self.order_all(symbol, left, right)?,
            (Value::Moment(a), Value::Moment(b)) => match a.order(b) {
                Some(order) => Some(order),
                None => return Err(not_supported(symbol, left, right)),
            },
            (Value::Unknown(_), _) | (_, Value::Unknown(_)) => match self.order_of_unknown("<", left, right)? {
                Some(true) => Some(Ordering::Less),
                _ => Some(Ordering::Greater),
            },
            _ if is_number(left) && is_number(right) => compare_numbers(left, right),
            _ => return Err(not_supported(symbol, left, right)),
        })
    }

    fn order_all(&mut self, symbol: &str, left: &[Value], right: &[Value]) -> Eval<Option<Ordering>> {
        for (left, right) in left.iter().zip(right) {
            if !self.equal(left, right)? {
                return self.order(symbol, left, right);
            }
        }
        Ok(Some(left.len().cmp(&right.len())))
    }

    /// Python's `item in container`.
    pub(super) fn contains(&mut self, container: &Value, item: &Value) -> Eval<bool> {
        match container {
            Value::Str(text) => match item {
                Value::Str(part) => {
                    self.weigh(container)?;
                    Ok(text.text.contains(&*part.text))
                }
                Value::Unknown(unknown) => {
                    let question = format!("{} in {}", unknown.label, self.repr_of(container)?);
                    self.ask_about(unknown, question, false)
                }
                other => {
                    Err(type_error(format!("'in <string>' requires string as left operand, not {}", other.type_name())))
                }
            },
            Value::Dict(dict) | Value::Set(dict) | Value::View(dict, View::Keys) | Value::Namespace(dict) => match item
            {
                Value::Unknown(unknown) => {
                    let question = format!("{} in {}", unknown.label, self.repr_of(container)?);
                    self.ask_about(unknown, question, false)
                }
                _ => dict.borrow().contains(item),
            },
            Value::Undefined(_) => Ok(false),
            Value::Unknown(unknown) => {
                let question = format!("{} in {}", self.label_of(item)?, unknown.label);
                Ok(!self.is_empty_unknown(unknown) && self.ask_about(unknown, question, false)?)
            }
            Value::Range(range) => Ok(item.as_int().is_some_and(|item| {
                // The ends of 64 bits are further apart than 64 bits hold.
                let (offset, step) = (i128::from(item) - i128::from(range.start), i128::from(range.step));
                offset % step == 0 && (0..i128::from(range.len())).contains(&(offset / step))
            })),
            Value::Bytes(bytes) => match item {
                Value::Bytes(part) => Ok(position(bytes, part).is_some()),
                other => Ok(other.as_int().is_some_and(|byte| bytes.iter().any(|one| i64::from(*one) == byte))),
            },
            Value::Object(object) => {
                if let Some(found) = object.call_method(self, "__contains__", &Args::of(vec![item.clone()]))? {
                    return self.truth(&found);
                }
                let items = self.items_of(container)?;
                self.any_equal(&items, item)
            }
            Value::List(_) | Value::Tuple(_) | Value::View(..) | Value::Iterator(_) => {
                let items = self.items_of(container)?;
                self.any_equal(&items, item)
            }
            other => Err(type_error(format!("argument of type '{}' is not iterable", other.type_name()))),
        }
    }

    fn any_equal(&mut self, items: &[Value], item: &Value) -> Eval<bool> {
        for found in items {
            if self.equal(found, item)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What iterating a value gives.
    pub fn items_of(&mut self, value: &Value) -> Eval<Vec<Value>> {
        let items = match value {
            Value::Undefined(_) => Vec::new(),
            Value::Str(text) => {
                let count = text.text.chars().count();
                self.made(count * 8)?;
                let mut items = Vec::with_capacity(count);
                for (at, char) in text.text.char_indices() {
                    items.push(Value::Str(text.slice(at..at + char.len_utf8())));
                }
                items
            }
            Value::Bytes(bytes) => bytes.iter().map(|byte| Value::Int(i64::from(*byte))).collect(),
            Value::List(items) => items.borrow().clone(),
            Value::Tuple(items) => items.to_vec(),
            Value::Dict(dict) | Value::Set(dict) | Value::View(dict, View::Keys) => dict.borrow().keys(),
            Value::View(dict, View::Values) => dict.borrow().iter().map(|(_, value)| value.clone()).collect(),
            Value::View(dict, View::Items) => {
                dict.borrow().iter().map(|(key, value)| Value::tuple(vec![key.clone(), value.clone()])).collect()
            }
            Value::Range(range) => (0..range.len()).map(|n| range.at(n)).collect(),
            Value::Iterator(iterator) => {
                let mut rest = std::mem::take(&mut iterator.borrow_mut().rest);
                rest.reverse();
                rest
            }
            Value::Object(object) => match object.items(self)? {
                Some(items) => items,
                None => return Err(type_error(format!("'{}' object is not iterable", object.type_name()))),
            },
            Value::Unknown(unknown) => self.items_of_unknown(unknown)?,
            other => return Err(type_error(format!("'{}' object is not iterable", other.type_name()))),
        };
        if !matches!(value, Value::Str(_)) {
            self.made(items.len() * 8)?;
        }
        Ok(items)
    }

    /// Python's `len()`.
    pub(super) fn length(&mut self, value: &Value) -> Eval<Value> {
        let len = match value {
            Value::Undefined(_) => 0,
            Value::Str(text) => {
                self.weigh(value)?;
                text.text.chars().count()
            }
            Value::Bytes(bytes) => bytes.len(),
            Value::List(items) => items.borrow().len(),
            Value::Tuple(items) => items.len(),
            Value::Dict(dict) | Value::Set(dict) | Value::View(dict, _) => dict.borrow().len(),
            Value::Range(range) => return Ok(Value::Int(range.len())),
            Value::Object(object) => match Rc::clone(object).len_in(self)? {
                Some(len) => len,
                None => return Err(type_error(format!("object of type '{}' has no len()", object.type_name()))),
            },
            Value::Unknown(unknown) => return Ok(self.length_of_unknown(unknown)),
            other => return Err(type_error(format!("object of type '{}' has no len()", other.type_name()))),
        };
        Ok(Value::Int(len as i64))
    }

    pub(super) fn negate(&mut self, value: &Value) -> Eval<Value> {
        Ok(match value {
            Value::Float(value) => Value::Float(-value),
            Value::Decimal(value) => Value::Decimal(Rc::new(-&**value)),
            Value::Bool(_) | Value::Int(_) | Value::BigInt(_) => Value::big(-value.as_big().unwrap_or_default()),
            Value::Unknown(unknown) => derived(unknown, format!("-{}", unknown.label)),
            Value::Undefined(undefined) => return Err(undefined_error(undefined)),
            Value::Moment(moment) => moment
                .negated()
                .map(|moment| Value::Moment(Rc::new(moment)))
                .ok_or_else(|| type_error(format!("bad operand type for unary -: '{}'", value.type_name())))?,
            other => return Err(type_error(format!("bad operand type for unary -: '{}'", other.type_name()))),
        })
    }
}

fn left_same(left: &Rc<dyn super::value::Object>, right: &Value) -> bool {
    matches!(right, Value::Object(right) if Rc::ptr_eq(left, right))
}

fn not_supported(symbol: &str, left: &Value, right: &Value) -> Flow {
    type_error(format!(
        "'{symbol}' not supported between instances of '{}' and '{}'",
        left.type_name(),
        right.type_name()
    ))
}

fn compare_numbers(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(right)),
        (Value::Decimal(_), _) | (_, Value::Decimal(_)) => Some(decimal_of(left)?.cmp(&decimal_of(right)?)),
        (Value::Float(_), _) | (_, Value::Float(_)) => left.as_float()?.partial_cmp(&right.as_float()?),
        _ => Some(left.as_big()?.cmp(&right.as_big()?)),
    }
}

/// Text of an unknown value, wherever one is needed.
pub(super) fn text_of(value: &Value) -> Option<&Str> {
    match value {
        Value::Str(text) => Some(text),
        _ => None,
    }
}
