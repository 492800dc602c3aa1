//! Keys that look like a hook's and are none: in `dbt_project.yml`, in properties, in `config()` calls.

use std::collections::HashSet;

use super::{KeyFault, OddKey};
use crate::datum::Datum;
use crate::manifest::Manifest;
use crate::project::{Project, Properties, Resource};
use crate::source::Place;
use crate::spelling::distance_within;

/// The sections of `dbt_project.yml` and of properties files whose nodes have hooks.
const SECTIONS: [&str; 4] = ["models", "seeds", "snapshots", "functions"];
/// Settings that are mappings: what stands in them is the user's own.
const MAPPINGS: [&str; 12] = [
    "meta",
    "vars",
    "grants",
    "docs",
    "quoting",
    "column_types",
    "persist_docs",
    "contract",
    "labels",
    "tblproperties",
    "partition_by",
    "snapshot_meta_column_names",
];

/// How many letters a misspelling may be away.
const FARTHEST: usize = 2;

/// What a key was meant to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meant {
    Pre,
    Post,
    Start,
    End,
}

impl Meant {
    fn is_on_run(self) -> bool {
        matches!(self, Meant::Start | Meant::End)
    }

    /// The right key in `dbt_project.yml`.
    fn in_project(self, plus: bool) -> &'static str {
        match (self, plus) {
            (Meant::Pre, true) => "+pre-hook",
            (Meant::Pre, false) => "pre-hook",
            (Meant::Post, true) => "+post-hook",
            (Meant::Post, false) => "post-hook",
            (Meant::Start, _) => "on-run-start",
            (Meant::End, _) => "on-run-end",
        }
    }

    /// The right key of a node.
    fn of_node(self) -> &'static str {
        match self {
            Meant::Pre => "pre_hook",
            Meant::Post => "post_hook",
            Meant::Start => "on-run-start",
            Meant::End => "on-run-end",
        }
    }
}

/// Words that people use for hooks and that are no near misses.
const SYNONYMS: &[(&str, Meant)] = &[
    ("after-hook", Meant::Post),
    ("before-hook", Meant::Pre),
    ("hook-post", Meant::Post),
    ("hook-pre", Meant::Pre),
    ("on-end", Meant::End),
    ("on-post-run", Meant::End),
    ("on-pre-run", Meant::Start),
    ("on-run-after", Meant::End),
    ("on-run-before", Meant::Start),
    ("on-run-begin", Meant::Start),
    ("on-run-complete", Meant::End),
    ("on-run-completed", Meant::End),
    ("on-run-finish", Meant::End),
    ("on-run-finished", Meant::End),
    ("on-run-init", Meant::Start),
    ("on-run-startup", Meant::Start),
    ("on-run-stop", Meant::End),
    ("on-start", Meant::Start),
    ("post-model-hook", Meant::Post),
    ("post-run-hook", Meant::Post),
    ("posthok", Meant::Post),
    ("pre-model-hook", Meant::Pre),
    ("pre-run-hook", Meant::Pre),
    ("prehok", Meant::Pre),
    ("run-end", Meant::End),
    ("run-start", Meant::Start),
];

/// The hook's key that a key is or nearly is, its plus sign, case, blanks and underscores aside.
fn meant(key: &str) -> Option<Meant> {
    const HOOKS: [(&str, Meant); 2] = [("pre-hook", Meant::Pre), ("post-hook", Meant::Post)];
    const ON_RUN: [(&str, Meant); 2] = [("on-run-start", Meant::Start), ("on-run-end", Meant::End)];
    if !(4..24).contains(&key.len()) {
        return None;
    }
    let plain = key.trim_start_matches(['+', ' ']).trim_end().to_lowercase().replace(['_', ' '], "-");
    if let Some((_, meant)) = SYNONYMS.iter().find(|(known, _)| *known == plain) {
        return Some(*meant);
    }
    let nearest = |candidates: [(&str, Meant); 2], farthest: usize| {
        let with_distance = |(right, meant)| Some((distance_within(&plain, right, farthest)?, meant));
        let near = candidates.into_iter().filter_map(with_distance);
        near.min_by_key(|&(far, _)| far).map(|(_, meant)| meant)
    };
    if plain.contains("hook") {
        nearest(HOOKS, FARTHEST)
    } else if plain.contains("run") {
        nearest(ON_RUN, FARTHEST)
    } else {
        nearest(HOOKS, 1).or_else(|| nearest(ON_RUN, 1))
    }
}

/// The same among a node's settings, where a word that only sounds like a hook of the run may be the user's own.
fn meant_of_node(key: &str) -> Option<Meant> {
    let speaks_of_runs = || key.to_lowercase().replace(['_', '-', ' '], "").contains("onrun");
    meant(key).filter(|meant| !meant.is_on_run() || speaks_of_runs())
}

/// Every key that looks like a hook's, by place.
pub(super) fn odd_keys(project: &Project, manifests: &[&Manifest]) -> Vec<OddKey> {
    let mut found = Vec::new();
    let folders: HashSet<&str> = project.nodes.iter().flat_map(|node| &node.fqn).map(String::as_str).collect();
    for package in &project.packages {
        at_the_top(&package.settings, &mut found);
        for section in SECTIONS {
            if let Some(tree) = package.settings.get(section) {
                in_tree(tree, &folders, &mut found);
            }
        }
    }
    for (name, place) in project.other_keys.iter().filter_map(named) {
        if let Some(meant) = meant(name) {
            let fault = KeyFault::TopOfProperties;
            found.push(OddKey { key: name.to_owned(), place, meant: meant.of_node(), fault, node_id: None });
        }
    }
    let mut owners: Vec<Option<&str>> = vec![None; project.properties.len()];
    for node in &project.nodes {
        for &entry in &node.properties {
            if let Some(owner) = owners.get_mut(entry) {
                owner.get_or_insert(&node.unique_id);
            }
        }
    }
    for (entry, owner) in project.properties.iter().zip(owners) {
        if SECTIONS.contains(&entry.section) {
            in_properties(entry, owner, &mut found);
        }
    }
    in_calls(project, manifests, &mut found);
    found.sort_by(|a, b| (a.place, &a.key, &a.node_id).cmp(&(b.place, &b.key, &b.node_id)));
    found.dedup_by(|a, b| (a.place, &a.key, &a.node_id) == (b.place, &b.key, &b.node_id));
    found
}

/// The top of `dbt_project.yml`, where dbt refuses every key that it does not know (facts D4).
fn at_the_top(settings: &Datum, found: &mut Vec<OddKey>) {
    for (key, value) in settings.as_map().unwrap_or_default() {
        let Some((name, place)) = named(key) else { continue };
        if matches!(name, "on-run-start" | "on-run-end") || SECTIONS.contains(&name) {
            continue;
        }
        let near = |section: &&&str| distance_within(section, name, 1) == Some(1);
        if let Some(meant) = SECTIONS.iter().find(near).filter(|_| value.as_map().is_some()) {
            found.push(OddKey { key: name.to_owned(), place, meant, fault: KeyFault::Refused, node_id: None });
        } else if let Some(meant) = meant(name) {
            let fault = if meant.is_on_run() { KeyFault::Refused } else { KeyFault::TopOfProject };
            found.push(OddKey { key: name.to_owned(), place, meant: meant.in_project(true), fault, node_id: None });
        }
    }
}

/// A section's tree, where dbt takes what it does not know for a setting or a folder (facts D11, D13, D17).
fn in_tree(tree: &Datum, folders: &HashSet<&str>, found: &mut Vec<OddKey>) {
    for (key, value) in tree.as_map().unwrap_or_default() {
        let Some((name, place)) = named(key) else { continue };
        let is_map = value.as_map().is_some();
        let plus = name.starts_with('+');
        if is_map && folders.contains(name) {
            in_tree(value, folders, found);
            continue;
        }
        let setting = name.strip_prefix('+').map_or(name, str::trim);
        let odd = |meant: Meant, fault| {
            let meant = meant.in_project(plus || is_map);
            OddKey { key: name.to_owned(), place, meant, fault, node_id: None }
        };
        match (setting, meant_of_node(name)) {
            ("pre-hook" | "pre_hook" | "post-hook" | "post_hook", Some(meant)) => {
                if is_map && !plus {
                    found.push(odd(meant, KeyFault::MapWithoutPlus));
                }
            }
            (_, Some(meant)) if meant.is_on_run() => found.push(odd(meant, KeyFault::NotOfNodes)),
            (_, Some(meant)) => found.push(odd(meant, KeyFault::Ignored)),
            (_, None) if is_map && !plus && !MAPPINGS.contains(&setting) => in_tree(value, folders, found),
            (_, None) => {}
        }
    }
}

/// An entry of a properties file, with its versions.
fn in_properties(entry: &Properties, owner: Option<&str>, found: &mut Vec<OddKey>) {
    let versions = entry.versions().iter();
    for whole in std::iter::once(&entry.datum).chain(versions) {
        let mut add = |key: &Datum, is_right: &dyn Fn(&str) -> bool, fault| {
            let Some((name, place)) = named(key).filter(|(name, _)| !is_right(name)) else { return };
            if let Some(meant) = meant_of_node(name) {
                let fault = if meant.is_on_run() { KeyFault::NotOfNodes } else { fault };
                let node_id = owner.map(str::to_owned);
                found.push(OddKey { key: name.to_owned(), place, meant: meant.of_node(), fault, node_id });
            }
        };
        let own = whole.as_map().unwrap_or_default();
        let config = whole.get("config").and_then(Datum::as_map).unwrap_or_default();
        for (key, value) in own.iter().chain(config) {
            let fault = match key.as_str() {
                Some("config") => continue,
                Some("meta") => KeyFault::UnderMeta,
                _ => KeyFault::OutsideConfig,
            };
            // Another mapping that holds them is `config` misspelled, or something of that kind.
            for (inner, _) in value.as_map().unwrap_or_default() {
                add(inner, &|key| !is_node_key(key), fault);
            }
        }
        for (key, _) in own {
            add(key, &|_| false, KeyFault::OutsideConfig);
        }
        for (key, _) in config {
            add(key, &is_node_key, KeyFault::Ignored);
        }
    }
}

/// The `config()` calls of the nodes that have hooks.
fn in_calls(project: &Project, manifests: &[&Manifest], found: &mut Vec<OddKey>) {
    for manifest in manifests {
        for (node, state) in project.nodes.iter().zip(&manifest.nodes) {
            if matches!(node.resource, Resource::Analysis | Resource::Test) {
                continue;
            }
            for (key, place) in &state.config_keys {
                let Some(meant) = meant_of_node(key).filter(|_| !is_node_key(key)) else { continue };
                let Some(place) = place.or(node.place) else { continue };
                let node_id = Some(node.unique_id.clone());
                let fault = if meant.is_on_run() { KeyFault::NotOfNodes } else { KeyFault::Ignored };
                found.push(OddKey { key: key.clone(), place, meant: meant.of_node(), fault, node_id });
            }
        }
    }
}

/// The spellings that a node's configuration takes.
fn is_node_key(key: &str) -> bool {
    matches!(key, "pre_hook" | "post_hook" | "pre-hook" | "post-hook")
}

/// A key that is text, with its place.
fn named(key: &Datum) -> Option<(&str, Place)> {
    Some((key.as_str()?, key.place?))
}
