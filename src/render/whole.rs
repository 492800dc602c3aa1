//! `context` and `builtins`: the whole context as a dict.

use std::rc::Rc;

use super::context::{NAMES, Scene, unknown};
use crate::jinja::{Args, Eval, Host as _, Interp, Object, Str, Value};

/// The names of a scene by key. It has no items: what walks it is not modelled.
struct Whole {
    scene: Rc<Scene>,
}

/// `context` in a scene.
pub(super) fn context(scene: Rc<Scene>) -> Value {
    Value::Object(Rc::new(Whole { scene }))
}

/// What dbt itself defines, whatever macros are laid over it (facts M3).
struct Builtins {
    scene: Rc<Scene>,
}

/// `builtins` in a scene.
pub(super) fn builtins(scene: Rc<Scene>) -> Value {
    Value::Object(Rc::new(Builtins { scene }))
}

impl Object for Builtins {
    fn type_name(&self) -> &str {
        "dict"
    }

    fn attr(&self, interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        if NAMES.contains(&name) { self.scene.name(interp, name) } else { Ok(None) }
    }

    fn item(&self, interp: &mut Interp, key: &Value) -> Eval<Option<Value>> {
        match key.as_str() {
            Some(name) => self.attr(interp, name),
            None => Ok(None),
        }
    }

    fn call_method(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
        match name {
            "items" | "keys" | "values" => {
                Ok(Some(unknown(format!("builtins.{name}()"), "the whole of builtins is not listed here")))
            }
            _ => args.look_up(name, |key| self.item(interp, key)),
        }
    }

    fn truth(&self) -> bool {
        true
    }

    fn text(&self, interp: &mut Interp) -> Eval<Str> {
        interp.str_of(&unknown("builtins", "how dbt prints all of its names is not made here"))
    }

    fn is_mapping(&self) -> bool {
        true
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

impl Whole {
    fn get(&self, interp: &mut Interp, key: &Value) -> Eval<Option<Value>> {
        match key.as_str() {
            Some(name) => self.scene.lookup(interp, name),
            None => Ok(None),
        }
    }
}

impl Object for Whole {
    fn type_name(&self) -> &str {
        "dict"
    }

    fn attr(&self, interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        self.scene.lookup(interp, name)
    }

    fn item(&self, interp: &mut Interp, key: &Value) -> Eval<Option<Value>> {
        self.get(interp, key)
    }

    fn call_method(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
        args.look_up(name, |key| self.get(interp, key))
    }

    fn truth(&self) -> bool {
        true
    }

    fn is_mapping(&self) -> bool {
        true
    }

    fn text(&self, _interp: &mut Interp) -> Eval<Str> {
        Ok(Str::plain("{…}"))
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}
