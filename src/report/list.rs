//! The hooks of a project, as bytes: each declaration on a line for a person, each effective hook for a
//! program.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::Arc;

use schemars::{JsonSchema, Schema};
use serde::Serialize;

use super::{Positions, counted};
use crate::hook::{Hook, HookKind};
use crate::source::{Lines, Place, Sources};

/// The hooks of one project.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The project's name.
    pub project: String,
    /// The files that the places are in.
    pub sources: Arc<Sources>,
    /// The names of the targets.
    pub targets: Vec<String>,
    /// The effective hooks in dbt's order, each with its package's name.
    pub hooks: Vec<(Hook, String)>,
    /// The hooks of analyses, which dbt keeps and never runs.
    pub kept: Vec<(Hook, String)>,
}

/// The list's JSON, version 1, indented, with a newline at its end.
#[must_use]
pub fn json<'l>(listed: &'l Listed) -> String {
    let all = || listed.hooks.iter().chain(&listed.kept);
    let positions = positions(&listed.sources, all().map(|(hook, _)| hook));
    let held =
        |hooks: &'l [(Hook, String)], runs| hooks.iter().map(move |(hook, package)| (hook, package.as_str(), runs));
    let all = held(&listed.hooks, None).chain(held(&listed.kept, Some(false)));
    let hooks = all.map(|(hook, package, runs)| Held { hook: Entry::of(hook, package, &positions), runs }).collect();
    indented(&Whole { schema_version: 1, hooks })
}

/// A line for each declaration: kind, place, how many nodes it hits, and how the hook begins; then how many
/// there are.
#[must_use]
pub fn text(listed: &Listed, colour: bool) -> String {
    let hooks: Vec<&Hook> = listed.hooks.iter().map(|(hook, _)| hook).collect();
    let positions = positions(&listed.sources, hooks.iter().copied());
    let mut declarations =
        declarations(&hooks, |hook| (hook.kind, hook.place, hook.place.is_none().then_some(&*hook.raw.value)));
    declarations.sort_by_key(|of| order(of[0], &positions));
    let rows: Vec<[String; 4]> = declarations
        .iter()
        .map(|of| [of[0].kind.name().to_owned(), place(of[0], &positions), hit(of), first_line(of[0].raw.as_str())])
        .collect();
    let width = |n: usize| rows.iter().map(|row| row[n].chars().count()).max().unwrap_or_default();
    let (kinds, places, hits) = (width(0), width(1), width(2));
    let paint = Paint { colour };
    let mut out = String::new();
    for [kind, place, hit, line] in &rows {
        let kind = paint.bold(&format!("{kind:kinds$}"));
        let hit = paint.dim(&format!("{hit:hits$}"));
        let _ = writeln!(out, "{}", format!("{kind}  {place:places$}  {hit}  {line}").trim_end());
    }
    if !rows.is_empty() {
        out.push('\n');
    }
    let _ = writeln!(out, "{}: {}", listed.project, totals(hooks.len(), rows.len()));
    if !listed.kept.is_empty() {
        let kept = counted(listed.kept.len(), "hook");
        let _ = writeln!(out, "not listed: {kept} of analyses, which dbt keeps and never runs");
    }
    out
}

/// How many hooks there are, and how many declarations where that is another number.
pub(super) fn totals(hooks: usize, declarations: usize) -> String {
    match hooks {
        0 => "no hooks".to_owned(),
        _ if hooks == declarations => counted(hooks, "hook"),
        _ => format!("{} ({})", counted(hooks, "hook"), counted(declarations, "declaration")),
    }
}

/// The hooks that belong together by a key, in the order of their first.
pub(crate) fn declarations<'h, K: std::hash::Hash + Eq>(
    hooks: &[&'h Hook],
    key: impl Fn(&'h Hook) -> K,
) -> Vec<Vec<&'h Hook>> {
    let mut at: HashMap<K, usize> = HashMap::new();
    let mut groups: Vec<Vec<&Hook>> = Vec::new();
    for &hook in hooks {
        let n = *at.entry(key(hook)).or_insert(groups.len());
        match groups.get_mut(n) {
            Some(group) => group.push(hook),
            None => groups.push(vec![hook]),
        }
    }
    groups
}

/// What runs first stands first; between, the order of the files.
fn order<'a>(hook: &'a Hook, positions: &Positions<'a>) -> (u8, &'a str, u32, usize) {
    let phase = match hook.kind {
        HookKind::OnRunStart => 0,
        HookKind::PreHook | HookKind::PostHook => 1,
        HookKind::OnRunEnd => 2,
    };
    match hook.place {
        // On-run hooks run in their own order.
        Some(place) if phase == 1 => (phase, positions.path(place), place.start, hook.position),
        _ => (phase, "", 0, hook.position),
    }
}

/// How many nodes a declaration hits; nothing for an on-run hook.
pub(crate) fn hit(of: &[&Hook]) -> String {
    let mut nodes: Vec<&str> = of.iter().filter_map(|hook| hook.node_id.as_deref()).collect();
    nodes.sort_unstable();
    nodes.dedup();
    if nodes.is_empty() { String::new() } else { counted(nodes.len(), "node") }
}

/// `file:line:column` of a hook.
pub(super) fn place(hook: &Hook, positions: &Positions<'_>) -> String {
    match hook.place {
        Some(place) => {
            let at = positions.start(place);
            format!("{}:{}:{}", positions.path(place), at.line, at.column)
        }
        None => hook.id.clone(),
    }
}

/// The first line that is not blank, with a sign that there are more.
pub(crate) fn first_line(raw: &str) -> String {
    let mut lines = raw.lines().map(str::trim).filter(|line| !line.is_empty());
    match (lines.next(), lines.next()) {
        (None, _) => "(blank)".to_owned(),
        (Some(line), None) => line.to_owned(),
        (Some(line), Some(_)) => format!("{line} …"),
    }
}

/// The lines of every file that these hooks are declared in.
pub(super) fn positions<'a>(sources: &'a Sources, hooks: impl Iterator<Item = &'a Hook>) -> Positions<'a> {
    let mut lines = BTreeMap::new();
    for place in hooks.filter_map(|hook| hook.place) {
        lines.entry(place.file).or_insert_with(|| Lines::new(&sources.get(place.file).text));
    }
    Positions { sources, lines }
}

/// JSON for reading, with a newline at its end.
pub(super) fn indented(value: &impl Serialize) -> String {
    // Strings, numbers and lists always serialise.
    let mut out = serde_json::to_string_pretty(value).unwrap_or_default();
    out.push('\n');
    out
}

/// The colours of a terminal, or none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paint {
    pub(super) colour: bool,
}

impl Paint {
    pub(super) fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    pub(super) fn dim(self, text: &str) -> String {
        self.with("2", text)
    }

    pub(super) fn green(self, text: &str) -> String {
        self.with("32", text)
    }

    pub(super) fn red(self, text: &str) -> String {
        self.with("31", text)
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.colour && !text.trim().is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// The JSON schema of that JSON.
pub(super) fn schema() -> Schema {
    schemars::schema_for!(Whole<'static>)
}

#[derive(Serialize, JsonSchema)]
#[schemars(title = "hookproof list --format json")]
struct Whole<'a> {
    schema_version: u32,
    hooks: Vec<Held<'a>>,
}

/// A hook of the list in JSON.
#[derive(Serialize, JsonSchema)]
struct Held<'a> {
    #[serde(flatten)]
    hook: Entry<'a>,
    /// False where dbt keeps the hook and never runs it; nothing is said of the others.
    #[serde(skip_serializing_if = "Option::is_none")]
    runs: Option<bool>,
}

/// An effective hook in JSON.
#[derive(Serialize, JsonSchema)]
pub(super) struct Entry<'a> {
    id: &'a str,
    kind: &'static str,
    package: &'a str,
    node: Option<&'a str>,
    position: usize,
    transaction: bool,
    raw: &'a str,
    file: Option<&'a str>,
    start: Option<Point>,
    end: Option<Point>,
}

impl<'a> Entry<'a> {
    pub(super) fn of(hook: &'a Hook, package: &'a str, positions: &Positions<'a>) -> Entry<'a> {
        Entry {
            id: &hook.id,
            kind: hook.kind.name(),
            package,
            node: hook.node_id.as_deref(),
            position: hook.position,
            transaction: hook.transaction,
            raw: hook.raw.as_str(),
            file: hook.place.map(|place| positions.path(place)),
            start: hook.place.map(|place| Point::of(place, place.start, positions)),
            end: hook.place.map(|place| Point::of(place, place.end, positions)),
        }
    }
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Point {
    line: u32,
    column: u32,
    offset: u32,
}

impl Point {
    pub(super) fn of(place: Place, offset: u32, positions: &Positions<'_>) -> Point {
        let at = positions.at(place.file, offset);
        Point { line: at.line, column: at.column, offset }
    }
}
