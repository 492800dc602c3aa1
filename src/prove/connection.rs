//! Connections: which steps share one, what dbt does on one before the first hook, what is gone when it closes.

use std::collections::HashSet;
use std::sync::Arc;

use super::run::Rehearsal;
use super::stage::Stage;
use super::warehouse::Folding;
use crate::plan::{self, StepKind};
use crate::sql::Dialect;

/// Steps with the same connection are in one session: what it sets and its temporary relations are gone after them
/// (facts X4).
#[derive(PartialEq, Eq)]
pub(super) enum Connection {
    /// That of the hooks at the start.
    Start,
    /// A node's own, or that of all where the adapter keeps it.
    Nodes(Option<Arc<str>>),
    /// That of the hooks at the end.
    End,
}

impl Connection {
    /// That of a step.
    pub(super) fn of(step: &plan::Step, dialect: Dialect) -> Connection {
        // dbt-snowflake and dbt-databricks use a connection again; the others open one for each node.
        let is_kept = matches!(dialect, Dialect::Snowflake | Dialect::Databricks);
        match step.kind {
            StepKind::OnRunStart => Connection::Start,
            StepKind::OnRunEnd if is_kept => Connection::Start,
            StepKind::OnRunEnd => Connection::End,
            _ => Connection::Nodes(step.node.clone().filter(|_| !is_kept)),
        }
    }
}

impl Rehearsal<'_> {
    /// The connection closes: what it leaves open is rolled back.
    pub(super) fn disconnect(&self) {
        let mut warehouse = self.warehouse.borrow_mut();
        if warehouse.in_transaction() {
            warehouse.rollback();
        }
        warehouse.end_session();
    }

    /// The schemas in which names without one are looked for, where these are not the target's (dbt sets none on these
    /// adapters but what the profile has).
    pub(super) fn path(&self) -> Option<Vec<String>> {
        let target = &self.renderer.targets()[self.target];
        let folding = Folding::of(self.dialect);
        let text = |key: &str| target.fields.iter().find(|(name, _)| name == key).and_then(|(_, value)| value.as_str());
        let written = match target.adapter.as_str() {
            "postgres" => text("search_path").filter(|path| !path.is_empty()).unwrap_or("\"$user\", public"),
            "redshift" => "\"$user\", public",
            "duckdb" => "main",
            _ => return None,
        };
        let mut path = Vec::new();
        for part in written.split(',').map(str::trim) {
            let bare = part.trim_matches('"');
            if bare != "$user" {
                path.push(folding.fold(bare, bare.len() < part.len()));
                continue;
            }
            // A schema of the user's name comes first where there is one: that of the target may be.
            let is_there = |user: &&str| target.schema == **user;
            path.extend(text("user").filter(is_there).map(|user| folding.fold(user, true)));
        }
        Some(path).filter(|path| !path.is_empty())
    }

    /// Before the first hook dbt makes the schemas of what it builds; those of the rest another command has made.
    pub(super) fn make_schemas(&self, stage: &Stage) {
        let mut made = HashSet::new();
        self.warehouse.borrow_mut().label("");
        for relation in self.relations.values() {
            let name = stage.name(relation);
            if made.insert((name.database.clone(), name.schema.clone())) {
                self.warehouse.borrow_mut().provide_schema(&name);
                stage.cache.borrow_mut().list(&name, &self.warehouse.borrow());
            }
        }
    }
}
