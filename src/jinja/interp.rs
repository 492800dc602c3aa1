//! The evaluator: walks a tree and gives text with its origin.

mod eval;
mod exec;

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::branches::Reached;
use super::error::{ErrorKind, Eval, Flow, JinjaError, error};
use super::host::{Answer, ArgumentSite, Budget, Host, Limits, MissingRead, Question, TableRead, UndefinedRead};
use super::odd::{Odd, OddUse};
use super::tree::{For, Name, Span, Stmt, Template};
use super::undefined::Undefined;
use super::unknown::Unknown;
use super::value::{Str, Value};
use crate::source::{Call, Place, TextBuilder};

/// How many steps are taken from the budget of all at once.
const SPENT_AT_ONCE: u64 = 1024;

/// Why an evaluation ends that is within its own bounds.
const TOGETHER: &str = "the templates of the project do more work together than a check waits for";

/// One evaluation: a template, the macros it calls, and what was seen on the way.
pub struct Interp {
    pub(super) host: Rc<dyn Host>,
    pub(super) limits: Limits,
    steps: u64,
    output: usize,
    budget: Option<Arc<Budget>>,
    /// The steps and the bytes of text that are taken from the budget.
    spent: (u64, usize),
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
    /// Whether an expression is evaluated as Jinja2 does while it compiles a template.
    pub(super) compiles: bool,
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
        let budget = host.budget();
        if let Some(budget) = &budget {
            budget.begin();
        }
        Interp {
            limits: budget.as_ref().map_or(limits, |budget| budget.limits()),
            host,
            steps: 0,
            output: 0,
            budget,
            spent: (0, 0),
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
            compiles: false,
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
            return Err(self.too_much("steps", "the template does not come to an end"));
        }
        if self.steps - self.spent.0 >= SPENT_AT_ONCE { self.spend() } else { Ok(()) }
    }

    /// Counts the work on a value as a whole: every byte of a text is gone through, and operations on a number take the
    /// square of its length.
    pub(super) fn weigh(&mut self, value: &Value) -> Eval<()> {
        let work = match value {
            Value::Str(text) => text.text.len() as u64 / BYTES_OF_A_STEP,
            Value::Bytes(bytes) => bytes.len() as u64 / BYTES_OF_A_STEP,
            Value::BigInt(number) => of_number(number.bits()),
            Value::Decimal(number) => of_number(number.as_bigint_and_exponent().0.bits()),
            _ => 0,
        };
        self.walk(work)
    }

    /// Counts the work of reading a number of so many digits.
    pub(super) fn weigh_digits(&mut self, digits: usize) -> Eval<()> {
        // A digit is less than four bits.
        self.walk(of_number((digits as u64).saturating_mul(4)))
    }

    /// Counts work that is no statement and no expression. What it would give in the end is not known.
    pub(super) fn walk(&mut self, work: u64) -> Eval<()> {
        if work == 0 {
            return Ok(());
        }
        self.steps = self.steps.saturating_add(work);
        if self.steps > self.limits.steps {
            return Err(error(
                ErrorKind::Host("unsupported"),
                "the template works through more text than a check does",
            ));
        }
        if self.steps - self.spent.0 >= SPENT_AT_ONCE { self.spend() } else { Ok(()) }
    }

    /// A bound that is met. One that is only a share of the work of all says nothing of this template.
    pub(super) fn too_much(&self, kind: &'static str, message: &str) -> Flow {
        if self.budget.as_ref().is_some_and(|budget| budget.is_tight()) {
            return error(ErrorKind::Host("unsupported"), TOGETHER);
        }
        error(ErrorKind::Limit(kind), message)
    }

    /// Takes what was done from the budget of all.
    fn spend(&mut self) -> Eval<()> {
        let Some(budget) = &self.budget else { return Ok(()) };
        let (steps, bytes) = (self.steps - self.spent.0, self.output - self.spent.1);
        self.spent = (self.steps, self.output);
        if budget.spend(steps, bytes as u64) {
            return Ok(());
        }
        Err(error(ErrorKind::Host("unsupported"), TOGETHER))
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
        let output = self.output.saturating_add(bytes);
        if output > self.limits.output {
            return Err(self.too_much("output", "the template makes text without end"));
        }
        self.output = output;
        if self.output - self.spent.1 >= SPENT_AT_ONCE as usize * 4 { self.spend() } else { Ok(()) }
    }
}

impl Drop for Interp {
    fn drop(&mut self) {
        // It is over: whoever is next meets the bound.
        let _ = self.spend();
    }
}

/// How many bytes of a text are gone through in a step.
const BYTES_OF_A_STEP: u64 = 64;

/// The steps of an operation on a number of so many bits.
fn of_number(bits: u64) -> u64 {
    let words = bits / 64;
    words.saturating_mul(words) / 32
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
