//! The tests that a command takes, as they are executed.

use std::collections::HashMap;
use std::sync::Arc;

use md5::Digest as _;

use super::{Item, Order, TestNode};
use crate::datum::Datum;
use crate::manifest::{self, NodeState};
use crate::project::Resource;
use crate::render::{DataTest, Renderer, TestCode};

/// The schema that dbt stores failures in, behind the target's.
const AUDIT: &str = "dbt_test__audit";

impl Order<'_> {
    /// The tests that are taken, by unique id.
    pub(in crate::plan) fn data_tests(&self, renderer: &Renderer, target: usize) -> HashMap<Arc<str>, Arc<DataTest>> {
        let mut found = HashMap::new();
        if self.command.only_renders() {
            return found;
        }
        let mut add = |test: DataTest| found.insert(Arc::from(test.id.as_str()), Arc::new(test));
        for (vertex, item) in self.items() {
            match item {
                Item::Node(at) if self.project.nodes[at].resource == Resource::Test => {
                    add(self.singular_test(renderer, target, vertex, at));
                }
                Item::Node(at) => {
                    for &unit in self.units(at) {
                        add(self.test(renderer, target, None, &self.tests[unit]));
                    }
                }
                Item::Test(at) => {
                    add(self.test(renderer, target, Some(vertex), &self.tests[at]));
                }
                Item::Source(_) | Item::Operation(_) => {}
            }
        }
        found
    }

    /// The nodes that wait for a test.
    fn gates(&self, vertex: usize) -> Vec<usize> {
        let node = |&child: &usize| match self.items[child] {
            Item::Node(at) if self.project.nodes[at].resource != Resource::Test => Some(at),
            _ => None,
        };
        self.graph.children(vertex).iter().filter_map(node).collect()
    }

    fn singular_test(&self, renderer: &Renderer, target: usize, vertex: usize, at: usize) -> DataTest {
        let node = &self.project.nodes[at];
        let mut state = self.state(at).clone();
        if stores(&state) {
            let shared = renderer.shared(target);
            manifest::name_test(shared, &renderer.targets()[target], node.package, &node.name, AUDIT, &mut state);
        }
        DataTest {
            id: node.unique_id.clone(),
            name: node.name.clone(),
            path: node.original_file_path.clone(),
            package: node.package,
            code: TestCode::File(at),
            nodes: state.refs.clone(),
            gates: self.gates(vertex),
            state,
        }
    }

    fn test(&self, renderer: &Renderer, target: usize, vertex: Option<usize>, test: &TestNode) -> DataTest {
        let mut state = NodeState {
            settings: test.settings.clone(),
            enabled: true,
            materialized: "test".to_owned(),
            refs: test.nodes.clone(),
            sources: test.sources.clone(),
            ..NodeState::default()
        };
        if stores(&state) {
            let shared = renderer.shared(target);
            let name = short_name(test);
            manifest::name_test(shared, &renderer.targets()[target], test.package, &name, AUDIT, &mut state);
        }
        DataTest {
            id: test.id.clone(),
            name: test.name.clone(),
            path: test.path.clone(),
            package: test.package,
            code: match test.unit_of {
                Some(_) => TestCode::Unit,
                None => TestCode::Call {
                    namespace: test.namespace.clone(),
                    name: format!("test_{}", test.calls),
                    arguments: test.arguments.clone(),
                },
            },
            nodes: test.nodes.clone(),
            gates: match (vertex, test.unit_of) {
                (_, Some(model)) => vec![model],
                (Some(vertex), None) => self.gates(vertex),
                (None, None) => Vec::new(),
            },
            state,
        }
    }
}

/// Whether a test may keep the rows that it finds.
fn stores(state: &NodeState) -> bool {
    let stores = state.settings.get("store_failures");
    let stored_as = state.settings.get("store_failures_as");
    stores.is_some_and(|stores| stores.as_bool() != Some(false)) || stored_as.is_some_and(|of| !of.is_null())
}

/// What a test's relation is called: a long name gives way to a digest of it.
fn short_name(test: &TestNode) -> String {
    if test.name.len() < 64 || test.settings.get("name").and_then(Datum::as_str).is_some() {
        return test.name.clone();
    }
    let digest = md5::Md5::digest(test.name.as_bytes());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let head: String = test.name.chars().take(30).collect();
    format!("{head}_{hex}")
}
