//! Evaluates expressions.

use std::rc::Rc;
use std::sync::Arc;

use num_bigint::BigInt;

use super::{Frame, Interp, at};
use crate::jinja::call::argument_sites;
use crate::jinja::error::{ErrorKind, Eval, Flow, error, type_error};
use crate::jinja::host::{MissingRead, TableUse, UndefinedRead, Use};
use crate::jinja::tree::{Arg, BinaryOp, Expr, ExprKind, Name, Span};
use crate::jinja::undefined::Undefined;
use crate::jinja::value::{Args, Dict, Str, StrKind, Value};
use crate::source::TextBuilder;

impl Interp {
    pub(super) fn condition(&mut self, frame: &mut Frame<'_>, expr: &Expr) -> Eval<bool> {
        let value = self.eval_used(frame, expr, Use::Condition)?;
        self.note_table(frame, expr.span, &value, TableUse::Tested);
        self.truth(&value).map_err(|flow| at(flow, frame, expr.span))
    }

    pub(in crate::jinja) fn eval(&mut self, frame: &mut Frame<'_>, expr: &Expr) -> Eval<Value> {
        self.eval_used(frame, expr, Use::Value)
    }

    fn eval_used(&mut self, frame: &mut Frame<'_>, expr: &Expr, usage: Use) -> Eval<Value> {
        self.step()?;
        self.eval_kind(frame, expr, usage).map_err(|flow| at(flow, frame, expr.span))
    }

    fn eval_kind(&mut self, frame: &mut Frame<'_>, expr: &Expr, usage: Use) -> Eval<Value> {
        Ok(match &expr.kind {
            ExprKind::Var(name) => self.variable(frame, name, expr.span, usage)?,
            ExprKind::Str(literal) => Value::Str(Str {
                text: Arc::clone(&literal.value),
                pieces: literal.pieces.clone(),
                kind: StrKind::Plain,
            }),
            ExprKind::Int(value) => Value::Int(*value),
            ExprKind::BigInt(digits) => Value::big(digits.parse::<BigInt>().unwrap_or_default()),
            ExprKind::Float(value) => Value::Float(*value),
            ExprKind::Bool(value) => Value::Bool(*value),
            ExprKind::None => Value::None,
            ExprKind::List(items) => Value::list(self.eval_all(frame, items)?),
            ExprKind::Tuple(items) => Value::tuple(self.eval_all(frame, items)?),
            ExprKind::Dict(entries) => {
                let mut dict = Dict::default();
                for (key, value) in entries {
                    let key = self.eval(frame, key)?;
                    let value = self.eval(frame, value)?;
                    dict.set(key, value)?;
                }
                Value::dict(dict)
            }
            ExprKind::Not(operand) => Value::Bool(!self.condition(frame, operand)?),
            ExprKind::Neg(operand) => {
                let value = self.eval(frame, operand)?;
                self.negate(&value)?
            }
            ExprKind::Binary(op, left, right) => {
                let left = self.eval(frame, left)?;
                let right = self.eval(frame, right)?;
                self.site_at(frame, expr.span);
                self.binary(*op, &left, &right)?
            }
            ExprKind::Compare(first, ops) => {
                let mut left = self.eval(frame, first)?;
                let mut result = true;
                for (op, operand) in ops {
                    let right = self.eval(frame, operand)?;
                    self.site_at(frame, expr.span);
                    self.note_compared(*op, &left, &right);
                    if !self.compare(*op, &left, &right)? {
                        result = false;
                        break;
                    }
                    left = right;
                }
                Value::Bool(result)
            }
            ExprKind::And(left, right) => {
                let value = self.eval_used(frame, left, Use::Condition)?;
                if self.truth(&value)? { self.eval_used(frame, right, usage)? } else { value }
            }
            ExprKind::Or(left, right) => {
                let value = self.eval_used(frame, left, Use::Condition)?;
                if self.truth(&value)? { value } else { self.eval_used(frame, right, usage)? }
            }
            ExprKind::If(test, then, otherwise) => {
                if self.condition(frame, test)? {
                    self.eval_used(frame, then, usage)?
                } else if let Some(otherwise) = otherwise {
                    self.eval_used(frame, otherwise, usage)?
                } else {
                    let message = "the inline if-expression evaluated to false and no else section was defined.";
                    Value::Undefined(Rc::new(Undefined::hinted(message, frame.permissive)))
                }
            }
            ExprKind::Filter(name, operand, args) => {
                let is_guard = matches!(&**name, "default" | "d");
                let usage = if is_guard { Use::Guarded } else { usage };
                let noted = self.odd_uses.len();
                let operand = match operand {
                    Some(operand) => self.eval_used(frame, operand, usage)?,
                    None => Value::str(""),
                };
                if is_guard {
                    self.forget_columns(noted);
                }
                let args = self.args(frame, args)?;
                self.site_at(frame, expr.span);
                self.filter(name, operand, args)?
            }
            ExprKind::Test(name, operand, args) => {
                let usage = if matches!(&**name, "defined" | "undefined" | "none") { Use::Guarded } else { usage };
                let noted = self.odd_uses.len();
                let operand = self.eval_used(frame, operand, usage)?;
                if matches!(&**name, "defined" | "undefined") {
                    self.forget_columns(noted);
                }
                let args = self.args(frame, args)?;
                self.site_at(frame, expr.span);
                Value::Bool(self.test(name, &operand, &args)?)
            }
            ExprKind::Attr(operand, name) => {
                let operand = self.eval_owner(frame, operand)?;
                self.site_at(frame, expr.span);
                let value = self.attribute(&operand, name)?;
                if value.is_undefined() {
                    self.note_missing(&operand, name, usage);
                }
                value
            }
            ExprKind::Item(operand, key) => {
                let operand = self.eval(frame, operand)?;
                let key = self.eval(frame, key)?;
                self.site_at(frame, expr.span);
                let value = self.subscript(&operand, &key)?;
                // A method that is not called has no items.
                if let (Value::Method(_), Value::Int(at)) = (&operand, &key) {
                    self.note_missing(&operand, &at.to_string(), usage);
                }
                if let Some(name) = key.as_str().filter(|_| value.is_undefined()) {
                    self.note_missing(&operand, name, usage);
                }
                value
            }
            ExprKind::Slice(operand, parts) => {
                let operand = self.eval(frame, operand)?;
                let mut bounds = [None, None, None];
                for (bound, part) in bounds.iter_mut().zip(parts.iter()) {
                    if let Some(part) = part {
                        *bound = Some(self.eval(frame, part)?);
                    }
                }
                self.site_at(frame, expr.span);
                match self.slice(&operand, &bounds) {
                    // There it is looked up as any item.
                    Err(_) if self.compiles && !operand.is_undefined() => {
                        self.without_item(&operand, &Value::str("slice"))?
                    }
                    sliced => sliced?,
                }
            }
            ExprKind::Call(callee, args) => {
                if let (ExprKind::Var(name), [Arg::Positional(over)]) = (&callee.kind, args.as_slice()) {
                    if &**name == "loop" {
                        return self.recurse(frame, over);
                    }
                }
                let evaluated = self.args(frame, args)?;
                if let ExprKind::Var(name) = &callee.kind {
                    if self.host.wants_argument_sites(name) {
                        self.argument_sites = argument_sites(frame, args);
                    }
                }
                self.call_expr(frame, callee, evaluated, expr.span)?
            }
        })
    }

    /// Notes an attribute that an object of the host does not have, where the host is sure of it.
    pub(in crate::jinja) fn note_missing(&mut self, owner: &Value, name: &str, usage: Use) {
        if usage == Use::Guarded || owner.is_undefined() {
            return;
        }
        let (Some(of), Some(place)) = (self.host.lacking(owner, name), self.site) else { return };
        if self.missing_reads.iter().all(|read| read.place != Some(place) || *read.name != *name) {
            let (name, through) = (Arc::from(name), self.within.clone());
            self.missing_reads.push(MissingRead { of, name, usage, place: Some(place), through });
        }
    }

    /// Evaluates what an attribute is taken of.
    fn eval_owner(&mut self, frame: &mut Frame<'_>, expr: &Expr) -> Eval<Value> {
        let known = self.undefined_reads.len();
        let value = self.eval(frame, expr)?;
        if let (Value::Undefined(_), ExprKind::Var(name)) = (&value, &expr.kind) {
            let host = Rc::clone(&self.host);
            if let Some(found) = host.namespace(name) {
                self.undefined_reads.truncate(known);
                return Ok(found);
            }
        }
        Ok(value)
    }

    fn eval_all(&mut self, frame: &mut Frame<'_>, exprs: &[Expr]) -> Eval<Vec<Value>> {
        let mut values = Vec::with_capacity(exprs.len());
        for expr in exprs {
            values.push(self.eval(frame, expr)?);
        }
        Ok(values)
    }

    /// `loop(items)` in a recursive loop: the loop again, over other items.
    fn recurse(&mut self, frame: &mut Frame<'_>, over: &Expr) -> Eval<Value> {
        let over = self.eval(frame, over)?;
        let Some(Some(for_loop)) = frame.loops.last().copied() else {
            return Err(type_error("The loop must have the 'recursive' marker to be called recursively."));
        };
        let depth = frame.loops.iter().filter(|found| found.is_some_and(|found| std::ptr::eq(found, for_loop))).count();
        self.depth += 1;
        if self.depth > self.limits.depth {
            return Err(error(ErrorKind::Limit("depth"), "maximum recursion depth exceeded"));
        }
        let mut out = TextBuilder::default();
        let result = self.exec_for(frame, for_loop, Some(over), depth, &mut out);
        self.depth -= 1;
        result.map(|()| Value::Str(Str::from(&out.finish())))
    }

    pub(super) fn site_at(&mut self, frame: &Frame<'_>, span: Span) {
        self.site = frame.template.place(span);
        self.permissive = frame.permissive;
        match (&self.within, &frame.call) {
            (Some(known), Some(call)) if Arc::ptr_eq(known, call) => {}
            _ => self.within.clone_from(&frame.call),
        }
    }

    pub(super) fn call_expr(&mut self, frame: &mut Frame<'_>, callee: &Expr, args: Args, span: Span) -> Eval<Value> {
        match &callee.kind {
            ExprKind::Attr(operand, name) => {
                let operand = self.eval_owner(frame, operand)?;
                self.site_at(frame, span);
                let site = self.site;
                let result = self.call_method(&operand, name, args);
                if let Err(Flow::Error(failure)) = &result
                    && matches!(failure.kind, ErrorKind::Undefined { name: None, .. })
                {
                    self.site = site;
                    self.note_missing(&operand, name, Use::Called);
                }
                result
            }
            ExprKind::Var(name) => {
                let value = self.variable(frame, name, callee.span, Use::Called)?;
                self.site_at(frame, span);
                self.call(&value, args)
            }
            _ => {
                let value = self.eval(frame, callee)?;
                self.site_at(frame, span);
                self.call(&value, args)
            }
        }
    }

    pub(super) fn variable(&mut self, frame: &Frame<'_>, name: &Name, span: Span, usage: Use) -> Eval<Value> {
        if let Some((_, value)) = frame.vars.iter().rev().find(|(known, _)| **known == **name) {
            return Ok(value.clone());
        }
        self.site_at(frame, span);
        let host = Rc::clone(&self.host);
        if let Some(value) = host.lookup(self, name)? {
            return Ok(value);
        }
        if let Some(value) = crate::jinja::globals::lookup(name) {
            return Ok(value);
        }
        // A loop reads the same place many times; what is told of it stays the same.
        if self.undefined_seen.insert((Arc::as_ptr(frame.template) as usize, span.start)) {
            self.undefined_reads.push(UndefinedRead {
                name: Arc::clone(name),
                usage,
                place: frame.template.place(span),
                through: frame.call.clone(),
                assigned: frame.template.assigns(name),
            });
        }
        Ok(Value::Undefined(Rc::new(Undefined::variable(name, frame.permissive))))
    }

    pub(super) fn filter_chain(&mut self, frame: &mut Frame<'_>, filter: &Expr, value: Value) -> Eval<Value> {
        let ExprKind::Filter(name, inner, args) = &filter.kind else {
            return self.eval(frame, filter);
        };
        let value = match inner {
            Some(inner) => self.filter_chain(frame, inner, value)?,
            None => value,
        };
        let args = self.args(frame, args)?;
        self.site_at(frame, filter.span);
        self.filter(name, value, args).map_err(|flow| at(flow, frame, filter.span))
    }

    pub(in crate::jinja) fn binary(&mut self, op: BinaryOp, left: &Value, right: &Value) -> Eval<Value> {
        if op == BinaryOp::Concat {
            return self.concat(left, right);
        }
        self.weigh(left)?;
        self.weigh(right)?;
        let value = crate::jinja::ops::arithmetic(self, op, left, right)?;
        if let Value::BigInt(_) = value {
            self.weigh(&value)?;
        }
        Ok(value)
    }

    fn concat(&mut self, left: &Value, right: &Value) -> Eval<Value> {
        self.note_printed(left);
        self.note_printed(right);
        let left = self.str_of(left)?;
        let right = self.str_of(right)?;
        self.made(left.text.len() + right.text.len())?;
        Ok(Value::Str(self.joined(&[left, right])))
    }

    /// Several texts as one; what has no origin was made here.
    pub(in crate::jinja) fn joined(&self, parts: &[Str]) -> Str {
        if parts.iter().all(|part| part.pieces.is_none()) && self.site.is_none() {
            return Str::plain(parts.iter().map(|part| &*part.text).collect::<String>());
        }
        let mut builder = TextBuilder::default();
        for part in parts {
            match &part.pieces {
                Some(pieces) => builder.push_pieces(&part.text, pieces, self.site, self.within.as_ref()),
                None => builder.push_made(&part.text, self.site, self.within.as_ref()),
            }
        }
        Str::from(&builder.finish())
    }
}
