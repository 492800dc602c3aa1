//! What is known of the nodes that hooks belong to, and of the relations that they become.

use super::{Findings, Scene};
use crate::manifest::NodeState;
use crate::project::Resource;
use crate::render::materialized::Materialization;
use crate::source::Place;
use crate::sql::Name;

/// The keys that hold a node's hooks, its plus sign aside (facts D11).
pub(crate) fn is_hook_key(key: &str) -> bool {
    let key = key.strip_prefix('+').map_or(key, str::trim);
    matches!(key, "pre-hook" | "post-hook" | "pre_hook" | "post_hook")
}

/// Whether a name is that of the relation that a node becomes; one that says no schema is nobody's.
pub(crate) fn names_relation(name: &Name, state: &NodeState) -> bool {
    let own = [Some(state.alias.as_str()), Some(state.schema.as_str()), state.database.as_deref()];
    let written = name.parts.iter().rev();
    let same = |(written, own): (&String, Option<&str>)| own.is_none_or(|own| written.eq_ignore_ascii_case(own));
    (2..=3).contains(&name.parts.len()) && !state.alias.is_empty() && written.zip(own).all(same)
}

impl Findings<'_> {
    /// The nodes that become relations, by their place in the project's nodes.
    pub(crate) fn built(&self) -> impl Iterator<Item = usize> {
        let builds = |at: &usize| {
            matches!(self.project.nodes[*at].resource, Resource::Model | Resource::Seed | Resource::Snapshot)
        };
        (0..self.project.nodes.len()).filter(builds)
    }

    /// The declared targets.
    pub(crate) fn declared(&self) -> usize {
        self.renderer.manifests().len()
    }

    /// How a node is built in a declared target; none where its settings are not known.
    pub(crate) fn materialization(&self, target: usize, node: usize) -> Option<Materialization> {
        let state = self.renderer.manifests().get(target)?.nodes.get(node)?;
        let known = state.fault.is_none() && state.unknown.is_empty();
        known.then(|| self.renderer.materialization(target, node))
    }

    /// Whether a place is in the project itself, and not in a package that it installs.
    pub(crate) fn is_own(&self, place: Place) -> bool {
        let path = &self.project.sources.get(place.file).path;
        let mut installed = self.project.packages.iter().skip(1);
        installed.all(|package| !path.strip_prefix(&package.root).is_some_and(|rest| rest.starts_with('/')))
    }

    /// Whether a name is that of a source's table.
    pub(crate) fn is_source(&self, name: &Name) -> bool {
        let same = |left: &str, right: &str| left.eq_ignore_ascii_case(right);
        self.project.source_tables.iter().any(|table| {
            let schema = name.parts.iter().rev().nth(1);
            same(&table.identifier, name.last()) && schema.is_none_or(|schema| same(schema, &table.schema))
        })
    }
}

impl<'f> Scene<'f> {
    /// The hook's node as dbt has it in the first of the rendering's targets.
    pub(crate) fn state(&self) -> Option<&'f NodeState> {
        let target = *self.judged.rendering.targets.first()?;
        Some(self.findings.renderer.state(target, self.hook().node?))
    }
}
