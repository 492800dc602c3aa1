//! What a hook is made of, in one number: its text, what it renders to, and every macro that it reaches. Two hooks
//! with the same number are the same hook, whatever else changed in the project.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher as _};

use super::{Checked, Findings};
use crate::hook::{Hook, HookKind};
use crate::project::Project;
use crate::render::Pass;
use crate::source::FileId;

/// Whose hook it is, and of what kind.
type Seat = (String, HookKind);

/// The hooks of a project at one time.
#[derive(Debug, Clone, Default)]
pub struct Fingerprints {
    of: HashMap<Seat, Vec<u64>>,
}

impl Fingerprints {
    /// Those of the hooks that were checked.
    #[must_use]
    pub fn of(findings: &Findings<'_>) -> Fingerprints {
        let mut prints = Fingerprints::default();
        for (checked, print) in findings.checked.iter().zip(all(findings)) {
            prints.of.entry(seat(checked.hook, findings)).or_default().push(print);
        }
        prints
    }

    /// The hooks, by their place among the checked ones, that were not there then or were others.
    #[must_use]
    pub fn changed(&self, findings: &Findings<'_>) -> HashSet<usize> {
        let mut left = self.of.clone();
        let mut is_new = |(checked, print): (&Checked<'_>, u64)| {
            let known = left.get_mut(&seat(checked.hook, findings));
            let same = known.and_then(|known| Some(known.swap_remove(known.iter().position(|one| *one == print)?)));
            same.is_none()
        };
        let all = findings.checked.iter().zip(all(findings)).enumerate();
        all.filter(|(_, one)| is_new(*one)).map(|(at, _)| at).collect()
    }
}

/// The hooks, by their place among the checked ones, that some files have a part in: their own text, the macros that
/// they reach, their node, the nodes that they refer to, and what properties files say of these. The paths are from the
/// project's root.
#[must_use]
pub fn of_files(findings: &Findings<'_>, files: &BTreeSet<String>) -> HashSet<usize> {
    let project = findings.project;
    let is_named = |file: FileId| files.contains(&project.sources.get(file).path);
    let node_is_named = |at: usize| of_node(project, at, files);
    let mut found = HashSet::new();
    for (_, part) in findings.macro_parts().filter(|(at, _)| is_named(project.macros[*at].block.file)) {
        found.extend(part.hooks.iter().copied());
    }
    for (at, checked) in findings.checked.iter().enumerate() {
        let hook = checked.hook;
        let own = hook.place.is_some_and(|place| is_named(place.file)) || hook.node.is_some_and(node_is_named);
        let mut passes = checked.renderings.iter().flat_map(|judged| {
            let rendering = &judged.rendering;
            std::iter::once(&rendering.parse).chain(&rendering.run)
        });
        let mut refers = || passes.any(|pass| pass.refs.iter().any(|&node| node_is_named(node)));
        if own || refers() {
            found.insert(at);
        }
    }
    found
}

/// Whether some files are a node's own, or say something of it.
pub(crate) fn of_node(project: &Project, at: usize, files: &BTreeSet<String>) -> bool {
    let is_named = |file: FileId| files.contains(&project.sources.get(file).path);
    let node = &project.nodes[at];
    node.file.is_some_and(is_named)
        || node.properties.iter().any(|&entry| is_named(project.properties[entry].file))
        || files.contains(&format!("{}{}", project.packages[node.package].prefix(), node.original_file_path))
}

fn seat(hook: &Hook, findings: &Findings<'_>) -> Seat {
    let package = || findings.project.packages[hook.package].name.clone();
    (hook.node_id.clone().unwrap_or_else(package), hook.kind)
}

/// The number of every hook that was checked.
fn all(findings: &Findings<'_>) -> Vec<u64> {
    let mut reached: Vec<Vec<u64>> = vec![Vec::new(); findings.checked.len()];
    for (at, part) in findings.macro_parts() {
        let mut hasher = DefaultHasher::new();
        let one = &findings.project.macros[at];
        (one.package, &one.name, findings.project.sources.slice(one.block)).hash(&mut hasher);
        let print = hasher.finish();
        part.hooks.iter().for_each(|hook| reached[*hook].push(print));
    }
    let of = |(checked, mut macros): (&Checked<'_>, Vec<u64>)| {
        let mut hasher = DefaultHasher::new();
        macros.sort_unstable();
        (checked.hook.raw.as_str(), checked.hook.transaction, macros).hash(&mut hasher);
        for judged in &checked.renderings {
            let rendering = &judged.rendering;
            for target in &rendering.targets {
                findings.targets.get(*target).hash(&mut hasher);
            }
            format!("{:?}", rendering.answers).hash(&mut hasher);
            pass(&rendering.parse, &mut hasher);
            if let Some(run) = &rendering.run {
                pass(run, &mut hasher);
            }
            rendering.sent.hash(&mut hasher);
        }
        hasher.finish()
    };
    findings.checked.iter().zip(reached).map(of).collect()
}

fn pass(pass: &Pass, hasher: &mut DefaultHasher) {
    pass.text.as_ref().map(|text| &text.value).hash(hasher);
    pass.error.as_ref().map(|error| &error.message).hash(hasher);
    pass.queries.iter().for_each(|query| query.text.value.hash(hasher));
}
