//! A step of a run: what dbt does there, and what that means for those that follow.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::connection::Connection;
use super::drill::Failing;
use super::node::{self, Built};
use super::run::Rehearsal;
use super::second::Written;
use super::stage::{Stage, database_error};
use super::test;
use super::warehouse::{Effect, Kind, NotMade, RelationName, Verdict};
use super::{Executed, Note, Step, Trouble};
use crate::command::Command;
use crate::datum::Datum;
use crate::hook::HookKind;
use crate::jinja::{ErrorKind, JinjaError, Use};
use crate::plan::{self, StepKind};
use crate::render::database::Database;
use crate::render::{DATABASE, Detail, NOT_SENT, Outcome, Pass, Status};
use crate::source::{Place, Text};
use crate::sql::{self, Dialect};

/// How a step ended.
pub(super) enum Ended {
    /// dbt goes on.
    Well,
    /// What is sent fails.
    Failed(String),
    /// It does not render, which ends an on-run hook's command.
    Aborted(String),
}

/// What has become of a run so far.
#[derive(Default)]
pub(super) struct Course {
    /// How nodes and tests ended, by unique id.
    pub(super) ended: HashMap<Arc<str>, (Status, Detail)>,
    /// The nodes that are skipped, and what failed that they need.
    pub(super) skipped: HashMap<usize, Arc<str>>,
    /// The on-run-start hook that failed.
    pub(super) failed_start: Option<usize>,
    /// The on-run-end hook that failed.
    pub(super) failed_end: Option<usize>,
    /// The hook at which dbt has stopped.
    pub(super) aborted: Option<usize>,
    /// Whether a transaction has just been rolled back.
    pub(super) rolled_back: bool,
    /// The node whose steps are walked through, and what of it failed.
    pub(super) current: Option<(Arc<str>, Option<Arc<str>>)>,
    /// What the new relation of the node at hand has taken the place of, until it is dropped.
    pub(super) aside: Option<RelationName>,
    /// The relation that dbt puts on its list when the node at hand has ended.
    pub(super) made: Option<(RelationName, Kind)>,
    /// The connection of the step before.
    pub(super) connection: Option<Connection>,
}

impl Rehearsal<'_> {
    pub(super) fn step(&mut self, at: usize, stage: &Rc<Stage>, course: &mut Course, number: usize) -> Step {
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
        let is_new = step.node.as_ref() != course.current.as_ref().map(|(current, _)| current);
        if is_new && let Some((name, kind)) = course.made.take() {
            stage.cache.borrow_mut().add(name, kind);
        }
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
        if is_new && let Some(&node) = step.node.as_ref().and_then(|id| self.by_id.get(&**id)) {
            self.drop_leftovers(stage, node);
        }
        match step.kind {
            StepKind::OnRunStart | StepKind::OnRunEnd => {
                stage.begins.set(matches!(self.adapter(), "duckdb" | "redshift"));
                if step.kind == StepKind::OnRunEnd {
                    *stage.outcome.borrow_mut() = Rc::new(self.outcome(course));
                }
                match self.hook(step, stage, &mut made, number) {
                    Ended::Well => {}
                    Ended::Failed(_) if step.kind == StepKind::OnRunEnd => course.failed_end = step.hook,
                    Ended::Failed(_) => course.failed_start = course.failed_start.or(step.hook),
                    Ended::Aborted(_) => course.aborted = step.hook,
                }
            }
            StepKind::Begin if self.opens(at) => self.warehouse.borrow_mut().begin(),
            StepKind::Begin | StepKind::Parse => {}
            StepKind::Commit => {
                self.warehouse.borrow_mut().commit();
                self.drop_aside(stage, course);
            }
            StepKind::PreHook | StepKind::PostHook => {
                stage.begins.set(false);
                if let Ended::Failed(message) | Ended::Aborted(message) = self.hook(step, stage, &mut made, number) {
                    self.fail(step, course, message);
                }
            }
            StepKind::Node => self.node(at, stage, course, &mut made),
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
        let id_of = |hook: usize| self.plan.hooks[hook].id.as_str();
        if let Some(hook) = course.aborted {
            return Some(format!("dbt has stopped at {}", id_of(hook)));
        }
        match step.kind {
            StepKind::OnRunStart => return course.failed_start.map(|hook| format!("{} failed", id_of(hook))),
            StepKind::OnRunEnd => return course.failed_end.map(|hook| format!("{} failed", id_of(hook))),
            _ => {}
        }
        if let Some(hook) = course.failed_start.filter(|_| self.skips_nodes()) {
            return Some(format!("{} failed, and skip_nodes_if_on_run_start_fails is set", id_of(hook)));
        }
        let id = step.node.clone()?;
        if course.current.as_ref().is_none_or(|(current, _)| *current != id) {
            course.current = Some((Arc::clone(&id), None));
        }
        if let Some(&at) = self.by_id.get(&*id) {
            if let Some(needed) = course.skipped.get(&at) {
                course.ended.insert(Arc::clone(&id), (Status::Skipped, Detail::default()));
                return Some(format!("{needed} failed"));
            }
        }
        if step.kind == StepKind::Test && self.waits_in_vain(&id, course) {
            course.ended.insert(Arc::clone(&id), (Status::Skipped, Detail::default()));
            return Some("something that it is on failed".to_owned());
        }
        let failed = course.current.as_ref().and_then(|(_, failed)| failed.as_ref());
        failed.map(|failed| format!("{failed} failed"))
    }

    /// Whether a node that a test is on is not there to be tested: in a build, it failed or was skipped.
    fn waits_in_vain(&self, id: &str, course: &Course) -> bool {
        let Some(test) = self.plan.tests.get(id).filter(|_| self.plan.command == Command::Build) else { return false };
        let is_missing = |at: &usize| {
            let ended = course.ended.get(self.project.nodes[*at].unique_id.as_str());
            course.skipped.contains_key(at) || matches!(ended, Some((Status::Error | Status::Skipped, _)))
        };
        test.nodes.iter().any(is_missing)
    }

    pub(super) fn skips_nodes(&self) -> bool {
        let flags = self.project.root().setting("flags");
        flags.and_then(|flags| flags.get("skip_nodes_if_on_run_start_fails")).and_then(Datum::as_bool) == Some(true)
    }

    /// A node fails: what it did since its transaction began is gone, and what needs it is skipped.
    fn fail(&self, step: &plan::Step, course: &mut Course, message: String) {
        if self.warehouse.borrow().in_transaction() {
            self.warehouse.borrow_mut().rollback();
            course.rolled_back = true;
        }
        (course.aside, course.made) = (None, None);
        let Some(id) = &step.node else { return };
        let failed = step.hook.map_or_else(|| Arc::clone(id), |hook| Arc::from(self.plan.hooks[hook].id.as_str()));
        course.current = Some((Arc::clone(id), Some(failed)));
        self.warehouse.borrow_mut().give_up(id, NotMade::Failed);
        let detail = Detail { message: Some(message), ..Detail::default() };
        course.ended.insert(Arc::clone(id), (Status::Error, detail));
        if let Some(&at) = self.by_id.get(&**id) {
            self.skip_below(at, id, course);
        }
    }

    /// Skips what needs a node, because of what failed.
    fn skip_below(&self, at: usize, failed: &Arc<str>, course: &mut Course) {
        let mut open = vec![at];
        while let Some(at) = open.pop() {
            for &child in self.children.get(&at).into_iter().flatten() {
                if self.skip(child, failed, course) {
                    open.push(child);
                }
            }
        }
    }

    /// Skips a node; false where it was skipped before.
    fn skip(&self, node: usize, failed: &Arc<str>, course: &mut Course) -> bool {
        let is_new = !course.skipped.contains_key(&node);
        if is_new {
            course.skipped.insert(node, Arc::clone(failed));
            self.warehouse.borrow_mut().give_up(&self.project.nodes[node].unique_id, NotMade::Skipped);
        }
        is_new
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
            self.warehouse.borrow_mut().lose_sight(None);
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
        // What is not known may have executed something, though nothing of it is printed.
        let is_told = made.statements.iter().any(|one| one.verdict == Verdict::NotProved);
        if let Some(cause) = pass.unknown.first().filter(|_| !is_told) {
            self.filling.lose_sight();
            self.warehouse.borrow_mut().lose_sight(None);
            made.trouble =
                Some(Trouble { verdict: Verdict::NotProved, message: cause.clone(), place: hook.place, through: None });
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

    fn node(&mut self, at_step: usize, stage: &Rc<Stage>, course: &mut Course, made: &mut Step) {
        let step = &self.plan.steps[at_step];
        let Some(id) = &step.node else { return };
        let Some(&at) = self.by_id.get(&**id) else { return };
        if self.failing.as_ref().is_some_and(|failing| *failing == Failing::Node(Arc::clone(id))) {
            made.note = Some("made to fail".to_owned());
            self.fail(step, course, database_error("made to fail by the drill"));
            return;
        }
        self.warehouse.borrow_mut().label(&**id);
        let built: Built = node::build(self, stage, at, at_step);
        course.aside = built.aside;
        if built.failed.is_none() {
            course.made = built.made;
        }
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
        self.warehouse.borrow_mut().label(Arc::clone(id));
        let tested = if made_to_fail { test::Tested::made_to_fail() } else { test::run(self, stage, id) };
        if let Some(message) = tested.notice.filter(|message| self.notes.iter().all(|known| known.message != *message))
        {
            self.notes.push(Note { message, hook: None, place: None, through: None });
        }
        made.note = Some(tested.note);
        made.is_taken = tested.is_taken;
        made.statements = tested.effects.into_iter().map(|effect| executed(effect, None, None, false)).collect();
        let stops = matches!(tested.status, Status::Fail | Status::Error) && self.plan.command == Command::Build;
        course.ended.insert(Arc::clone(id), (tested.status, tested.detail));
        if stops {
            let gates = self.plan.tests.get(&**id).map(|test| test.gates.as_slice()).unwrap_or_default();
            for &node in gates {
                self.skip(node, id, course);
                self.skip_below(node, id, course);
            }
        }
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
