//! The arguments of dbt's functions and methods, with Python's own words where they do not fit.

use crate::jinja::{Args, Eval, Flow, Value, type_error};

/// Arguments in the order of the parameters, and other keywords.
pub(super) type Open = (Vec<Option<Value>>, Vec<(String, Value)>);

/// What a function or a method takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signature<'a> {
    name: &'a str,
    params: &'a [&'a str],
    required: usize,
    /// What Python counts before the arguments: the object itself.
    before: usize,
}

impl<'a> Signature<'a> {
    /// A function; the first `required` arguments must be there.
    pub(super) fn function(name: &'a str, params: &'a [&'a str], required: usize) -> Signature<'a> {
        Signature { name, params, required, before: 0 }
    }

    /// A method, named with its class.
    pub(super) fn method(name: &'a str, params: &'a [&'a str], required: usize) -> Signature<'a> {
        Signature { name, params, required, before: 1 }
    }

    /// The arguments in the order of the parameters.
    pub(super) fn bind(self, args: &Args) -> Eval<Vec<Option<Value>>> {
        let (bound, rest) = self.bind_open(args)?;
        match rest.first() {
            None => Ok(bound),
            Some((name, _)) => Err(type_error(format!("{}() got an unexpected keyword argument '{name}'", self.name))),
        }
    }

    /// The same for one that takes other keywords too, and gives them.
    pub(super) fn bind_open(self, args: &Args) -> Eval<Open> {
        let (given, most) = (args.positional.len(), self.params.len());
        if given > most {
            return Err(self.too_many(given));
        }
        let mut bound: Vec<Option<Value>> = (0..most).map(|n| args.positional.get(n).cloned()).collect();
        let mut rest = Vec::new();
        for (name, value) in &args.keyword {
            match self.params.iter().position(|known| *known == &**name) {
                Some(at) if bound[at].is_some() => {
                    return Err(type_error(format!("{}() got multiple values for argument '{name}'", self.name)));
                }
                Some(at) => bound[at] = Some(value.clone()),
                None => rest.push((name.to_string(), value.clone())),
            }
        }
        let missing: Vec<String> =
            (0..self.required).filter(|&n| bound[n].is_none()).map(|n| format!("'{}'", self.params[n])).collect();
        if rest.is_empty() && !missing.is_empty() {
            return Err(self.missing(&missing));
        }
        Ok((bound, rest))
    }

    fn too_many(self, given: usize) -> Flow {
        let (least, most) = (self.required + self.before, self.params.len() + self.before);
        let takes = if least == most {
            format!("{most} positional argument{}", if most == 1 { "" } else { "s" })
        } else {
            format!("from {least} to {most} positional arguments")
        };
        let given = given + self.before;
        let were = if given == 1 { "was" } else { "were" };
        type_error(format!("{}() takes {takes} but {given} {were} given", self.name))
    }

    fn missing(self, missing: &[String]) -> Flow {
        let names = match missing {
            [name] => name.clone(),
            [first, second] => format!("{first} and {second}"),
            [first @ .., last] => format!("{}, and {last}", first.join(", ")),
            [] => String::new(),
        };
        let plural = if missing.len() == 1 { "" } else { "s" };
        type_error(format!("{}() missing {} required positional argument{plural}: {names}", self.name, missing.len()))
    }
}
