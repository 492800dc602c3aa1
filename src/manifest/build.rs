//! Builds a manifest: renders each node's file in the parse pass, merges its settings, names its relation.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use rayon::prelude::*;

use super::extract::is_static;
use super::{Known, Manifest, NodeState, Operation, Settings, materialized};
use crate::datum::Datum;
use crate::hook::{BadValue, ConfigHook, HookKind, ValueFault};
use crate::jinja::tree::Template;
use crate::jinja::{self, ErrorKind, Interp, JinjaError, Limits, SyntaxFault, Value};
use crate::project::{Language, Level, Node, Project, Resource, Target, python};
use crate::render::BOTH_SPELLINGS;
use crate::render::context::{Moment, Scene, Shared, Subject, datum_of, value_of};
use crate::source::{Place, Text};

/// Builds the manifest of a target.
#[must_use]
pub fn build(shared: &Arc<Shared>, target: &Arc<Target>) -> Manifest {
    build_all(&[(Arc::clone(shared), Arc::clone(target))]).pop().unwrap_or_default()
}

/// Builds the manifests of several targets: of the same nodes, as dbt reads them for each target.
#[must_use]
pub fn build_all(of: &[(Arc<Shared>, Arc<Target>)]) -> Vec<Manifest> {
    let count = of.first().map_or(0, |(shared, _)| shared.project.nodes.len());
    let of_node = |node: usize| -> Vec<NodeState> {
        let file = File::default();
        let mut states: Vec<NodeState> = Vec::with_capacity(of.len());
        for (shared, target) in of {
            let mut state = state(shared, target, node, &file);
            let known = states.first().map_or(&[][..], |first| &first.config_hooks);
            let bytes: usize =
                state.config_hooks.iter_mut().enumerate().map(|(at, hook)| keep(hook, known.get(at))).sum();
            if let Some(budget) = &shared.budget {
                budget.keep(bytes);
            }
            states.push(state);
        }
        states
    };
    let by_node: Vec<Vec<NodeState>> = (0..count).into_par_iter().map(of_node).collect();
    let mut by_target: Vec<Vec<NodeState>> = of.iter().map(|_| Vec::with_capacity(count)).collect();
    for states in by_node {
        by_target.iter_mut().zip(states).for_each(|(nodes, state)| nodes.push(state));
    }
    by_target.into_iter().zip(of).map(|(nodes, (shared, target))| of_states(shared, target, nodes)).collect()
}

/// The bytes of text of a hook that are not those of the same hook in another target, whose text it takes.
fn keep(hook: &mut ConfigHook, known: Option<&ConfigHook>) -> usize {
    match known {
        Some(known) => hook.value.share(&known.value),
        None => hook.value.bytes(),
    }
}

/// The template of a node's file: it is parsed once for all targets that are read from the same files.
#[derive(Default)]
struct File(RefCell<Option<(Arc<Project>, Parsed)>>);

type Parsed = Result<Arc<Template>, SyntaxFault>;

impl File {
    fn template(&self, shared: &Shared, code: &Text) -> Parsed {
        // What is said of hooks is asked for again.
        if code.as_str().contains("hook") {
            return shared.library.template(code);
        }
        match &mut *self.0.borrow_mut() {
            Some((project, template)) if Arc::ptr_eq(project, &shared.project) => template.clone(),
            other => other.insert((Arc::clone(&shared.project), jinja::parse(code).map(Arc::new))).1.clone(),
        }
    }
}

fn of_states(shared: &Arc<Shared>, target: &Arc<Target>, nodes: Vec<NodeState>) -> Manifest {
    let mut manifest = Manifest::new(nodes, operations(shared, target));
    // Hooks that were computed while parsing are computed again as dbt would when it executes: whether
    // they differ then is what makes them wrong.
    let frozen: Vec<usize> = (0..manifest.nodes.len())
        .filter(|&node| manifest.nodes[node].config_hooks.iter().any(|hook| !is_literal(shared, &hook.value)))
        .collect();
    if !frozen.is_empty() {
        let known = Arc::new(manifest);
        let at_run: Vec<(usize, Vec<Option<Datum>>)> =
            frozen.into_par_iter().map(|node| (node, run_values(shared, target, &known, node))).collect();
        manifest = Arc::try_unwrap(known)
            .unwrap_or_else(|shared| Manifest::new(shared.nodes.clone(), shared.operations.clone()));
        for (node, values) in at_run {
            for (hook, mut value) in manifest.nodes[node].config_hooks.iter_mut().zip(values) {
                let bytes = value.as_mut().map_or(0, |value| value.share(&hook.value));
                if let Some(budget) = &shared.budget {
                    budget.keep(bytes);
                }
                hook.at_run = value;
            }
        }
    }
    manifest
}

/// Whether a value is written as text in the file: every byte of it stands there, or is an escape.
fn is_literal(shared: &Shared, value: &Datum) -> bool {
    match &value.kind {
        crate::datum::Kind::Str(text) => {
            let covered: u32 = text.pieces.iter().map(|piece| piece.len).sum();
            // What stands between two pieces was evaluated.
            let follows = |pair: &[crate::source::Piece]| pair[0].place.end == pair[1].place.start;
            covered as usize == text.value.len()
                && text.pieces.windows(2).all(follows)
                && text.pieces.iter().all(|piece| {
                    piece.through.is_none()
                        && (piece.verbatim || shared.project.sources.slice(piece.place).starts_with('\\'))
                })
        }
        crate::datum::Kind::List(items) => items.iter().all(|item| is_literal(shared, item)),
        crate::datum::Kind::Map(entries) => entries.iter().all(|(_, value)| is_literal(shared, value)),
        _ => true,
    }
}

fn hook_kind(key: &str) -> Option<HookKind> {
    match key {
        "pre_hook" | "pre-hook" => Some(HookKind::PreHook),
        "post_hook" | "post-hook" => Some(HookKind::PostHook),
        _ => None,
    }
}

/// The keys of `config()` calls with their values, and where the keys stand.
type ConfigCalls = Vec<(String, Datum, Option<Place>)>;

/// What rendering a file for its `config()` calls gave.
#[derive(Default)]
struct Calls {
    given: ConfigCalls,
    /// Why it did not render.
    fault: Option<JinjaError>,
    /// Whether dbt reads the file without rendering it.
    is_static: bool,
}

/// What the `config()` calls of a node's file give in a pass.
fn config_calls(scene: &Rc<Scene>, node: &Node, file: &File) -> Calls {
    match (&node.code, node.language) {
        (Some(code), Language::Sql) => rendered_calls(scene, code, file),
        (Some(code), Language::Python) => Calls { given: python::config_calls(code), ..Calls::default() },
        (None, language) => Calls { is_static: language == Language::Sql, ..Calls::default() },
    }
}

/// What the `config()` calls of a text give in a pass, and why it did not render.
fn rendered_calls(scene: &Rc<Scene>, code: &Text, file: &File) -> Calls {
    if !crate::project::yaml_jinja::has_jinja(code.as_str()) {
        return Calls { is_static: true, ..Calls::default() };
    }
    let template = match file.template(&scene.shared, code) {
        Ok(template) => template,
        Err(fault) => {
            let mut failure = JinjaError::new(ErrorKind::Syntax, fault.message);
            failure.place = code.place_of(fault.span.start as usize..fault.span.end as usize);
            return Calls { fault: Some(failure), ..Calls::default() };
        }
    };
    let mut interp = Interp::new(Rc::clone(scene) as Rc<dyn jinja::Host>, Limits::default(), Vec::new());
    let rendered = interp.render(&template, scene.moment == Moment::Parse);
    let calls = std::mem::take(&mut scene.seen.borrow_mut().config);
    let mut found = Vec::with_capacity(calls.len());
    for argument in calls {
        if let Ok(mut datum) = datum_of(&mut interp, &argument.value) {
            datum.place = argument.place.or(datum.place);
            found.push((argument.name, datum, argument.key));
        }
    }
    Calls { given: found, fault: rendered.err().map(|failure| *failure), is_static: is_static(&template) }
}

fn run_values(shared: &Arc<Shared>, target: &Arc<Target>, manifest: &Arc<Manifest>, node: usize) -> Vec<Option<Datum>> {
    let scene = Scene::new(
        Arc::clone(shared),
        Arc::clone(target),
        Some(Arc::clone(manifest)),
        Arc::default(),
        Moment::Run,
        Subject::Node(node),
    );
    let calls = config_calls(&scene, &shared.project.nodes[node], &File::default());
    let mut hooks = calls.given.into_iter().filter(|(key, ..)| hook_kind(key).is_some()).map(|(_, value, _)| value);
    manifest.nodes[node].config_hooks.iter().map(|_| hooks.next()).collect()
}

/// The state of a singular test or an analysis. A manifest does without them: they have no hooks and make no
/// relation, and only their place in the graph is ever asked for.
#[must_use]
pub fn of_test(shared: &Arc<Shared>, target: &Arc<Target>, at: usize) -> NodeState {
    rendered(shared, target, at, &File::default())
}

/// The states of the singular tests, by their place in the project's nodes.
#[must_use]
pub(super) fn of_tests(shared: &Arc<Shared>, target: &Arc<Target>) -> HashMap<usize, NodeState> {
    let nodes = &shared.project.nodes;
    let tests = (0..nodes.len()).into_par_iter().filter(|&at| nodes[at].resource == Resource::Test);
    let state = |at: usize| {
        let mut state = of_test(shared, target, at);
        name_test(shared, target, nodes[at].package, &nodes[at].name, super::tests::AUDIT, &mut state);
        (at, state)
    };
    tests.map(state).collect()
}

fn state(shared: &Arc<Shared>, target: &Arc<Target>, at: usize, file: &File) -> NodeState {
    if matches!(shared.project.nodes[at].resource, Resource::Test | Resource::Analysis) {
        return NodeState { enabled: true, ..NodeState::default() };
    }
    rendered(shared, target, at, file)
}

fn rendered(shared: &Arc<Shared>, target: &Arc<Target>, at: usize, file: &File) -> NodeState {
    let project = &shared.project;
    let node = &project.nodes[at];
    let scene =
        Scene::new(Arc::clone(shared), Arc::clone(target), None, Arc::default(), Moment::Parse, Subject::Node(at));
    let mut state = NodeState::default();
    let Calls { given: calls, fault, is_static } = config_calls(&scene, node, file);
    state.bad_values = fault.as_ref().and_then(|fault| both_spellings(fault, node)).into_iter().collect();
    state.fault = fault;
    state.parsed_with =
        Some(if is_parsed_late(shared, node, is_static) { Known::Settings } else { Known::ProjectFile });
    let levels = project.config_levels(node.resource.section(), node.package, &node.fqn);
    let entries = node.properties.iter().map(|&entry| &project.properties[entry]);
    let properties = entries.flat_map(|entry| entry.settings().chain(entry.settings_of_version(node.version)));
    let settings = merged(&mut state, &levels, node.package, calls, properties);
    state.enabled = settings.get("enabled").and_then(Datum::as_bool).unwrap_or(true);
    materialized(&settings, Some(node.resource)).clone_into(&mut state.materialized);
    {
        let mut seen = scene.seen.borrow_mut();
        state.refs = std::mem::take(&mut seen.refs);
        state.refs.sort_unstable();
        state.refs.dedup();
        state.sources = std::mem::take(&mut seen.sources);
        state.sources.sort_unstable();
        state.sources.dedup();
        state.unknown = std::mem::take(&mut seen.unknown);
    }
    let described = Described {
        name: &node.name,
        resource: node.resource.name(),
        package: node.package,
        fqn: &node.fqn,
        path: &node.path,
        original_file_path: &node.original_file_path,
        unique_id: &node.unique_id,
        version: node.version.and(node.unique_id.rsplit_once(".v")).map(|(_, version)| version),
    };
    name_relation(&scene, &described, &settings, &mut state);
    state.settings = settings;
    state
}

/// The hook that a file cannot be read for, since one call of `config()` gives it in both spellings.
fn both_spellings(fault: &JinjaError, node: &Node) -> Option<BadValue> {
    (fault.kind == ErrorKind::Host(BOTH_SPELLINGS)).then(|| BadValue {
        place: fault.place.or(node.place),
        kind: if fault.message.contains("pre_hook") { HookKind::PreHook } else { HookKind::PostHook },
        fault: ValueFault::BothSpellings,
        message: fault.message.clone(),
        node_id: Some(node.unique_id.clone()),
    })
}

/// The settings of a node or an on-run hook, as dbt merges them: of its own project, of its properties, of its
/// `config()` calls, of the root project. Keeps those of the project files where there are others, and the hooks.
fn merged<'p>(
    state: &mut NodeState,
    levels: &[Level<'_>],
    package: usize,
    calls: ConfigCalls,
    properties: impl Iterator<Item = (&'p str, &'p Datum)>,
) -> Settings {
    let (own, root): (Vec<_>, Vec<_>) = levels.iter().partition(|level| level.package == package);
    let mut settings = Settings::default();
    for level in own {
        settings.merge_level(level.datum);
    }
    let mut of_project = settings.clone();
    let mut has_others = false;
    for (key, value) in properties {
        settings.merge(key, value);
        has_others = true;
    }
    for (key, value, place) in calls {
        match hook_kind(&key) {
            Some(kind) => state.config_hooks.push(ConfigHook { kind, value, at_run: None }),
            None => {
                settings.merge(&key, &value);
                has_others = true;
            }
        }
        state.config_keys.push((key, place));
    }
    for level in root {
        settings.merge_level(level.datum);
        of_project.merge_level(level.datum);
    }
    state.project_settings = has_others.then_some(of_project);
    settings
}

/// Whether dbt parses a node's hooks once its settings are known: where it reads the file without rendering
/// it, and again where a properties file adds settings.
fn is_parsed_late(shared: &Shared, node: &Node, is_static: bool) -> bool {
    let project = &shared.project;
    let entries = || node.properties.iter().map(|&entry| &project.properties[entry]);
    if entries().any(|entry| entry.settings().next().is_some()) || node.version.is_some() {
        return true;
    }
    match node.resource {
        Resource::Model => {
            let overridden = |name: &str| [0, node.package].iter().any(|&of| shared.library.find(of, name).is_some());
            is_static && node.language == Language::Sql && !["ref", "source", "config"].into_iter().any(overridden)
        }
        Resource::Seed => true,
        Resource::Snapshot => node.file.is_none() || entries().any(|entry| entry.datum.get("relation").is_some()),
        _ => false,
    }
}

/// The on-run hooks of every package as dbt keeps them.
fn operations(shared: &Arc<Shared>, target: &Arc<Target>) -> Vec<Operation> {
    let project = &shared.project;
    let mut found = Vec::new();
    for (package, declared) in project.packages.iter().enumerate() {
        for kind in [HookKind::OnRunStart, HookKind::OnRunEnd] {
            let Some(value) = declared.on_run(kind.name()) else { continue };
            let items = value.as_list().unwrap_or_else(|| std::slice::from_ref(value));
            for (index, item) in items.iter().enumerate() {
                let Some(raw) = item.as_text() else { continue };
                let name = format!("{}-{}-{index}", declared.name, kind.name());
                let mut operation =
                    Operation { package, kind, index, name, raw: raw.clone(), state: NodeState::default() };
                operation.state = operation_state(shared, target, &operation);
                found.push(operation);
            }
        }
    }
    found
}

fn operation_state(shared: &Arc<Shared>, target: &Arc<Target>, operation: &Operation) -> NodeState {
    let project = &shared.project;
    let subject = Subject::OnRun(operation.kind, operation.package, operation.index);
    let scene = Scene::new(Arc::clone(shared), Arc::clone(target), None, Arc::default(), Moment::Parse, subject);
    // `config()` in the hook's own text counts (facts D8); a fault in it is the hook's, not the manifest's.
    let calls = if operation.raw.as_str().contains("config") {
        rendered_calls(&scene, &operation.raw, &File::default()).given
    } else {
        ConfigCalls::new()
    };
    let package = &project.packages[operation.package].name;
    let fqn = operation.fqn(package);
    let levels = project.config_levels("models", operation.package, &fqn);
    let mut state = NodeState { parsed_with: Some(Known::ProjectFile), ..NodeState::default() };
    let settings = merged(&mut state, &levels, operation.package, calls, std::iter::empty());
    state.enabled = settings.get("enabled").and_then(Datum::as_bool).unwrap_or(true);
    materialized(&settings, None).clone_into(&mut state.materialized);
    {
        let mut seen = scene.seen.borrow_mut();
        state.refs = std::mem::take(&mut seen.refs);
        state.refs.sort_unstable();
        state.refs.dedup();
    }
    let described = Described {
        name: &operation.name,
        resource: "operation",
        package: operation.package,
        fqn: &fqn,
        path: &format!("hooks/{}.sql", operation.name),
        original_file_path: "./dbt_project.yml",
        unique_id: &operation.unique_id(package),
        version: None,
    };
    name_relation(&scene, &described, &settings, &mut state);
    state.settings = settings;
    state
}

/// What the macros that name relations are told of a node.
struct Described<'a> {
    name: &'a str,
    resource: &'a str,
    package: usize,
    fqn: &'a [String],
    path: &'a str,
    original_file_path: &'a str,
    unique_id: &'a str,
    version: Option<&'a str>,
}

/// Names the relation that a test's failures are stored in.
pub(super) fn name_test(
    shared: &Arc<Shared>,
    target: &Arc<Target>,
    package: usize,
    name: &str,
    schema: &str,
    state: &mut NodeState,
) {
    let scene =
        Scene::new(Arc::clone(shared), Arc::clone(target), None, Arc::default(), Moment::Parse, Subject::Test(package));
    let mut settings = state.settings.clone();
    if settings.text("schema").is_none() {
        settings.replace("schema", Datum::new(crate::datum::Kind::Str(Text::plain(schema))));
    }
    let described = Described {
        name,
        resource: "test",
        package,
        fqn: &[],
        path: name,
        original_file_path: name,
        unique_id: name,
        version: None,
    };
    name_relation(&scene, &described, &settings, state);
}

/// Names the node's relation with `generate_*_name`, which a project may define anew.
fn name_relation(scene: &Rc<Scene>, node: &Described<'_>, settings: &Settings, state: &mut NodeState) {
    let (shared, target) = (&scene.shared, &scene.target);
    let text = |key: &str| settings.text(key).map(str::to_owned);
    // Snapshots had keys of their own before they took the common ones.
    let schema = text("schema").or_else(|| text("target_schema").filter(|_| node.resource == "snapshot"));
    let database = text("database").or_else(|| text("target_database").filter(|_| node.resource == "snapshot"));
    let name = |macro_name: &str, custom: Option<&str>| -> Option<String> {
        let library = &shared.library;
        let overridden =
            [Some(0), Some(node.package)].into_iter().flatten().find_map(|package| library.find(package, macro_name));
        let dispatched = [target.adapter.as_str(), "default"]
            .iter()
            .find_map(|prefix| library.find(0, &format!("{prefix}__{macro_name}")));
        let found = overridden.or(dispatched)?;
        let mut interp = Interp::new(Rc::clone(scene) as Rc<dyn jinja::Host>, Limits::default(), Vec::new());
        let custom = custom.map_or(Value::None, Value::str);
        let described = Value::record([
            ("name", Value::str(node.name)),
            ("resource_type", Value::str(node.resource)),
            ("package_name", Value::str(shared.project.packages[node.package].name.as_str())),
            ("fqn", Value::list(node.fqn.iter().map(|part| Value::str(part.as_str())).collect())),
            ("path", Value::str(node.path)),
            ("original_file_path", Value::str(node.original_file_path)),
            ("unique_id", Value::str(node.unique_id)),
            ("version", node.version.map_or(Value::None, Value::str)),
            ("tags", settings.get("tags").map_or_else(|| Value::list(Vec::new()), value_of)),
            ("config", Value::record(settings.iter().map(|(key, value)| (key, value_of(value))))),
        ]);
        let value = scene.macro_value(&mut interp, found, macro_name).ok()?;
        let named = interp.call(&value, jinja::Args::of(vec![custom, described])).ok()?;
        let text = interp.str_of(&named).ok()?;
        Some(text.text.trim().to_owned())
    };
    state.schema = name("generate_schema_name", schema.as_deref()).unwrap_or_else(|| match &schema {
        Some(custom) => format!("{}_{}", target.schema, custom.trim()),
        None => target.schema.clone(),
    });
    // A snapshot's target_schema is used as it is.
    if node.resource == "snapshot" && text("schema").is_none() {
        if let Some(own) = text("target_schema") {
            state.schema = own;
        }
    }
    state.database = name("generate_database_name", database.as_deref())
        .filter(|name| name != "None" && !name.is_empty())
        .or(database)
        .or_else(|| target.database.clone());
    let alias = text("alias");
    state.alias = name("generate_alias_name", alias.as_deref()).filter(|name| !name.is_empty()).unwrap_or_else(|| {
        alias.unwrap_or_else(|| match node.version {
            Some(version) => format!("{}_v{version}", node.name),
            None => node.name.to_owned(),
        })
    });
}
