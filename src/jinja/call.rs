//! Calls: arguments, macros and what they return.

use std::rc::Rc;
use std::sync::Arc;

use super::error::{ErrorKind, Eval, Flow, error, type_error};
use super::host::ArgumentSite;
use super::interp::{Frame, Interp, refused};
use super::tree::{Arg, Expr, ExprKind, Macro, Span};
use super::undefined::Undefined;
use super::value::{Args, Dict, MacroValue, Str, Value};
use crate::source::{Call, TextBuilder};

impl Interp {
    pub(super) fn local_macro(frame: &Frame<'_>, decl: &Arc<Macro>) -> Value {
        Value::Macro(Rc::new(MacroValue {
            decl: Arc::clone(decl),
            template: Arc::clone(frame.template),
            closure: frame.vars.clone(),
            catches_return: false,
            shown: Arc::clone(&decl.name),
            within: frame.call.clone(),
            permissive: frame.permissive,
        }))
    }

    pub(super) fn args(&mut self, frame: &mut Frame<'_>, args: &[Arg]) -> Eval<Args> {
        let mut evaluated = Args::default();
        for arg in args {
            match arg {
                Arg::Positional(expr) => evaluated.positional.push(self.eval(frame, expr)?),
                Arg::Keyword(name, expr, _) => evaluated.keyword.push((Arc::clone(name), self.eval(frame, expr)?)),
                Arg::Splat(expr) => {
                    let value = self.eval(frame, expr)?;
                    evaluated.positional.extend(self.items_of(&value)?);
                }
                Arg::KeywordSplat(expr) => match self.eval(frame, expr)? {
                    Value::Dict(dict) => {
                        for (key, value) in dict.borrow().iter() {
                            let Some(key) = key.as_str() else {
                                return Err(type_error("keywords must be strings"));
                            };
                            evaluated.keyword.push((Arc::from(key), value.clone()));
                        }
                    }
                    Value::Unknown(_) => {}
                    other => {
                        return Err(type_error(format!(
                            "argument after ** must be a mapping, not {}",
                            other.type_name()
                        )));
                    }
                },
            }
        }
        Ok(evaluated)
    }

    /// Calls a macro.
    pub fn call_macro(&mut self, value: &Rc<MacroValue>, args: Args) -> Eval<Value> {
        if let Some((span, message)) = &value.template.refused {
            return Err(refused(&value.template, *span, message).into());
        }
        self.depth += 1;
        if self.depth > self.limits.depth {
            self.depth -= 1;
            return Err(error(
                ErrorKind::Limit("depth"),
                format!("maximum recursion depth exceeded: {} nested macro calls", self.limits.depth),
            ));
        }
        let site = self.site;
        let call = if value.catches_return {
            Some(Arc::new(Call { name: Arc::clone(&value.shown), place: site, within: self.within.clone() }))
        } else {
            value.within.clone()
        };
        let mut frame = Frame {
            vars: value.closure.clone(),
            scope: value.closure.len(),
            template: &value.template,
            call: call.clone(),
            permissive: value.permissive,
            loops: Vec::new(),
        };
        let result = self.bind(&mut frame, &value.decl, args).and_then(|()| {
            let mut out = TextBuilder::default();
            self.exec(&mut frame, &value.decl.body, &mut out)?;
            Ok(Value::Str(Str::from(&out.finish())))
        });
        self.depth -= 1;
        match result {
            Err(Flow::Return(returned)) if value.catches_return => Ok(stamped(returned, call.as_ref())),
            Err(Flow::Break | Flow::Continue) => Ok(Value::str("")),
            other => other,
        }
    }

    fn bind(&mut self, frame: &mut Frame<'_>, decl: &Arc<Macro>, args: Args) -> Eval<()> {
        let shown = format!("{}{}", self.host.macro_prefix(), decl.name);
        let mut positional = args.positional.into_iter();
        let mut keyword = args.keyword;
        for param in &decl.params {
            let named = keyword.iter().position(|(name, _)| **name == *param.name);
            let given = match (positional.next(), named) {
                (Some(_), Some(_)) => {
                    return Err(error(
                        ErrorKind::MacroArguments,
                        format!("macro '{shown}' got multiple values for argument '{}'", param.name),
                    ));
                }
                (Some(value), None) => Some(value),
                (None, Some(at)) => Some(keyword.remove(at).1),
                (None, None) => None,
            };
            let value = match (given, &param.default) {
                (Some(value), _) => value,
                (None, Some(default)) => self.eval(frame, default)?,
                (None, None) => Value::Undefined(Rc::new(Undefined::parameter(&param.name, frame.permissive))),
            };
            frame.vars.push((Arc::clone(&param.name), value));
        }
        if decl.caller {
            let value = match keyword.iter().position(|(name, _)| &**name == "caller") {
                Some(at) => keyword.remove(at).1,
                None => Value::undefined("No caller defined".to_owned()),
            };
            frame.vars.push((Arc::from("caller"), value));
        }
        if decl.kwargs {
            let mut dict = Dict::default();
            for (name, value) in keyword {
                dict.set_str(&name, value);
            }
            frame.vars.push((Arc::from("kwargs"), Value::dict(dict)));
        } else if let Some((name, _)) = keyword.first() {
            let message = if &**name == "caller" {
                format!(
                    "macro '{shown}' was invoked with two values for the special caller argument. This is most likely a bug."
                )
            } else {
                format!("macro '{shown}' takes no keyword argument '{name}'")
            };
            return Err(error(ErrorKind::MacroArguments, message));
        }
        let rest: Vec<Value> = positional.collect();
        if decl.varargs {
            frame.vars.push((Arc::from("varargs"), Value::tuple(rest)));
        } else if !rest.is_empty() {
            let message = format!("macro '{shown}' takes not more than {} argument(s)", decl.params.len());
            return Err(error(ErrorKind::MacroArguments, message));
        }
        Ok(())
    }
}

/// Where the named arguments of a call are written; those in a dict that is written in the call too.
pub(super) fn argument_sites(frame: &Frame<'_>, args: &[Arg]) -> Vec<ArgumentSite> {
    let mut sites = Vec::new();
    let mut add = |name: &str, key: Span, value: Span| {
        let (key, value) = (frame.template.place(key), frame.template.place(value));
        sites.push(ArgumentSite { name: name.to_owned(), key, value });
    };
    for arg in args {
        match arg {
            Arg::Keyword(name, expr, span) => add(name, *span, expr.span),
            Arg::Positional(Expr { kind: ExprKind::Dict(entries), .. }) => {
                for (key, value) in entries {
                    if let ExprKind::Str(name) = &key.kind {
                        add(&name.value, key.span, value.span);
                    }
                }
            }
            _ => {}
        }
    }
    sites
}

/// Text that a macro returned came through it.
fn stamped(value: Value, call: Option<&Arc<Call>>) -> Value {
    match value {
        Value::Str(Str { text, pieces: Some(pieces), kind }) if pieces.iter().any(|piece| piece.through.is_none()) => {
            let mut builder = TextBuilder::default();
            builder.push_pieces(&text, &pieces, None, call);
            Value::Str(Str { kind, ..Str::from(&builder.finish()) })
        }
        other => other,
    }
}
