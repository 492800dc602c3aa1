//! Finds a pre-hook that works on its own node's relation, which is not there in the first build.

use std::collections::HashSet;

use crate::diagnostic::{Edit, Fix, Safety, Severity};
use crate::hook::HookKind;
use crate::lint::existence::{Objects, is_asked};
use crate::lint::nodes::names_relation;
use crate::lint::{Finding, Findings, Scene, Sink, Step};
use crate::render::materialized::Owner;
use crate::source::Place;
use crate::sql::{Name, Outline, Verb};

fn finding<'f>(step: &Step<'f>, state_is_incremental: bool, reads: bool) -> Finding<'f> {
    let what = if reads {
        "This statement reads the relation of its own node".to_owned()
    } else {
        let outline = step.outline();
        let end = outline.on.iter().chain(&outline.name).map(|name| name.range.end).max();
        let range = outline.verb_range.start..end.unwrap_or(outline.verb_range.end);
        format!("`{}` works on the relation of its own node", step.sql.written(range))
    };
    let help = if state_is_incremental {
        "put it into `{% if is_incremental() %}…{% endif %}`, inside the hook's text"
    } else {
        "put it into `{% if load_relation(this) %}…{% endif %}`, inside the hook's text, or make it a post-hook"
    };
    let finding = step.finding(format!(
        "{what}, and a pre-hook runs before dbt makes it: the first build in a new schema or by a new developer fails \
         with \"does not exist\", and the node is not built."
    ))
    .help(help)
    .fix(if state_is_incremental { fix(&step.sql.scene) } else { None });
    // What a warehouse says of a policy or an index on nothing is known from its documentation alone.
    let is_of_table = matches!(step.outline().verb, Verb::Create | Verb::Drop);
    if is_of_table && !reads { finding.severity(Severity::Warning) } else { finding }
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let mut objects = None;
    check_start(findings, &mut objects, sink);
    for at in (0..findings.checked.len()).filter(|&at| findings.checked[at].hook.kind == HookKind::PreHook) {
        for scene in first_runs(findings, at) {
            let Some(state) = scene.state().filter(|_| is_sent(&scene)) else { continue };
            for step in scene.steps() {
                let Some((name, reads)) = touched(&step).find(|(name, _)| names_relation(name, state)) else {
                    continue;
                };
                let objects = objects.get_or_insert_with(|| Objects::new(findings));
                let there = objects.is_made_before(&step, name) || findings.is_source(name);
                if !there && !is_asked(&step) {
                    sink.add(finding(&step, state.materialized == "incremental", reads));
                }
            }
        }
    }
}

/// What on-run-start needs of nodes, which dbt builds after it.
fn check_start<'f>(findings: &'f Findings<'f>, objects: &mut Option<Objects<'f>>, sink: &mut Sink<'f>) {
    for at in (0..findings.checked.len()).filter(|&at| findings.checked[at].hook.kind == HookKind::OnRunStart) {
        for scene in first_runs(findings, at) {
            let Some(&target) = scene.judged.rendering.targets.first() else { continue };
            for step in scene.steps() {
                let of_node = |name: &Name| findings.built().find(|&node| is_built(findings, target, node, name));
                let Some((name, node)) = touched(&step).find_map(|(name, _)| Some((name, of_node(name)?))) else {
                    continue;
                };
                let objects = objects.get_or_insert_with(|| Objects::new(findings));
                let there = objects.is_made_before(&step, name) || findings.is_source(name);
                if !there && !is_asked(&step) {
                    let node = &findings.project.nodes[node].name;
                    let message = format!(
                        "This statement needs the relation of `{node}`, and on-run-start runs before dbt builds it: the first run \
                         in a new schema or by a new developer fails with \"does not exist\"."
                    );
                    sink.add(
                        step.finding(message).help("make it a post-hook of the node, or move the hook to on-run-end"),
                    );
                }
            }
        }
    }
}

/// Whether a name is that of the relation that dbt builds of a node.
fn is_built(findings: &Findings<'_>, target: usize, node: usize, name: &Name) -> bool {
    let state = findings.renderer.state(target, node);
    let known = state.enabled && state.fault.is_none() && state.unknown.is_empty();
    known && state.materialized != "ephemeral" && names_relation(name, state)
}

/// The renderings that the first build goes through, one for each target.
fn first_runs<'f>(findings: &'f Findings<'f>, at: usize) -> impl Iterator<Item = Scene<'f>> {
    let mut seen: HashSet<usize> = HashSet::new();
    findings.scenes_of(at).filter(move |scene| {
        let targets = &scene.judged.rendering.targets;
        let is_first = targets.iter().any(|target| !seen.contains(target));
        seen.extend(targets);
        is_first && scene.judged.rendering.run.is_some()
    })
}

/// Whether dbt's own materialization sends the hook before it builds.
fn is_sent(scene: &Scene<'_>) -> bool {
    let (Some(node), Some(&target)) = (scene.hook().node, scene.judged.rendering.targets.first()) else { return false };
    let materialization = scene.findings.renderer.materialization(target, node);
    materialization.owner == Owner::Shipped && materialization.runs(scene.hook().transaction)
}

/// The names of what a statement needs to be there, and whether it only reads it.
fn touched<'f>(step: &Step<'f>) -> impl Iterator<Item = (&'f Name, bool)> + use<'f> {
    let outline: &Outline = step.outline();
    let guarded = outline.is_guarded();
    let works = match outline.verb {
        // A drop without IF EXISTS is found by another rule.
        Verb::Create | Verb::Drop | Verb::Undrop => false,
        _ => !guarded && !outline.opaque,
    };
    let reads = outline.condition.is_none() && !outline.opaque && !outline.if_not_exists;
    let worked = outline.name.iter().chain(&outline.more_names).filter(move |_| works);
    let indexed = outline.on.iter().filter(move |_| !guarded && !outline.opaque);
    worked
        .chain(indexed)
        .map(|name| (name, false))
        .chain(outline.reads.iter().filter(move |_| reads).map(|name| (name, true)))
}

/// Runs the hook in later builds only, where its text stands alone in quotes.
fn fix(scene: &Scene<'_>) -> Option<Fix> {
    let raw = &scene.hook().raw;
    let place = raw.place_of(0..raw.as_str().len())?;
    let text = &scene.findings.project.sources.get(place.file).text;
    let quote = text.get(..place.start as usize)?.chars().next_back().filter(|one| matches!(one, '"' | '\''))?;
    let closes = text.get(place.end as usize..)?.starts_with(quote);
    let at = |at: u32| Place { start: at, end: at, ..place };
    let edit = |at: Place, text: &str| Edit { place: at, text: text.to_owned() };
    (closes && !raw.as_str().contains("{%")).then(|| Fix {
        title: "run it in incremental builds only".to_owned(),
        safety: Safety::Unsafe,
        edits: vec![edit(at(place.start), "{% if is_incremental() %}"), edit(at(place.end), "{% endif %}")],
    })
}
