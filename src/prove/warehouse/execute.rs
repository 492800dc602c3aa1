//! From a text to what its statements did.

use crate::sql;

use super::{Effect, Given, Verdict, Warehouse};

impl Warehouse {
    /// Executes a text, statement by statement, as the driver would; stops at the first that is refuted.
    ///
    /// Trees are deep: callers run on threads with stacks of 64 MiB.
    pub fn execute(&mut self, text: &str) -> Vec<Effect> {
        let (script, trees) = sql::script_with_trees(text, self.session.dialect);
        let mut effects = Vec::new();
        let together = script.statements.len() > 1;
        for (statement, tree) in script.statements.iter().zip(&trees) {
            let given = Given { text: &text[statement.range.clone()], statement, together, tree: tree.as_deref() };
            let effect = self.statement(&given);
            let refuted = effect.verdict == Verdict::Refuted;
            effects.push(effect);
            if refuted {
                break;
            }
        }
        effects
    }

    fn statement(&mut self, given: &Given<'_>) -> Effect {
        self.touched_assumed = false;
        self.executed.clear();
        if let Some(effect) = self.simulate(given) {
            return effect;
        }
        let verb = given.statement.outline.verb.name();
        Effect::new(given.text, Verdict::NotProved).because(format!("{verb} is not known to the rehearsal"))
    }
}
