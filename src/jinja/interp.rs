//! The evaluator: walks a tree and gives text with its origin.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use num_bigint::BigInt;

use super::branches::{Reached, address};
use super::call::argument_sites;
use super::error::{ErrorKind, Eval, Flow, JinjaError, error, type_error};
use super::host::{Answer, ArgumentSite, Host, Limits, MissingRead, Question, TableRead, TableUse, UndefinedRead, Use};
use super::loops::{Loop, LoopState};
use super::odd::{Odd, OddUse};
use super::tree::{Arg, BinaryOp, Expr, ExprKind, For, Literal, Name, Span, Stmt, Target, Template};
use super::undefined::Undefined;
use super::unknown::Unknown;
use super::value::{Args, Dict, Str, StrKind, Value};
use crate::source::{Call, Place, TextBuilder};

/// One evaluation: a template, the macros it calls, and what was seen on the way.
pub struct Interp {
    pub(super) host: Rc<dyn Host>,
    pub(super) limits: Limits,
    steps: u64,
    output: usize,
    pub(super) depth: usize,
    nesting: usize,
    script: Vec<usize>,
    questions: Vec<Question>,
    asked: HashMap<String, usize>,
    unasked: bool,
    reached: Reached,
    last_reached: usize,
    undefined_seen: HashSet<(usize, u32)>,
    placeholders: HashMap<String, usize>,
    /// Names that were read and that nothing defines.
    pub undefined_reads: Vec<UndefinedRead>,
    /// Attributes that were read and that their objects do not have.
    pub missing_reads: Vec<MissingRead>,
    /// Results of queries that were used as a whole.
    pub table_reads: Vec<TableRead>,
    /// Uses of values that are hardly meant.
    pub odd_uses: Vec<OddUse>,
    pub(super) odd_seen: HashSet<(Option<Place>, Odd)>,
    /// Where the function that runs now was called.
    pub site: Option<Place>,
    /// The macro calls around it.
    pub within: Option<Arc<Call>>,
    /// Where its named arguments are written, for functions that want to know.
    pub argument_sites: Vec<ArgumentSite>,
    /// Whether undefined values are of dbt's permissive class there.
    pub(super) permissive: bool,
}

pub(super) struct Frame<'t> {
    pub(super) vars: Vec<(Name, Value)>,
    pub(super) scope: usize,
    pub(super) template: &'t Arc<Template>,
    pub(super) call: Option<Arc<Call>>,
    pub(super) permissive: bool,
    pub(super) loops: Vec<Option<&'t For>>,
}

impl Interp {
    /// An evaluation in a host; `script` answers its first questions, by their options' numbers.
    #[must_use]
    pub fn new(host: Rc<dyn Host>, limits: Limits, script: Vec<usize>) -> Interp {
        Interp {
            host,
            limits,
            steps: 0,
            output: 0,
            depth: 0,
            nesting: 0,
            script,
            questions: Vec::new(),
            asked: HashMap::new(),
            unasked: false,
            reached: Reached::new(),
            last_reached: 0,
            undefined_seen: HashSet::new(),
            placeholders: HashMap::new(),
            undefined_reads: Vec::new(),
            missing_reads: Vec::new(),
            table_reads: Vec::new(),
            odd_uses: Vec::new(),
            odd_seen: HashSet::new(),
            site: None,
            within: None,
            argument_sites: Vec::new(),
            permissive: false,
        }
    }

    /// The questions that were asked, in order.
    #[must_use]
    pub fn questions(&self) -> &[Question] {
        &self.questions
    }

    /// What gives the names.
    pub(super) fn host(&self) -> Rc<dyn Host> {
        Rc::clone(&self.host)
    }

    /// What is undefined here for the lack of an attribute, with the message of the stock class.
    #[must_use]
    pub fn lacking_attribute(&self, name: &str, message: String) -> Undefined {
        Undefined::part(Value::str(name), &format!("'{name}'"), message, self.permissive)
    }

    /// How many statements and expressions were evaluated.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// The answer that a question had so far.
    #[must_use]
    pub fn answer(&self, question: &str) -> Option<Answer> {
        self.answered(question)
    }

    /// The bodies that were gone through.
    pub fn take_reached(&mut self) -> Reached {
        std::mem::take(&mut self.reached)
    }

    /// Whether more was asked than is varied.
    #[must_use]
    pub fn left_questions(&self) -> bool {
        self.unasked
    }

    /// Whether a placeholder for something unknown was printed.
    #[must_use]
    pub fn printed_unknown(&self) -> bool {
        !self.placeholders.is_empty()
    }

    /// Renders a template. `permissive` says that undefined values of its own text are of dbt's
    /// permissive class, as in the parse pass.
    pub fn render(&mut self, template: &Arc<Template>, permissive: bool) -> Result<Str, Box<JinjaError>> {
        let mut frame = Frame { vars: Vec::new(), scope: 0, template, call: None, permissive, loops: Vec::new() };
        let mut out = TextBuilder::default();
        if let Some((span, message)) = &template.refused {
            return Err(Box::new(refused(template, *span, message)));
        }
        match self.exec(&mut frame, &template.body, &mut out) {
            Ok(()) | Err(Flow::Break | Flow::Continue) => Ok(Str::from(&out.finish())),
            Err(Flow::Error(error)) => Err(error),
            // Outside a macro nothing catches it: dbt prints the value as the error's message.
            Err(Flow::Return(value)) => {
                let message = self.str_of(&value).map_or_else(|_| String::new(), |text| text.text.to_string());
                Err(Box::new(JinjaError::new(ErrorKind::Host("return-outside-macro"), message)))
            }
        }
    }

    /// Evaluates a template that is one printed expression, and gives the expression's value; any other
    /// template gives its text. That is how Jinja2's native environment works.
    pub fn render_native(&mut self, template: &Arc<Template>) -> Result<Value, Box<JinjaError>> {
        if let [Stmt::Print(expr, _)] = template.body.as_slice() {
            let mut frame =
                Frame { vars: Vec::new(), scope: 0, template, call: None, permissive: false, loops: Vec::new() };
            return match self.eval(&mut frame, expr) {
                // Jinja2 works out constant expressions when it compiles, and writes them as text.
                Ok(value) if expr.is_constant() => match self.str_of(&value) {
                    Ok(text) => Ok(Value::Str(text)),
                    Err(Flow::Error(error)) => Err(error),
                    Err(_) => Ok(Value::None),
                },
                Ok(value) => Ok(value),
                Err(Flow::Error(error)) => Err(error),
                Err(_) => Ok(Value::None),
            };
        }
        self.render(template, false).map(Value::Str)
    }

    /// Asks something that cannot be known. The same question has the same answer.
    pub fn ask(&mut self, text: String, options: Vec<Answer>) -> Eval<Answer> {
        self.ask_keyed(text.clone(), text, options)
    }

    /// The answer that a question had.
    pub(super) fn answered(&self, key: &str) -> Option<Answer> {
        let question = &self.questions[*self.asked.get(key)?];
        Some(question.options[question.chosen].clone())
    }

    /// Asks a question that is known by more than its text.
    pub(super) fn ask_keyed(&mut self, key: String, text: String, options: Vec<Answer>) -> Eval<Answer> {
        self.step()?;
        if let Some(known) = self.answered(&key) {
            return Ok(known);
        }
        if let Some(pinned) = self.host.pinned(&text, &options) {
            self.asked.insert(key, self.questions.len());
            // The script counts questions: one that has one answer only stands in it as well.
            self.questions.push(Question { text, options: vec![pinned.clone()], chosen: 0 });
            return Ok(pinned);
        }
        if self.questions.len() >= self.limits.questions {
            self.unasked = true;
            // Beyond the bound the first answer stands and is not varied.
            return Ok(options[0].clone());
        }
        let chosen = self.script.get(self.questions.len()).copied().unwrap_or(0).min(options.len() - 1);
        let answer = options[chosen].clone();
        self.asked.insert(key, self.questions.len());
        self.questions.push(Question { text, options, chosen });
        Ok(answer)
    }

    /// Asks a question of yes or no; `first` is the answer of the first run.
    pub fn ask_bool(&mut self, text: String, first: bool) -> Eval<bool> {
        Ok(self.ask(text, vec![Answer::Bool(first), Answer::Bool(!first)])? == Answer::Bool(true))
    }

    /// The text that stands for something unknown; the same for the same thing.
    pub fn placeholder(&mut self, unknown: &Unknown) -> String {
        let next = self.placeholders.len() + 1;
        let number = *self.placeholders.entry(unknown.key()).or_insert(next);
        let kind = if unknown.is_number() { "number_" } else { "" };
        format!("__unknown_{kind}{number}")
    }

    /// Counts a step, and ends an evaluation that has no end.
    pub(super) fn step(&mut self) -> Eval<()> {
        self.steps += 1;
        if self.steps > self.limits.steps {
            return Err(error(ErrorKind::Limit("steps"), "the template does not come to an end"));
        }
        Ok(())
    }

    /// Goes a level deeper into values; a value that holds itself has no end.
    pub(super) fn nested<T>(&mut self, work: impl FnOnce(&mut Interp) -> Eval<T>) -> Eval<T> {
        if self.nesting > 400 {
            return Err(super::error::python_error("RecursionError", "maximum recursion depth exceeded in comparison"));
        }
        self.nesting += 1;
        let result = work(self);
        self.nesting -= 1;
        result
    }

    /// Counts text that was made, and ends an evaluation that makes too much of it.
    pub(super) fn made(&mut self, bytes: usize) -> Eval<()> {
        self.output = self.output.saturating_add(bytes);
        if self.output > self.limits.output {
            return Err(error(ErrorKind::Limit("output"), "the template makes text without end"));
        }
        Ok(())
    }

    pub(super) fn exec<'t>(&mut self, frame: &mut Frame<'t>, stmts: &'t [Stmt], out: &mut TextBuilder) -> Eval<()> {
        let body = address(stmts);
        // A loop goes through the same body again and again.
        if body != self.last_reached {
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
                let value = self.eval(frame, expr)?;
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
    fn note_table(&mut self, frame: &Frame<'_>, span: Span, value: &Value, usage: TableUse) {
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

    fn exec_for<'t>(
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
        let state = LoopState::new(items, depth);
        let loop_name: Name = Arc::from("loop");
        frame.loops.push(for_loop.recursive.then_some(for_loop));
        let mut result = Ok(());
        while let Some(item) = state.next() {
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
                    return Err(at(super::error::value_error(message), frame, *span));
                }
                for (target, item) in targets.iter().zip(items) {
                    self.assign(frame, target, item)?;
                }
                Ok(())
            }
        }
    }

    fn condition(&mut self, frame: &mut Frame<'_>, expr: &Expr) -> Eval<bool> {
        let value = self.eval_used(frame, expr, Use::Condition)?;
        self.note_table(frame, expr.span, &value, TableUse::Tested);
        self.truth(&value).map_err(|flow| at(flow, frame, expr.span))
    }

    pub(super) fn eval(&mut self, frame: &mut Frame<'_>, expr: &Expr) -> Eval<Value> {
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
                let usage = if matches!(&**name, "default" | "d") { Use::Guarded } else { usage };
                let operand = match operand {
                    Some(operand) => self.eval_used(frame, operand, usage)?,
                    None => Value::str(""),
                };
                let args = self.args(frame, args)?;
                self.site_at(frame, expr.span);
                self.filter(name, operand, args)?
            }
            ExprKind::Test(name, operand, args) => {
                let usage = if matches!(&**name, "defined" | "undefined" | "none") { Use::Guarded } else { usage };
                let operand = self.eval_used(frame, operand, usage)?;
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
                self.slice(&operand, &bounds)?
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
    pub(super) fn note_missing(&mut self, owner: &Value, name: &str, usage: Use) {
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

    fn site_at(&mut self, frame: &Frame<'_>, span: Span) {
        self.site = frame.template.place(span);
        self.permissive = frame.permissive;
        match (&self.within, &frame.call) {
            (Some(known), Some(call)) if Arc::ptr_eq(known, call) => {}
            _ => self.within.clone_from(&frame.call),
        }
    }

    fn call_expr(&mut self, frame: &mut Frame<'_>, callee: &Expr, args: Args, span: Span) -> Eval<Value> {
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

    fn variable(&mut self, frame: &Frame<'_>, name: &Name, span: Span, usage: Use) -> Eval<Value> {
        if let Some((_, value)) = frame.vars.iter().rev().find(|(known, _)| **known == **name) {
            return Ok(value.clone());
        }
        self.site_at(frame, span);
        let host = Rc::clone(&self.host);
        if let Some(value) = host.lookup(self, name)? {
            return Ok(value);
        }
        if let Some(value) = super::globals::lookup(name) {
            return Ok(value);
        }
        // A loop reads the same place many times; what is told of it stays the same.
        if self.undefined_seen.insert((Arc::as_ptr(frame.template) as usize, span.start)) {
            self.undefined_reads.push(UndefinedRead {
                name: Arc::clone(name),
                usage,
                place: frame.template.place(span),
                through: frame.call.clone(),
                assigned: super::walk::assigns(&frame.template.body, name),
            });
        }
        Ok(Value::Undefined(Rc::new(Undefined::variable(name, frame.permissive))))
    }

    fn filter_chain(&mut self, frame: &mut Frame<'_>, filter: &Expr, value: Value) -> Eval<Value> {
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

    pub(super) fn binary(&mut self, op: BinaryOp, left: &Value, right: &Value) -> Eval<Value> {
        if op == BinaryOp::Concat {
            return self.concat(left, right);
        }
        super::ops::arithmetic(self, op, left, right)
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
    pub(super) fn joined(&self, parts: &[Str]) -> Str {
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

impl Frame<'_> {
    fn set(&mut self, name: &Name, value: Value) {
        match self.vars[self.scope..].iter_mut().find(|(known, _)| **known == **name) {
            Some(slot) => slot.1 = value,
            None => self.vars.push((Arc::clone(name), value)),
        }
    }
}

fn at(flow: Flow, frame: &Frame<'_>, span: Span) -> Flow {
    match flow {
        Flow::Error(mut error) => {
            if error.place.is_none() {
                error.place = frame.template.place(span);
                error.through.clone_from(&frame.call);
            }
            Flow::Error(error)
        }
        other => other,
    }
}

pub(super) fn refused(template: &Template, span: Span, message: &str) -> JinjaError {
    let kind = if message.starts_with("No test") { ErrorKind::UnknownTest } else { ErrorKind::UnknownFilter };
    JinjaError { kind, message: message.to_owned(), place: template.place(span), through: None }
}
