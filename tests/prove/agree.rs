//! One command that dbt ran twice, against its rehearsal.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::AddAssign;

use hookproof::prove::warehouse::Verdict;
use hookproof::prove::{self, Proof, Step};
use hookproof::{CheckOptions, ProveOptions};

use crate::command;
use crate::twice::{Command, Project, Run};

/// The hook, node or table under which a difference stands that is no single one's.
const PROJECT: &str = "project";

/// How notes of nodes begin whose own SQL was not executed: how dbt's ended is not for the rehearsal to say.
const STUBBED: [&str; 6] = [
    "an empty table stands",
    "nothing stands",
    "it keeps its rows",
    "it could not be loaded",
    "from its own SQL, as a table",
    "taken to pass",
];

/// Where the rehearsal and dbt part.
pub(crate) struct Difference {
    /// The run and the hook, node or table.
    pub(crate) about: String,
    pub(crate) text: String,
    /// Whether a hook is refuted that dbt ran.
    pub(crate) is_false_alarm: bool,
}

/// How much was compared.
#[derive(Default)]
pub(crate) struct Tally {
    commands: usize,
    runs: usize,
    /// Commands that dbt refuses while it parses, for no hook.
    refused: usize,
    /// Hooks of all runs, those that dbt did not come to among them.
    hooks: usize,
    /// Hooks that fail in both, and those of them that fail in the second run only.
    failing: usize,
    failing_again: usize,
    /// Hooks that dbt ran and the rehearsal could not judge.
    not_judged: usize,
    nodes: usize,
    tables: usize,
    same_hooks: usize,
    same_nodes: usize,
    same_tables: usize,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.commands += other.commands;
        self.runs += other.runs;
        self.refused += other.refused;
        self.hooks += other.hooks;
        self.failing += other.failing;
        self.failing_again += other.failing_again;
        self.not_judged += other.not_judged;
        self.nodes += other.nodes;
        self.tables += other.tables;
        self.same_hooks += other.same_hooks;
        self.same_nodes += other.same_nodes;
        self.same_tables += other.same_tables;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} commands, {} runs ({} commands refused by dbt)", self.commands, self.runs, self.refused)?;
        writeln!(
            f,
            "hooks: {} of {} agree, {} fail in both ({} of them in the second run only), {} ran and were not judged",
            self.same_hooks, self.hooks, self.failing, self.failing_again, self.not_judged
        )?;
        writeln!(f, "nodes and tests whose own SQL was executed: {} of {} agree", self.same_nodes, self.nodes)?;
        write!(f, "tables that hooks wrote: {} of {} have the same rows", self.same_tables, self.tables)
    }
}

/// Compares a command.
pub(crate) fn compare(project: &Project, command: &Command) -> (Tally, Vec<Difference>) {
    let mut comparison = Comparison::default();
    comparison.tally.commands += 1;
    let mut options = CheckOptions::at(project.folder.clone());
    options.env.clone_from(&project.env);
    options.target = Some(command.target.clone());
    options.vars = command::vars(&command.args);
    let wanted =
        ProveOptions { command: command::invocation(&command.args).unwrap_or_default(), ..ProveOptions::default() };
    let first = &command.runs[0];
    let is_refused = first.exception.is_some() && first.hooks.values().all(|status| status == "not run");
    let proof = match hookproof::prove(&options, &wanted) {
        Ok(proved) => proved.into_iter().flat_map(|proved| proved.proofs).find(|proof| proof.target == command.target),
        Err(_) if is_refused => None,
        Err(failure) => {
            comparison.differs(1, PROJECT, &format!("hookproof cannot work: {failure}"), false);
            return (comparison.tally, comparison.found);
        }
    };
    if is_refused {
        comparison.tally.refused += 1;
        return (comparison.tally, comparison.found);
    }
    let Some(proof) = proof else {
        comparison.differs(1, PROJECT, "there is no such target", false);
        return (comparison.tally, comparison.found);
    };
    let mut before = BTreeMap::new();
    for (recorded, number) in command.runs.iter().zip(1..) {
        comparison.tally.runs += 1;
        let run = proof.runs.iter().find(|run| run.number == number);
        // What stops dbt while it parses stops it each time.
        let Some(run) = run.or(proof.runs.first()) else { continue };
        comparison.hooks(&proof, run, recorded, &before);
        comparison.nodes(run, recorded);
        comparison.tables(run, recorded);
        before.clone_from(&recorded.hooks);
    }
    if command.name != "default" {
        for one in &mut comparison.found {
            one.about = format!("{}: {}", command.name, one.about);
        }
    }
    (comparison.tally, comparison.found)
}

#[derive(Default)]
struct Comparison {
    tally: Tally,
    found: Vec<Difference>,
}

/// How a hook ended, for a comparison.
#[derive(PartialEq, Eq, Clone, Copy)]
enum End {
    Ran,
    Failed,
    NotReached,
}

impl Comparison {
    fn differs(&mut self, run: usize, what: &str, text: &str, is_false_alarm: bool) {
        let about = format!("run {run} {what}");
        let text = format!("run {run} {what}: {text}");
        self.found.push(Difference { about, text, is_false_alarm });
    }

    fn hooks(&mut self, proof: &Proof, run: &prove::Run, recorded: &Run, before: &BTreeMap<String, String>) {
        // A materialization may run its hooks twice: the worst of it counts.
        let mut steps: BTreeMap<&str, &Step> = BTreeMap::new();
        for step in &run.steps {
            let Some(hook) = step.hook else { continue };
            let known = steps.entry(&proof.hooks[hook].id).or_insert(step);
            if end(step) == End::Failed {
                *known = step;
            }
        }
        for (id, status) in &recorded.hooks {
            self.tally.hooks += 1;
            let step = steps.get(id.as_str()).copied();
            let ours = step.map_or(End::NotReached, end);
            let theirs = match status.as_str() {
                "error" => End::Failed,
                "success" => End::Ran,
                // Nothing is sent: a plan may leave it out.
                "blank" if ours != End::Failed => ours,
                "blank" => End::Ran,
                _ => End::NotReached,
            };
            if ours == theirs {
                self.tally.same_hooks += 1;
                self.tally.failing += usize::from(ours == End::Failed);
                let only_now = before.get(id).is_some_and(|before| before != "error");
                self.tally.failing_again += usize::from(ours == End::Failed && only_now);
                let is_judged = step.is_none_or(|step| step.verdict() != Some(Verdict::NotProved));
                self.tally.not_judged += usize::from(ours == End::Ran && !is_judged);
                continue;
            }
            let error = recorded.errors.get(id).map_or("", String::as_str);
            let text = match (theirs, ours) {
                (End::Failed, End::Ran) => {
                    format!("dbt fails ({}), the rehearsal says {}", one_line(error), said(step))
                }
                (End::Failed, _) => format!("dbt fails ({}), the rehearsal does not come to it", one_line(error)),
                (End::Ran, End::Failed) => format!("dbt runs it, the rehearsal refutes it: {}", said(step)),
                (End::Ran, _) => "dbt runs it, the rehearsal does not come to it".to_owned(),
                (End::NotReached, End::Failed) => format!("dbt does not come to it, refuted: {}", said(step)),
                (End::NotReached, _) => "dbt does not come to it, the rehearsal does".to_owned(),
            };
            self.differs(run.number, id, &text, theirs == End::Ran && ours == End::Failed);
        }
    }

    fn nodes(&mut self, run: &prove::Run, recorded: &Run) {
        let stubbed = |id: &str| {
            run.steps.iter().any(|step| {
                step.hook.is_none()
                    && step.node.as_deref() == Some(id)
                    && step.note.as_ref().is_some_and(|note| STUBBED.iter().any(|stub| note.starts_with(stub)))
            })
        };
        // Exposures and the like are listed in dbt's results, and nothing is done for them.
        for (id, status) in recorded.nodes.iter().filter(|(_, status)| *status != "no-op") {
            let ours = run.ended.get(id.as_str()).map(|status| status.name());
            if ours == Some(status.as_str()) {
                self.tally.nodes += 1;
                self.tally.same_nodes += 1;
            } else if !stubbed(id) {
                self.tally.nodes += 1;
                let ours = ours.unwrap_or("nothing");
                self.differs(run.number, id, &format!("dbt says {status}, the rehearsal {ours}"), false);
            }
        }
    }

    fn tables(&mut self, run: &prove::Run, recorded: &Run) {
        let Some(rows) = &recorded.rows else { return };
        for one in &run.filled {
            let Some(ours) = one.rows else { continue };
            // A view has its rows from tables.
            let Some(theirs) = rows.iter().find(|(name, _)| name.eq_ignore_ascii_case(&one.object)) else { continue };
            self.tally.tables += 1;
            if *theirs.1 == ours {
                self.tally.same_tables += 1;
            } else {
                let text = format!("dbt leaves {} rows, the rehearsal {ours}", theirs.1);
                self.differs(run.number, &one.object, &text, false);
            }
        }
    }
}

fn end(step: &Step) -> End {
    match step.verdict() {
        Some(Verdict::Refuted) => End::Failed,
        _ if step.is_skipped => End::NotReached,
        _ => End::Ran,
    }
}

/// What the rehearsal says of a step.
fn said(step: Option<&Step>) -> String {
    let Some(step) = step else { return "nothing".to_owned() };
    let worst = step.statements.iter().max_by_key(|one| one.verdict);
    let cause = step.trouble.as_ref().map(|trouble| trouble.message.clone());
    let cause = cause.or_else(|| worst.and_then(|one| one.error.clone())).unwrap_or_default();
    format!("{}: {}", step.verdict().map_or("nothing", Verdict::name), one_line(&cause))
}

fn one_line(text: &str) -> String {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" / ")
        .chars()
        .take(300)
        .collect()
}
