//! Projects that the real dbt ran twice, with what became of hooks, nodes and tables.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// Folders of projects, each with its recording.
const FOLDERS: [&str; 2] = ["tests/oracle/cases", "tests/prove/cases"];

/// A project.
pub(crate) struct Project {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    pub(crate) adapter: String,
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) commands: Vec<Command>,
}

/// A command that was run twice on a database of its own.
#[derive(Deserialize)]
pub(crate) struct Command {
    pub(crate) name: String,
    pub(crate) args: Vec<String>,
    pub(crate) target: String,
    pub(crate) runs: Vec<Run>,
}

/// One run of a command.
#[derive(Deserialize)]
pub(crate) struct Run {
    /// What ended the command before its time.
    pub(crate) exception: Option<String>,
    /// How each hook of the manifest ended: `success`, `blank`, `error`, `skipped`, `not run`.
    pub(crate) hooks: BTreeMap<String, String>,
    /// dbt's message for each hook that failed.
    pub(crate) errors: BTreeMap<String, String>,
    /// How nodes and tests ended.
    pub(crate) nodes: BTreeMap<String, String>,
    /// How many rows each table has after the run; none of a database in memory.
    pub(crate) rows: Option<BTreeMap<String, u64>>,
}

#[derive(Deserialize)]
struct Recording {
    adapter: String,
    commands: Vec<Command>,
}

#[derive(Deserialize, Default)]
struct Settings {
    #[serde(default)]
    env: BTreeMap<String, String>,
}

/// Every project that is recorded, by folder and name.
pub(crate) fn projects() -> Vec<Project> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in FOLDERS {
        let mut folders: Vec<PathBuf> =
            fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
        folders.sort();
        found.extend(folders.into_iter().filter(|folder| folder.join("twice.json").is_file()).map(project));
    }
    found
}

fn project(folder: PathBuf) -> Project {
    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
    let read = |file: &str| fs::read_to_string(folder.join(file)).ok();
    let settings: Settings = read("oracle.json").map_or_else(Settings::default, |text| {
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}/oracle.json: {error}"))
    });
    let Recording { adapter, commands } =
        serde_json::from_str(&read("twice.json").unwrap()).unwrap_or_else(|error| panic!("{name}/twice.json: {error}"));
    Project { name, folder, adapter, env: settings.env, commands }
}
