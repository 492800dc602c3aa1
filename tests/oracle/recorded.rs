//! The cases, with what dbt did with their hooks.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// A folder under `tests/oracle/cases`.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) runs: Vec<Run>,
}

/// One command of dbt, and what became of the hooks.
#[derive(Deserialize)]
pub(crate) struct Run {
    pub(crate) name: String,
    pub(crate) args: Vec<String>,
    pub(crate) target: Option<String>,
    pub(crate) exception: Option<String>,
    pub(crate) hooks: Vec<Recorded>,
    pub(crate) order: Vec<Step>,
    #[serde(default)]
    pub(crate) results: Vec<Ended>,
}

/// How a node or an on-run hook ended.
#[derive(Deserialize)]
pub(crate) struct Ended {
    pub(crate) id: String,
    pub(crate) status: String,
}

/// A hook as dbt saw it.
#[derive(Deserialize)]
pub(crate) struct Recorded {
    pub(crate) id: String,
    pub(crate) kind: String,
    /// None where dbt never made a record of it.
    pub(crate) transaction: Option<bool>,
    pub(crate) raw: String,
    /// The text of the parse pass.
    pub(crate) parse: Option<String>,
    pub(crate) parse_error: Option<String>,
    /// The text of the run pass; none where it failed or dbt did not get there.
    pub(crate) sql: Option<String>,
    pub(crate) sent: Vec<String>,
    pub(crate) queries: Vec<String>,
    pub(crate) status: String,
    pub(crate) error: Option<String>,
}

/// A step of the whole command.
#[derive(Deserialize)]
pub(crate) struct Step {
    pub(crate) step: String,
    pub(crate) id: Option<String>,
}

#[derive(Deserialize, Default)]
struct Settings {
    #[serde(default)]
    env: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Recording {
    runs: Vec<Run>,
}

impl Recorded {
    /// Whether dbt rendered it in the run pass, or failed to.
    pub(crate) fn was_reached(&self) -> bool {
        self.sql.is_some() || (self.status == "error" && self.parse_error.is_none())
    }
}

impl Run {
    /// Whether dbt gave up before it ran anything: it refuses the project, or a hook fails while it parses.
    pub(crate) fn is_refused(&self) -> bool {
        self.exception.is_some() && !self.hooks.iter().any(Recorded::was_reached)
    }
}

/// Every case that is recorded, by name.
pub(crate) fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/cases");
    let mut folders: Vec<PathBuf> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders.into_iter().filter(|folder| folder.join("recorded.json").is_file()).map(case).collect()
}

fn case(folder: PathBuf) -> Case {
    let read = |name: &str| fs::read_to_string(folder.join(name)).ok();
    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
    let settings: Settings = read("oracle.json").map_or_else(Settings::default, |text| {
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}/oracle.json: {error}"))
    });
    let recording: Recording = serde_json::from_str(&read("recorded.json").unwrap())
        .unwrap_or_else(|error| panic!("{name}/recorded.json: {error}"));
    Case { name, env: settings.env, runs: recording.runs, folder }
}

impl Case {
    /// The target that dbt takes where none is asked for: the one that the profile names.
    pub(crate) fn default_target(&self) -> String {
        let profiles = fs::read_to_string(self.folder.join("profiles.yml")).unwrap_or_default();
        let named = profiles.lines().find_map(|line| line.trim().strip_prefix("target:"));
        named.map_or_else(|| "default".to_owned(), |name| name.trim().to_owned())
    }
}
