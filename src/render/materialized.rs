//! Which materialization builds a node, and how it runs the node's hooks.

use std::borrow::Cow;

use super::adapter;
use super::context::Shared;
use crate::datum::Datum;
use crate::materialization::{self, Slot};
use crate::project::Resource;

/// Whose materialization it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// dbt's or the adapter's.
    Shipped,
    /// The project's or a package's: the macro, by its place in the project's macros.
    Project(usize),
    /// One that delegates to other macros: dbt's usual order is assumed.
    Delegates(usize),
    /// None of that name is known: a package that is not installed may have it.
    Missing,
    /// The node is not materialized: it is ephemeral, a test or an analysis.
    Nothing,
}

/// How a node's hooks are run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Materialization {
    /// The order.
    pub slots: Cow<'static, [Slot]>,
    /// Whose it is.
    pub owner: Owner,
}

impl Materialization {
    /// Whether its hooks inside, or outside, the transaction are run.
    #[must_use]
    pub fn runs(&self, transaction: bool) -> bool {
        match self.owner {
            Owner::Nothing => false,
            // What is not known is taken for dbt's usual way.
            Owner::Missing | Owner::Delegates(_) => true,
            Owner::Shipped | Owner::Project(_) => {
                let (pre, post) = if transaction {
                    (Slot::PreInside, Slot::PostInside)
                } else {
                    (Slot::PreOutside, Slot::PostOutside)
                };
                self.slots.contains(&pre) || self.slots.contains(&post)
            }
        }
    }
}

/// The materialization of a node: the adapter's own first, then by its parents, then those for every adapter;
/// the root project's comes before dbt's, and a package's only where dbt has none.
#[must_use]
pub fn materialization(shared: &Shared, adapter: &str, materialized: &str, resource: Resource) -> Materialization {
    if materialized == "ephemeral" || matches!(resource, Resource::Test | Resource::Analysis) {
        return Materialization { slots: Cow::Borrowed(&[]), owner: Owner::Nothing };
    }
    let two_calls = shared
        .project
        .root()
        .setting("flags")
        .and_then(|flags| flags.get("use_materialization_v2"))
        .and_then(Datum::as_bool)
        .unwrap_or(false);
    let shipped = materialization::sequence(adapter, materialized, resource, two_calls);
    let packages = if shipped.is_some() { 1 } else { shared.project.packages.len() };
    for prefix in std::iter::once(adapter).chain(adapter::parents(adapter).iter().copied()).chain(["default"]) {
        let name = format!("materialization_{materialized}_{prefix}");
        if let Some(found) = (0..packages).find_map(|package| shared.library.find(package, &name)) {
            return of_project(shared, found);
        }
        if materialization::is_own(prefix, materialized) {
            break;
        }
    }
    match shipped {
        Some(slots) => Materialization { slots: Cow::Borrowed(slots), owner: Owner::Shipped },
        None => Materialization { slots: Cow::Borrowed(usual()), owner: Owner::Missing },
    }
}

/// dbt's usual order.
fn usual() -> &'static [Slot] {
    materialization::sequence("", "view", Resource::Model, false).unwrap_or_default()
}

fn of_project(shared: &Shared, found: usize) -> Materialization {
    let text = shared.project.sources.slice(shared.project.macros[found].block);
    if text.contains("run_hooks") {
        return Materialization { slots: Cow::Owned(materialization::written(text)), owner: Owner::Project(found) };
    }
    if reaches_hooks(shared, found) {
        return Materialization { slots: Cow::Borrowed(usual()), owner: Owner::Delegates(found) };
    }
    Materialization { slots: Cow::Owned(materialization::written(text)), owner: Owner::Project(found) }
}

/// Whether a macro may reach `run_hooks` through other macros: through one of the project's that mentions
/// hooks, or one of dbt's materializations.
fn reaches_hooks(shared: &Shared, from: usize) -> bool {
    let macros = &shared.project.macros;
    let mut seen = vec![from];
    let mut next = 0;
    while let Some(&at) = seen.get(next) {
        next += 1;
        let text = shared.project.sources.slice(macros[at].block);
        let hooks = ["run_hooks", "pre_hooks", "post_hooks", "create_or_replace_view"];
        let mentions = hooks.iter().any(|word| text.contains(word));
        // The tag itself has the word; a call of another materialization has it with an underscore.
        if mentions || text.contains("materialization_") || text.contains("dispatch(") {
            return true;
        }
        for word in text.split(|char: char| !char.is_alphanumeric() && char != '_').filter(|word| !word.is_empty()) {
            for package in shared.library.holders(word) {
                if let Some(called) = shared.library.find(package, word).filter(|called| !seen.contains(called)) {
                    seen.push(called);
                }
            }
        }
    }
    false
}
