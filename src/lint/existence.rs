//! Whether an object is known to be there, or not to be there, when a statement meets it.

use super::{Findings, Judged, Scene, Step};
use crate::hook::HookKind;
use crate::jinja::Answer;
use crate::project::Resource;
use crate::sql::{Name, ObjectKind, UNKNOWN, Verb};

/// The object of a statement that makes or removes exactly one, by a name that is known.
pub(crate) fn single_object<'f>(step: &Step<'f>, verb: &Verb) -> Option<(&'f Name, &'f ObjectKind)> {
    let outline = step.outline();
    let (name, object) = (outline.name.as_ref()?, outline.object.as_ref()?);
    let named = outline.more_names.iter().chain([name]).all(|name| !name.text.contains(UNKNOWN));
    let plain = !matches!(object, ObjectKind::Other(_) | ObjectKind::Session | ObjectKind::System | ObjectKind::Secret);
    (outline.verb == *verb && named && plain).then_some((name, object))
}

/// Whether names are of one object, as far as their written parts tell.
fn same_object(left: &Name, right: &Name) -> bool {
    left.parts.iter().rev().zip(right.parts.iter().rev()).all(|(left, right)| left.eq_ignore_ascii_case(right))
}

/// Whether a statement creates the object, or may do so out of sight.
pub(crate) fn makes(step: &Step<'_>, name: &Name) -> bool {
    let outline = step.outline();
    let inside = || outline.opaque || outline.verb == Verb::Call || outline.verb == Verb::Execute;
    let renames = || outline.verb == Verb::Alter && outline.action.iter().any(|word| word == "rename");
    match &outline.name {
        Some(made) if outline.verb == Verb::Create && !outline.opaque => same_object(made, name),
        _ => (inside() || renames()) && mentions(step.text(), name.last()),
    }
}

/// Whether a statement drops the object.
pub(crate) fn removes(step: &Step<'_>, name: &Name) -> bool {
    let outline = step.outline();
    let mut dropped = outline.name.iter().chain(&outline.more_names);
    outline.verb == Verb::Drop && dropped.any(|dropped| same_object(dropped, name))
}

fn mentions(text: &str, word: &str) -> bool {
    text.to_ascii_lowercase().contains(&word.to_ascii_lowercase())
}

/// Whether a statement that is sent before this one does something: an earlier one of the same rendering, or
/// one of a hook that runs before.
pub(crate) fn before<'f>(step: &Step<'f>, runs_before: RunsBefore, does: impl Fn(&Step<'f>) -> bool) -> bool {
    let scene = step.sql.scene;
    let target = scene.judged.rendering.targets.first();
    let same_hook = scene.steps().take_while(|other| other.at < step.at).any(|other| does(&other));
    same_hook
        || (0..scene.findings.checked.len())
            .filter(|&other| runs_before(scene.findings, other, scene.at))
            .flat_map(|other| scene.findings.scenes_of(other))
            .filter(|other| target.is_none_or(|target| other.judged.rendering.targets.contains(target)))
            .any(|other| other.steps().any(|other| does(&other)))
}

/// Whether the hook at the first place runs before the one at the second.
pub(crate) type RunsBefore = fn(&Findings<'_>, usize, usize) -> bool;

/// A hook of the same node, or of the same end of the run, that stands before.
pub(crate) fn same_owner_before(findings: &Findings<'_>, one: usize, other: usize) -> bool {
    let (left, right) = (findings.checked[one].hook, findings.checked[other].hook);
    one < other && left.node == right.node && (left.node.is_some() || left.kind == right.kind)
}

/// Any hook that may run before: hooks of different nodes run in any order.
pub(crate) fn any_before(findings: &Findings<'_>, one: usize, other: usize) -> bool {
    let phase = |at: usize| match findings.checked[at].hook.kind {
        HookKind::OnRunStart => 0,
        HookKind::PreHook | HookKind::PostHook => 1,
        HookKind::OnRunEnd => 2,
    };
    let (left, right) = (findings.checked[one].hook, findings.checked[other].hook);
    match phase(one).cmp(&phase(other)) {
        std::cmp::Ordering::Less => true,
        std::cmp::Ordering::Greater => false,
        std::cmp::Ordering::Equal => left.node != right.node || one < other,
    }
}

/// Whether the name is that of a node that dbt has built by then.
pub(crate) fn is_built(scene: &Scene<'_>, name: &Name) -> bool {
    let builds = |resource| matches!(resource, Resource::Model | Resource::Seed | Resource::Snapshot);
    matches!(scene.hook().kind, HookKind::PostHook | HookKind::OnRunEnd)
        && scene.findings.project.nodes.iter().any(|node| builds(node.resource) && node.name == name.last())
}

/// Whether the hook asks before whether something exists: a rendering in the same target lacks the statement
/// because a question about the warehouse has another answer there.
pub(crate) fn is_asked(step: &Step<'_>) -> bool {
    let scene = step.sql.scene;
    let own = &scene.judged.rendering;
    let lacks = |other: &&Judged| {
        let rendering = &other.rendering;
        let shared = rendering.targets.iter().any(|target| own.targets.contains(target));
        let other = Scene { judged: other, ..scene };
        shared && !other.steps().any(|other| other.text() == step.text())
    };
    scene.checked().renderings.iter().filter(lacks).any(|other| {
        own.answers
            .iter()
            .any(|(question, answer)| is_about_objects(question) && differs(&other.rendering.answers, question, answer))
    })
}

fn differs(answers: &[(String, Answer)], question: &str, answer: &Answer) -> bool {
    answers.iter().any(|(other, given)| other == question && given != answer)
}

/// Whether the answer may tell that an object exists. What dbt knows of the run itself does not.
fn is_about_objects(question: &str) -> bool {
    !["is_incremental", "should_full_refresh", "flags", "env_var", "results", "var(", "selected_resources", "graph"]
        .iter()
        .any(|known| question.starts_with(known))
}
