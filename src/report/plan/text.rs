//! A plan for a person: one block for each node, equal ones together.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::{Planned, cut, declarations, nodes_of, of_plans, short, summary, test_name};
use crate::hook::Hook;
use crate::plan::{Plan, Step, StepKind};
use crate::report::list::{Paint, place};
use crate::report::{Positions, counted};

/// How many declarations of never-run hooks are listed for one reason.
const LISTED: usize = 6;

/// Each plan: what runs, in order, with its reasons; nodes that are run alike are shown once. No line is
/// wider than the terminal, as far as names allow.
#[must_use]
pub fn text(planned: &Planned, width: usize, colour: bool) -> String {
    let positions = of_plans(planned);
    let mut out = String::new();
    for (n, plan) in planned.plans.iter().enumerate() {
        if n > 0 {
            out.push('\n');
        }
        let mut drawing =
            Drawing { plan, positions: &positions, paint: Paint { colour }, width: width.max(40), out: String::new() };
        drawing.plan();
        out.push_str(&drawing.out);
        let run = plan.steps.iter().filter(|step| step.hook.is_some()).count();
        let _ = writeln!(
            out,
            "{}: dbt {} in {} ({}): {}, {} of {} run",
            planned.project,
            plan.typed,
            plan.target,
            plan.adapter,
            counted(plan.steps.len(), "step"),
            run,
            counted(plan.hooks.len(), "hook"),
        );
    }
    if planned.other_targets > 0 {
        let _ = writeln!(
            out,
            "not shown: {}; name one with --target, or see all with --format json",
            counted(planned.other_targets, "other target")
        );
    }
    out
}

struct Drawing<'a> {
    plan: &'a Plan,
    positions: &'a Positions<'a>,
    paint: Paint,
    width: usize,
    out: String,
}

/// What is shown together: steps of one node, a test, or an on-run hook.
struct Block<'a> {
    steps: &'a [Step],
    /// What makes blocks alike.
    alike: Alike,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Alike {
    OnRun(StepKind),
    Test,
    /// A node of which no hook is run.
    Plain,
    /// A node, by its materialization and, for each step, its kind, declaration and reason.
    Hooked(String),
}

impl Drawing<'_> {
    fn plan(&mut self) {
        for note in &self.plan.notes {
            self.wrapped("note: ", note, true);
        }
        if !self.plan.notes.is_empty() {
            self.out.push('\n');
        }
        let blocks = blocks(self.plan);
        let mut seen: HashMap<&Alike, &str> = HashMap::new();
        let mut from = 0;
        let mut last: Option<&Alike> = None;
        while from < blocks.len() {
            let alike = &blocks[from].alike;
            let count = blocks[from..].iter().take_while(|block| block.alike == *alike).count();
            let group = &blocks[from..from + count];
            let dense = |alike: &Alike| matches!(alike, Alike::Test | Alike::Plain);
            let as_before = seen.contains_key(alike);
            if last.is_some_and(|last| !(dense(last) && (dense(alike) || as_before))) {
                self.out.push('\n');
            }
            match alike {
                Alike::OnRun(kind) => self.on_run(*kind, group),
                Alike::Test => self.names("test", group),
                Alike::Plain => self.names("node", group),
                Alike::Hooked(_) => match seen.get(alike) {
                    Some(first) => self.as_at(group, first),
                    None => self.node(group),
                },
            }
            if let Some(id) = group[0].steps[0].node.as_deref() {
                seen.entry(alike).or_insert(short(id));
            }
            last = Some(alike);
            from += count;
        }
        if !blocks.is_empty() {
            self.out.push('\n');
        }
        self.never();
    }

    /// The place of a hook and what it does, then why it stands there.
    fn hook(&mut self, step: &Step, indent: &str) {
        let Some(hook) = step.hook.map(|hook| &self.plan.hooks[hook]) else { return };
        let place = place(hook, self.positions);
        let kind = self.paint.bold(step.kind.name());
        let line = self.shown(step, indent.len() + step.kind.name().len() + 2);
        let _ = writeln!(self.out, "{indent}{kind}  {line}");
        self.wrapped(&format!("{indent}  "), &format!("{place}: {}", step.reason), true);
    }

    /// What a hook does, in what is left of a line.
    fn shown(&self, step: &Step, taken: usize) -> String {
        let more = if step.ways > 1 { format!(" (1 of {} ways)", step.ways) } else { String::new() };
        let room = self.width.saturating_sub(taken + more.len()).max(24);
        let line = format!("{}{}", cut(&summary(step), room), self.paint.dim(&more));
        if step.error.is_some() { self.paint.red(&line) } else { line }
    }

    fn on_run(&mut self, kind: StepKind, group: &[Block<'_>]) {
        let _ = writeln!(self.out, "{}", self.paint.bold(kind.name()));
        let mut reason = "";
        for step in group.iter().flat_map(|block| block.steps) {
            let Some(hook) = step.hook.map(|hook| &self.plan.hooks[hook]) else { continue };
            if step.reason != reason {
                reason = &step.reason;
                self.wrapped("  ", reason, true);
            }
            let place = place(hook, self.positions);
            let line = self.shown(step, place.chars().count() + 6);
            let place = self.paint.dim(&place);
            let _ = writeln!(self.out, "    {place}  {line}");
        }
    }

    /// Nodes with hooks that are run alike: the steps of the first.
    fn node(&mut self, group: &[Block<'_>]) {
        let first = group[0].steps;
        let names: Vec<&str> = group.iter().filter_map(|block| block.steps[0].node.as_deref()).map(short).collect();
        let materialized = first[0].materialized.as_deref().unwrap_or_default();
        let title = match names.as_slice() {
            [one] => format!("{}  {materialized}", self.paint.bold(one)),
            many => {
                let shown = self.list(many, self.width.saturating_sub(materialized.len() + 8));
                format!("{}  {materialized}", self.paint.bold(&shown))
            }
        };
        let _ = writeln!(self.out, "{title}");
        if names.len() > 1 {
            let also = format!("{} with the same hooks; the SQL is that of {}", counted(names.len(), "node"), names[0]);
            self.wrapped("  ", &also, true);
        }
        for step in first {
            match step.kind {
                StepKind::Begin | StepKind::Commit => {
                    let word = match (step.kind, step.sent.first()) {
                        (_, Some(text)) => text.trim().to_owned(),
                        (_, None) => "BEGIN".to_owned(),
                    };
                    let line = format!("  {word}");
                    let _ = writeln!(self.out, "{}", self.paint.dim(&line));
                    if step.reason.contains("hook") {
                        self.wrapped("    ", &step.reason, true);
                    }
                }
                StepKind::Node => {
                    let _ = writeln!(self.out, "  {}", self.paint.bold("build"));
                    if names.len() == 1 {
                        self.wrapped("    ", &step.reason, true);
                    }
                }
                _ => self.hook(step, "  "),
            }
        }
    }

    /// Nodes that are run like others which stand above.
    fn as_at(&mut self, group: &[Block<'_>], first: &str) {
        let names: Vec<&str> = group.iter().filter_map(|block| block.steps[0].node.as_deref()).map(short).collect();
        let tail = format!("  hooks as at {first}");
        let shown = self.list(&names, self.width.saturating_sub(tail.chars().count()));
        let _ = writeln!(self.out, "{}{}", self.paint.bold(&shown), self.paint.dim(&tail));
    }

    /// Tests, or nodes without hooks.
    fn names(&mut self, noun: &str, group: &[Block<'_>]) {
        let name = |block: &Block<'_>| {
            let id = block.steps[0].node.as_deref().unwrap_or_default().to_owned();
            if noun == "test" { test_name(&id).to_owned() } else { short(&id).to_owned() }
        };
        let names: Vec<String> = group.iter().map(name).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        if let ([one], "node") = (names.as_slice(), noun) {
            let step = &group[0].steps.iter().find(|step| step.kind == StepKind::Node).unwrap_or(&group[0].steps[0]);
            let materialized = step.materialized.as_deref().map(|word| format!("  {word}")).unwrap_or_default();
            let room = self.width.saturating_sub(one.chars().count() + materialized.len() + 2);
            let reason = self.paint.dim(&cut(&step.reason, room.max(24)));
            let _ = writeln!(self.out, "{}{materialized}  {reason}", self.paint.bold(one));
            return;
        }
        let title = match noun {
            "node" => format!("{} without hooks: ", counted(names.len(), "node")),
            _ => format!("{}: ", counted(names.len(), noun)),
        };
        let shown = self.list(&names, self.width.saturating_sub(title.chars().count()));
        let _ = writeln!(self.out, "{}{shown}", self.paint.dim(&title));
    }

    /// As many names as there is room for, and how many more.
    fn list(&self, names: &[&str], room: usize) -> String {
        let mut out = String::new();
        for (n, name) in names.iter().enumerate() {
            let rest = names.len() - n - 1;
            let tail = if rest > 0 { format!(" and {rest} more").len() } else { 0 };
            if n > 0 && out.chars().count() + 2 + name.chars().count() + tail > room {
                let _ = write!(out, " and {} more", rest + 1);
                return out;
            }
            if n > 0 {
                out.push_str(", ");
            }
            out.push_str(name);
        }
        out
    }

    fn never(&mut self) {
        let mut by_reason: Vec<(&str, Vec<&Hook>)> = Vec::new();
        let mut at: HashMap<&str, usize> = HashMap::new();
        for never in &self.plan.never {
            let n = *at.entry(&never.reason).or_insert(by_reason.len());
            let hook = &self.plan.hooks[never.hook];
            match by_reason.get_mut(n) {
                Some((_, hooks)) => hooks.push(hook),
                None => by_reason.push((&never.reason, vec![hook])),
            }
        }
        if by_reason.is_empty() {
            return;
        }
        let _ = writeln!(self.out, "{}", self.paint.bold("never run"));
        for (reason, hooks) in by_reason {
            self.wrapped("  ", reason, false);
            let declared = declarations(hooks.iter().copied());
            for (hook, count) in declared.iter().take(LISTED) {
                let owner = match (count, hook.node_id.as_deref()) {
                    (1, Some(id)) => short(id).to_owned(),
                    (1, None) => hook.id.clone(),
                    (many, Some(_)) => counted(*many, "node"),
                    (many, None) => counted(*many, "hook"),
                };
                let line = format!("    {}  {}  {owner}", hook.kind.name(), place(hook, self.positions));
                let line = self.paint.dim(&line);
                let _ = writeln!(self.out, "{line}");
            }
            if let Some(rest) = declared.get(LISTED..).filter(|rest| !rest.is_empty()) {
                let nodes = nodes_of(hooks.iter().copied());
                let all = if nodes > 0 { format!(", of {} in all", counted(nodes, "node")) } else { String::new() };
                let line = format!("    and {}{all}", counted(rest.len(), "more declaration"));
                let line = self.paint.dim(&line);
                let _ = writeln!(self.out, "{line}");
            }
        }
        self.out.push('\n');
    }

    /// A sentence over as many lines as it needs, each with what stands before it.
    fn wrapped(&mut self, before: &str, text: &str, dim: bool) {
        let room = self.width.saturating_sub(before.chars().count()).max(24);
        let mut line = String::new();
        let mut lines = Vec::new();
        for word in text.split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
        for (n, line) in lines.iter().enumerate() {
            let before = if n == 0 { before.to_owned() } else { " ".repeat(before.chars().count()) };
            let line = if dim { self.paint.dim(line) } else { line.clone() };
            let _ = writeln!(self.out, "{before}{line}");
        }
    }
}

/// The steps, cut into what is shown together.
fn blocks(plan: &Plan) -> Vec<Block<'_>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(first) = plan.steps.get(from) {
        let (count, alike) = match first.kind {
            StepKind::OnRunStart | StepKind::OnRunEnd => (1, Alike::OnRun(first.kind)),
            StepKind::Test => (1, Alike::Test),
            _ => {
                let rest = &plan.steps[from..];
                let own = |step: &&Step| step.node == first.node && step.kind != StepKind::Test;
                let count = rest.iter().take_while(own).count().max(1);
                (count, alike(plan, &rest[..count]))
            }
        };
        found.push(Block { steps: &plan.steps[from..from + count], alike });
        from += count;
    }
    found
}

fn alike(plan: &Plan, steps: &[Step]) -> Alike {
    if steps.iter().all(|step| step.hook.is_none()) {
        return Alike::Plain;
    }
    let mut key = steps[0].materialized.as_deref().unwrap_or_default().to_owned();
    for step in steps {
        let _ = write!(key, "|{}", step.kind.name());
        if let Some(hook) = step.hook.map(|hook| &plan.hooks[hook]) {
            let fails = step.error.is_some();
            let _ = write!(key, " {:?} {} {} {fails}", hook.place, step.reason, step.sent.is_empty());
            if hook.place.is_none() {
                let _ = write!(key, " {}", hook.raw.as_str());
            }
        }
    }
    Alike::Hooked(key)
}
