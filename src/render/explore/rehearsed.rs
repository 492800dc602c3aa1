//! Renders a hook or a node once, just before it runs, with a database that answers.

use std::rc::Rc;
use std::sync::Arc;

use super::parsed::Parsed;
use super::{Asked, Renderer, answer};
use crate::hook::Hook;
use crate::jinja::branches::Reached;
use crate::jinja::{self, Answer, Host, Interp, JinjaError, Limits};
use crate::render::Pass;
use crate::render::context::{Moment, Scene, Subject, Way};
use crate::render::database::Database;
use crate::render::ephemeral;
use crate::render::relation::{Printing, Relation};

/// A hook as it renders in a rehearsal.
#[derive(Debug)]
pub struct Rehearsed {
    /// The run pass; the parse pass where that fails.
    pub pass: Pass,
    /// Whether it is the parse pass that fails, so that dbt stops before anything runs.
    pub stops_parsing: bool,
    /// What is given to the driver, call by call.
    pub sent: Vec<String>,
    /// What could not be known though there is a database, with the answers that were taken.
    pub taken: Vec<(String, Answer)>,
}

/// A node's own code as it renders in a rehearsal.
#[derive(Debug, Default)]
pub struct RehearsedNode {
    /// The code, with the ephemeral models that it reads; none where it does not render.
    pub code: Option<String>,
    /// Why it fails.
    pub error: Option<JinjaError>,
    /// Why it is not known.
    pub unknown: Vec<String>,
}

impl Renderer {
    /// Renders a hook once, on a database.
    #[must_use]
    pub fn rehearse(&self, hook: &Hook, target: usize, database: &Rc<dyn Database>) -> Rehearsed {
        let failed = |error: JinjaError| Rehearsed {
            pass: Pass { error: Some(error), ..Pass::default() },
            stops_parsing: true,
            sent: Vec::new(),
            taken: Vec::new(),
        };
        let template = match self.template(&hook.raw) {
            Ok(template) => template,
            Err(failure) => return failed(failure),
        };
        let asked = self.asked(hook, template.as_ref(), target);
        let mut reached = Reached::new();
        let parsed = self.parsed(&asked, Vec::new(), &mut Parsed::default(), &mut reached);
        if parsed.error.is_some() {
            return Rehearsed { pass: parsed, stops_parsing: true, sent: Vec::new(), taken: Vec::new() };
        }
        let mut known_refs = self.known_refs(&asked, &parsed);
        // Rendering executes, so that there is no second try.
        if let Some(known) = known_refs.as_mut().filter(|_| hook.node.is_some()) {
            known.extend(self.refs_of_hooks(&asked));
        }
        let asked = Asked { database: Some(Rc::clone(database)), ..asked };
        let way = Way { known_refs, ..Way::default() };
        let (mut pass, questions) = self.pass(&asked, Moment::Run, way, &mut reached);
        let sent = self.sent(&asked, &mut pass, &questions);
        Rehearsed { pass, stops_parsing: false, sent, taken: questions.iter().map(answer).collect() }
    }

    /// Renders a node's own code on a database.
    #[must_use]
    pub fn rehearse_node(&self, node: usize, target: usize, database: &Rc<dyn Database>) -> RehearsedNode {
        let project = &self.shared[target].project;
        let mut made = RehearsedNode::default();
        let Some(code) = &project.nodes[node].code else {
            made.unknown.push("it has no code of its own".to_owned());
            return made;
        };
        let template = match jinja::parse(code) {
            Ok(template) => Arc::new(template),
            Err(fault) => {
                made.error = Some(JinjaError::new(jinja::ErrorKind::Syntax, fault.message));
                return made;
            }
        };
        let scene = self.node_scene(node, target, Some(Rc::clone(database)));
        let mut interp = Interp::new(Rc::clone(&scene) as Rc<dyn Host>, Limits::default(), Vec::new());
        let text = match interp.render(&template, false) {
            Ok(text) => text,
            Err(failure) if failure.kind == jinja::ErrorKind::Host("unsupported") => {
                made.unknown.push(failure.message);
                return made;
            }
            Err(failure) => {
                made.error = Some(*failure);
                made.unknown = std::mem::take(&mut scene.seen.borrow_mut().unknown);
                return made;
            }
        };
        made.unknown = std::mem::take(&mut scene.seen.borrow_mut().unknown);
        if interp.printed_unknown() && made.unknown.is_empty() {
            made.unknown.push("it prints what is not known before the run".to_owned());
        }
        match ephemeral::injected(&scene, &text) {
            Some(text) => made.code = Some(text.text.to_string()),
            None => made.unknown.push("an ephemeral model that it reads does not render here".to_owned()),
        }
        made
    }

    /// The relation that a node becomes.
    #[must_use]
    pub fn relation(&self, node: usize, target: usize) -> Relation {
        self.bare_scene(node, target).relation_of(node)
    }

    /// The relations of the tables of sources, in the project's order.
    #[must_use]
    pub fn source_relations(&self, target: usize) -> Vec<Relation> {
        let scene = self.bare_scene(0, target);
        scene.project().source_tables.iter().map(|table| scene.relation_of_source(table)).collect()
    }

    /// How relations print in a target.
    #[must_use]
    pub fn printing(&self, target: usize) -> Printing {
        self.bare_scene(0, target).printing()
    }

    fn bare_scene(&self, node: usize, target: usize) -> Rc<Scene> {
        self.node_scene(node, target, None)
    }

    /// The context of a node's own file in a run.
    pub(super) fn node_scene(&self, node: usize, target: usize, database: Option<Rc<dyn Database>>) -> Rc<Scene> {
        Scene::on_way(
            Arc::clone(&self.shared[target]),
            Arc::clone(&self.targets[target]),
            Some(Arc::clone(&self.manifests[target])),
            Arc::clone(&self.lists),
            Moment::Run,
            Subject::Node(node),
            Way::default(),
            database,
        )
    }
}
