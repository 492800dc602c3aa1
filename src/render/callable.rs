//! dbt's functions and packages as values.

use std::any::Any;
use std::rc::Rc;

use super::builtins;
use super::context::{Scene, unknown};
use crate::jinja::{Args, Eval, Interp, Object, Str, Value};

/// A function or macro of dbt's own.
pub(super) struct Callable {
    pub(super) scene: Rc<Scene>,
    pub(super) name: String,
}

/// Whether an object is a function of dbt's.
pub(super) fn is_function(any: &dyn Any) -> bool {
    any.is::<Callable>()
}

impl Object for Callable {
    fn type_name(&self) -> &str {
        "function"
    }

    fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        // These are objects in dbt, with the whole configuration behind them.
        let is_resolver = matches!(self.name.as_str(), "ref" | "source" | "metric" | "function" | "var");
        let is_part = matches!(name, "config" | "model" | "manifest" | "db_wrapper" | "current_project" | "Relation");
        let label = || format!("{}.{name}", self.name);
        Ok((is_resolver && is_part).then(|| unknown(label(), "the inside of dbt's own functions is not modelled")))
    }

    fn call(&self, interp: &mut Interp, args: Args) -> Eval<Option<Value>> {
        builtins::call(&self.scene, interp, &self.name, &args).map(Some)
    }

    fn call_method(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
        match (self.name.as_str(), name) {
            ("var", "has_var") => {
                let [key] = args.bind("has_var", ["var_name"], 1)?;
                let key = interp.str_of(&key.unwrap_or(Value::None))?;
                let found = self.scene.project().var(self.scene.package(), &key.text).is_some();
                Ok(Some(Value::Bool(found)))
            }
            _ => Ok(None),
        }
    }

    fn is_callable(&self) -> bool {
        true
    }

    fn text(&self, _interp: &mut Interp) -> Eval<Str> {
        Ok(Str::plain(format!("<{} of dbt>", self.name)))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A package as a name space of its macros.
pub(super) struct Namespace {
    pub(super) scene: Rc<Scene>,
    pub(super) package: usize,
}

impl Object for Namespace {
    fn type_name(&self) -> &str {
        "dict"
    }

    fn attr(&self, interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        let package = &self.scene.project().packages[self.package].name;
        match self.scene.shared.library.find(self.package, name) {
            Some(at) => self.scene.macro_value(interp, at, &format!("{package}.{name}")).map(Some),
            None => {
                let message = format!("'dict object' has no attribute '{name}'");
                let lacking = interp.lacking_attribute(name, message).of_variable(format!("{package}.{name}"));
                Ok(Some(Value::Undefined(Rc::new(lacking))))
            }
        }
    }

    fn call_method(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
        let has = |key: &str| self.scene.shared.library.find(self.package, key).is_some();
        match name {
            "items" | "keys" | "values" if !has(name) => {
                let package = &self.scene.project().packages[self.package].name;
                Ok(Some(unknown(format!("{package}.{name}()"), "the macros of a package are not listed here")))
            }
            _ => args.look_up(name, |key| match key.as_str().filter(|key| has(key)) {
                Some(key) => self.attr(interp, key),
                None => Ok(None),
            }),
        }
    }

    fn is_mapping(&self) -> bool {
        true
    }

    fn text(&self, _interp: &mut Interp) -> Eval<Str> {
        Ok(Str::plain("{}"))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
