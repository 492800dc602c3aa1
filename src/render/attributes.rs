//! What attributes dbt's objects have, where all of them are known.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::LazyLock;

use super::adapter;
use super::callable::is_function;
use super::context::Scene;
use super::nodes::is_node;
use super::relation::Relation;
use super::results::is_result;
use crate::jinja::Value;

static KNOWN: LazyLock<HashMap<&str, Vec<&str>>> = LazyLock::new(|| {
    include_str!("attributes.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(": "))
        .map(|(of, names)| (of, names.split(' ').collect()))
        .collect()
});

/// The attributes of a kind of object: `result`, `node`, `relation`, `target`, `flags`, `graph`, `config`, `loop`,
/// `exceptions`, or `adapter`, of which these are those of every adapter.
#[must_use]
pub(crate) fn names(of: &str) -> Vec<&'static str> {
    if of == "adapter" { adapter::method_names() } else { KNOWN.get(of).cloned().unwrap_or_default() }
}

/// The kind of object that certainly has no such attribute in dbt; none where it may have one.
pub(super) fn lacking(scene: &Scene, value: &Value, name: &str) -> Option<&'static str> {
    let of = kind(scene, value)?;
    let is = |known: &&str| *known == name || (of == "flags" && known.to_lowercase() == name);
    (of == "adapter" || !KNOWN.get(of)?.iter().any(is)).then_some(of)
}

fn kind(scene: &Scene, value: &Value) -> Option<&'static str> {
    let object = match value {
        Value::Dict(dict) => {
            let is_target = scene.target_dict().is_some_and(|target| Rc::ptr_eq(&target, dict));
            return (is_target && adapter::is_known(scene.adapter())).then_some("target");
        }
        Value::Object(object) => object,
        Value::Method(_) => return Some("function"),
        _ => return None,
    };
    if Relation::of(value).is_some() {
        return Some("relation");
    }
    let any = object.as_any();
    if is_function(any) {
        return Some("function");
    }
    if is_result(any) {
        return Some("result");
    }
    if is_node(any) {
        return Some("node");
    }
    match object.type_name() {
        super::results::RESPONSE => Some("response"),
        "LoopContext" => Some("loop"),
        _ => adapter::kind(any).or_else(|| super::graph::is_graph(any).then_some("graph")),
    }
}
