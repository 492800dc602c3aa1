//! The targets of a project, from profiles.yml or from what else is known.

use std::path::{Path, PathBuf};

use super::adapter::{self, AdapterFrom};
use super::files::{self, Content};
use super::problem::{Problem, ProblemKind};
use super::yaml_jinja::{YamlContext, render_tree, render_value};
use super::{LoadError, LoadOptions, yaml};
use crate::datum::{Datum, Kind};
use crate::secret;
use crate::source::{Place, Sources, Text};

/// A connection that a project can run against, as dbt's `target` shows it.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its name under `outputs`.
    pub name: String,
    /// The profile's name; empty where there is no profile.
    pub profile: String,
    /// The adapter's type: `postgres`, `snowflake`; `generic` where it is not known.
    pub adapter: String,
    /// The database, in the adapter's own words catalog or project.
    pub database: Option<String>,
    /// The schema, or dataset.
    pub schema: String,
    /// `threads`, 1 where nothing is said.
    pub threads: i64,
    /// The one that is used where none is asked for.
    pub is_default: bool,
    /// Where it is defined.
    pub place: Option<Place>,
    /// The keys that `target` has besides type, threads, name, `target_name` and `profile_name`: the
    /// adapter's connection keys with their aliases, never a secret.
    pub fields: Vec<(String, Datum)>,
}

/// The targets that were found.
pub(crate) struct Targets {
    pub(crate) all: Vec<Target>,
    /// The place in `all` of the one that is asked for.
    pub(crate) selected: usize,
    pub(crate) from: AdapterFrom,
}

/// Where profiles.yml may lie, in the order dbt looks.
fn candidates(root: &Path, options: &LoadOptions<'_>) -> Vec<(PathBuf, String)> {
    let from_env = options.env.get("DBT_PROFILES_DIR").filter(|dir| !dir.is_empty()).map(PathBuf::from);
    if let Some(dir) = options.profiles_dir.clone().or(from_env) {
        let shown = dir.join("profiles.yml").to_string_lossy().replace('\\', "/");
        return vec![(dir.join("profiles.yml"), shown)];
    }
    let mut places = Vec::new();
    if let Some(dir) = &options.working_dir {
        places.push((dir.join("profiles.yml"), "profiles.yml".to_owned()));
    }
    places.push((root.join("profiles.yml"), "profiles.yml".to_owned()));
    if let Some(home) = options.env.get("HOME") {
        places.push((Path::new(home).join(".dbt/profiles.yml"), "~/.dbt/profiles.yml".to_owned()));
    }
    places
}

/// Reads the targets of the project's profile. `None` where there is none to read.
pub(crate) fn read(
    root: &Path,
    settings: &Datum,
    options: &LoadOptions<'_>,
    sources: &mut Sources,
    problems: &mut Vec<Problem>,
) -> Result<Option<Targets>, LoadError> {
    let context = options.profile_context();
    let wanted = match &options.profile {
        Some(name) => Some((name.clone(), None)),
        None => settings.get("profile").filter(|datum| !datum.is_null()).map(|datum| {
            let name = render_value(datum, options.renderer, &context, problems);
            (yaml::shown(&name), datum.place)
        }),
    };
    let places = candidates(root, options);
    let Some((path, shown)) = places.iter().find(|(path, _)| options.overlay.is_file(path)) else {
        if options.profiles_dir.is_some() {
            let message = format!("there is no {}", places[0].1);
            problems.push(Problem::new(ProblemKind::Profile, None, message));
        }
        return Ok(None);
    };
    let shown = files::relative(root, path).unwrap_or_else(|| shown.clone());
    let text = match files::read(&shown, path, &options.overlay)? {
        Content::Text(text) => text,
        Content::Problem(problem) | Content::NotUtf8(problem, ..) => {
            problems.push(problem);
            return Ok(None);
        }
    };
    // What is shown of it, wherever a place in it is shown, has none of its secrets.
    let file = sources.add(shown.clone(), secret::profiles(&text));
    let datum = match yaml::read(&text, file, 0) {
        Ok(read) => {
            problems.extend(read.duplicates.iter().map(super::duplicate_key));
            read.datum
        }
        Err(fault) => {
            let message = format!("{shown} is no YAML that dbt would read: {}", secret::unquoted(&fault.message));
            problems.push(Problem::new(ProblemKind::Yaml, Some(fault.place), message));
            return Ok(None);
        }
    };
    let Some((name, name_place)) = wanted else {
        let message = "dbt_project.yml names no profile, so dbt can't run this project".to_owned();
        problems.push(
            Problem::new(ProblemKind::Profile, None, message).help(format!("add `profile:` with a name of {shown}")),
        );
        return Ok(None);
    };
    let Some(profile) = datum.get(&name) else {
        let message = format!("{shown} has no profile named {name}");
        let names: Vec<String> = datum
            .as_map()
            .unwrap_or_default()
            .iter()
            .map(|(key, _)| yaml::shown(key))
            .filter(|key| key != "config")
            .collect();
        let problem = Problem::new(ProblemKind::Profile, name_place, message);
        problems.push(if names.is_empty() {
            problem
        } else {
            problem.help(format!("its profiles are: {}", names.join(", ")))
        });
        return Ok(None);
    };
    Ok(targets_of(profile, &name, options, problems))
}

fn targets_of(
    profile: &Datum,
    profile_name: &str,
    options: &LoadOptions<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Targets> {
    let context = options.profile_context();
    let default = match profile.get("target") {
        Some(datum) => yaml::shown(&render_value(datum, options.renderer, &context, problems)),
        None => "default".to_owned(),
    };
    let outputs = profile.get("outputs").and_then(Datum::as_map).unwrap_or_default();
    let mut targets = Vec::new();
    for (key, output) in outputs {
        let name = yaml::shown(key);
        if output.as_map().is_none() {
            let message = format!("output '{name}' of profile '{profile_name}' is misconfigured in profiles.yml");
            problems.push(Problem::new(ProblemKind::Profile, output.place, message));
            continue;
        }
        // dbt renders only the output that it uses, so what fails elsewhere is no fault.
        let mut failures = Vec::new();
        let rendered = render_tree(output, &|_| true, options.renderer, &context, &mut failures);
        let is_default = name == default;
        if options.target.as_ref().map_or(is_default, |target| *target == name) {
            problems.append(&mut failures);
        }
        let place = key.place.map(|place| output.place.map_or(place, |end| place.to(end)));
        let mut target = target_of(rendered.as_ref().unwrap_or(output), name, profile_name, place);
        target.is_default = is_default;
        targets.push(target);
    }
    if targets.is_empty() {
        let message = format!("outputs not specified in profile '{profile_name}'");
        problems.push(Problem::new(ProblemKind::Profile, profile.place, message));
        return None;
    }
    let asked = options.target.as_ref().unwrap_or(&default);
    let selected = targets.iter().position(|target| target.name == *asked).unwrap_or_else(|| {
        let names: Vec<&str> = targets.iter().map(|target| target.name.as_str()).collect();
        let message = format!("the profile '{profile_name}' does not have a target named '{asked}'");
        let help = format!("its targets are: {}", names.join(", "));
        problems.push(Problem::new(ProblemKind::Profile, profile.place, message).help(help));
        0
    });
    if !targets.iter().any(|target| target.is_default) {
        targets[selected].is_default = true;
    }
    Some(Targets { all: targets, selected, from: AdapterFrom::Profile })
}

/// A target from an output's rendered mapping.
fn target_of(output: &Datum, name: String, profile: &str, place: Option<Place>) -> Target {
    let text = |key: &str| output.get(key).filter(|datum| !datum.is_null()).map(yaml::shown);
    let adapter = text("type").unwrap_or_else(|| adapter::GENERIC.to_owned());
    let fields = adapter::target_fields(&adapter, output);
    let field = |key: &str| {
        fields
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, datum)| datum)
            .filter(|datum| !datum.is_null())
            .map(yaml::shown)
    };
    let database = field("database");
    let schema = field("schema").unwrap_or_else(|| "dbt_schema".to_owned());
    let threads = match output.get("threads").map(|datum| &datum.kind) {
        Some(Kind::Int(threads)) => *threads,
        Some(Kind::Str(text)) => text.as_str().trim().parse().unwrap_or(1),
        _ => 1,
    };
    Target { name, profile: profile.to_owned(), adapter, database, schema, threads, is_default: false, place, fields }
}

/// The one target that stands for all where there is no profile.
pub(crate) fn placeholder(adapter: &str, options: &LoadOptions<'_>) -> Target {
    let name = options.target.clone().unwrap_or_else(|| "default".to_owned());
    let entry = |key: &str, value: &str| {
        let text = |value: &str| Datum::new(Kind::Str(Text::plain(value)));
        (text(key), text(value))
    };
    let mut entries = vec![entry("type", adapter), entry("schema", "dbt_schema")];
    if !matches!(adapter, "spark") {
        entries.push(entry("database", "dbt_database"));
    }
    let output = Datum::new(Kind::Map(entries));
    let profile = options.profile.clone().unwrap_or_default();
    Target { is_default: true, ..target_of(&output, name, &profile, None) }
}

impl LoadOptions<'_> {
    /// What the Jinja of profiles.yml sees.
    pub(crate) fn profile_context(&self) -> YamlContext<'_> {
        YamlContext {
            kind: super::yaml_jinja::YamlKind::Profiles,
            target: None,
            cli_vars: &self.cli_vars,
            vars: super::vars::Vars { cli: Some(&self.cli_vars), ..Default::default() },
            env: &self.env,
            project_name: None,
        }
    }
}
