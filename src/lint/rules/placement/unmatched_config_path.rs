//! Finds a folder's key in `dbt_project.yml` that holds hooks and that no node stands under.

use super::renamed;
use crate::datum::Datum;
use crate::diagnostic::Severity;
use crate::lint::nodes::is_hook_key;
use crate::lint::rules::nearest;
use crate::lint::{Finding, Findings, Sink};
use crate::project::{ProblemKind, Resource};
use crate::source::Place;

/// The sections whose nodes have hooks.
const SECTIONS: [(&str, &str, Resource); 4] = [
    ("models", "model", Resource::Model),
    ("seeds", "seed", Resource::Seed),
    ("snapshots", "snapshot", Resource::Snapshot),
    ("functions", "function", Resource::Function),
];

/// A key that no node stands under.
struct Unmatched<'f> {
    section: &'static str,
    noun: &'static str,
    resource: Resource,
    /// The keys above it.
    above: Vec<&'f str>,
    key: &'f str,
    place: Place,
}

/// What is meant by a key, and what it is to be changed to where that is one word.
struct Meant<'f> {
    help: String,
    word: Option<&'f str>,
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let project = findings.project;
    let left_out = project.problems.iter().any(|problem| {
        matches!(
            problem.kind,
            ProblemKind::Unreadable
                | ProblemKind::TooLarge
                | ProblemKind::LeftOut
                | ProblemKind::LinkedFolder
                | ProblemKind::Outside
                | ProblemKind::Encoding
        )
    });
    // A node may be in a file that was not read.
    if left_out {
        return;
    }
    for (section, noun, resource) in SECTIONS {
        let Some(tree) = project.root().setting(section) else { continue };
        let mut walk = Walk { findings, section, noun, resource, above: Vec::new(), found: Vec::new() };
        walk.level(tree);
        walk.found.iter().for_each(|unmatched| judge(findings, unmatched, sink));
    }
}

struct Walk<'f> {
    findings: &'f Findings<'f>,
    section: &'static str,
    noun: &'static str,
    resource: Resource,
    above: Vec<&'f str>,
    found: Vec<Unmatched<'f>>,
}

impl<'f> Walk<'f> {
    fn level(&mut self, level: &'f Datum) {
        for (key, value) in level.as_map().unwrap_or_default() {
            let (Some(name), Some(place)) = (key.as_str(), key.place) else { continue };
            let is_folder = value.as_map().is_some() && !name.starts_with('+') && !is_hook_key(name);
            if !is_folder || name.contains("{{") || !holds_hooks(value) {
                continue;
            }
            // A project without a node of the kind may get one yet.
            let is_project = self.above.is_empty() && name == self.findings.project.root().name;
            if is_project || self.matches(name) {
                self.above.push(name);
                self.level(value);
                self.above.pop();
            } else {
                let &mut Walk { section, noun, resource, ref above, .. } = self;
                self.found.push(Unmatched { section, noun, resource, above: above.clone(), key: name, place });
            }
        }
    }

    /// Whether a node stands under the key. An analysis takes the settings of models.
    fn matches(&self, key: &str) -> bool {
        self.findings.project.nodes.iter().any(|node| {
            let mut way = node.fqn.iter();
            node.resource.section() == self.section
                && self.above.iter().all(|above| way.next().is_some_and(|name| name == above))
                && way.next().is_some_and(|name| name == key)
        })
    }
}

/// Whether hooks are declared in a level or below it.
fn holds_hooks(level: &Datum) -> bool {
    level.as_map().unwrap_or_default().iter().any(|(key, value)| {
        let name = key.as_str().unwrap_or_default();
        let is_map = value.as_map().is_some();
        if is_hook_key(name) { !is_map || name.starts_with('+') } else { is_map && holds_hooks(value) }
    })
}

fn judge<'f>(findings: &'f Findings<'f>, unmatched: &Unmatched<'f>, sink: &mut Sink<'f>) {
    let Unmatched { section, noun, above, key, place, .. } = unmatched;
    let meant = meant(findings, unmatched);
    // The nodes may be those of a package that is not there.
    if meant.is_none() && !findings.project.is_whole() {
        return;
    }
    let path = [&[*section], above.as_slice(), &[*key]].concat().join(".");
    let message = format!(
        "No {noun} stands under `{path}`: the hooks below it never run, and dbt only warns of \"Configuration paths \
         \u{2026} which do not apply to any resources\"."
    );
    let finding = Finding::at(Some(*place), message);
    sink.add(match meant {
        Some(Meant { help, word }) => {
            finding.help(help).fix(word.and_then(|word| renamed(findings, *place, key, word)))
        }
        None => finding
            .severity(Severity::Warning)
            .help(format!("write the folders' names as they are on disk, below the project's name, or remove `{key}`")),
    });
}

fn meant<'f>(findings: &'f Findings<'f>, unmatched: &Unmatched<'f>) -> Option<Meant<'f>> {
    let Unmatched { section, noun, resource, above, key, .. } = unmatched;
    let project = findings.project;
    let advice = |help: String| Some(Meant { help, word: None });
    let own = || project.nodes.iter().filter(|node| node.resource == *resource);
    let below = |fqn: &'f [String]| fqn.iter().zip(above).all(|(name, above)| name == above);
    let siblings = own().filter(|node| below(&node.fqn)).filter_map(|node| node.fqn.get(above.len()));
    if above.is_empty() {
        let root = &project.root().name;
        if own().any(|node| node.fqn.first() == Some(root) && node.fqn.get(1).is_some_and(|name| name == key)) {
            return advice(format!("put it below the project's name: `{section}: {root}: {key}:`"));
        }
    }
    if let Some(near) = nearest(key, siblings.map(String::as_str)) {
        return Some(Meant { help: format!("change `{key}` to `{near}`"), word: Some(near) });
    }
    if key.contains('/') || key.contains('\\') || key.contains(".sql") {
        return advice("write each folder as a level of its own, and a file without its ending".to_owned());
    }
    let other = project.nodes.iter().find(|node| {
        node.resource.section() != *section
            && below(&node.fqn)
            && node.fqn.get(above.len()).is_some_and(|name| name == key)
    });
    if let Some(other) = other.filter(|_| !above.is_empty()) {
        let section = other.resource.section();
        return advice(format!(
            "move it below `{section}:`: what stands there is no {noun} but a {}",
            other.resource.name()
        ));
    }
    let elsewhere =
        own().find(|node| node.package == 0 && !above.is_empty() && node.fqn.iter().skip(1).any(|name| name == key))?;
    let at = elsewhere.fqn.iter().skip(1).position(|name| name == key)? + 1;
    let way: Vec<&str> = elsewhere.fqn.iter().take(at + 1).map(String::as_str).collect();
    advice(format!("move it to where it stands on disk: `{section}: {}:`", way.join(": ")))
}
