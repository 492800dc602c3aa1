//! The methods of `list`, `tuple`, `dict` and `set`.

use std::cell::RefCell;
use std::rc::Rc;

use super::super::error::{Eval, python_error, type_error, value_error};
use super::super::globals;
use super::super::interp::Interp;
use super::super::ops;
use super::super::value::{Args, Dict, Value, View};
use super::text::{required, set_of};
use super::{integer, unsupported};

pub(super) fn list(interp: &mut Interp, items: &Rc<RefCell<Vec<Value>>>, name: &str, args: &Args) -> Eval<Value> {
    match name {
        "append" => {
            let [value] = args.bind("list.append", ["object"], 1)?;
            interp.made(8)?;
            items.borrow_mut().extend(value);
        }
        "extend" => {
            let [more] = args.bind("list.extend", ["iterable"], 1)?;
            let more = interp.items_of(required(more.as_ref())?)?;
            items.borrow_mut().extend(more);
        }
        "insert" => {
            let [at, value] = args.bind("insert", ["index", "object"], 2)?;
            let len = items.borrow().len() as i64;
            let at = integer(at.as_ref(), 0)?;
            let at = (if at < 0 { at + len } else { at }).clamp(0, len) as usize;
            items.borrow_mut().insert(at, required(value.as_ref())?.clone());
        }
        "pop" => {
            let [at] = args.bind("pop", ["index"], 0)?;
            let len = items.borrow().len();
            if len == 0 {
                return Err(python_error("IndexError", "pop from empty list"));
            }
            let at = ops::index(len, &at.unwrap_or(Value::Int(-1)));
            return match at {
                Some(at) => Ok(items.borrow_mut().remove(at)),
                None => Err(python_error("IndexError", "pop index out of range")),
            };
        }
        "remove" => {
            let [value] = args.bind("list.remove", ["value"], 1)?;
            let at = position(interp, &items.borrow().clone(), required(value.as_ref())?)?;
            match at {
                Some(at) => {
                    items.borrow_mut().remove(at);
                }
                None => return Err(value_error("list.remove(x): x not in list")),
            }
        }
        "clear" => items.borrow_mut().clear(),
        "reverse" => items.borrow_mut().reverse(),
        "copy" => return Ok(Value::list(items.borrow().clone())),
        "sort" => {
            let [key, reverse] = args.bind("sort", ["key", "reverse"], 0)?;
            let reverse = match reverse {
                Some(reverse) => interp.truth(&reverse)?,
                None => false,
            };
            let taken = items.borrow().clone();
            let mut keyed = Vec::with_capacity(taken.len());
            for item in taken {
                let sort_key = match &key {
                    None | Some(Value::None) => item.clone(),
                    Some(function) => interp.call(function, Args::of(vec![item.clone()]))?,
                };
                keyed.push((sort_key, item));
            }
            let sorted = interp.sorted(keyed, reverse)?;
            *items.borrow_mut() = sorted;
        }
        "count" | "index" => {
            let items = items.borrow().clone();
            return counted(interp, &items, name, args, "list");
        }
        _ => return Err(unsupported("list", name)),
    }
    Ok(Value::None)
}

pub(super) fn tuple(interp: &mut Interp, items: &[Value], name: &str, args: &Args) -> Eval<Value> {
    counted(interp, items, name, args, "tuple")
}

fn counted(interp: &mut Interp, items: &[Value], name: &str, args: &Args, type_name: &str) -> Eval<Value> {
    let [value, start, stop] = args.bind(name, ["value", "start", "stop"], 1)?;
    let value = required(value.as_ref())?;
    if name == "count" {
        let mut count = 0;
        for item in items {
            count += i64::from(interp.equal(item, value)?);
        }
        return Ok(Value::Int(count));
    }
    let len = items.len() as i64;
    let clamp = |at: i64| (if at < 0 { at + len } else { at }).clamp(0, len) as usize;
    let (start, stop) = (clamp(integer(start.as_ref(), 0)?), clamp(integer(stop.as_ref(), len)?));
    match position(interp, &items[start..stop.max(start)], value)? {
        Some(at) => Ok(Value::Int((start + at) as i64)),
        None if type_name == "list" => {
            let shown = interp.repr_of(value)?;
            Err(value_error(format!("{shown} is not in list")))
        }
        None => Err(value_error("tuple.index(x): x not in tuple")),
    }
}

fn position(interp: &mut Interp, items: &[Value], value: &Value) -> Eval<Option<usize>> {
    for (at, item) in items.iter().enumerate() {
        if interp.equal(item, value)? {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

pub(super) fn dict(interp: &mut Interp, dict: &Rc<RefCell<Dict>>, name: &str, args: Args) -> Eval<Value> {
    match name {
        "get" => {
            let [key, otherwise] = args.bind("get", ["key", "default"], 1)?;
            let found = dict.borrow().get(required(key.as_ref())?)?.cloned();
            Ok(found.or(otherwise).unwrap_or(Value::None))
        }
        "items" => Ok(Value::View(Rc::clone(dict), View::Items)),
        "keys" => Ok(Value::View(Rc::clone(dict), View::Keys)),
        "values" => Ok(Value::View(Rc::clone(dict), View::Values)),
        "update" => {
            let mut added = Dict::default();
            if let Some(other) = args.positional.first() {
                globals::update(interp, &mut added, other)?;
            }
            let mut target = dict.borrow_mut();
            for (key, value) in added.iter() {
                target.set(key.clone(), value.clone())?;
            }
            for (key, value) in args.keyword {
                target.set_str(&key, value);
            }
            interp.made(target.len())?;
            Ok(Value::None)
        }
        "pop" => {
            let [key, otherwise] = args.bind("pop", ["key", "default"], 1)?;
            let key = required(key.as_ref())?;
            let found = dict.borrow_mut().remove(key)?;
            match found.or(otherwise) {
                Some(value) => Ok(value),
                None => {
                    let shown = interp.repr_of(key)?;
                    Err(python_error("KeyError", shown))
                }
            }
        }
        "popitem" => match dict.borrow_mut().pop() {
            Some((key, value)) => Ok(Value::tuple(vec![key, value])),
            None => Err(python_error("KeyError", "'popitem(): dictionary is empty'")),
        },
        "setdefault" => {
            let [key, otherwise] = args.bind("setdefault", ["key", "default"], 1)?;
            let key = required(key.as_ref())?;
            let mut dict = dict.borrow_mut();
            if let Some(found) = dict.get(key)? {
                return Ok(found.clone());
            }
            let value = otherwise.unwrap_or(Value::None);
            dict.set(key.clone(), value.clone())?;
            Ok(value)
        }
        "clear" => {
            dict.borrow_mut().clear();
            Ok(Value::None)
        }
        "copy" => Ok(Value::dict(dict.borrow().clone())),
        _ => {
            let [keys, value] = args.bind("fromkeys", ["iterable", "value"], 1)?;
            let value = value.unwrap_or(Value::None);
            let mut made = Dict::default();
            for key in interp.items_of(required(keys.as_ref())?)? {
                made.set(key, value.clone())?;
            }
            Ok(Value::dict(made))
        }
    }
}

pub(super) fn set(interp: &mut Interp, set: &Rc<RefCell<Dict>>, name: &str, args: &Args) -> Eval<Value> {
    let mut others = Vec::with_capacity(args.positional.len());
    if !matches!(name, "add" | "discard" | "remove") {
        for other in &args.positional {
            others.push(Dict::of_keys(interp.items_of(other)?)?);
        }
    }
    let own = set.borrow().keys();
    let in_all = |key: &Value| others.iter().try_fold(true, |all, other| Ok(all && other.contains(key)?));
    let in_any = |key: &Value| others.iter().try_fold(false, |any, other| Ok(any || other.contains(key)?));
    let keep = |wanted: &dyn Fn(&Value) -> Eval<bool>| -> Eval<Vec<Value>> {
        let mut kept = Vec::new();
        for key in &own {
            if wanted(key)? {
                kept.push(key.clone());
            }
        }
        Ok(kept)
    };
    match name {
        "add" => {
            let [value] = args.bind("add", ["elem"], 1)?;
            set.borrow_mut().set(required(value.as_ref())?.clone(), Value::None)?;
        }
        "discard" | "remove" => {
            let [value] = args.bind(name, ["elem"], 1)?;
            let value = required(value.as_ref())?;
            if set.borrow_mut().remove(value)?.is_none() && name == "remove" {
                let shown = interp.repr_of(value)?;
                return Err(python_error("KeyError", shown));
            }
        }
        "pop" => {
            return match set.borrow_mut().pop() {
                Some((key, _)) => Ok(key),
                None => Err(python_error("KeyError", "'pop from an empty set'")),
            };
        }
        "clear" => set.borrow_mut().clear(),
        "copy" => return set_of(own),
        "update" => {
            let mut target = set.borrow_mut();
            for key in others.iter().flat_map(Dict::keys) {
                target.set(key, Value::None)?;
            }
        }
        "union" => return set_of(own.iter().cloned().chain(others.iter().flat_map(Dict::keys)).collect()),
        "intersection" => return set_of(keep(&in_all)?),
        "difference" => return set_of(keep(&|key| Ok(!in_any(key)?))?),
        "intersection_update" => *set.borrow_mut() = Dict::of_keys(keep(&in_all)?)?,
        "difference_update" => *set.borrow_mut() = Dict::of_keys(keep(&|key| Ok(!in_any(key)?))?)?,
        "symmetric_difference" => {
            let mut kept = keep(&|key| Ok(!in_any(key)?))?;
            for key in others.iter().flat_map(Dict::keys) {
                if !set.borrow().contains(&key)? {
                    kept.push(key);
                }
            }
            return set_of(kept);
        }
        "issubset" => return Ok(Value::Bool(keep(&in_all)?.len() == own.len())),
        "isdisjoint" => return Ok(Value::Bool(keep(&in_any)?.is_empty())),
        "issuperset" => {
            let Some(other) = others.first() else { return Err(type_error("issuperset() takes exactly one argument")) };
            for key in other.keys() {
                if !set.borrow().contains(&key)? {
                    return Ok(Value::Bool(false));
                }
            }
            return Ok(Value::Bool(true));
        }
        _ => return Err(unsupported("set", name)),
    }
    Ok(Value::None)
}
