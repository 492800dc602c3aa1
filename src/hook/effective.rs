//! The effective hooks: the packages' on-run hooks, and each node's in the order dbt merges them.

use std::borrow::Borrow;
use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::frozen::{AtRun, frozen};
use super::keys;
use super::value::{Entry, Given, Refusal, shown};
use super::{BadValue, Declared, Frozen, Hook, HookKind, Hooks, ValueFault};
use crate::datum::{Datum, Kind};
use crate::manifest::{Manifest, NodeState, Operation};
use crate::project::{Level, Node, Project, Properties, Resource};
use crate::source::Place;

/// The hooks of a project. Each manifest is that of the project's target at the same place, and so is each
/// project: the same files, as dbt reads them for that target. A hook that is the same in several targets is
/// one.
#[must_use]
pub fn hooks<P: Borrow<Project>, M: Borrow<Manifest>>(projects: &[P], manifests: &[M]) -> Hooks {
    hooks_within(projects, manifests, usize::MAX).0
}

/// The first hooks, of which there may be so many, each as often as it has targets; and whether there are more.
#[must_use]
pub fn hooks_within<P: Borrow<Project>, M: Borrow<Manifest>>(
    projects: &[P],
    manifests: &[M],
    most: usize,
) -> (Hooks, bool) {
    let projects: Vec<&Project> = projects.iter().map(Borrow::borrow).collect();
    let Some(&project) = projects.first() else { return (Hooks::default(), false) };
    let manifests: Vec<&Manifest> = manifests.iter().map(Borrow::borrow).collect();
    let manifests = manifests.as_slice();
    let targets: Vec<usize> = (0..project.targets.len().min(manifests.len())).collect();
    let mut bad = BadValues::default();
    let mut hooks = on_run(project, HookKind::OnRunStart, true, manifests, &mut bad);
    let of_end = on_run(project, HookKind::OnRunEnd, true, manifests, &mut bad);
    let mut room = Room { left: most, is_cut: false };
    room.keep(&mut hooks);
    let nodes: Vec<(usize, &Node)> =
        project.nodes.iter().enumerate().filter(|(_, node)| node.resource != Resource::Analysis).collect();
    let look = |&(n, node): &(usize, &Node)| -> (Vec<Hook>, Vec<BadValue>) {
        let states: Vec<_> = targets.iter().map(|&target| manifests[target].nodes.get(n)).collect();
        let mut bad = BadValues::default();
        (of_node(&projects, n, node, &states, &mut bad).collect(), bad.found)
    };
    for some in nodes.chunks(AT_ONCE) {
        // Each node may have thousands: no more are held than there may be.
        let made = AtomicUsize::new(0);
        let look_ahead = |node: &(usize, &Node)| {
            (made.load(Ordering::Relaxed) <= room.left).then(|| {
                let looked = look(node);
                made.fetch_add(looked.0.len(), Ordering::Relaxed);
                looked
            })
        };
        let of_nodes: Vec<Option<_>> = some.par_iter().map(look_ahead).collect();
        for (node, looked) in some.iter().zip(of_nodes) {
            if room.is_cut {
                break;
            }
            let (mut of_node, bad_values) = looked.unwrap_or_else(|| look(node));
            room.keep(&mut of_node);
            hooks.extend(of_node);
            for value in bad_values {
                bad.add(value);
            }
        }
    }
    let mut of_end = of_end;
    room.keep(&mut of_end);
    hooks.extend(of_end);
    let mut bad_values = bad.found;
    bad_values.sort_by_key(|bad| (bad.place.is_none(), bad.place, bad.kind));
    let mut of_operations = of_operations(&projects, manifests, most);
    room.left = most;
    room.keep(&mut of_operations);
    (Hooks { hooks, of_operations, odd_keys: keys::odd_keys(project, manifests), bad_values }, room.is_cut)
}

/// The hooks of how many nodes are looked at before they are counted.
const AT_ONCE: usize = 256;

/// How many hooks there may be.
struct Room {
    left: usize,
    is_cut: bool,
}

impl Room {
    /// Keeps the first hooks, as many as there may be.
    fn keep(&mut self, hooks: &mut Vec<Hook>) {
        let fits = |hook: &&Hook| {
            let after = self.left.checked_sub(hook.targets.len().max(1));
            self.left = after.unwrap_or(self.left);
            after.is_some()
        };
        let count = hooks.iter().take_while(fits).count();
        self.is_cut |= count < hooks.len();
        hooks.truncate(count);
    }
}

/// The hooks that on-run hooks have in their settings, each on-run hook's in dbt's order.
fn of_operations(projects: &[&Project], manifests: &[&Manifest], most: usize) -> Vec<Hook> {
    let mut found = Vec::new();
    for at in 0..manifests.first().map_or(0, |manifest| manifest.operations.len()) {
        let mut merged: BTreeMap<(HookKind, usize), Vec<Hook>> = BTreeMap::new();
        for (target, (&project, &manifest)) in projects.iter().zip(manifests).enumerate() {
            let Some(operation) = manifest.operations.get(at) else { continue };
            let package = &project.packages[operation.package].name;
            let (own, root) = of_levels(project, "models", operation.package, &operation.fqn(package));
            let calls = operation.state.config_hooks.iter().flat_map(|call| {
                let given = Given::plain(&call.value).items();
                given.into_iter().map(|given| Item::of(call.kind, Declared::Config, &given))
            });
            let mut count = [0; 2];
            for item in own.into_iter().chain(calls).chain(root) {
                let counted = &mut count[usize::from(item.kind == HookKind::PostHook)];
                let position = *counted;
                *counted += 1;
                let Ok(Some(entry)) = &item.entry else { continue };
                let owner = Owner::Operation(at, operation, package);
                let same = merged.entry((item.kind, position)).or_default();
                add(same, target, || hook(owner, &item, entry, position), &item);
            }
        }
        found.extend(merged.into_values().flatten());
        if found.len() > most {
            break;
        }
    }
    found
}

/// The hooks that dbt leaves out: of disabled nodes, and on-run hooks that the settings of models disable.
#[must_use]
pub fn idle<P: Borrow<Project>, M: Borrow<Manifest>>(projects: &[P], manifests: &[M]) -> Vec<Hook> {
    let projects: Vec<&Project> = projects.iter().map(Borrow::borrow).collect();
    let Some(&project) = projects.first() else { return Vec::new() };
    let manifests: Vec<&Manifest> = manifests.iter().map(Borrow::borrow).collect();
    let manifests = manifests.as_slice();
    let targets: Vec<usize> = (0..project.targets.len().min(manifests.len())).collect();
    let mut bad = BadValues::default();
    let mut hooks = on_run(project, HookKind::OnRunStart, false, manifests, &mut bad);
    for (n, node) in project.nodes.iter().enumerate() {
        let is_off = |target: &usize| {
            let state = manifests[*target].nodes.get(n)?;
            (!state.enabled).then(|| NodeState { enabled: true, ..state.clone() })
        };
        let states: Vec<Option<NodeState>> = targets.iter().map(is_off).collect();
        if states.iter().any(Option::is_some) {
            let states: Vec<Option<&NodeState>> = states.iter().map(Option::as_ref).collect();
            hooks.extend(of_node(&projects, n, node, &states, &mut bad));
        }
    }
    hooks.extend(on_run(project, HookKind::OnRunEnd, false, manifests, &mut bad));
    hooks
}

/// The hooks of an analysis: dbt keeps them in its manifest and never runs them (facts D25). The states are the
/// analysis' own, for each target.
#[must_use]
pub fn of_analysis<P: Borrow<Project>>(projects: &[P], n: usize, states: &[NodeState]) -> Vec<Hook> {
    let projects: Vec<&Project> = projects.iter().map(Borrow::borrow).collect();
    let Some(node) = projects.first().and_then(|project| project.nodes.get(n)) else { return Vec::new() };
    let states: Vec<Option<&NodeState>> = states.iter().map(Some).collect();
    of_node(&projects, n, node, &states, &mut BadValues::default()).collect()
}

/// The hooks that the `config()` calls of a singular test or an analysis declare, which dbt ignores (facts
/// D25), in one target.
#[must_use]
pub fn ignored(project: &Project, n: usize, state: &NodeState, target: usize) -> Vec<Hook> {
    let node = &project.nodes[n];
    let mut count = [0; 2];
    let mut found = Vec::new();
    for item in of_calls(project, node, state) {
        let counted = &mut count[usize::from(item.kind == HookKind::PostHook)];
        if let Ok(Some(entry)) = &item.entry {
            found.push(Hook { targets: vec![target], ..hook(Owner::Node(n, node), &item, entry, *counted) });
        }
        *counted += 1;
    }
    found
}

/// Values that dbt does not take, each once.
#[derive(Default)]
struct BadValues {
    found: Vec<BadValue>,
    seen: HashSet<(HookKind, Place)>,
}

impl BadValues {
    fn add(&mut self, value: BadValue) {
        if value.place.is_none_or(|place| self.seen.insert((value.kind, place))) {
            self.found.push(value);
        }
    }
}

/// The on-run hooks of a kind that are enabled, or that are not: the root project's first, then the packages'
/// by name (facts D1-D7, X2).
fn on_run(project: &Project, kind: HookKind, enabled: bool, manifests: &[&Manifest], bad: &mut BadValues) -> Vec<Hook> {
    let mut order: Vec<usize> = (0..project.packages.len()).collect();
    order.sort_by_key(|&n| (n != 0, &project.packages[n].name));
    let mut hooks: Vec<Hook> = Vec::new();
    for package in order {
        let name = &project.packages[package].name;
        let Some(value) = project.packages[package].on_run(kind.name()) else {
            continue;
        };
        let items = match &value.kind {
            Kind::List(items) => items.as_slice(),
            _ => std::slice::from_ref(value),
        };
        if let Some(wrong) = items.iter().find(|item| item.as_text().is_none()) {
            let message =
                format!("at path ['{}']: {} is not valid under any of the given schemas", kind.name(), shown(value));
            let fault = ValueFault::Kind;
            bad.add(BadValue { place: wrong.place.or(value.place), kind, fault, message, node_id: None });
        }
        for (n, item) in items.iter().enumerate() {
            let Some(raw) = item.as_text() else { continue };
            let is_wanted = |target: &usize| {
                let operation = manifests[*target].operation(package, kind, n);
                operation.is_none_or(|operation| operation.state.enabled) == enabled
            };
            let targets: Vec<usize> = (0..manifests.len().min(project.targets.len())).filter(is_wanted).collect();
            if targets.is_empty() {
                continue;
            }
            hooks.push(Hook {
                id: format!("operation.{name}.{name}-{}-{n}", kind.name()),
                kind,
                package,
                node: None,
                node_id: None,
                operation: None,
                position: hooks.len(),
                transaction: true,
                raw: raw.clone(),
                place: item.place,
                declared: Declared::Project,
                early: None,
                frozen: None,
                targets,
            });
        }
    }
    hooks
}

/// The setting that a key of `dbt_project.yml` names, without its plus sign.
fn setting(key: &Datum) -> Option<&str> {
    let key = key.as_str()?;
    Some(key.strip_prefix('+').map_or(key, str::trim))
}

/// A hook of a node's list, or why there is none at its position.
#[derive(Clone)]
struct Item {
    kind: HookKind,
    declared: Declared,
    place: Option<Place>,
    /// `Ok(None)` where the value is not known.
    entry: Result<Option<Entry>, Refusal>,
    frozen: Option<Frozen>,
}

impl Item {
    fn of(kind: HookKind, declared: Declared, given: &Given) -> Item {
        Item { kind, declared, place: given.value.place, entry: given.entry(), frozen: None }
    }
}

/// The hooks of a node: pre-hooks, then post-hooks, each in dbt's order (facts D27).
fn of_node(
    projects: &[&Project],
    n: usize,
    node: &Node,
    states: &[Option<&NodeState>],
    bad: &mut BadValues,
) -> impl Iterator<Item = Hook> + use<> {
    let mut merged: BTreeMap<(HookKind, usize), Vec<Hook>> = BTreeMap::new();
    if node.resource != Resource::Test {
        let mut written: Option<(&Project, Written)> = None;
        for (target, state) in states.iter().enumerate() {
            let (Some(state), Some(&project)) = (state, projects.get(target)) else { continue };
            let Written { own, properties, root } = match &mut written {
                Some((of, known)) if std::ptr::eq(*of, project) => known,
                other => &mut other.insert((project, written_of(project, node))).1,
            };
            let calls = of_calls(project, node, state);
            state.bad_values.iter().cloned().for_each(|value| bad.add(value));
            let mut count = [0; 2];
            for item in own.iter().chain(&*properties).chain(&calls).chain(&*root) {
                let counted = &mut count[usize::from(item.kind == HookKind::PostHook)];
                let position = *counted;
                *counted += 1;
                match &item.entry {
                    Ok(Some(entry)) if state.enabled => {
                        let same = merged.entry((item.kind, position)).or_default();
                        add(same, target, || hook(Owner::Node(n, node), item, entry, position), item);
                    }
                    Ok(_) => {}
                    Err(refusal) => {
                        let message = refusal.message(underscored(item.kind), position, node.resource);
                        let node_id = (item.declared != Declared::Project).then(|| node.unique_id.clone());
                        let (place, kind) = (item.place.or(node.place), item.kind);
                        bad.add(BadValue { place, kind, fault: ValueFault::Kind, message, node_id });
                    }
                }
            }
        }
    }
    merged.into_values().flatten()
}

/// The hooks of a node that stand in YAML files.
struct Written {
    own: Vec<Item>,
    properties: Vec<Item>,
    root: Vec<Item>,
}

fn written_of(project: &Project, node: &Node) -> Written {
    let (own, root) = of_levels(project, node.resource.section(), node.package, &node.fqn);
    let entries = node.properties.iter().filter_map(|&entry| project.properties.get(entry));
    Written { own, properties: entries.flat_map(|entry| of_properties(entry, node.version)).collect(), root }
}

/// Adds a target to the hook that is the same there, or the hook.
fn add(known: &mut Vec<Hook>, target: usize, hook: impl FnOnce() -> Hook, item: &Item) {
    let Ok(Some(entry)) = &item.entry else { return };
    let same = known.iter_mut().find(|known| known.raw == entry.raw && known.transaction == entry.transaction);
    match same {
        Some(same) => {
            same.targets.push(target);
            if same.frozen.as_ref().is_none_or(|frozen| frozen.at_run.is_none()) && item.frozen.is_some() {
                same.frozen.clone_from(&item.frozen);
            }
        }
        None => known.push(Hook { targets: vec![target], ..hook() }),
    }
}

/// What has a hook in its list.
#[derive(Clone, Copy)]
enum Owner<'a> {
    Node(usize, &'a Node),
    Operation(usize, &'a Operation, &'a str),
}

fn hook(owner: Owner<'_>, item: &Item, entry: &Entry, position: usize) -> Hook {
    let (id, package) = match owner {
        Owner::Node(_, node) => (node.unique_id.clone(), node.package),
        Owner::Operation(_, operation, package) => (operation.unique_id(package), operation.package),
    };
    let (node, operation) = match owner {
        Owner::Node(at, _) => (Some(at), None),
        Owner::Operation(at, ..) => (None, Some(at)),
    };
    Hook {
        id: format!("{id}.{}.{position}", item.kind.name()),
        kind: item.kind,
        package,
        node,
        node_id: node.map(|_| id),
        operation,
        position,
        transaction: entry.transaction,
        raw: entry.raw.clone(),
        place: entry.place,
        declared: item.declared,
        early: entry.early.clone(),
        frozen: item.frozen.clone(),
        targets: Vec::new(),
    }
}

fn underscored(kind: HookKind) -> &'static str {
    if kind == HookKind::PreHook { "pre_hook" } else { "post_hook" }
}

const KINDS: [HookKind; 2] = [HookKind::PreHook, HookKind::PostHook];

/// The hooks of `dbt_project.yml`: of the node's own project, and, for a package's node, of the root
/// project, which come last.
fn of_levels(project: &Project, section: &str, package: usize, fqn: &[String]) -> (Vec<Item>, Vec<Item>) {
    let levels = project.config_levels(section, package, fqn);
    let (mut own, mut root) = (Vec::new(), Vec::new());
    for level in &levels {
        let items = if level.package == package { &mut own } else { &mut root };
        for (kind, key, value) in of_level(level) {
            // dbt renders the functions' section early (facts D22), and takes nothing for no hooks in one
            // spelling at one place (facts D14).
            let early = section == Resource::Function.section();
            let may_be_empty = level.path.is_empty() && key == kind.name() && !early;
            if may_be_empty && value.is_null() {
                continue;
            }
            let written = early.then(|| written(project, section, level, key)).flatten();
            let given = Given { value: value.clone(), written, early };
            items.extend(given.items().iter().map(|given| Item::of(kind, Declared::Project, given)));
        }
    }
    (own, root)
}

/// The value of each kind that a level has, with its key: a mapping counts only with the plus sign, the
/// later of two spellings wins, and an underscore always does (facts D11-D13).
fn of_level<'a>(level: &Level<'a>) -> impl Iterator<Item = (HookKind, &'a str, &'a Datum)> + use<'a> {
    let mut hyphen: [Option<(&str, &Datum)>; 2] = [None, None];
    let mut underscore: [Option<(&str, &Datum)>; 2] = [None, None];
    for (key, value) in level.datum.as_map().unwrap_or_default() {
        let Some(written) = key.as_str().filter(|key| key.contains("hook")) else { continue };
        if value.as_map().is_some() && !written.starts_with('+') {
            continue;
        }
        match setting(key) {
            Some("pre-hook") => hyphen[0] = Some((written, value)),
            Some("post-hook") => hyphen[1] = Some((written, value)),
            Some("pre_hook") => underscore[0] = Some((written, value)),
            Some("post_hook") => underscore[1] = Some((written, value)),
            _ => {}
        }
    }
    KINDS.into_iter().enumerate().filter_map(move |(n, kind)| {
        let (key, value) = underscore[n].or(hyphen[n])?;
        Some((kind, key, value))
    })
}

/// The value as it stands in the file, where reading it changed the file's values.
fn written(project: &Project, section: &str, level: &Level<'_>, key: &str) -> Option<Datum> {
    let settings = project.packages[level.package].raw_settings.as_ref()?.get(section)?;
    level.path.iter().try_fold(settings, |datum, key| datum.get(key))?.get(key).cloned()
}

/// The hooks of an entry of a properties file, for a model or for one of its versions.
fn of_properties(entry: &Properties, version: Option<usize>) -> Vec<Item> {
    let spellings = [("pre_hook", "pre-hook"), ("post_hook", "post-hook")];
    let mut items = Vec::new();
    for (kind, (underscore, hyphen)) in KINDS.into_iter().zip(spellings) {
        let found = of_key(entry, version, underscore).or_else(|| of_key(entry, version, hyphen));
        match found {
            None => {}
            Some(Ok(found)) => items.extend(found.iter().map(|given| Item::of(kind, Declared::Properties, given))),
            Some(Err((place, refusal))) => {
                items.push(Item { kind, declared: Declared::Properties, place, entry: Err(refusal), frozen: None });
            }
        }
    }
    items
}

type Refused = (Option<Place>, Refusal);

/// The hooks of one spelling. A hyphen, and any spelling in a version, is rendered early (facts D20, D21).
fn of_key(entry: &Properties, version: Option<usize>, key: &str) -> Option<Result<Vec<Given>, Refused>> {
    let of = |whole: &Datum| whole.get("config").and_then(|config| config.get(key)).cloned();
    let of_version = |whole: &Datum| of(whole.get("versions")?.as_list()?.get(version?)?);
    let raw = entry.raw.as_ref();
    let given = |value: Datum, written: Option<Datum>, early| Given { value, written, early };
    let outer = of(&entry.datum).map(|value| given(value, raw.and_then(of), key.contains('-')));
    let inner = of_version(&entry.datum).map(|value| given(value, raw.and_then(of_version), true));
    Some(match (outer, inner) {
        (None, None) => return None,
        (Some(one), None) | (None, Some(one)) => Ok(one.items()),
        (Some(outer), Some(inner)) => {
            let place = inner.value.place;
            outer.with_version(inner).map_err(|refusal| (place, refusal))
        }
    })
}

/// The hooks of the `config()` calls.
fn of_calls(project: &Project, node: &Node, state: &NodeState) -> Vec<Item> {
    let mut items = Vec::new();
    for call in &state.config_hooks {
        let at_run = AtRun::of(call);
        for (n, given) in Given::plain(&call.value).items().into_iter().enumerate() {
            let mut item = Item::of(call.kind, Declared::Config, &given);
            if let Ok(Some(entry)) = &item.entry {
                item.frozen = frozen(entry, n, &at_run, &call.value, &project.sources, node.place);
            }
            item.place = item.place.or(call.value.place);
            item.entry = item.entry.map(|entry| entry.map(|entry| entry.placed(item.place)));
            items.push(item);
        }
    }
    items
}
