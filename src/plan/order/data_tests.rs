//! The tests that a command takes, as they are executed.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Item, Order};
use crate::manifest::{TestNode, stores_failures};
use crate::project::Resource;
use crate::render::{DataTest, Renderer, TestCode};

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
                    add(self.singular_test(vertex, at));
                }
                Item::Node(at) => {
                    for &unit in self.units(at) {
                        add(self.test(renderer, target, None, &self.tests()[unit]));
                    }
                }
                Item::Test(at) => {
                    add(self.test(renderer, target, Some(vertex), &self.tests()[at]));
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

    fn singular_test(&self, vertex: usize, at: usize) -> DataTest {
        let node = &self.project.nodes[at];
        let state = self.state(at).clone();
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
        let stores = stores_failures(|key| test.state.settings.get(key)).0.as_bool() == Some(true);
        let state = if stores {
            test.named(renderer.shared(target), &renderer.targets()[target]).clone()
        } else {
            test.state.clone()
        };
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
