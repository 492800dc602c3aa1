//! How the nodes of a run end: well, in one way in which a node fails, or as answers say.

use std::collections::{HashMap, HashSet};
use std::sync::PoisonError;

use super::{built, taken_in_order};
use crate::command::Command;
use crate::datum::Datum;
use crate::hook::HookKind;
use crate::jinja::Str;
use crate::render::context::Scene;
use crate::render::{References, Taken, TakenTest};

/// The status of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Status {
    Success,
    Pass,
    Warn,
    Error,
    Fail,
    Skipped,
    PartialSuccess,
    NoOp,
}

/// dbt's words, and how Python prints them.
const STATUSES: &[(Status, &str, &str)] = &[
    (Status::Success, "success", "<RunStatus.Success: 'success'>"),
    (Status::Pass, "pass", "<TestStatus.Pass: 'pass'>"),
    (Status::Warn, "warn", "<TestStatus.Warn: 'warn'>"),
    (Status::Error, "error", "<RunStatus.Error: 'error'>"),
    (Status::Fail, "fail", "<TestStatus.Fail: 'fail'>"),
    (Status::Skipped, "skipped", "<RunStatus.Skipped: 'skipped'>"),
    (Status::PartialSuccess, "partial success", "<RunStatus.PartialSuccess: 'partial success'>"),
    (Status::NoOp, "no-op", "<RunStatus.NoOp: 'no-op'>"),
];

/// What stands before a node's id in the question how it ends.
const QUESTION: &str = "status of ";

/// Why an answer is none to the question how a node ends; nothing where it is one, or to another question.
pub(crate) fn refused(question: &str, answer: &Datum) -> Option<String> {
    let id = question.strip_prefix(QUESTION)?;
    let known = |word: &str| STATUSES.iter().any(|(_, known, _)| *known == word);
    if answer.as_str().is_some_and(known) {
        return None;
    }
    let words: Vec<&str> = STATUSES.iter().map(|(_, word, _)| *word).collect();
    Some(format!("the answer to `status of {id}` is one of {}", words.join(", ")))
}

impl Status {
    /// dbt's word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        STATUSES.iter().find(|(status, ..)| *status == self).map_or("success", |(_, text, _)| text)
    }

    /// As a template sees it.
    pub(super) fn text(self) -> Str {
        let known = STATUSES.iter().find(|(status, ..)| *status == self);
        let (_, text, repr) = known.copied().unwrap_or(STATUSES[0]);
        Str::member(text, repr)
    }

    /// How a test, or what is built, ends well.
    pub(super) fn well(is_test: bool) -> Status {
        if is_test { Status::Pass } else { Status::Success }
    }

    /// Whether what stands below is skipped (facts X16).
    fn stops(self, command: Command) -> bool {
        match self {
            Status::Error | Status::PartialSuccess => true,
            Status::Fail | Status::Skipped => command == Command::Build,
            Status::Success | Status::Pass | Status::Warn | Status::NoOp => false,
        }
    }

    /// Whether it is nothing that `schemas` counts.
    pub(super) fn is_bad(self) -> bool {
        matches!(self, Status::Error | Status::Fail | Status::Skipped)
    }
}

/// What is known of a result besides its status.
#[derive(Debug, Clone, Default)]
pub struct Detail {
    /// dbt's message.
    pub message: Option<String>,
    /// How many rows a test found.
    pub failures: Option<i64>,
    /// How many rows were written.
    pub rows: Option<u64>,
}

/// How a run ends in which something fails, or one that is rehearsed.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// By unique id; what is not here ends well.
    statuses: HashMap<String, Status>,
    /// By unique id, in a rehearsal.
    details: Option<HashMap<String, Detail>>,
    /// The on-run-start hook that fails, by its place in the manifest's operations.
    pub(super) failed_start: Option<usize>,
    /// Whether a failing start leaves the nodes out altogether.
    pub(super) runs_nothing: bool,
}

/// The unique id of what a command takes.
pub(super) fn id<'a>(scene: &'a Scene, taken: &'a Taken) -> &'a str {
    match taken {
        Taken::Node(at) | Taken::Singular(at, _) => &scene.project().nodes[*at].unique_id,
        Taken::Test(test) => &test.id,
    }
}

impl Outcome {
    /// How a run that is rehearsed ends, by unique ids.
    #[must_use]
    pub fn of_run(
        ended: impl IntoIterator<Item = (String, Status, Detail)>,
        failed_start: Option<usize>,
        runs_nothing: bool,
    ) -> Outcome {
        let (mut statuses, mut details) = (HashMap::new(), HashMap::new());
        for (id, status, detail) in ended {
            statuses.insert(id.clone(), status);
            details.insert(id, detail);
        }
        Outcome { statuses, details: Some(details), failed_start, runs_nothing }
    }

    /// What a rehearsal knows of a result; none outside of one.
    pub(super) fn detail(&self, id: &str) -> Option<Detail> {
        Some(self.details.as_ref()?.get(id).cloned().unwrap_or_default())
    }

    pub(super) fn status(&self, scene: &Scene, taken: &Taken) -> Status {
        let is_test = super::is_test(scene, taken);
        self.statuses.get(id(scene, taken)).copied().unwrap_or(Status::well(is_test))
    }

    /// The run in which a node in the middle fails, so that it has what succeeds and what is skipped as well; else
    /// the first that something stands below; else the last. None where nothing is built.
    pub(in crate::render) fn of_one_failure(scene: &Scene) -> Option<Outcome> {
        let manifest = scene.manifest.as_ref()?;
        let built = built(scene);
        let is_built: HashSet<usize> = built.iter().copied().collect();
        let refs = |at: usize| manifest.nodes[at].refs.iter().copied();
        let is_read: HashSet<usize> = built.iter().flat_map(|&at| refs(at)).collect();
        let reads = |at: usize| refs(at).any(|other| is_built.contains(&other));
        let all = || built.iter().copied();
        let middle = all().find(|at| is_read.contains(at) && reads(*at));
        let node = middle.or_else(|| all().find(|at| is_read.contains(at))).or_else(|| all().last())?;
        let own = scene.project().nodes[node].unique_id.as_str();
        Some(Outcome::spread(scene, &|id| (id == own).then_some(Status::Error)))
    }

    /// The run in which nothing is built: what reads nothing that is built fails, the rest is skipped. None where
    /// that is the run of one failure.
    pub(in crate::render) fn of_nothing_built(scene: &Scene) -> Option<Outcome> {
        let built = built(scene);
        let below = Below::of(scene).everything(built.clone());
        let id = |at: usize| scene.project().nodes[at].unique_id.as_str();
        let first: HashSet<&str> = built.into_iter().filter(|at| !below.contains(at)).map(id).collect();
        let outcome = Outcome::spread(scene, &|id| first.contains(id).then_some(Status::Error));
        (outcome.statuses != scene.failure()?.statuses).then_some(outcome)
    }

    /// What answers say; none where they say nothing of it.
    pub(in crate::render) fn of_answers(scene: &Scene) -> Option<Outcome> {
        let given = &scene.shared.answers.given;
        if !given.iter().any(|(question, _)| question.starts_with(QUESTION)) {
            return None;
        }
        let said = |id: &str| {
            let question = format!("{QUESTION}{id}");
            let word = scene.shared.answers.to(&question)?.as_str()?;
            let (status, ..) = STATUSES.iter().find(|(_, known, _)| *known == word)?;
            scene.shared.answered.lock().unwrap_or_else(PoisonError::into_inner).insert(question);
            Some(*status)
        };
        let mut outcome = Outcome::spread(scene, &said);
        let operations = scene.manifest.as_ref().map(|manifest| manifest.operations.as_slice()).unwrap_or_default();
        let package = |at: usize| scene.project().packages[at].name.as_str();
        outcome.failed_start = operations.iter().position(|one| {
            one.kind == HookKind::OnRunStart && said(&one.unique_id(package(one.package))) == Some(Status::Error)
        });
        let flags = scene.project().root().setting("flags");
        let skips = flags.and_then(|flags| flags.get("skip_nodes_if_on_run_start_fails")).and_then(Datum::as_bool);
        outcome.runs_nothing = outcome.failed_start.is_some() && skips == Some(true);
        Some(outcome)
    }

    /// The statuses that are said, and that what stands below a failure is skipped.
    fn spread(scene: &Scene, said: &dyn Fn(&str) -> Option<Status>) -> Outcome {
        let command = scene.shared.command;
        let below = Below::of(scene);
        let mut skipped: HashSet<usize> = HashSet::new();
        let mut statuses = HashMap::new();
        for taken in taken_in_order(scene) {
            let is_below = |on: &References| on.nodes.iter().any(|at| skipped.contains(at));
            let waits = match &taken {
                Taken::Node(at) => skipped.contains(at),
                Taken::Singular(_, on) => is_below(on),
                Taken::Test(test) => is_below(&test.on),
            };
            let own = id(scene, &taken);
            let Some(status) = said(own).or(waits.then_some(Status::Skipped)) else { continue };
            statuses.insert(own.to_owned(), status);
            // What stands below something that is skipped is known to be.
            if status.stops(command) && !waits {
                match &taken {
                    Taken::Node(at) => {
                        below.add_everything([*at].into(), &mut skipped);
                        // Its tests are skipped with it.
                        skipped.insert(*at);
                    }
                    Taken::Singular(_, on) => skipped.extend(below.of_all(on)),
                    // The model of a unit test waits for it, and so do the unit tests of it that come after.
                    Taken::Test(test) if is_unit(test) && command == Command::Build => {
                        below.add_everything(test.on.nodes.clone(), &mut skipped);
                        skipped.extend(&test.on.nodes);
                    }
                    Taken::Test(test) if is_unit(test) => {}
                    Taken::Test(test) => skipped.extend(below.of_all(&test.on)),
                }
            }
        }
        Outcome { statuses, details: None, failed_start: None, runs_nothing: false }
    }
}

fn is_unit(test: &TakenTest) -> bool {
    test.id.starts_with("unit_test.")
}

/// What reads what.
struct Below {
    of_nodes: HashMap<usize, Vec<usize>>,
    of_sources: HashMap<usize, Vec<usize>>,
}

impl Below {
    fn of(scene: &Scene) -> Below {
        let mut below = Below { of_nodes: HashMap::new(), of_sources: HashMap::new() };
        let nodes = scene.manifest.as_ref().map(|manifest| manifest.nodes.as_slice()).unwrap_or_default();
        for (child, state) in nodes.iter().enumerate() {
            for &parent in &state.refs {
                below.of_nodes.entry(parent).or_default().push(child);
            }
            for &parent in &state.sources {
                below.of_sources.entry(parent).or_default().push(child);
            }
        }
        below
    }

    fn everything(&self, open: Vec<usize>) -> HashSet<usize> {
        let mut found = HashSet::new();
        self.add_everything(open, &mut found);
        found
    }

    /// Adds it to what is found, which holds with each node all that stands below it.
    fn add_everything(&self, mut open: Vec<usize>, found: &mut HashSet<usize>) {
        while let Some(at) = open.pop() {
            let children = self.of_nodes.get(&at).into_iter().flatten().copied();
            open.extend(children.filter(|child| found.insert(*child)));
        }
    }

    /// What waits for a test: what stands below everything that it is on.
    fn of_all(&self, on: &References) -> HashSet<usize> {
        let nodes = on.nodes.iter().map(|&at| self.everything(vec![at]));
        let sources = on.sources.iter().map(|at| {
            let read = self.of_sources.get(at).cloned().unwrap_or_default();
            let mut all = self.everything(read.clone());
            all.extend(read);
            all
        });
        let common = |left: HashSet<usize>, right: HashSet<usize>| left.intersection(&right).copied().collect();
        nodes.chain(sources).reduce(common).unwrap_or_default()
    }
}
