//! A node as hooks see it: `model`, an entry of `graph.nodes`, the `.node` of a result.

mod config;
pub(super) mod unit;
mod value;

use std::any::Any;
use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use sha2::Digest as _;

use super::References;
use super::context::{Moment, Of, Scene, Subject, unknown, value_of};
use crate::datum::Datum;
use crate::hook::HookKind;
use crate::jinja::{Dict, Str, Value};
use crate::manifest::{self, DeclaredTest, Known, NodeState, Operation, Settings, TestNode};
use crate::project::{Language, Node, Properties, Resource};
use crate::source::Text;

use value::NodeValue;
pub(super) use value::{attributes, own_setting};

/// Which of dbt's three views of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `model`: a dict without what is None; in the run pass with the compiled code.
    Model,
    /// An entry of `graph.nodes`: a dict with every key, as it was before the run.
    Graph,
    /// The `.node` of a result: an object with attributes, once it is built.
    Result,
    /// The same as a dict, as `to_dict()` gives it.
    ResultDict,
}

/// A node as a value.
pub(super) fn node(scene: &Rc<Scene>, of: Of, form: Form) -> Value {
    let whole = RefCell::default();
    Value::Object(Rc::new(NodeValue { scene: Rc::downgrade(scene), of, form, part: value::Part::Node, whole }))
}

/// The node whose hook is rendered, or the one that an on-run hook is.
pub(super) fn subject(scene: &Scene) -> Option<Of> {
    match scene.subject {
        Subject::Node(at) | Subject::NodeHook(at, _) => Some(Of::Node(at)),
        Subject::OnRun(kind, package, index) => {
            let place = scene.manifest.as_ref().and_then(|manifest| manifest.operation_place(package, kind, index));
            place.map(Of::Operation)
        }
        Subject::Test(_) => None,
    }
}

/// `model`
pub(super) fn model(scene: &Rc<Scene>) -> Value {
    subject(scene).map_or_else(|| not_made("model"), |of| node(scene, of, Form::Model))
}

/// The same as the object that dbt's own code sees; none while the manifest is being built.
pub(super) fn current(scene: &Rc<Scene>) -> Option<Value> {
    subject(scene).map(|of| node(scene, of, Form::Result))
}

/// The keys that every kind of node begins with, in dbt's order.
const HEAD: &[&str] = &[
    "database",
    "schema",
    "name",
    "resource_type",
    "package_name",
    "path",
    "original_file_path",
    "unique_id",
    "fqn",
    "alias",
    "checksum",
    "config",
    "tags",
    "description",
    "columns",
    "meta",
    "group",
    "docs",
    "patch_path",
    "build_path",
    "unrendered_config",
    "created_at",
    "config_call_dict",
    "unrendered_config_call_dict",
    "relation_name",
    "raw_code",
    "doc_blocks",
];

/// The keys that follow where there is code to compile.
const CODE: &[&str] = &["language", "refs", "sources", "metrics", "functions", "depends_on", "compiled_path"];
/// Those that only a compiled node has.
const COMPILED: &[&str] = &["compiled", "compiled_code", "extra_ctes_injected", "extra_ctes"];
/// Those that only a generic test has.
const GENERIC_TEST: &[&str] = &["column_name", "file_key_name", "attached_node", "test_metadata"];
const MODEL: &[&str] = &[
    "access",
    "constraints",
    "version",
    "latest_version",
    "deprecation_date",
    "defer_relation",
    "primary_key",
    "time_spine",
    "batch",
];

/// Whether an object is a node, not a part of one.
pub(super) fn is_node(any: &dyn Any) -> bool {
    any.downcast_ref::<NodeValue>().is_some_and(|node| node.part == value::Part::Node)
}

/// What a part is called that hookproof does not know.
fn not_made(key: &str) -> Value {
    unknown(format!("model.{key}"), "hookproof does not make this part of dbt's node")
}

pub(super) fn strings<'a>(items: impl IntoIterator<Item = &'a str>) -> Value {
    Value::list(items.into_iter().map(Value::str).collect())
}

/// Keeps the first of what stands there several times.
fn once(list: &mut Vec<usize>) {
    let mut seen = HashSet::new();
    list.retain(|one| seen.insert(*one));
}

fn optional(text: Option<String>) -> Value {
    text.map_or(Value::None, Value::str)
}

fn none_or(datum: Option<&Datum>) -> Value {
    datum.map_or(Value::None, value_of)
}

/// What a node's fields are read from.
struct Source<'a> {
    scene: &'a Rc<Scene>,
    form: Form,
    kind: Kind<'a>,
    state: Option<&'a NodeState>,
    known: Known,
}

#[derive(Clone, Copy)]
enum Kind<'a> {
    Node(usize, &'a Node),
    Operation(usize, &'a Operation),
    Test(&'a TestNode, &'a DeclaredTest),
}

impl Source<'_> {
    fn setting(&self, key: &str) -> Option<&Datum> {
        self.state.and_then(|state| state.settings_at(self.known).get(key))
    }

    /// A setting as the node itself has it, beside its `config`: dbt copies it there when it knows all settings.
    fn own_setting(&self, key: &str) -> Option<&Datum> {
        self.setting(key).filter(|_| self.known > Known::ProjectFile)
    }

    fn resource(&self) -> Option<Resource> {
        match self.kind {
            Kind::Node(_, node) => Some(node.resource),
            Kind::Operation(..) => None,
            Kind::Test(..) => Some(Resource::Test),
        }
    }

    fn properties(&self) -> Option<&Properties> {
        match self.kind {
            Kind::Node(_, node) => node.properties.first().map(|&at| &self.scene.project().properties[at]),
            Kind::Operation(..) | Kind::Test(..) => None,
        }
    }

    /// Whether it is a model that runs in batches, as its hooks see it: with one of them (facts X8).
    fn is_batch(&self) -> bool {
        match self.kind {
            Kind::Node(at, _) => self.form == Form::Model && self.scene.runs_in_batches(at),
            Kind::Operation(..) | Kind::Test(..) => false,
        }
    }

    fn is_compiled(&self) -> bool {
        let compiles = !matches!(self.resource(), Some(Resource::Seed));
        let executes = self.scene.moment == Moment::Run && self.form != Form::Graph;
        executes && compiles && !matches!(self.kind, Kind::Operation(..))
    }

    /// Whether the node has a key; the same as [`Source::keys`], without making the list.
    fn has(&self, key: &str) -> bool {
        let resource = self.resource();
        let is_in = |keys: &[&str]| keys.contains(&key);
        if is_in(HEAD) {
            return true;
        }
        if resource == Some(Resource::Seed) {
            return is_in(&["root_path", "depends_on", "defer_relation"]);
        }
        let of_kind = match resource {
            Some(Resource::Model) => is_in(MODEL),
            Some(Resource::Snapshot) => key == "defer_relation",
            None => key == "index",
            _ => matches!(self.kind, Kind::Test(..)) && is_in(GENERIC_TEST),
        };
        of_kind
            || key == "contract"
            || is_in(CODE)
            || (self.form == Form::Result && is_in(COMPILED))
            || (self.is_compiled() && (is_in(COMPILED) || (key == "compiled_sql" && self.form == Form::Model)))
    }

    fn keys(&self) -> Vec<&'static str> {
        let mut keys = HEAD.to_vec();
        let resource = self.resource();
        if resource == Some(Resource::Seed) {
            keys.extend(["root_path", "depends_on", "defer_relation"]);
            return keys;
        }
        keys.extend(CODE);
        if self.is_compiled() {
            keys.extend(COMPILED);
        }
        keys.push("contract");
        match resource {
            Some(Resource::Model) => keys.extend(MODEL),
            Some(Resource::Snapshot) => keys.push("defer_relation"),
            None => keys.push("index"),
            _ if matches!(self.kind, Kind::Test(..)) => keys.extend(GENERIC_TEST),
            _ => {}
        }
        if self.is_compiled() && self.form == Form::Model {
            keys.push("compiled_sql");
        }
        keys
    }

    fn field(&self, key: &str) -> Option<Value> {
        let own = match self.kind {
            Kind::Node(at, node) => self.node_field(at, node, key),
            Kind::Operation(_, operation) => self.operation_field(operation, key),
            Kind::Test(test, declared) => self.test_field(test, declared, key),
        };
        own.or_else(|| self.common(key))
    }

    fn common(&self, key: &str) -> Option<Value> {
        let state = self.state;
        let named = self.known > Known::ProjectFile;
        Some(match key {
            "database" => optional(
                state
                    .filter(|_| named)
                    .and_then(|state| state.database.clone())
                    .or_else(|| self.scene.target.database.clone()),
            ),
            "schema" if !named => Value::str(self.scene.target.schema.as_str()),
            "alias" if !named => self.field("name")?,
            "schema" => Value::str(state.map_or(self.scene.target.schema.as_str(), |state| state.schema.as_str())),
            "alias" => optional(state.map(|state| state.alias.clone())),
            "meta" => self.own_setting("meta").map_or_else(|| Value::dict(Dict::default()), value_of),
            "group" => none_or(self.own_setting("group")),
            "docs" => self.docs(self.own_setting("docs")),
            "contract" => self.contract(self.own_setting("contract"), true),
            "doc_blocks" | "metrics" | "functions" => Value::list(Vec::new()),
            "extra_ctes" if self.state.is_some_and(|state| state.refs.is_empty()) => Value::list(Vec::new()),
            "compiled" | "extra_ctes_injected" => Value::Bool(self.is_compiled()),
            "compiled_code" if !self.is_compiled() => Value::None,
            "extra_ctes" if !self.is_compiled() => Value::list(Vec::new()),
            "batch" if self.is_batch() => {
                let part = |key: &str| unknown(format!("model.batch.{key}"), "which batch runs is not known before it");
                let keys = ["id", "event_time_start", "event_time_end"];
                Value::record(keys.map(|key| (key, part(key))))
            }
            "build_path" | "defer_relation" | "time_spine" | "batch" => Value::None,
            "created_at" | "unrendered_config" | "config_call_dict" | "unrendered_config_call_dict" => not_made(key),
            "extra_ctes" => not_made(key),
            _ => return None,
        })
    }

    fn node_field(&self, at: usize, node: &Node, key: &str) -> Option<Value> {
        let project = self.scene.project();
        // What a properties file says of a node, and what it depends on, comes when its hooks are parsed already.
        let parses = !self.scene.executes();
        let properties = self.properties().filter(|_| !parses || node.version.is_some());
        Some(match key {
            "refs" | "sources" if parses => {
                if self.may_have_references(at, node) {
                    not_made(key)
                } else {
                    Value::list(Vec::new())
                }
            }
            "name" => Value::str(node.name.as_str()),
            "resource_type" => Value::str(node.resource.name()),
            "package_name" => Value::str(project.packages[node.package].name.as_str()),
            "path" => Value::str(node.path.as_str()),
            "original_file_path" => Value::str(node.original_file_path.as_str()),
            "unique_id" => Value::str(node.unique_id.as_str()),
            "fqn" => strings(node.fqn.iter().map(String::as_str)),
            "relation_name" if self.known == Known::ProjectFile => Value::None,
            "relation_name" => match (node.resource, self.state.map(|state| state.materialized.as_str())) {
                (Resource::Test, _) => self.failures(),
                (Resource::Analysis, _) | (_, Some("ephemeral")) => Value::None,
                _ => Value::str(self.scene.relation_of(at).render()),
            },
            "tags" => tags(self.own_setting("tags"), None),
            "description" => match properties.and_then(|entry| entry.description()) {
                Some(text) if text.as_str().is_some_and(crate::project::yaml_jinja::has_jinja) => {
                    unknown("model.description", "blocks of documentation are not rendered here")
                }
                Some(text) => value_of(text),
                None => Value::str(""),
            },
            "columns" => columns(properties.map(Properties::columns).unwrap_or_default(), self.form),
            "patch_path" => optional(properties.map(|entry| {
                let package = &project.packages[entry.package];
                let path = &project.sources.get(entry.file).path;
                format!("{}://{}", package.name, path.strip_prefix(&format!("{}/", package.root)).unwrap_or(path))
            })),
            "raw_code" => node.code.as_ref().map_or_else(|| Value::str(""), |code| Value::Str(Str::from(code))),
            "language" => Value::str(if node.language == Language::Python { "python" } else { "sql" }),
            "checksum" => match (&node.code, node.resource) {
                (Some(code), Resource::Model | Resource::Analysis | Resource::Test) => checksum(code.as_str()),
                _ => not_made(key),
            },
            "refs" => {
                let refs = self.references().nodes;
                let parts: &[&str] = if self.form == Form::Model { &[] } else { &["package", "version"] };
                let shown = refs.iter().map(|&at| {
                    let name = ("name", Value::str(project.nodes[at].name.as_str()));
                    Value::record(std::iter::once(name).chain(parts.iter().map(|part| (*part, Value::None))))
                });
                Value::list(shown.collect())
            }
            "sources" => {
                let read = self.references().sources;
                Value::list(read.iter().map(|&at| self.source_of(at)).collect())
            }
            "depends_on" => self.depends_on(node.resource),
            "root_path" => not_made(key),
            "compiled_path" if self.is_compiled() => {
                let package = &project.packages[node.package].name;
                Value::str(format!("target/compiled/{package}/{}", node.original_file_path))
            }
            "compiled_path" => Value::None,
            "compiled_code" | "compiled_sql" if self.is_compiled() => self.scene.compiled_code(at),
            "access" => self.own_setting("access").map_or_else(|| Value::str("protected"), value_of),
            "constraints" => {
                let written = properties.and_then(|entry| entry.datum.get("constraints"));
                written.map_or_else(|| Value::list(Vec::new()), value_of)
            }
            "version" | "latest_version" => match (node.version, properties) {
                (Some(version), Some(entry)) if key == "version" => {
                    none_or(entry.versions().get(version).and_then(|version| version.get("v")))
                }
                (Some(_), Some(entry)) => match entry.datum.get("latest_version") {
                    Some(latest) => value_of(latest),
                    None => not_made(key),
                },
                _ => Value::None,
            },
            "deprecation_date" => none_or(properties.and_then(|entry| entry.datum.get("deprecation_date"))),
            "primary_key" => match properties {
                None => Value::list(Vec::new()),
                Some(_) => not_made(key),
            },
            _ => return None,
        })
    }

    fn operation_field(&self, operation: &Operation, key: &str) -> Option<Value> {
        let package = self.scene.project().packages[operation.package].name.as_str();
        Some(match key {
            "name" => Value::str(operation.name.as_str()),
            "alias" if self.setting("alias").is_none() => Value::str(operation.name.as_str()),
            "resource_type" => Value::str("operation"),
            "package_name" => Value::str(package),
            "path" => Value::str(format!("hooks/{}.sql", operation.name)),
            "original_file_path" => Value::str("./dbt_project.yml"),
            "unique_id" => Value::str(operation.unique_id(package)),
            "fqn" => strings([package, "hooks", operation.name.as_str()]),
            "tags" => tags(self.own_setting("tags"), Some(operation.kind)),
            "checksum" => checksum(operation.raw.as_str()),
            "description" => Value::str(""),
            "columns" => Value::dict(Dict::default()),
            "raw_code" => Value::Str(Str::from(&operation.raw)),
            "language" => Value::str("sql"),
            "refs" | "sources" => Value::list(Vec::new()),
            "depends_on" => self.depends_on(Resource::Model),
            "patch_path" | "relation_name" | "compiled_path" => Value::None,
            // dbt counts over the hooks of all packages, root first (facts X2), once the run begins.
            "index" => match self.scene.moment {
                Moment::Parse => Value::Int(operation.index as i64),
                Moment::Run => not_made(key),
            },
            _ => return None,
        })
    }

    /// A test without a file (recorded: results-of-tests).
    fn test_field(&self, test: &TestNode, declared: &DeclaredTest, key: &str) -> Option<Value> {
        let (scene, project) = (self.scene, self.scene.project());
        let package = project.packages[test.package].name.as_str();
        let names = || test.named(&scene.shared, &scene.target);
        let file = &declared.file;
        Some(match key {
            "name" => Value::str(test.name.as_str()),
            "resource_type" => Value::str(Resource::Test.name()),
            "package_name" => Value::str(package),
            "path" => Value::str(format!("{file}.sql")),
            "original_file_path" => Value::str(test.path.as_str()),
            "unique_id" => Value::str(test.id.as_str()),
            "fqn" => strings(test.fqn.iter().map(String::as_str)),
            "database" => optional(names().database.clone().or_else(|| scene.target.database.clone())),
            "schema" => Value::str(names().schema.as_str()),
            "alias" => Value::str(names().alias.as_str()),
            "relation_name" => self.failures(),
            "tags" => strings(test.tags().iter().map(String::as_str)),
            "group" => {
                let of_node = |at: usize| scene.manifest.as_ref()?.nodes.get(at)?.settings.get("group");
                none_or(declared.attached.and_then(of_node))
            }
            "description" => match &declared.description {
                Some(text) if text.as_str().is_some_and(crate::project::yaml_jinja::has_jinja) => {
                    unknown("test.description", "blocks of documentation are not rendered here")
                }
                Some(text) => value_of(text),
                None => Value::str(""),
            },
            "columns" => Value::dict(Dict::default()),
            "patch_path" => Value::None,
            "build_path" if self.is_compiled() => Value::str(format!("target/run/{package}/{}/{file}.sql", test.path)),
            "raw_code" => Value::str(test.raw_code()),
            "language" => Value::str("sql"),
            "checksum" => Value::record([("name", Value::str("none")), ("checksum", Value::str(""))]),
            "refs" => {
                let shown = declared.refs.iter().map(|&at| {
                    let name = ("name", Value::str(project.nodes[at].name.as_str()));
                    Value::record([name, ("package", Value::None), ("version", Value::None)])
                });
                Value::list(shown.collect())
            }
            "sources" => Value::list(declared.sources.iter().map(|&at| self.source_of(at)).collect()),
            "depends_on" => self.depends_on(Resource::Test),
            "compiled_path" if self.is_compiled() => {
                Value::str(format!("target/compiled/{package}/{}/{file}.sql", test.path))
            }
            "compiled_path" => Value::None,
            "compiled_code" if self.is_compiled() => {
                unknown("test.compiled_code", "the SQL of tests is not made while hooks are rendered")
            }
            "column_name" => optional(declared.column.clone()),
            "file_key_name" => Value::str(declared.key.as_str()),
            "attached_node" => optional(declared.attached.map(|at| project.nodes[at].unique_id.clone())),
            "test_metadata" => Value::record([
                ("name", Value::str(test.calls.as_str())),
                ("kwargs", Value::record(declared.kwargs.iter().map(|(key, value)| (key.as_str(), value_of(value))))),
                ("namespace", optional(test.namespace.clone())),
            ]),
            _ => return None,
        })
    }

    fn source_of(&self, at: usize) -> Value {
        let table = &self.scene.project().source_tables[at];
        strings([table.source_name.as_str(), table.name.as_str()])
    }

    fn stores_failures(&self) -> (Datum, Datum) {
        manifest::stores_failures(|key| self.setting(key))
    }

    /// The relation that a test stores the rows in that it finds.
    fn failures(&self) -> Value {
        let state = match self.kind {
            Kind::Test(test, _) => Some(test.named(&self.scene.shared, &self.scene.target)),
            _ => self.state,
        };
        match (self.stores_failures().0.as_bool(), state) {
            (Some(true), Some(state)) => Value::str(self.scene.relation_of_state(state).render()),
            _ => Value::None,
        }
    }

    /// What it refers to in its own file, then in its hooks, as dbt reads them (facts R11).
    fn references(&self) -> References {
        let state = self.state.map(|state| References { nodes: state.refs.clone(), sources: state.sources.clone() });
        let mut found = state.unwrap_or_default();
        let mut add = |subject: Subject, raw: &Text| {
            let more = self.scene.parsed_references(subject, raw);
            found.nodes.extend(more.nodes);
            found.sources.extend(more.sources);
        };
        match self.kind {
            Kind::Node(at, _) => {
                for kind in [HookKind::PreHook, HookKind::PostHook] {
                    for listed in self.scene.hooks.list(Of::Node(at), kind, self.scene.place_of_target()) {
                        add(Subject::NodeHook(at, kind), &listed.raw);
                    }
                }
            }
            Kind::Operation(_, one) => add(Subject::OnRun(one.kind, one.package, one.index), &one.raw),
            Kind::Test(_, declared) => {
                found = References { nodes: declared.refs.clone(), sources: declared.sources.clone() };
            }
        }
        found
    }

    fn depends_on(&self, resource: Resource) -> Value {
        let macros = not_made("depends_on.macros");
        if resource == Resource::Seed {
            return Value::record([("macros", macros)]);
        }
        let project = self.scene.project();
        let mut references = if self.scene.executes() { self.references() } else { References::default() };
        once(&mut references.nodes);
        once(&mut references.sources);
        let References { nodes: refs, sources } = &references;
        let sources = sources.iter().map(|&at| project.source_tables[at].unique_id.as_str());
        let nodes = sources.chain(refs.iter().map(|&at| project.nodes[at].unique_id.as_str()));
        Value::record([("macros", macros), ("nodes", strings(nodes))])
    }

    /// Whether dbt may have noted what the node refers to when it parses the node's hooks: it has where it parses
    /// them for the second time, since a properties file configures the node.
    fn may_have_references(&self, at: usize, node: &Node) -> bool {
        let entries = node.properties.iter().map(|&entry| &self.scene.project().properties[entry]);
        let is_again = node.version.is_some() || entries.into_iter().any(|entry| entry.settings().next().is_some());
        let of_file = self.state.is_some_and(|state| !(state.refs.is_empty() && state.sources.is_empty()));
        let refers = |raw: &str| raw.contains("ref") || raw.contains("source");
        is_again && (of_file || self.scene.hooks.texts(Of::Node(at)).any(refers))
    }

    fn docs(&self, set: Option<&Datum>) -> Value {
        let mut docs = Dict::default();
        docs.set_str("show", Value::Bool(true));
        if self.form != Form::Model {
            docs.set_str("node_color", Value::None);
        }
        for (key, value) in set.and_then(Datum::as_map).unwrap_or_default() {
            if let Some(key) = key.as_str() {
                docs.set_str(key, value_of(value));
            }
        }
        Value::dict(docs)
    }

    fn contract(&self, set: Option<&Datum>, with_checksum: bool) -> Value {
        let part = |key: &str| set.and_then(|contract| contract.get(key)).and_then(Datum::as_bool);
        let (enforced, aliases) = (part("enforced"), part("alias_types"));
        let mut contract = Dict::default();
        contract.set_str("enforced", Value::Bool(enforced.unwrap_or(false)));
        contract.set_str("alias_types", Value::Bool(aliases.unwrap_or(true)));
        if with_checksum && self.form != Form::Model {
            contract
                .set_str("checksum", if enforced == Some(true) { not_made("contract.checksum") } else { Value::None });
        }
        Value::dict(contract)
    }

    /// The settings that dbt knows for the kind of node, with their defaults.
    fn known_settings(&self) -> impl Iterator<Item = &'static (&'static str, config::Default)> + use<> {
        let known: [&[(&str, config::Default)]; 3] = match self.resource() {
            Some(Resource::Test) => [config::HEAD, config::TEST, &[]],
            Some(Resource::Model) => [config::HEAD, config::NODE, config::MODEL],
            Some(Resource::Seed) => [config::HEAD, config::NODE, config::SEED],
            Some(Resource::Snapshot) => [config::HEAD, config::NODE, config::SNAPSHOT],
            _ => [config::HEAD, config::NODE, &[]],
        };
        known.into_iter().flatten()
    }

    /// The keys of `config`: what dbt does not know comes last.
    fn config_keys(&self) -> Vec<String> {
        let known = self.known_settings().map(|(key, _)| (*key).to_owned());
        let own = self.state.iter().flat_map(|state| state.settings_at(self.known).iter()).map(|(key, _)| key);
        let is_known = |key: &str| self.known_settings().any(|(known, _)| *known == key);
        known.chain(own.filter(|key| !is_known(key)).map(str::to_owned)).collect()
    }

    /// A merged setting, or dbt's default of it.
    fn config_field(&self, key: &str) -> Option<Value> {
        let known = self.known_settings().find(|(known, _)| *known == key);
        let set = self.setting(key);
        Some(match (key, set, known) {
            ("enabled", ..) => Value::Bool(set.and_then(Datum::as_bool).unwrap_or(true)),
            ("materialized", None, _) if self.resource() == Some(Resource::Test) => Value::str("test"),
            ("materialized", None, _) => Value::str(manifest::materialized(&Settings::default(), self.resource())),
            ("schema", None, _) if self.resource() == Some(Resource::Test) => Value::str("dbt_test__audit"),
            ("store_failures" | "store_failures_as", ..) if self.resource() == Some(Resource::Test) => {
                let (stores, stored_as) = self.stores_failures();
                value_of(if key == "store_failures" { &stores } else { &stored_as })
            }
            ("post-hook", _, Some(_)) => self.hooks(HookKind::PostHook),
            ("pre-hook", _, Some(_)) => self.hooks(HookKind::PreHook),
            ("docs", _, Some(_)) => self.docs(set),
            ("contract", _, Some(_)) => self.contract(set, false),
            ("tags" | "packages", Some(value), _) => tags(Some(value), None),
            (_, Some(value), _) => value_of(value),
            (_, None, Some((_, default))) => default.value(),
            (_, None, None) => return None,
        })
    }

    fn hooks(&self, kind: HookKind) -> Value {
        let of = match self.kind {
            Kind::Node(at, _) => Of::Node(at),
            Kind::Operation(at, _) => Of::Operation(at),
            Kind::Test(..) => return Value::list(Vec::new()),
        };
        self.scene.hook_list(of, kind, self.known, self.form != Form::Model)
    }
}

/// The settings of a test, with dbt's defaults.
pub(super) fn test_settings(state: &NodeState) -> Value {
    let mut settings = Dict::default();
    for (key, default) in [config::HEAD, config::TEST].into_iter().flatten() {
        settings.set_str(key, default.value());
    }
    settings.set_str("materialized", Value::str("test"));
    for (key, value) in state.settings.iter().filter(|(_, value)| !value.is_null()) {
        settings.set_str(key, value_of(value));
    }
    Value::dict(settings)
}

/// Tags are a sorted list without doubles once there are any; an on-run hook has its kind in front.
fn tags(written: Option<&Datum>, kind: Option<HookKind>) -> Value {
    let mut tags: Vec<Value> = kind.iter().map(|kind| Value::str(kind.name())).collect();
    match written.map(|written| (written, written.as_list())) {
        Some((_, Some(list))) => tags.extend(list.iter().map(value_of)),
        Some((one, None)) if !one.is_null() => tags.push(value_of(one)),
        _ => {}
    }
    Value::list(tags)
}

fn checksum(text: &str) -> Value {
    let digest = sha2::Sha256::digest(text.as_bytes());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    Value::record([("name", Value::str("sha256")), ("checksum", Value::str(hex))])
}

/// The columns of a properties entry.
pub(super) fn columns(written: &[Datum], form: Form) -> Value {
    let mut columns = Dict::default();
    for column in written {
        let Some(name) = column.get("name").and_then(Datum::as_str) else { continue };
        let mut shown = Dict::default();
        let config = column.get("config");
        let nested = |key: &str| column.get(key).or_else(|| config.and_then(|config| config.get(key)));
        shown.set_str("name", Value::str(name));
        shown.set_str("description", column.get("description").map_or_else(|| Value::str(""), value_of));
        let meta = || nested("meta").map_or_else(|| Value::dict(Dict::default()), value_of);
        shown.set_str("meta", meta());
        let mut set = |key: &str, value: Value| {
            if !(value.is_none() && form == Form::Model) {
                shown.set_str(key, value);
            }
        };
        set("data_type", none_or(column.get("data_type")));
        set("constraints", column.get("constraints").map_or_else(|| Value::list(Vec::new()), value_of));
        set("quote", none_or(column.get("quote")));
        set("config", Value::record([("meta", meta()), ("tags", tags(nested("tags"), None))]));
        set("tags", tags(nested("tags"), None));
        set("granularity", none_or(column.get("granularity")));
        set("doc_blocks", Value::list(Vec::new()));
        columns.set_str(name, Value::dict(shown));
    }
    Value::dict(columns)
}
