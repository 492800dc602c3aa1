//! What a change does to the hooks, as bytes: for a person, for a program, for a comment on a pull request.

use std::collections::HashMap;
use std::fmt::Write as _;

use schemars::{JsonSchema, Schema};
use serde::Serialize;
use similar::TextDiff;

use super::counted;
use super::list::{Paint, Point, hit, indented, place, positions};
use crate::difference::{Changed, Difference, Kind, Texts};
use crate::hook::Hook;

/// The most bytes of a Markdown comment: GitHub takes 65,536 characters.
const MOST_MARKDOWN: usize = 60_000;

/// The change of each declaration as a unified diff.
#[must_use]
pub fn text(difference: &Difference, colour: bool) -> String {
    let paint = Paint { colour };
    let mut out = String::new();
    for group in groups(difference) {
        let _ = writeln!(out, "{}", paint.bold(&group.title));
        for texts in &group.change.texts {
            let _ = writeln!(out, "  {}", paint.dim(&texts.targets.join(", ")));
            for line in unified(texts).lines() {
                let line = match line.as_bytes().first() {
                    Some(b'+') => paint.green(line),
                    Some(b'-') => paint.red(line),
                    Some(b'@') => paint.dim(line),
                    _ => line.to_owned(),
                };
                let _ = writeln!(out, "{}", format!("    {line}").trim_end());
            }
        }
        out.push('\n');
    }
    let _ = writeln!(out, "{}: {}", difference.project, summary(difference));
    for note in notes(difference) {
        let _ = writeln!(out, "{note}");
    }
    out
}

/// The same for a comment on a pull request. What a comment has no room for is left out, and that is said.
#[must_use]
pub fn markdown(difference: &Difference, since: &str) -> String {
    let mut out =
        format!("### Hooks of {} since {}\n\n{}\n", code(&difference.project), code(since), summary(difference));
    for note in notes(difference) {
        let _ = writeln!(out, "\n{note}");
    }
    let groups = groups(difference);
    let all = groups.len();
    for (n, group) in groups.into_iter().enumerate() {
        let mut part = format!("\n<details><summary>{}</summary>\n", escaped(&group.title));
        for texts in &group.change.texts {
            let diff = unified(texts);
            let fence = fence(&diff);
            let _ = write!(part, "\n{}\n\n{fence}diff\n{diff}{fence}\n", texts.targets.join(", "));
        }
        part.push_str("\n</details>\n");
        if out.len() + part.len() > MOST_MARKDOWN {
            let _ = writeln!(out, "\nand {} more that a comment has no room for", all - n);
            break;
        }
        out.push_str(&part);
    }
    out
}

/// The JSON, version 1, indented, with a newline at its end.
#[must_use]
pub fn json(difference: &Difference, since: &str) -> String {
    let count = |kind| difference.hooks.iter().filter(|change| change.kind() == kind).count();
    let now = positions(&difference.now, difference.hooks.iter().filter_map(|change| change.now.as_ref()));
    let gone = |change: &&Changed| change.now.is_none();
    let then =
        positions(&difference.then, difference.hooks.iter().filter(gone).filter_map(|change| change.then.as_ref()));
    let hooks = difference.hooks.iter().filter_map(|change| {
        let hook = change.hook()?;
        let positions = if change.now.is_some() { &now } else { &then };
        Some(Entry {
            change: change.kind().name(),
            id: &hook.id,
            was: change.then.as_ref().map(|hook| hook.id.as_str()),
            kind: hook.kind.name(),
            node: hook.node_id.as_deref(),
            file: hook.place.map(|place| positions.path(place)),
            start: hook.place.map(|place| Point::of(place, place.start, positions)),
            diffs: change.texts.iter().map(Diff::of).collect(),
        })
    });
    indented(&Whole {
        schema_version: 1,
        project: &difference.project,
        since,
        targets: &difference.targets,
        new_targets: &difference.new_targets,
        old_targets: &difference.old_targets,
        hooks: hooks.collect(),
        summary: Summary {
            added: count(Kind::Added),
            changed: count(Kind::Changed),
            moved: count(Kind::Moved),
            removed: count(Kind::Removed),
            unchanged: difference.unchanged,
        },
    })
}

/// Hooks of one declaration to which the same happens.
struct Group<'a> {
    title: String,
    change: &'a Changed,
}

fn groups<'d>(difference: &'d Difference) -> Vec<Group<'d>> {
    let pairs: Vec<(&Changed, &Hook)> =
        difference.hooks.iter().filter_map(|change| Some((change, change.hook()?))).collect();
    let mut groups: Vec<(Kind, &Changed, Vec<&Hook>)> = Vec::new();
    let mut at = HashMap::new();
    for (change, hook) in pairs {
        // A hook of many nodes is the same to a reader though each has its own table in it.
        let name = hook.node_id.as_deref().and_then(|id| id.split('.').nth(2)).unwrap_or_default();
        let alike = |text: String| if name.is_empty() { text } else { text.replace(name, "\0") };
        let texts: Vec<_> = change.texts.iter().map(|texts| (&texts.targets, alike(unified(texts)))).collect();
        let n = *at.entry((change.kind(), hook.kind, hook.place, texts)).or_insert(groups.len());
        match groups.get_mut(n) {
            Some((_, _, hooks)) => hooks.push(hook),
            None => groups.push((change.kind(), change, vec![hook])),
        }
    }
    let now = positions(&difference.now, difference.hooks.iter().filter_map(|change| change.now.as_ref()));
    let then = positions(&difference.then, difference.hooks.iter().filter_map(|change| change.then.as_ref()));
    let title = |(kind, change, hooks): (Kind, &'d Changed, Vec<&Hook>)| {
        let hook = hooks[0];
        let owner = match hooks.as_slice() {
            [one] => one.node_id.clone().unwrap_or_else(|| one.id.clone()),
            many => format!("{}, such as {}", hit(many), hook.node_id.as_deref().unwrap_or(&hook.id)),
        };
        let at = place(hook, if kind == Kind::Removed { &then } else { &now });
        let at = if at == hook.id { String::new() } else { format!("  {at}") };
        Group { title: format!("{} {}{at}  {owner}", kind.name(), hook.kind.name()), change }
    };
    groups.into_iter().map(title).collect()
}

/// The difference between what was and is sent.
fn unified(texts: &Texts) -> String {
    let diff = TextDiff::from_lines(&*texts.before, &*texts.after);
    let mut out = String::new();
    for hunk in diff.unified_diff().context_radius(3).missing_newline_hint(false).iter_hunks() {
        let _ = write!(out, "{hunk}");
    }
    out
}

fn summary(difference: &Difference) -> String {
    let of = |kind: Kind| {
        let count = difference.hooks.iter().filter(|change| change.kind() == kind).count();
        (count > 0).then(|| format!("{count} {}", kind.name()))
    };
    let told: Vec<String> =
        [Kind::Added, Kind::Changed, Kind::Moved, Kind::Removed].into_iter().filter_map(of).collect();
    match told.as_slice() {
        [] => format!("{} as before", counted(difference.unchanged, "hook")),
        told => format!("{}, {} as before", told.join(", "), counted(difference.unchanged, "hook")),
    }
}

fn notes(difference: &Difference) -> Vec<String> {
    let told = |targets: &[String], what: &str| {
        (!targets.is_empty()).then(|| format!("not compared: {}: {what}", targets.join(", ")))
    };
    let new = told(&difference.new_targets, "there was no such target");
    new.into_iter().chain(told(&difference.old_targets, "there is no such target any more")).collect()
}

/// A text in backticks.
fn code(text: &str) -> String {
    format!("`{}`", text.replace('`', "'"))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A fence that the text does not hold.
fn fence(text: &str) -> String {
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or_default();
    "`".repeat(longest.max(2) + 1)
}

/// The JSON schema of that JSON.
pub(super) fn schema() -> Schema {
    schemars::schema_for!(Whole<'static>)
}

#[derive(Serialize, JsonSchema)]
#[schemars(title = "hookproof diff --format json")]
struct Whole<'a> {
    schema_version: u32,
    project: &'a str,
    since: &'a str,
    targets: &'a [String],
    new_targets: &'a [String],
    old_targets: &'a [String],
    hooks: Vec<Entry<'a>>,
    summary: Summary,
}

#[derive(Serialize, JsonSchema)]
struct Entry<'a> {
    change: &'static str,
    id: &'a str,
    was: Option<&'a str>,
    kind: &'static str,
    node: Option<&'a str>,
    file: Option<&'a str>,
    start: Option<Point>,
    diffs: Vec<Diff<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct Diff<'a> {
    targets: &'a [String],
    before: &'a str,
    after: &'a str,
    unified: String,
}

impl<'a> Diff<'a> {
    fn of(texts: &'a Texts) -> Diff<'a> {
        Diff { targets: &texts.targets, before: &texts.before, after: &texts.after, unified: unified(texts) }
    }
}

#[derive(Serialize, JsonSchema)]
struct Summary {
    added: usize,
    changed: usize,
    moved: usize,
    removed: usize,
    unchanged: usize,
}
