//! `context`: the whole context as a dict.

use std::rc::Rc;

use super::context::Scene;
use crate::jinja::{Args, Eval, Host as _, Interp, Object, Str, Value};

/// The names of a scene by key. It has no items: what walks it is not modelled.
struct Whole {
    scene: Rc<Scene>,
}

/// `context` in a scene.
pub(super) fn context(scene: Rc<Scene>) -> Value {
    Value::Object(Rc::new(Whole { scene }))
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
        match name {
            "get" => {
                let [key, otherwise] = args.bind("get", ["key", "default"], 1)?;
                let found = self.get(interp, &key.unwrap_or(Value::None))?;
                Ok(Some(found.or(otherwise).unwrap_or(Value::None)))
            }
            "__contains__" => {
                let found = match args.positional.first() {
                    Some(key) => self.get(interp, key)?,
                    None => None,
                };
                Ok(Some(Value::Bool(found.is_some())))
            }
            _ => Ok(None),
        }
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
