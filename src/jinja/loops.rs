//! The `loop` variable, and `cycler` and `joiner`.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::error::{Eval, python_error, type_error};
use super::interp::Interp;
use super::value::{Args, Dict, Object, Str, Value};

/// What a loop walks through, where its body can change it.
pub(super) enum Walked {
    /// Nothing that changes.
    Fixed,
    /// A list: Python takes the item that stands there when its turn comes.
    List(Rc<RefCell<Vec<Value>>>),
    /// A dict, which must not grow or shrink, and how many entries it had.
    Dict(Rc<RefCell<Dict>>, usize),
}

impl Walked {
    pub(super) fn of(value: &Value) -> Walked {
        match value {
            Value::List(items) => Walked::List(Rc::clone(items)),
            Value::Dict(dict) | Value::View(dict, _) => {
                let len = dict.borrow().len();
                Walked::Dict(Rc::clone(dict), len)
            }
            _ => Walked::Fixed,
        }
    }
}

/// A loop's items and where it stands.
pub(super) struct LoopState {
    /// The items when the loop began.
    items: Vec<Value>,
    walked: Walked,
    at: Cell<usize>,
    /// The items of this turn and of the one before.
    turns: RefCell<[Option<Value>; 2]>,
    depth: usize,
    changed: RefCell<Option<Vec<Value>>>,
}

impl LoopState {
    pub(super) fn new(items: Vec<Value>, walked: Walked, depth: usize) -> Rc<LoopState> {
        let turns = RefCell::new([None, None]);
        Rc::new(LoopState { items, walked, at: Cell::new(0), turns, depth, changed: RefCell::new(None) })
    }

    fn item(&self, at: usize) -> Option<Value> {
        match &self.walked {
            Walked::List(items) => items.borrow().get(at).cloned(),
            Walked::Fixed | Walked::Dict(..) => self.items.get(at).cloned(),
        }
    }

    fn len(&self) -> usize {
        match &self.walked {
            Walked::List(items) => items.borrow().len(),
            Walked::Fixed | Walked::Dict(..) => self.items.len(),
        }
    }

    /// The next item.
    pub(super) fn next(&self) -> Eval<Option<Value>> {
        if let Walked::Dict(dict, len) = &self.walked
            && dict.borrow().len() != *len
        {
            return Err(python_error("RuntimeError", "dictionary changed size during iteration"));
        }
        let Some(item) = self.item(self.at.get()) else { return Ok(None) };
        self.at.set(self.at.get() + 1);
        let [_, this] = self.turns.replace([None, None]);
        self.turns.replace([this, Some(item.clone())]);
        Ok(Some(item))
    }
}

/// The `loop` variable.
pub(super) struct Loop(Rc<LoopState>);

impl Loop {
    pub(super) fn new(state: &Rc<LoopState>) -> Loop {
        Loop(Rc::clone(state))
    }
}

impl Object for Loop {
    fn type_name(&self) -> &str {
        "LoopContext"
    }

    fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        let (at, len) = (self.0.at.get(), self.0.len());
        let int = |value: usize| Value::Int(value as i64);
        Ok(Some(match name {
            "index" => int(at),
            "index0" => int(at - 1),
            "revindex" => Value::Int(len as i64 - at as i64 + 1),
            "revindex0" => Value::Int(len as i64 - at as i64),
            "first" => Value::Bool(at == 1),
            "last" => Value::Bool(at >= len),
            "length" => int(len),
            "depth" => int(self.0.depth + 1),
            "depth0" => int(self.0.depth),
            "previtem" => match &self.0.turns.borrow()[0] {
                Some(item) => item.clone(),
                None => Value::undefined("there is no previous item".to_owned()),
            },
            "nextitem" => match self.0.item(at) {
                Some(item) => item,
                None => Value::undefined("there is no next item".to_owned()),
            },
            _ => return Ok(None),
        }))
    }

    fn call_method(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
        match name {
            "cycle" => {
                if args.positional.is_empty() {
                    return Err(type_error("no items for cycling given"));
                }
                Ok(Some(args.positional[(self.0.at.get() - 1) % args.positional.len()].clone()))
            }
            "changed" => {
                let before = self.0.changed.replace(Some(args.positional.clone()));
                let same = match before {
                    Some(before) => interp.equal(&Value::list(before), &Value::list(args.positional.clone()))?,
                    None => false,
                };
                Ok(Some(Value::Bool(!same)))
            }
            _ => Ok(None),
        }
    }

    fn len(&self) -> Option<usize> {
        Some(self.0.len())
    }

    fn text(&self, _interp: &mut Interp) -> Eval<Str> {
        Ok(Str::plain(format!("<LoopContext {}/{}>", self.0.at.get(), self.0.len())))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Jinja's `cycler`.
pub(super) struct Cycler {
    pub(super) items: Vec<Value>,
    pub(super) at: Cell<usize>,
}

impl Object for Cycler {
    fn type_name(&self) -> &str {
        "Cycler"
    }

    fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        Ok((name == "current").then(|| self.items[self.at.get()].clone()))
    }

    fn call_method(&self, _interp: &mut Interp, name: &str, _args: &Args) -> Eval<Option<Value>> {
        match name {
            "next" => {
                let item = self.items[self.at.get()].clone();
                self.at.set((self.at.get() + 1) % self.items.len());
                Ok(Some(item))
            }
            "reset" => {
                self.at.set(0);
                Ok(Some(Value::None))
            }
            _ => Ok(None),
        }
    }

    fn text(&self, _interp: &mut Interp) -> Eval<Str> {
        Ok(Str::plain("<jinja2.utils.Cycler object>"))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Jinja's `joiner`: nothing the first time, then the separator.
pub(super) struct Joiner {
    pub(super) separator: Value,
    pub(super) used: Cell<bool>,
}

impl Object for Joiner {
    fn type_name(&self) -> &str {
        "Joiner"
    }

    fn call(&self, _interp: &mut Interp, _args: Args) -> Eval<Option<Value>> {
        Ok(Some(if self.used.replace(true) { self.separator.clone() } else { Value::str("") }))
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn text(&self, _interp: &mut Interp) -> Eval<Str> {
        Ok(Str::plain("<jinja2.utils.Joiner object>"))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
