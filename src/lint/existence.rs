//! Whether an object is known to be there, or not to be there, when a statement meets it.

use std::cell::Cell;
use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use super::{Findings, Judged, Scene, Step};
use crate::hook::HookKind;
use crate::jinja::Answer;
use crate::project::Resource;
use crate::sql::{Name, ObjectKind, Outline, UNKNOWN, Verb};

/// The object of a statement that makes or removes one, by a name that is known.
pub(crate) fn single_object<'f>(step: &Step<'f>, verb: &Verb) -> Option<(&'f Name, &'f ObjectKind)> {
    let outline = step.outline();
    let (name, object) = (outline.name.as_ref()?, outline.object.as_ref()?);
    let known = names(outline).all(|name| !name.text.contains(UNKNOWN));
    let lasting =
        !matches!(object, ObjectKind::Other(_) | ObjectKind::Session | ObjectKind::System | ObjectKind::Secret);
    (outline.verb == *verb && known && lasting).then_some((name, object))
}

fn names(outline: &Outline) -> impl Iterator<Item = &Name> {
    outline.name.iter().chain(&outline.more_names)
}

/// Whether names are of one object, as far as their written parts tell.
pub(crate) fn same_object(left: &Name, right: &Name) -> bool {
    left.parts.iter().rev().zip(right.parts.iter().rev()).all(|(left, right)| left.eq_ignore_ascii_case(right))
}

/// Whether a statement may do anything to objects that its outline does not name.
fn is_vague(outline: &Outline) -> bool {
    let renames = outline.verb == Verb::Alter && outline.action.iter().any(|word| word == "rename");
    outline.opaque || renames || matches!(outline.verb, Verb::Call | Verb::Execute)
}

/// Whether a statement creates the object, or may do so out of sight.
pub(crate) fn makes(step: &Step<'_>, name: &Name) -> bool {
    let outline = step.outline();
    if is_vague(outline) {
        return words(step.text()).any(|word| word.eq_ignore_ascii_case(name.last()));
    }
    outline.verb == Verb::Create && names(outline).any(|made| same_object(made, name))
}

/// Whether a statement renames an object, and not a part of it.
fn renames(outline: &Outline) -> bool {
    let has = |wanted: &str| outline.action.iter().any(|word| word == wanted);
    outline.verb == Verb::Alter && has("rename") && !has("column") && !has("constraint")
}

/// The words of a text.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|one: char| !(one.is_alphanumeric() || one == '_')).filter(|word| !word.is_empty())
}

/// Which statements have to do with which objects, by the last part of their names.
pub(crate) struct Objects<'f> {
    findings: &'f Findings<'f>,
    /// Those that create an object, or may do so out of sight.
    made: HashMap<String, Vec<Step<'f>>>,
    /// Those that take an object's name away, of each owner: they drop the object, or rename it.
    removed: HashMap<(Owner, String), Vec<Step<'f>>>,
    nodes: HashSet<&'f str>,
    compared: Compared<'f>,
}

/// How many statements were compared with others for a rule.
pub(crate) struct Compared<'f> {
    findings: &'f Findings<'f>,
    left: Cell<u64>,
}

impl<'f> Compared<'f> {
    pub(crate) fn new(findings: &'f Findings<'f>) -> Compared<'f> {
        Compared { findings, left: Cell::new(findings.policy.settings.limits.comparisons) }
    }

    /// Whether one of some statements is such a one. It may be one where there are more than are compared, and that is
    /// told.
    pub(crate) fn any(&self, step: &Step<'f>, others: &[Step<'f>], mut is: impl FnMut(&Step<'f>) -> bool) -> bool {
        let some = usize::try_from(self.left.get()).unwrap_or(usize::MAX).min(others.len());
        let found = others[..some].iter().position(&mut is);
        self.left.set(self.left.get() - found.map_or(some, |at| at + 1) as u64);
        if found.is_none() && some < others.len() {
            self.findings.leave_open(step.sql.scene.at);
            return true;
        }
        found.is_some()
    }
}

/// Statements that may be about an object, and whether one whose text says nothing of it may be.
struct Candidates<'a, 'f> {
    of: Option<&'a Vec<Step<'f>>>,
    may_be: fn(&Outline) -> bool,
}

/// The node of a hook, else its kind.
type Owner = Result<usize, HookKind>;

fn owner(findings: &Findings<'_>, at: usize) -> Owner {
    let hook = findings.checked[at].hook;
    hook.node.ok_or(hook.kind)
}

impl<'f> Objects<'f> {
    /// The objects of every statement.
    pub(crate) fn new(findings: &'f Findings<'f>) -> Objects<'f> {
        let mut made: HashMap<String, Vec<Step<'f>>> = HashMap::new();
        let mut removed: HashMap<(Owner, String), Vec<Step<'f>>> = HashMap::new();
        for step in findings.steps() {
            let outline = step.outline();
            let named = || -> HashSet<String> { names(outline).map(|name| name.last().to_ascii_lowercase()).collect() };
            let makes: HashSet<String> = if is_vague(outline) {
                words(step.text()).map(str::to_ascii_lowercase).collect()
            } else if outline.verb == Verb::Create {
                named()
            } else {
                HashSet::new()
            };
            for name in makes {
                made.entry(name).or_default().push(step);
            }
            if outline.verb == Verb::Drop || renames(outline) {
                let owner = owner(findings, step.sql.scene.at);
                for name in named() {
                    removed.entry((owner, name)).or_default().push(step);
                }
            }
        }
        let builds = |resource| matches!(resource, Resource::Model | Resource::Seed | Resource::Snapshot);
        let nodes = findings.project.nodes.iter().filter(|node| builds(node.resource));
        let nodes = nodes.map(|node| node.name.as_str()).collect();
        Objects { findings, made, removed, nodes, compared: Compared::new(findings) }
    }

    /// Whether a statement that may be sent before this one creates the object, or may do so out of sight: an earlier
    /// one of the same rendering, or one of a hook that may run before.
    pub(crate) fn is_made_before(&self, step: &Step<'f>, name: &Name) -> bool {
        let candidates = self.made.get(&name.last().to_ascii_lowercase());
        let runs_before = |one, other| any_before(self.findings, one, other);
        self.is_before(Candidates { of: candidates, may_be: is_vague }, step, name, runs_before)
    }

    /// Whether a statement that is sent before this one takes the object's name away: an earlier one of the same
    /// rendering, or one of a hook of the same node, or of the same end of the run, that stands before.
    pub(crate) fn is_removed_before(&self, step: &Step<'f>, name: &Name) -> bool {
        let owner = owner(self.findings, step.sql.scene.at);
        let candidates = self.removed.get(&(owner, name.last().to_ascii_lowercase()));
        self.is_before(Candidates { of: candidates, may_be: |_| false }, step, name, |one, other| one < other)
    }

    /// Whether a statement that is sent after this one takes the object's name away: a later one of the same rendering,
    /// one of a hook of the same node or end of the run that stands after, or one at the end for one at the start.
    pub(crate) fn is_removed_after(&self, step: &Step<'f>, name: &Name) -> bool {
        let (at, own) = (step.sql.scene.at, step.sql.scene.judged);
        let removed_by = |owner: Owner, comes_after: &dyn Fn(usize) -> bool| {
            let candidates = self.removed.get(&(owner, name.last().to_ascii_lowercase()));
            self.compared.any(step, candidates.map_or(&[], Vec::as_slice), |other| {
                let scene = other.sql.scene;
                let here = std::ptr::eq(scene.judged, own) && other.at > step.at;
                let is_later = here || (comes_after(scene.at) && shares_target(scene.judged, own));
                is_later && names(other.outline()).any(|known| same_object(known, name))
            })
        };
        let owner = owner(self.findings, at);
        removed_by(owner, &|other| other > at)
            || (owner == Err(HookKind::OnRunStart) && removed_by(Err(HookKind::OnRunEnd), &|_| true))
    }

    /// Whether one of some statements comes before this one and is about the object, or may be.
    fn is_before(
        &self,
        Candidates { of, may_be }: Candidates<'_, 'f>,
        step: &Step<'f>,
        name: &Name,
        runs_before: impl Fn(usize, usize) -> bool,
    ) -> bool {
        let (at, own) = (step.sql.scene.at, step.sql.scene.judged);
        self.compared.any(step, of.map_or(&[], Vec::as_slice), |other| {
            let scene = other.sql.scene;
            let here = std::ptr::eq(scene.judged, own) && other.at < step.at;
            let is_earlier = here || (scene.at != at && runs_before(scene.at, at) && shares_target(scene.judged, own));
            let outline = other.outline();
            is_earlier && (may_be(outline) || names(outline).any(|known| same_object(known, name)))
        })
    }

    /// Whether the name is that of a node that dbt has built by then.
    pub(crate) fn is_built(&self, scene: &Scene<'_>, name: &Name) -> bool {
        matches!(scene.hook().kind, HookKind::PostHook | HookKind::OnRunEnd) && self.nodes.contains(name.last())
    }
}

/// Whether renderings are of the same target.
pub(crate) fn shares_target(one: &Judged, other: &Judged) -> bool {
    one.rendering.targets.iter().any(|target| other.rendering.targets.contains(target))
}

/// Any hook that may run before: hooks of different nodes run in any order.
pub(crate) fn any_before(findings: &Findings<'_>, one: usize, other: usize) -> bool {
    let phase = |at: usize| match findings.checked[at].hook.kind {
        HookKind::OnRunStart => 0,
        HookKind::PreHook | HookKind::PostHook => 1,
        HookKind::OnRunEnd => 2,
    };
    let node = |at: usize| findings.checked[at].hook.node;
    match phase(one).cmp(&phase(other)) {
        Ordering::Less => true,
        Ordering::Greater => false,
        Ordering::Equal => node(one) != node(other) || one < other,
    }
}

/// Whether the hook asks before whether something exists: a rendering in the same target lacks the statement
/// because a question about the warehouse has another answer there.
pub(crate) fn is_asked(step: &Step<'_>) -> bool {
    let scene = step.sql.scene;
    let own = &scene.judged.rendering;
    let lacks = |other: &&Judged| {
        let shown = Scene { judged: other, ..scene };
        shares_target(other, scene.judged) && !shown.steps().any(|other| other.text() == step.text())
    };
    scene
        .checked()
        .renderings
        .iter()
        .filter(lacks)
        .any(|other| own.answers.iter().any(|one| is_about_objects(one) && !other.rendering.answers.contains(one)))
}

/// Whether a question about the warehouse decides if the object is taken away before: where the hook asks for the old
/// object, and takes it away where it is there, the statement meets none.
pub(crate) fn is_removed_where_asked(objects: &Objects<'_>, step: &Step<'_>, name: &Name) -> bool {
    let scene = step.sql.scene;
    let own = &scene.judged.rendering;
    let asked = |other: &&Judged| {
        let answers = &other.rendering.answers;
        let differs = own.answers.iter().any(|one| is_about_objects(one) && !answers.contains(one));
        differs && shares_target(other, scene.judged)
    };
    scene.checked().renderings.iter().filter(asked).any(|other| {
        let shown = Scene { judged: other, ..scene };
        let mut same = shown.steps().filter(|other| other.text() == step.text());
        same.any(|other| objects.is_removed_before(&other, name))
    })
}

/// Whether the statement is sent only where the node's table is made anew: the hook asks `is_incremental()`.
pub(crate) fn is_of_first_build(step: &Step<'_>) -> bool {
    let scene = step.sql.scene;
    let says = |judged: &Judged, wanted: bool| {
        let answers = &judged.rendering.answers;
        answers.iter().any(|(question, answer)| question == "is_incremental()" && *answer == Answer::Bool(wanted))
    };
    says(scene.judged, false)
        && !scene.checked().renderings.iter().any(|other| {
            let shown = Scene { judged: other, ..scene };
            says(other, true) && shown.steps().any(|other| other.text() == step.text())
        })
}

/// Whether the answer may tell that an object exists. What dbt knows of the run itself does not.
fn is_about_objects((question, _): &(String, Answer)) -> bool {
    let of_the_run =
        ["is_incremental", "should_full_refresh", "flags", "env_var", "results", "selected_resources", "graph"];
    !of_the_run.iter().any(|known| question.starts_with(known))
}
