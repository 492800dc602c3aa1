//! Renders hooks as dbt does: in both passes, for each target, down every branch that depends on what
//! cannot be known before the run.

pub mod adapter;
mod arguments;
pub(crate) mod attributes;
pub mod branches;
pub mod builtins;
mod callable;
mod column;
pub mod context;
pub mod database;
mod ephemeral;
mod explore;
mod graph;
pub mod internal;
pub mod library;
pub mod macros;
pub mod materialized;
mod names;
mod narrow;
mod nodes;
mod refs;
pub mod relation;
mod results;
mod sent;
mod shared;
pub mod table;
mod values;
mod whole;
pub mod yaml;

pub(crate) use adapter::{BOTH_SPELLINGS, DATABASE};
pub use explore::{Argument, DataTest, Rehearsed, RehearsedNode, RehearsedTest, Rendered, Renderer, TestCode};
pub(crate) use explore::{NOT_SENT, UNSET};
pub(crate) use refs::{CYCLE, HIDDEN, OF_SEED, REF_ARGUMENTS, REFUSED};
pub(crate) use results::refused_status;
pub use results::{Detail, Outcome, Status};

use std::collections::HashSet;
use std::sync::Arc;

use crate::jinja::{Answer, JinjaError, MissingRead, OddUse, TableRead, UndefinedRead};
use crate::source::{Call, Place, Text};

/// What one hook renders to in some targets, with some answers.
#[derive(Debug, Clone)]
pub struct Rendering {
    /// The targets, by their place in the project's targets or, beyond those, in the added ones.
    pub targets: Vec<usize>,
    /// The questions about what cannot be known, with the answers that led here.
    pub answers: Vec<(String, Answer)>,
    /// The pass with execute false.
    pub parse: Pass,
    /// The pass with execute true; none where the parse pass failed, so that dbt would not get here.
    pub run: Option<Pass>,
    /// What is given to the driver, call by call.
    pub sent: Vec<Arc<str>>,
}

/// What one pass gave.
#[derive(Debug, Clone, Default)]
pub struct Pass {
    /// The text; none where it failed.
    pub text: Option<Text>,
    /// Why it failed.
    pub error: Option<JinjaError>,
    /// What was executed on the way, in order.
    pub queries: Vec<Query>,
    /// The nodes that were ref'd, by their place in the project's nodes.
    pub refs: Vec<usize>,
    /// The tables of sources that were read, by their place in the project's source tables.
    pub sources: Vec<usize>,
    /// Where the nodes and sources were referred to, in order.
    pub referred: Vec<Referred>,
    /// Environment variables that were read and that have neither a value nor a default.
    pub unset: Vec<String>,
    /// Names that were read and that nothing defines.
    pub undefined: Vec<UndefinedRead>,
    /// Attributes that were read and that dbt's objects do not have.
    pub missing: Vec<MissingRead>,
    /// Names that dbt defines, but not with what was meant here.
    pub misread: Vec<Misread>,
    /// Results of queries that were used as a whole.
    pub tables: Vec<TableRead>,
    /// Uses of values that are hardly meant.
    pub odd: Vec<OddUse>,
    /// Whether something unknown was printed.
    pub has_unknown: bool,
    /// Whether it read a name whose value here lacks parts that dbt's has: an error may be of that.
    pub approximate: bool,
    /// How many statements and expressions were evaluated.
    pub steps: u64,
    /// Why it could not be rendered to the end or at all, where that is no fault of the hook.
    pub unknown: Vec<String>,
}

impl Pass {
    /// Its text, and those of its queries.
    fn texts(&self) -> impl Iterator<Item = &Text> {
        self.text.iter().chain(self.queries.iter().map(|query| &query.text))
    }

    /// Takes in what a pass with the same text read and this one did not.
    fn take_reads(&mut self, other: Pass) {
        if !other.undefined.is_empty() {
            let mut known: HashSet<_> =
                self.undefined.iter().map(|read| (read.place, Arc::clone(&read.name))).collect();
            let new = other.undefined.into_iter().filter(|read| known.insert((read.place, Arc::clone(&read.name))));
            self.undefined.extend(new);
        }
        if !other.missing.is_empty() {
            let mut known: HashSet<_> = self.missing.iter().map(|read| (read.place, Arc::clone(&read.name))).collect();
            let new = other.missing.into_iter().filter(|read| known.insert((read.place, Arc::clone(&read.name))));
            self.missing.extend(new);
        }
    }
}

/// What a text refers to with `ref` and `source`, each as often as it does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct References {
    /// The nodes, by their place in the project's nodes.
    pub nodes: Vec<usize>,
    /// The tables, by their place in the project's source tables.
    pub sources: Vec<usize>,
}

impl References {
    /// What was referred to in a pass.
    #[must_use]
    pub fn of(pass: &Pass) -> References {
        References { nodes: pass.refs.clone(), sources: pass.sources.clone() }
    }
}

/// What a command takes.
#[derive(Debug, Clone)]
pub enum Taken {
    /// A node, by its place in the project's nodes.
    Node(usize),
    /// A singular test, by its place in the project's nodes, with what it is on.
    Singular(usize, Arc<References>),
    /// A test without a file of its own.
    Test(Arc<TakenTest>),
}

/// A test without a file of its own.
#[derive(Debug)]
pub struct TakenTest {
    /// dbt's unique id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is on.
    pub on: References,
    /// Its place among the manifest's.
    pub at: usize,
}

/// A statement that a hook executes while it renders.
#[derive(Debug, Clone)]
pub struct Query {
    /// The statement as given.
    pub text: Text,
    /// What executed it: `run_query`, `statement`, `adapter.execute`.
    pub by: &'static str,
    /// Whether it begins a transaction, which it does not commit.
    pub begins: bool,
    /// Where that was called.
    pub place: Option<Place>,
    /// Through which macro calls.
    pub through: Option<Arc<Call>>,
}

/// A place where a node or a source was referred to.
#[derive(Debug, Clone)]
pub struct Referred {
    /// The node, by its place in the project's nodes; none for a source.
    pub node: Option<usize>,
    /// Where `ref` or `source` was called.
    pub place: Option<Place>,
    /// Through which macro calls.
    pub through: Option<Arc<Call>>,
}

/// A name that dbt defines, read where it does not hold what was meant.
#[derive(Debug, Clone)]
pub struct Misread {
    /// The name.
    pub name: &'static str,
    /// What it holds there.
    pub holds: &'static str,
    /// Where it was read.
    pub place: Option<Place>,
    /// Through which macro calls.
    pub through: Option<Arc<Call>>,
}
