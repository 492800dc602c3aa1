//! What is undefined: Jinja2's stock class, and dbt's own of the parse pass, of which every attribute, item and
//! call is undefined again.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use super::error::{ErrorKind, Eval, Flow, error};
use super::interp::Interp;
use super::tree::Name;
use super::value::Value;

/// Why something is undefined.
#[derive(Debug)]
pub struct Undefined {
    /// What Jinja2 says when it is used.
    pub message: String,
    /// The variable that nothing defines, where it comes from one.
    pub name: Option<Name>,
    /// What dbt's own class has besides; none where it is of the stock class.
    capture: Option<Capture>,
}

/// The attributes of dbt's own class that a template can read.
struct Capture {
    /// `name`: the variable, attribute or item that is missing, and after that whatever was last asked of it.
    asked: RefCell<Value>,
    /// `hint`: Jinja2's message, where the missing part has no name.
    hint: Option<String>,
}

impl fmt::Debug for Capture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Capture").field("hint", &self.hint).finish_non_exhaustive()
    }
}

/// What Jinja2 asks of whatever it calls: whether it wants the context.
const PASS_ARG: &str = "jinja_pass_arg";

impl Undefined {
    /// Of the stock class, with a message.
    #[must_use]
    pub fn stock(message: impl Into<String>) -> Undefined {
        Undefined { message: message.into(), name: None, capture: None }
    }

    /// With a message and without a name, of dbt's class where that is in force.
    #[must_use]
    pub fn hinted(message: impl Into<String>, permissive: bool) -> Undefined {
        let message = message.into();
        let hint = Some(message.clone());
        let capture = permissive.then(|| Capture { asked: RefCell::new(Value::None), hint });
        Undefined { message, name: None, capture }
    }

    /// A variable that nothing defines.
    #[must_use]
    pub fn variable(name: &Name, permissive: bool) -> Undefined {
        let capture = permissive.then(|| Capture { asked: RefCell::new(Value::str(&**name)), hint: None });
        Undefined { message: format!("'{name}' is undefined"), name: Some(Name::clone(name)), capture }
    }

    /// A parameter of a macro that it was not given.
    pub(super) fn parameter(name: &str, permissive: bool) -> Undefined {
        let message = format!("parameter '{name}' was not provided");
        let hint = Some(message.clone());
        let capture = permissive.then(|| Capture { asked: RefCell::new(Value::str(name)), hint });
        Undefined { message, name: None, capture }
    }

    /// A part that a value lacks, with the message of the stock class. dbt's class knows the part's name alone.
    pub(super) fn part(key: Value, shown: &str, message: String, permissive: bool) -> Undefined {
        let message = if permissive { format!("{shown} is undefined") } else { message };
        let capture = permissive.then(|| Capture { asked: RefCell::new(key), hint: None });
        Undefined { message, name: None, capture }
    }

    /// The same of a variable.
    #[must_use]
    pub fn of_variable(self, name: impl Into<Name>) -> Undefined {
        Undefined { name: Some(name.into()), ..self }
    }

    /// An attribute of it, where it is of dbt's class.
    fn attribute(&self, interp: &mut Interp, name: &str) -> Option<Value> {
        let capture = self.capture.as_ref()?;
        Some(match name {
            "name" => capture.asked.borrow().clone(),
            "hint" => capture.hint.as_deref().map_or(Value::None, Value::str),
            "unsafe_callable" | "alters_data" => Value::Bool(false),
            "node" => interp.host().parsed_node().unwrap_or(Value::None),
            // The sandbox refuses these, by its own undefined value.
            _ if name.starts_with('_') => {
                let message = format!("access to attribute '{name}' of 'Undefined' object is unsafe.");
                let hint = Some(message.clone());
                let capture = Some(Capture { asked: RefCell::new(Value::str(name)), hint });
                Value::Undefined(Rc::new(Undefined { message, name: self.name.clone(), capture }))
            }
            _ => {
                *capture.asked.borrow_mut() = Value::str(name);
                let message = capture.hint.clone().unwrap_or_else(|| format!("'{name}' is undefined"));
                let capture = Capture { asked: RefCell::new(Value::str(name)), hint: capture.hint.clone() };
                Value::Undefined(Rc::new(Undefined { message, name: self.name.clone(), capture: Some(capture) }))
            }
        })
    }

    /// The error of using it.
    pub(super) fn failure(&self, called: bool) -> Flow {
        error(ErrorKind::Undefined { name: self.name.clone(), called }, self.message.clone())
    }
}

impl Interp {
    pub(super) fn attribute_of_undefined(&mut self, undefined: &Rc<Undefined>, name: &str) -> Eval<Value> {
        undefined.attribute(self, name).ok_or_else(|| undefined.failure(false))
    }

    /// An item, a slice.
    pub(super) fn item_of_undefined(undefined: &Rc<Undefined>) -> Eval<Value> {
        match undefined.capture {
            Some(_) => Ok(Value::Undefined(Rc::clone(undefined))),
            None => Err(undefined.failure(false)),
        }
    }

    pub(super) fn call_of_undefined(undefined: &Rc<Undefined>) -> Eval<Value> {
        let Some(capture) = &undefined.capture else { return Err(undefined.failure(true)) };
        *capture.asked.borrow_mut() = Value::str(PASS_ARG);
        Ok(Value::Undefined(Rc::clone(undefined)))
    }
}

/// The error of using what is undefined.
pub(super) fn undefined_error(undefined: &Undefined) -> Flow {
    undefined.failure(false)
}
