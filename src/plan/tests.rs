//! The tests of a project as dbt names them: generic tests of properties files, and unit tests.

use std::collections::HashMap;
use std::fmt::Write as _;

use md5::Digest as _;

use crate::datum::{Datum, Kind};
use crate::jinja::print::{float_text, write_str_repr};
use crate::manifest::{Manifest, Settings};
use crate::project::{Node, Project, Properties, Resource};
use crate::render::Argument;

/// A test that has no file of its own.
#[derive(Debug)]
pub(super) struct TestNode {
    /// dbt's unique id.
    pub(super) id: String,
    /// Its name.
    pub(super) name: String,
    /// The nodes it depends on.
    pub(super) nodes: Vec<usize>,
    /// The source tables it depends on.
    pub(super) sources: Vec<usize>,
    /// The model, for a unit test: it runs right before that.
    pub(super) unit_of: Option<usize>,
    /// The macro that a generic test calls, without its package.
    pub(super) calls: String,
    /// That macro's package, where it is said.
    pub(super) namespace: Option<String>,
    /// The arguments of the macro.
    pub(super) arguments: Vec<(String, Argument)>,
    /// The package.
    pub(super) package: usize,
    /// The properties file that declares it, from the package's root.
    pub(super) path: String,
    /// dbt's way to it.
    pub(super) fqn: Vec<String>,
    /// Its settings.
    pub(super) settings: Settings,
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
pub(super) struct Finder<'a> {
    pub(super) project: &'a Project,
    pub(super) manifest: &'a Manifest,
    pub(super) by_name: &'a HashMap<String, Vec<usize>>,
    pub(super) source_tables: &'a HashMap<(String, String), usize>,
}

/// What a test is on.
struct On<'a> {
    entry: &'a Properties,
    /// As it stands in the test's name.
    name: String,
    /// What comes before the test's own name.
    prefix: &'static str,
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
    /// The enabled generic tests and unit tests.
    pub(super) fn all(&self) -> Vec<TestNode> {
        let mut found = Vec::new();
        for (at, node) in self.project.nodes.iter().enumerate() {
            if !self.manifest.nodes[at].enabled
                || !matches!(node.resource, Resource::Model | Resource::Seed | Resource::Snapshot)
            {
                continue;
            }
            for &entry in &node.properties {
                self.of_node(at, node, &self.project.properties[entry], &mut found);
            }
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
        let mut kwargs: Vec<(String, Python<'_>)> = Vec::new();
        let nested = args.get("arguments").and_then(Datum::as_map).unwrap_or_default();
        for (key, value) in args.as_map().unwrap_or_default().iter().chain(nested) {
            let key = text(key);
            if !SETTINGS.contains(&key.as_str()) && !matches!(key.as_str(), "arguments" | "test_name") {
                kwargs.push((key, Python::Datum(value)));
            }
        }
        if let Some(column) = column {
            kwargs.retain(|(key, _)| key != "column_name");
            kwargs.push(("column_name".to_owned(), Python::Text(column.name)));
        }
        kwargs.sort_by(|left, right| left.0.cmp(&right.0));
        let (namespace, own) = match called.split_once('.') {
            Some((namespace, own)) => (Some(namespace), own),
            None => (None, called.as_str()),
        };
        let name = match args.get("name").filter(|name| !name.is_null()) {
            Some(name) => text(name),
            None => synthesised(namespace, &format!("{}{own}", on.prefix), &on.name, &kwargs),
        };
        let fqn = self.fqn(on.entry, &[&name]);
        let mut node = TestNode {
            id: String::new(),
            settings: self.settings(on.entry, &fqn, args, column),
            fqn,
            name,
            nodes: on.nodes.clone(),
            sources: on.sources.clone(),
            unit_of: None,
            calls: own.to_owned(),
            namespace: namespace.map(str::to_owned),
            arguments: Vec::new(),
            package: on.entry.package,
            path: self.path(on.entry),
        };
        for (_, value) in &kwargs {
            if let Python::Datum(value) = value {
                self.references(value, &mut node);
            }
        }
        // dbt disables a test of something that is disabled.
        let is_enabled = node.settings.get("enabled").and_then(Datum::as_bool).unwrap_or(true);
        if !is_enabled || node.nodes.iter().any(|&at| !self.manifest.nodes[at].enabled) {
            return None;
        }
        let model = format!("{{{{ get_where_subquery({}) }}}}", on.model);
        kwargs.push(("model".to_owned(), Python::Text(&model)));
        kwargs.sort_by(|left, right| left.0.cmp(&right.0));
        let hash = hash(&node.name, own, namespace, &kwargs);
        node.id = format!("test.{}.{}.{hash}", self.project.packages[on.entry.package].name, node.name);
        let argument = |(key, value): (String, Python<'_>)| {
            let given = match value {
                Python::Text(text) if key == "column_name" => Argument::Plain(text.to_owned()),
                Python::Text(text) => {
                    Argument::Rendered(Datum::new(Kind::Str(crate::source::Text::plain(text.to_owned()))))
                }
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

    /// A test's settings: of `dbt_project.yml`, then its own; the tags of its column come with it.
    fn settings(&self, entry: &Properties, fqn: &[String], args: &Datum, column: Option<&Column<'_>>) -> Settings {
        let mut settings = Settings::default();
        for section in ["tests", "data_tests"] {
            for level in self.project.config_levels(section, entry.package, fqn) {
                settings.merge_level(level.datum);
            }
        }
        for key in SETTINGS.iter().filter(|key| !matches!(**key, "config" | "description" | "name")) {
            if let Some(value) = args.get(key) {
                settings.merge(key, value);
            }
        }
        if let Some(config) = args.get("config") {
            merge(&mut settings, config);
        }
        let of_column = column.map(|column| column.datum);
        let configured = of_column.and_then(|datum| datum.get("config"));
        for tags in [of_column, configured].into_iter().flatten().filter_map(|datum| datum.get("tags")) {
            settings.merge("tags", tags);
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
        for entry in self.project.properties.iter().filter(|entry| entry.section == "unit_tests") {
            let Some(model) = entry.datum.get("model").and_then(Datum::as_str) else { continue };
            let Some(at) = self.node(model).filter(|&at| self.manifest.nodes[at].enabled) else { continue };
            if !is_enabled(&entry.datum) {
                continue;
            }
            let package = &self.project.packages[entry.package].name;
            let mut settings = Settings::default();
            if let Some(config) = entry.config() {
                merge(&mut settings, config);
            }
            found.push(TestNode {
                id: format!("unit_test.{package}.{model}.{}", entry.name),
                name: entry.name.clone(),
                nodes: vec![at],
                sources: Vec::new(),
                unit_of: Some(at),
                calls: String::new(),
                namespace: None,
                arguments: Vec::new(),
                package: entry.package,
                path: self.path(entry),
                fqn: self.fqn(entry, &[model, &entry.name]),
                settings,
            });
        }
    }
}

/// Merges a `config:` mapping.
fn merge(settings: &mut Settings, config: &Datum) {
    for (key, value) in config.as_map().unwrap_or_default() {
        if let Some(key) = key.as_str() {
            settings.merge(key, value);
        }
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
fn quoted_arguments(after: &str) -> Option<Vec<String>> {
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

/// A value of an argument.
enum Python<'a> {
    Text(&'a str),
    Datum(&'a Datum),
}

/// `str()` of a value.
fn text(datum: &Datum) -> String {
    match &datum.kind {
        Kind::Str(text) => text.as_str().to_owned(),
        _ => repr(datum, false),
    }
}

/// `repr()` of a value; with every leaf as text where `leaves` is set.
fn repr(datum: &Datum, leaves: bool) -> String {
    let mut out = String::new();
    let joined = |items: Vec<String>| items.join(", ");
    match &datum.kind {
        Kind::List(items) => {
            let _ = write!(out, "[{}]", joined(items.iter().map(|item| repr(item, leaves)).collect()));
        }
        Kind::Map(entries) => {
            let mut entries: Vec<&(Datum, Datum)> = entries.iter().collect();
            if leaves {
                entries.sort_by_key(|(key, _)| text(key));
            }
            let entry = |(key, value): &&(Datum, Datum)| format!("{}: {}", repr(key, false), repr(value, leaves));
            let _ = write!(out, "{{{}}}", joined(entries.iter().map(entry).collect()));
        }
        Kind::Str(text) => write_str_repr(&mut out, text.as_str()),
        scalar => {
            let shown = match scalar {
                Kind::Null => "None".to_owned(),
                Kind::Bool(value) => if *value { "True" } else { "False" }.to_owned(),
                Kind::Int(value) => value.to_string(),
                Kind::Float(value) => float_text(*value),
                Kind::Other { shown, .. } => shown.clone(),
                Kind::Str(_) | Kind::List(_) | Kind::Map(_) => String::new(),
            };
            if leaves { write_str_repr(&mut out, &shown) } else { out.push_str(&shown) }
        }
    }
    out
}

/// A test's name from its macro, what it is on, and its arguments.
fn synthesised(namespace: Option<&str>, test: &str, on: &str, kwargs: &[(String, Python<'_>)]) -> String {
    let mut parts: Vec<String> = Vec::new();
    for (_, value) in kwargs {
        match value {
            Python::Text(value) => parts.push((*value).to_owned()),
            Python::Datum(datum) => match &datum.kind {
                Kind::List(items) => parts.extend(items.iter().map(text)),
                Kind::Map(entries) => parts.extend(entries.iter().map(|(_, value)| text(value))),
                _ => parts.push(text(datum)),
            },
        }
    }
    let cleaned: Vec<String> = parts.iter().map(|part| clean(part)).collect();
    let namespace = namespace.map(|name| format!("{name}_")).unwrap_or_default();
    format!("{namespace}{test}_{on}_{}", cleaned.join("__"))
}

/// Runs of what is no letter, digit or underscore become one underscore.
fn clean(part: &str) -> String {
    let mut out = String::with_capacity(part.len());
    let mut gap = false;
    for char in part.chars() {
        let plain = char.is_ascii_alphanumeric() || char == '_';
        if plain {
            out.push(char);
        } else if !gap {
            out.push('_');
        }
        gap = !plain;
    }
    out
}

/// The end of a test's id: the digest of its name and of what calls it.
fn hash(name: &str, test: &str, namespace: Option<&str>, kwargs: &[(String, Python<'_>)]) -> String {
    let mut shown = String::from("{'kwargs': {");
    for (n, (key, value)) in kwargs.iter().enumerate() {
        if n > 0 {
            shown.push_str(", ");
        }
        write_str_repr(&mut shown, key);
        shown.push_str(": ");
        match value {
            Python::Text(text) => write_str_repr(&mut shown, text),
            Python::Datum(datum) => shown.push_str(&repr(datum, true)),
        }
    }
    shown.push_str("}, 'name': ");
    write_str_repr(&mut shown, test);
    shown.push_str(", 'namespace': ");
    write_str_repr(&mut shown, namespace.unwrap_or("None"));
    shown.push('}');
    let digest = md5::Md5::digest(format!("{name}{shown}").as_bytes());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    hex[hex.len() - 10..].to_owned()
}
