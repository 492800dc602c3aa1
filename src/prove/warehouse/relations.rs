//! Relations from outside of SQL: built, put, dropped, assumed.

use super::{Effect, Kind, Relation, RelationName, SqlValue, Verdict, Warehouse};

impl Warehouse {
    /// The whole name that some parts mean, each with whether it is quoted.
    #[must_use]
    pub fn name(&self, parts: &[(&str, bool)]) -> RelationName {
        let folding = self.folding();
        let mut parts = parts.iter().rev().map(|(part, quoted)| folding.fold(part, *quoted));
        let identifier = parts.next().unwrap_or_default();
        let schema = parts.next().unwrap_or_else(|| self.session.schema.clone());
        let database = parts.next().or_else(|| self.session.database.clone());
        RelationName { database, schema, identifier }
    }

    /// Makes a relation from a query, in place of what has its name: what dbt does to build a node.
    pub fn build(&mut self, name: &RelationName, kind: Kind, query: &str) -> Effect {
        let _ = (name, kind);
        Effect::new(query, Verdict::NotProved)
    }

    /// Makes a table with rows, in place of what has its name: seeds, stubs, sources.
    pub fn put(&mut self, relation: Relation, rows: impl Iterator<Item = Vec<SqlValue>>) -> Result<(), String> {
        let _ = rows;
        self.catalog.insert(relation);
        Ok(())
    }

    /// Drops a relation, if it is there, with the views that read it where the warehouse drops them.
    pub fn drop_relation(&mut self, name: &RelationName) {
        let label = self.label.clone();
        self.catalog.remove(name, &label);
    }
}
