//! Whether a command runs a hook, and why not.

use super::order::Order;
use crate::command::Command;
use crate::hook::{Hook, HookKind};
use crate::materialization::Slot;
use crate::project::Resource;
use crate::render::materialized::Owner;
use crate::render::{Pass, Renderer, Rendering};
use crate::source::Text;

/// What becomes of a hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is rendered and sent.
    Runs,
    /// It is rendered, which executes queries; its text is not sent.
    Renders,
    /// It is never run.
    Never(String),
}

/// Whether a pass gave nothing to send: no text, or JSON without SQL (facts R12, R20, R21). A text of comments
/// alone is given to the driver, which may refuse it.
fn is_blank(pass: &Pass) -> bool {
    let text = pass.text.as_ref().map(Text::as_str).unwrap_or_default();
    text.trim().is_empty() || text.trim_start().starts_with('{')
}

impl Fate {
    /// What becomes of an effective hook, as far as that is known before it is rendered.
    pub(super) fn of(renderer: &Renderer, order: &Order<'_>, hook: &Hook, target: usize) -> Fate {
        let command = renderer.shared(target).command;
        let Some(at) = hook.node else {
            return if command.only_renders() { Fate::Renders } else { Fate::Runs };
        };
        let node = &renderer.shared(target).project.nodes[at];
        let name = node.resource.name();
        let state = &renderer.manifests()[target].nodes[at];
        let materialization = order.materialization(at);
        let macro_path = |found: usize| &renderer.shared(target).project.macros[found].path;
        match materialization.owner {
            Owner::Nothing if state.materialized == "ephemeral" => {
                return Fate::never("an ephemeral model is not run: its SQL is put into the models that ref it");
            }
            Owner::Nothing => return Fate::never(&format!("a {name} has no hooks: dbt ignores the setting")),
            Owner::Project(found) if !materialization.runs(true) && !materialization.runs(false) => {
                return Fate::Never(format!(
                    "the materialization {} in {} calls no run_hooks",
                    state.materialized,
                    macro_path(found)
                ));
            }
            Owner::Project(_) | Owner::Shipped => {
                let slot = match (hook.kind, hook.transaction) {
                    (HookKind::PreHook, true) => Slot::PreInside,
                    (HookKind::PreHook, false) => Slot::PreOutside,
                    (_, true) => Slot::PostInside,
                    (_, false) => Slot::PostOutside,
                };
                if !materialization.slots.contains(&slot) {
                    let adapter = &renderer.targets()[target].adapter;
                    let whose = if materialization.owner == Owner::Shipped { adapter.as_str() } else { "the project" };
                    let kind = hook.kind.name();
                    let materialized = &state.materialized;
                    return Fate::Never(if hook.transaction {
                        format!("the materialization {materialized} of {whose} runs no {kind} inside a transaction")
                    } else {
                        format!(
                            "transaction: false: the materialization {materialized} of {whose} runs only the hooks inside"
                        )
                    });
                }
            }
            Owner::Delegates(_) | Owner::Missing => {}
        }
        if !command.runs(node.resource) {
            return Fate::Never(match command {
                Command::Compile | Command::DocsGenerate | Command::Test | Command::SourceFreshness => {
                    format!("dbt {} runs no hooks of nodes", command.name())
                }
                _ => format!("dbt {} runs no {name}s", command.name()),
            });
        }
        Fate::Runs
    }

    /// What becomes of a hook that dbt leaves out.
    pub(super) fn of_idle(renderer: &Renderer, hook: &Hook, target: usize) -> Fate {
        match hook.node.map(|at| renderer.shared(target).project.nodes[at].resource) {
            Some(resource @ (Resource::Test | Resource::Analysis)) => {
                let article = if resource == Resource::Analysis { "an" } else { "a" };
                Fate::Never(format!("{article} {} has no hooks: dbt ignores the setting", resource.name()))
            }
            Some(resource) => Fate::Never(format!("the {} is disabled", resource.name())),
            None => Fate::never("it is disabled: the settings of models apply to on-run hooks too"),
        }
    }

    /// The same once the hook is rendered: one that renders to nothing in every way never runs.
    pub(super) fn once_rendered(self, command: Command, renderings: &[Rendering]) -> Fate {
        let idle = !renderings.is_empty()
            && renderings.iter().all(|one| {
                let Some(run) = &one.run else { return false };
                run.queries.is_empty()
                    && run.error.is_none()
                    && run.unknown.is_empty()
                    // What it read may hold more in dbt than here.
                    && !(self == Fate::Runs && run.approximate)
                    && (self == Fate::Renders || (one.sent.is_empty() && is_blank(run)))
            });
        match self {
            Fate::Runs if idle => Fate::never("it renders to nothing here, and nothing is sent"),
            Fate::Renders if idle => {
                Fate::Never(format!("dbt {} renders it, and does not send its text", command.name()))
            }
            other => other,
        }
    }

    fn never(reason: &str) -> Fate {
        Fate::Never(reason.to_owned())
    }
}
