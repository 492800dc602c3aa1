//! The tests of a project as dbt names them: generic tests of properties files, and unit tests.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use self::naming::{Python, hash, repr, synthesised, text};
use super::{Manifest, NodeState, Settings};
use crate::datum::{Datum, Kind};
use crate::project::{Node, Project, Properties, Resource, Target};
use crate::render::Argument;
use crate::render::context::Shared;
use crate::source::Text;

mod naming;

/// The schema that dbt stores the failures of tests in, behind the target's.
pub(super) const AUDIT: &str = "dbt_test__audit";

/// A test that has no file of its own.
#[derive(Debug)]
pub struct TestNode {
    /// dbt's unique id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The nodes it depends on.
    pub nodes: Vec<usize>,
    /// The source tables it depends on.
    pub sources: Vec<usize>,
    /// The model, for a unit test: it runs right before that.
    pub unit_of: Option<usize>,
    /// The entry of the properties file, for a unit test.
    pub entry: Option<usize>,
    /// The macro that a generic test calls, without its package.
    pub calls: String,
    /// That macro's package, where it is said.
    pub namespace: Option<String>,
    /// The arguments of the macro.
    pub arguments: Vec<(String, Argument)>,
    /// The package.
    pub package: usize,
    /// The properties file that declares it, from the package's root.
    pub path: String,
    /// dbt's way to it.
    pub fqn: Vec<String>,
    /// Its state: the settings, without the tags of its column. The relation that its failures are stored in is not
    /// named in it: see [`TestNode::named`].
    pub state: NodeState,
    /// What a generic test was declared with; none for a unit test.
    pub declared: Option<DeclaredTest>,
    /// The state with that relation.
    named: OnceLock<NodeState>,
}

impl TestNode {
    /// Its tags, each once: sorted those of its column and its own, then those of `dbt_project.yml`.
    #[must_use]
    pub fn tags(&self) -> Vec<String> {
        let words = |tags: &[Datum]| tags.iter().filter_map(Datum::as_str).map(str::to_owned).collect::<Vec<_>>();
        let listed = |tags: &Datum| words(&super::settings::listed(tags));
        let mut tags = Vec::new();
        if let Some(declared) = &self.declared {
            tags = words(&declared.column_tags);
            tags.extend(declared.config.iter().filter(|(key, _)| key == "tags").flat_map(|(_, own)| listed(own)));
            tags.sort_unstable();
        }
        tags.extend(self.state.settings.get("tags").map(listed).unwrap_or_default());
        let mut seen = HashSet::new();
        tags.retain(|tag| seen.insert(tag.clone()));
        tags
    }

    /// What dbt takes for its code: the call of its macro, and its settings.
    #[must_use]
    pub fn raw_code(&self) -> String {
        let namespace = self.namespace.as_ref().map(|namespace| format!("{namespace}.")).unwrap_or_default();
        let mut code = format!("{{{{ {namespace}test_{}(**_dbt_generic_test_kwargs) }}}}", self.calls);
        let config = self.declared.iter().flat_map(|declared| &declared.config);
        let shown: Vec<String> = config
            .map(|(key, value)| match value.as_str() {
                Some(text) => format!("{key}=\"{}\"", text.replace('"', "\\\"")),
                None => format!("{key}={}", repr(value, false)),
            })
            .collect();
        if !shown.is_empty() {
            let _ = write!(code, "{{{{ config({}) }}}}", shown.join(","));
        }
        code
    }

    /// Its state with the names of the relation that its failures are stored in.
    pub fn named(&self, shared: &Arc<Shared>, target: &Arc<Target>) -> &NodeState {
        self.named.get_or_init(|| {
            let mut state = self.state.clone();
            super::name_test(shared, target, self.package, &self.name, AUDIT, &mut state);
            state
        })
    }
}

/// Whether a test stores the rows that it finds, and as what: one follows from the other (dbt's `TestConfig`).
pub fn stores_failures<'a>(written: impl Fn(&str) -> Option<&'a Datum>) -> (Datum, Datum) {
    let written = |key: &str| written(key).filter(|value| !value.is_null()).cloned();
    match (written("store_failures"), written("store_failures_as")) {
        (stores, Some(stored_as)) => {
            let is_relation = stored_as.as_str().map(|kind| Kind::Bool(matches!(kind, "table" | "view")));
            let stores = is_relation.map(Datum::new).or(stores);
            (stores.unwrap_or_else(|| Datum::new(Kind::Null)), stored_as)
        }
        (Some(stores), None) => {
            let kind = if stores.as_bool() == Some(true) { "table" } else { "ephemeral" };
            (stores, Datum::new(Kind::Str(Text::plain(kind.to_owned()))))
        }
        (None, None) => (Datum::new(Kind::Null), Datum::new(Kind::Null)),
    }
}

/// What a generic test was declared with.
#[derive(Debug)]
pub struct DeclaredTest {
    /// What the test itself sets, in dbt's order.
    pub config: Vec<(String, Datum)>,
    /// The arguments of the macro as they are written, in dbt's order, `model` last.
    pub kwargs: Vec<(String, Datum)>,
    /// The column it is on, as it stands in the arguments.
    pub column: Option<String>,
    /// The tags of that column.
    pub column_tags: Vec<Datum>,
    /// The section of the properties file and the name that it stands under: `models.orders`.
    pub key: String,
    /// The node that it is on.
    pub attached: Option<usize>,
    /// What it is said to be for, as written.
    pub description: Option<Datum>,
    /// The name of its file, were it one: the test's, or where that is long one with a digest.
    pub file: String,
    /// The nodes that the arguments name, in dbt's order, each time that they do.
    pub refs: Vec<usize>,
    /// The source tables that they name.
    pub sources: Vec<usize>,
}

/// The tests of a target that have no file of their own.
#[derive(Debug, Default)]
pub struct Tests {
    /// In the order in which dbt parses them, unit tests last.
    pub all: Vec<TestNode>,
    by_id: HashMap<String, usize>,
}

impl Tests {
    /// The enabled ones.
    #[must_use]
    pub fn of(shared: &Shared, manifest: &Manifest) -> Tests {
        let finder =
            Finder { project: &shared.project, manifest, by_name: &shared.by_name, source_tables: &shared.sources };
        let all = finder.all();
        let by_id = all.iter().enumerate().map(|(at, test)| (test.id.clone(), at)).collect();
        Tests { all, by_id }
    }

    /// Its place among them, by dbt's unique id.
    #[must_use]
    pub fn place(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }
}

/// Settings of a test that are no arguments of its macro.
const SETTINGS: &[&str] = &[
    "severity",
    "tags",
    "enabled",
    "where",
    "limit",
    "warn_if",
    "error_if",
    "fail_calc",
    "store_failures",
    "store_failures_as",
    "meta",
    "database",
    "schema",
    "alias",
    "config",
    "description",
    "name",
];

/// Finds the tests of a project.
struct Finder<'a> {
    project: &'a Project,
    manifest: &'a Manifest,
    by_name: &'a HashMap<String, Vec<usize>>,
    source_tables: &'a HashMap<(String, String), usize>,
}

/// What a test is on.
struct On<'a> {
    entry: &'a Properties,
    /// As it stands in the test's name.
    name: String,
    /// What comes before the test's own name.
    prefix: &'static str,
    /// The section and the name that it stands under.
    key: String,
    nodes: Vec<usize>,
    sources: Vec<usize>,
    /// What dbt calls `model` among the arguments.
    model: String,
}

/// The column a test is on.
struct Column<'a> {
    /// As it stands in the test's arguments.
    name: &'a str,
    datum: &'a Datum,
}

impl Finder<'_> {
    /// The enabled generic tests and unit tests: package by package, file by file, then those of sources.
    fn all(&self) -> Vec<TestNode> {
        let mut found = Vec::new();
        let mut on_nodes = Vec::new();
        for (at, node) in self.project.nodes.iter().enumerate() {
            let section = match node.resource {
                Resource::Model => 0,
                Resource::Seed => 1,
                Resource::Snapshot => 2,
                Resource::Test | Resource::Analysis | Resource::Function => continue,
            };
            if self.manifest.nodes[at].enabled {
                let of = |&entry: &usize| (self.project.properties[entry].package, entry);
                let file = |entry: usize| self.project.properties[entry].file;
                on_nodes.extend(
                    node.properties
                        .iter()
                        .map(of)
                        .map(|(package, entry)| ((package, file(entry), section, entry, node.version), at)),
                );
            }
        }
        on_nodes.sort_unstable();
        for ((_, _, _, entry, _), at) in on_nodes {
            self.of_node(at, &self.project.nodes[at], &self.project.properties[entry], &mut found);
        }
        for (at, table) in self.project.source_tables.iter().enumerate() {
            let entry = &self.project.properties[table.properties];
            let Some(datum) = entry.datum.get("tables").and_then(Datum::as_list).and_then(|all| all.get(table.table))
            else {
                continue;
            };
            let on = On {
                entry,
                name: format!("{}_{}", table.source_name, table.name),
                prefix: "source_",
                key: format!("sources.{}", table.source_name),
                nodes: Vec::new(),
                sources: vec![at],
                model: format!("source('{}', '{}')", table.source_name, table.name),
            };
            for column in list(datum, "columns") {
                self.of_column(&on, column, &mut found);
            }
            self.of_list(&on, datum, None, &mut found);
        }
        self.unit_tests(&mut found);
        found
    }

    fn of_node(&self, at: usize, node: &Node, entry: &Properties, found: &mut Vec<TestNode>) {
        let version = node.version.and_then(|version| entry.versions().get(version));
        let shown = version.and_then(|version| version.get("v")).map(text);
        let on = On {
            entry,
            name: shown.as_ref().map_or_else(|| node.name.clone(), |v| format!("{}_v{v}", node.name)),
            prefix: "",
            key: format!("{}.{}", entry.section, entry.name),
            nodes: vec![at],
            sources: Vec::new(),
            model: match &shown {
                Some(v) => format!("ref('{}', version='{v}')", node.name),
                None => format!("ref('{}')", node.name),
            },
        };
        let own = version.map(|version| list(version, "columns")).unwrap_or_default();
        let choice = own.iter().find(|column| column.get("include").is_some());
        let is_in = |column: &Datum| {
            let Some(choice) = choice else { return true };
            let name = column.get("name").map(text).unwrap_or_default();
            let names = |key: &str| list(choice, key).iter().any(|one| text(one) == name);
            let all = choice.get("include").and_then(Datum::as_str).is_some_and(|word| matches!(word, "all" | "*"));
            (all || names("include")) && !names("exclude")
        };
        for column in entry.columns().iter().filter(|column| is_in(column)) {
            self.of_column(&on, column, found);
        }
        for column in own.iter().filter(|column| column.get("name").is_some()) {
            self.of_column(&on, column, found);
        }
        let tests = version.filter(|version| ["tests", "data_tests"].iter().any(|key| version.get(key).is_some()));
        self.of_list(&on, tests.unwrap_or(&entry.datum), None, found);
    }

    fn of_column(&self, on: &On<'_>, column: &Datum, found: &mut Vec<TestNode>) {
        let Some(name) = column.get("name").map(text) else { return };
        let quoted = column.get("quote").and_then(Datum::as_bool).unwrap_or(false);
        let name = if quoted { format!("\"{name}\"") } else { name };
        self.of_list(on, column, Some(&Column { name: &name, datum: column }), found);
    }

    fn of_list(&self, on: &On<'_>, datum: &Datum, column: Option<&Column<'_>>, found: &mut Vec<TestNode>) {
        for test in ["tests", "data_tests"].iter().flat_map(|key| list(datum, key)) {
            found.extend(self.generic(on, test, column));
        }
    }

    fn generic(&self, on: &On<'_>, test: &Datum, column: Option<&Column<'_>>) -> Option<TestNode> {
        let nothing = Datum::new(Kind::Map(Vec::new()));
        let (called, args) = match &test.kind {
            Kind::Str(name) => (name.as_str().to_owned(), &nothing),
            Kind::Map(entries) => match test.get("test_name") {
                Some(name) => (text(name), test),
                None => match entries.as_slice() {
                    [(name, args)] => (text(name), args),
                    _ => return None,
                },
            },
            _ => return None,
        };
        if !is_enabled(args) {
            return None;
        }
        let mut kwargs = arguments(args, column);
        let mut written: Vec<(String, Datum)> =
            kwargs.iter().map(|(key, value)| (key.clone(), value.datum())).collect();
        kwargs.sort_by(|left, right| left.0.cmp(&right.0));
        let (namespace, own) = match called.split_once('.') {
            Some((namespace, own)) => (Some(namespace), own),
            None => (None, called.as_str()),
        };
        let (name, file) = match args.get("name").filter(|name| !name.is_null()) {
            Some(name) => (text(name), text(name)),
            None => synthesised(namespace, &format!("{}{own}", on.prefix), &on.name, &kwargs),
        };
        let fqn = self.fqn(on.entry, &[&name]);
        let mut config = own_config(args);
        if file != name && !config.iter().any(|(key, _)| key == "alias") {
            config.push(("alias".to_owned(), Datum::new(Kind::Str(Text::plain(file.clone())))));
        }
        let is_quick = namespace.is_none_or(|namespace| namespace == "dbt") && matches!(own, "unique" | "not_null");
        let settings = self.settings(on.entry, &fqn, &config, is_quick);
        let model = format!("{{{{ get_where_subquery({}) }}}}", on.model);
        written.push(("model".to_owned(), Datum::new(Kind::Str(Text::plain(model.clone())))));
        let mut node = TestNode {
            id: String::new(),
            state: NodeState { settings, enabled: true, materialized: "test".to_owned(), ..NodeState::default() },
            declared: None,
            named: OnceLock::new(),
            fqn,
            name,
            nodes: on.nodes.clone(),
            sources: on.sources.clone(),
            unit_of: None,
            entry: None,
            calls: own.to_owned(),
            namespace: namespace.map(str::to_owned),
            arguments: Vec::new(),
            package: on.entry.package,
            path: self.path(on.entry),
        };
        for (_, value) in written.iter().filter(|(key, _)| key != "model") {
            self.references(value, &mut node);
        }
        // dbt disables a test of something that is disabled.
        let is_enabled = node.state.settings.get("enabled").and_then(Datum::as_bool).unwrap_or(true);
        if !is_enabled || node.nodes.iter().any(|&at| !self.manifest.nodes[at].enabled) {
            return None;
        }
        (node.state.refs, node.state.sources) = (node.nodes.clone(), node.sources.clone());
        let named = |list: &[usize], of_model: &[usize]| [&list[of_model.len()..], of_model].concat();
        node.declared = Some(DeclaredTest {
            config,
            kwargs: written,
            column: column.map(|column| column.name.to_owned()),
            column_tags: column.map(Column::tags).unwrap_or_default(),
            key: on.key.clone(),
            attached: on.nodes.first().copied(),
            description: args.get("description").cloned(),
            file,
            refs: named(&node.nodes, &on.nodes),
            sources: named(&node.sources, &on.sources),
        });
        kwargs.push(("model".to_owned(), Python::Text(&model)));
        kwargs.sort_by(|left, right| left.0.cmp(&right.0));
        let hash = hash(&node.name, own, namespace, &kwargs);
        node.id = format!("test.{}.{}.{hash}", self.project.packages[on.entry.package].name, node.name);
        let argument = |(key, value): (String, Python<'_>)| {
            let given = match value {
                Python::Text(text) if key == "column_name" => Argument::Plain(text.to_owned()),
                Python::Text(text) => Argument::Rendered(Datum::new(Kind::Str(Text::plain(text.to_owned())))),
                Python::Datum(datum) => Argument::Rendered(datum.clone()),
            };
            (key, given)
        };
        node.arguments = kwargs.into_iter().map(argument).collect();
        Some(node)
    }

    /// dbt's way to what a properties file declares.
    fn fqn(&self, entry: &Properties, names: &[&str]) -> Vec<String> {
        let mut fqn = vec![self.project.packages[entry.package].name.clone()];
        fqn.extend(entry.relative.split('/').map(str::to_owned));
        fqn.pop();
        fqn.extend(names.iter().map(|name| (*name).to_owned()));
        fqn
    }

    /// A properties file from its package's root.
    fn path(&self, entry: &Properties) -> String {
        let path = &self.project.sources.get(entry.file).path;
        let root = format!("{}/", self.project.packages[entry.package].root);
        path.strip_prefix(&root).unwrap_or(path).to_owned()
    }

    /// A test's settings: of `dbt_project.yml`, then its own. dbt takes them in when it makes the test, and again when
    /// it renders the test's code, but for two tests that it knows (`schema_generic_tests.py`, `render_test_update`).
    fn settings(&self, entry: &Properties, fqn: &[String], own: &[(String, Datum)], is_quick: bool) -> Settings {
        let mut settings = Settings::default();
        for section in ["tests", "data_tests"] {
            for level in self.project.config_levels(section, entry.package, fqn) {
                settings.merge_level(level.datum);
            }
        }
        for _ in 0..if is_quick { 1 } else { 2 } {
            for (key, value) in own {
                settings.merge(key, value);
            }
        }
        settings
    }

    /// The nodes and tables that an argument names: `ref('a')`, `"{{ source('a', 'b') }}"`.
    fn references(&self, value: &Datum, test: &mut TestNode) {
        match &value.kind {
            Kind::Str(written) => {
                let written = written.as_str();
                for call in ["ref", "source"] {
                    for (at, _) in written.match_indices(call) {
                        let Some(names) = quoted_arguments(&written[at + call.len()..]) else { continue };
                        match (call, names.as_slice()) {
                            ("ref", [.., name]) => test.nodes.extend(self.node(name)),
                            ("source", [source, table]) => {
                                test.sources.extend(self.source_tables.get(&(source.clone(), table.clone())));
                            }
                            _ => {}
                        }
                    }
                }
            }
            Kind::List(items) => items.iter().for_each(|item| self.references(item, test)),
            Kind::Map(entries) => entries.iter().for_each(|(_, value)| self.references(value, test)),
            _ => {}
        }
    }

    fn node(&self, name: &str) -> Option<usize> {
        let refable = |at: &&usize| {
            matches!(self.project.nodes[**at].resource, Resource::Model | Resource::Seed | Resource::Snapshot)
        };
        self.by_name.get(name)?.iter().find(refable).copied()
    }

    fn unit_tests(&self, found: &mut Vec<TestNode>) {
        let entries = self.project.properties.iter().enumerate();
        for (place, entry) in entries.filter(|(_, entry)| entry.section == "unit_tests") {
            let Some(model) = entry.datum.get("model").and_then(Datum::as_str) else { continue };
            let Some(at) = self.node(model).filter(|&at| self.manifest.nodes[at].enabled) else { continue };
            if !is_enabled(&entry.datum) {
                continue;
            }
            let package = &self.project.packages[entry.package].name;
            let mut settings = Settings::default();
            for (key, value) in entry.config().and_then(Datum::as_map).unwrap_or_default() {
                if let Some(key) = key.as_str() {
                    settings.merge(key, value);
                }
            }
            found.push(TestNode {
                id: format!("unit_test.{package}.{model}.{}", entry.name),
                name: entry.name.clone(),
                nodes: vec![at],
                sources: Vec::new(),
                unit_of: Some(at),
                entry: Some(place),
                calls: String::new(),
                namespace: None,
                arguments: Vec::new(),
                package: entry.package,
                path: self.path(entry),
                fqn: self.fqn(entry, &[model, &entry.name]),
                state: NodeState {
                    settings,
                    enabled: true,
                    materialized: "test".to_owned(),
                    refs: vec![at],
                    ..NodeState::default()
                },
                declared: None,
                named: OnceLock::new(),
            });
        }
    }
}

impl Column<'_> {
    fn tags(&self) -> Vec<Datum> {
        let configured = self.datum.get("config").and_then(|config| config.get("tags"));
        let all = [self.datum.get("tags"), configured].into_iter().flatten();
        all.flat_map(super::settings::listed).collect()
    }
}

/// The arguments of a test's macro but `model`, in dbt's order.
fn arguments<'a>(args: &'a Datum, column: Option<&Column<'a>>) -> Vec<(String, Python<'a>)> {
    let mut found: Vec<(String, Python<'_>)> = Vec::new();
    let mut add = |entries: &'a [(Datum, Datum)]| {
        for (key, value) in entries {
            let key = text(key);
            if !SETTINGS.contains(&key.as_str()) && !matches!(key.as_str(), "arguments" | "test_name") {
                found.push((key, Python::Datum(value)));
            }
        }
    };
    add(args.as_map().unwrap_or_default());
    add(args.get("arguments").and_then(Datum::as_map).unwrap_or_default());
    if let Some(column) = column {
        found.retain(|(key, _)| key != "column_name");
        // `arguments` come last.
        let nested = args.get("arguments").and_then(Datum::as_map).map_or(0, <[_]>::len).min(found.len());
        found.insert(found.len() - nested, ("column_name".to_owned(), Python::Text(column.name)));
    }
    found
}

/// What a test sets itself: the keys that dbt knows, which may stand beside `config`, then the others of `config`.
fn own_config(args: &Datum) -> Vec<(String, Datum)> {
    let inside = args.get("config");
    let known = SETTINGS.iter().filter(|key| !matches!(**key, "config" | "description" | "name"));
    let mut found: Vec<(String, Datum)> = known
        .filter_map(|key| {
            let beside = args.get(key).filter(|value| is_true(value));
            let value = beside.or_else(|| inside.and_then(|inside| inside.get(key)));
            value.filter(|value| !value.is_null()).map(|value| ((*key).to_owned(), value.clone()))
        })
        .collect();
    for (key, value) in inside.and_then(Datum::as_map).unwrap_or_default() {
        let Some(key) = key.as_str().filter(|key| !SETTINGS.contains(key)) else { continue };
        if !value.is_null() {
            found.push((key.to_owned(), value.clone()));
        }
    }
    found
}

/// Whether Python takes a value for true.
fn is_true(datum: &Datum) -> bool {
    match &datum.kind {
        Kind::Null => false,
        Kind::Bool(value) => *value,
        Kind::Int(value) => value.to_string() != "0",
        Kind::Float(value) => *value != 0.0,
        Kind::Str(text) => !text.as_str().is_empty(),
        Kind::List(items) => !items.is_empty(),
        Kind::Map(entries) => !entries.is_empty(),
        Kind::Other { .. } => true,
    }
}

fn is_enabled(args: &Datum) -> bool {
    let said = args.get("config").and_then(|config| config.get("enabled")).or_else(|| args.get("enabled"));
    said.and_then(Datum::as_bool).unwrap_or(true)
}

fn list<'a>(datum: &'a Datum, key: &str) -> &'a [Datum] {
    datum.get(key).and_then(Datum::as_list).unwrap_or_default()
}

/// The arguments of a call that are all quoted names, after the function's name.
pub(crate) fn quoted_arguments(after: &str) -> Option<Vec<String>> {
    let inside = after.trim_start().strip_prefix('(')?.split(')').next()?;
    let names: Vec<String> = inside
        .split(',')
        .map(str::trim)
        .filter_map(|part| {
            let quote = part.chars().next().filter(|char| matches!(char, '\'' | '"'))?;
            part[1..].strip_suffix(quote).map(str::to_owned)
        })
        .collect();
    (!names.is_empty()).then_some(names)
}
