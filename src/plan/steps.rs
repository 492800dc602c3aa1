//! From the order to the steps: each node with its hooks where its materialization runs them.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;

use super::fate::Fate;
use super::order::{Item, Order};
use super::{Looked, Step, StepKind};
use crate::command::Command;
use crate::hook::HookKind;
use crate::materialization::{self, Begin, Slot, Transactions};
use crate::project::{Project, Resource};
use crate::render::materialized::Owner;
use crate::render::{Pass, Renderer};

/// The steps of the command, in order.
pub(super) fn steps(renderer: &Renderer, target: usize, order: &Order<'_>, planned: &[Looked<'_>]) -> Vec<Step> {
    let command = renderer.shared(target).command;
    let project: &Project = &renderer.shared(target).project;
    let mut of_node: Vec<Vec<usize>> = vec![Vec::new(); project.nodes.len()];
    for (n, one) in planned.iter().enumerate() {
        if let (Some(node), Fate::Runs) = (one.hook.node, &one.fate) {
            of_node[node].push(n);
        }
    }
    let adapter = renderer.targets()[target].adapter.as_str();
    let mut writer = Writer {
        renderer,
        project,
        order,
        planned,
        command,
        transactions: materialization::transactions(adapter),
        target,
        out: Vec::new(),
    };
    if !order.any_selected() {
        return writer.out;
    }
    if !command.only_renders() {
        writer.on_run(HookKind::OnRunStart);
    }
    for (vertex, item) in order.items() {
        match item {
            Item::Operation(n) => writer.rendered_only(n),
            _ if command.only_renders() => {}
            Item::Node(node) if project.nodes[node].resource == Resource::Test => {
                let id = project.nodes[node].unique_id.as_str();
                let refs = &order.state(node).refs;
                writer.test(id, refs);
            }
            Item::Node(node) => writer.node(vertex, node, &of_node[node]),
            Item::Test(n) => writer.test(&order.tests()[n].id, &order.tests()[n].nodes),
            Item::Source(at) => {
                let id = project.source_tables[at].unique_id.as_str();
                writer.plain(StepKind::Node, id, "dbt asks how old it is; sources come by id".to_owned());
            }
        }
    }
    if !command.only_renders() {
        writer.on_run(HookKind::OnRunEnd);
    }
    writer.out
}

struct Writer<'a> {
    renderer: &'a Renderer,
    project: &'a Project,
    order: &'a Order<'a>,
    planned: &'a [Looked<'a>],
    command: Command,
    transactions: Transactions,
    target: usize,
    out: Vec<Step>,
}

/// A step with nothing in it.
fn step(kind: StepKind, reason: String) -> Step {
    Step {
        kind,
        hook: None,
        node: None,
        materialized: None,
        inside: None,
        reason,
        sent: Vec::new(),
        queries: Vec::new(),
        unknown: Vec::new(),
        error: None,
        ways: 1,
    }
}

impl Writer<'_> {
    fn plain(&mut self, kind: StepKind, id: &str, reason: String) {
        self.out.push(Step { node: Some(Arc::from(id)), ..step(kind, reason) });
    }

    /// The on-run hooks of a kind: the root project's, then the packages' by name (facts X2).
    fn on_run(&mut self, kind: HookKind) {
        for n in 0..self.planned.len() {
            let one = &self.planned[n];
            if one.hook.kind != kind || one.fate != Fate::Runs {
                continue;
            }
            let when = if kind == HookKind::OnRunStart {
                "before the first node"
            } else {
                "after the last node, also when nodes failed"
            };
            let whose = match one.hook.package {
                0 if self.project.packages.len() > 1 => "; the root project's hooks come first",
                0 => "",
                _ => "; the packages' hooks come after the root project's, by package name",
            };
            let reason = format!("{when}{whose}; outside any transaction");
            self.hook(n, None, None, Some(false), reason);
        }
    }

    /// An on-run hook of a command that only renders (facts 5.6).
    fn rendered_only(&mut self, n: usize) {
        let one = &self.planned[n];
        if one.fate != Fate::Renders {
            return;
        }
        let reason = format!("dbt {} renders it, which runs its queries; its text is not sent", self.command.name());
        self.hook(n, None, None, Some(false), reason);
        if let Some(last) = self.out.last_mut() {
            last.sent.clear();
        }
    }

    fn hook(
        &mut self,
        n: usize,
        node: Option<&Arc<str>>,
        materialized: Option<&Arc<str>>,
        inside: Option<bool>,
        reason: String,
    ) {
        let one = &self.planned[n];
        let mut made = Step {
            hook: Some(n),
            node: node.cloned(),
            materialized: materialized.cloned(),
            inside,
            ways: one.renderings.len().max(1),
            ..step(StepKind::of_hook(one.hook.kind), reason)
        };
        if let Some(first) = one.renderings.first() {
            let pass: &Pass = first.run.as_ref().unwrap_or(&first.parse);
            made.sent.clone_from(&first.sent);
            made.queries = pass.queries.iter().map(|query| query.text.as_str().to_owned()).collect();
            made.unknown.clone_from(&pass.unknown);
            if first.sent.is_empty() && pass.error.is_none() && pass.approximate {
                made.unknown.push("it reads what is modelled in part only, and sends nothing by that".to_owned());
            }
            made.error = pass.error.as_ref().map(|error| error.message.clone());
        }
        self.out.push(made);
    }

    fn test(&mut self, id: &str, on: &[usize]) {
        let nodes = &self.project.nodes;
        let mut names: Vec<&str> = on.iter().map(|&at| nodes[at].name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let reason = match (self.command, names.is_empty()) {
            (Command::Build, false) => {
                format!("after {}; what is built on it waits for this", listed(&names))
            }
            _ => "tests come by id".to_owned(),
        };
        self.plain(StepKind::Test, id, reason);
    }

    fn node(&mut self, vertex: usize, at: usize, hooks: &[usize]) {
        let node = &self.project.nodes[at];
        let state = self.order.state(at);
        for &unit in self.order.units(at) {
            let id = self.order.tests()[unit].id.as_str();
            self.plain(StepKind::Test, id, format!("a unit test runs right before its model {}", node.name));
        }
        if state.materialized == "ephemeral" {
            return;
        }
        let id: Arc<str> = Arc::from(node.unique_id.as_str());
        let materialized: Arc<str> = Arc::from(state.materialized.as_str());
        let materialization = self.order.materialization(at);
        let mut run = Run {
            id,
            materialized,
            slots: &materialization.slots,
            hooks,
            transaction: Transaction::Closed,
            ended: None,
            batches: state.materialized == "incremental"
                && state.settings.text("incremental_strategy") == Some("microbatch"),
            may_skip: state.materialized == "materialized_view",
            owner: materialization.owner,
        };
        for slot in materialization.slots.iter().copied() {
            match slot {
                Slot::PreOutside | Slot::PreInside | Slot::PostInside | Slot::PostOutside => self.call(&mut run, slot),
                // dbt begins it with the first statement that is sent.
                Slot::Begin => run.transaction = Transaction::Begins,
                Slot::Commit => self.commit(&mut run),
                Slot::Build => {
                    self.begin(&mut run);
                    let reason = self.place(vertex);
                    self.out.push(Step {
                        node: Some(Arc::clone(&run.id)),
                        materialized: Some(Arc::clone(&run.materialized)),
                        inside: Some(run.is_open()),
                        ..step(StepKind::Node, reason)
                    });
                }
                Slot::Grants | Slot::Docs => {}
            }
        }
    }

    /// Why a node stands where it stands.
    fn place(&self, vertex: usize) -> String {
        let (names, tests) = self.order.waits_for(vertex);
        match (names.is_empty(), tests) {
            (true, 0) => "needs nothing that this command builds; such nodes come first, by id".to_owned(),
            (true, _) => "after the tests of its sources".to_owned(),
            (false, 0) => format!("after {}, which it needs", listed(&names)),
            (false, _) => format!("after {}, which it needs, and the tests of what it needs", listed(&names)),
        }
    }

    /// Whether a text ended the transaction that the driver takes for open: it begins no other (facts X11).
    fn is_lost(&self, run: &Run<'_>) -> bool {
        run.ended.is_some() && self.transactions.begin == Begin::ByDriver
    }

    fn begin(&mut self, run: &mut Run<'_>) {
        if run.transaction != Transaction::Begins {
            return;
        }
        let (reason, sent) = match self.transactions.begin {
            Begin::Never => {
                run.transaction = Transaction::Closed;
                return;
            }
            Begin::Sent(text) => ("dbt begins a transaction with the next statement".to_owned(), vec![text.to_owned()]),
            Begin::ByDriver if run.ended.is_some() => {
                let ended = if run.ended == Some(End::Commit) { "COMMIT" } else { "a hook outside" };
                let reason = format!(
                    "dbt takes a transaction for begun, but {ended} has ended it: from here every statement is \
                     committed by itself"
                );
                (reason, Vec::new())
            }
            Begin::ByDriver => ("the driver begins a transaction with the first statement".to_owned(), Vec::new()),
        };
        let lost = self.is_lost(run);
        run.transaction = if lost { Transaction::Closed } else { Transaction::Open };
        self.transaction(StepKind::Begin, run, reason, sent);
    }

    fn commit(&mut self, run: &mut Run<'_>) {
        let Some(text) = self.transactions.commit else { return };
        let reason = if self.is_lost(run) {
            "dbt ends the transaction that it takes for open"
        } else {
            "dbt ends the transaction"
        };
        run.transaction = Transaction::Closed;
        run.ended = Some(End::Commit);
        self.transaction(StepKind::Commit, run, reason.to_owned(), vec![text.to_owned()]);
    }

    fn transaction(&mut self, kind: StepKind, run: &Run<'_>, reason: String, sent: Vec<String>) {
        self.out.push(Step {
            node: Some(Arc::clone(&run.id)),
            materialized: Some(Arc::clone(&run.materialized)),
            sent: sent.into_iter().map(Arc::from).collect(),
            ..step(kind, reason)
        });
    }

    /// One call of `run_hooks`.
    fn call(&mut self, run: &mut Run<'_>, slot: Slot) {
        let pre = matches!(slot, Slot::PreOutside | Slot::PreInside);
        let outside = matches!(slot, Slot::PreOutside | Slot::PostOutside);
        let wanted = |n: &&usize| {
            let hook = self.planned[**n].hook;
            (hook.kind == HookKind::PreHook) == pre && hook.transaction != outside
        };
        let mut hooks: Vec<usize> = run.hooks.iter().filter(wanted).copied().collect();
        hooks.sort_by_key(|&n| self.planned[n].hook.position);
        if hooks.is_empty() {
            return;
        }
        if let (true, Some(text)) = (outside, self.transactions.before_outside) {
            run.ended = Some(End::Hook);
            let reason = if self.transactions.begin == Begin::Never {
                "dbt sends it before the first hook outside, though there is no transaction here"
            } else {
                "dbt ends any transaction before the first hook outside"
            };
            let sent = self.renderer.calls(self.target, &format!("\n        {text}\n      "));
            self.transaction(StepKind::Commit, run, reason.to_owned(), sent);
        }
        let (id, materialized) = (Arc::clone(&run.id), Arc::clone(&run.materialized));
        for n in hooks {
            let first = self.planned[n].renderings.first();
            if first.is_none_or(|first| !first.sent.is_empty()) {
                self.begin(run);
            }
            self.hook(n, Some(&id), Some(&materialized), Some(run.is_open()), self.reason(run, slot).into_owned());
        }
    }

    fn reason(&self, run: &Run<'_>, slot: Slot) -> Cow<'static, str> {
        let after_all = |what: Slot| {
            let at = |slot: Slot| run.slots.iter().position(|one| *one == slot);
            at(what).is_some_and(|what| at(slot).is_some_and(|slot| slot > what))
        };
        let has = |what: Slot| run.slots.contains(&what);
        let with_transactions = self.transactions.begin != Begin::Never;
        let mut reason: Cow<'static, str> = match (slot, with_transactions) {
            (Slot::PreOutside, true) => "outside the transaction: before BEGIN".into(),
            (Slot::PreOutside, false) => "transaction: false: before the other pre-hooks".into(),
            (Slot::PreInside, true) if self.is_lost(run) => {
                "before the build; meant to be inside the transaction, but a hook outside has ended it".into()
            }
            (Slot::PreInside, true) => "inside the transaction: after BEGIN, before the build".into(),
            (Slot::PreInside, false) => "before the build".into(),
            (Slot::PostOutside, true) => "outside the transaction: after COMMIT".into(),
            (Slot::PostOutside, false) => "transaction: false: after the other post-hooks".into(),
            (_, _) => {
                let rest = match (has(Slot::Grants) || has(Slot::Docs), after_all(Slot::Grants), after_all(Slot::Docs))
                {
                    (false, ..) => "",
                    (true, true, true) => ", grants and docs",
                    (true, true, false) => " and grants, before docs",
                    (true, false, true) => " and docs, before grants",
                    (true, false, false) => ", before grants and docs",
                };
                let place = format!("after the build{rest}");
                if run.ended == Some(End::Commit) {
                    let fate = match self.transactions.begin {
                        Begin::Sent(_) => "in a transaction that dbt never commits: what it does is rolled back",
                        Begin::ByDriver | Begin::Never => "each statement is committed by itself",
                    };
                    format!("{place} and after COMMIT; {fate}").into()
                } else if self.is_lost(run) {
                    format!("{place}; meant to be inside the transaction, but a hook outside has ended it").into()
                } else if run.is_open() {
                    format!("inside the transaction: {place}, before COMMIT").into()
                } else {
                    place.into()
                }
            }
        };
        if run.batches {
            let which = if matches!(slot, Slot::PreOutside | Slot::PreInside) { "first" } else { "last" };
            let _ = write!(reason.to_mut(), "; with the {which} batch only");
        }
        if run.may_skip && matches!(slot, Slot::PreInside | Slot::PostInside) {
            reason.to_mut().push_str("; left out where there is nothing to do");
        }
        match run.owner {
            Owner::Project(_) => reason.to_mut().push_str("; as the project's own materialization has it"),
            Owner::Delegates(_) => {
                reason.to_mut().push_str("; the project's own materialization may have it otherwise");
            }
            Owner::Missing => reason.to_mut().push_str("; dbt's usual order: this materialization is not known"),
            Owner::Shipped | Owner::Nothing => {}
        }
        reason
    }
}

/// How a node's run stands to its transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transaction {
    /// There is none.
    Closed,
    /// The next statement that is sent begins it.
    Begins,
    /// It is open.
    Open,
}

/// What ends a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// What is sent before a hook outside.
    Hook,
    /// dbt's COMMIT.
    Commit,
}

/// The run of one node.
struct Run<'a> {
    id: Arc<str>,
    materialized: Arc<str>,
    slots: &'a [Slot],
    /// The hooks that run, by their place among the planned ones.
    hooks: &'a [usize],
    transaction: Transaction,
    /// What has ended a transaction already.
    ended: Option<End>,
    /// Whether it runs in batches (facts X8).
    batches: bool,
    /// Whether it may have nothing to do (facts X7).
    may_skip: bool,
    owner: Owner,
}

impl Run<'_> {
    fn is_open(&self) -> bool {
        self.transaction == Transaction::Open
    }
}

/// Two names, and how many more.
fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [one, other] => format!("{one} and {other}"),
        [one, other, rest @ ..] => format!("{one}, {other} and {} more", rest.len()),
    }
}
