//! A plan as a flowchart that Markdown shows: on-run-start, the nodes in order with their hooks, on-run-end.

use std::fmt::Write as _;

use super::{Planned, cut, short, summary, test_name};
use crate::plan::{Plan, Step, StepKind};
use crate::report::counted;

/// The width of a label, in characters.
const LABEL: usize = 60;
/// Nodes beyond these are left out: GitHub draws no more than a few hundred boxes.
const MOST: usize = 100;

/// How many arrows stand on one line.
const CHAIN: usize = 8;

/// The first plan as a flowchart, with a newline at its end. Nodes without hooks that follow each other are
/// one box; a transaction is a frame.
#[must_use]
pub fn mermaid(planned: &Planned) -> String {
    let mut drawing = Drawing { out: String::from("flowchart TD\n"), boxes: 0 };
    if let Some(plan) = planned.plans.first() {
        let _ = writeln!(
            drawing.out,
            "  %% dbt {} in {} ({})",
            plan.typed,
            one_word(&plan.target),
            one_word(&plan.adapter)
        );
        drawing.plan(plan);
        drawing.edges();
    }
    drawing.out
}

struct Drawing {
    out: String,
    boxes: usize,
}

impl Drawing {
    fn plan(&mut self, plan: &Plan) {
        let mut from = 0;
        while let Some(first) = plan.steps.get(from) {
            let rest = &plan.steps[from..];
            match first.kind {
                StepKind::OnRunStart | StepKind::OnRunEnd => {
                    let count = rest.iter().take_while(|step| step.kind == first.kind).count();
                    self.on_run(first.kind.name(), &rest[..count]);
                    from += count;
                }
                _ if self.boxes >= MOST => {
                    let count = rest.iter().take_while(|step| !matches!(step.kind, StepKind::OnRunEnd)).count();
                    let label = format!("{} more", counted(count, "step"));
                    self.single("  ", &label);
                    from += count;
                }
                StepKind::Test => {
                    let count = rest.iter().take_while(|step| step.kind == StepKind::Test).count();
                    let names = rest[..count].iter().filter_map(|step| step.node.as_deref()).map(test_name);
                    let names: Vec<&str> = names.collect();
                    self.several("test", &names);
                    from += count;
                }
                _ => from += self.nodes(rest),
            }
        }
    }

    /// From each box to the next: outside the frames, which would else take in what they only mention.
    fn edges(&mut self) {
        let all: Vec<usize> = (0..self.boxes).collect();
        for start in (0..self.boxes.saturating_sub(1)).step_by(CHAIN) {
            let end = (start + CHAIN).min(self.boxes - 1);
            let chain: Vec<String> = all[start..=end].iter().map(|at| format!("n{at}")).collect();
            let _ = writeln!(self.out, "  {}", chain.join(" --> "));
        }
    }

    fn on_run(&mut self, name: &str, steps: &[Step]) {
        let frame = self.boxes;
        let _ = writeln!(self.out, "  subgraph s{frame}[\"{name}\"]");
        for step in steps {
            self.single("    ", &summary(step));
        }
        self.out.push_str("  end\n");
    }

    /// One node with hooks, or a row of nodes without; gives how many steps that are.
    fn nodes(&mut self, rest: &[Step]) -> usize {
        let mut plain = Vec::new();
        let mut from = 0;
        while let Some(first) = rest.get(from).filter(|step| !on_its_own(step.kind)) {
            let count =
                rest[from..].iter().take_while(|step| step.node == first.node && !on_its_own(step.kind)).count();
            let steps = &rest[from..from + count];
            if steps.iter().any(|step| step.hook.is_some()) {
                if plain.is_empty() {
                    self.node(steps);
                    return count;
                }
                break;
            }
            plain.extend(first.node.as_deref().map(short));
            from += count;
        }
        self.several("node", &plain);
        from.max(1)
    }

    fn node(&mut self, steps: &[Step]) {
        let id = steps[0].node.as_deref().map(short).unwrap_or_default();
        let materialized = steps[0].materialized.as_deref().unwrap_or_default();
        let frame = self.boxes;
        let _ = writeln!(self.out, "  subgraph s{frame}[\"{}\"]", label(&format!("{id} ({materialized})")));
        let mut open = false;
        for step in steps {
            let indent = if open { "      " } else { "    " };
            match step.kind {
                StepKind::Begin if !open && step.inside.is_none() && !step.reason.contains("committed by itself") => {
                    open = true;
                    let _ = writeln!(self.out, "    subgraph t{frame}[\"transaction\"]");
                }
                StepKind::Commit if open => {
                    open = false;
                    self.out.push_str("    end\n");
                }
                StepKind::Begin | StepKind::Commit => {
                    if let Some(text) = step.sent.first() {
                        self.single(indent, text.trim());
                    }
                }
                StepKind::Node => self.single(indent, &format!("build {id}")),
                _ => self.single(indent, &format!("{}: {}", step.kind.name(), summary(step))),
            }
        }
        if open {
            self.out.push_str("    end\n");
        }
        self.out.push_str("  end\n");
    }

    fn several(&mut self, noun: &str, names: &[&str]) {
        let text = match names {
            [] => return,
            [one] => (*one).to_owned(),
            [first, .., last] => format!("{}: {first} … {last}", counted(names.len(), noun)),
        };
        self.single("  ", &text);
    }

    fn single(&mut self, indent: &str, text: &str) {
        let at = self.boxes;
        self.boxes += 1;
        let _ = writeln!(self.out, "{indent}n{at}[\"{}\"]", label(text));
    }
}

fn on_its_own(kind: StepKind) -> bool {
    matches!(kind, StepKind::OnRunStart | StepKind::OnRunEnd | StepKind::Test)
}

/// Text inside the quotes of a label: what Mermaid or HTML would take for its own stands as an entity.
fn label(text: &str) -> String {
    let mut out = String::new();
    for char in cut(text, LABEL).chars() {
        match char {
            '"' => out.push_str("#quot;"),
            '#' => out.push_str("#35;"),
            ';' => out.push_str("#59;"),
            '&' => out.push_str("#amp;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '`' => out.push_str("#96;"),
            '\\' => out.push_str("#92;"),
            char if char.is_control() => out.push(' '),
            char => out.push(char),
        }
    }
    out
}

fn one_word(text: &str) -> String {
    text.chars().map(|char| if char.is_control() || char == '%' { ' ' } else { char }).collect()
}
