//! What a command and its batches leave of relations, and what hooks refer to.

use std::rc::Rc;
use std::sync::Arc;

use super::References;
use super::context::{Moment, Scene, Subject, unknown};
use super::relation::Relation;
use crate::datum::Datum;
use crate::jinja::{self, Host, Interp, Limits};
use crate::project::Resource;
use crate::source::Text;

impl Scene {
    /// A relation as `ref` and `source` give it when dbt executes: under `--empty` it has no rows, and to a model
    /// that runs in batches it has those of the batch, where it says of which time they are (facts R26).
    pub(super) fn narrowed(&self, mut relation: Relation, has_event_time: bool) -> Relation {
        if self.shared.invocation.empty {
            relation.limit_to_nothing();
        }
        if has_event_time && self.node().is_some_and(|node| self.runs_in_batches(node)) {
            let cause = "which batch runs is not known before it";
            relation.filter(unknown("the batch's time", cause));
        }
        relation
    }

    /// Whether dbt runs a model batch by batch: not with a microbatch strategy of the project's own.
    pub(super) fn runs_in_batches(&self, node: usize) -> bool {
        let state = self.manifest.as_ref().and_then(|manifest| manifest.nodes.get(node));
        let is_microbatch = state.is_some_and(|state| {
            state.materialized == "incremental" && state.settings.text("incremental_strategy") == Some("microbatch")
        });
        if !is_microbatch || !self.executes() || self.project().nodes[node].resource != Resource::Model {
            return false;
        }
        let flag = "require_batched_execution_for_custom_microbatch_strategy";
        let flags = self.project().root().setting("flags");
        let required = flags.and_then(|flags| flags.get(flag)).and_then(Datum::as_bool) == Some(true);
        let packages = 0..self.project().packages.len();
        required
            || packages
                .into_iter()
                .all(|owner| self.shared.library.find(owner, "get_incremental_microbatch_sql").is_none())
    }

    /// The target's place among the project's; the default one's for a target that was added.
    pub(super) fn place_of_target(&self) -> usize {
        let project = self.project();
        project.targets.iter().position(|target| target.name == self.target.name).unwrap_or(project.target)
    }

    /// What a hook's text refers to in the parse pass.
    pub(super) fn parsed_references(&self, subject: Subject, raw: &Text) -> References {
        if !crate::project::yaml_jinja::has_jinja(raw.as_str()) {
            return References::default();
        }
        let Ok(template) = jinja::parse(raw) else { return References::default() };
        let scene = Scene::new(
            Arc::clone(&self.shared),
            Arc::clone(&self.target),
            self.manifest.clone(),
            Arc::clone(&self.hooks),
            Moment::Parse,
            subject,
        );
        let mut interp = Interp::new(Rc::clone(&scene) as Rc<dyn Host>, Limits::default(), Vec::new());
        // A text that fails has referred to what stands before that.
        let _ = interp.render(&Arc::new(template), true);
        let seen = scene.seen.take();
        References { nodes: seen.refs, sources: seen.sources }
    }
}
