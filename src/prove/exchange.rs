//! How a materialization puts a new relation in the place of the old one, and what hooks see of that: on adapters
//! that build beside it, the old one stands under another name until the transaction has ended.

use super::node::Built;
use super::run::Rehearsal;
use super::stage::Stage;
use super::step::Course;
use super::warehouse::{Certainty, Kind, RelationName, Replaced};
use crate::datum::Datum;
use crate::plan::StepKind;
use crate::project::Resource;
use crate::render::relation::Relation as Printed;
use crate::sql::Dialect;

/// What texts name that look at more than the relations they read: there the old relation shows.
const CATALOGS: [&str; 6] = ["__dbt_", "information_schema", "pg_", "duckdb_", "svv_", "stv_"];

/// Whether an adapter's tables and views are built beside the old ones, which are renamed, and dropped at the end.
pub(super) fn exchanges(adapter: &str) -> bool {
    matches!(adapter, "postgres" | "redshift" | "duckdb")
}

/// The name of what dbt makes beside a relation.
pub(super) fn beside(name: &RelationName, suffix: &str) -> RelationName {
    RelationName { identifier: format!("{}{suffix}", name.identifier), ..name.clone() }
}

impl Rehearsal<'_> {
    /// A column of a node's relation as dbt quotes it.
    pub(super) fn quoted(&self, at: usize, column: &str) -> String {
        let marks = self.relation(at).map_or(("", ""), |relation| relation.marks);
        let (open, close) = if marks.0.is_empty() { ("\"", "\"") } else { marks };
        format!("{open}{column}{close}")
    }

    pub(super) fn adapter(&self) -> &str {
        self.renderer.targets()[self.target].adapter.as_str()
    }

    /// Whether a node's new relation is built beside the old one: a table, a view, an incremental model that is made
    /// anew.
    pub(super) fn is_exchanged(&self, at: usize, is_there: bool) -> bool {
        let materialized = self.renderer.state(self.target, at).materialized.as_str();
        exchanges(self.adapter())
            && self.project.nodes[at].resource == Resource::Model
            && (matches!(materialized, "table" | "view")
                || (materialized == "incremental" && is_there && self.is_made_anew(at)))
    }

    /// Whether `--full-refresh` or the node's own setting has it made anew.
    fn is_made_anew(&self, at: usize) -> bool {
        let own = self.renderer.state(self.target, at).settings.get("full_refresh").and_then(Datum::as_bool);
        own.unwrap_or(self.renderer.shared(self.target).invocation.full_refresh)
    }

    /// Whether an incremental model adds to the table that it has.
    pub(super) fn adds(&self, name: &RelationName, at: usize) -> bool {
        let state = self.renderer.state(self.target, at);
        let is_table = self.warehouse.borrow().catalog().relation(name).is_some_and(|there| !there.is_view());
        self.project.nodes[at].resource == Resource::Model
            && state.materialized == "incremental"
            && is_table
            && !self.is_made_anew(at)
    }

    /// What becomes of the relation that a node has, when the node is built by a step.
    pub(super) fn replaced(&self, name: &RelationName, at: usize, step: usize) -> Replaced {
        let warehouse = self.warehouse.borrow();
        let Some(old) = warehouse.catalog().relation(name) else { return Replaced::Dropped };
        if !self.is_exchanged(at, true) {
            return Replaced::Dropped;
        }
        // Without a hook between the build and the end of the transaction, nothing can tell the difference.
        let rest = self.plan.steps[step + 1..].iter().take_while(|step| step.kind != StepKind::Commit);
        let is_seen = rest.take_while(|next| next.node == self.plan.steps[step].node).any(|step| step.hook.is_some());
        // A view of DuckDB goes by names, and dbt drops the indexes there before it renames.
        let has_names =
            || !old.indexes.is_empty() || !old.constraints.is_empty() || !warehouse.readers(name).is_empty();
        if is_seen && (self.shows_catalog || (self.dialect != Dialect::DuckDb && has_names())) {
            Replaced::Aside(beside(name, "__dbt_backup"))
        } else {
            Replaced::Dropped
        }
    }

    /// Whether a hook may look at the catalog of the database.
    pub(super) fn looks_at_catalog(plan: &crate::plan::Plan) -> bool {
        let tells = |text: &str| {
            let text = text.to_ascii_lowercase();
            CATALOGS.iter().any(|name| text.contains(name))
        };
        let sent = plan.steps.iter().flat_map(|step| step.sent.iter().map(|sent| &**sent));
        let queries = plan.steps.iter().flat_map(|step| step.queries.iter().map(String::as_str));
        sent.chain(queries).chain(plan.hooks.iter().map(|hook| hook.raw.as_str())).any(tells)
    }

    /// What makes a node fail that dbt takes for new and is there, or takes for there and is gone: its list of
    /// relations was filled before the first hook (facts X19).
    pub(super) fn mistaken(&self, stage: &Stage, name: &RelationName, at: usize) -> Option<String> {
        if !exchanges(self.adapter()) || stage.stands_in_for.is_some() {
            return None;
        }
        let materialized = self.renderer.state(self.target, at).materialized.as_str();
        let known = match self.project.nodes[at].resource {
            Resource::Model => matches!(materialized, "table" | "view" | "incremental"),
            Resource::Seed | Resource::Snapshot => true,
            _ => false,
        };
        if !known {
            return None;
        }
        let taken = stage.known(name);
        let warehouse = self.warehouse.borrow();
        match (taken, warehouse.catalog().relation(name)) {
            (None, Some(there)) if there.certainty == Certainty::Known => {
                Some(warehouse.there_already(name, there.kind))
            }
            (Some(_), None) => {
                let by = warehouse.catalog().dropped_by(name)?;
                let words = warehouse.not_there(name);
                Some(if by.is_empty() { words } else { format!("{words}: {by} dropped it") })
            }
            _ => None,
        }
    }

    /// The transaction of a node has ended: what was replaced is dropped, with the views that still read it.
    pub(super) fn drop_aside(&self, stage: &Stage, course: &mut Course) {
        let Some(aside) = course.aside.take() else { return };
        self.drop_leftover(stage, &aside);
    }

    /// dbt drops a relation and strikes it off its list, and what it takes to hang on it.
    pub(super) fn drop_leftover(&self, stage: &Stage, name: &RelationName) {
        let gone = self.warehouse.borrow_mut().drop_relation(name);
        let mut cache = stage.cache.borrow_mut();
        cache.remove(name);
        for name in &gone {
            cache.remove(name);
        }
    }

    /// dbt strikes off its list what went with something that it dropped.
    pub(super) fn strike_off(&self, stage: &Stage, names: &[RelationName]) {
        let warehouse = self.warehouse.borrow();
        let mut cache = stage.cache.borrow_mut();
        names.iter().filter(|name| warehouse.catalog().relation(name).is_none()).for_each(|name| cache.remove(name));
    }

    /// What an earlier run has left behind beside a relation is dropped before a node is built.
    pub(super) fn drop_leftovers(&self, stage: &Stage, at: usize) {
        let Some(relation) = self.relation(at).filter(|_| exchanges(self.adapter())) else { return };
        let name = stage.name(relation);
        for suffix in ["__dbt_tmp", "__dbt_backup"] {
            let name = beside(&name, suffix);
            if stage.known(&name).is_some() {
                self.drop_leftover(stage, &name);
            }
        }
    }
}

/// dbt's list after a node has been built beside its old relation, and the name that is to be dropped.
pub(super) fn listed(stage: &Stage, name: &RelationName, kind: Kind, old: &Replaced) -> Option<RelationName> {
    let mut cache = stage.cache.borrow_mut();
    let aside = match old {
        Replaced::Aside(aside) => Some(aside.clone()),
        Replaced::Dropped | Replaced::Refreshed => None,
    };
    if let Some(aside) = &aside {
        cache.rename(name, aside.clone());
    }
    cache.add(name.clone(), kind);
    aside
}

/// A node that dbt cannot build.
pub(super) fn failed(cause: &str) -> Built {
    let is_whole = cause.starts_with("Compilation Error");
    let message = if is_whole { cause.to_owned() } else { super::stage::database_error(cause) };
    Built {
        how: "dbt cannot build it".to_owned(),
        effects: Vec::new(),
        failed: Some(message),
        message: String::new(),
        rows: None,
        aside: None,
        made: None,
    }
}

/// A table that dbt makes beside a node's for the rows of its query.
pub(super) struct Scratch {
    /// Its name in the warehouse.
    pub(super) name: RelationName,
    printed: Printed,
    /// Whether it ends with the session: until then hooks find it in the catalog.
    is_temporary: bool,
}

impl Scratch {
    pub(super) fn of(rehearsal: &Rehearsal<'_>, stage: &Stage, at: usize, suffix: &str) -> Option<Scratch> {
        let mut printed = rehearsal.relation(at)?.clone();
        let is_temporary = exchanges(rehearsal.adapter());
        printed.identifier = printed.identifier.map(|identifier| format!("{identifier}{suffix}"));
        let mut name = stage.name(&printed);
        if is_temporary {
            // Its name ends in a time.
            name = rehearsal.warehouse.borrow().temporary(&format!("{}030405678901", name.identifier));
            printed.identifier = Some(name.identifier.clone());
            (printed.include.database, printed.include.schema) = (false, false);
        }
        Some(Scratch { name, printed, is_temporary })
    }

    /// As a statement names it.
    pub(super) fn text(&self) -> String {
        self.printed.render()
    }

    /// Drops it where it does not end by itself, or at once.
    pub(super) fn drop(&self, rehearsal: &Rehearsal<'_>, at_once: bool) {
        if at_once || !self.is_temporary {
            let mut warehouse = rehearsal.warehouse.borrow_mut();
            warehouse.drop_relation(&self.name);
            warehouse.forget(&self.name);
        }
    }
}
