//! Ephemeral models: their code stands in front of what refs them, as `with __dbt__cte__name as (…)`.

use std::rc::Rc;
use std::sync::Arc;

use super::context::Scene;
use super::sent;
use crate::jinja::{self, Host, Interp, Limits, Str};
use crate::source::TextBuilder;

/// What dbt makes of a rendered text once the ephemeral models that it ref'd stand in front of it
/// (facts R25); none where one of them cannot be rendered here.
pub(super) fn injected(scene: &Rc<Scene>, text: &Str) -> Option<Str> {
    let mut found = Vec::new();
    collect(scene, &mut found, 0)?;
    if found.is_empty() {
        return Some(text.clone());
    }
    let text = text.to_text();
    let first = sent::first_statement(text.as_str());
    let sql = &text.as_str()[..first];
    let blank = |text: &str| text.len() - text.trim_start_matches(sent::is_space).len();
    let with = sent::with_keyword(sql);
    // They stand behind the white space that follows the keyword, or that the text begins with.
    let at = with.map_or_else(|| blank(sql), |end| end + blank(&sql[end..]));
    // What dbt adds stands where the hook does.
    let place = text.place_of(0..text.as_str().len());
    let mut whole = TextBuilder::default();
    whole.push_slice(&text, 0..at);
    if with.is_none() {
        whole.push_made("with", place, None);
    }
    for (n, cte) in found.iter().enumerate() {
        let comma = if n == 0 { "" } else { ", " };
        whole.push_made(&format!("{comma} __dbt__cte__{} as (\n", cte.name), place, None);
        let code = cte.code.to_text();
        whole.push_pieces(code.as_str(), &code.pieces, place, None);
        whole.push_made("\n)", place, None);
    }
    whole.push_made(if with.is_some() { ", " } else { " " }, place, None);
    whole.push_slice(&text, at..first);
    Some(Str::from(&whole.finish()))
}

/// An ephemeral model as it stands in front of what refs it.
struct Cte {
    node: usize,
    name: String,
    code: Str,
}

/// The ephemeral models that a text needs, innermost first, each once.
fn collect(scene: &Rc<Scene>, found: &mut Vec<Cte>, depth: usize) -> Option<()> {
    let refs = scene.seen.borrow().refs.clone();
    for node in refs {
        let manifest = scene.manifest.as_ref()?;
        let is_ephemeral = manifest.nodes.get(node).is_some_and(|state| state.materialized == "ephemeral");
        if !is_ephemeral || found.iter().any(|known| known.node == node) {
            continue;
        }
        if depth > 50 {
            return None;
        }
        let inner = scene.of_node(node);
        let own = &scene.project().nodes[node];
        let template = jinja::parse(own.code.as_ref()?).ok()?;
        let mut interp = Interp::new(Rc::clone(&inner) as Rc<dyn Host>, Limits::default(), Vec::new());
        let text = interp.render(&Arc::new(template), false).ok()?;
        if interp.printed_unknown() || !interp.questions().is_empty() {
            return None;
        }
        collect(&inner, found, depth + 1)?;
        let name = scene.relation_of(node).identifier?;
        found.push(Cte { node, name, code: text });
    }
    Some(())
}
