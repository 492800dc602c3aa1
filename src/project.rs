//! Reads a dbt project from its files: settings, targets, packages, macros, nodes and properties, with
//! the place of every value. Knows nothing of hooks or SQL.
//!
//! What is wrong with the files becomes a [`Problem`]; an `Err` means that there is no project to work on.

mod adapter;
pub mod environment;
mod files;
mod ignore;
mod load;
mod macros;
mod node;
pub mod overlay;
mod package;
mod problem;
mod profile;
mod properties;
pub mod python;
mod vars;
mod within;
pub mod yaml;
pub mod yaml_jinja;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

pub use adapter::{AdapterFrom, GENERIC};
pub use ignore::Ignore;
pub use load::load;
pub use macros::Macro;
pub use node::{Language, Node, Resource};
pub use overlay::Overlay;
pub use package::{MissingPackage, Package};
pub use problem::{Problem, ProblemKind};
pub use profile::Target;
pub use properties::{Properties, Source};
pub use vars::Vars;

use crate::datum::{Datum, Kind};
use crate::limits::Limits;
use crate::source::Sources;
use yaml_jinja::YamlRenderer;

/// What loading depends on besides the project's files.
pub struct LoadOptions<'a> {
    /// `--profiles-dir`.
    pub profiles_dir: Option<PathBuf>,
    /// `--profile`.
    pub profile: Option<String>,
    /// `--target`.
    pub target: Option<String>,
    /// The adapter to assume; profiles.yml is then not asked for one.
    pub adapter: Option<String>,
    /// `--vars`, as read: null or a mapping.
    pub cli_vars: Datum,
    /// The environment: `HOME`, `DBT_PROFILES_DIR` and whatever `env_var` asks for.
    pub env: BTreeMap<String, String>,
    /// The folder the tool was started in, where dbt looks for profiles.yml before the project's own.
    pub working_dir: Option<PathBuf>,
    /// What is read otherwise than it is on disk.
    pub overlay: Overlay,
    /// The bounds of what is read.
    pub limits: Limits,
    /// Renders the Jinja of YAML values.
    pub renderer: &'a dyn YamlRenderer,
}

impl<'a> LoadOptions<'a> {
    /// Options of which none is set.
    #[must_use]
    pub fn new(renderer: &'a dyn YamlRenderer) -> LoadOptions<'a> {
        LoadOptions {
            profiles_dir: None,
            profile: None,
            target: None,
            adapter: None,
            cli_vars: Datum::new(Kind::Null),
            env: BTreeMap::new(),
            working_dir: None,
            overlay: Overlay::default(),
            limits: Limits::default(),
            renderer,
        }
    }
}

/// Why there is no project to work on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoadError {
    /// The folder has no `dbt_project.yml`.
    NoProject {
        /// The path that was expected.
        path: String,
    },
    /// The system does not allow reading a file.
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// `dbt_project.yml` holds no settings that could be used.
    Invalid {
        /// The file.
        path: String,
        /// The line, from 1, where that is known.
        line: Option<u32>,
        /// The column, from 1.
        column: Option<u32>,
        /// What is wrong with it.
        message: String,
    },
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::NoProject { path } => write!(f, "there is no {path}"),
            LoadError::Unreadable { path, reason } => write!(f, "{path} can't be read: {reason}"),
            LoadError::Invalid { path, line: Some(line), column: Some(column), message } => {
                write!(f, "{path}:{line}:{column}: {message}")
            }
            LoadError::Invalid { path, message, .. } => write!(f, "{path}: {message}"),
        }
    }
}

impl std::error::Error for LoadError {}

/// A dbt project as its files have it.
#[derive(Debug, Clone)]
pub struct Project {
    /// Every file that was read, seeds aside.
    pub sources: Sources,
    /// The root project, then the installed packages by folder.
    pub packages: Vec<Package>,
    /// The targets; never empty.
    pub targets: Vec<Target>,
    /// The target that is used where none is asked for: its place in `targets`.
    pub target: usize,
    /// How the adapter is known.
    pub adapter_from: AdapterFrom,
    /// Another adapter than that of the profile, which the project's files speak of, with the evidence: the
    /// profile is then likely one that stands in for the project's own.
    pub speaks_of: Option<(String, String)>,
    /// Every macro, by file and place, the root project's first.
    pub macros: Vec<Macro>,
    /// Every node, by package and file.
    pub nodes: Vec<Node>,
    /// Every entry of every properties file.
    pub properties: Vec<Properties>,
    /// The keys at the top of properties files that are no section and that dbt passes over.
    pub other_keys: Vec<Datum>,
    /// The entries that speak of a node that does not exist, by their place in `properties`.
    pub unattached: Vec<usize>,
    /// The tables of every source.
    pub source_tables: Vec<Source>,
    /// Packages that are listed but not installed.
    pub missing_packages: Vec<MissingPackage>,
    /// The variables of the command line.
    pub cli_vars: Datum,
    /// What is wrong with the files.
    pub problems: Vec<Problem>,
}

/// One level of a section of `dbt_project.yml` that applies to a node.
#[derive(Debug, Clone)]
pub struct Level<'a> {
    /// The mapping at that level.
    pub datum: &'a Datum,
    /// The keys that lead to it from the section.
    pub path: Vec<String>,
    /// The package whose file it stands in.
    pub package: usize,
}

impl Project {
    /// What was not read here and where names may come from: a package that is not installed, a folder outside of the
    /// repository, a file of macros that can't be cut.
    #[must_use]
    pub fn left_out(&self) -> Option<String> {
        let unread = || Some(format!("what was left out: {}", self.unread_macros()?.message));
        self.packages_left_out().or_else(unread)
    }

    /// What was not read here and where packages may come from.
    #[must_use]
    pub fn packages_left_out(&self) -> Option<String> {
        if let Some(missing) = self.missing_packages.first() {
            return Some(format!("{}, which is not installed", missing.listed_as));
        }
        Some(format!("what was left out: {}", self.outside()?.message))
    }

    /// A folder of the project's own that lies outside of the repository.
    #[must_use]
    pub fn outside(&self) -> Option<&Problem> {
        self.problems.iter().find(|problem| problem.kind == ProblemKind::Outside)
    }

    /// Files that were not read, though dbt reads them: nodes and sources may stand in them.
    #[must_use]
    pub fn unread_files(&self) -> Option<&Problem> {
        let is_unread = |kind| matches!(kind, ProblemKind::LeftOut | ProblemKind::TooLarge | ProblemKind::Outside);
        self.problems.iter().find(|problem| is_unread(problem.kind))
    }

    /// A file of macros that was not read, or not to its end: which macros stand in it is not known.
    #[must_use]
    pub fn unread_macros(&self) -> Option<&Problem> {
        let folders: Vec<String> = self
            .packages
            .iter()
            .flat_map(|package| {
                let prefix = package.prefix();
                let folder = |path: String| format!("{prefix}{}/", path.trim_start_matches("./").trim_end_matches('/'));
                package.macro_paths().into_iter().map(folder).collect::<Vec<_>>()
            })
            .collect();
        let holds = |path: &str| folders.iter().any(|folder| path.starts_with(folder.as_str()));
        self.problems.iter().find(|problem| match (problem.kind, problem.place) {
            (ProblemKind::Blocks | ProblemKind::Encoding, Some(place)) => holds(&self.sources.get(place.file).path),
            // Such a file is no source; what is said of it begins with its path.
            (ProblemKind::TooLarge | ProblemKind::Unreadable, None) => holds(&problem.message),
            (ProblemKind::LeftOut, None) => true,
            _ => false,
        })
    }

    /// Adds to what is wrong with its files.
    pub(crate) fn add_problems(&mut self, more: Vec<Problem>) {
        if !more.is_empty() {
            self.problems.extend(more);
            problem::sort(&mut self.problems);
        }
    }

    /// What is wrong with the files so that every command of dbt ends before it runs anything.
    pub fn stopping(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(|problem| problem.kind.stops_dbt() && problem.place.is_some())
    }

    /// Whether names that are not found are nowhere.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.left_out().is_none()
    }

    /// The root project.
    #[must_use]
    pub fn root(&self) -> &Package {
        &self.packages[0]
    }

    /// The target that is used where none is asked for.
    #[must_use]
    pub fn default_target(&self) -> &Target {
        &self.targets[self.target]
    }

    /// The adapter of the target in use.
    #[must_use]
    pub fn adapter(&self) -> &str {
        &self.default_target().adapter
    }

    /// The levels of a section that apply to a node, outermost first: those of its own package, then,
    /// for a package's node, those of the root project. The walk goes along the fqn and ends at the
    /// first key that is missing (facts D9, D10, D27).
    #[must_use]
    pub fn config_levels(&self, section: &str, package: usize, fqn: &[String]) -> Vec<Level<'_>> {
        config_levels(&self.packages, section, package, fqn)
    }

    /// What `var()` finds in the code of a package.
    #[must_use]
    pub fn vars(&self, package: usize) -> Vars<'_> {
        load::vars(&self.packages, package, &self.cli_vars)
    }

    /// The raw value of a variable in the code of a package.
    #[must_use]
    pub fn var(&self, package: usize, name: &str) -> Option<&Datum> {
        self.vars(package).get(name)
    }
}

/// See [`Project::config_levels`].
pub(crate) fn config_levels<'a>(
    packages: &'a [Package],
    section: &str,
    package: usize,
    fqn: &[String],
) -> Vec<Level<'a>> {
    let mut levels = Vec::new();
    let mut walk = |package: usize| {
        let Some(mut datum) = packages[package].setting(section).filter(|datum| datum.as_map().is_some()) else {
            return;
        };
        levels.push(Level { datum, path: Vec::new(), package });
        for (n, key) in fqn.iter().enumerate() {
            let Some(next) = datum.get(key).filter(|datum| datum.as_map().is_some()) else {
                break;
            };
            datum = next;
            levels.push(Level { datum, path: fqn[..=n].to_vec(), package });
        }
    };
    walk(package);
    if package != 0 {
        walk(0);
    }
    levels
}

/// The problem that a key which stands twice is.
fn duplicate_key(duplicate: &yaml::DuplicateKey) -> Problem {
    let message = format!("the key `{}` stands twice in one mapping; dbt takes the last one", duplicate.key);
    Problem::new(ProblemKind::DuplicateKey, Some(duplicate.again), message).help("remove one of them")
}
