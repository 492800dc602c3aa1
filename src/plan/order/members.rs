//! What a selection can name: nodes, tests, sources, on-run hooks and exposures, with what criteria ask of them.

use crate::datum::{Datum, Kind};
use crate::manifest::Settings;
use crate::plan::order::{Item, Order};
use crate::project::{Properties, Resource};

/// What can be selected.
#[derive(Default)]
pub(super) struct Member<'a> {
    /// dbt's word for its kind.
    pub(super) kind: &'static str,
    pub(super) name: &'a str,
    pub(super) package: &'a str,
    pub(super) fqn: Vec<String>,
    pub(super) is_versioned: bool,
    /// The file that declares it, from its package's root.
    pub(super) path: String,
    /// The properties file that speaks of it.
    pub(super) patch: Option<String>,
    pub(super) tags: Vec<String>,
    pub(super) settings: Option<&'a Settings>,
    /// Its materialization, which is more than what is written.
    pub(super) materialized: &'a str,
    /// The macro that a generic test calls.
    pub(super) calls: Option<&'a str>,
    /// The source of a table.
    pub(super) source: Option<&'a str>,
    pub(super) parents: Vec<usize>,
    pub(super) children: Vec<usize>,
}

impl Member<'_> {
    /// Whether dbt keeps it apart from its nodes.
    pub(super) fn is_kept_apart(&self) -> bool {
        matches!(self.kind, "source" | "exposure" | "unit_test" | "function")
    }
}

impl Order<'_> {
    /// What stands at a vertex of the graph.
    pub(super) fn member(&self, vertex: usize) -> Member<'_> {
        let mut member = match self.items[vertex] {
            Item::Node(at) => self.of_node(at),
            Item::Test(at) => self.of_test(at),
            Item::Source(at) => self.of_source(at),
            Item::Operation(_) => self.of_operation(self.graph.id(vertex)),
        };
        member.parents = self.graph.parents(vertex).to_vec();
        member.children = self.graph.children(vertex).to_vec();
        member
    }

    fn of_node(&self, at: usize) -> Member<'_> {
        let node = &self.project.nodes[at];
        let state = self.state(at);
        let entry = node.properties.first().map(|&entry| &self.project.properties[entry]);
        Member {
            kind: node.resource.name(),
            name: &node.name,
            package: &self.project.packages[node.package].name,
            fqn: node.fqn.clone(),
            is_versioned: node.version.is_some(),
            path: node.original_file_path.clone(),
            patch: entry.map(|entry| self.path_of(entry)),
            tags: listed(state.settings.get("tags")),
            settings: Some(&state.settings),
            materialized: &state.materialized,
            ..Member::default()
        }
    }

    /// A test without a file.
    pub(super) fn of_test(&self, at: usize) -> Member<'_> {
        let test = &self.tests()[at];
        let is_unit = test.unit_of.is_some();
        Member {
            kind: if is_unit { "unit_test" } else { Resource::Test.name() },
            name: &test.name,
            package: &self.project.packages[test.package].name,
            fqn: test.fqn.clone(),
            path: test.path.clone(),
            tags: test.tags(),
            settings: Some(&test.state.settings),
            materialized: "test",
            calls: (!is_unit).then_some(test.calls.as_str()),
            ..Member::default()
        }
    }

    fn of_source(&self, at: usize) -> Member<'_> {
        let table = &self.project.source_tables[at];
        let entry = &self.project.properties[table.properties];
        let fqn = self.fqn_of(entry, &[&table.source_name, &table.name]);
        let mut settings = Settings::default();
        for level in self.project.config_levels("sources", table.package, &fqn) {
            settings.merge_level(level.datum);
        }
        let own = entry.datum.get("tables").and_then(Datum::as_list).and_then(|tables| tables.get(table.table));
        for datum in [Some(&entry.datum), own].into_iter().flatten() {
            let configured = datum.get("config").and_then(|config| config.get("tags"));
            for tags in [datum.get("tags"), configured].into_iter().flatten() {
                settings.merge("tags", tags);
            }
        }
        Member {
            kind: "source",
            name: &table.name,
            package: &self.project.packages[table.package].name,
            fqn,
            path: self.path_of(entry),
            tags: listed(settings.get("tags")),
            source: Some(&table.source_name),
            ..Member::default()
        }
    }

    fn of_operation(&self, id: &str) -> Member<'_> {
        let mut found = self.manifest.operations.iter().map(|one| (one, &self.project.packages[one.package].name));
        let Some((one, package)) = found.find(|(one, package)| one.unique_id(package) == id) else {
            return Member { kind: "operation", ..Member::default() };
        };
        Member {
            kind: "operation",
            name: &one.name,
            package,
            fqn: [package, "hooks", &one.name].map(str::to_owned).to_vec(),
            path: "dbt_project.yml".to_owned(),
            tags: vec![one.kind.name().to_owned()],
            settings: Some(&one.state.settings),
            materialized: &one.state.materialized,
            ..Member::default()
        }
    }

    /// Adds the exposures, which hooks never meet, for what they stand on.
    pub(super) fn exposures<'a>(&'a self, members: &mut Vec<Member<'a>>) {
        for entry in self.project.properties.iter().filter(|entry| entry.section == "exposures") {
            let on = entry.datum.get("depends_on").and_then(Datum::as_list).unwrap_or_default();
            let calls = on.iter().filter_map(Datum::as_str);
            let parents: Vec<usize> = calls.filter_map(|call| self.called(call)).collect();
            let at = members.len();
            for &parent in &parents {
                members[parent].children.push(at);
            }
            let mut tags = listed(entry.datum.get("tags"));
            tags.extend(listed(entry.config().and_then(|config| config.get("tags"))));
            members.push(Member {
                kind: "exposure",
                name: &entry.name,
                package: &self.project.packages[entry.package].name,
                fqn: self.fqn_of(entry, &[&entry.name]),
                path: self.path_of(entry),
                tags,
                parents,
                ..Member::default()
            });
        }
    }

    /// The vertex of `ref('a')` or `source('a', 'b')`.
    fn called(&self, call: &str) -> Option<usize> {
        let names: Vec<&str> = call.split(['\'', '"']).skip(1).step_by(2).collect();
        let is_source = call.trim_start().starts_with("source");
        (0..self.items.len()).find(|&vertex| match self.items[vertex] {
            Item::Node(at) => {
                let node = &self.project.nodes[at];
                let is_refable = matches!(node.resource, Resource::Model | Resource::Seed | Resource::Snapshot);
                !is_source && is_refable && names.last().is_some_and(|name| *name == node.name)
            }
            Item::Source(at) => {
                let table = &self.project.source_tables[at];
                is_source && names == [table.source_name.as_str(), table.name.as_str()]
            }
            Item::Test(_) | Item::Operation(_) => false,
        })
    }

    /// dbt's way to what a properties file declares.
    fn fqn_of(&self, entry: &Properties, names: &[&str]) -> Vec<String> {
        let mut fqn = vec![self.project.packages[entry.package].name.clone()];
        fqn.extend(entry.relative.split('/').map(str::to_owned));
        fqn.pop();
        fqn.extend(names.iter().map(|name| (*name).to_owned()));
        fqn
    }

    /// A properties file from its package's root.
    fn path_of(&self, entry: &Properties) -> String {
        let path = &self.project.sources.get(entry.file).path;
        let root = format!("{}/", self.project.packages[entry.package].root);
        path.strip_prefix(&root).unwrap_or(path).to_owned()
    }
}

fn listed(datum: Option<&Datum>) -> Vec<String> {
    match datum.map(|datum| &datum.kind) {
        Some(Kind::List(items)) => items.iter().filter_map(Datum::as_str).map(str::to_owned).collect(),
        Some(Kind::Str(text)) => vec![text.as_str().to_owned()],
        _ => Vec::new(),
    }
}
