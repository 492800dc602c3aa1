//! The walk through the steps of a plan, as often as it is rehearsed.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::drill::{self, Drill, Failing, Truth};
use super::filled::Filling;
use super::kept;
use super::node;
use super::second::{self, Left, Retry, Written};
use super::stage::Stage;
use super::step::Course;
use super::validation;
use super::warehouse::{
    self, Assumption, AssumptionKind, Expectation, Folding, RelationName, Session, Verdict, Warehouse,
};
use super::{Access, Assumed, Note, Options, Proof, Run, Step, Trouble};
use crate::Failure;
use crate::jinja::JinjaError;
use crate::plan::{Plan, StepKind};
use crate::project::{Problem, Project, Resource};
use crate::render::context::RUN_STARTED_AT;
use crate::render::relation::Relation;
use crate::render::{Outcome, Renderer, Status};
use crate::settings::{Assume, Named};
use crate::sql::Dialect;

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
    pub(super) children: HashMap<usize, Vec<usize>>,
    /// The relations of the nodes that have one.
    pub(super) relations: HashMap<usize, Relation>,
    /// What last wrote to a relation.
    pub(super) writers: HashMap<RelationName, Written>,
    /// What hooks have written to.
    pub(super) filling: Filling,
    pub(super) notes: Vec<Note>,
    /// What is made to fail.
    pub(super) failing: Option<Failing>,
    /// Whether a hook may look at the catalog of the database.
    pub(super) shows_catalog: bool,
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
    if let Some(path) = &options.database {
        kept::try_keep(path)?;
    }
    if !plan.stopping.is_empty() || !plan.stopped_by.is_empty() {
        if options.database.is_some() {
            let message = "no database is kept: nothing runs".to_owned();
            proof.notes.push(Note { message, hook: None, place: None, through: None });
        }
        let steps = match plan.stopping.as_slice() {
            [] => plan.stopped_by.iter().map(|(hook, error)| stopped(plan, *hook, error)).collect(),
            // What hooks do then is not known: macros may not have been read.
            stopping => stopping.iter().map(unstarted).collect(),
        };
        let (ended, filled) = (BTreeMap::new(), Vec::new());
        proof.runs.push(Run { number: 1, invocation_id: invocation_id(1), steps, ended, filled });
        return Ok(proof);
    }
    let mut rehearsal = Rehearsal::new(renderer, plan, target, options)?;
    let drills = if options.drill { drill::failures(plan) } else { Vec::new() };
    // A drill is a run in which something fails, after one in which nothing does; a retry is one more run.
    options.progress.expect(plan.steps.len() * (RUNS + 1 + 2 * drills.len()));
    let left = rehearsal.runs(&mut proof)?;
    let warehouse = rehearsal.warehouse.borrow();
    proof.assumptions = warehouse.assumptions().iter().map(|one| assumed(one, &options.assume)).collect();
    proof.access = access(&warehouse);
    proof.notes.extend(rehearsal.notes.iter().cloned());
    drop(warehouse);
    // What is kept is what two runs leave.
    if let Some(path) = &options.database {
        kept::keep(&mut rehearsal.warehouse.borrow_mut(), path)?;
    }
    proof.retry = Some(rehearsal.retry(&left, &proof.runs));
    options.progress.check()?;
    let raising = if options.drill { validation::raising(plan, &renderer.shared(target).project) } else { Vec::new() };
    if !raising.is_empty() {
        let mut met = Rehearsal::new(renderer, plan, target, options)?;
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
    let mut rehearsal = Rehearsal::new(renderer, plan, target, options)?;
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

/// What is wrong with a file, so that dbt does not come to the first step.
fn unstarted(problem: &Problem) -> Step {
    Step {
        kind: StepKind::Parse,
        hook: None,
        node: None,
        statements: Vec::new(),
        note: problem.help.clone(),
        trouble: Some(Trouble {
            verdict: Verdict::Refuted,
            message: format!("dbt stops before the first step: {}", problem.said()),
            place: problem.place,
            through: None,
        }),
        status: None,
        is_taken: false,
        is_undone: false,
        is_skipped: false,
    }
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

impl<'a> Rehearsal<'a> {
    fn new(
        renderer: &'a Renderer,
        plan: &'a Plan,
        target: usize,
        options: &'a Options,
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
        let mut warehouse = Warehouse::new(session)?;
        warehouse.end_with(options.progress.flag())?;
        warehouse.bound(options.work);
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
        for &(node, parent) in plan.by_hooks.iter().filter(|(node, parent)| node != parent) {
            children.entry(parent).or_default().push(node);
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
            shows_catalog: Rehearsal::looks_at_catalog(plan),
        };
        if let Some(path) = rehearsal.path() {
            rehearsal.warehouse.borrow_mut().open_with_path(path);
        }
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
            cache: RefCell::default(),
            begins: Cell::new(false),
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

    fn left(&self) -> Left {
        let mut warehouse = self.warehouse.borrow_mut();
        second::left(&mut warehouse, self.writers.keys())
    }
}
