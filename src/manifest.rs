//! The project as dbt has it once it is parsed, for one target: the nodes with their merged settings, what
//! their `config()` calls gave, and the relations they become. dbt calls this the manifest.

mod build;
mod settings;

pub use build::build;
pub use settings::Settings;

use crate::hook::ConfigHook;
use crate::jinja::JinjaError;

/// The manifest of one target.
#[derive(Debug, Default)]
pub struct Manifest {
    /// A state for each of the project's nodes, in their order.
    pub nodes: Vec<NodeState>,
}

/// A node once it is parsed.
#[derive(Debug, Default, Clone)]
pub struct NodeState {
    /// Its settings besides hooks, merged as dbt merges them.
    pub settings: Settings,
    /// The hooks of its `config()` calls, in file order.
    pub config_hooks: Vec<ConfigHook>,
    /// Keys of its `config()` calls, in file order, with their places.
    pub config_keys: Vec<(String, Option<crate::source::Place>)>,
    /// `enabled`.
    pub enabled: bool,
    /// `materialized`.
    pub materialized: String,
    /// Its relation's database.
    pub database: Option<String>,
    /// Its relation's schema.
    pub schema: String,
    /// Its relation's name.
    pub alias: String,
    /// The nodes it refs, by their place in the project's nodes.
    pub refs: Vec<usize>,
    /// Why its file did not render in the parse pass, so that its `config()` may not be known.
    pub fault: Option<JinjaError>,
    /// Why what it configures is not known, where that is no fault of the file.
    pub unknown: Vec<String>,
}
