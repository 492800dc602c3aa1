//! Values that speak of the project's nodes: `model`, `graph`, `results`, `schemas`.

use std::any::Any;
use std::rc::Rc;

use super::context::{Scene, unknown, value_of};
use crate::datum::Datum;
use crate::jinja::{Args, Dict, Eval, Interp, Object, Str, Value};
use crate::project::{Node, Resource};

fn strings<'a>(items: impl IntoIterator<Item = &'a str>) -> Value {
    Value::list(items.into_iter().map(Value::str).collect())
}

/// A node as dbt's dict of it.
pub(super) fn node(scene: &Scene, at: usize) -> Value {
    let project = scene.project();
    let found: &Node = &project.nodes[at];
    let state = scene.manifest.as_ref().and_then(|manifest| manifest.nodes.get(at));
    let relation = scene.relation_of(at);
    let mut config = Dict::default();
    if let Some(state) = state {
        for (key, value) in state.settings.iter() {
            config.set_str(key, value_of(value));
        }
        config.set_str("enabled", Value::Bool(state.enabled));
        config.set_str("materialized", Value::str(state.materialized.as_str()));
    }
    let setting = |key: &str| state.and_then(|state| state.settings.get(key)).map(value_of);
    for (key, value) in [("tags", Value::list(Vec::new())), ("meta", Value::dict(Dict::default()))] {
        if config.get_str(key).is_none() {
            config.set_str(key, value);
        }
    }
    let properties = found.properties.first().map(|&at| &project.properties[at]);
    let description = properties.and_then(|entry| entry.description()).map_or_else(|| Value::str(""), value_of);
    let mut columns = Dict::default();
    for column in properties.map(|entry| entry.columns()).unwrap_or_default() {
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
    let refs = state.map(|state| state.refs.as_slice()).unwrap_or_default();
    let depends_on = Value::record([
        ("nodes", strings(refs.iter().map(|&at| project.nodes[at].unique_id.as_str()))),
        ("macros", unknown("depends_on.macros", "the macros a node depends on are not listed here")),
    ]);
    Value::record([
        ("name", Value::str(found.name.as_str())),
        ("resource_type", Value::str(found.resource.name())),
        ("package_name", Value::str(project.packages[found.package].name.as_str())),
        ("path", Value::str(found.path.as_str())),
        ("original_file_path", Value::str(found.original_file_path.as_str())),
        ("unique_id", Value::str(found.unique_id.as_str())),
        ("fqn", strings(found.fqn.iter().map(String::as_str))),
        ("alias", relation.identifier.as_deref().map_or(Value::None, Value::str)),
        ("database", relation.database.as_deref().map_or(Value::None, Value::str)),
        ("schema", relation.schema.as_deref().map_or(Value::None, Value::str)),
        ("relation_name", Value::str(relation.render())),
        ("tags", setting("tags").unwrap_or_else(|| Value::list(Vec::new()))),
        ("meta", setting("meta").unwrap_or_else(|| Value::dict(Dict::default()))),
        ("description", description),
        ("columns", Value::dict(columns)),
        ("config", Value::dict(config)),
        ("depends_on", depends_on),
        ("raw_code", found.code.as_ref().map_or_else(|| Value::str(""), |code| Value::Str(Str::from(code)))),
        ("language", Value::str("sql")),
        ("checksum", unknown("model.checksum", "checksums are not made here")),
    ])
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

/// `graph` in the run pass.
pub(super) fn graph(scene: &Scene) -> Value {
    let project = scene.project();
    let mut nodes = Dict::default();
    for (at, found) in project.nodes.iter().enumerate() {
        let enabled = scene
            .manifest
            .as_ref()
            .and_then(|manifest| manifest.nodes.get(at))
            .is_none_or(|state| state.enabled);
        if enabled {
            nodes.set_str(&found.unique_id, node(scene, at));
        }
    }
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
    let empty = || Value::dict(Dict::default());
    Value::record([
        ("exposures", empty()),
        ("functions", empty()),
        ("groups", empty()),
        ("metrics", empty()),
        ("nodes", Value::dict(nodes)),
        ("sources", Value::dict(sources)),
        ("semantic_models", empty()),
        ("saved_queries", empty()),
    ])
}

/// `selected_resources` of a build of everything.
pub(super) fn selected(scene: &Scene) -> Value {
    let nodes = &scene.project().nodes;
    strings(built(scene).into_iter().map(|at| nodes[at].unique_id.as_str()))
}

/// `results` of a first build in which every node succeeds.
pub(super) fn results(scene: &Scene) -> Value {
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
            .map(|(database, schema)| {
                if with_database { Value::tuple(vec![text(database), text(schema)]) } else { text(schema) }
            })
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
