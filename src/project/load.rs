//! Loads a project: finds its files, reads them in parallel and puts them together.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use rayon::prelude::*;

use super::adapter::{self, AdapterFrom, Signs};
use super::files::{self, Content, Found, Home, Role, Search};
use super::ignore::Ignore;
use super::macros::{self, MACRO_BLOCKS, Macro, TEST_BLOCKS};
use super::node::{self, Code};
use super::package::{self, Package};
use super::problem::{self, Problem, ProblemKind};
use super::profile::{self, Target, Targets};
use super::properties;
use super::vars::Vars;
use super::within::within;
use super::yaml_jinja::{YamlContext, YamlKind};
use super::{LoadError, LoadOptions, Overlay, Project, yaml};
use crate::datum::{Datum, Kind};
use crate::git;
use crate::limits::{Limits, Unit};
use crate::source::{FileId, Sources};

/// Reads the project in a folder.
///
/// The result depends on the files and the options alone. What is wrong with the files is in
/// [`Project::problems`]; an `Err` means that there is no project to work on.
pub fn load(root: &Path, options: &LoadOptions<'_>) -> Result<Project, LoadError> {
    let mut sources = Sources::default();
    let mut problems = Vec::new();
    let mut root_package = package::read(root, "", &options.overlay, &mut sources, &mut problems)?;
    let profile = profile::read(root, &root_package.settings, options, &mut sources, &mut problems)?;
    let profile = profile.map(|targets| with_adapter(targets, options));

    let no_vars = Datum::new(Kind::Null);
    // Without a profile the adapter has to be told from the files first; until then what needs
    // `target` stays as it is written.
    let known = profile.as_ref().map(|found| &found.all[found.selected]);
    root_package.render(options, &project_context(options, known, &options.cli_vars), &mut Vec::new());
    let mut installed = package::installed(&root_package, &options.overlay, &mut sources, &mut problems)?;
    let (missing_packages, listed) =
        package::listed(&root_package, &mut installed, options, &mut sources, &mut problems)?;
    for package in &mut installed {
        package.render(options, &project_context(options, known, &no_vars), &mut Vec::new());
    }
    let mut packages = vec![root_package];
    packages.append(&mut installed);
    unique_names(&mut packages, &mut problems);

    let found = find_files(&packages, &options.overlay, &mut problems)?;
    let numbers = files::read_all(&found, &options.overlay, &options.limits, &mut sources, &mut problems)?;
    let codes = read_code(&found, options, &numbers, &sources, &mut problems);
    let macros = macros_of(&codes, &sources);

    let targets = match profile {
        Some(targets) => targets,
        None => guessed_target(&signs(&packages, &macros, &sources, &listed), options),
    };
    let speaks_of = speaks_of(&signs(&packages, &macros, &sources, &listed), &targets);
    let target = &targets.all[targets.selected];
    for (n, package) in packages.iter_mut().enumerate() {
        let cli_vars = if n == 0 { &options.cli_vars } else { &no_vars };
        package.render(options, &project_context(options, Some(target), cli_vars), &mut problems);
    }
    let names: Vec<String> = packages.iter().map(|package| package.name.clone()).collect();

    let (properties, other_keys) =
        read_properties(&found, &numbers, &sources, &packages, target, options, &mut problems);
    let snapshot_files: Vec<Code<'_>> =
        codes.into_iter().filter(|code| !matches!(code.found.role, Role::Macros | Role::GenericTest)).collect();
    let mut nodes = node::of_files(&snapshot_files, &names, &sources);
    let originals: HashMap<FileId, String> =
        found.iter().filter_map(|file| Some((*numbers.get(&file.shown)?, file.original.clone()))).collect();
    nodes.extend(node::of_yaml_snapshots(&properties, &names, &originals));
    nodes.sort_by(|a, b| {
        (a.package, a.resource, &a.original_file_path, a.place).cmp(&(
            b.package,
            b.resource,
            &b.original_file_path,
            b.place,
        ))
    });
    problems.extend(nodes.iter().filter_map(node::python_jinja));
    let unattached = node::attach(&mut nodes, &properties, &names, &mut problems);
    node::duplicates(&nodes, &properties, &packages, &sources, &mut problems);
    macros::duplicates(&macros, &names, &sources, &mut problems);
    let source_tables = properties::source_tables(&properties, &names);

    problem::sort(&mut problems);
    Ok(Project {
        sources,
        packages,
        target: targets.selected,
        targets: targets.all,
        adapter_from: targets.from,
        speaks_of,
        macros,
        nodes,
        properties,
        other_keys,
        unattached,
        source_tables,
        missing_packages,
        cli_vars: options.cli_vars.clone(),
        problems,
    })
}

/// What the Jinja of `dbt_project.yml` sees.
fn project_context<'a>(
    options: &'a LoadOptions<'_>,
    target: Option<&'a Target>,
    cli_vars: &'a Datum,
) -> YamlContext<'a> {
    YamlContext {
        kind: YamlKind::ProjectFile,
        target,
        cli_vars,
        vars: Vars { cli: Some(cli_vars), ..Vars::default() },
        env: &options.env,
        project_name: None,
    }
}

/// What `var()` finds in the code of a package.
pub(super) fn vars<'a>(packages: &'a [Package], package: usize, cli_vars: &'a Datum) -> Vars<'a> {
    let own = &packages[package];
    Vars {
        cli: Some(cli_vars),
        root: packages[0].vars(),
        own: if package == 0 { None } else { own.vars() },
        package: &own.name,
    }
}

/// The adapter that was asked for, over what the profile says.
fn with_adapter(mut targets: Targets, options: &LoadOptions<'_>) -> Targets {
    if let Some(adapter) = &options.adapter {
        for target in &mut targets.all {
            target.adapter.clone_from(adapter);
        }
        targets.from = AdapterFrom::Option;
    }
    targets
}

/// What the root project's own files say of its adapter.
fn signs<'a>(packages: &'a [Package], macros: &'a [Macro], sources: &'a Sources, listed: &[String]) -> Signs<'a> {
    let own = |path: &str| !packages[1..].iter().any(|package| path.starts_with(&package.prefix()));
    let installed = packages[1..].iter().map(|package| package.name.clone());
    Signs {
        macros: macros.iter().filter(|one| one.package == 0).map(|one| one.name.as_str()).collect(),
        texts: sources
            .iter()
            .map(|(_, file)| (file.path.as_str(), &*file.text))
            .filter(|(path, _)| own(path) && !path.ends_with("profiles.yml"))
            .collect(),
        settings: packages[0].written(),
        packages: installed.chain(listed.iter().cloned()).collect(),
    }
}

fn guessed_target(signs: &Signs<'_>, options: &LoadOptions<'_>) -> Targets {
    let (adapter, from) = if let Some(adapter) = &options.adapter {
        (adapter.clone(), AdapterFrom::Option)
    } else {
        match adapter::guess(signs, &[]) {
            Some((adapter, evidence)) => (adapter, AdapterFrom::Guess(evidence)),
            None => (adapter::GENERIC.to_owned(), AdapterFrom::None),
        }
    };
    Targets { all: vec![profile::placeholder(&adapter, options)], selected: 0, from }
}

/// Another adapter than those of the profile, which the project's files speak of.
fn speaks_of(signs: &Signs<'_>, targets: &Targets) -> Option<(String, String)> {
    let own: Vec<&str> = targets.all.iter().map(|target| target.adapter.as_str()).collect();
    let (adapter, evidence) = (targets.from == AdapterFrom::Profile).then(|| adapter::guess(signs, &own)).flatten()?;
    targets.all.iter().all(|target| target.adapter != adapter).then_some((adapter, evidence))
}

/// dbt refuses two packages of one name; the later one is left out.
fn unique_names(packages: &mut Vec<Package>, problems: &mut Vec<Problem>) {
    let mut seen: Vec<String> = Vec::new();
    packages.retain(|package| {
        let is_new = !seen.contains(&package.name);
        if is_new {
            seen.push(package.name.clone());
        } else {
            let message = format!(
                "two packages are called {}: the one in {} is left out; dbt stops here",
                package.name, package.root
            );
            problems.push(Problem::new(ProblemKind::Package, None, message).help("remove one of them"));
        }
        is_new
    });
}

/// Lists every file of every package, with the role it is read in, sorted.
fn find_files(packages: &[Package], overlay: &Overlay, problems: &mut Vec<Problem>) -> Result<Vec<Found>, LoadError> {
    const SQL: &[&str] = &[".sql"];
    const CODE: &[&str] = &[".sql", ".py"];
    let mut found = Vec::new();
    let bound = fs::canonicalize(&packages[0].dir).ok();
    let bound = bound.map(|root| git::top(&root).map_or_else(|| root.clone(), Path::to_path_buf));
    for (n, package) in packages.iter().enumerate() {
        let prefix = package.prefix();
        let ignore = read_ignore(package, &prefix, overlay, problems)?;
        let skipped = [files::clean(&package.packages_install_path()), files::clean(&package.target_path())];
        let bound = bound.as_deref().filter(|_| n == 0);
        let home = Home { root: &package.dir, prefix: &prefix, ignore: &ignore, skipped: &skipped, overlay, bound };
        let generic: Vec<String> = package.test_paths().iter().map(|path| format!("{path}/generic")).collect();
        let searches: [(Role, Vec<String>, &[&str]); 9] = [
            (Role::Macros, package.macro_paths(), SQL),
            (Role::Model, package.model_paths(), CODE),
            (Role::Snapshot, package.snapshot_paths(), SQL),
            (Role::Analysis, package.analysis_paths(), SQL),
            (Role::SingularTest, package.test_paths(), SQL),
            (Role::GenericTest, generic, SQL),
            (Role::Seed, package.seed_paths(), &[".csv"]),
            (Role::Properties, package.source_paths(), &[".yml", ".yaml"]),
            (Role::Function, package.function_paths(), CODE),
        ];
        for (role, folders, endings) in searches {
            for folder in folders {
                files::find(&home, &Search { package: n, role, folder: &folder, endings }, &mut found, problems);
            }
        }
    }
    // Generic tests and fixtures lie below the singular tests' folder.
    found.retain(|file| {
        file.role != Role::SingularTest
            || !(file.relative.starts_with("generic/") || file.relative.starts_with("fixtures/"))
    });
    found.sort_by(|a, b| (a.package, &a.shown, a.role).cmp(&(b.package, &b.shown, b.role)));
    found.dedup_by(|a, b| (a.package, a.role, &a.shown) == (b.package, b.role, &b.shown));
    Ok(found)
}

fn read_ignore(
    package: &Package,
    prefix: &str,
    overlay: &Overlay,
    problems: &mut Vec<Problem>,
) -> Result<Ignore, LoadError> {
    let path = package.dir.join(".dbtignore");
    if !overlay.is_file(&path) {
        return Ok(Ignore::default());
    }
    Ok(match files::read(&format!("{prefix}.dbtignore"), &path, overlay)? {
        Content::Text(text) => Ignore::parse(&text),
        Content::Problem(problem) | Content::NotUtf8(problem, ..) => {
            problems.push(Problem { kind: ProblemKind::Ignore, ..problem });
            Ignore::default()
        }
    })
}

/// Cuts the files that hold blocks, and reads the seeds' first lines.
fn read_code<'a>(
    found: &'a [Found],
    options: &LoadOptions<'_>,
    numbers: &std::collections::BTreeMap<String, FileId>,
    sources: &Sources,
    problems: &mut Vec<Problem>,
) -> Vec<Code<'a>> {
    let wanted: Vec<Blocked<'a>> = found.iter().filter_map(|found| Blocked::of(found, numbers)).collect();
    let most = Limits::of_files(options.limits.macros, numbers.len());
    // A block has two tags.
    let work = |one: &Blocked<'_>| 1..(sources.get(one.file).text.matches("{%").count() as u64 / 2).max(1);
    let cut = |one: &Blocked<'_>, _: u64| macros::cut(sources, one.file, one.allowed);
    let read = within(&wanted, most, work, cut, |_, (blocks, _)| (blocks.len() as u64).max(1));
    if let Some(first) = wanted.get(read.len()) {
        let why = format!("the project has more than {} macros", Unit::Count.shown(most));
        problems.push(files::left_out(wanted.len() - read.len(), &first.found.shown, &why));
    }
    let of_blocks = wanted.into_iter().zip(read).map(|(one, (blocks, problem))| {
        problems.extend(problem);
        Code { found: one.found, file: Some(one.file), blocks, header: None }
    });
    let mut codes: Vec<Code<'a>> = of_blocks.collect();
    codes.par_extend(found.par_iter().filter_map(|found| {
        let file = numbers.get(&found.shown).copied();
        let header = match found.role {
            Role::Seed => node::seed_header(found, &options.overlay),
            Role::Model | Role::Analysis | Role::SingularTest | Role::Function if file.is_some() => None,
            _ => return None,
        };
        Some(Code { found, file, blocks: Vec::new(), header })
    }));
    codes
}

/// A file that is cut into blocks.
struct Blocked<'a> {
    found: &'a Found,
    file: FileId,
    allowed: &'static [&'static str],
}

impl<'a> Blocked<'a> {
    fn of(found: &'a Found, numbers: &std::collections::BTreeMap<String, FileId>) -> Option<Blocked<'a>> {
        let allowed = match found.role {
            Role::Macros => MACRO_BLOCKS,
            Role::GenericTest => TEST_BLOCKS,
            Role::Snapshot => &["snapshot"],
            _ => return None,
        };
        Some(Blocked { found, file: *numbers.get(&found.shown)?, allowed })
    }
}

fn macros_of(codes: &[Code<'_>], sources: &Sources) -> Vec<Macro> {
    codes
        .iter()
        .filter(|code| matches!(code.found.role, Role::Macros | Role::GenericTest))
        .filter_map(|code| Some(macros::of_blocks(sources, code.file?, code.found, &code.blocks)))
        .flatten()
        .collect()
}

fn read_properties(
    found: &[Found],
    numbers: &std::collections::BTreeMap<String, FileId>,
    sources: &Sources,
    packages: &[Package],
    target: &Target,
    options: &LoadOptions<'_>,
    problems: &mut Vec<Problem>,
) -> (Vec<properties::Properties>, Vec<Datum>) {
    let wanted: Vec<(&Found, FileId)> = found
        .iter()
        .filter(|file| file.role == Role::Properties)
        .filter_map(|found| Some((found, *numbers.get(&found.shown)?)))
        .collect();
    let work = |(_, file): &(&Found, FileId)| yaml::work(&sources.get(*file).text);
    let read = |&(found, file): &(&Found, FileId), _: u64| {
        let context = YamlContext {
            kind: YamlKind::Properties,
            target: Some(target),
            cli_vars: &options.cli_vars,
            vars: vars(packages, found.package, &options.cli_vars),
            env: &options.env,
            project_name: Some(&packages[0].name),
        };
        properties::read(sources, file, found.package, &found.relative, options.renderer, &context)
    };
    let most = Limits::of_files(options.limits.yaml_values, numbers.len());
    let read = within(&wanted, most, work, read, |one, file| work(one).start.max(file.values));
    if let Some((first, _)) = wanted.get(read.len()) {
        let values = Unit::Count.shown(most);
        let why = format!("the project's YAML files have more than {values} values together");
        problems.push(files::left_out(wanted.len() - read.len(), &first.shown, &why));
    }
    let (mut entries, mut other_keys) = (Vec::new(), Vec::new());
    for file in read {
        entries.extend(file.entries);
        other_keys.extend(file.other_keys);
        problems.extend(file.problems);
    }
    (entries, other_keys)
}
