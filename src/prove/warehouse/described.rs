//! A warehouse in a file: what `SQLite` itself does not keep of it stands in a table of its own, so that the file can
//! be asked later in the same dialect.

use std::path::Path;
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};
use serde::{Deserialize, Serialize};

use super::{Certainty, Column, Kind, Relation, RelationName, Session, Type, Warehouse};
use crate::Failure;
use crate::sql::Dialect;

/// The table that describes the rest.
const TABLE: &str = "_hookproof";

/// How many pages are copied at a time.
const PAGES: i32 = 1024;

/// What is kept.
#[derive(Serialize, Deserialize)]
struct Description {
    version: u32,
    dialect: String,
    database: Option<String>,
    schema: String,
    relations: Vec<Described>,
}

#[derive(Serialize, Deserialize)]
struct Described {
    database: Option<String>,
    schema: String,
    identifier: String,
    kind: String,
    columns: Vec<(String, String, Option<String>)>,
}

const KINDS: [Kind; 5] = [Kind::Table, Kind::View, Kind::MaterializedView, Kind::DynamicTable, Kind::External];

impl Warehouse {
    /// Writes the warehouse to a file that is empty, with what `SQLite` itself does not keep.
    pub fn write(&mut self, path: &Path) -> Result<(), Failure> {
        let relation = |relation: &Relation| Described {
            database: relation.name.database.clone(),
            schema: relation.name.schema.clone(),
            identifier: relation.name.identifier.clone(),
            kind: relation.kind.name().to_owned(),
            columns: relation
                .columns
                .iter()
                .map(|column| (column.name.clone(), column.of.name().to_owned(), column.declared.clone()))
                .collect(),
        };
        if self.mirror.is_viewed {
            // What cannot be written is as it was.
            let _ = self.mirrored();
        }
        let description = Description {
            version: 1,
            dialect: self.opened.dialect.name().to_owned(),
            database: self.opened.database.clone(),
            schema: self.opened.schema.clone(),
            relations: self.catalog.relations().map(|one| relation(one)).collect(),
        };
        let json = serde_json::to_string(&description).unwrap_or_default();
        self.copy_to(path, &json).map_err(|reason| Failure(reason.to_string()))
    }

    fn copy_to(&self, path: &Path, description: &str) -> rusqlite::Result<()> {
        let mut file = Connection::open(path)?;
        // No other file is written beside it. Until it is whole nobody reads it, and nobody misses it.
        file.pragma_update(None, "journal_mode", "OFF")?;
        file.pragma_update(None, "synchronous", "OFF")?;
        Backup::new(&self.db, &mut file)?.run_to_completion(PAGES, Duration::ZERO, None)?;
        file.execute_batch(&format!("drop table if exists {TABLE}; create table {TABLE} (description text)"))?;
        file.execute(&format!("insert into {TABLE} values (?1)"), [description])?;
        file.close().map_err(|(_, reason)| reason)
    }

    /// Opens a warehouse that was kept in a file. What is done to it is done to a copy in memory.
    pub fn read_back(path: &Path) -> Result<Warehouse, Failure> {
        let shown = path.display();
        let none = |reason: &dyn std::fmt::Display| {
            Failure(format!("{shown} is no database of a rehearsal ({reason}): write one with `prove --db {shown}`"))
        };
        let file = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(|e| none(&e))?;
        let json: String = file
            .query_row(&format!("select description from {TABLE}"), [], |row| row.get(0))
            .map_err(|reason| none(&reason))?;
        let described: Description = serde_json::from_str(&json).map_err(|reason| none(&reason))?;
        let dialect = Dialect::ALL.into_iter().find(|dialect| dialect.name() == described.dialect);
        let dialect = dialect.ok_or_else(|| none(&format!("it speaks {}", described.dialect)))?;
        let session = Session { dialect, database: described.database, schema: described.schema };
        let mut warehouse = Warehouse::new(session)?;
        Backup::new(&file, &mut warehouse.db)
            .and_then(|copy| copy.run_to_completion(PAGES, Duration::ZERO, None))
            .map_err(|reason| none(&reason))?;
        for one in described.relations {
            let name = RelationName { database: one.database, schema: one.schema, identifier: one.identifier };
            let kind = KINDS.into_iter().find(|kind| kind.name() == one.kind).unwrap_or(Kind::Table);
            let columns = one
                .columns
                .into_iter()
                .map(|(name, of, declared)| Column { declared, ..Column::new(name, Type::named(&of)) });
            warehouse.catalog.ledger_mut().relation_known(&name, kind);
            warehouse.catalog.insert(Relation::new(name, kind, columns.collect(), Certainty::Known));
        }
        warehouse.mirror.is_viewed = true;
        Ok(warehouse)
    }
}
