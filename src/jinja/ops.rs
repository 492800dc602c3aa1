//! Python's operators: truth, equality, order, arithmetic, containment, subscripts.

use std::cmp::Ordering;
use std::rc::Rc;

use bigdecimal::BigDecimal;
use num_bigint::BigInt;
use num_traits::{FromPrimitive, Signed, ToPrimitive, Zero};

use super::error::{ErrorKind, Eval, Flow, error, python_error, type_error, value_error};
use super::interp::Interp;
use super::tree::{BinaryOp, CompareOp};
use super::undefined::{Undefined, undefined_error};
use super::unknown::derived;
use super::value::{Args, Range, Str, Value, View};

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
            (Value::Str(left), Value::Str(right)) => left.text == right.text,
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
                Value::Str(part) => Ok(text.text.contains(&*part.text)),
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
                let offset = item - range.start;
                offset % range.step == 0 && (0..range.len()).contains(&(offset / range.step))
            })),
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
                let mut items = Vec::with_capacity(text.text.len());
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
        self.made(items.len() * 8)?;
        Ok(items)
    }

    /// Python's `len()`.
    pub(super) fn length(&mut self, value: &Value) -> Eval<Value> {
        let len = match value {
            Value::Undefined(_) => 0,
            Value::Str(text) => text.text.chars().count(),
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

    /// An attribute, in Jinja2's way: the attribute, else the item.
    pub fn attribute(&mut self, value: &Value, name: &str) -> Eval<Value> {
        if let Value::Undefined(undefined) = value {
            return self.attribute_of_undefined(undefined, name);
        }
        if let Value::Unknown(unknown) = value {
            return Ok(self.attribute_of_unknown(unknown, name));
        }
        // What a dict or an object of the host holds by that name is an item, which the sandbox allows.
        if name.starts_with('_') && !matches!(value, Value::Dict(_) | Value::Namespace(_) | Value::Object(_)) {
            let message = format!("access to attribute '{name}' of '{}' object is unsafe.", value.type_name());
            return Ok(self.missing(Value::str(name), &format!("'{name}'"), message));
        }
        if super::methods::has(value, name) {
            return Ok(Value::Method(Rc::new((value.clone(), name.into()))));
        }
        let found = match value {
            Value::Dict(dict) | Value::Namespace(dict) => dict.borrow().get_str(name).cloned(),
            Value::Object(object) => {
                let object = Rc::clone(object);
                match object.attr(self, name)? {
                    Some(found) => Some(found),
                    None => object.item(self, &Value::str(name))?,
                }
            }
            Value::Moment(moment) => moment.attribute(name),
            // dbt wraps its macros; the wrapper has no attributes that templates use.
            _ => None,
        };
        Ok(found.unwrap_or_else(|| self.without_attribute(value, name)))
    }

    /// What is undefined because a value has no attribute of that name.
    fn without_attribute(&self, value: &Value, name: &str) -> Value {
        let message = format!("{} has no attribute '{name}'", object_repr(value));
        self.missing(Value::str(name), &format!("'{name}'"), message)
    }

    /// An item, in Jinja2's way: the item, else the attribute of that name.
    pub(super) fn subscript(&mut self, value: &Value, key: &Value) -> Eval<Value> {
        if let Value::Undefined(undefined) = value {
            return Interp::item_of_undefined(undefined);
        }
        if let Value::Unknown(unknown) = value {
            return self.subscript_of_unknown(unknown, key);
        }
        if let Value::Unknown(unknown) = key {
            return Ok(derived(unknown, format!("{}[{}]", object_label(value), unknown.label)));
        }
        let found = match value {
            Value::Dict(dict) => dict.borrow().get(key)?.cloned(),
            Value::Namespace(_) => None,
            Value::Object(object) => {
                let object = Rc::clone(object);
                object.item(self, key)?
            }
            Value::List(items) => {
                let items = items.borrow();
                index(items.len(), key).map(|at| items[at].clone())
            }
            Value::Tuple(items) => index(items.len(), key).map(|at| items[at].clone()),
            Value::Range(range) => index(usize::try_from(range.len()).unwrap_or(0), key).map(|at| range.at(at as i64)),
            Value::Bytes(bytes) => index(bytes.len(), key).map(|at| Value::Int(i64::from(bytes[at]))),
            Value::Str(text) => match key.as_int() {
                Some(_) => {
                    let len = text.text.chars().count();
                    index(len, key).and_then(|at| {
                        let (start, char) = text.text.char_indices().nth(at)?;
                        Some(Value::Str(text.slice(start..start + char.len_utf8())))
                    })
                }
                None => None,
            },
            _ => None,
        };
        if let Some(found) = found {
            return Ok(found);
        }
        if let Some(name) = key.as_str() {
            let attribute = match value {
                Value::Dict(_) if !super::methods::has(value, name) => None,
                _ => Some(self.attribute(value, name)?),
            };
            return Ok(attribute.unwrap_or_else(|| self.without_attribute(value, name)));
        }
        let shown = self.repr_of(key)?;
        let message = format!("{} has no element {shown}", object_label(value));
        Ok(self.missing(key.clone(), &shown, message))
    }

    fn missing(&self, key: Value, shown: &str, message: String) -> Value {
        Value::Undefined(Rc::new(Undefined::part(key, shown, message, self.permissive)))
    }

    /// Python's slice.
    pub(super) fn slice(&mut self, value: &Value, bounds: &[Option<Value>; 3]) -> Eval<Value> {
        if let Value::Unknown(unknown) = value {
            return Ok(self.slice_of_unknown(unknown));
        }
        for part in bounds.iter().flatten() {
            if let Value::Unknown(unknown) = part {
                return Ok(derived(unknown, format!("{}[:]", unknown.label)));
            }
        }
        let mut numbers = [None; 3];
        for (number, bound) in numbers.iter_mut().zip(bounds) {
            match bound {
                None | Some(Value::None) => {}
                Some(Value::Undefined(undefined)) => return Err(undefined_error(undefined)),
                Some(bound) => {
                    *number = Some(bound.as_int().ok_or_else(|| {
                        type_error("slice indices must be integers or None or have an __index__ method")
                    })?);
                }
            }
        }
        let step = numbers[2].unwrap_or(1);
        if step == 0 {
            return Err(value_error("slice step cannot be zero"));
        }
        let positions = |len: usize| slice_positions(len as i64, numbers[0], numbers[1], step);
        Ok(match value {
            Value::Undefined(undefined) => return Interp::item_of_undefined(undefined),
            Value::Str(text) => {
                let chars: Vec<usize> =
                    text.text.char_indices().map(|(at, _)| at).chain(std::iter::once(text.text.len())).collect();
                let (start, count) = positions(chars.len() - 1);
                if step == 1 {
                    let (from, to) = (start as usize, (start + count) as usize);
                    Value::Str(text.slice(chars[from]..chars[to.max(from)]))
                } else {
                    let picked: String = (0..count)
                        .filter_map(|n| {
                            let at = (start + n * step) as usize;
                            text.text.get(chars[at]..chars[at + 1])
                        })
                        .collect();
                    Value::Str(text.remade(picked))
                }
            }
            Value::List(items) => {
                let items = items.borrow();
                let (start, count) = positions(items.len());
                Value::list((0..count).map(|n| items[(start + n * step) as usize].clone()).collect())
            }
            Value::Tuple(items) => {
                let (start, count) = positions(items.len());
                Value::tuple((0..count).map(|n| items[(start + n * step) as usize].clone()).collect())
            }
            Value::Range(range) => {
                let [start, stop] = slice_bounds(range.len(), numbers[0], numbers[1], step);
                let at = |n: i64| range.start.saturating_add(n.saturating_mul(range.step));
                let step = range.step.saturating_mul(step);
                Value::Range(Rc::new(Range { start: at(start), stop: at(stop), step }))
            }
            Value::Object(_) => {
                // agate's sequences, which are the ones that templates meet, give tuples.
                let items = self.items_of(value)?;
                let (start, count) = positions(items.len());
                Value::tuple((0..count).map(|n| items[(start + n * step) as usize].clone()).collect())
            }
            other => {
                let message = format!("{} has no element slice", object_label(other));
                return Ok(self.missing(Value::str("slice"), "slice", message));
            }
        })
    }

    /// Calls a value.
    pub fn call(&mut self, value: &Value, args: Args) -> Eval<Value> {
        match value {
            Value::Function(function) => (function.call)(self, args),
            Value::Macro(decl) => self.call_macro(decl, args),
            Value::Method(method) => self.call_method(&method.0, &method.1, args),
            Value::Object(object) => match object.call(self, args)? {
                Some(result) => Ok(result),
                None => Err(type_error(format!("'{}' object is not callable", object.type_name()))),
            },
            Value::Unknown(unknown) => {
                let mut shown = Vec::with_capacity(args.len());
                for arg in &args.positional {
                    shown.push(self.label_of(arg)?);
                }
                for (name, arg) in &args.keyword {
                    shown.push(format!("{name}={}", self.label_of(arg)?));
                }
                Ok(derived(unknown, format!("{}({})", unknown.label, shown.join(", "))))
            }
            Value::Undefined(undefined) => Interp::call_of_undefined(undefined),
            other => Err(type_error(format!("'{}' object is not callable", other.type_name()))),
        }
    }

    /// Calls a method of a value; an attribute that is callable counts as one.
    pub fn call_method(&mut self, value: &Value, name: &str, args: Args) -> Eval<Value> {
        if super::methods::has(value, name) {
            return super::methods::call(self, value, name, args);
        }
        if let Value::Object(object) = value {
            let object = Rc::clone(object);
            if let Some(result) = object.call_method(self, name, &args)? {
                return Ok(result);
            }
        }
        if let Value::Unknown(unknown) = value {
            if let Some(result) = self.method_of_unknown(unknown, name, &args)? {
                return Ok(result);
            }
        }
        if let Value::Moment(moment) = value {
            if let Some(result) = moment.call_method(name, &args)? {
                return Ok(result);
            }
        }
        let attribute = self.attribute(value, name)?;
        self.call(&attribute, args)
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

/// How Jinja2 names an object in a message about what it lacks.
fn object_label(value: &Value) -> String {
    match value {
        Value::None => "None".to_owned(),
        Value::Object(object) if !object.module().is_empty() => {
            format!("{}.{} object", object.module(), object.type_name())
        }
        other => format!("{} object", other.type_name()),
    }
}

fn object_repr(value: &Value) -> String {
    format!("'{}'", object_label(value))
}

pub(super) fn index(len: usize, key: &Value) -> Option<usize> {
    let at = key.as_int()?;
    let at = if at < 0 { at + len as i64 } else { at };
    usize::try_from(at).ok().filter(|&at| at < len)
}

/// Where a slice starts, and how many items it takes.
fn slice_positions(len: i64, start: Option<i64>, stop: Option<i64>, step: i64) -> (i64, i64) {
    let [start, stop] = slice_bounds(len, start, stop, step);
    let count = if step > 0 { (stop - start + step - 1) / step } else { (start - stop - step - 1) / -step };
    (start.max(0), count.max(0))
}

/// Python's `slice.indices`.
fn slice_bounds(len: i64, start: Option<i64>, stop: Option<i64>, step: i64) -> [i64; 2] {
    let (low, high) = if step > 0 { (0, len) } else { (-1, len - 1) };
    let clamp = |bound: i64| (if bound < 0 { bound.saturating_add(len) } else { bound }).clamp(low, high);
    let start = start.map_or(if step > 0 { low } else { high }, clamp);
    [start, stop.map_or(if step > 0 { high } else { low }, clamp)]
}

fn is_number(value: &Value) -> bool {
    matches!(value, Value::Bool(_) | Value::Int(_) | Value::BigInt(_) | Value::Float(_) | Value::Decimal(_))
}

fn decimal_of(value: &Value) -> Option<BigDecimal> {
    match value {
        Value::Decimal(decimal) => Some((**decimal).clone()),
        Value::Float(float) => BigDecimal::from_f64(*float),
        _ => value.as_big().map(BigDecimal::from),
    }
}

fn compare_numbers(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(right)),
        (Value::Decimal(_), _) | (_, Value::Decimal(_)) => Some(decimal_of(left)?.cmp(&decimal_of(right)?)),
        (Value::Float(_), _) | (_, Value::Float(_)) => left.as_float()?.partial_cmp(&right.as_float()?),
        _ => Some(left.as_big()?.cmp(&right.as_big()?)),
    }
}

fn symbol(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::FloorDiv => "//",
        BinaryOp::Rem => "%",
        BinaryOp::Pow => "** or pow()",
        BinaryOp::Concat => "~",
    }
}

/// Python's arithmetic, and what its operators mean for text and sequences.
pub(super) fn arithmetic(interp: &mut Interp, op: BinaryOp, left: &Value, right: &Value) -> Eval<Value> {
    match (op, left, right) {
        (_, Value::Undefined(undefined), _) | (_, _, Value::Undefined(undefined))
            if !(op == BinaryOp::Rem && matches!(left, Value::Str(_))) =>
        {
            return Err(undefined_error(undefined));
        }
        (BinaryOp::Rem, Value::Str(format), args) => return super::format::percent(interp, format, args),
        (_, Value::Unknown(unknown), _) => {
            let right = interp.label_of(right)?;
            return Ok(derived(unknown, format!("{} {} {right}", unknown.label, symbol(op))));
        }
        (BinaryOp::Add, Value::Str(_), Value::Unknown(_)) => return interp.concat_unknown(left, right),
        (_, _, Value::Unknown(unknown)) => {
            let left = interp.label_of(left)?;
            return Ok(derived(unknown, format!("{left} {} {}", symbol(op), unknown.label)));
        }
        (BinaryOp::Add, Value::Str(left), Value::Str(right)) => {
            interp.made(left.text.len() + right.text.len())?;
            return Ok(Value::Str(interp.joined(&[left.clone(), right.clone()])));
        }
        (BinaryOp::Add, Value::Str(_), other) => {
            return Err(type_error(format!("can only concatenate str (not \"{}\") to str", other.type_name())));
        }
        (BinaryOp::Add, Value::List(left), Value::List(right)) => {
            let items: Vec<Value> = left.borrow().iter().chain(right.borrow().iter()).cloned().collect();
            interp.made(items.len() * 8)?;
            return Ok(Value::list(items));
        }
        (BinaryOp::Add, Value::List(_), other) => {
            return Err(type_error(format!("can only concatenate list (not \"{}\") to list", other.type_name())));
        }
        (BinaryOp::Add, Value::Tuple(left), Value::Tuple(right)) => {
            return Ok(Value::tuple(left.iter().chain(right.iter()).cloned().collect()));
        }
        (BinaryOp::Add, Value::Tuple(_), other) => {
            return Err(type_error(format!("can only concatenate tuple (not \"{}\") to tuple", other.type_name())));
        }
        (BinaryOp::Mul, Value::Str(_) | Value::List(_) | Value::Tuple(_), _) => {
            if let Some(times) = right.as_int() {
                return repeat(interp, left, times);
            }
            return Err(type_error(format!("can't multiply sequence by non-int of type '{}'", right.type_name())));
        }
        (BinaryOp::Mul, _, Value::Str(_) | Value::List(_) | Value::Tuple(_)) => {
            if let Some(times) = left.as_int() {
                return repeat(interp, right, times);
            }
            return Err(type_error(format!("can't multiply sequence by non-int of type '{}'", left.type_name())));
        }
        (_, Value::Moment(a), Value::Moment(b)) => {
            if let Some(ratio) = a.ratio(op, b) {
                return ratio;
            }
            if let Some(result) = a.combine(op, b) {
                return result.map(|moment| Value::Moment(Rc::new(moment)));
            }
        }
        (_, Value::Moment(moment), number) if is_number(number) => {
            if let Some(result) = moment.scale(op, number) {
                return result;
            }
        }
        (BinaryOp::Mul, number, Value::Moment(moment)) if is_number(number) => {
            if let Some(result) = moment.scale(op, number) {
                return result;
            }
        }
        (BinaryOp::Sub, Value::Set(left), Value::Set(right)) => {
            let right = right.borrow();
            let mut kept = Vec::new();
            for key in left.borrow().keys() {
                if !right.contains(&key)? {
                    kept.push(key);
                }
            }
            return Ok(Value::Set(Rc::new(std::cell::RefCell::new(super::value::Dict::of_keys(kept)?))));
        }
        _ => {}
    }
    if is_number(left) && is_number(right) {
        return number_arithmetic(op, left, right);
    }
    Err(type_error(format!(
        "unsupported operand type(s) for {}: '{}' and '{}'",
        symbol(op),
        left.type_name(),
        right.type_name()
    )))
}

impl Interp {
    fn concat_unknown(&mut self, left: &Value, right: &Value) -> Eval<Value> {
        self.binary(BinaryOp::Concat, left, right)
    }
}

fn repeat(interp: &mut Interp, value: &Value, times: i64) -> Eval<Value> {
    let times = usize::try_from(times).unwrap_or(0);
    let len = match value {
        Value::Str(text) => text.text.len(),
        Value::List(items) => items.borrow().len() * 8,
        Value::Tuple(items) => items.len() * 8,
        _ => 0,
    };
    interp.made(len.saturating_mul(times))?;
    Ok(match value {
        Value::Str(text) => Value::Str(text.remade(text.text.repeat(times))),
        Value::List(items) => {
            let items = items.borrow();
            Value::list((0..times).flat_map(|_| items.iter().cloned()).collect())
        }
        Value::Tuple(items) => Value::tuple((0..times).flat_map(|_| items.iter().cloned()).collect()),
        other => other.clone(),
    })
}

fn zero_division(message: &str) -> Flow {
    python_error("ZeroDivisionError", message)
}

fn number_arithmetic(op: BinaryOp, left: &Value, right: &Value) -> Eval<Value> {
    if matches!(left, Value::Decimal(_)) || matches!(right, Value::Decimal(_)) {
        return decimal_arithmetic(op, left, right);
    }
    if let (Some(a), Some(b)) = (left.as_big(), right.as_big()) {
        return integer_arithmetic(op, &a, &b);
    }
    let (Some(a), Some(b)) = (left.as_float(), right.as_float()) else {
        return Err(python_error("OverflowError", "int too large to convert to float"));
    };
    Ok(Value::Float(match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::Div | BinaryOp::FloorDiv | BinaryOp::Rem if b == 0.0 => {
            return Err(zero_division(match op {
                BinaryOp::Div => "float division by zero",
                BinaryOp::FloorDiv => "float floor division by zero",
                _ => "float modulo",
            }));
        }
        BinaryOp::Div => a / b,
        BinaryOp::FloorDiv => (a / b).floor(),
        BinaryOp::Rem => a - b * (a / b).floor(),
        BinaryOp::Pow | BinaryOp::Concat => a.powf(b),
    }))
}

fn integer_arithmetic(op: BinaryOp, a: &BigInt, b: &BigInt) -> Eval<Value> {
    Ok(Value::big(match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => {
            if a.bits() + b.bits() > MAX_BITS {
                return Err(error(ErrorKind::Limit("number"), "a number becomes too large"));
            }
            a * b
        }
        BinaryOp::Div => {
            if b.is_zero() {
                return Err(zero_division("division by zero"));
            }
            let quotient = match (a.to_f64(), b.to_f64()) {
                (Some(a), Some(b)) => a / b,
                _ => return Err(python_error("OverflowError", "integer division result too large for a float")),
            };
            return Ok(Value::Float(quotient));
        }
        BinaryOp::FloorDiv | BinaryOp::Rem => {
            if b.is_zero() {
                return Err(zero_division("integer division or modulo by zero"));
            }
            // Python floors; the remainder takes the divisor's sign.
            let (mut quotient, mut rest) = (a / b, a % b);
            if !rest.is_zero() && (rest.is_negative() != b.is_negative()) {
                quotient -= 1;
                rest += b;
            }
            if op == BinaryOp::FloorDiv { quotient } else { rest }
        }
        BinaryOp::Pow | BinaryOp::Concat => {
            let Some(exponent) = b.to_u32() else {
                if b.is_negative() {
                    let (Some(a), Some(b)) = (a.to_f64(), b.to_f64()) else {
                        return Err(error(ErrorKind::Limit("number"), "a number becomes too large"));
                    };
                    if a == 0.0 {
                        return Err(zero_division("0.0 cannot be raised to a negative power"));
                    }
                    return Ok(Value::Float(a.powf(b)));
                }
                return Err(error(ErrorKind::Limit("number"), "a number becomes too large"));
            };
            if a.bits().saturating_mul(u64::from(exponent)) > MAX_BITS {
                return Err(error(ErrorKind::Limit("number"), "a number becomes too large"));
            }
            a.pow(exponent)
        }
    }))
}

fn decimal_arithmetic(op: BinaryOp, left: &Value, right: &Value) -> Eval<Value> {
    if matches!(left, Value::Float(_)) || matches!(right, Value::Float(_)) {
        return Err(type_error(format!(
            "unsupported operand type(s) for {}: '{}' and '{}'",
            symbol(op),
            left.type_name(),
            right.type_name()
        )));
    }
    let (Some(a), Some(b)) = (decimal_of(left), decimal_of(right)) else {
        return Err(type_error("not a number"));
    };
    if b.is_zero() && matches!(op, BinaryOp::Div | BinaryOp::FloorDiv | BinaryOp::Rem) {
        return Err(python_error("decimal.DivisionByZero", "[<class 'decimal.DivisionByZero'>]"));
    }
    let result = match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        // Python's default context has 28 digits.
        BinaryOp::Div => (a / b).with_prec(28).normalized(),
        BinaryOp::FloorDiv => (a / b).with_scale(0),
        BinaryOp::Rem => a % b,
        BinaryOp::Pow | BinaryOp::Concat => match b.to_u32() {
            Some(exponent) if exponent < 1000 => (0..exponent).fold(BigDecimal::from(1), |power, _| power * &a),
            _ => return Err(error(ErrorKind::Limit("number"), "a number becomes too large")),
        },
    };
    Ok(Value::Decimal(Rc::new(result)))
}

/// Text of an unknown value, wherever one is needed.
pub(super) fn text_of(value: &Value) -> Option<&Str> {
    match value {
        Value::Str(text) => Some(text),
        _ => None,
    }
}
