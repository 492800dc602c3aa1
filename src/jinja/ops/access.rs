//! What values hold and do: attributes, items, slices, calls.

use std::rc::Rc;

use crate::jinja::error::{Eval, type_error, value_error};
use crate::jinja::interp::Interp;
use crate::jinja::undefined::{Undefined, undefined_error};
use crate::jinja::unknown::derived;
use crate::jinja::value::{Args, Range, Value};

impl Interp {
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
        if crate::jinja::methods::has(value, name) {
            return Ok(Value::Method(Rc::new((value.clone(), name.into()))));
        }
        let found = match value {
            Value::Dict(dict) | Value::Namespace(dict) => dict.borrow().get_str(name).cloned(),
            Value::Object(object) => {
                let object = Rc::clone(object);
                match object.attr(self, name)? {
                    Some(found) => Some(found),
                    None if object.methods().contains(&name) => {
                        Some(Value::Method(Rc::new((value.clone(), name.into()))))
                    }
                    None => object.item(self, &Value::str(name))?,
                }
            }
            Value::Moment(moment) if moment.has_method(name) => {
                Some(Value::Method(Rc::new((value.clone(), name.into()))))
            }
            Value::Moment(moment) => moment.attribute(name),
            Value::Bool(_) | Value::Int(_) | Value::BigInt(_) => match name {
                "real" | "numerator" => value.as_big().map(Value::big),
                "imag" => Some(Value::Int(0)),
                "denominator" => Some(Value::Int(1)),
                _ => None,
            },
            Value::Float(_) => match name {
                "real" => Some(value.clone()),
                "imag" => Some(Value::Float(0.0)),
                _ => None,
            },
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
    pub(in crate::jinja) fn subscript(&mut self, value: &Value, key: &Value) -> Eval<Value> {
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
                Value::Dict(_) if !crate::jinja::methods::has(value, name) => None,
                _ => Some(self.attribute(value, name)?),
            };
            return Ok(attribute.unwrap_or_else(|| self.without_attribute(value, name)));
        }
        self.without_item(value, key)
    }

    /// What is undefined because a value has no item of that key.
    pub(in crate::jinja) fn without_item(&mut self, value: &Value, key: &Value) -> Eval<Value> {
        let shown = self.repr_of(key)?;
        let message = format!("{} has no element {shown}", object_label(value));
        Ok(self.missing(key.clone(), &shown, message))
    }

    fn missing(&self, key: Value, shown: &str, message: String) -> Value {
        Value::Undefined(Rc::new(Undefined::part(key, shown, message, self.permissive)))
    }

    /// Python's slice.
    pub(in crate::jinja) fn slice(&mut self, value: &Value, bounds: &[Option<Value>; 3]) -> Eval<Value> {
        if let Value::Unknown(unknown) = value {
            return Ok(self.slice_of_unknown(unknown));
        }
        for part in bounds.iter().flatten() {
            if let Value::Unknown(unknown) = part {
                return Ok(derived(unknown, format!("{}[:]", unknown.label)));
            }
        }
        if let Value::Undefined(undefined) = value {
            return Interp::item_of_undefined(undefined);
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
            Value::Bytes(bytes) => {
                let (start, count) = positions(bytes.len());
                Value::Bytes((0..count).map(|n| bytes[(start + n * step) as usize]).collect())
            }
            // A slice is no key that Jinja2 looks up: Python takes it from the value itself.
            Value::Dict(_) => return Err(type_error("unhashable type: 'slice'")),
            other => return Err(type_error(format!("'{}' object is not subscriptable", other.type_name()))),
        })
    }

    /// Calls a value.
    pub fn call(&mut self, value: &Value, args: Args) -> Eval<Value> {
        match value {
            Value::Function(function) => {
                args.positional.iter().try_for_each(|arg| self.weigh(arg))?;
                (function.call)(self, args)
            }
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
        self.weigh(value)?;
        args.positional.iter().try_for_each(|arg| self.weigh(arg))?;
        if crate::jinja::methods::has(value, name) {
            return crate::jinja::methods::call(self, value, name, args);
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
            if let Some(result) = moment.call_method(self, name, &args)? {
                return Ok(result);
            }
        }
        let attribute = match self.attribute(value, name)? {
            // A method that the value has, and not with these arguments.
            Value::Method(_) => self.without_attribute(value, name),
            attribute => attribute,
        };
        self.call(&attribute, args)
    }
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

pub(in crate::jinja) fn index(len: usize, key: &Value) -> Option<usize> {
    let at = key.as_int()?;
    let at = if at < 0 { at + len as i64 } else { at };
    usize::try_from(at).ok().filter(|&at| at < len)
}

/// Where a slice starts, and how many items it takes.
fn slice_positions(len: i64, start: Option<i64>, stop: Option<i64>, step: i64) -> (i64, i64) {
    let [start, stop] = slice_bounds(len, start, stop, step);
    let (way, step) = if step > 0 { (stop - start, step) } else { (start - stop, step.saturating_neg()) };
    let count = if way > 0 { (way - 1) / step + 1 } else { 0 };
    (start.max(0), count)
}

/// Python's `slice.indices`.
fn slice_bounds(len: i64, start: Option<i64>, stop: Option<i64>, step: i64) -> [i64; 2] {
    let (low, high) = if step > 0 { (0, len) } else { (-1, len - 1) };
    let clamp = |bound: i64| (if bound < 0 { bound.saturating_add(len) } else { bound }).clamp(low, high);
    let start = start.map_or(if step > 0 { low } else { high }, clamp);
    [start, stop.map_or(if step > 0 { high } else { low }, clamp)]
}
