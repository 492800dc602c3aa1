//! dbt's functions, and the way to its own macros.

use std::rc::Rc;
use std::sync::Arc;

use super::arguments::Signature;
use super::context::{Moment, Scene, host_error, unknown, value_of};
use super::macros;
use super::refs::REF_ARGUMENTS;
use crate::datum::{Datum, Kind};
use crate::jinja::tree::Template;
use crate::jinja::{Args, Dict, ErrorKind, Eval, Flow, Interp, Value, error, json, parse, type_error, yaml};
use crate::project::{Node, Project, Resource};
use crate::secret;
use crate::source::Text;

const FUNCTIONS: &[&str] = &[
    "diff_of_two_dicts",
    "env_var",
    "fromjson",
    "fromyaml",
    "function",
    "load_result",
    "local_md5",
    "log",
    "metric",
    "print",
    "ref",
    "render",
    "return",
    "set",
    "set_strict",
    "source",
    "store_raw_result",
    "store_result",
    "tojson",
    "toyaml",
    "try_or_compiler_error",
    "var",
    "write",
    "zip",
    "zip_strict",
    "load_agate_table",
    "submit_python_job",
];

/// Whether a name is a function of dbt's context.
#[must_use]
pub fn is_function(name: &str) -> bool {
    FUNCTIONS.contains(&name)
}

/// Calls a function or macro of dbt's own.
pub(super) fn call(scene: &Rc<Scene>, interp: &mut Interp, name: &str, args: &Args) -> Eval<Value> {
    match name {
        "return" => {
            let [value] = args.bind("_return", ["data"], 0)?;
            Err(Flow::Return(value.unwrap_or(Value::None)))
        }
        "log" => Signature::method("BaseContext.log", &["msg", "info"], 1).bind(args).map(|_| Value::str("")),
        "print" => Signature::function("BaseContext.print", &["msg"], 1).bind(args).map(|_| Value::str("")),
        "var" => var(scene, interp, args),
        "env_var" => env_var(scene, interp, args),
        "ref" => reference(scene, interp, args),
        "source" => source(scene, interp, args),
        "tojson" => {
            let [value, otherwise, sort] = args.bind("tojson", ["value", "default", "sort_keys"], 1)?;
            let sort = match sort {
                Some(sort) => interp.truth(&sort)?,
                None => false,
            };
            // Only what is a ValueError in Python gives the default.
            match json::dump(interp, &value.unwrap_or(Value::None), None, sort) {
                Ok(text) => Ok(Value::str(text)),
                Err(Flow::Error(failure)) if failure.kind == ErrorKind::Python("ValueError") => {
                    Ok(otherwise.unwrap_or(Value::None))
                }
                Err(flow) => Err(flow),
            }
        }
        "fromjson" => {
            let [text, otherwise] = args.bind("fromjson", ["string", "default"], 1)?;
            if let Some(Value::Unknown(_)) = &text {
                return Ok(unknown("fromjson(…)", "it reads something that is not known"));
            }
            let text = interp.str_of(&text.unwrap_or(Value::None))?;
            Ok(json::load(&text.text).or(otherwise).unwrap_or(Value::None))
        }
        "toyaml" => {
            let [value, otherwise, sort] = args.bind("toyaml", ["value", "default", "sort_keys"], 1)?;
            let sort = match sort {
                Some(sort) => interp.truth(&sort)?,
                None => false,
            };
            let value = value.unwrap_or(Value::None);
            match yaml::dump(interp, &value, sort, crate::project::yaml::is_text) {
                Ok(text) => Ok(Value::str(text)),
                Err(Flow::Error(failure)) if matches!(failure.kind, ErrorKind::Python(_)) => {
                    Ok(otherwise.unwrap_or(Value::None))
                }
                Err(flow) => Err(flow),
            }
        }
        "fromyaml" => {
            let [text, otherwise] = args.bind("fromyaml", ["value", "default"], 1)?;
            let text = match text {
                Some(Value::Unknown(_)) | None => {
                    return Ok(unknown("fromyaml(…)", "it reads something that is not known"));
                }
                Some(text) => interp.str_of(&text)?,
            };
            match crate::project::yaml::read(&text.text, crate::source::FileId(0), 0) {
                Ok(read) => Ok(value_of(&read.datum.without_places())),
                Err(_) => Ok(otherwise.unwrap_or(Value::None)),
            }
        }
        "local_md5" => {
            use md5::Digest as _;
            let [text] = args.bind("local_md5", ["value"], 1)?;
            if let Some(Value::Unknown(_)) = &text {
                return Ok(unknown("local_md5(…)", "it is of something that is not known"));
            }
            let text = interp.str_of(&text.unwrap_or(Value::None))?;
            let digest = md5::Md5::digest(text.text.as_bytes());
            Ok(Value::str(digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>()))
        }
        "set" | "set_strict" => {
            let [items, otherwise] = args.bind(name, ["value", "default"], 1)?;
            let items = items.unwrap_or(Value::None);
            match interp.items_of(&items).and_then(Dict::of_keys) {
                Ok(keys) => Ok(Value::Set(Rc::new(std::cell::RefCell::new(keys)))),
                Err(flow) if name == "set_strict" => Err(flow),
                Err(_) => Ok(otherwise.unwrap_or(Value::None)),
            }
        }
        "zip" | "zip_strict" => {
            let mut lists = Vec::with_capacity(args.positional.len());
            for list in &args.positional {
                match interp.items_of(list) {
                    Ok(items) => lists.push(items),
                    Err(flow) if name == "zip_strict" => return Err(flow),
                    Err(_) => return Ok(args.named("default").cloned().unwrap_or(Value::None)),
                }
            }
            let len = lists.iter().map(Vec::len).min().unwrap_or(0);
            let row = |n: usize| Value::tuple(lists.iter().map(|list| list[n].clone()).collect());
            Ok(Value::generator((0..len).map(row).collect()))
        }
        "diff_of_two_dicts" => {
            let [left, right] = args.bind(name, ["dict_a", "dict_b"], 2)?;
            let (Some(Value::Dict(left)), Some(Value::Dict(right))) = (left, right) else {
                return Err(type_error("diff_of_two_dicts() takes two dicts"));
            };
            diff_of_two_dicts(interp, &left.borrow(), &right.borrow()).map(Value::dict)
        }
        "render" => {
            let [text] = args.bind("render", ["string"], 1)?;
            let text = interp.str_of(&text.unwrap_or(Value::None))?;
            render_passing(interp, &text.to_text())
        }
        "load_result" => {
            let [name] = args.bind("load_result", ["name"], 1)?;
            let name = interp.str_of(&name.unwrap_or(Value::None))?;
            Ok(scene.stored.borrow().get(&*name.text).cloned().unwrap_or(Value::None))
        }
        "store_result" | "store_raw_result" => Ok(Value::str("")),
        _ => macros::call(scene, interp, name, args),
    }
}

/// What the lists of the first have and those of the second lack, without regard to case.
fn diff_of_two_dicts(interp: &mut Interp, left: &Dict, right: &Dict) -> Eval<Dict> {
    let mut folded = |value: &Value| -> Eval<Value> { interp.call_method(value, "casefold", Args::default()) };
    let mut known = Dict::default();
    for (key, value) in right.iter() {
        known.set(folded(key)?, value.clone())?;
    }
    let mut kept = Dict::default();
    for (key, value) in left.iter() {
        let key = folded(key)?;
        let Some(other) = known.get(&key)? else {
            kept.set(key, value.clone())?;
            continue;
        };
        let mut taken = Dict::default();
        for item in list_items(other) {
            taken.set(folded(&item)?, Value::None)?;
        }
        let mut rest = Vec::new();
        for item in list_items(value) {
            let item = folded(&item)?;
            if !taken.contains(&item)? {
                taken.set(item.clone(), Value::None)?;
                rest.push(item);
            }
        }
        if !rest.is_empty() {
            kept.set(key, Value::list(rest))?;
        }
    }
    Ok(kept)
}

fn list_items(value: &Value) -> Vec<Value> {
    match value {
        Value::List(items) => items.borrow().clone(),
        Value::Tuple(items) => items.to_vec(),
        _ => Vec::new(),
    }
}

/// What a text renders to that is met while something else is rendered.
fn render_passing(interp: &mut Interp, text: &Text) -> Eval<Value> {
    let template = parse(text).map_err(|fault| error(ErrorKind::Syntax, fault.message))?;
    let template = Arc::new(Template { is_passing: true, ..template });
    interp.render(&template, false).map(Value::Str).map_err(Flow::Error)
}

fn var(scene: &Rc<Scene>, interp: &mut Interp, args: &Args) -> Eval<Value> {
    let [name, otherwise] = args.bind("var", ["var_name", "default"], 1)?;
    let name = interp.str_of(&name.unwrap_or(Value::None))?;
    if let Some(found) = scene.project().var(scene.package(), &name.text) {
        // A variable's text is rendered once, when it is asked for (facts R5).
        if let Kind::Str(text) = &found.kind {
            if crate::project::yaml_jinja::has_jinja(text.as_str()) {
                return render_passing(interp, text);
            }
        }
        return Ok(value_of(found));
    }
    match otherwise {
        Some(otherwise) => Ok(otherwise),
        None if scene.moment == Moment::Parse => Ok(Value::None),
        None => Err(host_error(
            "missing-var",
            format!(
                "Required var '{}' not found in config:\nVars supplied to {} = {{}}",
                name.text,
                shown_owner(scene)
            ),
        )),
    }
}

fn shown_owner(scene: &Scene) -> String {
    match scene.node() {
        Some(node) => scene.project().nodes[node].name.clone(),
        None => scene.project().packages[scene.package()].name.clone(),
    }
}

fn env_var(scene: &Rc<Scene>, interp: &mut Interp, args: &Args) -> Eval<Value> {
    let [name, otherwise] = args.bind("env_var", ["var", "default"], 1)?;
    let name = interp.str_of(&name.unwrap_or(Value::None))?;
    let is_unset = otherwise.is_none() && !scene.shared.env.contains_key(&*name.text);
    if is_unset && !name.text.starts_with("DBT_ENV_SECRET") {
        scene.seen.borrow_mut().unset.insert(name.text.to_string());
    }
    env_value(&scene.shared.env, &name.text, otherwise, false)
}

/// `env_var()`: what is not set here may be set where dbt runs.
pub(super) fn env_value(
    env: &std::collections::BTreeMap<String, String>,
    name: &str,
    otherwise: Option<Value>,
    secrets: bool,
) -> Eval<Value> {
    if name.starts_with("DBT_ENV_SECRET") {
        if !secrets {
            return Err(host_error(
                "secret-env-var",
                "Secret env vars are allowed only in profiles.yml or packages.yml. Found 'DBT_ENV_SECRET' referenced elsewhere.",
            ));
        }
        return Ok(unknown(format!("env_var('{name}')"), "a secret is never read"));
    }
    match (env.get(name), otherwise) {
        (Some(value), _) => Ok(Value::str(secret::env_value(name, value))),
        (None, Some(otherwise)) => Ok(otherwise),
        (None, None) => Ok(unknown(format!("env_var('{name}')"), "the environment variable is not set here")),
    }
}

fn reference(scene: &Rc<Scene>, interp: &mut Interp, args: &Args) -> Eval<Value> {
    let mut names = Vec::new();
    for value in &args.positional {
        if let Value::Unknown(_) = value {
            return Ok(unknown("ref(…)", "which node it names is not known"));
        }
        names.push(interp.str_of(value)?.text.to_string());
    }
    let (package, name) = match names.as_slice() {
        [name] => (None, name),
        [package, name] => (Some(package), name),
        names => {
            let message = format!("ref() takes at most two arguments ({} given)", names.len());
            return Err(host_error(REF_ARGUMENTS, message));
        }
    };
    let version = args.named("version").or_else(|| args.named("v")).cloned();
    let version = match version {
        Some(version) if !version.is_none() => Some(interp.str_of(&version)?.text.to_string()),
        _ => None,
    };
    let project = scene.project();
    let own = scene.package();
    let candidates = scene.shared.by_name.get(name).map(Vec::as_slice).unwrap_or_default();
    let fits = |node: usize| {
        let found = &project.nodes[node];
        matches!(found.resource, Resource::Model | Resource::Seed | Resource::Snapshot)
            && package.is_none_or(|package| project.packages[found.package].name == *package)
            && match (&version, found.version) {
                (Some(version), _) => found.unique_id.ends_with(&format!(".v{version}")),
                (None, Some(_)) => is_latest(project, found),
                (None, None) => true,
            }
    };
    let is_disabled = |node: usize| {
        let state = scene.manifest.as_ref().and_then(|manifest| manifest.nodes.get(node));
        state.is_some_and(|state| !state.enabled)
    };
    // The own package's node comes first, then the root project's, then any; a disabled one is the last.
    let found = candidates.iter().copied().filter(|&node| fits(node)).min_by_key(|&node| {
        let package = match project.nodes[node].package {
            package if package == own => 0,
            0 => 1,
            _ => 2,
        };
        (is_disabled(node), package)
    });
    match found {
        Some(node) => {
            scene.seen.borrow_mut().refs.push(node);
            scene.refer(interp, Some(node));
            // In the parse pass every ref is the relation of what is being parsed (facts G4).
            if !scene.executes() {
                return Ok(scene.own_relation().value());
            }
            if scene.way.known_refs.as_ref().is_some_and(|known| !known.contains(&node)) && scene.node() != Some(node) {
                return Err(super::refs::hidden(scene, name));
            }
            let relation = scene.relation_of(node);
            let event_time = |node: usize| {
                let state = scene.manifest.as_ref().and_then(|manifest| manifest.nodes.get(node));
                state.is_some_and(|state| state.settings.text("event_time").is_some())
            };
            let ephemeral = scene
                .manifest
                .as_ref()
                .and_then(|manifest| manifest.nodes.get(node))
                .is_some_and(|state| state.materialized == "ephemeral");
            if ephemeral {
                let mut cte = relation;
                cte.identifier = Some(format!("__dbt__cte__{name}"));
                cte.include = super::relation::Parts { database: false, schema: false, identifier: true };
                cte.quote.identifier = false;
                cte.kind = Some("cte".to_owned());
                return Ok(scene.narrowed(cte, event_time(node)).value());
            }
            Ok(scene.narrowed(relation, event_time(node)).value())
        }
        None => {
            // A package that is not installed may bring others with it.
            let is_installed = |package: &String| project.packages.iter().any(|known| known.name == *package);
            // One that is not named may be another project, which dbt's platform finds, but for a slip.
            let is_slip = |package: &str| {
                project.packages.iter().any(|known| strsim::damerau_levenshtein(&known.name, package) <= 2)
            };
            let missing = match package {
                Some(package) => !is_installed(package) && (!scene.shared.missing.is_empty() || !is_slip(package)),
                None => !scene.shared.missing.is_empty(),
            };
            if missing {
                scene.not_known(&format!("ref('{name}') may be a node of a package that is not installed"));
                return Ok(unknown(format!("ref('{name}')"), "the node may be in a package that is not installed"));
            }
            if let Some(unread) = project.unread_files() {
                scene.not_known(&format!("ref('{name}') may be a node of what is left out: {}", unread.message));
                return Ok(unknown(format!("ref('{name}')"), "the node may be in a file that is left out"));
            }
            if version.is_none() && candidates.iter().any(|&node| project.nodes[node].version.is_some()) {
                return Ok(unknown(format!("ref('{name}')"), "versions of nodes are not resolved here"));
            }
            let version = version.map(|version| format!(" with version '{version}'")).unwrap_or_default();
            let place = package.map(|package| format!(" in package or project '{package}'")).unwrap_or_default();
            let owner = super::refs::owner(scene);
            let message = format!("{owner} depends on a node named '{name}'{version}{place} which was not found");
            Err(host_error("missing-ref", message))
        }
    }
}

/// Whether a version of a model is the one that a ref without version means: the latest that is said, else
/// the highest.
fn is_latest(project: &Project, node: &Node) -> bool {
    let Some((entry, version)) = node.properties.first().map(|&at| &project.properties[at]).zip(node.version) else {
        return true;
    };
    let of = |datum: Option<&Datum>| match &datum?.kind {
        Kind::Int(number) => Some((*number as f64, number.to_string())),
        Kind::Float(number) => Some((*number, number.to_string())),
        Kind::Str(text) => Some((text.as_str().parse().unwrap_or(f64::MIN), text.as_str().to_owned())),
        _ => None,
    };
    let Some(own) = of(entry.versions().get(version).and_then(|version| version.get("v"))) else { return true };
    match of(entry.datum.get("latest_version")) {
        Some((_, latest)) => latest == own.1,
        None => {
            let all = entry.versions().iter().filter_map(|version| of(version.get("v")));
            all.max_by(|left, right| left.partial_cmp(right).unwrap_or(std::cmp::Ordering::Equal))
                .is_some_and(|latest| latest == own)
        }
    }
}

fn source(scene: &Rc<Scene>, interp: &mut Interp, args: &Args) -> Eval<Value> {
    if args.keyword.is_empty() && args.positional.len() != 2 {
        let message = format!("source() takes exactly two arguments ({} given)", args.positional.len());
        return Err(host_error(REF_ARGUMENTS, message));
    }
    let [source, table] = args.bind("source", ["source_name", "table_name"], 2)?;
    let source = interp.str_of(&source.unwrap_or(Value::None))?;
    let table = interp.str_of(&table.unwrap_or(Value::None))?;
    let key = (source.text.to_string(), table.text.to_string());
    scene.refer(interp, None);
    if !scene.executes() {
        scene.seen.borrow_mut().sources.extend(scene.shared.sources.get(&key));
        return Ok(scene.own_relation().value());
    }
    match scene.shared.sources.get(&key) {
        Some(&found) => {
            scene.seen.borrow_mut().sources.push(found);
            let table = &scene.project().source_tables[found];
            let whole = &scene.project().properties[table.properties].datum;
            let own = whole.get("tables").and_then(Datum::as_list).and_then(|tables| tables.get(table.table));
            let mut entries = [Some(whole), own].into_iter().flatten();
            let event_time =
                entries.any(|entry| entry.get("config").is_some_and(|config| config.get("event_time").is_some()));
            Ok(scene.narrowed(scene.relation_of_source(table), event_time).value())
        }
        None if !scene.shared.missing.is_empty() => {
            Ok(unknown(format!("source('{}', '{}')", key.0, key.1), "it may be in a package that is not installed"))
        }
        None if scene.project().unread_files().is_some() => {
            Ok(unknown(format!("source('{}', '{}')", key.0, key.1), "it may be in a file that is left out"))
        }
        None => Err(host_error(
            "missing-source",
            format!("{} depends on a source named '{}.{}' which was not found", shown_owner(scene), key.0, key.1),
        )),
    }
}
