//! Finds hooks of ephemeral models, and of nodes whose materialization calls no `run_hooks`.

use std::collections::BTreeMap;

use crate::lint::{Finding, Findings, Sink};
use crate::project::Resource;
use crate::render::materialized::{Materialization, Owner};
use crate::source::Place;

/// Why no hook of a node runs.
#[derive(Clone, PartialEq, Eq)]
enum Never {
    Ephemeral,
    Custom(String),
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    // A hook that a folder declares may run for some of the folder's nodes: only one that runs for none is lost.
    let mut declared: BTreeMap<Place, Option<(Never, Vec<usize>)>> = BTreeMap::new();
    for (at, checked) in findings.checked.iter().enumerate() {
        let (Some(node), Some(place)) = (checked.hook.node, checked.hook.place) else { continue };
        // An analysis that `models:` gives hooks to is another matter.
        if matches!(findings.project.nodes[node].resource, Resource::Analysis | Resource::Test) {
            continue;
        }
        let never = never(findings, node, &checked.hook.targets);
        match declared.entry(place).or_insert_with(|| never.clone().map(|never| (never, Vec::new()))) {
            Some((_, hooks)) if never.is_some() => hooks.push(at),
            other => *other = None,
        }
    }
    for (place, lost) in declared {
        let Some((never, hooks)) = lost else { continue };
        let (why, help) = match never {
            Never::Ephemeral => (
                "An ephemeral model is nothing that dbt builds, and this hook of it never runs; dbt does not say so."
                    .to_owned(),
                "change the model to a view or a table, or move the hook to a model that reads it",
            ),
            Never::Custom(name) => (
                format!(
                    "The materialization `{name}` calls no `run_hooks`, and this hook never runs; dbt does not say so."
                ),
                "add `{{ run_hooks(pre_hooks) }}` and `{{ run_hooks(post_hooks) }}` to the materialization",
            ),
        };
        sink.add(Finding::of_hooks(findings, &hooks, Some(place), None, why).help(help));
    }
}

/// Why no hook of a node runs in any of the targets; none where one may.
fn never(findings: &Findings<'_>, node: usize, targets: &[usize]) -> Option<Never> {
    let mut found = None;
    for &target in targets {
        let materialization = findings.materialization(target, node)?;
        let runs = |transaction| Materialization::runs(&materialization, transaction);
        found = Some(match materialization.owner {
            Owner::Nothing => Never::Ephemeral,
            Owner::Project(_) if !runs(true) && !runs(false) => {
                Never::Custom(findings.renderer.state(target, node).materialized.clone())
            }
            _ => return None,
        });
    }
    found
}
