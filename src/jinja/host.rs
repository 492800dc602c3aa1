//! What an evaluation is given, and what it tells: the host that gives the names, bounds, questions, names
//! that nothing defines.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::error::Eval;
use super::interp::Interp;
use super::tree::Name;
use super::value::Value;
use crate::source::{Call, Place};

/// What templates are evaluated in: it gives the names.
pub trait Host {
    /// The value of a name; none where nothing defines it.
    fn lookup(&self, interp: &mut Interp, name: &str) -> Eval<Option<Value>>;

    /// Whether a function wants to know where its arguments are written.
    fn wants_argument_sites(&self, _name: &str) -> bool {
        false
    }

    /// What stands for a name that nothing defines, where a part of it is asked for: it may be a name
    /// space that is not at hand.
    fn namespace(&self, _name: &str) -> Option<Value> {
        None
    }

    /// The node that dbt parses, as the object that its undefined values know it by; none where nothing is parsed.
    fn parsed_node(&self) -> Option<Value> {
        None
    }

    /// What an object is called that certainly has no attribute of that name; none where it may have one.
    fn lacking(&self, _value: &Value, _name: &str) -> Option<&'static str> {
        None
    }

    /// The answer that a question has been given beforehand, if any.
    fn pinned(&self, _question: &str, _options: &[Answer]) -> Option<Answer> {
        None
    }

    /// The work that it shares with others; none where it has no bound.
    fn budget(&self) -> Option<Arc<Budget>> {
        None
    }

    /// Goes before a macro's name in messages.
    fn macro_prefix(&self) -> &'static str {
        ""
    }
}

/// The work of many evaluations together, in steps. Each may be within its bounds, and all of them too much.
#[derive(Debug)]
pub struct Budget {
    used: AtomicU64,
    most: u64,
    own: Limits,
    /// How much all of them may do that have a share only: what needs more is not known then.
    shared: Option<u64>,
    /// How many share it.
    sharers: AtomicU64,
    kept: AtomicU64,
    most_kept: u64,
}

impl Budget {
    /// What an evaluation takes besides its statements and expressions.
    const EVALUATION: u64 = 200;
    /// The most and the least of a share, in steps.
    const SHARES: RangeInclusive<u64> = 200..=8_000;
    /// How many bytes of text one may make for each step that it may take.
    const BYTES: u64 = 8;
    /// How many bytes of text are a step.
    const STEP: u64 = 4;

    /// Evaluations have their own bounds, and end once they did too much together.
    #[must_use]
    pub fn whole(own: Limits, most: u64, most_kept: u64) -> Budget {
        let (used, kept) = (AtomicU64::new(0), AtomicU64::new(0));
        Budget { used, most, own, shared: None, sharers: AtomicU64::new(1), kept, most_kept }
    }

    /// Each evaluation has a share, whatever the others do: what it gives does not depend on their order.
    #[must_use]
    pub fn shares(own: Limits, most: u64, most_kept: u64) -> Budget {
        Budget { shared: Some(most), ..Budget::whole(own, u64::MAX, most_kept) }
    }

    /// How many evaluations have an equal share from now on, where they have shares.
    pub fn share_among(&self, evaluations: usize) {
        self.sharers.store(evaluations.max(1) as u64, Ordering::Relaxed);
    }

    /// Whether more was to be done than may be.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        let is_kept = self.shared.is_some() || self.kept.load(Ordering::Relaxed) <= self.most_kept;
        self.used.load(Ordering::Relaxed) > self.most || !is_kept
    }

    /// Takes the room for a text that is kept as long as the project.
    pub(crate) fn keep(&self, bytes: usize) {
        self.kept.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Whether each evaluation has a share only.
    #[must_use]
    pub fn is_tight(&self) -> bool {
        self.shared.is_some()
    }

    pub(super) fn limits(&self) -> Limits {
        let Some(shared) = self.shared else { return self.own };
        // Half of it: what stands in a file is rendered, and what it says.
        let sharers = self.sharers.load(Ordering::Relaxed);
        let steps = (shared / 2 / sharers).clamp(*Budget::SHARES.start(), *Budget::SHARES.end());
        let least = Budget::SHARES.start() * Budget::BYTES;
        let output = (steps * Budget::BYTES).min((self.most_kept / sharers).max(least)) as usize;
        Limits { steps, output, questions: 4, ..self.own }
    }

    /// Takes what an evaluation takes that begins.
    pub(super) fn begin(&self) {
        self.used.fetch_add(Budget::EVALUATION, Ordering::Relaxed);
    }

    pub(super) fn spend(&self, steps: u64, bytes: u64) -> bool {
        let spent = steps + bytes / Budget::STEP;
        let used = self.used.fetch_add(spent, Ordering::Relaxed) + spent;
        used <= self.most && !self.is_spent()
    }
}

/// Bounds of one evaluation.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Statements and expressions that may be evaluated.
    pub steps: u64,
    /// Bytes of text that may be made, over all.
    pub output: usize,
    /// Macro calls that may be nested.
    pub depth: usize,
    /// Questions that may be asked about what cannot be known.
    pub questions: usize,
}

impl Limits {
    /// As the settings have them.
    #[must_use]
    pub fn of(limits: &crate::limits::Limits) -> Limits {
        Limits {
            steps: limits.template_steps,
            output: usize::try_from(limits.template_text).unwrap_or(usize::MAX),
            questions: usize::try_from(limits.template_questions).unwrap_or(usize::MAX),
            ..Limits::default()
        }
    }
}

impl Default for Limits {
    fn default() -> Limits {
        // dbt-core 1.11 on Python 3.11 ends at 108 nested macros with "maximum recursion depth exceeded".
        Limits { steps: 2_000_000, output: 32 << 20, depth: 108, questions: 24 }
    }
}

/// How a name that nothing defines was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// As a value.
    Value,
    /// As a condition.
    Condition,
    /// Under `is defined`, `default` and the like.
    Guarded,
    /// It was called.
    Called,
}

/// Where a named argument is written.
#[derive(Debug, Clone)]
pub struct ArgumentSite {
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub key: Option<Place>,
    /// Where the value stands.
    pub value: Option<Place>,
}

/// A name was read that nothing defines.
#[derive(Debug, Clone)]
pub struct UndefinedRead {
    /// The name.
    pub name: Name,
    /// How it was used.
    pub usage: Use,
    /// Where.
    pub place: Option<Place>,
    /// Through which macro calls.
    pub through: Option<Arc<Call>>,
    /// Whether the template itself assigns the name somewhere, so that it may be defined on another way.
    pub assigned: bool,
}

/// An attribute was read that its object does not have.
#[derive(Debug, Clone)]
pub struct MissingRead {
    /// What the host calls the object.
    pub of: &'static str,
    /// The attribute.
    pub name: Name,
    /// How it was used.
    pub usage: Use,
    /// Where.
    pub place: Option<Place>,
    /// Through which macro calls.
    pub through: Option<Arc<Call>>,
}

/// How a query's result was used as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableUse {
    /// It was printed.
    Printed,
    /// It was asked for its truth.
    Tested,
}

/// A query's result that was used as a whole.
#[derive(Debug, Clone)]
pub struct TableRead {
    /// How.
    pub usage: TableUse,
    /// Which query's, as [`crate::jinja::unknown::identity`] has it.
    pub query: u64,
    /// Where.
    pub place: Option<Place>,
    /// Through which macro calls.
    pub through: Option<Arc<Call>>,
}

/// An answer to a question about what cannot be known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Yes or no.
    Bool(bool),
    /// How many.
    Count(usize),
    /// One of several words.
    Word(&'static str),
}

/// A question that was asked, and how it was answered.
#[derive(Debug, Clone)]
pub struct Question {
    /// The question: an expression.
    pub text: String,
    /// The possible answers, the first run's first.
    pub options: Vec<Answer>,
    /// Which of them was given.
    pub chosen: usize,
}
