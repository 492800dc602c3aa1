//! Refs that dbt refuses: of a seed, in a circle, of a disabled node, met only when it executes.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::Referred;
use super::context::Scene;
use crate::jinja::{ErrorKind, Flow, JinjaError};
use crate::manifest::{Manifest, Operation};
use crate::project::{Project, Resource};

use super::context::host_error;

/// The code of the error that a node is disabled.
pub(crate) const REFUSED: &str = "refused-ref";
/// The code of the error that a ref closes a circle.
pub(crate) const CYCLE: &str = "cyclic-ref";
/// The code of the error that a seed's hook refs something.
pub(crate) const OF_SEED: &str = "seed-ref";
/// The code of the error that dbt meets a ref for the first time when it executes.
pub(crate) const HIDDEN: &str = "hidden-ref";

/// The code of the error that `ref` or `source` is called with another number of arguments than it takes.
pub(crate) const REF_ARGUMENTS: &str = "ref-arguments";

/// dbt's words for what is rendered: `Model 'model.ops.m' (models/m.sql)`.
pub(super) fn owner(scene: &Scene) -> String {
    let project = scene.project();
    match scene.node() {
        Some(at) => node_words(project, at),
        None => {
            let id = scene.operation().map(|operation| operation.unique_id(&project.packages[operation.package].name));
            format!("Operation '{}' (./dbt_project.yml)", id.unwrap_or_default())
        }
    }
}

fn node_words(project: &Project, at: usize) -> String {
    let node = &project.nodes[at];
    let kind = match node.resource {
        Resource::Model => "Model",
        Resource::Seed => "Seed",
        Resource::Snapshot => "Snapshot",
        Resource::Analysis => "Analysis",
        Resource::Test => "Test",
        Resource::Function => "Function",
    };
    format!("{kind} '{}' ({})", node.unique_id, node.original_file_path)
}

/// Why dbt refuses the project for what a hook of a node refs while it is parsed.
pub(super) fn refused(project: &Project, manifest: &Manifest, at: usize, referred: &[Referred]) -> Option<JinjaError> {
    let node = &project.nodes[at];
    if let (Resource::Seed, Some(first)) = (node.resource, referred.first()) {
        return Some(refuse(
            OF_SEED,
            first,
            format!(
                "Seeds cannot depend on other nodes. dbt detected a seed with a pre- or post-hook\nthat calls 'ref', \
             'source', or 'metric', either directly or indirectly via other macros: '{}'",
                node.unique_id
            ),
        ));
    }
    if let Some(error) = disabled(project, manifest, &node_words(project, at), referred) {
        return Some(error);
    }
    let nodes = || referred.iter().filter_map(|one| Some((one, one.node?)));
    let (one, circle) = nodes().find_map(|(one, to)| Some((one, way(manifest, to, at)?)))?;
    let ids: Vec<&str> = circle.iter().map(|&at| project.nodes[at].unique_id.as_str()).collect();
    Some(refuse(CYCLE, one, format!("Found a cycle: {}", ids.join(" --> "))))
}

/// Why dbt refuses the project for what an on-run hook refs while it is parsed.
pub(super) fn refused_operation(
    project: &Project,
    manifest: &Manifest,
    operation: &Operation,
    referred: &[Referred],
) -> Option<JinjaError> {
    let id = operation.unique_id(&project.packages[operation.package].name);
    disabled(project, manifest, &format!("Operation '{id}' (./dbt_project.yml)"), referred)
}

/// The error that something refs a disabled node.
fn disabled(project: &Project, manifest: &Manifest, owner: &str, referred: &[Referred]) -> Option<JinjaError> {
    let is_disabled = |to: usize| manifest.nodes.get(to).is_some_and(|state| !state.enabled);
    let mut nodes = referred.iter().filter_map(|one| Some((one, one.node?)));
    let (one, to) = nodes.find(|&(_, to)| is_disabled(to))?;
    let name = &project.nodes[to].name;
    Some(refuse(REFUSED, one, format!("{owner} depends on a node named '{name}' which is disabled")))
}

fn refuse(code: &'static str, one: &Referred, message: String) -> JinjaError {
    let error = JinjaError::new(ErrorKind::Host(code), message);
    JinjaError { place: one.place, through: one.through.clone(), ..error }
}

/// The way from a node to another one above it, upwards, turned round: the upper one first.
fn way(manifest: &Manifest, from: usize, to: usize) -> Option<Vec<usize>> {
    let mut came_from = HashMap::from([(from, from)]);
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        if at == to {
            let step = |at: &usize| came_from.get(at).copied().filter(|next| next != at);
            return Some(std::iter::successors(Some(at), step).collect());
        }
        for &next in manifest.nodes.get(at).map(|state| state.refs.as_slice()).unwrap_or_default() {
            if let Entry::Vacant(entry) = came_from.entry(next) {
                entry.insert(at);
                open.push(next);
            }
        }
    }
    None
}

/// What dbt says to a ref that it meets for the first time when it executes.
pub(super) fn hidden(scene: &Scene, name: &str) -> Flow {
    let project = scene.project();
    let own = match (scene.node(), scene.operation()) {
        (Some(at), _) => project.nodes[at].name.clone(),
        (None, Some(operation)) => operation.name.clone(),
        (None, None) => String::new(),
    };
    host_error(
        HIDDEN,
        format!(
            "dbt was unable to infer all dependencies for the model \"{own}\".\nThis typically happens when ref() is \
             placed within a conditional block.\n\nTo fix this, add the following hint to the top of the model \
             \"{own}\":\n\n-- depends_on: {{{{ ref('{name}') }}}}"
        ),
    )
}
