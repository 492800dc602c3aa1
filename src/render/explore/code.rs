//! The code of nodes, rendered as a run does it.

use std::rc::Rc;
use std::sync::Arc;

use super::{Renderer, next_script};
use crate::jinja::{self, Host, Interp, Limits};
use crate::project::Language;

/// How many ways through the code of one node are rendered.
const WAYS: usize = 8;

impl Renderer {
    /// The SQL of a node in a run, once for each way through its code; none where a way fails, where there are too
    /// many, or where the code is not SQL.
    #[must_use]
    pub fn code(&self, target: usize, node: usize) -> Option<Vec<String>> {
        let shared = &self.shared[target];
        let code = shared.project.nodes[node].code.as_ref()?;
        if shared.project.nodes[node].language != Language::Sql {
            return None;
        }
        let template = Arc::new(jinja::parse(code).ok()?);
        let mut script = Vec::new();
        let mut texts = Vec::new();
        for _ in 0..WAYS {
            let scene = self.node_scene(node, target, None);
            let mut interp = Interp::new(scene as Rc<dyn Host>, Limits::default(), script);
            let text = interp.render(&template, false).ok()?.to_text().as_str().to_owned();
            if !texts.contains(&text) {
                texts.push(text);
            }
            if interp.left_questions() {
                return None;
            }
            match next_script(interp.questions()) {
                Some(next) => script = next,
                None => return Some(texts),
            }
        }
        None
    }
}
