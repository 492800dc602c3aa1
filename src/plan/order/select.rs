//! Which of the nodes, tests and sources a command's selection takes.

use std::collections::{BTreeSet, HashSet};

use super::Order;
use super::members::Member;
use crate::datum::{Datum, Kind};
use crate::selection::{Criterion, Indirect, Method, Selection, Union, fnmatch, glob};

/// What a selection takes.
pub(super) struct Chosen {
    /// Vertices of the graph.
    pub(super) vertices: HashSet<usize>,
    /// Unit tests that stand beside the graph, by their place among the tests.
    pub(super) units: HashSet<usize>,
}

type Set = BTreeSet<usize>;

impl Order<'_> {
    /// What the command's selection takes, whatever its kind. Tests must not have edges to what waits for them yet.
    pub(super) fn chosen(&self) -> Chosen {
        let mut members: Vec<Member<'_>> = (0..self.graph.len()).map(|vertex| self.member(vertex)).collect();
        let mut units = Vec::new();
        // In a build unit tests stand beside the graph.
        for &unit in self.units.values().flatten() {
            let at = members.len();
            let mut member = self.of_test(unit);
            let nodes = self.tests()[unit].nodes.iter();
            member.parents = nodes.filter_map(|&node| self.vertex_of_node[node]).collect();
            for &parent in &member.parents {
                members[parent].children.push(at);
            }
            units.push((at, unit));
            members.push(member);
        }
        self.exposures(&mut members);
        let root = &self.project.packages[0].name;
        let paths = paths_of(&members, root);
        let taken = Selector { members, paths, root, selection: &self.invocation.selection }.taken();
        Chosen {
            units: units.iter().filter(|(at, _)| taken.contains(at)).map(|(_, unit)| *unit).collect(),
            vertices: taken.into_iter().filter(|&at| at < self.graph.len()).collect(),
        }
    }
}

/// Every path of the root project that a criterion may name: files and the folders above them.
fn paths_of(members: &[Member<'_>], root: &str) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for member in members.iter().filter(|member| member.package == root) {
        for path in std::iter::once(&member.path).chain(&member.patch) {
            paths.extend(path.match_indices('/').map(|(at, _)| path[..at].to_owned()));
            paths.insert(path.clone());
        }
    }
    paths
}

struct Selector<'a> {
    members: Vec<Member<'a>>,
    paths: BTreeSet<String>,
    root: &'a str,
    selection: &'a Selection,
}

/// What a part takes, and the tests that it would take if all their parents were taken.
#[derive(Default)]
struct Bundle {
    direct: Set,
    indirect: Set,
}

impl Selector<'_> {
    fn taken(&self) -> Set {
        let included = match &self.selection.select {
            Some(union) => self.union(union).direct,
            None => (0..self.members.len()).collect(),
        };
        let excluded = self.union(&self.selection.exclude).direct;
        included.difference(&excluded).copied().collect()
    }

    fn union(&self, union: &Union) -> Bundle {
        let mut found = Bundle::default();
        for part in &union.parts {
            let part = self.intersection(part);
            found.indirect.extend(part.indirect);
            found.indirect.extend(&part.direct);
            found.direct.extend(part.direct);
        }
        self.settled(found)
    }

    fn intersection(&self, part: &[Criterion]) -> Bundle {
        let mut all = part.iter().map(|criterion| {
            let Bundle { direct, mut indirect } = self.criterion(criterion);
            indirect.extend(&direct);
            Bundle { direct, indirect }
        });
        let first = all.next().unwrap_or_default();
        let both = all.fold(first, |left, right| Bundle {
            direct: left.direct.intersection(&right.direct).copied().collect(),
            indirect: left.indirect.intersection(&right.indirect).copied().collect(),
        });
        self.settled(both)
    }

    /// Takes in the tests whose parents are all there now.
    fn settled(&self, mut bundle: Bundle) -> Bundle {
        let mut there = bundle.direct.clone();
        match self.selection.indirect {
            Indirect::Cautious => {}
            Indirect::Buildable => there.extend(self.related(&bundle.direct, None, true)),
            Indirect::Eager | Indirect::Empty => return bundle,
        }
        let fits = |at: &usize| {
            let member = &self.members[*at];
            !member.is_kept_apart() && member.parents.iter().all(|parent| there.contains(parent))
        };
        let more: Vec<usize> = bundle.indirect.iter().copied().filter(fits).collect();
        bundle.direct.extend(more);
        bundle
    }

    fn criterion(&self, criterion: &Criterion) -> Bundle {
        let matched: Set = (0..self.members.len()).filter(|&at| self.fits(&self.members[at], criterion)).collect();
        let mut selected = matched.clone();
        if criterion.with_childrens_parents {
            selected.extend(self.related(&matched, None, false));
            selected.extend(self.related(&selected.clone(), None, true));
        }
        if let Some(depth) = criterion.parents {
            selected.extend(self.related(&matched, depth, true));
        }
        if let Some(depth) = criterion.children {
            selected.extend(self.related(&matched, depth, false));
        }
        let indirect = self.selection.indirect;
        let mut found = Bundle { direct: selected.clone(), indirect: Set::new() };
        if indirect == Indirect::Empty {
            return found;
        }
        let mut buildable = selected.clone();
        if indirect == Indirect::Buildable {
            buildable.extend(self.related(&selected, None, true));
            buildable.extend((0..self.members.len()).filter(|&at| self.members[at].kind == "source"));
        }
        for &child in selected.iter().flat_map(|&at| &self.members[at].children) {
            let member = &self.members[child];
            if matches!(member.kind, "test" | "unit_test") {
                let all = member.parents.iter().all(|parent| buildable.contains(parent));
                let set = if indirect == Indirect::Eager || all { &mut found.direct } else { &mut found.indirect };
                set.insert(child);
            }
        }
        found
    }

    /// What stands above or below, at most so many steps away.
    fn related(&self, from: &Set, depth: Option<usize>, above: bool) -> Set {
        let mut found = Set::new();
        let mut layer: Vec<usize> = from.iter().copied().collect();
        let mut steps = 0;
        while !layer.is_empty() && depth.is_none_or(|depth| steps < depth) {
            let next = |&at: &usize| if above { &self.members[at].parents } else { &self.members[at].children };
            let next: Vec<usize> = layer.iter().flat_map(next).copied().collect();
            layer = next.into_iter().filter(|other| found.insert(*other)).collect();
            steps += 1;
        }
        found
    }

    fn fits(&self, member: &Member<'_>, criterion: &Criterion) -> bool {
        let wanted = criterion.value.as_str();
        match &criterion.method {
            Method::Fqn => member.kind != "source" && fits_fqn(member, wanted),
            Method::Tag => member.tags.iter().any(|tag| fnmatch(tag, wanted)),
            Method::Group => {
                let group = member.settings.and_then(|settings| settings.text("group"));
                !member.is_kept_apart() && group.is_some_and(|group| fnmatch(group, wanted))
            }
            Method::Access => {
                let access = member.settings.and_then(|settings| settings.text("access"));
                member.kind == "model" && access.unwrap_or("protected") == wanted
            }
            Method::Source => {
                let parts: Vec<&str> = wanted.split('.').collect();
                let (package, source, table) = match parts.as_slice() {
                    [source] => ("*", *source, "*"),
                    [source, table] => ("*", *source, *table),
                    [package, source, table] => (*package, *source, *table),
                    _ => return false,
                };
                member.source.is_some_and(|own| fnmatch(own, source))
                    && fnmatch(member.name, table)
                    && fnmatch(member.package, package)
            }
            Method::Exposure | Method::UnitTest => {
                let kind = if criterion.method == Method::Exposure { "exposure" } else { "unit_test" };
                let (package, name) = wanted.split_once('.').unwrap_or(("*", wanted));
                member.kind == kind && fnmatch(member.package, package) && fnmatch(member.name, name)
            }
            Method::Path => self.is_at(member, wanted),
            Method::File => {
                let file = member.path.rsplit('/').next().unwrap_or_default();
                let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
                fnmatch(file, wanted) || fnmatch(stem, wanted)
            }
            Method::Package => fnmatch(member.package, if wanted == "this" { self.root } else { wanted }),
            Method::Config(way) => (!member.is_kept_apart() || member.kind == "source") && is_set(member, way, wanted),
            Method::TestName if member.kind == "unit_test" => fnmatch(member.name, wanted),
            Method::TestName => member.calls.is_some_and(|calls| fnmatch(calls, wanted)),
            Method::TestType => match wanted {
                "generic" | "schema" => member.calls.is_some(),
                "data" => member.kind == "test",
                "singular" => member.kind == "test" && member.calls.is_none(),
                _ => member.kind == "unit_test",
            },
            Method::ResourceType => member.kind == wanted,
        }
    }

    /// Whether its file, or a folder above it, is one that the pattern names in the root project.
    fn is_at(&self, member: &Member<'_>, pattern: &str) -> bool {
        let is_named = |path: &str| self.paths.contains(path) && glob(path, pattern);
        let path = member.path.as_str();
        let mut folders = path.match_indices('/').map(|(at, _)| &path[..at]);
        is_named(path) || folders.any(is_named) || member.patch.as_deref().is_some_and(is_named)
    }
}

/// Whether a name is meant, or the way to it, with or without its package.
fn fits_fqn(member: &Member<'_>, wanted: &str) -> bool {
    let without_package = member.fqn.get(1..).unwrap_or_default();
    [&member.fqn[..], without_package].iter().any(|fqn| fits_way(fqn, wanted, member.is_versioned))
}

fn fits_way(fqn: &[String], wanted: &str, is_versioned: bool) -> bool {
    let parts: Vec<&str> = wanted.split('.').collect();
    // A version stands behind the name.
    let leaf = fqn.iter().rev().nth(usize::from(is_versioned));
    if leaf.is_some_and(|leaf| leaf == wanted) {
        return true;
    }
    let own: Vec<&str> = fqn.iter().map(String::as_str).collect();
    let end = |parts: &[&str]| parts[parts.len().saturating_sub(2)..].join("_");
    if is_versioned && end(&own) == end(&parts) {
        return true;
    }
    let flat: Vec<&str> = own.iter().flat_map(|part| part.split('.')).collect();
    if flat.len() < parts.len() {
        return false;
    }
    let pattern = parts.iter().position(|part| part.contains(['*', '?', '[', ']']));
    let plain = pattern.unwrap_or(parts.len());
    if flat[..plain] != parts[..plain] {
        return false;
    }
    match pattern {
        None => true,
        Some(from) if fnmatch(&flat[from..].join("."), &parts[from..].join(".")) => true,
        Some(_) => parts.len() == 1 && leaf.is_some_and(|leaf| fnmatch(leaf, wanted)),
    }
}

/// Whether a setting is the one that is wanted, or has it in its list.
fn is_set(member: &Member<'_>, way: &[String], wanted: &str) -> bool {
    let names: Vec<&str> = way.iter().map(String::as_str).collect();
    let flag = |value: bool| wanted.eq_ignore_ascii_case(if value { "true" } else { "false" });
    match names.as_slice() {
        ["materialized"] => return member.kind != "source" && member.materialized == wanted,
        ["enabled"] => return flag(true),
        ["tags"] => return member.tags.iter().any(|tag| tag == wanted),
        _ => {}
    }
    let mut found = names.first().and_then(|first| member.settings.and_then(|settings| settings.get(first)));
    for name in names.iter().skip(1) {
        found = found.and_then(|datum| datum.get(name));
    }
    let same = |datum: &Datum| match &datum.kind {
        Kind::Str(text) if names == ["severity"] => text.as_str().eq_ignore_ascii_case(wanted),
        Kind::Str(text) => text.as_str() == wanted,
        Kind::Bool(value) => flag(*value),
        _ => false,
    };
    match found {
        Some(Datum { kind: Kind::List(items), .. }) => items.iter().any(same),
        Some(datum) => same(datum),
        // What dbt takes where nothing is written.
        None => match (names.as_slice(), member.kind) {
            (["severity"], "test") => wanted.eq_ignore_ascii_case("error"),
            (["access"], "model") => wanted == "protected",
            (["on_schema_change"], "model" | "seed" | "snapshot") => wanted == "ignore",
            (["on_configuration_change"], "model" | "seed" | "snapshot") => wanted == "apply",
            (["contract", "enforced"], "model" | "seed" | "snapshot") => flag(false),
            (["contract", "alias_types"] | ["docs", "show"], "model" | "seed" | "snapshot") => flag(true),
            _ => false,
        },
    }
}
