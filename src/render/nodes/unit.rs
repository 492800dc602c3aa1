//! The node of a unit test in `results`: what dbt makes of it to execute it, or the test as it is written where dbt
//! does not come to that (recorded: unit-tests).

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

use super::value::attributes;
use super::{CODE, COMPILED, HEAD, config, optional, strings};
use crate::datum::Datum;
use crate::jinja::{Args, Dict, Eval, Interp, Object, Str, Value};
use crate::manifest::{TestNode, quoted_arguments};
use crate::project::Properties;
use crate::render::context::{Scene, unknown, value_of};

/// What a test has that dbt has made ready to execute.
const MADE: &[&str] = &["contract", "tested_node_unique_id", "this_input_node_unique_id", "overrides"];

/// What a test has as it is written.
const WRITTEN: &[&str] = &[
    "model",
    "given",
    "expect",
    "name",
    "resource_type",
    "package_name",
    "path",
    "original_file_path",
    "unique_id",
    "fqn",
    "description",
    "overrides",
    "depends_on",
    "config",
    "checksum",
    "schema",
    "created_at",
    "versions",
    "version",
    "_event_status",
];

/// The node of a unit test.
pub(in crate::render) fn node(scene: &Rc<Scene>, test: &TestNode, is_made: bool) -> Value {
    let source = Source { scene, test, entry: test.entry.and_then(|at| scene.project().properties.get(at)) };
    let groups: &[&[&str]] = if is_made { &[HEAD, CODE, COMPILED, MADE] } else { &[WRITTEN] };
    let field = |key: &&'static str| {
        let value = if is_made { source.made(key) } else { source.written(key) };
        (*key, value.or_else(|| source.common(key)).unwrap_or_else(|| source.not_made(key)))
    };
    let Value::Dict(fields) = Value::record(groups.iter().copied().flatten().map(field)) else { return Value::None };
    Value::Object(Rc::new(UnitNode { fields, is_made }))
}

struct Source<'a> {
    scene: &'a Scene,
    test: &'a TestNode,
    entry: Option<&'a Properties>,
}

impl Source<'_> {
    fn not_made(&self, key: &str) -> Value {
        unknown(format!("{}.{key}", self.test.name), "hookproof does not make this part of dbt's test")
    }

    fn model(&self) -> Option<usize> {
        self.test.unit_of
    }

    fn id_of(&self, node: usize) -> &str {
        &self.scene.project().nodes[node].unique_id
    }

    fn said(&self, key: &str) -> Option<&Datum> {
        self.entry.and_then(|entry| entry.datum.get(key)).filter(|value| !value.is_null())
    }

    /// What both have.
    fn common(&self, key: &str) -> Option<Value> {
        let project = self.scene.project();
        Some(match key {
            "name" => Value::str(self.test.name.as_str()),
            "unique_id" => Value::str(self.test.id.as_str()),
            "package_name" => Value::str(project.packages[self.test.package].name.as_str()),
            "resource_type" => Value::str("unit_test"),
            "original_file_path" => Value::str(self.test.path.as_str()),
            "overrides" if self.said("overrides").is_none() => Value::None,
            _ => return None,
        })
    }

    fn made(&self, key: &str) -> Option<Value> {
        let model = self.model()?;
        let (project, name) = (self.scene.project(), self.test.name.as_str());
        let package = project.packages[self.test.package].name.as_str();
        let state = self.scene.manifest.as_ref()?.nodes.get(model)?;
        let path = || match self.test.path.rsplit_once('/') {
            Some((folder, _)) => format!("{folder}/{name}.sql"),
            None => format!("{name}.sql"),
        };
        let under = |folder: &str| format!("target/{folder}/{package}/{}/{}", self.test.path, path());
        Some(match key {
            "database" => optional(state.database.clone().or_else(|| self.scene.target.database.clone())),
            "schema" => Value::str(state.schema.as_str()),
            "alias" => Value::str(name),
            "path" => Value::str(path()),
            "fqn" => strings(self.test.id.split('.')),
            "checksum" => Value::record([("name", Value::str("none")), ("checksum", Value::str(""))]),
            "config" => self.config(),
            "tags" | "doc_blocks" | "metrics" | "functions" => Value::list(Vec::new()),
            "description" => Value::str(""),
            "columns" | "meta" => Value::dict(Dict::default()),
            "group" | "patch_path" | "relation_name" => Value::None,
            "docs" => Value::record([("show", Value::Bool(true)), ("node_color", Value::None)]),
            "contract" => Value::record([
                ("enforced", Value::Bool(false)),
                ("alias_types", Value::Bool(true)),
                ("checksum", Value::None),
            ]),
            "build_path" => Value::str(under("run")),
            "compiled_path" => Value::str(under("compiled")),
            "compiled" | "extra_ctes_injected" => Value::Bool(true),
            "raw_code" => project.nodes[model].code.as_ref().map(|code| Value::Str(Str::from(code)))?,
            "language" => Value::str("sql"),
            "refs" => {
                let shown = state.refs.iter().map(|&at| {
                    let name = ("name", Value::str(project.nodes[at].name.as_str()));
                    Value::record([name, ("package", Value::None), ("version", Value::None)])
                });
                Value::list(shown.collect())
            }
            "sources" => {
                let tables = state.sources.iter().map(|&at| &project.source_tables[at]);
                let shown = tables.map(|table| strings([table.source_name.as_str(), table.name.as_str()]));
                Value::list(shown.collect())
            }
            "depends_on" => {
                let nodes = self.inputs().map_or_else(|| self.not_made(key), |ids| strings(ids.iter().map(|id| &**id)));
                Value::record([("macros", self.not_made("depends_on.macros")), ("nodes", nodes)])
            }
            "tested_node_unique_id" => Value::str(self.id_of(model)),
            "this_input_node_unique_id" => match self.inputs() {
                Some(ids) if ids.iter().any(|id| *id == self.id_of(model)) => Value::str(self.id_of(model)),
                Some(_) => Value::None,
                None => self.not_made(key),
            },
            _ => return None,
        })
    }

    fn written(&self, key: &str) -> Option<Value> {
        let model = self.model()?;
        Some(match key {
            "model" => value_of(self.said(key)?),
            // From the folder of the models.
            "path" => Value::str(self.test.path.split_once('/').map_or(self.test.path.as_str(), |(_, path)| path)),
            "fqn" => strings(self.test.fqn.iter().map(String::as_str)),
            "description" => match self.said(key) {
                Some(text) if text.as_str().is_some_and(crate::project::yaml_jinja::has_jinja) => return None,
                Some(text) => value_of(text),
                None => Value::str(""),
            },
            "config" => Value::record([
                ("tags", self.tags()),
                ("meta", self.setting("meta").unwrap_or_else(|| Value::dict(Dict::default()))),
                ("enabled", Value::Bool(true)),
                ("static_analysis", self.setting("static_analysis").unwrap_or(Value::None)),
            ]),
            "depends_on" => {
                Value::record([("macros", Value::list(Vec::new())), ("nodes", strings([self.id_of(model)]))])
            }
            "schema" => Value::str(self.scene.manifest.as_ref()?.nodes.get(model)?.schema.as_str()),
            "version" => Value::None,
            "versions" if self.said(key).is_none() => Value::None,
            _ => return None,
        })
    }

    fn setting(&self, key: &str) -> Option<Value> {
        self.test.state.settings.get(key).filter(|value| !value.is_null()).map(value_of)
    }

    fn tags(&self) -> Value {
        match self.test.state.settings.get("tags") {
            Some(tags) if tags.as_list().is_some() => value_of(tags),
            Some(tag) if !tag.is_null() => Value::list(vec![value_of(tag)]),
            _ => Value::list(Vec::new()),
        }
    }

    /// The settings of what is executed: none of the test's own are among them.
    fn config(&self) -> Value {
        let defaults = [config::HEAD, config::NODE].into_iter().flatten();
        let known = defaults.map(|(key, default)| {
            let value = match *key {
                "materialized" => Value::str("unit"),
                "docs" => Value::record([("show", Value::Bool(true)), ("node_color", Value::None)]),
                "contract" => Value::record([("enforced", Value::Bool(false)), ("alias_types", Value::Bool(true))]),
                _ => default.value(),
            };
            (*key, value)
        });
        let expect = self.said("expect");
        let part = |key: &str| expect.and_then(|expect| expect.get(key)).filter(|value| !value.is_null());
        let format = part("format").and_then(Datum::as_str).unwrap_or("dict");
        let (rows, sql) = match (format, part("rows")) {
            ("dict", Some(rows)) if rows.as_list().is_some() => (value_of(rows), Value::None),
            ("sql", Some(sql)) if sql.as_str().is_some() => (Value::list(Vec::new()), value_of(sql)),
            ("sql", _) => (Value::list(Vec::new()), self.not_made("config.expected_sql")),
            _ => (self.not_made("config.expected_rows"), Value::None),
        };
        Value::record(known.chain([("expected_rows", rows), ("expected_sql", sql)]))
    }

    /// What stands in for the inputs, by unique ids; none where one cannot be told.
    fn inputs(&self) -> Option<Vec<String>> {
        let given = self.said("given").and_then(Datum::as_list).unwrap_or_default();
        given.iter().map(|one| self.input(one.get("input")?.as_str()?.trim())).collect()
    }

    fn input(&self, input: &str) -> Option<String> {
        let project = self.scene.project();
        if input == "this" {
            return self.model().map(|model| self.id_of(model).to_owned());
        }
        if let Some(rest) = input.strip_prefix("ref") {
            let names = quoted_arguments(rest)?;
            let at = *self.scene.shared.by_name.get(names.last()?)?.first()?;
            let node = &project.nodes[at];
            return Some(format!("model.{}.{}", project.packages[node.package].name, node.name));
        }
        let names = quoted_arguments(input.strip_prefix("source")?)?;
        let [source, table] = names.as_slice() else { return None };
        let found = project.source_tables.iter().find(|one| one.source_name == *source && one.name == *table)?;
        Some(format!("model.{}.{source}__{table}", project.packages[found.package].name))
    }
}

/// The node as an object.
struct UnitNode {
    fields: Rc<RefCell<Dict>>,
    is_made: bool,
}

impl UnitNode {
    fn get(&self, name: &str) -> Option<Value> {
        let field = |name: &str| self.fields.borrow().get_str(name).cloned();
        let part = |whole: &str, part: &str| match field(whole) {
            Some(Value::Dict(whole)) => whole.borrow().get_str(part).cloned(),
            _ => None,
        };
        match name {
            "search_name" => field("name"),
            "identifier" => field("alias"),
            "is_relational" | "is_ephemeral" | "is_ephemeral_model" | "is_refable" | "empty" => {
                Some(Value::Bool(false))
            }
            "depends_on_nodes" | "depends_on_macros" => part("depends_on", name.trim_start_matches("depends_on_")),
            "tags" if !self.is_made => part("config", name),
            "config" => match field(name) {
                Some(Value::Dict(dict)) => Some(Value::Object(Rc::new(Settings { dict }))),
                other => other,
            },
            "contract" | "docs" | "checksum" | "depends_on" => field(name).map(attributes),
            _ => field(name),
        }
    }
}

impl Object for UnitNode {
    fn type_name(&self) -> &str {
        if self.is_made { "UnitTestNode" } else { "UnitTestDefinition" }
    }

    fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        Ok(self.get(name))
    }

    fn item(&self, _interp: &mut Interp, key: &Value) -> Eval<Option<Value>> {
        Ok(key.as_str().and_then(|key| self.get(key)))
    }

    fn call_method(&self, _interp: &mut Interp, name: &str, _args: &Args) -> Eval<Option<Value>> {
        Ok((name == "to_dict").then(|| Value::Dict(Rc::clone(&self.fields))))
    }

    fn text(&self, interp: &mut Interp) -> Eval<Str> {
        interp.str_of(&unknown("results[…].node", "how dbt prints a whole node is not made here"))
    }

    fn truth(&self) -> bool {
        true
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The `config` of a test: what it does not have is None.
struct Settings {
    dict: Rc<RefCell<Dict>>,
}

impl Settings {
    fn get(&self, name: &str) -> Option<Value> {
        let dict = self.dict.borrow();
        dict.get_str(name).or_else(|| dict.get_str(&name.replace('_', "-"))).cloned()
    }
}

impl Object for Settings {
    fn type_name(&self) -> &str {
        "NodeConfig"
    }

    fn attr(&self, _interp: &mut Interp, name: &str) -> Eval<Option<Value>> {
        Ok(Some(self.get(name).unwrap_or(Value::None)))
    }

    fn item(&self, interp: &mut Interp, key: &Value) -> Eval<Option<Value>> {
        match key.as_str() {
            Some(key) => self.attr(interp, key),
            None => Ok(None),
        }
    }

    fn call_method(&self, _interp: &mut Interp, name: &str, args: &Args) -> Eval<Option<Value>> {
        match name {
            "to_dict" => Ok(Some(Value::Dict(Rc::clone(&self.dict)))),
            "get" => args.look_up(name, |key| Ok(key.as_str().and_then(|key| self.get(key)))),
            _ => Ok(None),
        }
    }

    fn text(&self, interp: &mut Interp) -> Eval<Str> {
        interp.str_of(&unknown("results[…].node", "how dbt prints a part of a node is not made here"))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
