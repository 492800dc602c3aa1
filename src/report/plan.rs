//! What a command does, step by step, as bytes: for a person, for a program, as a picture.

mod mermaid;
mod text;

use std::collections::HashSet;
use std::sync::Arc;

use schemars::{JsonSchema, Schema};
use serde::Serialize;

use super::Positions;
use super::list::{Point, indented, positions};
use crate::hook::Hook;
use crate::plan::{Plan, Step};
use crate::source::Sources;

pub use mermaid::mermaid;
pub use text::text;

/// The plans of one project.
#[derive(Debug, Clone)]
pub struct Planned {
    /// The project's name.
    pub project: String,
    /// The files that the places are in.
    pub sources: Arc<Sources>,
    /// How many targets the profile has that are not planned.
    pub other_targets: usize,
    /// A plan for each target.
    pub plans: Vec<Plan>,
}

/// The plans' JSON, version 1, indented, with a newline at its end: every step of every target.
#[must_use]
pub fn json(planned: &Planned) -> String {
    let positions = of_plans(planned);
    let targets = planned.plans.iter().map(|plan| OfTarget {
        target: &plan.target,
        adapter: &plan.adapter,
        steps: plan.steps.iter().map(|step| entry(step, plan, &positions)).collect(),
        never: plan
            .never
            .iter()
            .map(|never| Left {
                hook: &plan.hooks[never.hook].id,
                kind: plan.hooks[never.hook].kind.name(),
                node: plan.hooks[never.hook].node_id.as_deref(),
                reason: &never.reason,
                file: plan.hooks[never.hook].place.map(|place| positions.path(place)),
                start: start(&plan.hooks[never.hook], &positions),
            })
            .collect(),
        notes: &plan.notes,
    });
    indented(&Whole {
        schema_version: 1,
        command: planned.plans.first().map_or("", |plan| plan.typed.as_str()),
        targets: targets.collect(),
    })
}

fn of_plans(planned: &Planned) -> Positions<'_> {
    positions(&planned.sources, planned.plans.iter().flat_map(|plan| plan.hooks.iter()))
}

fn start(hook: &Hook, positions: &Positions<'_>) -> Option<Point> {
    hook.place.map(|place| Point::of(place, place.start, positions))
}

fn entry<'a>(step: &'a Step, plan: &'a Plan, positions: &Positions<'a>) -> Entry<'a> {
    let hook = step.hook.map(|hook| &plan.hooks[hook]);
    Entry {
        kind: step.kind.name(),
        hook: hook.map(|hook| hook.id.as_str()),
        node: step.node.as_deref(),
        materialized: step.materialized.as_deref(),
        inside: step.inside,
        reason: &step.reason,
        sent: step.sent.iter().map(|sent| &**sent).collect(),
        queries: &step.queries,
        unknown: &step.unknown,
        error: step.error.as_deref(),
        file: hook.and_then(|hook| hook.place).map(|place| positions.path(place)),
        start: hook.and_then(|hook| start(hook, positions)),
    }
}

/// The JSON schema of that JSON.
pub(super) fn schema() -> Schema {
    schemars::schema_for!(Whole<'static>)
}

#[derive(Serialize, JsonSchema)]
#[schemars(title = "hookproof plan --format json")]
struct Whole<'a> {
    schema_version: u32,
    command: &'a str,
    targets: Vec<OfTarget<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct OfTarget<'a> {
    target: &'a str,
    adapter: &'a str,
    steps: Vec<Entry<'a>>,
    never: Vec<Left<'a>>,
    notes: &'a [String],
}

#[derive(Serialize, JsonSchema)]
struct Entry<'a> {
    kind: &'static str,
    hook: Option<&'a str>,
    node: Option<&'a str>,
    materialized: Option<&'a str>,
    inside: Option<bool>,
    reason: &'a str,
    sent: Vec<&'a str>,
    queries: &'a [String],
    unknown: &'a [String],
    error: Option<&'a str>,
    file: Option<&'a str>,
    start: Option<Point>,
}

#[derive(Serialize, JsonSchema)]
struct Left<'a> {
    hook: &'a str,
    kind: &'static str,
    node: Option<&'a str>,
    reason: &'a str,
    file: Option<&'a str>,
    start: Option<Point>,
}

/// The name of a node in its id, without its kind and package.
fn short(id: &str) -> &str {
    id.splitn(3, '.').nth(2).unwrap_or(id)
}

/// A test's name, without the digest at the end of its id.
fn test_name(id: &str) -> &str {
    let name = short(id);
    match name.rsplit_once('.') {
        Some((name, digest)) if digest.len() == 10 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()) => name,
        _ => name,
    }
}

/// What a hook's step does, in one line: its SQL, or what is known of it.
fn summary(step: &Step) -> String {
    if let Some(error) = &step.error {
        return format!("fails: {}", error.lines().next().unwrap_or_default().trim());
    }
    let mut parts: Vec<String> = Vec::new();
    if !step.queries.is_empty() {
        parts.push(format!("queries: {}", one_line(&step.queries)));
    }
    if !step.sent.is_empty() {
        let sent = one_line(&step.sent);
        parts.push(if parts.is_empty() { sent } else { format!("then: {sent}") });
    }
    match (parts.is_empty(), step.unknown.first()) {
        (true, Some(cause)) => format!("not known: {cause}"),
        (true, None) if step.ways > 1 => "nothing, in a first run".to_owned(),
        (true, None) => "nothing but a comment".to_owned(),
        (false, _) => parts.join(" "),
    }
}

fn one_line(texts: &[impl AsRef<str>]) -> String {
    let words = |text: &_| uncommented(AsRef::as_ref(text)).split_whitespace().collect::<Vec<_>>().join(" ");
    texts.iter().map(words).collect::<Vec<_>>().join("; ")
}

/// SQL without the comments that stand before it, if there is anything else.
fn uncommented(text: &str) -> &str {
    let mut rest = text.trim_start();
    loop {
        let after = if rest.starts_with("--") {
            rest.split_once('\n').map(|(_, after)| after)
        } else if rest.starts_with("/*") {
            rest.split_once("*/").map(|(_, after)| after)
        } else {
            return rest;
        };
        match after.map(str::trim_start).filter(|after| !after.is_empty()) {
            Some(after) => rest = after,
            None => return text,
        }
    }
}

/// A text of at most so many characters, with a sign where it is cut.
fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// The hooks of a plan that a list of them names, each declaration once, with how many of them it stands for.
fn declarations<'p>(hooks: impl Iterator<Item = &'p Hook>) -> Vec<(&'p Hook, usize)> {
    let mut found: Vec<(&Hook, usize)> = Vec::new();
    let mut at: std::collections::HashMap<_, usize> = std::collections::HashMap::new();
    for hook in hooks {
        let key = (hook.kind, hook.place, hook.place.is_none().then_some(hook.id.as_str()));
        let n = *at.entry(key).or_insert(found.len());
        match found.get_mut(n) {
            Some((_, count)) => *count += 1,
            None => found.push((hook, 1)),
        }
    }
    found
}

/// How many different nodes hooks belong to.
fn nodes_of<'p>(hooks: impl Iterator<Item = &'p Hook>) -> usize {
    hooks.filter_map(|hook| hook.node_id.as_deref()).collect::<HashSet<_>>().len()
}
