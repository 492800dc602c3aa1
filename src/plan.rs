//! What runs when: the steps of a dbt command in one target, in order, each with the reason for its place,
//! and the hooks that it never runs. Knows nothing of formats or of a database.
//!
//! The order is that of dbt with one thread (facts 5).

mod fate;
mod graph;
mod order;
mod steps;

use std::collections::HashMap;
use std::sync::Arc;

use crate::command::Command;
use crate::hook::{Hook, HookKind};
use crate::jinja::JinjaError;
use crate::project::{Node, Problem, Resource};
use crate::render::{DataTest, References, Renderer, Rendering, Taken, TakenTest};

use fate::Fate;
use order::{Item, Linked, Order};

/// What a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StepKind {
    /// dbt reads the project; a step only where it comes no further.
    Parse,
    /// An on-run-start hook.
    OnRunStart,
    /// A transaction begins.
    Begin,
    /// A pre-hook.
    PreHook,
    /// A node is built, or a source is asked for its age.
    Node,
    /// A test.
    Test,
    /// A post-hook.
    PostHook,
    /// A transaction ends.
    Commit,
    /// An on-run-end hook.
    OnRunEnd,
}

impl StepKind {
    /// As reports name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            StepKind::Parse => "parse",
            StepKind::OnRunStart => "on-run-start",
            StepKind::Begin => "begin",
            StepKind::PreHook => "pre-hook",
            StepKind::Node => "node",
            StepKind::Test => "test",
            StepKind::PostHook => "post-hook",
            StepKind::Commit => "commit",
            StepKind::OnRunEnd => "on-run-end",
        }
    }

    /// The step that a hook is.
    #[must_use]
    pub fn of_hook(kind: HookKind) -> StepKind {
        match kind {
            HookKind::OnRunStart => StepKind::OnRunStart,
            HookKind::PreHook => StepKind::PreHook,
            HookKind::PostHook => StepKind::PostHook,
            HookKind::OnRunEnd => StepKind::OnRunEnd,
        }
    }
}

/// A step of a command.
#[derive(Debug, Clone)]
pub struct Step {
    /// What it is.
    pub kind: StepKind,
    /// The hook, by its place in [`Plan::hooks`].
    pub hook: Option<usize>,
    /// The unique id of the node or test it belongs to.
    pub node: Option<Arc<str>>,
    /// How the node is materialized.
    pub materialized: Option<Arc<str>>,
    /// Whether a transaction is open when it runs; none where the step is its beginning or end.
    pub inside: Option<bool>,
    /// Why it stands here.
    pub reason: String,
    /// What is given to the driver, call by call, without the query comment.
    pub sent: Vec<Arc<str>>,
    /// What a hook executes while it renders.
    pub queries: Vec<String>,
    /// Why a hook's text is not known.
    pub unknown: Vec<String>,
    /// Why a hook does not render.
    pub error: Option<String>,
    /// Into how many different texts a hook may render, by what cannot be known before the run.
    pub ways: usize,
}

/// A hook that the command never runs.
#[derive(Debug, Clone)]
pub struct Never {
    /// The hook, by its place in [`Plan::hooks`].
    pub hook: usize,
    /// Why.
    pub reason: String,
}

/// The plan of a command in one target.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The command.
    pub command: Command,
    /// The command as it is typed after `dbt`.
    pub typed: String,
    /// The target's name.
    pub target: String,
    /// The adapter's type.
    pub adapter: String,
    /// The hooks that steps and [`Plan::never`] name.
    pub hooks: Vec<Hook>,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// The hooks that are never run, in their order.
    pub never: Vec<Never>,
    /// What is not known of the order, and what stops dbt before it.
    pub notes: Vec<String>,
    /// The tests among the steps, by unique id.
    pub tests: HashMap<Arc<str>, Arc<DataTest>>,
    /// Nodes with those that their hooks refer to, by their places in the project's nodes.
    pub(crate) by_hooks: Vec<(usize, usize)>,
    /// The hooks that fail while dbt parses, so that it stops before the first step, by their place in
    /// [`Plan::hooks`].
    pub stopped_by: Vec<(usize, JinjaError)>,
    /// What is wrong with the files so that dbt stops before it parses hooks.
    pub stopping: Vec<Problem>,
}

/// A hook with what becomes of it.
#[derive(Debug)]
pub struct Looked<'a> {
    hook: &'a Hook,
    fate: Fate,
    /// In the order in which they are found: the first is that of a first run.
    renderings: Vec<Rendering>,
    references: References,
}

/// Whether the command certainly takes the same in two targets, where their hooks refer to the same: a project's
/// nodes are mostly the same in all of them.
#[must_use]
pub fn takes_the_same(renderer: &Renderer, one: usize, other: usize) -> bool {
    let (left, right) = (renderer.shared(one), renderer.shared(other));
    let is_test = |node: &Node| node.resource == Resource::Test;
    let of_graph = |target: usize| {
        let states = renderer.manifests()[target].nodes.iter();
        states.map(|state| (state.enabled, &state.materialized, &state.refs, &state.sources))
    };
    Arc::ptr_eq(left, right)
        && left.command == Command::Build
        && !left.invocation.selection.names_nodes()
        && renderer.targets()[one].adapter == renderer.targets()[other].adapter
        && !left.project.nodes.iter().any(is_test)
        && of_graph(one).eq(of_graph(other))
}

/// What the command takes in a target, in its order: what `results` has once the run ends (facts C18).
/// `references` is what each hook of the target refers to.
#[must_use]
pub fn taken<'a>(
    renderer: &Renderer,
    references: impl Iterator<Item = (&'a Hook, &'a References)>,
    target: usize,
) -> Vec<Taken> {
    let mut order = Order::new(renderer, target);
    order.link(references.map(|(hook, references)| Linked { hook, references, is_rendered: true }));
    let mut found = Vec::new();
    let test = |at: usize| {
        let test = &order.tests()[at];
        let on = References { nodes: test.nodes.clone(), sources: test.sources.clone() };
        Taken::Test(Arc::new(TakenTest { id: test.id.clone(), name: test.name.clone(), on, at }))
    };
    for (_, item) in order.items() {
        match item {
            Item::Node(at) => {
                found.extend(order.units(at).iter().map(|&unit| test(unit)));
                let state = order.state(at);
                found.push(match renderer.shared(target).project.nodes[at].resource {
                    Resource::Test => {
                        let on = References { nodes: state.refs.clone(), sources: state.sources.clone() };
                        Taken::Singular(at, Arc::new(on))
                    }
                    _ => Taken::Node(at),
                });
            }
            Item::Test(at) => found.push(test(at)),
            Item::Source(_) | Item::Operation(_) => {}
        }
    }
    found
}

/// Plans the command that a renderer renders for, in one of its targets: looks at each hook by itself, then at
/// all of them.
pub struct Planner<'a> {
    renderer: &'a Renderer,
    target: usize,
    order: Order<'a>,
}

impl<'a> Planner<'a> {
    /// A planner for a target.
    #[must_use]
    pub fn new(renderer: &'a Renderer, target: usize) -> Planner<'a> {
        Planner { renderer, target, order: Order::new(renderer, target) }
    }

    /// What becomes of an effective hook; none where the target does not have it.
    #[must_use]
    pub fn look<'h>(&self, hook: &'h Hook) -> Option<Looked<'h>> {
        if !hook.targets.contains(&self.target) {
            return None;
        }
        let mut fate = Fate::of(self.renderer, &self.order, hook, self.target);
        let mut renderings = Vec::new();
        let mut references = References::default();
        if let Fate::Never(_) = fate {
            if self.order.needs_edges() {
                references = self.renderer.references(hook, self.target);
            }
        } else {
            renderings = self.renderer.render_in(hook, self.target).renderings;
            if let Some(first) = renderings.first() {
                references = References::of(&first.parse);
            }
            fate = fate.once_rendered(self.renderer.shared(self.target).command, &renderings);
        }
        Some(Looked { hook, fate, renderings, references })
    }

    /// What becomes of a hook that dbt leaves out, because it or its node is disabled or has no hooks.
    #[must_use]
    pub fn look_idle<'h>(&self, hook: &'h Hook) -> Option<Looked<'h>> {
        hook.targets.contains(&self.target).then(|| Looked {
            hook,
            fate: Fate::of_idle(self.renderer, hook, self.target),
            renderings: Vec::new(),
            references: References::default(),
        })
    }

    /// The plan, of all hooks in dbt's order.
    #[must_use]
    pub fn plan(mut self, mut looked: Vec<Looked<'_>>) -> Plan {
        let (renderer, target, order) = (self.renderer, self.target, &mut self.order);
        order.link(looked.iter().map(|one| Linked {
            hook: one.hook,
            references: &one.references,
            is_rendered: !one.renderings.is_empty(),
        }));
        if !order.any_selected() {
            for one in looked.iter_mut().filter(|one| !matches!(one.fate, Fate::Never(_))) {
                one.fate = Fate::Never(format!("{}: then dbt runs no hook at all", order.nothing_selected()));
            }
        }
        let invocation = &renderer.shared(target).invocation;
        for (n, one) in looked.iter_mut().enumerate().filter(|(_, one)| !matches!(one.fate, Fate::Never(_))) {
            let is_taken = one.hook.node.map_or_else(|| order.takes_operation(n), |node| order.takes(node));
            if !is_taken {
                one.fate = Fate::Never(format!("dbt {} does not select it", invocation.text()));
            }
        }
        let mut notes = order.notes();
        let stopping: Vec<Problem> = renderer.shared(target).project.stopping().cloned().collect();
        let parse_error = |one: &Looked<'_>| one.renderings.first().and_then(|first| first.parse.error.clone());
        let stopped_by: Vec<_> =
            looked.iter().enumerate().filter_map(|(hook, one)| Some((hook, parse_error(one)?))).collect();
        match stopped_by.len() {
            _ if !stopping.is_empty() => {
                let said =
                    stopping.iter().map(|problem| format!("dbt stops before the first step: {}", problem.said()));
                notes.splice(0..0, said);
            }
            0 => {}
            1 => notes.insert(0, "dbt stops before the first step: a hook fails while it parses".to_owned()),
            many => notes.insert(0, format!("dbt stops before the first step: {many} hooks fail while it parses")),
        }
        let never = looked.iter().enumerate().filter_map(|(hook, one)| match &one.fate {
            Fate::Never(reason) => Some(Never { hook, reason: reason.clone() }),
            Fate::Runs | Fate::Renders => None,
        });
        let at = &renderer.targets()[target];
        Plan {
            command: invocation.command,
            typed: invocation.text().to_owned(),
            target: at.name.clone(),
            adapter: at.adapter.clone(),
            steps: steps::steps(renderer, target, order, &looked),
            tests: order.data_tests(renderer, target),
            by_hooks: order.by_hooks.clone(),
            never: never.collect(),
            hooks: looked.iter().map(|one| one.hook.clone()).collect(),
            notes,
            stopped_by,
            stopping,
        }
    }
}
