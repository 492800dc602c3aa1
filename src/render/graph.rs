//! `graph`: the project's nodes and sources, each made when it is asked for.

use std::any::Any;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::{Rc, Weak};

use super::context::Of;
use super::context::{Scene, unknown, value_of};
use super::nodes::{Form, columns, node};
use crate::datum::Datum;
use crate::jinja::{Args, Dict, Eval, Interp, Object, Str, Value};
use crate::manifest::Settings;
use crate::project::Source;

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
