//! What a rehearsal showed, as bytes: for a person, for a program.

mod html;
mod json;
mod text;

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::Schema;

use super::Positions;
use crate::plan::StepKind;
use crate::prove::warehouse::Verdict;
use crate::prove::{Executed, Proof, Step};
use crate::source::{Lines, Place, Sources};

pub use html::html;
pub use json::json;
pub use text::text;

/// The rehearsals of one project.
#[derive(Debug)]
pub struct Proved {
    /// The project's name.
    pub project: String,
    /// The files that the places are in.
    pub sources: Arc<Sources>,
    /// A rehearsal for each target.
    pub proofs: Vec<Proof>,
    /// Whether what had to be assumed and nothing confirms lets the proof fail.
    pub strict: bool,
}

/// The JSON schema of the JSON.
pub(super) fn schema() -> Schema {
    json::schema()
}

impl Proved {
    /// Whether every proof holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.proofs.iter().all(|proof| holds(proof, self.strict))
    }
}

/// Whether a proof holds: nothing is refuted and, where that is asked, something is proved and nothing is assumed
/// without a word of the settings.
fn holds(proof: &Proof, strict: bool) -> bool {
    let is_lacking = || proves_nothing(proof) || proof.assumptions.iter().any(|one| !one.is_confirmed);
    proof.holds() && !(strict && is_lacking())
}

/// Whether hooks execute something and none of it could be judged.
fn proves_nothing(proof: &Proof) -> bool {
    let counts = tally(proof);
    !counts.is_empty() && counts.keys().all(|verdict| *verdict == Verdict::NotProved)
}

/// What a proof comes to, for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Holds,
    /// Nothing fails, since nothing could be judged.
    Empty,
    Fails,
}

impl Outcome {
    fn of(proof: &Proof, strict: bool) -> Outcome {
        match (holds(proof, strict), proves_nothing(proof)) {
            (true, true) => Outcome::Empty,
            (true, false) => Outcome::Holds,
            (false, _) => Outcome::Fails,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Outcome::Holds => "the proof holds",
            Outcome::Empty => "nothing is refuted, and nothing is proved",
            Outcome::Fails => "the proof fails",
        }
    }
}

/// `holds` or `fails`.
fn verdict(holds: bool) -> &'static str {
    if holds { "holds" } else { "fails" }
}

/// The hook of a step, else its node; dbt itself where it reads the project.
fn owner<'a>(step: &'a Step, proof: &'a Proof) -> &'a str {
    let of_node = || step.node.as_deref().unwrap_or(if step.kind == StepKind::Parse { "dbt" } else { "" });
    step.hook.map_or_else(of_node, |hook| proof.hooks[hook].id.as_str())
}

/// How many statements of hooks came out how.
fn tally(proof: &Proof) -> BTreeMap<Verdict, usize> {
    let mut counts = BTreeMap::new();
    for step in proof.runs.iter().flat_map(|run| &run.steps).filter(|step| step.hook.is_some()) {
        for one in &step.statements {
            *counts.entry(one.verdict).or_default() += 1;
        }
        if let Some(trouble) = step.trouble.as_ref().filter(|_| step.statements.is_empty()) {
            *counts.entry(trouble.verdict).or_default() += 1;
        }
    }
    counts
}

fn positions(proved: &Proved) -> Positions<'_> {
    let sources = proved.sources.as_ref();
    let mut lines = BTreeMap::new();
    let of_step = |step: &Step| -> Vec<Place> {
        let executed = step.statements.iter().filter_map(|one: &Executed| one.place);
        executed.chain(step.trouble.iter().filter_map(|trouble| trouble.place)).collect()
    };
    for proof in &proved.proofs {
        let steps = proof.runs.iter().flat_map(|run| &run.steps).flat_map(of_step);
        let notes = proof.notes.iter().filter_map(|note| note.place);
        let hooks = proof.hooks.iter().filter_map(|hook| hook.place);
        let wrong = proof.drills.iter().flat_map(|drill| &drill.misreports).filter_map(|wrong| wrong.place);
        let retried = proof.retry.iter().flat_map(|retry| &retry.failed).flat_map(of_step);
        let doubled = proof.retry.iter().flat_map(|retry| &retry.doubled).chain(&proof.second_run);
        let doubled = doubled.filter_map(|drift| drift.written.as_ref()?.place);
        let validated = proof.validations.iter().filter_map(|one| one.place);
        for place in steps.chain(notes).chain(hooks).chain(wrong).chain(retried).chain(doubled).chain(validated) {
            lines.entry(place.file).or_insert_with(|| Lines::new(&sources.get(place.file).text));
        }
    }
    Positions { sources, lines }
}
