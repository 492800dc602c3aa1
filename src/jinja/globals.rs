//! The functions that Jinja2 defines everywhere.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::error::{Eval, type_error, value_error};
use super::interp::Interp;
use super::loops::{Cycler, Joiner};
use super::value::{Args, Dict, Range, Value};

/// The names.
pub const NAMES: [&str; 6] = ["range", "dict", "namespace", "cycler", "joiner", "lipsum"];

/// The global function of a name.
pub(super) fn lookup(name: &str) -> Option<Value> {
    Some(match name {
        "range" => Value::function("range", |_, args| range(&args)),
        "dict" => Value::function("dict", |interp, args| Ok(Value::dict(dict(interp, args)?))),
        "namespace" => Value::function("namespace", |interp, args| {
            Ok(Value::Namespace(Rc::new(RefCell::new(dict(interp, args)?))))
        }),
        "cycler" => Value::function("cycler", |_, args| {
            if args.positional.is_empty() {
                return Err(type_error("at least one item has to be provided"));
            }
            Ok(Value::Object(Rc::new(Cycler { items: args.positional, at: Cell::new(0) })))
        }),
        "joiner" => Value::function("joiner", |_, args| {
            let [separator] = args.bind("joiner", ["sep"], 0)?;
            Ok(Value::Object(Rc::new(Joiner {
                separator: separator.unwrap_or_else(|| Value::str(", ")),
                used: Cell::new(false),
            })))
        }),
        "lipsum" => Value::function("lipsum", |_, _| {
            Ok(Value::Unknown(Rc::new(super::unknown::Unknown::new("lipsum()", "lipsum() is random text"))))
        }),
        _ => return None,
    })
}

fn range(args: &Args) -> Eval<Value> {
    let mut numbers = Vec::with_capacity(3);
    for value in &args.positional {
        match value {
            Value::Unknown(_) => return Ok(value.clone()),
            _ => numbers.push(value.as_int().ok_or_else(|| {
                type_error(format!("'{}' object cannot be interpreted as an integer", value.type_name()))
            })?),
        }
    }
    let range = match numbers[..] {
        [stop] => Range { start: 0, stop, step: 1 },
        [start, stop] => Range { start, stop, step: 1 },
        [_, _, 0] => return Err(value_error("range() arg 3 must not be zero")),
        [start, stop, step] => Range { start, stop, step },
        _ => return Err(type_error(format!("range expected at least 1 argument, got {}", numbers.len()))),
    };
    // Jinja2's sandbox has this bound.
    if range.len() > 100_000 {
        return Err(super::error::python_error(
            "OverflowError",
            "Range too big. The sandbox blocks ranges larger than MAX_RANGE (100000).",
        ));
    }
    Ok(Value::Range(Rc::new(range)))
}

/// A dict from a mapping or pairs, and keyword arguments.
pub(super) fn dict(interp: &mut Interp, args: Args) -> Eval<Dict> {
    let mut dict = Dict::default();
    if let Some(first) = args.positional.first() {
        update(interp, &mut dict, first)?;
    }
    for (name, value) in args.keyword {
        dict.set_str(&name, value);
    }
    Ok(dict)
}

/// How a function prints that is a class in Python.
pub(super) fn class_repr(name: &str) -> Option<&'static str> {
    Some(match name {
        "range" => "<class 'range'>",
        "dict" => "<class 'dict'>",
        "namespace" => "<class 'jinja2.utils.Namespace'>",
        "cycler" => "<class 'jinja2.utils.Cycler'>",
        "joiner" => "<class 'jinja2.utils.Joiner'>",
        _ => return None,
    })
}

/// What `dict.update(other)` adds.
pub(super) fn update(interp: &mut Interp, dict: &mut Dict, other: &Value) -> Eval<()> {
    match other {
        // Python asks it for its keys.
        Value::Undefined(undefined) => {
            interp.attribute_of_undefined(undefined, "keys")?;
        }
        Value::Dict(entries) | Value::Namespace(entries) => {
            for (key, value) in entries.borrow().iter() {
                dict.set(key.clone(), value.clone())?;
            }
        }
        Value::Unknown(_) => {}
        Value::Object(object) if object.is_mapping() => {
            if let Some(entries) = object.as_dict() {
                update(interp, dict, &entries)?;
            }
        }
        _ => {
            for pair in interp.items_of(other)? {
                let pair = interp.items_of(&pair)?;
                let [key, value] = &pair[..] else {
                    return Err(value_error(format!(
                        "dictionary update sequence element #0 has length {}; 2 is required",
                        pair.len()
                    )));
                };
                dict.set(key.clone(), value.clone())?;
            }
        }
    }
    Ok(())
}
