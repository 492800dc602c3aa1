//! The rehearsal: executes the plan of a dbt command on an embedded `SQLite`, twice, and says what that proves.
//!
//! The steps run in dbt's order. A hook is rendered just before it runs, and what it asks of the database while it
//! renders is answered by the database as it is then. What a hook needs and the project does not make is assumed and
//! listed. Knows nothing of formats.

mod cache;
mod connection;
mod drill;
mod exchange;
mod filled;
mod increment;
mod kept;
mod node;
mod progress;
mod rows;
mod run;
mod second;
mod seed;
mod snapshot;
mod stage;
mod step;
mod test;
mod validation;
mod violation;
pub mod warehouse;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::Failure;
use crate::hook::Hook;
use crate::plan::{Plan, StepKind};
use crate::project::Overlay;
use crate::render::{Renderer, Status};
use crate::settings::Assume;
use crate::source::{Call, Place};
use warehouse::{AssumptionKind, Verdict};

pub use drill::{Drill, Failing, Misreport, Truth, fates};
pub use filled::Filled;
pub use progress::Progress;
pub use second::{Drift, Retry, Written};
pub use validation::{Noticed, Validation};

/// What a rehearsal depends on besides the plan.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What the settings say is there.
    pub assume: Assume,
    /// Whether runs are rehearsed as well in which something fails.
    pub drill: bool,
    /// The file in which the database is kept.
    pub database: Option<PathBuf>,
    /// Files that are read otherwise than they are on disk.
    pub overlay: Overlay,
    /// How much all statements may do together, in instructions of the database.
    pub work: u64,
    /// How far it is, for whoever watches.
    pub progress: Arc<Progress>,
}

/// The rehearsal of a command in one target.
#[derive(Debug)]
pub struct Proof {
    /// The target's name.
    pub target: String,
    /// The adapter's type.
    pub adapter: String,
    /// The command as it is typed after `dbt`.
    pub command: String,
    /// The runs, in order.
    pub runs: Vec<Run>,
    /// What had to be assumed.
    pub assumptions: Vec<Assumed>,
    /// Who may do what after the last run.
    pub access: Vec<Access>,
    /// What the second run did to what the first had left.
    pub second_run: Vec<Drift>,
    /// The second run again, with the same `invocation_id`.
    pub retry: Option<Retry>,
    /// What is worth a look though nothing fails.
    pub notes: Vec<Note>,
    /// Runs in which something fails, where these are asked for.
    pub drills: Vec<Drill>,
    /// Hooks that validate, each with a row that it has to notice; where drills are asked for.
    pub validations: Vec<Validation>,
    /// The hooks that steps name.
    pub hooks: Vec<Hook>,
}

impl Proof {
    /// Whether the proof holds: nothing is refuted, and in no drill a hook tells what is not so.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.refuted().next().is_none()
            && self.drills.iter().all(|drill| drill.misreports.is_empty())
            && self.validations.iter().all(|one| one.noticed != Noticed::No)
    }

    /// The steps that fail, with the number of their run.
    pub fn refuted(&self) -> impl Iterator<Item = (usize, &Step)> {
        self.runs
            .iter()
            .flat_map(|run| run.steps.iter().map(move |step| (run.number, step)))
            .filter(|(_, step)| step.verdict() == Some(Verdict::Refuted))
    }
}

/// Something that had to be assumed.
#[derive(Debug, Clone)]
pub struct Assumed {
    /// What it is.
    pub kind: AssumptionKind,
    /// Its name, as the warehouse names it.
    pub name: String,
    /// Of a table, the columns that statements name.
    pub columns: Vec<String>,
    /// The hooks and nodes that need it, each once.
    pub needed_by: Vec<Arc<str>>,
    /// Whether the settings say that it is there.
    pub is_confirmed: bool,
}

/// A line of the access table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Access {
    /// Who.
    pub grantee: String,
    /// The privilege in lower case.
    pub privilege: String,
    /// On what.
    pub object: String,
    /// The hook or node that gave it.
    pub by: Arc<str>,
}

/// Something to look at.
#[derive(Debug, Clone)]
pub struct Note {
    /// What.
    pub message: String,
    /// The hook, by its place in [`Proof::hooks`].
    pub hook: Option<usize>,
    /// Where.
    pub place: Option<Place>,
    /// Through which macro calls.
    pub through: Option<Arc<Call>>,
}

/// A run of the command.
#[derive(Debug)]
pub struct Run {
    /// From 1.
    pub number: usize,
    /// Its `invocation_id`.
    pub invocation_id: String,
    /// What happened, in order.
    pub steps: Vec<Step>,
    /// How nodes and tests ended, by unique id, as hooks at the end of the run see it.
    pub ended: BTreeMap<Arc<str>, Status>,
    /// The relations that hooks have written to, as they are after the run.
    pub filled: Vec<Filled>,
}

/// A step that was rehearsed.
#[derive(Debug)]
pub struct Step {
    /// What it is.
    pub kind: StepKind,
    /// The hook, by its place in [`Proof::hooks`].
    pub hook: Option<usize>,
    /// The unique id of the node or test.
    pub node: Option<Arc<str>>,
    /// What was executed, in order: first what the hook asked while it rendered, then what was sent.
    pub statements: Vec<Executed>,
    /// How a node was made, or why a step did nothing.
    pub note: Option<String>,
    /// Why it failed or could not be judged, where no statement says that.
    pub trouble: Option<Trouble>,
    /// How a node or a test ends.
    pub status: Option<Status>,
    /// Whether a test is taken to pass, because it could not be executed or not on what there will be.
    pub is_taken: bool,
    /// Whether what it did was rolled back, because its node failed in the same transaction.
    pub is_undone: bool,
    /// Whether dbt does not come to it.
    pub is_skipped: bool,
}

impl Step {
    /// What the step proves: the worst of what its statements do; none where nothing was done.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        let of_statements = self.statements.iter().map(|statement| statement.verdict);
        of_statements.chain(self.trouble.as_ref().map(|trouble| trouble.verdict)).max()
    }
}

/// Why a step failed or could not be judged.
#[derive(Debug, Clone)]
pub struct Trouble {
    /// Refuted or not proved.
    pub verdict: Verdict,
    /// dbt's words, or the cause.
    pub message: String,
    /// Where.
    pub place: Option<Place>,
    /// Through which macro calls.
    pub through: Option<Arc<Call>>,
}

/// A statement that was executed.
#[derive(Debug, Clone)]
pub struct Executed {
    /// The statement.
    pub sql: String,
    /// What ran on `SQLite` for it.
    pub sqlite: Vec<String>,
    /// What that proves.
    pub verdict: Verdict,
    /// Why it failed, or could not be judged.
    pub error: Option<String>,
    /// How many rows it wrote or gave.
    pub rows: Option<u64>,
    /// Whether it read rows that are not known.
    pub guessed: bool,
    /// Where it stands, or where the call that executed it does.
    pub place: Option<Place>,
    /// Through which macro calls.
    pub through: Option<Arc<Call>>,
    /// Whether it was executed while the hook rendered.
    pub while_rendering: bool,
}

/// Rehearses a plan.
pub fn prove(renderer: &Renderer, plan: &Plan, target: usize, options: &Options) -> Result<Proof, Failure> {
    run::rehearse(renderer, plan, target, options)
}
