//! Executes statements.

use std::rc::Rc;
use std::sync::Arc;

use super::Interp;
use super::{Frame, at};
use crate::jinja::branches::address;
use crate::jinja::error::{ErrorKind, Eval, Flow, error, type_error};
use crate::jinja::host::{TableRead, TableUse, Use};
use crate::jinja::loops::{Loop, LoopState, Walked};
use crate::jinja::odd::Odd;
use crate::jinja::tree::{ExprKind, For, Literal, Name, Span, Stmt, Target};
use crate::jinja::undefined::Undefined;
use crate::jinja::value::{Str, Value};
use crate::source::TextBuilder;

impl Interp {
    pub(in crate::jinja) fn exec<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        stmts: &'t [Stmt],
        out: &mut TextBuilder,
    ) -> Eval<()> {
        let body = address(stmts);
        // A loop goes through the same body again and again.
        if body != self.last_reached && !frame.template.is_passing {
            self.last_reached = body;
            self.reached.insert(body);
        }
        for stmt in stmts {
            self.step()?;
            self.exec_one(frame, stmt, out)?;
        }
        Ok(())
    }

    fn exec_one<'t>(&mut self, frame: &mut Frame<'t>, stmt: &'t Stmt, out: &mut TextBuilder) -> Eval<()> {
        match stmt {
            Stmt::Raw(literal) => self.push_literal(frame, literal, out),
            Stmt::Print(expr, tag) => {
                let value = match self.eval(frame, expr) {
                    // What is printed and constant, Jinja2 works out while it compiles.
                    Err(_) if expr.is_constant() => {
                        self.compiles = true;
                        let value = self.eval(frame, expr);
                        self.compiles = false;
                        value?
                    }
                    value => value?,
                };
                self.print(frame, *tag, &value, out)
            }
            Stmt::Do(expr) => {
                let value = self.eval(frame, expr)?;
                if let Value::Str(text) = &value
                    && !text.text.trim().is_empty()
                {
                    self.site_at(frame, expr.span);
                    self.note_odd(Odd::Dropped(Arc::clone(&text.text)));
                }
                Ok(())
            }
            Stmt::If { test, then, otherwise } => {
                let branch = if self.condition(frame, test)? { then } else { otherwise };
                self.exec(frame, branch, out)
            }
            Stmt::For(for_loop) => self.exec_for(frame, for_loop, None, 0, out),
            Stmt::Set(target, expr) => {
                let value = self.eval(frame, expr)?;
                self.assign(frame, target, value)
            }
            Stmt::SetBlock { target, filter, body } => {
                let mut inner = TextBuilder::default();
                self.scoped(frame, |interp, frame| interp.exec(frame, body, &mut inner))?;
                let mut value = Value::Str(Str::from(&inner.finish()));
                if let Some(filter) = filter {
                    value = self.filter_chain(frame, filter, value)?;
                }
                self.assign(frame, target, value)
            }
            Stmt::With(assignments, body) => {
                let mut values = Vec::with_capacity(assignments.len());
                for (_, expr) in assignments {
                    values.push(self.eval(frame, expr)?);
                }
                self.scoped(frame, |interp, frame| {
                    for ((target, _), value) in assignments.iter().zip(values) {
                        interp.assign(frame, target, value)?;
                    }
                    interp.exec(frame, body, out)
                })
            }
            Stmt::Filter(filter, body) => {
                let mut inner = TextBuilder::default();
                self.scoped(frame, |interp, frame| interp.exec(frame, body, &mut inner))?;
                let value = self.filter_chain(frame, filter, Value::Str(Str::from(&inner.finish())))?;
                // Unlike a printed expression, the block's result is joined to the rest as it is.
                if !matches!(value, Value::Str(_) | Value::Unknown(_)) {
                    let message = format!("sequence item: expected str instance, {} found", value.type_name());
                    return Err(at(type_error(message), frame, filter.span));
                }
                self.print(frame, filter.span, &value, out)
            }
            Stmt::Macro(decl) => {
                // dbt renames every macro while parsing, so that its own name stays undefined.
                let name: Name = format!("{}{}", self.host.macro_prefix(), decl.name).into();
                let value = Self::local_macro(frame, decl);
                frame.set(&name, value);
                Ok(())
            }
            Stmt::Call { call, block } => {
                let ExprKind::Call(callee, args) = &call.kind else {
                    return Err(type_error("call block needs a call"));
                };
                let mut args = self.args(frame, args)?;
                args.keyword.push((Arc::from("caller"), Self::local_macro(frame, block)));
                let value =
                    self.call_expr(frame, callee, args, call.span).map_err(|flow| at(flow, frame, call.span))?;
                self.print(frame, call.span, &value, out)
            }
            Stmt::Block(body) => self.exec(frame, body, out),
            Stmt::Unset(names) => {
                for name in names {
                    let nothing = Undefined::variable(name, frame.permissive);
                    frame.set(name, Value::Undefined(Rc::new(nothing)));
                }
                Ok(())
            }
            Stmt::Break => Err(Flow::Break),
            Stmt::Continue => Err(Flow::Continue),
            Stmt::Loader(span) => {
                let flow = error(ErrorKind::Python("TypeError"), "no loader for this environment specified");
                Err(at(flow, frame, *span))
            }
            Stmt::AutoEscape(span) => {
                let flow = error(ErrorKind::Host("unsupported"), "hookproof does not evaluate {% autoescape %}");
                Err(at(flow, frame, *span))
            }
        }
    }

    fn push_literal(&mut self, frame: &Frame<'_>, literal: &Literal, out: &mut TextBuilder) -> Eval<()> {
        self.made(literal.value.len())?;
        match &literal.pieces {
            Some(pieces) => out.push_pieces(&literal.value, pieces, None, frame.call.as_ref()),
            None => out.push_plain(&literal.value),
        }
        Ok(())
    }

    fn print(&mut self, frame: &Frame<'_>, span: Span, value: &Value, out: &mut TextBuilder) -> Eval<()> {
        let text = self.str_of(value).map_err(|flow| at(flow, frame, span))?;
        if text.text.is_empty() {
            return Ok(());
        }
        self.made(text.text.len())?;
        let place = frame.template.place(span);
        self.note_table(frame, span, value, TableUse::Printed);
        self.site_at(frame, span);
        self.note_printed(value);
        match &text.pieces {
            Some(pieces) => out.push_pieces(&text.text, pieces, place, frame.call.as_ref()),
            None => out.push_made(&text.text, place, frame.call.as_ref()),
        }
        Ok(())
    }

    /// Notes that a value is used as a whole, where it is the result of a query.
    pub(super) fn note_table(&mut self, frame: &Frame<'_>, span: Span, value: &Value, usage: TableUse) {
        if let Value::Unknown(unknown) = value
            && unknown.is_table()
        {
            let (place, through) = (frame.template.place(span), frame.call.clone());
            self.table_reads.push(TableRead { usage, query: unknown.identity, place, through });
        }
    }

    fn scoped<'t, T>(
        &mut self,
        frame: &mut Frame<'t>,
        body: impl FnOnce(&mut Interp, &mut Frame<'t>) -> Eval<T>,
    ) -> Eval<T> {
        let (outer, len) = (frame.scope, frame.vars.len());
        frame.scope = len;
        let result = body(self, frame);
        frame.vars.truncate(len);
        frame.scope = outer;
        result
    }

    pub(super) fn exec_for<'t>(
        &mut self,
        frame: &mut Frame<'t>,
        for_loop: &'t For,
        over: Option<Value>,
        depth: usize,
        out: &mut TextBuilder,
    ) -> Eval<()> {
        let iterated = match over {
            Some(value) => value,
            None => self.eval(frame, &for_loop.iter)?,
        };
        self.site_at(frame, for_loop.iter.span);
        self.note_walked(&iterated);
        let mut items = self.items_of(&iterated).map_err(|flow| at(flow, frame, for_loop.iter.span))?;
        let walked = if for_loop.filter.is_none() { Walked::of(&iterated) } else { Walked::Fixed };
        if let Some(filter) = &for_loop.filter {
            let mut kept = Vec::with_capacity(items.len());
            for item in items {
                let keep = self.scoped(frame, |interp, frame| {
                    interp.assign(frame, &for_loop.target, item.clone())?;
                    interp.condition(frame, filter)
                })?;
                if keep {
                    kept.push(item);
                }
            }
            items = kept;
        }
        if items.is_empty() {
            return self.scoped(frame, |interp, frame| interp.exec(frame, &for_loop.otherwise, out));
        }
        let state = LoopState::new(items, walked, depth);
        let loop_name: Name = Arc::from("loop");
        frame.loops.push(for_loop.recursive.then_some(for_loop));
        let mut result = Ok(());
        loop {
            let item = match state.next() {
                Ok(Some(item)) => item,
                Ok(None) => break,
                Err(flow) => {
                    result = Err(at(flow, frame, for_loop.iter.span));
                    break;
                }
            };
            let flow = self.step().and_then(|()| {
                self.scoped(frame, |interp, frame| {
                    frame.vars.push((Arc::clone(&loop_name), Value::Object(Rc::new(Loop::new(&state)))));
                    interp.assign(frame, &for_loop.target, item)?;
                    interp.exec(frame, &for_loop.body, out)
                })
            });
            match flow {
                Ok(()) | Err(Flow::Continue) => {}
                Err(Flow::Break) => break,
                Err(other) => {
                    result = Err(other);
                    break;
                }
            }
        }
        frame.loops.pop();
        result
    }

    fn assign(&mut self, frame: &mut Frame<'_>, target: &Target, value: Value) -> Eval<()> {
        match target {
            Target::Name(name) => {
                frame.set(name, value);
                Ok(())
            }
            Target::Attr(name, attr, span) => match self.variable(frame, name, *span, Use::Value)? {
                Value::Namespace(dict) => {
                    dict.borrow_mut().set_str(attr, value);
                    Ok(())
                }
                Value::Unknown(_) => Ok(()),
                _ => {
                    let flow = error(
                        ErrorKind::Python("TemplateRuntimeError"),
                        "cannot assign attribute on non-namespace object",
                    );
                    Err(at(flow, frame, *span))
                }
            },
            Target::Tuple(targets, span) => {
                let items = match &value {
                    // What cannot be known has as many parts as are asked of it.
                    Value::Unknown(unknown) => {
                        let mut parts = Vec::with_capacity(targets.len());
                        for n in 0..targets.len() {
                            parts.push(self.subscript_of_unknown(unknown, &Value::Int(n as i64))?);
                        }
                        parts
                    }
                    _ => self.items_of(&value).map_err(|flow| at(flow, frame, *span))?,
                };
                if items.len() != targets.len() {
                    let message = if items.len() < targets.len() {
                        format!("not enough values to unpack (expected {}, got {})", targets.len(), items.len())
                    } else {
                        format!("too many values to unpack (expected {})", targets.len())
                    };
                    return Err(at(crate::jinja::error::value_error(message), frame, *span));
                }
                for (target, item) in targets.iter().zip(items) {
                    self.assign(frame, target, item)?;
                }
                Ok(())
            }
        }
    }
}
