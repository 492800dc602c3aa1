//! In which order a command takes nodes, tests and on-run hooks.

mod data_tests;
mod members;
mod select;

use std::collections::HashMap;
use std::sync::Arc;

use super::graph::Graph;
use crate::command::Command;
use crate::datum::Datum;
use crate::hook::Hook;
use crate::invocation::Invocation;
use crate::manifest::{Manifest, NodeState, TestNode, Tests};
use crate::project::{Project, Resource};
use crate::render::materialized::Materialization;
use crate::render::{References, Renderer};

/// What stands at a place of the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    /// A node of the project.
    Node(usize),
    /// A test without a file, by its place among those.
    Test(usize),
    /// A table of a source.
    Source(usize),
    /// An on-run hook, by its place among the planned hooks.
    Operation(usize),
}

/// A hook, with what it refers to.
pub(super) struct Linked<'a> {
    pub(super) hook: &'a Hook,
    pub(super) references: &'a References,
    pub(super) is_rendered: bool,
}

/// The order of a command in one target.
pub(super) struct Order<'a> {
    project: &'a Project,
    manifest: Arc<Manifest>,
    command: Command,
    invocation: Arc<Invocation>,
    /// How each node is materialized, by the names of the materializations that there are.
    materializations: Vec<Materialization>,
    of_node: Vec<usize>,
    /// Tests without a file.
    tests: Arc<Tests>,
    /// The states of the singular tests.
    singular: Arc<HashMap<usize, NodeState>>,
    graph: Graph,
    items: Vec<Item>,
    /// Unit tests by model.
    units: HashMap<usize, Vec<usize>>,
    /// Where the nodes stand in the graph.
    vertex_of_node: Vec<Option<usize>>,
    /// Nodes with what their hooks refer to.
    pub(super) by_hooks: Vec<(usize, usize)>,
}

impl<'a> Order<'a> {
    pub(super) fn new(renderer: &'a Renderer, target: usize) -> Order<'a> {
        let shared = renderer.shared(target);
        let project: &Project = &shared.project;
        let manifest = Arc::clone(&renderer.manifests()[target]);
        let command = shared.command;
        let mut known: HashMap<(&str, Resource), usize> = HashMap::new();
        let mut materializations = Vec::new();
        let mut of_node = Vec::with_capacity(project.nodes.len());
        for (at, node) in project.nodes.iter().enumerate() {
            let key = (manifest.nodes[at].materialized.as_str(), node.resource);
            of_node.push(*known.entry(key).or_insert_with(|| {
                materializations.push(renderer.materialization(target, at));
                materializations.len() - 1
            }));
        }
        let invocation = Arc::clone(&shared.invocation);
        // A selection may go by tests that the command does not run.
        let has_tests = matches!(command, Command::Build | Command::Test) || invocation.selection.names_nodes();
        let (tests, singular) = if has_tests {
            let singular = manifest.singular(shared, &renderer.targets()[target]);
            (Arc::clone(manifest.tests(shared)), Arc::clone(singular))
        } else {
            Default::default()
        };
        Order {
            project,
            manifest,
            command,
            invocation,
            materializations,
            of_node,
            tests,
            singular,
            graph: Graph::default(),
            by_hooks: Vec::new(),
            items: Vec::new(),
            units: HashMap::new(),
            vertex_of_node: Vec::new(),
        }
    }

    /// The tests without a file.
    pub(super) fn tests(&self) -> &[TestNode] {
        &self.tests.all
    }

    /// The materialization of a node.
    pub(super) fn materialization(&self, node: usize) -> &Materialization {
        &self.materializations[self.of_node[node]]
    }

    /// A node's state.
    pub(super) fn state(&self, node: usize) -> &NodeState {
        self.singular.get(&node).unwrap_or(&self.manifest.nodes[node])
    }

    /// Whether the order depends on what refers to what.
    pub(super) fn needs_edges(&self) -> bool {
        self.invocation.selection.names_nodes()
            || !matches!(self.command, Command::Seed | Command::Test | Command::SourceFreshness)
    }

    /// Makes the graph, with what the hooks refer to.
    pub(super) fn link<'h>(&mut self, planned: impl Iterator<Item = Linked<'h>>) {
        let project = self.project;
        let mut sources = Vec::with_capacity(project.source_tables.len());
        for (at, table) in project.source_tables.iter().enumerate() {
            let selected = self.command == Command::SourceFreshness && self.has_freshness(at);
            sources.push(self.add(Item::Source(at), table.unique_id.clone(), selected));
        }
        for (at, node) in project.nodes.iter().enumerate() {
            let in_graph = self.state(at).enabled;
            let selected = self.invocation.runs(node.resource) || self.command.only_renders();
            let vertex = in_graph.then(|| self.add(Item::Node(at), node.unique_id.clone(), selected));
            self.vertex_of_node.push(vertex);
        }
        for at in 0..project.nodes.len() {
            let Some(vertex) = self.vertex_of_node[at] else { continue };
            let state = self.state(at);
            let seen = References { nodes: state.refs.clone(), sources: state.sources.clone() };
            self.refer(vertex, &seen, &sources);
        }
        for (n, one) in planned.enumerate() {
            match one.hook.node {
                // What the hook of a node refers to is built before the node (facts R11).
                Some(node) => {
                    self.by_hooks.extend(one.references.nodes.iter().map(|&parent| (node, parent)));
                    if let Some(vertex) = self.vertex_of_node[node] {
                        self.refer(vertex, one.references, &sources);
                    }
                }
                None if self.command.only_renders() && one.is_rendered => {
                    let vertex = self.add(Item::Operation(n), one.hook.id.clone(), true);
                    self.refer(vertex, one.references, &sources);
                }
                None => {}
            }
        }
        let mut tests = Vec::with_capacity(self.tests().len());
        for n in 0..self.tests().len() {
            let test = &self.tests()[n];
            if let (Some(model), Command::Build) = (test.unit_of, self.command) {
                if self.invocation.runs_unit_tests() {
                    self.units.entry(model).or_default().push(n);
                }
                continue;
            }
            let seen = References { nodes: test.nodes.clone(), sources: test.sources.clone() };
            let invocation = &self.invocation;
            let runs =
                if test.unit_of.is_some() { invocation.runs_unit_tests() } else { invocation.runs(Resource::Test) };
            let selected = runs || self.command.only_renders();
            let vertex = self.add(Item::Test(n), test.id.clone(), selected);
            self.refer(vertex, &seen, &sources);
            tests.push((vertex, seen));
        }
        for units in self.units.values_mut() {
            units.sort_by(|&left, &right| self.tests.all[left].id.cmp(&self.tests.all[right].id));
        }
        for (&at, state) in self.singular.as_ref() {
            if let Some(vertex) = self.vertex_of_node[at] {
                tests.push((vertex, References { nodes: state.refs.clone(), sources: state.sources.clone() }));
            }
        }
        tests.sort_by_key(|(vertex, _)| *vertex);
        self.graph.settle();
        let chosen = self.invocation.selection.names_nodes().then(|| self.chosen());
        if self.command == Command::Build {
            self.gate(&tests, &sources);
        }
        if let Some(chosen) = chosen {
            for vertex in (0..self.graph.len()).filter(|vertex| !chosen.vertices.contains(vertex)) {
                self.graph.leave_out(vertex);
            }
            for units in self.units.values_mut() {
                units.retain(|unit| chosen.units.contains(unit));
            }
        }
    }

    /// Whether the command takes a node.
    pub(super) fn takes(&self, node: usize) -> bool {
        self.vertex_of_node[node].is_some_and(|vertex| self.graph.is_selected(vertex))
    }

    /// Whether the command takes the on-run hook that stands at a place among the planned hooks; only one that
    /// renders hooks chooses among them.
    pub(super) fn takes_operation(&self, planned: usize) -> bool {
        let is = |vertex: &usize| self.items[*vertex] == Item::Operation(planned);
        !self.command.only_renders() || (0..self.items.len()).find(is).is_none_or(|at| self.graph.is_selected(at))
    }

    fn add(&mut self, item: Item, id: String, selected: bool) -> usize {
        self.items.push(item);
        self.graph.add(id, selected)
    }

    fn refer(&mut self, vertex: usize, seen: &References, sources: &[usize]) {
        for &node in &seen.nodes {
            if let Some(parent) = self.vertex_of_node.get(node).copied().flatten() {
                self.graph.edge(parent, vertex);
            }
        }
        for &source in &seen.sources {
            self.graph.edge(sources[source], vertex);
        }
    }

    /// In a build, what stands below everything that a test looks at waits for the test.
    fn gate(&mut self, tests: &[(usize, References)], sources: &[usize]) {
        let is_test = |vertex: usize| match self.items[vertex] {
            Item::Test(_) => true,
            Item::Node(node) => self.project.nodes[node].resource == Resource::Test,
            Item::Source(_) | Item::Operation(_) => false,
        };
        let mut place = vec![0; self.graph.len()];
        for (n, vertex) in self.graph.topological().into_iter().enumerate() {
            place[vertex] = n;
        }
        let mut groups: HashMap<Vec<usize>, Vec<usize>> = HashMap::new();
        for (test, seen) in tests {
            let nodes = seen.nodes.iter().filter_map(|&node| self.vertex_of_node[node]);
            let mut on: Vec<usize> = nodes.chain(seen.sources.iter().map(|&source| sources[source])).collect();
            on.sort_unstable();
            on.dedup();
            groups.entry(on).or_default().push(*test);
        }
        let mut groups: Vec<_> = groups.into_iter().collect();
        groups.sort();
        let mut edges = Vec::new();
        for (on, tests) in &groups {
            let Some(&last) = on.iter().max_by_key(|&&vertex| place[vertex]) else { continue };
            // Below one thing that is its children; below several, the first that stand below all of them.
            let mut open: Vec<usize> = self.graph.children(last).to_vec();
            let mut seen: std::collections::HashSet<usize> = open.iter().copied().collect();
            let below: Vec<std::collections::HashSet<usize>> =
                on.iter().filter(|&&vertex| vertex != last).map(|&vertex| self.below(vertex)).collect();
            while let Some(vertex) = open.pop() {
                if is_test(vertex) {
                    continue;
                }
                let is_function = matches!(self.items[vertex],
                    Item::Node(node) if self.project.nodes[node].resource == Resource::Function);
                if !is_function && below.iter().all(|below| below.contains(&vertex)) {
                    edges.extend(tests.iter().map(|&test| (test, vertex)));
                } else {
                    for &child in self.graph.children(vertex) {
                        if seen.insert(child) {
                            open.push(child);
                        }
                    }
                }
            }
        }
        for (test, vertex) in edges {
            self.graph.edge(test, vertex);
        }
        self.graph.settle();
    }

    /// Everything below a vertex.
    fn below(&self, vertex: usize) -> std::collections::HashSet<usize> {
        let mut found = std::collections::HashSet::new();
        let mut open = vec![vertex];
        while let Some(at) = open.pop() {
            for &child in self.graph.children(at) {
                if found.insert(child) {
                    open.push(child);
                }
            }
        }
        found
    }

    fn has_freshness(&self, at: usize) -> bool {
        let project = self.project;
        let table = &project.source_tables[at];
        let source = &project.properties[table.properties].datum;
        let entry = source.get("tables").and_then(Datum::as_list).and_then(|tables| tables.get(table.table));
        let said = |datum: &Datum| {
            let config = datum.get("config").and_then(|config| config.get("freshness").cloned());
            datum.get("freshness").cloned().or(config)
        };
        let own = entry.and_then(said);
        own.or_else(|| said(source)).is_some_and(|freshness| !freshness.is_null())
    }

    /// Whether the command has anything to do: without, it runs no hook either (facts X1).
    pub(super) fn any_selected(&self) -> bool {
        self.graph.any_selected()
    }

    /// What there is none of.
    pub(super) fn nothing_selected(&self) -> String {
        if !self.invocation.selection.is_everything() {
            return format!("dbt {} selects nothing", self.invocation.text());
        }
        let nothing = match self.command {
            Command::Run => "the project has no enabled model",
            Command::Test => "the project has no enabled test",
            Command::Seed => "the project has no enabled seed",
            Command::Snapshot => "the project has no enabled snapshot",
            Command::SourceFreshness => "no source of the project asks for freshness",
            Command::Build | Command::Compile | Command::DocsGenerate => "the project has no enabled node",
        };
        nothing.to_owned()
    }

    /// What is selected, in order; what waits for itself comes last, by id.
    pub(super) fn items(&self) -> Vec<(usize, Item)> {
        let (mut order, mut left) = self.graph.order();
        left.retain(|&vertex| self.graph.is_selected(vertex));
        left.sort_by(|&a, &b| self.graph.id(a).cmp(self.graph.id(b)));
        order.extend(left);
        order.into_iter().map(|vertex| (vertex, self.items[vertex])).collect()
    }

    /// The unit tests that run right before a model.
    pub(super) fn units(&self, node: usize) -> &[usize] {
        self.units.get(&node).map(Vec::as_slice).unwrap_or_default()
    }

    /// What stands right before a vertex: nodes and sources, and how many tests.
    pub(super) fn waits_for(&self, vertex: usize) -> (Vec<&str>, usize) {
        let mut names = Vec::new();
        let mut tests = 0;
        let project = self.project;
        for parent in self.graph.waits_for(vertex) {
            match self.items[parent] {
                Item::Test(_) => tests += 1,
                Item::Node(node) if project.nodes[node].resource == Resource::Test => tests += 1,
                Item::Node(node) => names.push(project.nodes[node].name.as_str()),
                Item::Source(_) | Item::Operation(_) => {}
            }
        }
        names.sort_unstable();
        (names, tests)
    }

    /// What is not known of the order, and what stops dbt.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let left: Vec<&str> = {
            let (_, left) = self.graph.order();
            left.into_iter().map(|vertex| self.graph.id(vertex)).collect()
        };
        if let [first, ..] = left.as_slice() {
            notes.push(format!("dbt stops before the first step: {first} waits for itself, a cycle of refs"));
        }
        for missing in &self.project.missing_packages {
            notes.push(format!(
                "package {} is not installed: its hooks and nodes are not in the plan",
                missing.listed_as
            ));
        }
        let states = self.manifest.nodes.iter().chain(self.singular.values());
        let unread = states.filter(|state| state.fault.is_some()).count();
        if unread > 0 && self.needs_edges() {
            let what = if unread == 1 { "1 file does".to_owned() } else { format!("{unread} files do") };
            notes.push(format!("{what} not render while dbt parses: the place of these nodes may be another"));
        }
        notes
    }
}
