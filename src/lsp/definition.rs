//! Where macros, nodes, sources and variables are declared.

use lsp_types::{Location, Range};

use super::spot::{Owner, Spot, callee, texts};
use super::view::{View, named};
use crate::project::{Node, Project};
use crate::run::Examined;
use crate::source::Place;

/// Where what is named at a spot is declared.
pub(super) fn definition(examined: &Examined, spot: &Spot<'_>, view: &View<'_>) -> Vec<Location> {
    let project = examined.renderer.project();
    let package = match &spot.owner {
        Owner::Hooks(hooks) => hooks.first().map_or(0, |hook| hook.package),
        Owner::Macro(at) => project.macros[*at].package,
        Owner::Node(at) => project.nodes[*at].package,
    };
    let Some(subject) = spot.subject() else { return Vec::new() };
    let Some((of, name)) = callee(subject.call.map_or(subject.whole, |(call, _)| call)) else { return Vec::new() };
    let args = subject.call.map(|(_, args)| texts(args)).unwrap_or_default();
    let places: Vec<Place> = match (of, name, args.as_slice()) {
        (None | Some("builtins"), "ref", [name]) => return nodes(project, None, name, view),
        (None | Some("builtins"), "ref", [of, name, ..]) => return nodes(project, Some(of), name, view),
        (None | Some("builtins"), "source", [source, table, ..]) => {
            let is_it = |found: &&crate::project::Source| found.source_name == *source && found.name == *table;
            project.source_tables.iter().filter(is_it).filter_map(|found| found.place).collect()
        }
        (None, "var", [name, ..]) => project.var(package, name).and_then(|value| value.place).into_iter().collect(),
        (Some("adapter"), "dispatch", [name, ..]) => implementations(project, name),
        (of, name, _) => macros(examined, package, of, name),
    };
    places.into_iter().filter_map(|place| view.location(place)).collect()
}

/// A macro by its name: of the package that is named, else of the own one, the project's, any.
fn macros(examined: &Examined, package: usize, of: Option<&str>, name: &str) -> Vec<Place> {
    let project = examined.renderer.project();
    let library = examined.renderer.library();
    let found = match of {
        Some(of) => library.package(of).and_then(|package| library.find(package, name)),
        None => library.find(package, name).or_else(|| library.find(0, name)).or_else(|| {
            let holder = library.holders(name).first().copied()?;
            library.find(holder, name)
        }),
    };
    found.map(|at| project.macros[at].block).into_iter().collect()
}

/// The macros that one is dispatched to: `grant` to `default__grant` and `postgres__grant`.
fn implementations(project: &Project, name: &str) -> Vec<Place> {
    let is_one = |candidate: &str| candidate.strip_suffix(name).is_some_and(|lead| lead.ends_with("__"));
    project.macros.iter().filter(|one| is_one(&one.name)).map(|one| one.block).collect()
}

/// The files of the nodes that `ref` may mean.
fn nodes(project: &Project, package: Option<&str>, name: &str, view: &View<'_>) -> Vec<Location> {
    let is_it = |node: &&Node| {
        node.name == name
            && package.is_none_or(|package| project.packages[node.package].name == package)
            && matches!(node.resource.name(), "model" | "seed" | "snapshot")
    };
    let of = |node: &Node| match (node.file, &node.data) {
        (Some(file), _) => {
            let start = node.place.map_or(0, |place| place.start);
            view.location(Place { file, start, end: start })
        }
        (None, Some(data)) => Some(Location { uri: named(view.documents, data)?, range: Range::default() }),
        (None, None) => view.location(node.place?),
    };
    project.nodes.iter().filter(is_it).filter_map(of).collect()
}
