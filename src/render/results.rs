//! Values that speak of all the project's nodes: `graph`, `results`, `schemas`.

mod outcome;

use std::any::Any;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::{Rc, Weak};

use super::context::Of;
use super::context::{Scene, unknown, value_of};
use super::nodes::{Form, attributes, columns, node, strings, unit};
use super::{Taken, TakenTest};
use crate::command::Command;
use crate::datum::Datum;
use crate::jinja::{Answer, Args, Dict, Eval, Interp, Moment, Object, Str, Value};
use crate::manifest::Settings;
use crate::project::{Resource, Source};

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

/// `graph` in the run pass. Hooks of thousands of nodes read a little of it each: its parts are made when
/// they are asked for.
struct Graph {
    scene: Weak<Scene>,
    parts: RefCell<HashMap<&'static str, Value>>,
}

/// Whether an object is `graph`.
pub(super) fn is_graph(any: &dyn Any) -> bool {
    any.is::<Graph>()
}

/// Whether an object is an item of `results`.
pub(super) fn is_result(any: &dyn Any) -> bool {
    any.is::<RunResult>()
}

/// `graph` in the run pass.
pub(super) fn graph(scene: &Rc<Scene>) -> Value {
    Value::Object(Rc::new(Graph { scene: Rc::downgrade(scene), parts: RefCell::default() }))
}

const GRAPH: &[&str] =
    &["exposures", "functions", "groups", "metrics", "nodes", "sources", "semantic_models", "saved_queries"];

impl Graph {
    fn part(&self, name: &str) -> Option<Value> {
        let name = GRAPH.iter().copied().find(|known| *known == name)?;
        if let Some(known) = self.parts.borrow().get(name) {
            return Some(known.clone());
        }
        let scene = self.scene.upgrade()?;
        let part = match name {
            "nodes" => Value::Object(Rc::new(GraphNodes { scene: Rc::downgrade(&scene), whole: RefCell::default() })),
            "sources" => sources(&scene),
            _ => Value::dict(Dict::default()),
        };
        self.parts.borrow_mut().insert(name, part.clone());
        Some(part)
    }
}

/// `graph.nodes`: the enabled nodes by unique id.
struct GraphNodes {
    scene: Weak<Scene>,
    whole: RefCell<Option<Value>>,
}

/// The on-run hooks, which are nodes too, with their packages and ids.
fn operations(scene: &Scene) -> impl Iterator<Item = (usize, String)> {
    let operations = scene.manifest.as_ref().map(|manifest| manifest.operations.as_slice()).unwrap_or_default();
    let package = |at: usize| &scene.project().packages[at].name;
    operations.iter().map(move |one| (one.package, one.unique_id(package(one.package))))
}

fn is_enabled(scene: &Scene, at: usize) -> bool {
    scene.manifest.as_ref().and_then(|manifest| manifest.nodes.get(at)).is_none_or(|state| state.enabled)
}

impl GraphNodes {
    fn get(&self, key: &str) -> Option<Value> {
        if let Some(Value::Dict(whole)) = &*self.whole.borrow() {
            return whole.borrow().get_str(key).cloned();
        }
        let scene = self.scene.upgrade()?;
        let of = match scene.shared.by_id.get(key) {
            Some(&at) => Of::Node(at),
            None if key.starts_with("test.") => Of::Test(scene.manifest.as_ref()?.tests(&scene.shared).place(key)?),
            None => Of::Operation(operations(&scene).position(|(_, id)| id == key)?),
        };
        (!matches!(of, Of::Node(at) if !is_enabled(&scene, at))).then(|| node(&scene, of, Form::Graph))
    }

    fn whole(&self) -> Value {
        if let Some(whole) = &*self.whole.borrow() {
            return whole.clone();
        }
        let mut nodes = Dict::default();
        if let Some(scene) = self.scene.upgrade() {
            let mut order = scene.shared.parse_order.iter().copied().peekable();
            let mut operations = operations(&scene).enumerate().peekable();
            for package in 0..scene.project().packages.len() {
                while let Some(at) = order.next_if(|&at| scene.project().nodes[at].package == package) {
                    if is_enabled(&scene, at) {
                        let id = &scene.project().nodes[at].unique_id;
                        nodes.set_str(id, node(&scene, Of::Node(at), Form::Graph));
                    }
                }
                while let Some((at, (_, id))) = operations.next_if(|(_, (of, _))| *of == package) {
                    nodes.set_str(&id, node(&scene, Of::Operation(at), Form::Graph));
                }
            }
            if let Some(manifest) = &scene.manifest {
                let tests = manifest.tests(&scene.shared).all.iter().enumerate();
                for (at, test) in tests.filter(|(_, test)| test.declared.is_some()) {
                    nodes.set_str(&test.id, node(&scene, Of::Test(at), Form::Graph));
                }
            }
        }
        let made = Value::dict(nodes);
        *self.whole.borrow_mut() = Some(made.clone());
        made
    }
}

/// What two mappings that are made when they are asked for have in common.
macro_rules! lazy_mapping {
    ($type:ty, $get:ident) => {
        impl Object for $type {
            fn type_name(&self) -> &str {
                "dict"
            }

            fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
                Ok(self.$get(name))
            }

            fn item(&self, _interp: &mut Interp, key: &Value) -> Eval<Option<Value>> {
                Ok(key.as_str().and_then(|key| self.$get(key)))
            }

            fn call_method(&self, interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
                match name {
                    "items" | "keys" | "values" | "update" | "pop" | "popitem" | "setdefault" | "copy" | "clear" => {
                        interp.call_method(&self.whole(), name, args.clone()).map(Some)
                    }
                    _ => args.look_up(name, |key| Ok(key.as_str().and_then(|key| self.$get(key)))),
                }
            }

            fn items(&self, interp: &mut Interp) -> Eval<Option<Vec<Value>>> {
                interp.items_of(&self.whole()).map(Some)
            }

            fn len(&self) -> Option<usize> {
                match self.whole() {
                    Value::Dict(dict) => Some(dict.borrow().len()),
                    _ => None,
                }
            }

            fn truth(&self) -> bool {
                true
            }

            fn as_dict(&self) -> Option<Value> {
                Some(self.whole())
            }

            fn text(&self, interp: &mut Interp) -> Eval<Str> {
                interp.repr_of(&self.whole()).map(Str::plain)
            }

            fn is_mapping(&self) -> bool {
                true
            }

            fn as_any(&self) -> &dyn Any {
                self
            }
        }
    };
}

lazy_mapping!(GraphNodes, get);
lazy_mapping!(Graph, part);

impl Graph {
    fn whole(&self) -> Value {
        Value::record(GRAPH.iter().filter_map(|name| Some((*name, self.part(name)?))))
    }
}

fn sources(scene: &Scene) -> Value {
    let mut sources = Dict::default();
    for at in 0..scene.project().source_tables.len() {
        let table = &scene.project().source_tables[at];
        sources.set_str(&table.unique_id, source(scene, table));
    }
    Value::dict(sources)
}

/// A table of a source as dbt's dict of it.
fn source(scene: &Scene, table: &Source) -> Value {
    let project = scene.project();
    let package = &project.packages[table.package];
    let whole = &project.properties[table.properties].datum;
    let own = whole.get("tables").and_then(Datum::as_list).and_then(|tables| tables.get(table.table));
    let entry = |key: &str| own.and_then(|own| own.get(key));
    let text = |datum: Option<&Datum>| match datum {
        Some(datum) if datum.as_str().is_some_and(crate::project::yaml_jinja::has_jinja) => {
            unknown("source.description", "blocks of documentation are not rendered here")
        }
        Some(datum) => value_of(datum),
        None => Value::str(""),
    };
    let merged = |key: &str| {
        let nested =
            |datum: &Datum| datum.get(key).or_else(|| datum.get("config").and_then(|config| config.get(key))).cloned();
        let mut settings = Settings::default();
        for value in [nested(whole), own.and_then(nested)].into_iter().flatten() {
            settings.merge(key, &value);
        }
        settings.get(key).map(value_of)
    };
    let path = &project.sources.get(project.properties[table.properties].file).path;
    let path = path.strip_prefix(&format!("{}/", package.root)).unwrap_or(path);
    let quoting = ["database", "schema", "identifier", "column"].map(|part| {
        let of = |datum: Option<&Datum>| {
            datum.and_then(|datum| datum.get("quoting")).and_then(|quoting| quoting.get(part)).cloned()
        };
        (part, of(own).or_else(|| of(Some(whole))).as_ref().map_or(Value::None, value_of))
    });
    let not_made = |key: &str| unknown(format!("source.{key}"), "hookproof does not make this part of dbt's source");
    let meta = || merged("meta").unwrap_or_else(|| Value::dict(Dict::default()));
    let tags = || merged("tags").unwrap_or_else(|| Value::list(Vec::new()));
    Value::record([
        ("database", table.database.as_deref().or(scene.target.database.as_deref()).map_or(Value::None, Value::str)),
        ("schema", Value::str(table.schema.as_str())),
        ("name", Value::str(table.name.as_str())),
        ("resource_type", Value::str("source")),
        ("package_name", Value::str(package.name.as_str())),
        ("path", Value::str(path)),
        ("original_file_path", Value::str(path)),
        ("unique_id", Value::str(table.unique_id.as_str())),
        ("fqn", not_made("fqn")),
        ("source_name", Value::str(table.source_name.as_str())),
        ("source_description", text(whole.get("description"))),
        ("loader", text(entry("loader").or_else(|| whole.get("loader")))),
        ("identifier", Value::str(table.identifier.as_str())),
        ("quoting", Value::record(quoting)),
        (
            "loaded_at_field",
            entry("loaded_at_field").or_else(|| whole.get("loaded_at_field")).map_or(Value::None, value_of),
        ),
        (
            "loaded_at_query",
            entry("loaded_at_query").or_else(|| whole.get("loaded_at_query")).map_or(Value::None, value_of),
        ),
        ("freshness", not_made("freshness")),
        ("external", entry("external").map_or(Value::None, value_of)),
        ("description", text(entry("description"))),
        ("columns", columns(entry("columns").and_then(Datum::as_list).unwrap_or_default(), Form::Graph)),
        ("meta", meta()),
        ("source_meta", whole.get("meta").map_or_else(|| Value::dict(Dict::default()), value_of)),
        ("tags", tags()),
        (
            "config",
            Value::record([
                ("enabled", Value::Bool(true)),
                ("event_time", Value::None),
                ("freshness", not_made("config.freshness")),
                ("loaded_at_field", Value::None),
                ("loaded_at_query", Value::None),
                ("meta", meta()),
                ("tags", tags()),
                ("static_analysis", Value::None),
            ]),
        ),
        ("patch_path", Value::None),
        ("unrendered_config", not_made("unrendered_config")),
        ("relation_name", Value::str(scene.relation_of_source(table).render())),
        ("created_at", not_made("created_at")),
        ("unrendered_database", Value::None),
        ("unrendered_schema", Value::None),
        ("doc_blocks", Value::list(Vec::new())),
    ])
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
