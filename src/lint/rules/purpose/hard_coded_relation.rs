//! Finds the name of a node's relation written out in a hook, where `ref` or `this` gives it.

use std::collections::HashMap;

use crate::diagnostic::{Edit, Fix, Safety};
use crate::lint::nodes::names_relation;
use crate::lint::{Finding, Findings, Sink, Step};
use crate::manifest::NodeState;
use crate::sql::{Name, UNKNOWN};

/// The nodes' relations by the last part of their names: the node, and its state in a declared target.
type Relations<'f> = HashMap<String, Vec<(usize, &'f NodeState)>>;

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let mut relations: Relations<'f> = HashMap::new();
    for manifest in findings.renderer.manifests() {
        for node in findings.built() {
            let Some(state) = manifest.nodes.get(node).filter(|state| state.enabled) else { continue };
            if state.materialized != "ephemeral" {
                relations.entry(state.alias.to_ascii_lowercase()).or_default().push((node, state));
            }
        }
    }
    for step in findings.steps() {
        let outline = step.outline();
        let names = outline.name.iter().chain(&outline.more_names).chain(&outline.on).chain(&outline.reads);
        for name in names.filter(|name| !name.text.contains(UNKNOWN)) {
            let candidates = relations.get(&name.last().to_ascii_lowercase()).map(Vec::as_slice).unwrap_or_default();
            let node = candidates.iter().find(|(_, state)| names_relation(name, state)).map(|(node, _)| *node);
            if let Some(node) = node.filter(|_| is_written_out(&step, name)) {
                sink.add(finding(findings, &step, name, node));
            }
        }
    }
}

/// Whether a person wrote every byte of the name.
fn is_written_out(step: &Step<'_>, name: &Name) -> bool {
    let (start, end) = (name.range.start as u32, name.range.end as u32);
    let pieces = &step.sql.text.pieces;
    let whole = pieces.iter().find(|piece| piece.at <= start && end <= piece.at + piece.len);
    whole.is_some_and(|piece| piece.verbatim)
}

fn finding<'f>(findings: &'f Findings<'f>, step: &Step<'f>, name: &Name, node: usize) -> Finding<'f> {
    let project = findings.project;
    let own = step.sql.scene.hook().node == Some(node);
    let noun = project.nodes[node].resource.name();
    let (node, text) = (&project.nodes[node].name, &name.text);
    let meant = if own { "{{ this }}".to_owned() } else { format!("{{{{ ref('{node}') }}}}") };
    let message = format!(
        "`{text}` is the {noun} `{node}` of one target, written out: in every other target this hook works on the same \
         relation, and not on the one that dbt builds there."
    );
    let plain = !step.sql.scene.hook().raw.as_str().contains(['{', '\'', '"']);
    let place = step.sql.text.place_of(name.range.clone()).filter(|_| own && plain);
    let fix = place.map(|place| Fix {
        title: format!("change it to `{meant}`"),
        safety: Safety::Unsafe,
        edits: vec![Edit { place, text: meant.clone() }],
    });
    step.sql.finding(name.range.clone(), message).sql(step.text()).help(format!("change it to `{meant}`")).fix(fix)
}
