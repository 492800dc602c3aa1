//! Hooks that dbt parses and never runs.

use super::{Rendered, Renderer};
use crate::hook::{Hook, Hooks};
use crate::jinja::branches::Reached;
use crate::render::context::{Moment, Way};
use crate::render::{Pass, Rendering};

impl Renderer {
    /// The hooks that dbt parses and never runs: those of disabled nodes, disabled on-run hooks, those of analyses,
    /// and those that on-run hooks have in their settings (facts D7, D25, D30).
    #[must_use]
    pub fn kept_hooks(&self, hooks: &Hooks) -> Vec<Hook> {
        [self.idle_hooks(), self.analysis_hooks(), hooks.of_operations.clone()].concat()
    }

    /// The renderings of such a hook in the targets in which it does not parse: dbt refuses the project there.
    #[must_use]
    pub fn unparsed(&self, hook: &Hook) -> Vec<Rendering> {
        let mut rendered = Rendered::default();
        let template = self.template(&hook.raw);
        for &target in &hook.targets {
            let pass = match &template {
                Err(failure) => Pass { error: Some(failure.clone()), ..Pass::default() },
                Ok(template) => {
                    let asked = self.asked(hook, template.as_ref(), target);
                    self.pass(&asked, Moment::Parse, Way::default(), &mut Reached::new()).0
                }
            };
            if pass.error.is_some() {
                self.add((hook, &mut rendered), target, Vec::new(), pass, None, Vec::new());
            }
        }
        rendered.renderings
    }
}
