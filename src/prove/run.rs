//! The walk through the steps of a plan, as often as it is rehearsed.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use super::connection::Connection;
use super::drill::{self, Drill, Failing, Truth};
use super::filled::Filling;
use super::kept;
use super::node::{self, Built};
use super::second::{self, Left, Retry, Written};
use super::stage::{Stage, database_error};
use super::warehouse::{
    self, Assumption, AssumptionKind, Effect, Expectation, Folding, RelationName, Session, Verdict, Warehouse,
};
use super::{Access, Assumed, Executed, Note, Options, Proof, Run, Step, Trouble};
use super::{test, validation};
use crate::Failure;
use crate::command::Command;
use crate::datum::Datum;
use crate::hook::HookKind;
use crate::jinja::{ErrorKind, JinjaError, Use};
use crate::plan::{self, Plan, StepKind};
use crate::project::{Project, Resource};
use crate::render::context::RUN_STARTED_AT;
use crate::render::database::Database;
use crate::render::relation::Relation;
use crate::render::{DATABASE, Detail, NOT_SENT, Outcome, Pass, Renderer, Status};
use crate::settings::{Assume, Named};
use crate::source::{Place, Text};
use crate::sql::{self, Dialect};

/// How often a plan is rehearsed on the same database.
const RUNS: usize = 2;

/// What a rehearsal works with.
pub(super) struct Rehearsal<'a> {
    pub(super) renderer: &'a Renderer,
    pub(super) plan: &'a Plan,
    pub(super) target: usize,
    pub(super) project: &'a Project,
    pub(super) options: &'a Options,
    pub(super) dialect: Dialect,
    pub(super) warehouse: Rc<RefCell<Warehouse>>,
    /// The nodes by their unique ids.
    pub(super) by_id: HashMap<&'a str, usize>,
    /// What reads each node.
    children: HashMap<usize, Vec<usize>>,
    /// The relations of the nodes that have one.
    pub(super) relations: HashMap<usize, Relation>,
    /// What last wrote to a relation.
    writers: HashMap<RelationName, Written>,
    /// What hooks have written to.
    filling: Filling,
    notes: Vec<Note>,
    /// What is made to fail.
    failing: Option<Failing>,
}

/// Rehearses a plan twice on one database.
pub(super) fn rehearse(renderer: &Renderer, plan: &Plan, target: usize, options: &Options) -> Result<Proof, Failure> {
    let mut proof = Proof {
        target: plan.target.clone(),
        adapter: plan.adapter.clone(),
        command: plan.typed.clone(),
        runs: Vec::new(),
        assumptions: Vec::new(),
        access: Vec::new(),
        second_run: Vec::new(),
        retry: None,
        notes: Vec::new(),
        drills: Vec::new(),
        validations: Vec::new(),
        hooks: plan.hooks.clone(),
    };
    let kept = match &options.database {
        Some(path) => Some((path, kept::beside(path)?)),
        None => None,
    };
    if !plan.stopped_by.is_empty() {
        if kept.is_some() {
            let message = "no database is kept: nothing runs".to_owned();
            proof.notes.push(Note { message, hook: None, place: None, through: None });
        }
        let steps = plan.stopped_by.iter().map(|(hook, error)| stopped(plan, *hook, error)).collect();
        let (ended, filled) = (BTreeMap::new(), Vec::new());
        proof.runs.push(Run { number: 1, invocation_id: invocation_id(1), steps, ended, filled });
        return Ok(proof);
    }
    let mut rehearsal = Rehearsal::new(renderer, plan, target, options, kept.as_ref().map(|(_, file)| file.path()))?;
    let drills = if options.drill { drill::failures(plan) } else { Vec::new() };
    // A drill is a run in which something fails, after one in which nothing does; a retry is one more run, on a
    // database of its own where the first is kept.
    let retries = if kept.is_some() { RUNS + 1 } else { 1 };
    options.progress.expect(plan.steps.len() * (RUNS + retries + 2 * drills.len()));
    let left = rehearsal.runs(&mut proof)?;
    let warehouse = rehearsal.warehouse.borrow();
    proof.assumptions = warehouse.assumptions().iter().map(|one| assumed(one, &options.assume)).collect();
    proof.access = access(&warehouse);
    proof.notes.extend(rehearsal.notes.iter().cloned());
    drop(warehouse);
    if let Some((path, file)) = kept {
        rehearsal.warehouse.borrow_mut().describe()?;
        drop(rehearsal);
        kept::put(file, path)?;
        // What is kept is what two runs leave: the retry has a database of its own.
        let mut again = Rehearsal::new(renderer, plan, target, options, None)?;
        for number in 1..=RUNS {
            again.run(number);
            options.progress.check()?;
        }
        let left = again.left();
        proof.retry = Some(again.retry(&left, &proof.runs));
    } else {
        proof.retry = Some(rehearsal.retry(&left, &proof.runs));
    }
    options.progress.check()?;
    let raising = if options.drill { validation::raising(plan, &renderer.shared(target).project) } else { Vec::new() };
    if !raising.is_empty() {
        let mut met = Rehearsal::new(renderer, plan, target, options, None)?;
        let run = met.run(1);
        options.progress.check()?;
        proof.validations = validation::validations(&met, &run, &raising);
    }
    for failing in drills {
        proof.drills.push(drilled(renderer, plan, target, options, failing)?);
        options.progress.check()?;
    }
    Ok(proof)
}

/// A run in which something fails, after one in which nothing is made to.
fn drilled(
    renderer: &Renderer,
    plan: &Plan,
    target: usize,
    options: &Options,
    failing: Failing,
) -> Result<Drill, Failure> {
    let mut rehearsal = Rehearsal::new(renderer, plan, target, options, None)?;
    rehearsal.run(1);
    let before = rehearsal.sizes();
    rehearsal.failing = Some(failing.clone());
    let (run, truth) = rehearsal.run_with_truth(2);
    let misreports = drill::misreports(&run.steps, truth, &failing, rehearsal.dialect);
    Ok(Drill {
        failing,
        steps: run.steps,
        truth,
        left_behind: drill::left_behind(&before, &rehearsal.sizes()),
        misreports,
    })
}

fn assumed(one: &Assumption, assume: &Assume) -> Assumed {
    let is_it = |named: &Named| named.name.eq_ignore_ascii_case(&one.name);
    let is_confirmed = match one.kind {
        AssumptionKind::Table => assume.tables.iter().any(|(named, _)| is_it(named)),
        AssumptionKind::Schema | AssumptionKind::Database => assume.schemas.iter().any(is_it),
        AssumptionKind::Role | AssumptionKind::User | AssumptionKind::Group => assume.roles.iter().any(is_it),
        AssumptionKind::Warehouse => assume.warehouses.iter().any(is_it),
        AssumptionKind::Function | AssumptionKind::Procedure => assume.functions.iter().any(is_it),
        _ => false,
    };
    Assumed {
        kind: one.kind,
        name: one.name.clone(),
        columns: one.columns.clone(),
        needed_by: one.needed_by.clone(),
        is_confirmed,
    }
}

/// Who may do what, by whom it may be done.
fn access(warehouse: &Warehouse) -> Vec<Access> {
    let line = |one: warehouse::Access| Access {
        grantee: one.grantee.to_string(),
        privilege: one.privilege,
        object: one.on.to_string(),
        by: one.by,
    };
    let mut table: Vec<Access> = warehouse.catalog().ledger().access().into_iter().map(line).collect();
    table.sort();
    table
}

/// A hook that stops dbt while it parses.
fn stopped(plan: &Plan, hook: usize, error: &JinjaError) -> Step {
    let of = &plan.hooks[hook];
    Step {
        kind: StepKind::of_hook(of.kind),
        hook: Some(hook),
        node: of.node_id.as_deref().map(Arc::from),
        statements: Vec::new(),
        note: Some("dbt stops while it parses: nothing runs".to_owned()),
        trouble: Some(Trouble {
            verdict: Verdict::Refuted,
            message: error.message.clone(),
            place: error.place.or(of.place),
            through: error.through.clone(),
        }),
        status: None,
        is_taken: false,
        is_undone: false,
        is_skipped: false,
    }
}

fn invocation_id(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

/// When a run starts: each a day after the one before.
fn started_at(number: usize) -> String {
    let first: jiff::civil::DateTime = RUN_STARTED_AT.parse().unwrap_or_default();
    let days = jiff::Span::new().days(i64::try_from(number).unwrap_or(1) - 1);
    first.checked_add(days).unwrap_or(first).to_string()
}

/// How a step ended.
enum Ended {
    /// dbt goes on.
    Well,
    /// What is sent fails.
    Failed(String),
    /// It does not render, which ends an on-run hook's command.
    Aborted(String),
}

/// What has become of a run so far.
#[derive(Default)]
struct Course {
    /// How nodes and tests ended, by unique id.
    ended: HashMap<Arc<str>, (Status, Detail)>,
    /// The nodes that are skipped.
    skipped: HashSet<usize>,
    /// The on-run-start hook that failed.
    failed_start: Option<usize>,
    /// Whether an on-run-end hook failed.
    failed_end: bool,
    /// Whether dbt has stopped.
    aborted: bool,
    /// Whether a transaction has just been rolled back.
    rolled_back: bool,
    /// The node whose steps are walked through, and whether it failed.
    current: Option<(Arc<str>, bool)>,
    /// The connection of the step before.
    connection: Option<Connection>,
}

impl<'a> Rehearsal<'a> {
    fn new(
        renderer: &'a Renderer,
        plan: &'a Plan,
        target: usize,
        options: &'a Options,
        path: Option<&Path>,
    ) -> Result<Rehearsal<'a>, Failure> {
        let project: &Project = &renderer.shared(target).project;
        let of = &renderer.targets()[target];
        let dialect = Dialect::of_adapter(&of.adapter);
        let quote = renderer.printing(target).quote;
        let folding = Folding::of(dialect);
        let session = Session {
            dialect,
            database: of.database.as_deref().map(|database| folding.fold(database, quote.database)),
            schema: folding.fold(&of.schema, quote.schema),
        };
        let mut warehouse = Warehouse::new(session, path)?;
        warehouse.end_with(options.progress.flag())?;
        let mut children: HashMap<usize, Vec<usize>> = HashMap::new();
        let mut relations = HashMap::new();
        let mut by_id = HashMap::new();
        for (at, node) in project.nodes.iter().enumerate() {
            let state = renderer.state(target, at);
            if !state.enabled {
                continue;
            }
            by_id.insert(node.unique_id.as_str(), at);
            for &parent in &state.refs {
                children.entry(parent).or_default().push(at);
            }
            let builds = matches!(node.resource, Resource::Model | Resource::Seed | Resource::Snapshot);
            if builds && state.materialized != "ephemeral" {
                relations.insert(at, renderer.relation(at, target));
            }
        }
        let mut rehearsal = Rehearsal {
            renderer,
            plan,
            target,
            project,
            options,
            dialect,
            warehouse: Rc::new(RefCell::new(warehouse)),
            by_id,
            children,
            relations,
            writers: HashMap::new(),
            filling: Filling::default(),
            notes: Vec::new(),
            failing: None,
        };
        rehearsal.before_the_first_run();
        Ok(rehearsal)
    }

    /// What is there before the first run, and what the names mean that are not: nodes that the command builds are
    /// not there yet, those that it leaves out are, sources are outside of the project.
    fn before_the_first_run(&mut self) {
        let stage = self.stage(1, &Rc::new(Outcome::default()));
        let built: HashSet<&str> = self
            .plan
            .steps
            .iter()
            .filter(|step| step.kind == StepKind::Node)
            .filter_map(|step| step.node.as_deref())
            .collect();
        let mut left_out = Vec::new();
        let mut nodes: Vec<usize> = self.relations.keys().copied().collect();
        nodes.sort_unstable();
        for at in nodes {
            let id = self.project.nodes[at].unique_id.as_str();
            if built.contains(id) {
                let name = stage.name(&self.relations[&at]);
                self.warehouse.borrow_mut().expect(name, Expectation::NotBuiltYet { by: id.to_owned() });
            } else {
                left_out.push(at);
            }
        }
        for at in left_out {
            node::put_before(self, &stage, at);
        }
        for relation in self.renderer.source_relations(self.target) {
            node::put_source(self, &stage, &relation);
        }
    }

    /// The runs, each a day after the one before, and what the last of them leaves.
    fn runs(&mut self, proof: &mut Proof) -> Result<Left, Failure> {
        let mut left = Left::default();
        let mut allowed = Vec::new();
        for number in 1..=RUNS {
            let mut run = self.run(number);
            self.options.progress.check()?;
            let now = self.left();
            run.filled = self.filling.filled(&self.warehouse.borrow(), |name| now.size(name));
            proof.runs.push(run);
            let allows = access(&self.warehouse.borrow());
            if number == RUNS {
                proof.second_run = second::drift(&left, &now, &self.writers, &mut self.warehouse.borrow_mut());
                let lost = second::lost(&allowed, &allows).map(|one| self.lost(one));
                proof.notes.extend(lost);
            }
            (left, allowed) = (now, allows);
        }
        Ok(left)
    }

    /// A privilege that is gone after the second run.
    fn lost(&self, one: &Access) -> Note {
        let hook = self.plan.hooks.iter().position(|hook| *hook.id == *one.by);
        let Access { grantee, privilege, object, by } = one;
        Note {
            message: format!(
                "{grantee} may {privilege} on {object} after the first run, by {by}, and no longer after the second"
            ),
            hook,
            place: hook.and_then(|hook| self.plan.hooks[hook].place),
            through: None,
        }
    }

    /// The last run again, with its id and time.
    fn retry(&mut self, before: &Left, runs: &[Run]) -> Retry {
        let run = self.run(RUNS);
        let now = self.left();
        let last = runs.last().map(|run| run.steps.as_slice()).unwrap_or_default();
        let failed_before = |at: usize| last.get(at).and_then(Step::verdict) == Some(Verdict::Refuted);
        let is_new = |(at, step): &(usize, Step)| step.verdict() == Some(Verdict::Refuted) && !failed_before(*at);
        Retry {
            invocation_id: run.invocation_id,
            failed: run.steps.into_iter().enumerate().filter(is_new).map(|(_, step)| step).collect(),
            doubled: second::drift(before, &now, &self.writers, &mut self.warehouse.borrow_mut()),
        }
    }

    /// A node's relation.
    pub(super) fn relation(&self, node: usize) -> Option<&Relation> {
        self.relations.get(&node)
    }

    pub(super) fn stage(&self, number: usize, outcome: &Rc<Outcome>) -> Rc<Stage> {
        Rc::new(Stage {
            warehouse: Rc::clone(&self.warehouse),
            printing: self.renderer.printing(self.target),
            stands_in_for: self.project.speaks_of.as_ref().map(|(adapter, _)| adapter.clone()),
            invocation_id: invocation_id(number),
            started_at: started_at(number),
            calls: RefCell::default(),
            outcome: RefCell::new(Rc::clone(outcome)),
        })
    }

    fn run(&mut self, number: usize) -> Run {
        self.run_with_truth(number).0
    }

    /// A run, and how many nodes and tests ended how.
    fn run_with_truth(&mut self, number: usize) -> (Run, Truth) {
        let stage = self.stage(number, &Rc::new(Outcome::default()));
        self.warehouse.borrow_mut().begin_run();
        self.warehouse.borrow_mut().set_clock(stage.started_at.parse().unwrap_or_default());
        self.make_schemas(&stage);
        let mut course = Course::default();
        let mut steps = Vec::with_capacity(self.plan.steps.len());
        for at in 0..self.plan.steps.len() {
            if self.options.progress.is_stopped() {
                break;
            }
            steps.push(self.step(at, &stage, &mut course, number));
            if std::mem::take(&mut course.rolled_back) {
                let since = steps.iter_mut().rev().take_while(|step| step.kind != StepKind::Begin);
                since.for_each(|step| step.is_undone = true);
            }
            self.options.progress.step();
        }
        self.disconnect();
        let truth = Truth::of(course.ended.values().map(|(status, _)| status));
        let mut ended: BTreeMap<_, _> = course.ended.into_iter().map(|(id, (status, _))| (id, status)).collect();
        // Hooks at the end do not see these (facts X14).
        for step in steps.iter().filter(|step| step.is_skipped) {
            if let Some(id) = step.node.as_ref().filter(|_| course.failed_start.is_some() && self.skips_nodes()) {
                ended.entry(Arc::clone(id)).or_insert(Status::Skipped);
            }
        }
        let invocation_id = stage.invocation_id.clone();
        (Run { number, invocation_id, steps, ended, filled: Vec::new() }, truth)
    }

    /// How many rows every relation has.
    fn sizes(&self) -> BTreeMap<String, u64> {
        let warehouse = self.warehouse.borrow();
        let names: Vec<RelationName> = warehouse.catalog().relations().map(|relation| relation.name.clone()).collect();
        let size = |name: RelationName| {
            let rows = warehouse.count_of(&name);
            (name.to_string(), rows)
        };
        names.into_iter().map(size).collect()
    }

    fn step(&mut self, at: usize, stage: &Rc<Stage>, course: &mut Course, number: usize) -> Step {
        let step = &self.plan.steps[at];
        let mut made = Step {
            kind: step.kind,
            hook: step.hook,
            node: step.node.clone(),
            statements: Vec::new(),
            note: None,
            trouble: None,
            status: None,
            is_taken: false,
            is_undone: false,
            is_skipped: false,
        };
        if let Some(why) = self.skipped(step, course) {
            made.is_skipped = true;
            made.note = Some(why);
            made.status = status_of(step, course);
            return made;
        }
        let connection = Connection::of(step, self.dialect);
        if course.connection.as_ref() != Some(&connection) {
            self.disconnect();
            course.connection = Some(connection);
        }
        match step.kind {
            StepKind::OnRunStart | StepKind::OnRunEnd => {
                if step.kind == StepKind::OnRunEnd {
                    *stage.outcome.borrow_mut() = Rc::new(self.outcome(course));
                }
                match self.hook(step, stage, &mut made, number) {
                    Ended::Well => {}
                    Ended::Failed(_) if step.kind == StepKind::OnRunEnd => course.failed_end = true,
                    Ended::Failed(_) => course.failed_start = course.failed_start.or(step.hook),
                    Ended::Aborted(_) => course.aborted = true,
                }
            }
            StepKind::Begin if self.opens(at) => self.warehouse.borrow_mut().begin(),
            StepKind::Begin => {}
            StepKind::Commit => self.warehouse.borrow_mut().commit(),
            StepKind::PreHook | StepKind::PostHook => {
                if let Ended::Failed(message) | Ended::Aborted(message) = self.hook(step, stage, &mut made, number) {
                    self.fail(step, course, message);
                }
            }
            StepKind::Node => self.node(step, stage, course, &mut made),
            StepKind::Test => self.test(step, stage, course, &mut made),
        }
        made.status = status_of(step, course);
        made
    }

    /// Whether a transaction is open after a step that is meant to begin one: a hook outside may have ended it for
    /// good (facts X11).
    fn opens(&self, at: usize) -> bool {
        self.plan.steps[at + 1..].iter().find_map(|step| step.inside) != Some(false)
    }

    /// Why dbt does not come to a step; none where it does.
    fn skipped(&self, step: &plan::Step, course: &mut Course) -> Option<String> {
        if course.aborted {
            return Some("dbt has stopped".to_owned());
        }
        match step.kind {
            StepKind::OnRunStart => {
                return course.failed_start.map(|_| "an on-run-start hook before it failed".to_owned());
            }
            StepKind::OnRunEnd => return course.failed_end.then(|| "an on-run-end hook before it failed".to_owned()),
            _ => {}
        }
        if course.failed_start.is_some() && self.skips_nodes() {
            return Some("an on-run-start hook failed, and skip_nodes_if_on_run_start_fails is set".to_owned());
        }
        let id = step.node.clone()?;
        if course.current.as_ref().is_none_or(|(current, _)| *current != id) {
            course.current = Some((Arc::clone(&id), false));
        }
        if let Some(&at) = self.by_id.get(&*id) {
            if course.skipped.contains(&at) {
                course.ended.insert(Arc::clone(&id), (Status::Skipped, Detail::default()));
                return Some("something that it needs failed".to_owned());
            }
        }
        if step.kind == StepKind::Test && self.waits_in_vain(&id, course) {
            course.ended.insert(Arc::clone(&id), (Status::Skipped, Detail::default()));
            return Some("something that it is on failed".to_owned());
        }
        match &course.current {
            Some((_, true)) => Some("its node failed".to_owned()),
            _ => None,
        }
    }

    /// Whether a node that a test is on is not there to be tested: in a build, it failed or was skipped.
    fn waits_in_vain(&self, id: &str, course: &Course) -> bool {
        let Some(test) = self.plan.tests.get(id).filter(|_| self.plan.command == Command::Build) else { return false };
        let is_missing = |at: &usize| {
            let ended = course.ended.get(self.project.nodes[*at].unique_id.as_str());
            course.skipped.contains(at) || matches!(ended, Some((Status::Error | Status::Skipped, _)))
        };
        test.nodes.iter().any(is_missing)
    }

    fn skips_nodes(&self) -> bool {
        let flags = self.project.root().setting("flags");
        flags.and_then(|flags| flags.get("skip_nodes_if_on_run_start_fails")).and_then(Datum::as_bool) == Some(true)
    }

    /// A node fails: what it did since its transaction began is gone, and what needs it is skipped.
    fn fail(&self, step: &plan::Step, course: &mut Course, message: String) {
        if self.warehouse.borrow().in_transaction() {
            self.warehouse.borrow_mut().rollback();
            course.rolled_back = true;
        }
        let Some(id) = &step.node else { return };
        course.current = Some((Arc::clone(id), true));
        let detail = Detail { message: Some(message), ..Detail::default() };
        course.ended.insert(Arc::clone(id), (Status::Error, detail));
        if let Some(&at) = self.by_id.get(&**id) {
            self.skip_below(at, course);
        }
    }

    fn skip_below(&self, at: usize, course: &mut Course) {
        let mut open = vec![at];
        while let Some(at) = open.pop() {
            for &child in self.children.get(&at).into_iter().flatten() {
                if course.skipped.insert(child) {
                    open.push(child);
                }
            }
        }
    }

    fn outcome(&self, course: &Course) -> Outcome {
        let ended = course.ended.iter().map(|(id, (status, detail))| (id.to_string(), *status, detail.clone()));
        let operations = &self.renderer.manifests()[self.target].operations;
        let failed_start = course.failed_start.and_then(|hook| {
            let hook = &self.plan.hooks[hook];
            operations.iter().position(|one| {
                (one.package, one.kind, one.index) == (hook.package, HookKind::OnRunStart, hook.index())
            })
        });
        Outcome::of_run(ended, failed_start, failed_start.is_some() && self.skips_nodes())
    }

    /// Renders a hook and executes what is sent.
    fn hook(&mut self, step: &plan::Step, stage: &Rc<Stage>, made: &mut Step, number: usize) -> Ended {
        let Some(at) = step.hook else { return Ended::Well };
        if self.failing == Some(Failing::Hook(at)) {
            made.note = Some("made to fail".to_owned());
            return Ended::Failed(database_error("made to fail by the drill"));
        }
        let hook = &self.plan.hooks[at];
        self.warehouse.borrow_mut().label(hook.id.as_str());
        let database = Rc::clone(stage) as Rc<dyn Database>;
        let rehearsed = self.renderer.rehearse(hook, self.target, &database);
        let pass = &rehearsed.pass;
        for (effects, query) in stage.take_calls().into_iter().zip(&pass.queries) {
            for effect in effects {
                self.filling.note(at, &effect, self.dialect);
                let written = effect.writes.clone();
                let done = executed(effect, query.place.or(hook.place), query.through.clone(), true);
                self.note_writer(at, written, &done);
                made.statements.push(done);
            }
        }
        if number == 1 {
            self.note_reads(at, pass);
        }
        if let Some(error) = &pass.error {
            return failed_rendering(error, pass, !rehearsed.taken.is_empty(), made, hook.place, self.dialect);
        }
        if pass.text.is_none() {
            self.filling.lose_sight();
            made.trouble = Some(Trouble {
                verdict: Verdict::NotProved,
                message: pass.unknown.first().cloned().unwrap_or_else(|| "it could not be rendered".to_owned()),
                place: hook.place,
                through: None,
            });
            return Ended::Well;
        }
        for text in &rehearsed.sent {
            let effects = self.send(stage, text);
            let mut from = 0;
            for effect in effects {
                let (place, through) = found(pass.text.as_ref(), &effect.sql, &mut from);
                self.filling.note(at, &effect, self.dialect);
                let written = effect.writes.clone();
                let done = executed(effect, place.or(hook.place), through, false);
                self.note_writer(at, written, &done);
                made.statements.push(done);
            }
            if let Some(last) = made.statements.last().filter(|last| last.verdict == Verdict::Refuted) {
                return Ended::Failed(database_error(last.error.as_deref().unwrap_or_default()));
            }
        }
        Ended::Well
    }

    /// Sends a text as the driver does. Several statements outside of a transaction are one of their own (facts X12).
    fn send(&self, stage: &Stage, text: &str) -> Vec<Effect> {
        let together = text.trim_end_matches([';', ' ', '\n']).contains(';')
            && !self.warehouse.borrow().in_transaction()
            && matches!(self.dialect, Dialect::Postgres | Dialect::Redshift | Dialect::DuckDb)
            && sql::script(text, self.dialect).statements.len() > 1;
        if !together {
            return stage.run(text);
        }
        self.warehouse.borrow_mut().begin();
        let effects = stage.run(text);
        let failed = effects.iter().any(|effect| effect.verdict == Verdict::Refuted);
        let mut warehouse = self.warehouse.borrow_mut();
        match (warehouse.in_transaction(), failed) {
            (true, true) => warehouse.rollback(),
            (true, false) => warehouse.commit(),
            (false, _) => {}
        }
        effects
    }

    fn note_writer(&mut self, hook: usize, written: Option<RelationName>, done: &Executed) {
        let Some(name) = written else { return };
        let sql = done.sql.trim_start();
        let adds = ["insert", "merge", "copy", "with"]
            .iter()
            .any(|verb| sql.get(..verb.len()).is_some_and(|word| word.eq_ignore_ascii_case(verb)));
        if adds || self.writers.get(&name).is_none_or(|known| !known.adds) {
            let (place, through) = (done.place, done.through.clone());
            self.writers.insert(name, Written { hook, sql: Arc::from(done.sql.as_str()), place, through, adds });
        }
    }

    /// Names that nothing defines are empty: what is printed of them is worth a look.
    fn note_reads(&mut self, hook: usize, pass: &Pass) {
        for read in pass.undefined.iter().filter(|read| read.usage != Use::Guarded && !read.assigned) {
            self.notes.push(Note {
                message: format!("`{}` is nothing that dbt defines here: what is made of it is empty", read.name),
                hook: Some(hook),
                place: read.place,
                through: read.through.clone(),
            });
        }
    }

    fn node(&mut self, step: &plan::Step, stage: &Rc<Stage>, course: &mut Course, made: &mut Step) {
        let Some(id) = &step.node else { return };
        let Some(&at) = self.by_id.get(&**id) else { return };
        if self.failing.as_ref().is_some_and(|failing| *failing == Failing::Node(Arc::clone(id))) {
            made.note = Some("made to fail".to_owned());
            self.fail(step, course, database_error("made to fail by the drill"));
            return;
        }
        self.warehouse.borrow_mut().label(&**id);
        let built: Built = node::build(self, stage, at);
        made.note = Some(built.how);
        made.statements = built.effects.into_iter().map(|effect| executed(effect, None, None, false)).collect();
        match built.failed {
            Some(message) => {
                made.trouble = Some(Trouble {
                    verdict: Verdict::Refuted,
                    message: message.clone(),
                    place: self.project.nodes[at].place,
                    through: None,
                });
                self.fail(step, course, message);
            }
            None => {
                let detail = Detail { message: Some(built.message), failures: None, rows: built.rows };
                course.ended.insert(Arc::clone(id), (Status::Success, detail));
            }
        }
    }

    fn test(&mut self, step: &plan::Step, stage: &Rc<Stage>, course: &mut Course, made: &mut Step) {
        let Some(id) = &step.node else { return };
        let made_to_fail = self.failing.as_ref().is_some_and(|failing| *failing == Failing::Test(Arc::clone(id)));
        let tested = if made_to_fail { test::Tested::made_to_fail() } else { test::run(self, stage, id) };
        made.note = Some(tested.note);
        made.is_taken = tested.is_taken;
        made.statements = tested.effects.into_iter().map(|effect| executed(effect, None, None, false)).collect();
        let stops = matches!(tested.status, Status::Fail | Status::Error) && self.plan.command == Command::Build;
        course.ended.insert(Arc::clone(id), (tested.status, tested.detail));
        if stops {
            let gates = self.plan.tests.get(&**id).map(|test| test.gates.as_slice()).unwrap_or_default();
            for &node in gates {
                course.skipped.insert(node);
                self.skip_below(node, course);
            }
        }
    }

    fn left(&self) -> Left {
        let mut warehouse = self.warehouse.borrow_mut();
        second::left(&mut warehouse, self.writers.keys())
    }
}

/// How the node or test of a step ended.
fn status_of(step: &plan::Step, course: &Course) -> Option<Status> {
    let id = step.node.as_ref().filter(|_| matches!(step.kind, StepKind::Node | StepKind::Test))?;
    course.ended.get(id).map(|(status, _)| *status)
}

/// What a hook's failing to render means: refuted where nothing that is not known led there.
fn failed_rendering(
    error: &JinjaError,
    pass: &Pass,
    guessed: bool,
    made: &mut Step,
    declared: Option<Place>,
    dialect: Dialect,
) -> Ended {
    if error.kind == ErrorKind::Host(DATABASE) {
        return Ended::Aborted(error.message.clone());
    }
    let is_blank = pass.text.as_ref().is_some_and(|text| sql::script(text.as_str(), dialect).is_blank());
    if error.kind == ErrorKind::Host(NOT_SENT) && is_blank {
        made.trouble = Some(Trouble {
            verdict: Verdict::NotProved,
            message: format!("dbt stops where it would send it: {}", error.message),
            place: declared,
            through: None,
        });
        return Ended::Well;
    }
    let is_assumed = |done: &Executed| done.guessed || matches!(done.verdict, Verdict::Assumed | Verdict::NotProved);
    let assumed = made.statements.iter().any(is_assumed);
    let is_sure = !assumed && !guessed && pass.unknown.is_empty() && !pass.has_unknown;
    let cause = match (is_sure, assumed) {
        (true, _) => error.message.clone(),
        (false, true) => format!("{}; what it found in the database had to be assumed", error.message),
        (false, false) => format!("{}; it depends on what is not known", error.message),
    };
    made.trouble = Some(Trouble {
        verdict: if is_sure { Verdict::Refuted } else { Verdict::NotProved },
        message: cause,
        place: error.place.or(declared),
        through: error.through.clone(),
    });
    if is_sure { Ended::Aborted(format!("Compilation Error\n  {}", error.message)) } else { Ended::Well }
}

/// Where a statement stands in a hook's text, from a byte on.
fn found(text: Option<&Text>, sql: &str, from: &mut usize) -> (Option<Place>, Option<Arc<crate::source::Call>>) {
    let Some(text) = text else { return (None, None) };
    let Some(at) = text.as_str().get(*from..).and_then(|rest| rest.find(sql)) else { return (None, None) };
    let range = *from + at..*from + at + sql.len();
    *from = range.end;
    (text.place_of(range.clone()), text.through(range).cloned())
}

fn executed(
    effect: Effect,
    place: Option<Place>,
    through: Option<Arc<crate::source::Call>>,
    while_rendering: bool,
) -> Executed {
    let rows = effect.affected.or_else(|| effect.rows.as_ref().map(|rows| rows.rows.len() as u64));
    Executed {
        sql: effect.sql,
        sqlite: effect.sqlite,
        verdict: effect.verdict,
        error: effect.cause,
        rows,
        guessed: effect.guessed,
        place,
        through,
        while_rendering,
    }
}
