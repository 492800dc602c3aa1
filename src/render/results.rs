//! Values that speak of the project's nodes: `model`, `graph`, `results`, `schemas`.

use std::any::Any;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::{Rc, Weak};

use super::context::{Scene, unknown, value_of};
use crate::datum::Datum;
use crate::jinja::{Args, Dict, Eval, Interp, Object, Str, Value};
use crate::project::{Node, Properties, Resource};

fn strings<'a>(items: impl IntoIterator<Item = &'a str>) -> Value {
    Value::list(items.into_iter().map(Value::str).collect())
}

/// The keys of dbt's dict of a node.
const KEYS: &[&str] = &[
    "name",
    "resource_type",
    "package_name",
    "path",
    "original_file_path",
    "unique_id",
    "fqn",
    "alias",
    "database",
    "schema",
    "relation_name",
    "tags",
    "meta",
    "description",
    "columns",
    "config",
    "depends_on",
    "raw_code",
    "language",
    "checksum",
];

/// A node as dbt's dict of it. A project has thousands, and a hook reads a few keys of them: each value is
/// made when it is asked for.
struct NodeDict {
    scene: Weak<Scene>,
    at: usize,
    /// The dict, once something asked for the whole, or changed it.
    whole: RefCell<Option<Value>>,
}

/// A node as a value.
pub(super) fn node(scene: &Rc<Scene>, at: usize) -> Value {
    Value::Object(Rc::new(NodeDict { scene: Rc::downgrade(scene), at, whole: RefCell::default() }))
}

impl NodeDict {
    fn get(&self, key: &str) -> Option<Value> {
        if let Some(Value::Dict(whole)) = &*self.whole.borrow() {
            return whole.borrow().get_str(key).cloned();
        }
        self.scene.upgrade().and_then(|scene| field(&scene, self.at, key))
    }

    fn whole(&self) -> Value {
        if let Some(whole) = &*self.whole.borrow() {
            return whole.clone();
        }
        let made = Value::record(KEYS.iter().filter_map(|key| Some((*key, self.get(key)?))));
        *self.whole.borrow_mut() = Some(made.clone());
        made
    }
}

fn field(scene: &Scene, at: usize, key: &str) -> Option<Value> {
    let project = scene.project();
    let found: &Node = project.nodes.get(at)?;
    let state = scene.manifest.as_ref().and_then(|manifest| manifest.nodes.get(at));
    let setting = |key: &str| state.and_then(|state| state.settings.get(key)).map(value_of);
    let properties = || found.properties.first().map(|&at| &project.properties[at]);
    let part = |part: Option<String>| part.map_or(Value::None, Value::str);
    Some(match key {
        "name" => Value::str(found.name.as_str()),
        "resource_type" => Value::str(found.resource.name()),
        "package_name" => Value::str(project.packages[found.package].name.as_str()),
        "path" => Value::str(found.path.as_str()),
        "original_file_path" => Value::str(found.original_file_path.as_str()),
        "unique_id" => Value::str(found.unique_id.as_str()),
        "fqn" => strings(found.fqn.iter().map(String::as_str)),
        "alias" => part(scene.relation_of(at).identifier),
        "database" => part(scene.relation_of(at).database),
        "schema" => part(scene.relation_of(at).schema),
        "relation_name" => Value::str(scene.relation_of(at).render()),
        "tags" => setting("tags").unwrap_or_else(|| Value::list(Vec::new())),
        "meta" => setting("meta").unwrap_or_else(|| Value::dict(Dict::default())),
        "description" => properties().and_then(|entry| entry.description()).map_or_else(|| Value::str(""), value_of),
        "columns" => columns(properties().map(Properties::columns).unwrap_or_default()),
        "config" => {
            let mut config = Dict::default();
            if let Some(state) = state {
                for (key, value) in state.settings.iter() {
                    config.set_str(key, value_of(value));
                }
                config.set_str("enabled", Value::Bool(state.enabled));
                config.set_str("materialized", Value::str(state.materialized.as_str()));
            }
            for (key, value) in [("tags", Value::list(Vec::new())), ("meta", Value::dict(Dict::default()))] {
                if config.get_str(key).is_none() {
                    config.set_str(key, value);
                }
            }
            Value::dict(config)
        }
        "depends_on" => {
            let refs = state.map(|state| state.refs.as_slice()).unwrap_or_default();
            Value::record([
                ("nodes", strings(refs.iter().map(|&at| project.nodes[at].unique_id.as_str()))),
                ("macros", unknown("depends_on.macros", "the macros a node depends on are not listed here")),
            ])
        }
        "raw_code" => found.code.as_ref().map_or_else(|| Value::str(""), |code| Value::Str(Str::from(code))),
        "language" => Value::str("sql"),
        "checksum" => unknown("model.checksum", "checksums are not made here"),
        _ => return None,
    })
}

fn columns(written: &[Datum]) -> Value {
    let mut columns = Dict::default();
    for column in written {
        let Some(name) = column.get("name").and_then(Datum::as_str) else { continue };
        let mut shown = Dict::default();
        shown.set_str("name", Value::str(name));
        for key in ["description", "data_type", "meta", "tags"] {
            let otherwise = match key {
                "description" => Value::str(""),
                "meta" => Value::dict(Dict::default()),
                "tags" => Value::list(Vec::new()),
                _ => Value::None,
            };
            shown.set_str(key, column.get(key).map_or(otherwise, value_of));
        }
        columns.set_str(name, Value::dict(shown));
    }
    Value::dict(columns)
}

/// The node that an on-run hook is to dbt.
pub(super) fn operation(scene: &Scene) -> Value {
    let package = scene.project().packages[scene.package()].name.as_str();
    Value::record([
        ("resource_type", Value::str("operation")),
        ("package_name", Value::str(package)),
        ("name", unknown("model.name", "the name of an on-run hook's node is not given to it here")),
        ("unique_id", unknown("model.unique_id", "the id of an on-run hook's node is not given to it here")),
        ("schema", Value::str(scene.target.schema.as_str())),
        ("database", scene.target.database.as_deref().map_or(Value::None, Value::str)),
        ("config", Value::dict(Dict::default())),
        ("tags", Value::list(Vec::new())),
        ("meta", Value::dict(Dict::default())),
    ])
}

fn built(scene: &Scene) -> Vec<usize> {
    let nodes = &scene.project().nodes;
    (0..nodes.len())
        .filter(|&at| {
            matches!(nodes[at].resource, Resource::Model | Resource::Seed | Resource::Snapshot)
                && scene
                    .manifest
                    .as_ref()
                    .and_then(|manifest| manifest.nodes.get(at))
                    .is_some_and(|state| state.enabled && state.materialized != "ephemeral")
        })
        .collect()
}

/// `graph` in the run pass. Hooks of thousands of nodes read a little of it each: its parts are made when
/// they are asked for.
struct Graph {
    scene: Weak<Scene>,
    parts: RefCell<HashMap<&'static str, Value>>,
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

fn is_enabled(scene: &Scene, at: usize) -> bool {
    scene.manifest.as_ref().and_then(|manifest| manifest.nodes.get(at)).is_none_or(|state| state.enabled)
}

impl GraphNodes {
    fn get(&self, key: &str) -> Option<Value> {
        if let Some(Value::Dict(whole)) = &*self.whole.borrow() {
            return whole.borrow().get_str(key).cloned();
        }
        let scene = self.scene.upgrade()?;
        let at = *scene.shared.by_id.get(key)?;
        is_enabled(&scene, at).then(|| node(&scene, at))
    }

    fn whole(&self) -> Value {
        if let Some(whole) = &*self.whole.borrow() {
            return whole.clone();
        }
        let mut nodes = Dict::default();
        if let Some(scene) = self.scene.upgrade() {
            for (at, found) in scene.project().nodes.iter().enumerate() {
                if is_enabled(&scene, at) {
                    nodes.set_str(&found.unique_id, node(&scene, at));
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
                    "get" => {
                        let [key, otherwise] = args.bind("get", ["key", "default"], 1)?;
                        let found = key.as_ref().and_then(Value::as_str).and_then(|key| self.$get(key));
                        Ok(Some(found.or(otherwise).unwrap_or(Value::None)))
                    }
                    "__contains__" => {
                        let key = args.positional.first().and_then(Value::as_str);
                        Ok(Some(Value::Bool(key.is_some_and(|key| self.$get(key).is_some()))))
                    }
                    "items" | "keys" | "values" | "update" | "pop" | "popitem" | "setdefault" | "copy" | "clear" => {
                        interp.call_method(&self.whole(), name, args.clone()).map(Some)
                    }
                    _ => Ok(None),
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

lazy_mapping!(NodeDict, get);
lazy_mapping!(GraphNodes, get);
lazy_mapping!(Graph, part);

impl Graph {
    fn whole(&self) -> Value {
        Value::record(GRAPH.iter().filter_map(|name| Some((*name, self.part(name)?))))
    }
}

fn sources(scene: &Scene) -> Value {
    let project = scene.project();
    let mut sources = Dict::default();
    for table in &project.source_tables {
        let entry = Value::record([
            ("name", Value::str(table.name.as_str())),
            ("source_name", Value::str(table.source_name.as_str())),
            ("resource_type", Value::str("source")),
            ("unique_id", Value::str(table.unique_id.as_str())),
            ("schema", Value::str(table.schema.as_str())),
            (
                "database",
                table.database.as_deref().or(scene.target.database.as_deref()).map_or(Value::None, Value::str),
            ),
            ("identifier", Value::str(table.identifier.as_str())),
            ("package_name", Value::str(project.packages[table.package].name.as_str())),
            ("tags", Value::list(Vec::new())),
            ("meta", Value::dict(Dict::default())),
            ("columns", unknown("source.columns", "columns of sources are not given to hooks here")),
        ]);
        sources.set_str(&table.unique_id, entry);
    }
    Value::dict(sources)
}

/// `selected_resources` of a build of everything.
pub(super) fn selected(scene: &Scene) -> Value {
    let nodes = &scene.project().nodes;
    strings(built(scene).into_iter().map(|at| nodes[at].unique_id.as_str()))
}

/// `results` of a first build in which every node succeeds.
pub(super) fn results(scene: &Rc<Scene>) -> Value {
    let results = built(scene)
        .into_iter()
        .map(|at| {
            let name = scene.project().nodes[at].name.clone();
            Value::Object(Rc::new(RunResult { node: node(scene, at), name }))
        })
        .collect();
    Value::list(results)
}

/// `schemas`, or `database_schemas`: of what was built, each once.
pub(super) fn schemas(scene: &Scene, with_database: bool) -> Value {
    let mut pairs: Vec<(Option<String>, Option<String>)> = Vec::new();
    for at in built(scene) {
        let relation = scene.relation_of(at);
        let pair = (relation.database.filter(|_| with_database), relation.schema);
        if !pairs.contains(&pair) {
            pairs.push(pair);
        }
    }
    let text = |value: Option<String>| value.map_or(Value::None, Value::str);
    Value::list(
        pairs
            .into_iter()
            .map(
                |(database, schema)| {
                    if with_database { Value::tuple(vec![text(database), text(schema)]) } else { text(schema) }
                },
            )
            .collect(),
    )
}

/// An element of `results` (facts C19).
struct RunResult {
    node: Value,
    name: String,
}

impl RunResult {
    fn get(&self, name: &str) -> Option<Value> {
        let of = |part: &str| format!("results[{}].{part}", self.name);
        let cause = "what a run reports is not known before it";
        Some(match name {
            "status" => Value::str("success"),
            "node" => self.node.clone(),
            "failures" | "batch_results" | "agate_table" => Value::None,
            "skipped" => Value::Bool(false),
            "thread_id" => Value::str("Thread-1 (worker)"),
            "timing" | "execution_time" | "adapter_response" | "message" => unknown(of(name), cause),
            _ => return None,
        })
    }
}

impl Object for RunResult {
    fn type_name(&self) -> &str {
        "RunResult"
    }

    fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        Ok(self.get(name))
    }

    fn call_method(&self, _interp: &mut Interp, name: &str, _args: &Args) -> Eval<Option<Value>> {
        if name != "to_dict" {
            return Ok(None);
        }
        let names =
            ["status", "timing", "thread_id", "execution_time", "adapter_response", "message", "failures", "node"];
        Ok(Some(Value::record(names.iter().filter_map(|name| Some((*name, self.get(name)?))))))
    }

    fn text(&self, _interp: &mut Interp) -> Eval<Str> {
        Ok(Str::plain(format!("RunResult(status=<RunStatus.Success: 'success'>, node={})", self.name)))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
