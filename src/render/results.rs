//! Values that speak of the run as a whole: `results`, `schemas`, `selected_resources`.

mod outcome;

use std::any::Any;
use std::collections::HashSet;
use std::rc::{Rc, Weak};

use super::context::Of;
use super::context::{Scene, unknown};
use super::nodes::{Form, attributes, node, strings, unit};
use super::{Taken, TakenTest};
use crate::command::Command;
use crate::jinja::{Answer, Args, Dict, Eval, Interp, Moment, Object, Str, Value};
use crate::project::Resource;

pub(crate) use outcome::refused as refused_status;
pub use outcome::{Detail, Outcome, Status};

/// The nodes that the command takes, in the order in which dbt parses them.
fn taken(scene: &Scene) -> impl Iterator<Item = usize> {
    let nodes = &scene.project().nodes;
    let state = |at: usize| scene.manifest.as_ref().and_then(|manifest| manifest.nodes.get(at));
    let invocation = &scene.shared.invocation;
    // What a selection takes is known by the order of the run.
    let chosen: Option<HashSet<usize>> = invocation.selection.names_nodes().then(|| {
        let known = scene.hooks.taken(&scene.target.name).iter();
        known.filter_map(|taken| if let Taken::Node(at) = taken { Some(*at) } else { None }).collect()
    });
    let is_buildable = move |at: usize| {
        let resource = nodes[at].resource;
        matches!(resource, Resource::Model | Resource::Seed | Resource::Snapshot)
            && (invocation.runs(resource) || invocation.command.only_renders())
            && chosen.as_ref().is_none_or(|chosen| chosen.contains(&at))
    };
    let order = scene.shared.parse_order.iter().copied();
    order.filter(move |&at| is_buildable(at) && state(at).is_some_and(|state| state.enabled))
}

/// Those of them that have a result: ephemeral models have none (facts C18).
fn built(scene: &Scene) -> Vec<usize> {
    let state = |at: usize| scene.manifest.as_ref().and_then(|manifest| manifest.nodes.get(at));
    taken(scene).filter(|&at| state(at).is_some_and(|state| state.materialized != "ephemeral")).collect()
}

/// Whether an object is an item of `results`.
pub(super) fn is_result(any: &dyn Any) -> bool {
    any.is::<RunResult>()
}

/// `selected_resources`: what the command takes, tests among them.
pub(super) fn selected(scene: &Scene) -> Value {
    let nodes = &scene.project().nodes;
    let mut ids: Vec<&str> = taken(scene).map(|at| nodes[at].unique_id.as_str()).collect();
    let invocation = &scene.shared.invocation;
    // A build has unit tests apart from what it takes (recorded: unit-tests).
    let has_units = invocation.command == Command::Test && invocation.runs_unit_tests();
    let is_listed = |test: &str| match test.split('.').next() {
        Some("unit_test") => has_units,
        _ => invocation.runs(Resource::Test),
    };
    if invocation.selection.names_nodes() {
        ids.extend(scene.hooks.taken(&scene.target.name).iter().filter_map(|taken| match taken {
            Taken::Singular(at, _) => Some(nodes[*at].unique_id.as_str()),
            Taken::Test(test) => Some(test.id.as_str()).filter(|id| is_listed(id)),
            Taken::Node(_) => None,
        }));
        return strings(ids);
    }
    let Some(manifest) = scene.manifest.as_ref() else { return strings(ids) };
    let is_singular = |at: &usize| {
        invocation.runs(Resource::Test) && nodes[*at].resource == Resource::Test && manifest.nodes[*at].enabled
    };
    ids.extend(scene.shared.parse_order.iter().filter(|at| is_singular(at)).map(|&at| nodes[at].unique_id.as_str()));
    let tests = manifest.tests(&scene.shared);
    ids.extend(tests.all.iter().map(|test| test.id.as_str()).filter(|id| is_listed(id)));
    strings(ids)
}

/// What the command takes, in the order of the run.
fn taken_in_order(scene: &Scene) -> Vec<Taken> {
    let known = scene.hooks.taken(&scene.target.name);
    if known.is_empty() { built(scene).into_iter().map(Taken::Node).collect() } else { known.to_vec() }
}

/// What has a result, in the order of the run.
fn ran(scene: &Scene, command: Command) -> Vec<Taken> {
    let state = |at: usize| scene.manifest.as_ref().and_then(|manifest| manifest.nodes.get(at));
    let has_result = |taken: &Taken| match taken {
        Taken::Node(at) => match scene.project().nodes[*at].resource {
            Resource::Model | Resource::Seed | Resource::Snapshot => {
                state(*at).is_some_and(|state| state.materialized != "ephemeral")
            }
            Resource::Test | Resource::Function => true,
            Resource::Analysis => false,
        },
        Taken::Singular(..) | Taken::Test(_) => true,
    };
    let is_run = |taken: &Taken| match taken {
        Taken::Node(at) => command.runs(scene.project().nodes[*at].resource),
        Taken::Singular(..) | Taken::Test(_) => command.runs(Resource::Test),
    };
    taken_in_order(scene).into_iter().filter(|taken| has_result(taken) && is_run(taken)).collect()
}

/// Whether it is a test.
fn is_test(scene: &Scene, taken: &Taken) -> bool {
    match taken {
        Taken::Node(at) => scene.project().nodes[*at].resource == Resource::Test,
        Taken::Singular(..) | Taken::Test(_) => true,
    }
}

/// `results` of a run: of a first one in which every node succeeds, of one in which a node fails, of one in which
/// nothing is built, or of the one that answers tell of.
pub(super) fn results(scene: &Rc<Scene>, interp: &Interp) -> Value {
    let command = scene.command(interp);
    if command == Command::SourceFreshness {
        return unknown("results", "the results of sources are not modelled");
    }
    let made = |of: Ran| {
        let scene = Rc::downgrade(scene);
        Value::Object(Rc::new(RunResult { scene, of }))
    };
    let told = scene.told();
    if told.is_some_and(|told| told.runs_nothing) {
        return Value::list(Vec::new());
    }
    // Of the hooks at the start only the one that fails has a result here (facts C18).
    let start = told.and_then(|told| told.failed_start).map(Ran::Start);
    let ran = ran(scene, command).into_iter().map(Ran::Taken);
    Value::list(start.into_iter().chain(ran).map(made).collect())
}

/// The question whether nothing fails.
const ALL_SUCCEED: &str = "every node succeeds";

/// The question, where something fails, whether anything is built.
const SOME_SUCCEED: &str = "some node succeeds";

/// `schemas`, or `database_schemas`: of what was built, each once.
pub(super) fn schemas(scene: &Scene, interp: &Interp, with_database: bool) -> Value {
    let is_denied = |question: &str| interp.answer(question) == Some(Answer::Bool(false));
    let outcome = scene
        .told()
        .or_else(|| scene.failure_of_all().filter(|_| is_denied(SOME_SUCCEED)))
        .or_else(|| scene.failure().filter(|_| is_denied(ALL_SUCCEED)));
    if outcome.is_some_and(|outcome| outcome.runs_nothing) {
        return Value::list(Vec::new());
    }
    let mut pairs: Vec<(Option<String>, Option<String>)> = Vec::new();
    for taken in ran(scene, scene.command(interp)) {
        let Taken::Node(at) = taken else { continue };
        let is_relation = !matches!(scene.project().nodes[at].resource, Resource::Test | Resource::Function);
        if !is_relation || outcome.is_some_and(|outcome| outcome.status(scene, &taken).is_bad()) {
            continue;
        }
        let relation = scene.relation_of(at);
        let pair = (relation.database.filter(|_| with_database), relation.schema);
        if !pairs.contains(&pair) {
            pairs.push(pair);
        }
    }
    let text = |value: Option<String>| value.map_or(Value::None, Value::str);
    let shown = pairs.into_iter().map(|(database, schema)| {
        if with_database { Value::tuple(vec![text(database), text(schema)]) } else { text(schema) }
    });
    Value::list(shown.collect())
}

/// What `to_dict()` of a result has, in dbt's order.
const RESULT: &[&str] = &[
    "status",
    "timing",
    "thread_id",
    "execution_time",
    "adapter_response",
    "message",
    "failures",
    "node",
    "agate_table",
    "batch_results",
];

/// What has a result.
enum Ran {
    /// What the command takes.
    Taken(Taken),
    /// An on-run-start hook that fails, by its place in the manifest's operations.
    Start(usize),
}

/// An element of `results` (facts C19).
struct RunResult {
    scene: Weak<Scene>,
    of: Ran,
}

impl RunResult {
    fn is_test(&self, scene: &Scene) -> bool {
        matches!(&self.of, Ran::Taken(taken) if is_test(scene, taken))
    }

    fn name<'a>(&'a self, scene: &'a Scene) -> &'a str {
        match &self.of {
            Ran::Taken(Taken::Node(at) | Taken::Singular(at, _)) => &scene.project().nodes[*at].name,
            Ran::Taken(Taken::Test(test)) => &test.name,
            Ran::Start(at) => scene.manifest.as_ref().map_or("", |manifest| manifest.operations[*at].name.as_str()),
        }
    }

    fn status(&self, scene: &Scene, interp: &mut Interp) -> Eval<Status> {
        let Ran::Taken(taken) = &self.of else { return Ok(Status::Error) };
        if let Some(told) = scene.told() {
            return Ok(told.status(scene, taken));
        }
        let well = Status::well(is_test(scene, taken));
        let Some(failure) = scene.failure() else { return Ok(well) };
        if interp.ask_bool(ALL_SUCCEED.to_owned(), true)? {
            return Ok(well);
        }
        let of_all = match scene.failure_of_all() {
            Some(of_all) if !interp.ask_bool(SOME_SUCCEED.to_owned(), true)? => Some(of_all),
            _ => None,
        };
        Ok(of_all.unwrap_or(failure).status(scene, taken))
    }

    /// Whether it is known to be skipped: then nothing of it was done.
    fn is_told_skipped(&self, scene: &Scene) -> bool {
        let Ran::Taken(taken) = &self.of else { return false };
        scene.told().is_some_and(|told| told.status(scene, taken) == Status::Skipped)
    }

    /// What a rehearsal knows of it. What only a clock or a server can tell has a stand-in of the right form.
    fn rehearsed(&self, scene: &Scene, name: &str) -> Option<Value> {
        let Ran::Taken(taken) = &self.of else { return None };
        let detail = scene.told()?.detail(outcome::id(scene, taken))?;
        let database = scene.database.as_ref()?;
        Some(match name {
            "message" => detail.message.map_or(Value::None, Value::str),
            "failures" => detail.failures.map_or(Value::None, Value::Int),
            "execution_time" => Value::Float(0.25),
            "adapter_response" => {
                // What PostgreSQL's driver says of a view: no rows are counted.
                let (code, rows) = match detail.rows {
                    Some(rows) => ("SELECT", i64::try_from(rows).unwrap_or(i64::MAX)),
                    None if self.is_test(scene) => ("SELECT", 1),
                    None => ("CREATE VIEW", -1),
                };
                let message = if rows < 0 { code.to_owned() } else { format!("{code} {rows}") };
                Value::record([
                    ("_message", Value::str(message)),
                    ("code", Value::str(code)),
                    ("rows_affected", Value::Int(rows)),
                ])
            }
            "timing" => {
                let at = || {
                    let at = database.run_started_at().parse().unwrap_or_default();
                    Value::Moment(Rc::new(Moment::DateTime(at, None)))
                };
                let step = |step: &str| {
                    attributes(Value::record([
                        ("name", Value::str(step)),
                        ("started_at", at()),
                        ("completed_at", at()),
                    ]))
                };
                Value::list(vec![step("compile"), step("execute")])
            }
            _ => return None,
        })
    }

    fn get(&self, interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        let Some(scene) = self.scene.upgrade() else { return Ok(None) };
        let shown = self.name(&scene);
        let of = |part: &str| unknown(format!("results[{shown}].{part}"), "what a run reports is not known before it");
        let is_test = self.is_test(&scene);
        if self.is_told_skipped(&scene) {
            match name {
                "timing" => return Ok(Some(Value::list(Vec::new()))),
                "adapter_response" => return Ok(Some(Value::dict(Dict::default()))),
                "execution_time" => return Ok(Some(Value::Int(0))),
                _ => {}
            }
        }
        if let Some(value) = self.rehearsed(&scene, name) {
            return Ok(Some(value));
        }
        Ok(Some(match name {
            "status" => Value::Str(self.status(&scene, interp)?.text()),
            "timing" => {
                let step = |step: &str| {
                    let at = |end: &str| of(&format!("timing.{step}.{end}"));
                    attributes(Value::record([
                        ("name", Value::str(step)),
                        ("started_at", at("started_at")),
                        ("completed_at", at("completed_at")),
                    ]))
                };
                Value::list(vec![step("compile"), step("execute")])
            }
            "thread_id" if matches!(self.of, Ran::Start(_)) => Value::str("main"),
            "thread_id" => Value::str("MainThread"),
            "message" if is_test && self.status(&scene, interp)? == Status::Pass => Value::None,
            "failures" if is_test => match self.status(&scene, interp)? {
                Status::Pass => Value::Int(0),
                Status::Fail | Status::Warn => of(name),
                _ => Value::None,
            },
            "failures" if matches!(self.of, Ran::Start(_)) => Value::Int(1),
            "adapter_response" if REPORTING.contains(&scene.adapter()) => {
                Value::Object(Rc::new(Response { whole: of(name), shown: shown.to_owned() }))
            }
            "execution_time" => match of(name) {
                Value::Unknown(time) => {
                    let time = crate::jinja::Unknown::new(time.label.clone(), Rc::clone(&time.cause)).number();
                    Value::Unknown(Rc::new(time))
                }
                other => other,
            },
            "adapter_response" | "message" => of(name),
            "failures" | "batch_results" | "agate_table" => Value::None,
            "node" => match &self.of {
                Ran::Taken(Taken::Node(at) | Taken::Singular(at, _)) => node(&scene, Of::Node(*at), Form::Result),
                Ran::Taken(taken @ Taken::Test(test)) if test.id.starts_with("unit_test.") => {
                    let told = scene.told().map(|told| told.status(&scene, taken));
                    let is_made = told.is_none_or(|status| !matches!(status, Status::Error | Status::Skipped));
                    unit_test(&scene, test, is_made)
                }
                Ran::Taken(Taken::Test(test)) => node(&scene, Of::Test(test.at), Form::Result),
                Ran::Start(at) => node(&scene, Of::Operation(*at), Form::Result),
            },
            "skipped" => Value::Bool(self.status(&scene, interp)? == Status::Skipped),
            _ => return Ok(None),
        }))
    }
}

/// The adapters of which it is known what they report.
const REPORTING: &[&str] = &["postgres", "redshift", "snowflake", "bigquery", "duckdb"];

/// What type the report of an adapter has here.
pub(super) const RESPONSE: &str = "AdapterResponse";

/// `result.adapter_response`: a dict whose keys depend on the statement and the adapter.
struct Response {
    whole: Value,
    shown: String,
}

impl Response {
    fn part(&self, name: &str) -> Option<Value> {
        let label = || format!("results[{}].adapter_response.{name}", self.shown);
        let known = super::attributes::names("response").contains(&name);
        known.then(|| unknown(label(), "what a run reports is not known before it"))
    }
}

impl Object for Response {
    fn type_name(&self) -> &str {
        RESPONSE
    }

    fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        Ok(self.part(name))
    }

    fn item(&self, _interp: &mut Interp, key: &Value) -> Eval<Option<Value>> {
        Ok(key.as_str().and_then(|key| self.part(key)))
    }

    fn call_method(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
        match name {
            "items" | "keys" | "values" | "copy" => interp.call_method(&self.whole, name, args.clone()).map(Some),
            _ => args.look_up(name, |key| Ok(key.as_str().and_then(|key| self.part(key)))),
        }
    }

    fn items(&self, interp: &mut Interp) -> Eval<Option<Vec<Value>>> {
        interp.items_of(&self.whole).map(Some)
    }

    fn as_dict(&self) -> Option<Value> {
        Some(self.whole.clone())
    }

    fn text(&self, interp: &mut Interp) -> Eval<Str> {
        interp.str_of(&self.whole)
    }

    fn is_mapping(&self) -> bool {
        true
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The node of a unit test.
fn unit_test(scene: &Rc<Scene>, test: &TakenTest, is_made: bool) -> Value {
    let declared = scene.manifest.as_ref().and_then(|manifest| manifest.tests(&scene.shared).all.get(test.at));
    declared.map_or_else(
        || unknown(test.name.as_str(), "hookproof does not make this part of dbt's test"),
        |declared| unit::node(scene, declared, is_made),
    )
}

impl Object for RunResult {
    fn type_name(&self) -> &str {
        "RunResult"
    }

    fn attr(&self, interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        self.get(interp, name)
    }

    fn call_method(&self, interp: &mut Interp, name: &str, _args: &Args) -> Eval<Option<Value>> {
        if name != "to_dict" {
            return Ok(None);
        }
        let mut dict = Dict::default();
        for name in RESULT {
            let Some(value) = self.get(interp, name)? else { continue };
            let value = match (*name, &value) {
                ("node", Value::Object(_)) => interp.call_method(&value, "to_dict", Args::default())?,
                ("timing", Value::List(steps)) => {
                    let steps = steps.borrow().clone();
                    let dict = |step: &Value| interp.call_method(step, "to_dict", Args::default());
                    Value::list(steps.iter().map(dict).collect::<Eval<Vec<_>>>()?)
                }
                _ => value,
            };
            dict.set_str(name, value);
        }
        Ok(Some(Value::dict(dict)))
    }

    fn text(&self, interp: &mut Interp) -> Eval<Str> {
        interp.str_of(&unknown("results[…]", "how dbt prints a whole result is not made here"))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
