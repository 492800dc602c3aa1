//! On-run hooks under commands that render them and do not send them.

use std::sync::Arc;

use super::{Asked, Renderer, next_script};
use crate::command::Command;
use crate::hook::Hook;
use crate::jinja::branches::Reached;
use crate::render::Pass;
use crate::render::context::{Moment, Shared, Way};

/// How many ways through one hook are rendered for `dbt compile`.
const WAYS: usize = 8;

impl Renderer {
    /// What `dbt compile` and `dbt docs generate` make of an on-run hook, which they render and do not send: the
    /// passes of the first ways through it, with their targets. None of a hook that dbt does not get to.
    #[must_use]
    pub fn compiled(&self, hook: &Hook) -> Vec<(usize, Pass)> {
        if !hook.kind.is_on_run() {
            return Vec::new();
        }
        let Ok(Some(template)) = self.template(&hook.raw) else { return Vec::new() };
        let compiling = self.compiling.get_or_init(|| {
            let shared = self.shared[..self.declared].iter();
            shared.map(|shared| Arc::new(Shared::clone(shared).for_command(Command::Compile.into()))).collect()
        });
        let mut passes = Vec::new();
        for &target in &hook.targets {
            let Some(shared) = compiling.get(target) else { continue };
            let asked = Asked { shared, ..self.asked(hook, Some(&template), target) };
            let (parse, _) = self.pass(&asked, Moment::Parse, Way::default(), &mut Reached::new());
            let mut script = (parse.error.is_none()).then(Vec::new);
            for _ in 0..WAYS {
                let Some(answers) = script.take() else { break };
                let (run, questions) =
                    self.pass(&asked, Moment::Run, Way { script: answers, ..Way::default() }, &mut Reached::new());
                passes.push((target, run));
                script = next_script(&questions);
            }
        }
        passes
    }
}
