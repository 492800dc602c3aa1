//! The hooks and macros of a file, and of all projects, by name.

use lsp_types::{DocumentSymbol, Location, SymbolInformation, SymbolKind};

use super::view::View;
use crate::hook::Hook;
use crate::report::list::{declarations, first_line, hit};
use crate::run::Examined;
use crate::source::{FileId, Place};

/// How many symbols are given at most to one question.
const MOST: usize = 300;

/// The declarations of a file: those of its hooks, each with the effective ones.
pub(super) fn of_file(examined: &Examined, file: FileId) -> Vec<(Place, Vec<&Hook>)> {
    let hooks: Vec<&Hook> =
        examined.hooks.hooks.iter().filter(|hook| hook.place.is_some_and(|place| place.file == file)).collect();
    let groups = declarations(&hooks, |hook| (hook.kind, hook.place));
    groups.into_iter().filter_map(|hooks| Some((hooks.first()?.place?, hooks))).collect()
}

/// The hooks and macros of a file.
pub(super) fn document(examined: &Examined, view: &View<'_>, file: FileId) -> Vec<DocumentSymbol> {
    let of_hooks = of_file(examined, file).into_iter().map(|(place, hooks)| {
        let hook = hooks[0];
        symbol(hook.kind.name().to_owned(), Some(detail(&hooks)), SymbolKind::EVENT, place, view)
    });
    let macros = examined.renderer.project().macros.iter().filter(|one| one.block.file == file);
    let of_macros = macros.map(|one| symbol(one.name.clone(), None, SymbolKind::FUNCTION, one.block, view));
    let mut symbols: Vec<DocumentSymbol> = of_hooks.chain(of_macros).collect();
    symbols.sort_by_key(|symbol| (symbol.range.start, symbol.range.end));
    symbols
}

/// What a declaration says, and of how many nodes.
pub(super) fn detail(hooks: &[&Hook]) -> String {
    let said = first_line(hooks[0].raw.as_str());
    let nodes = hit(hooks);
    if hooks.len() > 1 { format!("{said} ({nodes})") } else { said }
}

#[allow(deprecated)]
fn symbol(name: String, detail: Option<String>, kind: SymbolKind, place: Place, view: &View<'_>) -> DocumentSymbol {
    let range = view.range(place);
    DocumentSymbol { name, detail, kind, tags: None, deprecated: None, range, selection_range: range, children: None }
}

/// The macros and nodes of a project whose name holds a text, whatever its case.
pub(super) fn workspace(examined: &Examined, view: &View<'_>, wanted: &str) -> Vec<SymbolInformation> {
    let wanted = wanted.to_lowercase();
    let project = examined.renderer.project();
    let macros = project.macros.iter().map(|one| (&one.name, SymbolKind::FUNCTION, one.package, Some(one.block)));
    let start = |file| Place { file, start: 0, end: 0 };
    let nodes = project
        .nodes
        .iter()
        .map(|node| (&node.name, SymbolKind::CLASS, node.package, node.file.map(start).or(node.place)));
    macros
        .chain(nodes)
        .filter(|(name, ..)| name.to_lowercase().contains(&wanted))
        .filter_map(|(name, kind, package, place)| {
            let container = project.packages[package].name.clone();
            Some(information(name.clone(), kind, container, view.location(place?)?))
        })
        .take(MOST)
        .collect()
}

#[allow(deprecated)]
fn information(name: String, kind: SymbolKind, container: String, location: Location) -> SymbolInformation {
    SymbolInformation { name, kind, tags: None, deprecated: None, location, container_name: Some(container) }
}
