//! The relations that dbt makes or reads, by their names, and whether a run makes them anew or keeps them.

use std::collections::HashMap;

use super::{Findings, Scene};
use crate::hook::HookKind;
use crate::manifest::NodeState;
use crate::materialization::Slot;
use crate::project::Resource;
use crate::render::materialized::{Materialization, Owner};
use crate::sql::{Name, UNKNOWN};

/// What a relation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// A node's, by its place in the project's nodes.
    Node(usize),
    /// A source's table, by its place in the project's source tables.
    Source(usize),
}

/// What a run does with a relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Life {
    /// It is made anew.
    Rebuilt,
    /// It is kept, with its rows and with what hooks did to it.
    Kept,
    /// It is kept without its rows, which are loaded anew: a seed.
    Emptied,
    /// That is not known.
    Unknown,
}

/// The relations of every target, by the last part of their names in lower case.
#[derive(Debug, Default)]
pub(crate) struct Relations {
    by_name: HashMap<String, Vec<(usize, What)>>,
    /// Ephemeral nodes by target and name in lower case; the first of a name.
    ephemeral: HashMap<(usize, String), usize>,
}

/// A relation in a target.
#[derive(Clone, Copy)]
pub(crate) struct Relation<'f> {
    findings: &'f Findings<'f>,
    target: usize,
    /// What it is.
    pub(crate) what: What,
}

impl Relations {
    fn new(findings: &Findings<'_>) -> Relations {
        let mut by_name: HashMap<String, Vec<(usize, What)>> = HashMap::new();
        let mut ephemeral = HashMap::new();
        let mut add = |name: &str, target, what| by_name.entry(name.to_lowercase()).or_default().push((target, what));
        for target in 0..findings.targets.len() {
            for at in 0..findings.project.nodes.len() {
                let state = findings.renderer.state(target, at);
                if state.materialized == "ephemeral" {
                    ephemeral.entry((target, state.alias.to_ascii_lowercase())).or_insert(at);
                }
                let builds = matches!(
                    findings.project.nodes[at].resource,
                    Resource::Model | Resource::Seed | Resource::Snapshot
                );
                if builds && state.enabled && state.materialized != "ephemeral" {
                    add(&state.alias, target, What::Node(at));
                }
            }
            for (at, table) in findings.project.source_tables.iter().enumerate() {
                add(&table.identifier, target, What::Source(at));
            }
        }
        Relations { by_name, ephemeral }
    }
}

impl<'f> Findings<'f> {
    /// The relation that a name means in a rendering. A name without a schema may mean any, and means none here.
    pub(crate) fn relation(&'f self, scene: &Scene<'f>, name: &Name) -> Option<Relation<'f>> {
        let target = *scene.judged.rendering.targets.first()?;
        if name.parts.len() < 2 || name.text.contains(UNKNOWN) {
            return None;
        }
        let relations = self.relations.get_or_init(|| Relations::new(self));
        let candidates = relations.by_name.get(&name.last().to_lowercase())?;
        let mut here = candidates.iter().filter(|(of, _)| *of == target);
        let found = here.find(|(_, what)| Relation { findings: self, target, what: *what }.has_name(name))?;
        Some(Relation { findings: self, target, what: found.1 })
    }

    /// The node whose relation has a name, by the parts of the name, in a target.
    pub(crate) fn node_named(&self, target: usize, parts: &[String]) -> Option<usize> {
        if parts.len() < 2 {
            return None;
        }
        let name = Name { text: parts.join("."), parts: parts.to_vec(), range: 0..0 };
        let relations = self.relations.get_or_init(|| Relations::new(self));
        let candidates = relations.by_name.get(&name.last().to_lowercase())?;
        let mut here = candidates.iter().filter(|(of, _)| *of == target);
        here.find_map(|(_, what)| match what {
            What::Node(at) if (Relation { findings: self, target, what: *what }).has_name(&name) => Some(*at),
            _ => None,
        })
    }

    /// The ephemeral node of that name in a target.
    pub(super) fn ephemeral_named(&self, target: usize, name: &str) -> Option<usize> {
        let relations = self.relations.get_or_init(|| Relations::new(self));
        relations.ephemeral.get(&(target, name.to_ascii_lowercase())).copied()
    }

    /// The relation of a hook's own node in a rendering.
    pub(crate) fn own_relation(&'f self, scene: &Scene<'f>, name: &Name) -> Option<Relation<'f>> {
        self.relation(scene, name).filter(|relation| relation.is_own(scene))
    }
}

impl<'f> Relation<'f> {
    fn has_name(&self, name: &Name) -> bool {
        let [identifier, schema, database] = self.parts();
        let own = [identifier, schema, database];
        name.parts.iter().rev().zip(own).all(|(part, own)| {
            part.is_empty() || own.is_none_or(|own| own.is_empty() || own.eq_ignore_ascii_case(part))
        })
    }

    fn parts(&self) -> [Option<&'f str>; 3] {
        match self.what {
            What::Node(at) => {
                let state = self.findings.renderer.state(self.target, at);
                [Some(state.alias.as_str()), Some(state.schema.as_str()), state.database.as_deref()]
            }
            What::Source(at) => {
                let table = &self.findings.project.source_tables[at];
                [Some(table.identifier.as_str()), Some(table.schema.as_str()), table.database.as_deref()]
            }
        }
    }

    /// Whether it is that of the hook's own node.
    pub(crate) fn is_own(&self, scene: &Scene<'_>) -> bool {
        matches!(self.what, What::Node(at) if scene.hook().node == Some(at))
    }

    /// The node's state.
    pub(crate) fn state(&self) -> Option<&'f NodeState> {
        match self.what {
            What::Node(at) => Some(self.findings.renderer.state(self.target, at)),
            What::Source(_) => None,
        }
    }

    /// What it is, as messages name it: `the model orders`; of a hook's own node without its name, so that the finding
    /// of a hook that is declared once for many nodes is one.
    pub(crate) fn described(&self, scene: &Scene<'_>) -> String {
        match self.what {
            What::Node(at) if scene.hook().node == Some(at) => {
                format!("the {}", self.findings.project.nodes[at].resource.name())
            }
            What::Node(at) => {
                let node = &self.findings.project.nodes[at];
                format!("the {} {}", node.resource.name(), node.name)
            }
            What::Source(at) => {
                let table = &self.findings.project.source_tables[at];
                format!("the source {}.{}", table.source_name, table.name)
            }
        }
    }

    /// What a run does with it.
    pub(crate) fn life(&self) -> Life {
        let What::Node(at) = self.what else { return Life::Unknown };
        let state = self.findings.renderer.state(self.target, at);
        let adapter = self.findings.adapter_of(self.target);
        if self.findings.renderer.materialization(self.target, at).owner != Owner::Shipped {
            return Life::Unknown;
        }
        let anew = state.settings.get("full_refresh").and_then(crate::datum::Datum::as_bool) == Some(true);
        match (self.findings.project.nodes[at].resource, state.materialized.as_str()) {
            (Resource::Model, "table" | "view") => Life::Rebuilt,
            (Resource::Model, "incremental") if anew => Life::Rebuilt,
            (Resource::Model, "incremental") | (Resource::Snapshot, _) => Life::Kept,
            (Resource::Seed, _) => match adapter {
                "postgres" | "redshift" | "snowflake" | "duckdb" if !anew => Life::Emptied,
                "bigquery" | "spark" | "databricks" => Life::Rebuilt,
                _ => Life::Unknown,
            },
            _ => Life::Unknown,
        }
    }
}

impl Findings<'_> {
    /// The adapter of a target.
    pub(crate) fn adapter_of(&self, target: usize) -> &str {
        self.renderer.targets()[target].adapter.as_str()
    }
}

impl Scene<'_> {
    /// How the hook's node runs its hooks; none for an on-run hook.
    pub(crate) fn materialization(&self) -> Option<Materialization> {
        let target = *self.judged.rendering.targets.first()?;
        Some(self.findings.renderer.materialization(target, self.hook().node?))
    }

    /// Whether the hook runs inside a transaction that its node's materialization opens and commits.
    pub(crate) fn is_inside(&self) -> bool {
        let hook = self.hook();
        let Some(materialization) = self.materialization().filter(|_| hook.transaction) else { return false };
        let slot = if hook.kind == HookKind::PreHook { Slot::PreInside } else { Slot::PostInside };
        let place = |wanted: Slot| materialization.slots.iter().position(|slot| *slot == wanted);
        let begins = crate::materialization::transactions(self.adapter()).begin != crate::materialization::Begin::Never;
        let known = matches!(materialization.owner, Owner::Shipped);
        let (Some(begin), Some(at)) = (place(Slot::Begin), place(slot)) else { return false };
        begins && known && begin < at && place(Slot::Commit).is_some_and(|commit| at < commit)
    }
}
