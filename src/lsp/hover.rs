//! What a hook or an expression in it becomes, per target, in Markdown.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use super::spot::{Owner, Spot};
use crate::hook::{Declared, Hook, HookKind};
use crate::render::Rendered;
use crate::report::compile::{self, Compiled};
use crate::run::Examined;
use crate::source::{Place, Text};

/// How many hooks of one declaration are rendered at most.
const MOST_HOOKS: usize = 200;
/// How many different outcomes are shown at most.
const MOST_SHOWN: usize = 5;
/// How many bytes of one value are shown at most.
const LONGEST: usize = 4_000;

/// What is shown at a spot, and of which place it is told.
pub(super) fn hover(examined: &Examined, spot: &Spot<'_>) -> Option<(String, Option<Place>)> {
    let of_value = spot.subject().and_then(|subject| {
        let shown = value(examined, spot, spot.written(subject.whole)?)?;
        Some((shown, spot.place(subject.whole)))
    });
    let (shown, place) = match (of_value, &spot.owner) {
        (Some(shown), _) => shown,
        (None, Owner::Hooks(hooks)) => {
            (compile::markdown(&compiled(examined, hooks), MOST_SHOWN), hooks.first().and_then(|hook| hook.place))
        }
        (None, Owner::Macro(_) | Owner::Node(_)) => return None,
    };
    Some((shown, place))
}

/// Some hooks with what they become.
pub(super) fn compiled(examined: &Examined, hooks: &[&Hook]) -> Compiled {
    let renderer = &examined.renderer;
    let project = renderer.project();
    let of = |hook: &&Hook| {
        let mut rendered = Rendered::default();
        renderer.render(hook, 0, &mut rendered);
        ((*hook).clone(), rendered.renderings, project.packages[hook.package].name.clone())
    };
    Compiled {
        project: project.root().name.clone(),
        sources: Arc::new(project.sources.clone()),
        targets: renderer.target_names(),
        hooks: hooks.iter().take(MOST_HOOKS).map(of).collect(),
    }
}

/// What an expression gives, per target: as the hook, the node or a hook that reaches the macro sees it.
fn value(examined: &Examined, spot: &Spot<'_>, written: &str) -> Option<String> {
    let seen_by = seen_by(examined, &spot.owner);
    let probe = Hook { raw: Text::plain(format!("{{{{ {written} }}}}")), place: None, frozen: None, ..seen_by.clone() };
    let targets = examined.renderer.target_names();
    // What it gives, in which targets; in the order in which it is met.
    let mut given: Vec<(String, Vec<&str>)> = Vec::new();
    for (target, name) in targets.iter().enumerate() {
        for one in of_target(examined, &probe, target)? {
            match given.iter_mut().find(|(known, _)| *known == one) {
                Some((_, names)) if names.contains(&name.as_str()) => {}
                Some((_, names)) => names.push(name),
                None => given.push((one, vec![name])),
            }
        }
    }
    let mut out = format!("`{}`\n\n", written.replace('`', "'").split_whitespace().collect::<Vec<_>>().join(" "));
    for (text, names) in given.iter().take(MOST_SHOWN) {
        let every = names.len() == targets.len();
        let names = if every && names.len() > 1 { "every target".to_owned() } else { names.join(", ") };
        let _ = write!(out, "*{}*\n\n{}", compile::escaped(&names), compile::fenced("sql", cut(text)));
    }
    if matches!(spot.owner, Owner::Macro(_)) {
        let _ = writeln!(out, "\nas seen by {}", compile::escaped(&seen_by.id));
    }
    Some(out)
}

/// The different texts that a probe gives in a target; none where it reads what only holds in its own place.
fn of_target(examined: &Examined, probe: &Hook, target: usize) -> Option<Vec<String>> {
    let mut given = Vec::new();
    for rendering in examined.renderer.render_in(probe, target).renderings {
        let pass = rendering.run.as_ref().unwrap_or(&rendering.parse);
        if !pass.undefined.is_empty() {
            return None;
        }
        let text = match (&pass.text, &pass.error, pass.unknown.first()) {
            (_, Some(error), _) => format!("-- error: {}", error.message.trim()),
            (_, _, Some(why)) => format!("-- not known: {why}"),
            (Some(text), ..) if pass.has_unknown => format!("-- known only when dbt runs\n{}", text.as_str().trim()),
            (Some(text), ..) if text.as_str().trim().is_empty() => "-- nothing".to_owned(),
            (Some(text), ..) => text.as_str().trim().to_owned(),
            (None, ..) => continue,
        };
        let queries = pass.queries.iter().map(|query| format!("{}\n", query.text.as_str().trim()));
        let text = queries.collect::<String>() + &text;
        let answers: Vec<String> = compile::answers(&rendering).collect();
        let text = if answers.is_empty() { text } else { format!("-- {}\n{text}", answers.join("; ")) };
        if !given.contains(&text) {
            given.push(text);
        }
    }
    Some(given)
}

/// The hook whose context an expression is seen in.
fn seen_by(examined: &Examined, owner: &Owner<'_>) -> Hook {
    let project = examined.renderer.project();
    let plain = |node: Option<usize>| {
        let kind = if node.is_some() { HookKind::PostHook } else { HookKind::OnRunStart };
        let node_id = node.map(|node| project.nodes[node].unique_id.clone());
        Hook {
            id: node_id.clone().unwrap_or_else(|| "a run".to_owned()),
            kind,
            package: node.map_or(0, |node| project.nodes[node].package),
            node,
            node_id,
            operation: None,
            position: 0,
            transaction: true,
            raw: Text::plain(""),
            place: None,
            declared: Declared::Project,
            early: None,
            frozen: None,
            targets: (0..examined.renderer.target_count()).collect(),
        }
    };
    match owner {
        Owner::Hooks(hooks) => hooks.first().map_or_else(|| plain(None), |hook| (*hook).clone()),
        Owner::Node(node) => plain(Some(*node)),
        Owner::Macro(found) => reaching(examined, *found).cloned().unwrap_or_else(|| plain(None)),
    }
}

/// The first hook that names a macro, or one that does.
fn reaching(examined: &Examined, found: usize) -> Option<&Hook> {
    let project = examined.renderer.project();
    // A macro that is dispatched to is named without its adapter.
    let name = |at: usize| project.macros[at].name.rsplit("__").next().unwrap_or_default();
    let mut names = BTreeSet::from([name(found)]);
    let hooks = &examined.hooks.hooks;
    loop {
        let speaks = |text: &str| names.iter().any(|name| text.contains(name));
        if let Some(hook) = hooks.iter().find(|hook| speaks(hook.raw.as_str())) {
            return Some(hook);
        }
        let callers = (0..project.macros.len()).filter(|&at| speaks(project.sources.slice(project.macros[at].block)));
        let more: Vec<&str> = callers.map(name).filter(|name| !names.contains(name)).collect();
        if more.is_empty() {
            return None;
        }
        names.extend(more);
    }
}

fn cut(text: &str) -> &str {
    let end = (0..=LONGEST.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or_default();
    &text[..end]
}
