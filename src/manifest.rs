//! The project as dbt has it once it is parsed, for one target: the nodes with their merged settings, what
//! their `config()` calls gave, and the relations they become. dbt calls this the manifest.

mod build;
mod extract;
mod settings;
mod tests;

pub use build::{build, build_all, of_test};
use build::{name_test, of_tests};
pub use settings::Settings;
pub(crate) use tests::quoted_arguments;
pub use tests::{DeclaredTest, TestNode, Tests, stores_failures};

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use crate::hook::{BadValue, ConfigHook, HookKind};
use crate::jinja::JinjaError;
use crate::project::{Resource, Target};
use crate::render::context::Shared;

/// The manifest of one target.
#[derive(Debug, Default)]
pub struct Manifest {
    /// A state for each of the project's nodes, in their order.
    pub nodes: Vec<NodeState>,
    /// The on-run hooks, which dbt keeps as nodes too (facts D6).
    pub operations: Vec<Operation>,
    /// The nodes by schema and alias, in lower case; the first of several.
    by_relation: OnceLock<HashMap<(String, String), usize>>,
    tests: OnceLock<Arc<Tests>>,
    singular: OnceLock<Arc<HashMap<usize, NodeState>>>,
}

impl Manifest {
    /// The manifest of these nodes and on-run hooks.
    #[must_use]
    pub fn new(nodes: Vec<NodeState>, operations: Vec<Operation>) -> Manifest {
        Manifest { nodes, operations, ..Manifest::default() }
    }

    /// The tests that have no file of their own: found when they are asked for, since few hooks do.
    pub fn tests(&self, shared: &Shared) -> &Arc<Tests> {
        self.tests.get_or_init(|| Arc::new(Tests::of(shared, self)))
    }

    /// The states of the singular tests, by their place in the project's nodes.
    pub fn singular(&self, shared: &Arc<Shared>, target: &Arc<Target>) -> &Arc<HashMap<usize, NodeState>> {
        self.singular.get_or_init(|| Arc::new(of_tests(shared, target)))
    }

    /// The node that becomes a relation.
    #[must_use]
    pub fn node_of(&self, schema: &str, identifier: &str) -> Option<&NodeState> {
        let key = |schema: &str, identifier: &str| (schema.to_ascii_lowercase(), identifier.to_ascii_lowercase());
        let known = self.by_relation.get_or_init(|| {
            let mut known = HashMap::with_capacity(self.nodes.len());
            for (at, node) in self.nodes.iter().enumerate() {
                known.entry(key(&node.schema, &node.alias)).or_insert(at);
            }
            known
        });
        self.nodes.get(*known.get(&key(schema, identifier))?)
    }

    /// The node that dbt makes of an on-run hook.
    #[must_use]
    pub fn operation(&self, package: usize, kind: HookKind, index: usize) -> Option<&Operation> {
        self.operations.get(self.operation_place(package, kind, index)?)
    }

    /// The place among the operations of the node that dbt makes of an on-run hook.
    #[must_use]
    pub fn operation_place(&self, package: usize, kind: HookKind, index: usize) -> Option<usize> {
        let key = |one: &Operation| (one.package, one.kind, one.index);
        self.operations.binary_search_by_key(&(package, kind, index), key).ok()
    }
}

/// The node that dbt makes of an on-run hook: the `models` section configures it as well (facts D7).
#[derive(Debug, Clone)]
pub struct Operation {
    /// The package that declares the hook, by its place in the project's packages.
    pub package: usize,
    /// At the start or the end of the run.
    pub kind: HookKind,
    /// Its place in the package's list, from 0.
    pub index: usize,
    /// Its name: `ops-on-run-end-0`.
    pub name: String,
    /// The hook's text before rendering.
    pub raw: crate::source::Text,
    /// Its settings, and the relation it would be.
    pub state: NodeState,
}

impl Operation {
    /// dbt's path of it, along which it is configured.
    #[must_use]
    pub fn fqn(&self, package: &str) -> [String; 3] {
        [package.to_owned(), "hooks".to_owned(), self.name.clone()]
    }

    /// dbt's unique id.
    #[must_use]
    pub fn unique_id(&self, package: &str) -> String {
        format!("operation.{package}.{}", self.name)
    }
}

/// How much dbt knows of a node or an on-run hook: it learns of it step by step, and a hook sees what was known
/// when the context was made in which the hook is rendered (facts G6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Known {
    /// The settings of `dbt_project.yml`, the file's name, the schema of the target.
    ProjectFile,
    /// All settings, and the relation that it becomes.
    Settings,
    /// All that the manifest holds: the run.
    All,
}

/// A node once it is parsed.
#[derive(Debug, Default, Clone)]
pub struct NodeState {
    /// Its settings besides hooks, merged as dbt merges them.
    pub settings: Settings,
    /// Those of `dbt_project.yml`, where there are others.
    pub project_settings: Option<Settings>,
    /// The hooks of its `config()` calls, in file order.
    pub config_hooks: Vec<ConfigHook>,
    /// Hooks that dbt does not take already when it calls `config()`.
    pub bad_values: Vec<BadValue>,
    /// Keys of its `config()` calls, in file order, with their places.
    pub config_keys: Vec<(String, Option<crate::source::Place>)>,
    /// `enabled`.
    pub enabled: bool,
    /// `materialized`.
    pub materialized: String,
    /// Its relation's database.
    pub database: Option<String>,
    /// Its relation's schema.
    pub schema: String,
    /// Its relation's name.
    pub alias: String,
    /// What dbt knows of it when it parses its hooks: [`Known::ProjectFile`] or [`Known::Settings`]; the last time,
    /// where it parses them twice.
    pub parsed_with: Option<Known>,
    /// The nodes it refs, by their place in the project's nodes.
    pub refs: Vec<usize>,
    /// The tables of sources it reads, by their place in the project's source tables.
    pub sources: Vec<usize>,
    /// Why its file did not render in the parse pass, so that its `config()` may not be known.
    pub fault: Option<JinjaError>,
    /// Why what it configures is not known, where that is no fault of the file.
    pub unknown: Vec<String>,
}

impl NodeState {
    /// Its settings, as far as they are known.
    #[must_use]
    pub fn settings_at(&self, known: Known) -> &Settings {
        self.project_settings.as_ref().filter(|_| known == Known::ProjectFile).unwrap_or(&self.settings)
    }
}

/// The materialization that settings ask for.
#[must_use]
pub fn materialized(settings: &Settings, resource: Option<Resource>) -> &str {
    settings.text("materialized").unwrap_or(match resource {
        Some(Resource::Seed) => "seed",
        Some(Resource::Snapshot) => "snapshot",
        Some(Resource::Function) => "function",
        _ => "view",
    })
}
