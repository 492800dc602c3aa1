//! The nodes of a project: models, seeds, snapshots, analyses, tests and functions, named as dbt does it.

use std::collections::HashMap;
use std::path::PathBuf;

use super::Overlay;
use super::files::{self, Found, Role};
use super::package::Package;
use super::problem::{Problem, ProblemKind};
use super::properties::Properties;
use super::yaml;
use crate::datum::{Datum, Kind};
use crate::jinja::blocks::Block;
use crate::source::{FileId, Place, Sources, Text};

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    /// A model, in SQL or Python.
    Model,
    /// A CSV file.
    Seed,
    /// A snapshot, from a SQL block or from YAML.
    Snapshot,
    /// An analysis.
    Analysis,
    /// A singular test.
    Test,
    /// A user-defined function.
    Function,
}

impl Resource {
    /// dbt's word, as in unique ids.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Resource::Model => "model",
            Resource::Seed => "seed",
            Resource::Snapshot => "snapshot",
            Resource::Analysis => "analysis",
            Resource::Test => "test",
            Resource::Function => "function",
        }
    }

    /// The key of `dbt_project.yml` that configures it; none for an analysis, which `models` configures.
    #[must_use]
    pub fn section(self) -> &'static str {
        match self {
            Resource::Model | Resource::Analysis => "models",
            Resource::Seed => "seeds",
            Resource::Snapshot => "snapshots",
            Resource::Test => "data_tests",
            Resource::Function => "functions",
        }
    }
}

/// The language of a node's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// SQL with Jinja.
    Sql,
    /// Python.
    Python,
}

/// A node.
#[derive(Debug, Clone)]
pub struct Node {
    /// `model.package.name`, with `.v1` at the end for a version.
    pub unique_id: String,
    /// What it is.
    pub resource: Resource,
    /// The package, by its place in the project's packages.
    pub package: usize,
    /// Its name.
    pub name: String,
    /// The way along which `dbt_project.yml` configures it.
    pub fqn: Vec<String>,
    /// dbt's `path`: from the searched folder.
    pub path: String,
    /// dbt's `original_file_path`: from the package's root.
    pub original_file_path: String,
    /// The file its code is in; none for a seed.
    pub file: Option<FileId>,
    /// Its code as dbt has it in `raw_code`; none for a seed.
    pub code: Option<Text>,
    /// The language of the code.
    pub language: Language,
    /// Its entries in properties files, by their place in the project's properties.
    pub properties: Vec<usize>,
    /// Its version: the entry of `versions`, by its place there.
    pub version: Option<usize>,
    /// A seed's first line.
    pub header: Option<String>,
    /// A seed's file, for those who read its rows.
    pub data: Option<PathBuf>,
    /// Where its code stands.
    pub place: Option<Place>,
}

/// What reading one file of code gave.
pub(crate) struct Code<'a> {
    pub(crate) found: &'a Found,
    pub(crate) file: Option<FileId>,
    /// The snapshot blocks.
    pub(crate) blocks: Vec<Block>,
    pub(crate) header: Option<String>,
}

/// dbt goes by the ending as it is written: `M.PY` is taken for SQL.
#[allow(clippy::case_sensitive_file_extension_comparisons)]
fn is_python(path: &str) -> bool {
    path.ends_with(".py")
}

/// dbt renders the code of a Python model without any names and takes it only when nothing changes, so that
/// a hook with Jinja in it cannot stand there (facts D18).
pub(crate) fn python_jinja(node: &Node) -> Option<Problem> {
    let code = node.code.as_ref().filter(|_| node.language == Language::Python)?;
    let at = ["{{", "{%", "{#"].iter().filter_map(|tag| code.as_str().find(tag)).min()?;
    let message = format!("{} is a Python model and has Jinja in its code; dbt stops here", node.original_file_path);
    let help = "declare a hook that has Jinja in the properties file or in dbt_project.yml";
    Some(Problem::new(ProblemKind::PythonJinja, code.place_of(at..at + 2), message).help(help))
}

/// A file's name without its ending, as Python's `splitext` cuts it.
fn stem(path: &str) -> &str {
    let name_at = path.rfind('/').map_or(0, |at| at + 1);
    let name = &path[name_at..];
    let first = name.len() - name.trim_start_matches('.').len();
    match name[first..].rfind('.') {
        Some(dot) => &path[..name_at + first + dot],
        None => path,
    }
}

/// Makes the nodes of the files, in the files' order.
pub(crate) fn of_files(codes: &[Code<'_>], packages: &[String], sources: &Sources) -> Vec<Node> {
    let mut nodes = Vec::new();
    for code in codes {
        let found = code.found;
        let resource = match found.role {
            Role::Model => Resource::Model,
            Role::Seed => Resource::Seed,
            Role::Snapshot => Resource::Snapshot,
            Role::Analysis => Resource::Analysis,
            Role::SingularTest => Resource::Test,
            Role::Function => Resource::Function,
            Role::Macros | Role::GenericTest | Role::Properties => continue,
        };
        let package = &packages[found.package];
        let path = if resource == Resource::Analysis {
            format!("analysis/{}", found.relative)
        } else {
            found.relative.clone()
        };
        let way = stem(&path);
        let name = way.rsplit('/').next().unwrap_or_default().to_owned();
        let fqn_of = |folders: &str, name: &str| {
            let mut fqn = vec![package.clone()];
            fqn.extend(folders.split('/').filter(|part| !part.is_empty()).map(str::to_owned));
            fqn.push(name.to_owned());
            fqn
        };
        let node = |name: &str, fqn: Vec<String>, text: Option<Text>, place: Option<Place>| Node {
            unique_id: format!("{}.{package}.{name}", resource.name()),
            resource,
            package: found.package,
            name: name.to_owned(),
            fqn,
            path: path.clone(),
            original_file_path: found.original.clone(),
            file: code.file,
            code: text,
            language: if is_python(&found.relative) { Language::Python } else { Language::Sql },
            properties: Vec::new(),
            version: None,
            header: code.header.clone(),
            data: (resource == Resource::Seed).then(|| found.absolute.clone()),
            place,
        };
        if resource == Resource::Snapshot {
            let Some(file) = code.file else { continue };
            for block in &code.blocks {
                let Some(name) = &block.name else { continue };
                let place_of =
                    |range: &std::ops::Range<usize>| Place { file, start: range.start as u32, end: range.end as u32 };
                let text = &sources.get(file).text[block.contents.clone()];
                let text = Text::verbatim(text, place_of(&block.contents));
                nodes.push(node(name, fqn_of(way, name), Some(text), Some(place_of(&block.full))));
            }
            continue;
        }
        let text = code.file.map(|file| yaml::stripped_text(&sources.get(file).text, file));
        let place = match (&text, code.file) {
            (Some(text), Some(file)) => {
                Some(text.place_of(0..text.value.len()).unwrap_or(Place { file, start: 0, end: 0 }))
            }
            _ => None,
        };
        let folders = way.rfind('/').map_or("", |at| &way[..at]);
        nodes.push(node(&name, fqn_of(folders, &name), text, place));
    }
    nodes
}

/// Makes the nodes of snapshots that stand in YAML alone.
pub(crate) fn of_yaml_snapshots(
    properties: &[Properties],
    packages: &[String],
    originals: &HashMap<FileId, String>,
) -> Vec<Node> {
    let mut nodes = Vec::new();
    for entry in properties.iter().filter(|entry| entry.section == "snapshots") {
        // dbt takes the relation as it is written, unrendered.
        let Some(relation) = entry.written().get("relation") else {
            continue;
        };
        let package = &packages[entry.package];
        let folders = stem(&entry.relative);
        let folders = folders.rfind('/').map_or("", |at| &folders[..at]);
        let mut fqn = vec![package.clone()];
        fqn.extend(folders.split('/').filter(|part| !part.is_empty()).map(str::to_owned));
        fqn.push(entry.name.clone());
        let code = format!("select * from {{{{ {} }}}}", yaml::shown(relation));
        let code = match relation.place {
            Some(place) => Text::made_at(code, place),
            None => Text::plain(code),
        };
        nodes.push(Node {
            unique_id: format!("snapshot.{package}.{}", entry.name),
            resource: Resource::Snapshot,
            package: entry.package,
            name: entry.name.clone(),
            fqn,
            path: format!("{}/{}.sql", entry.relative, entry.name),
            original_file_path: originals.get(&entry.file).cloned().unwrap_or_default(),
            file: Some(entry.file),
            code: Some(code),
            language: Language::Sql,
            properties: Vec::new(),
            version: None,
            header: None,
            data: None,
            place: Some(entry.place),
        });
    }
    nodes
}

/// The nodes by name, to find those that properties speak of.
struct Names {
    own: HashMap<(Resource, usize, String), usize>,
    any: HashMap<(Resource, String), usize>,
}

impl Names {
    fn new(nodes: &[Node]) -> Names {
        let mut names = Names { own: HashMap::new(), any: HashMap::new() };
        for (n, node) in nodes.iter().enumerate() {
            names.own.entry((node.resource, node.package, node.name.clone())).or_insert(n);
            names.any.entry((node.resource, node.name.clone())).or_insert(n);
        }
        names
    }

    fn own(&self, resource: Resource, package: usize, name: &str) -> Option<usize> {
        self.own.get(&(resource, package, name.to_owned())).copied()
    }

    fn find(&self, resource: Resource, package: usize, name: &str) -> Option<usize> {
        self.own(resource, package, name).or_else(|| self.any.get(&(resource, name.to_owned())).copied())
    }
}

/// Hands each entry of the properties files to its node; gives the entries that have none. Models with
/// versions get their names, ids and fqn here, as dbt does it.
pub(crate) fn attach(
    nodes: &mut [Node],
    properties: &[Properties],
    packages: &[String],
    problems: &mut Vec<Problem>,
) -> Vec<usize> {
    let names = Names::new(nodes);
    let mut unattached = Vec::new();
    for (n, entry) in properties.iter().enumerate() {
        let resource = match entry.section {
            "models" => Resource::Model,
            "seeds" => Resource::Seed,
            "snapshots" => Resource::Snapshot,
            "analyses" => Resource::Analysis,
            "functions" => Resource::Function,
            "data_tests" | "tests" => Resource::Test,
            _ => continue,
        };
        if resource == Resource::Model && !entry.versions().is_empty() {
            if !attach_versions(nodes, &names, n, entry, &packages[entry.package]) {
                unattached.push(n);
            }
            continue;
        }
        let Some(found) =
            names.find(resource, entry.package, &entry.name).filter(|&found| nodes[found].version.is_none())
        else {
            unattached.push(n);
            continue;
        };
        if !nodes[found].properties.is_empty() {
            let message =
                format!("dbt found two schema.yml entries for the same resource named {}; dbt stops here", entry.name);
            let problem = Problem::new(ProblemKind::Properties, Some(entry.place), message);
            problems.push(problem.help("merge the two entries into one"));
        }
        nodes[found].properties.push(n);
    }
    unattached
}

fn attach_versions(nodes: &mut [Node], names: &Names, n: usize, entry: &Properties, package: &str) -> bool {
    let versions = entry.versions();
    let latest = match entry.datum.get("latest_version").filter(|latest| !latest.is_null()) {
        Some(latest) => Some(yaml::shown(latest)),
        None => versions.iter().filter_map(|version| version.get("v")).reduce(later).map(yaml::shown),
    };
    let mut any = false;
    for (m, version) in versions.iter().enumerate() {
        let Some(v) = version.get("v").map(yaml::shown) else {
            continue;
        };
        let file = match version.get("defined_in").filter(|file| !file.is_null()) {
            Some(file) => yaml::shown(file),
            None => format!("{}_v{v}", entry.name),
        };
        let free = |found: &usize| nodes[*found].version.is_none();
        let found = names
            .own(Resource::Model, entry.package, &file)
            .or_else(|| {
                (latest.as_ref() == Some(&v)).then(|| names.own(Resource::Model, entry.package, &entry.name)).flatten()
            })
            .filter(free);
        let Some(found) = found else { continue };
        let node = &mut nodes[found];
        node.unique_id = format!("model.{package}.{}.v{v}", entry.name);
        node.name.clone_from(&entry.name);
        node.fqn.pop();
        node.fqn.push(entry.name.clone());
        node.fqn.push(format!("v{v}"));
        node.version = Some(m);
        node.properties.push(n);
        any = true;
    }
    any
}

/// The later of two versions: by number where both are numbers, else by text.
fn later<'a>(a: &'a Datum, b: &'a Datum) -> &'a Datum {
    let number = |datum: &Datum| match &datum.kind {
        Kind::Int(value) => Some(*value as f64),
        Kind::Float(value) => Some(*value),
        Kind::Str(text) => text.as_str().trim().parse().ok(),
        _ => None,
    };
    let b_is_later = match (number(a), number(b)) {
        (Some(a), Some(b)) => b > a,
        _ => yaml::shown(b) > yaml::shown(a),
    };
    if b_is_later { b } else { a }
}

/// Reports nodes of one id. dbt fails where both are enabled, so nodes that speak of `enabled` are left
/// to their fate.
pub(crate) fn duplicates(
    nodes: &[Node],
    properties: &[Properties],
    packages: &[Package],
    sources: &Sources,
    problems: &mut Vec<Problem>,
) {
    let mut first: HashMap<&str, &Node> = HashMap::with_capacity(nodes.len());
    let speaks_of_enabled = |node: &Node| {
        node.code.as_ref().is_some_and(|code| code.as_str().contains("enabled"))
            || node
                .properties
                .iter()
                .any(|&n| properties[n].config().is_some_and(|config| config.get("enabled").is_some()))
            || super::config_levels(packages, node.resource.section(), node.package, &node.fqn)
                .iter()
                .any(|level| level.datum.get("enabled").or_else(|| level.datum.get("+enabled")).is_some())
    };
    for node in nodes {
        let Some(earlier) = first.get(node.unique_id.as_str()) else {
            first.insert(&node.unique_id, node);
            continue;
        };
        if speaks_of_enabled(node) || speaks_of_enabled(earlier) {
            continue;
        }
        let path =
            |node: &Node| node.file.map_or(node.original_file_path.clone(), |file| sources.get(file).path.clone());
        let message = format!(
            "dbt found two {}s with the name \"{}\": {} and {}; dbt stops here",
            node.resource.name(),
            node.name,
            path(earlier),
            path(node)
        );
        let problem = Problem::new(ProblemKind::DuplicateNode, node.place, message);
        problems.push(problem.help("rename one of them, or disable it"));
    }
}

/// A seed's first line, without reading the rest.
pub(crate) fn seed_header(found: &Found, overlay: &Overlay) -> Option<String> {
    files::first_line(&found.absolute, overlay)
}
