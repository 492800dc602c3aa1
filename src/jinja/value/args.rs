//! The arguments of a call.

use super::{Name, Value};
use crate::jinja::error::{Eval, type_error};

/// The arguments of a call.
#[derive(Clone, Default)]
pub struct Args {
    /// By position.
    pub positional: Vec<Value>,
    /// By name, in order.
    pub keyword: Vec<(Name, Value)>,
}

impl Args {
    /// What the two methods that look for one key of a dict give, `get` and `__contains__`, where `find` finds a
    /// key's value; none for other methods.
    pub fn look_up(&self, method: &str, find: impl FnOnce(&Value) -> Eval<Option<Value>>) -> Eval<Option<Value>> {
        match method {
            "get" => {
                let [key, otherwise] = self.bind("get", ["key", "default"], 1)?;
                let found = find(&key.unwrap_or(Value::None))?;
                Ok(Some(found.or(otherwise).unwrap_or(Value::None)))
            }
            "__contains__" => {
                let found = self.positional.first().map_or(Ok(None), find)?;
                Ok(Some(Value::Bool(found.is_some())))
            }
            _ => Ok(None),
        }
    }

    /// Arguments by position only.
    #[must_use]
    pub fn of(positional: Vec<Value>) -> Args {
        Args { positional, keyword: Vec::new() }
    }

    /// The argument at a position or of a name.
    #[must_use]
    pub fn get(&self, position: usize, name: &str) -> Option<&Value> {
        self.positional.get(position).or_else(|| self.named(name))
    }

    /// The argument of a name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Value> {
        self.keyword.iter().find(|(known, _)| &**known == name).map(|(_, value)| value)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.positional.len() + self.keyword.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The arguments of a function with these parameters, in their order; the first `required` must be
    /// there. Fails as Python does.
    pub fn bind<const N: usize>(&self, function: &str, names: [&str; N], required: usize) -> Eval<[Option<Value>; N]> {
        if self.positional.len() > N {
            let plural = if N == 1 { "" } else { "s" };
            return Err(type_error(format!(
                "{function}() takes {N} positional argument{plural} but {} were given",
                self.positional.len()
            )));
        }
        let mut bound: [Option<Value>; N] = std::array::from_fn(|n| self.positional.get(n).cloned());
        for (name, value) in &self.keyword {
            let Some(at) = names.iter().position(|known| *known == &**name) else {
                return Err(type_error(format!("{function}() got an unexpected keyword argument '{name}'")));
            };
            if bound[at].is_some() {
                return Err(type_error(format!("{function}() got multiple values for argument '{name}'")));
            }
            bound[at] = Some(value.clone());
        }
        if let Some(missing) = (0..required).find(|&n| bound[n].is_none()) {
            return Err(type_error(format!(
                "{function}() missing 1 required positional argument: '{}'",
                names[missing]
            )));
        }
        Ok(bound)
    }
}
