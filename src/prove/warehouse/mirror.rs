//! What the catalog says of relations and their columns, as tables of `SQLite`: what queries of the warehouse's own
//! tables about itself read. Only what has changed since the query before is written again.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};

use super::catalog::{Kind, Relation};
use super::sqlite;
use super::stop::Done;
use super::types::Type;
use super::{RelationName, Warehouse};

/// The table of relations: no statement of a project can mean a name that holds a space and a parenthesis without
/// quotes.
pub(super) const RELATIONS: &str = "information_schema (relations)";

/// The table of columns.
pub(super) const COLUMNS: &str = "information_schema (columns)";

/// How far the tables are what the catalog says.
#[derive(Debug, Default)]
pub(super) struct Mirror {
    /// Whether the tables are there.
    is_made: bool,
    /// Whether a view reads them, so that whatever reads a view may.
    pub(super) is_viewed: bool,
    /// What was written in the open transaction, and goes back with it.
    unsettled: BTreeSet<RelationName>,
}

impl Mirror {
    /// The open transaction ends, and what was written is kept.
    pub(super) fn settle(&mut self) {
        self.unsettled.clear();
    }

    /// What was written in the open transaction, which has gone back; perhaps the tables too.
    pub(super) fn undone(&mut self) -> BTreeSet<RelationName> {
        self.is_made = false;
        std::mem::take(&mut self.unsettled)
    }
}

impl Warehouse {
    /// Brings the tables up to what the catalog says.
    pub(super) fn mirrored(&mut self) -> Done<()> {
        let changed = self.catalog.take_changed();
        if changed.is_empty() && self.mirror.is_made {
            return Ok(());
        }
        self.units.begin();
        let written = self.mirror(&changed);
        if written.is_err() {
            self.catalog.changed(changed);
        } else {
            self.mirror.is_made = true;
            if self.in_transaction() {
                self.mirror.unsettled.extend(changed);
            }
        }
        written.map_err(|error| sqlite::stop(&error))
    }

    fn mirror(&self, changed: &BTreeSet<RelationName>) -> rusqlite::Result<()> {
        if !self.mirror.is_made {
            make(&self.db)?;
        }
        for name in changed {
            let key = (name.database.as_deref().unwrap_or_default(), &name.schema, &name.identifier);
            for table in [RELATIONS, COLUMNS] {
                let sql = format!(
                    "DELETE FROM \"{table}\" WHERE \"database\" = ?1 AND \"schema\" = ?2 AND \"identifier\" = ?3"
                );
                self.db.prepare_cached(&sql)?.execute(key)?;
            }
            let Some(relation) = self.catalog.relation(name) else { continue };
            let sql = format!("INSERT INTO \"{RELATIONS}\" VALUES (?1, ?2, ?3, ?4, ?5)");
            let kind = kind(relation);
            self.db.prepare_cached(&sql)?.execute(params![key.0, key.1, key.2, kind, relation.is_view()])?;
            let sql = format!("INSERT INTO \"{COLUMNS}\" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
            let mut insert = self.db.prepare_cached(&sql)?;
            for (at, column) in relation.columns.iter().enumerate() {
                let nullable = if column.not_null { "NO" } else { "YES" };
                let of = column.declared.as_deref().unwrap_or_else(|| column.of.name());
                let length = column.length.filter(|_| column.of == Type::Text);
                let place = i64::try_from(at + 1).unwrap_or(i64::MAX);
                insert.execute(params![key.0, key.1, key.2, place, column.name, nullable, of, length])?;
            }
        }
        Ok(())
    }
}

/// Makes the tables, empty. Their columns have no types, as values that are written out have none, and their rows
/// stand in the order of the names.
pub(super) fn make(db: &Connection) -> rusqlite::Result<()> {
    db.execute_batch(&format!(
        "CREATE TABLE IF NOT EXISTS \"{RELATIONS}\" (\"database\", \"schema\", \"identifier\", \"kind\", \"is_view\", \
         PRIMARY KEY (\"database\", \"schema\", \"identifier\")) WITHOUT ROWID; \
         CREATE INDEX IF NOT EXISTS \"{RELATIONS} (index)\" ON \"{RELATIONS}\" (\"identifier\"); \
         CREATE TABLE IF NOT EXISTS \"{COLUMNS}\" (\"database\", \"schema\", \"identifier\", \"place\", \"name\", \
         \"nullable\", \"type\", \"length\", PRIMARY KEY (\"database\", \"schema\", \"identifier\", \"place\")) \
         WITHOUT ROWID; \
         CREATE INDEX IF NOT EXISTS \"{COLUMNS} (index)\" ON \"{COLUMNS}\" (\"identifier\")"
    ))
}

/// What `table_type` says of a relation.
fn kind(relation: &Relation) -> &'static str {
    match relation.kind {
        Kind::View => "VIEW",
        Kind::MaterializedView => "MATERIALIZED VIEW",
        _ if relation.temporary => "LOCAL TEMPORARY",
        _ => "BASE TABLE",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::Session;
    use super::*;
    use crate::sql::Dialect;

    #[test]
    fn a_relation_is_found_by_its_name_without_a_look_at_all() {
        let session = Session { dialect: Dialect::Postgres, database: Some("d".to_owned()), schema: "s".to_owned() };
        let mut warehouse = Warehouse::new(session).unwrap();
        warehouse.execute("create table t (a int)");
        for sql in [
            "select table_name from information_schema.tables where table_name = 't'",
            "select 1 from information_schema.tables where table_schema = 's' and table_name = 't'",
            "select c.data_type from information_schema.columns c where c.table_name = 't' and c.column_name = 'a'",
        ] {
            let effect = warehouse.execute(sql).pop().unwrap();
            assert_eq!(effect.rows.unwrap().rows.len(), 1, "{sql}");
            let plan = format!("EXPLAIN QUERY PLAN {}", effect.sqlite.last().unwrap());
            let plan: String = warehouse.db.query_row(&plan, [], |row| row.get(3)).unwrap();
            assert!(plan.starts_with("SEARCH") && plan.contains("identifier=?"), "{sql}: {plan}");
        }
    }
}
