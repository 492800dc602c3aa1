//! The packages of a project: itself, what is installed, and what is listed but not installed.

use std::path::{Path, PathBuf};

use super::files::{self, Content};
use super::problem::{Problem, ProblemKind};
use super::yaml_jinja::{YamlContext, YamlKind, render_tree, renders_in_project_file};
use super::{LoadError, LoadOptions, Overlay, yaml};
use crate::datum::Datum;
use crate::source::{FileId, Place, Sources};

/// A dbt project: the root project or an installed package.
#[derive(Debug, Clone)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// The way from the root project with `/`; empty for the root project.
    pub root: String,
    /// The folder on disk.
    pub dir: PathBuf,
    /// Its `dbt_project.yml`.
    pub file: FileId,
    /// `dbt_project.yml` as dbt has it once the file is read: values that dbt renders early are rendered.
    pub settings: Datum,
    /// `dbt_project.yml` as it is written, where rendering changed it.
    pub raw_settings: Option<Datum>,
}

impl Package {
    /// A setting, by its key.
    #[must_use]
    pub fn setting(&self, key: &str) -> Option<&Datum> {
        self.settings.get(key).filter(|datum| !datum.is_null())
    }

    /// The settings as they are written.
    #[must_use]
    pub fn written(&self) -> &Datum {
        self.raw_settings.as_ref().unwrap_or(&self.settings)
    }

    /// The `on-run-start` or `on-run-end` of the package, raw.
    #[must_use]
    pub fn on_run(&self, kind: &str) -> Option<&Datum> {
        self.setting(kind)
    }

    /// `vars:`, raw.
    #[must_use]
    pub fn vars(&self) -> Option<&Datum> {
        self.setting("vars")
    }

    /// The folders of `model-paths`.
    #[must_use]
    pub fn model_paths(&self) -> Vec<String> {
        let key = if self.settings.get("model-paths").is_some() { "model-paths" } else { "source-paths" };
        self.paths(key, "models")
    }

    /// The folders of `seed-paths`.
    #[must_use]
    pub fn seed_paths(&self) -> Vec<String> {
        let key = if self.settings.get("seed-paths").is_some() { "seed-paths" } else { "data-paths" };
        self.paths(key, "seeds")
    }

    /// The folders of `snapshot-paths`.
    #[must_use]
    pub fn snapshot_paths(&self) -> Vec<String> {
        self.paths("snapshot-paths", "snapshots")
    }

    /// The folders of `macro-paths`.
    #[must_use]
    pub fn macro_paths(&self) -> Vec<String> {
        self.paths("macro-paths", "macros")
    }

    /// The folders of `test-paths`.
    #[must_use]
    pub fn test_paths(&self) -> Vec<String> {
        self.paths("test-paths", "tests")
    }

    /// The folders of `analysis-paths`.
    #[must_use]
    pub fn analysis_paths(&self) -> Vec<String> {
        self.paths("analysis-paths", "analyses")
    }

    /// The folders of `function-paths`.
    #[must_use]
    pub fn function_paths(&self) -> Vec<String> {
        self.paths("function-paths", "functions")
    }

    /// The folders in which properties files are searched.
    #[must_use]
    pub fn source_paths(&self) -> Vec<String> {
        let mut all: Vec<String> = [
            self.model_paths(),
            self.seed_paths(),
            self.snapshot_paths(),
            self.analysis_paths(),
            self.macro_paths(),
            self.test_paths(),
            self.function_paths(),
        ]
        .concat();
        for path in &mut all {
            *path = files::clean(path);
        }
        all.sort();
        all.dedup();
        all
    }

    /// The folders of `docs-paths`; all source folders where nothing is said.
    #[must_use]
    pub fn docs_paths(&self) -> Vec<String> {
        if self.setting("docs-paths").is_some() { self.paths("docs-paths", "docs") } else { self.source_paths() }
    }

    /// The folder that packages are installed in.
    #[must_use]
    pub fn packages_install_path(&self) -> String {
        self.text("packages-install-path").unwrap_or_else(|| "dbt_packages".to_owned())
    }

    /// The folder that dbt writes to.
    #[must_use]
    pub fn target_path(&self) -> String {
        self.text("target-path").unwrap_or_else(|| "target".to_owned())
    }

    /// A setting that is text.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<String> {
        self.setting(key).and_then(Datum::as_str).map(str::to_owned)
    }

    fn paths(&self, key: &str, default: &str) -> Vec<String> {
        match self.setting(key) {
            None => vec![default.to_owned()],
            Some(datum) => match datum.as_list() {
                Some(items) => items.iter().filter_map(Datum::as_str).map(str::to_owned).collect(),
                None => datum.as_str().map(str::to_owned).into_iter().collect(),
            },
        }
    }

    /// The way from the root project to a file of this package.
    pub(crate) fn prefix(&self) -> String {
        if self.root.is_empty() { String::new() } else { format!("{}/", self.root) }
    }

    /// Renders the settings anew from how they are written.
    pub(crate) fn render(&mut self, options: &LoadOptions<'_>, context: &YamlContext<'_>, problems: &mut Vec<Problem>) {
        let written = self.written().clone();
        let rendered = render_tree(&written, &renders_in_project_file, options.renderer, context, problems);
        self.raw_settings = rendered.is_some().then(|| written.clone());
        self.settings = rendered.unwrap_or(written);
    }
}

/// A package that is listed but not installed: its macros and nodes are not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingPackage {
    /// As it is listed: `dbt-labs/dbt_utils`, a git address.
    pub listed_as: String,
    /// What its project may be called.
    pub guessed_names: Vec<String>,
    /// Where it is listed.
    pub place: Option<Place>,
}

/// Reads a `dbt_project.yml`, unrendered.
pub(crate) fn read(
    dir: &Path,
    root: &str,
    overlay: &Overlay,
    sources: &mut Sources,
    problems: &mut Vec<Problem>,
) -> Result<Package, LoadError> {
    let shown = if root.is_empty() { "dbt_project.yml".to_owned() } else { format!("{root}/dbt_project.yml") };
    let invalid = |place: Option<(u32, u32)>, message: String| {
        Err(LoadError::Invalid {
            path: shown.clone(),
            line: place.map(|(line, _)| line),
            column: place.map(|(_, column)| column),
            message,
        })
    };
    let path = dir.join("dbt_project.yml");
    if !overlay.is_file(&path) && !path.exists() {
        return Err(LoadError::NoProject { path: shown });
    }
    let text = match files::read(&shown, &path, overlay)? {
        Content::Text(text) => text,
        Content::Problem(problem) | Content::NotUtf8(problem, ..) => return invalid(None, problem.message),
    };
    let file = sources.add(shown.clone(), text.clone());
    let (part, base) = yaml::stripped(&text);
    let at = |place: Place| {
        let found = crate::source::Lines::new(&text).at(place.start);
        Some((found.line, found.column))
    };
    let settings = match yaml::read(part, file, base) {
        Ok(read) => {
            problems.extend(read.duplicates.iter().map(super::duplicate_key));
            read.datum
        }
        Err(fault) => return invalid(at(fault.place), fault.message),
    };
    if settings.as_map().is_none() {
        return invalid(settings.place.and_then(at), "dbt_project.yml does not parse to a dictionary".to_owned());
    }
    for section in SECTIONS {
        if let Some(levels) = settings.get(section) {
            unnamed_levels(levels, problems);
        }
    }
    let name = settings.get("name").filter(|name| !name.is_null()).map(yaml::shown);
    let name = name.unwrap_or_else(|| {
        let message = format!("{shown} has no `name`; dbt stops here");
        problems.push(Problem::new(ProblemKind::Settings, settings.place, message).help("add `name:` to it"));
        let folder = std::path::absolute(dir)
            .ok()
            .and_then(|dir| dir.file_name().map(|name| name.to_string_lossy().into_owned()));
        folder.unwrap_or_else(|| "project".to_owned())
    });
    Ok(Package { name, root: root.to_owned(), dir: dir.to_path_buf(), file, settings, raw_settings: None })
}

/// How many packages are read, and how many bytes their settings files may have together.
const MOST_PACKAGES: usize = 200;
const MOST_OF_PACKAGES: u64 = 2 << 20;

/// Reads the installed packages, sorted by folder.
pub(crate) fn installed(
    root: &Package,
    overlay: &Overlay,
    sources: &mut Sources,
    problems: &mut Vec<Problem>,
) -> Result<Vec<Package>, LoadError> {
    let folder = root.packages_install_path();
    let folder = if Path::new(&folder).is_absolute() { folder } else { files::clean(&folder) };
    let top = root.dir.join(&folder);
    let Ok(entries) = std::fs::read_dir(&top) else {
        return Ok(Vec::new());
    };
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with("__") && !name.starts_with('.'))
        .collect();
    names.sort();
    let mut packages = Vec::new();
    let mut room = MOST_OF_PACKAGES;
    let count = names.len();
    for (at, name) in names.into_iter().enumerate() {
        let way = format!("{folder}/{name}");
        let bytes = std::fs::metadata(top.join(&name).join("dbt_project.yml")).map_or(0, |known| known.len());
        let Some(left) = room.checked_sub(bytes).filter(|_| at < MOST_PACKAGES) else {
            let why = format!("packages have more than {MOST_PACKAGES} settings files or 2 MB of them");
            problems.push(files::left_out(count - at, &format!("{way}/dbt_project.yml"), &why));
            break;
        };
        room = left;
        if let Some(package) = load(&top.join(&name), &way, overlay, sources, problems)? {
            packages.push(package);
        }
    }
    Ok(packages)
}

/// Reads a package; what is wrong with it is a problem, not a failure.
fn load(
    dir: &Path,
    way: &str,
    overlay: &Overlay,
    sources: &mut Sources,
    problems: &mut Vec<Problem>,
) -> Result<Option<Package>, LoadError> {
    match read(dir, way, overlay, sources, problems) {
        Ok(package) => Ok(Some(package)),
        Err(error @ LoadError::Unreadable { .. }) => Err(error),
        Err(error) => {
            let message = format!("the package in {way} can't be read: {error}; dbt stops here");
            problems.push(Problem::new(ProblemKind::Package, None, message).help("run dbt deps again"));
            Ok(None)
        }
    }
}

/// One entry of packages.yml or its kin.
struct Listed {
    shown: String,
    names: Vec<String>,
    /// A local path, as it is written and as a folder.
    local: Option<(String, PathBuf)>,
    /// The name is certain, not cut out of an address.
    certain: bool,
    place: Option<Place>,
}

/// What is listed in packages.yml, dependencies.yml and package-lock.yml of the project and of its
/// packages: packages with a local path that are not installed are loaded from there, the others that
/// are not installed are given.
pub(crate) fn listed(
    root: &Package,
    installed: &mut Vec<Package>,
    options: &LoadOptions<'_>,
    sources: &mut Sources,
    problems: &mut Vec<Problem>,
) -> Result<(Vec<MissingPackage>, Vec<String>), LoadError> {
    let mut all = lists_of(root, options, sources, problems)?;
    // A local package is loaded where it stands, and may list packages in turn.
    let mut next = 0;
    loop {
        for one in &all {
            let Some((path, dir)) = one.local.as_ref().filter(|_| !is_installed(one, installed)) else { continue };
            let way = files::clean(path);
            if options.overlay.is_file(&dir.join("dbt_project.yml"))
                && let Some(package) = load(dir, &way, &options.overlay, sources, problems)?
                && package.name != root.name
                && !installed.iter().any(|other| other.name == package.name)
            {
                installed.push(package);
            }
        }
        let Some(package) = installed.get(next) else { break };
        next += 1;
        for mut one in lists_of(package, options, sources, problems)? {
            if let Some((path, _)) = &mut one.local {
                *path = format!("{}/{path}", package.root);
            }
            if one.names.iter().all(|name| *name != root.name) && !all.iter().any(|other| other.shown == one.shown) {
                all.push(one);
            }
        }
    }
    let names: Vec<String> = all.iter().flat_map(|one| one.names.iter().cloned()).collect();
    let mut missing = Vec::new();
    let mut spare = installed.iter().filter(|package| !names.contains(&package.name)).count();
    for one in all {
        if is_installed(&one, installed)
            || one.local.as_ref().is_some_and(|(_, dir)| options.overlay.is_file(&dir.join("dbt_project.yml")))
        {
            continue;
        }
        if one.local.is_none() && !one.certain && spare > 0 {
            // An address says little about the project's name: an installed package that nothing else
            // lists is taken for it.
            spare -= 1;
            continue;
        }
        missing.push(MissingPackage { listed_as: one.shown, guessed_names: one.names, place: one.place });
    }
    Ok((missing, names))
}

fn is_installed(one: &Listed, installed: &[Package]) -> bool {
    one.names.iter().any(|name| {
        installed.iter().any(|package| package.name == *name || package.root.ends_with(&format!("/{name}")))
    })
}

/// What a project's or package's own files list; only the root project's lock file counts.
fn lists_of(
    owner: &Package,
    options: &LoadOptions<'_>,
    sources: &mut Sources,
    problems: &mut Vec<Problem>,
) -> Result<Vec<Listed>, LoadError> {
    let context = YamlContext { kind: YamlKind::Packages, ..options.profile_context() };
    let mut all: Vec<Listed> = Vec::new();
    for name in ["packages.yml", "dependencies.yml", "package-lock.yml"] {
        let path = owner.dir.join(name);
        let is_root = owner.root.is_empty();
        if !options.overlay.is_file(&path) || (name == "package-lock.yml" && !is_root) {
            continue;
        }
        let shown = if is_root { name.to_owned() } else { format!("{}/{name}", owner.root) };
        let text = match files::read(&shown, &path, &options.overlay)? {
            Content::Text(text) => text,
            Content::Problem(problem) | Content::NotUtf8(problem, ..) => {
                problems.push(problem);
                continue;
            }
        };
        let file = sources.add(shown.clone(), text.clone());
        let (part, base) = yaml::stripped(&text);
        let mut datum = match yaml::read(part, file, base) {
            Ok(read) => {
                problems.extend(read.duplicates.iter().map(super::duplicate_key));
                read.datum
            }
            Err(fault) => {
                let message = format!("{shown} is no YAML that dbt would read: {}", fault.message);
                problems.push(Problem::new(ProblemKind::Yaml, Some(fault.place), message));
                continue;
            }
        };
        if name == "packages.yml"
            && let Some(rendered) = render_tree(&datum, &|_| true, options.renderer, &context, problems)
        {
            datum = rendered;
        }
        let Some(list) = datum.get("packages") else {
            continue;
        };
        if list.as_list().is_none() && !list.is_null() {
            let message = format!("the value of `packages` in {shown} is not a list; dbt stops here");
            problems.push(Problem::new(ProblemKind::Package, list.place, message));
        }
        for entry in list.as_list().unwrap_or_default() {
            let Some(one) = listed_entry(entry, &owner.dir) else {
                continue;
            };
            match all.iter_mut().find(|other| other.shown == one.shown) {
                // The lock file knows the name for certain.
                Some(other) if one.certain && !other.certain => other.names = one.names,
                Some(_) => {}
                None => all.push(one),
            }
        }
    }
    Ok(all)
}

fn listed_entry(entry: &Datum, owner: &Path) -> Option<Listed> {
    let text = |key: &str| entry.get(key).filter(|value| !value.is_null()).map(yaml::shown);
    let place = entry.place;
    if let Some(package) = text("package") {
        let tail = package.rsplit('/').next().unwrap_or_default().to_owned();
        let names = text("name").map_or_else(|| both_ways(&tail), |name| vec![name]);
        return Some(Listed { shown: package, names, local: None, certain: true, place });
    }
    if let Some(path) = text("local") {
        let tail = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
        let names = text("name").map_or_else(|| both_ways(&tail), |name| vec![name]);
        return Some(Listed {
            shown: path.clone(),
            names,
            local: Some((path.clone(), owner.join(&path))),
            certain: false,
            place,
        });
    }
    let address = text("git").or_else(|| text("private")).or_else(|| text("tarball"))?;
    let tail = address.trim_end_matches('/').rsplit(['/', ':']).next().unwrap_or_default();
    let tail = tail.strip_suffix(".git").unwrap_or(tail);
    let mut names = both_ways(tail);
    if let Some(folder) = text("subdirectory") {
        names.splice(0..0, both_ways(folder.trim_end_matches('/').rsplit('/').next().unwrap_or_default()));
    }
    let certain = text("name").is_some();
    if let Some(name) = text("name") {
        names = vec![name];
    }
    Some(Listed { shown: address, names, local: None, certain, place })
}

/// A name as it is, and with underscores, which is what projects are called.
fn both_ways(name: &str) -> Vec<String> {
    let under = name.replace('-', "_");
    if under == name { vec![under] } else { vec![under, name.to_owned()] }
}

/// The sections of `dbt_project.yml` whose levels are folders.
const SECTIONS: [&str; 5] = ["models", "seeds", "snapshots", "tests", "sources"];

/// A level whose name is no text to YAML, such as `off`: dbt asks it for its first sign and fails.
fn unnamed_levels(levels: &Datum, problems: &mut Vec<Problem>) {
    for (key, value) in levels.as_map().unwrap_or_default() {
        if value.as_map().is_none() {
            continue;
        }
        if key.as_str().is_none() {
            let message = format!(
                "the key `{}` is {} to YAML, not the name of a folder; dbt stops here",
                yaml::shown(key),
                key.type_name()
            );
            problems.push(Problem::new(ProblemKind::Settings, key.place, message).help("put it in quotes"));
        }
        unnamed_levels(value, problems);
    }
}
