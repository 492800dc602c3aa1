//! A warehouse in a file: what `SQLite` itself does not keep of it stands in a table of its own, so that the file can
//! be asked later in the same dialect.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};
use serde::{Deserialize, Serialize};

use super::catalog::Storage;
use super::sqlite::quoted;
use super::storage::listed;
use super::{Certainty, Column, Kind, Relation, RelationName, Session, Type, Warehouse, functions, mirror};
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
    /// What it is called in the file.
    #[serde(default)]
    table: Option<String>,
    columns: Vec<(String, String, Option<String>)>,
}

const KINDS: [Kind; 5] = [Kind::Table, Kind::View, Kind::MaterializedView, Kind::DynamicTable, Kind::External];

impl Warehouse {
    /// Writes the warehouse to a file that is empty: relations under plain names, and what `SQLite` itself does not keep
    /// of them.
    pub fn write(&mut self, path: &Path) -> Result<(), Failure> {
        if self.mirror.is_viewed {
            // What cannot be written is as it was.
            let _ = self.mirrored();
        }
        self.copy_to(path).map_err(|reason| Failure(reason.to_string()))
    }

    fn copy_to(&self, path: &Path) -> rusqlite::Result<()> {
        let file = Connection::open(path)?;
        // No other file is written beside it. Until it is whole nobody reads it, and nobody misses it.
        file.pragma_update(None, "journal_mode", "OFF")?;
        file.pragma_update(None, "synchronous", "OFF")?;
        functions::register(&file, &self.shared, self.opened.dialect)?;
        file.execute_batch("BEGIN")?;
        let tables = self.names_in_file();
        let mut described = Vec::new();
        for relation in self.catalog.relations() {
            let table = tables.get(&relation.name).cloned().unwrap_or_default();
            if relation.is_made_view() {
                write_view(&file, relation, &tables)?;
            } else {
                self.write_table(&file, relation, &table)?;
            }
            described.push(Described {
                database: relation.name.database.clone(),
                schema: relation.name.schema.clone(),
                identifier: relation.name.identifier.clone(),
                kind: relation.kind.name().to_owned(),
                table: Some(table),
                columns: relation
                    .columns
                    .iter()
                    .map(|column| (column.name.clone(), column.of.name().to_owned(), column.declared.clone()))
                    .collect(),
            });
        }
        if self.mirror.is_viewed {
            mirror::make(&file)?;
            for table in [mirror::RELATIONS, mirror::COLUMNS] {
                copy(&self.db, &quoted(table), &file, &quoted(table), "*")?;
            }
        }
        let description = Description {
            version: 1,
            dialect: self.opened.dialect.name().to_owned(),
            database: self.opened.database.clone(),
            schema: self.opened.schema.clone(),
            relations: described,
        };
        let json = serde_json::to_string(&description).unwrap_or_default();
        file.execute_batch(&format!("create table {TABLE} (description text)"))?;
        file.execute(&format!("insert into {TABLE} values (?1)"), [json])?;
        file.execute_batch("COMMIT")?;
        file.close().map_err(|(_, reason)| reason)
    }

    /// What each relation is called in a file. `SQLite` does not tell upper from lower case.
    fn names_in_file(&self) -> BTreeMap<RelationName, String> {
        let mut taken = HashSet::new();
        let mut names = BTreeMap::new();
        for relation in self.catalog.relations() {
            let mut table = self.plain_name(&relation.name);
            while !taken.insert(table.to_ascii_lowercase()) {
                table.push('\'');
            }
            names.insert(relation.name.clone(), table);
        }
        names
    }

    fn write_table(&self, file: &Connection, table: &Relation, name: &str) -> rusqlite::Result<()> {
        let stored = table.storage.quoted();
        file.execute_batch(&format!("CREATE TABLE {} {}", quoted(name), self.declaration(table)))?;
        let columns = table.columns.iter().filter(|column| column.generated.is_none());
        let columns: Vec<String> = columns.map(|column| quoted(&column.name)).collect();
        if !columns.is_empty() {
            copy(&self.db, &stored, file, &quoted(name), &columns.join(", "))?;
        }
        for index in table.indexes.iter().filter_map(|index| index.sqlite.as_ref()) {
            file.execute_batch(&index.replacen(&stored, &quoted(name), 1))?;
        }
        Ok(())
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
            let table = one.table.unwrap_or_else(|| warehouse.plain_name(&name));
            let mut relation = Relation::new(name, kind, columns.collect(), Certainty::Known);
            relation.storage = Storage::named(&table);
            warehouse.catalog.insert(relation);
        }
        warehouse.mirror.is_viewed = true;
        Ok(warehouse)
    }
}

fn write_view(file: &Connection, view: &Relation, tables: &BTreeMap<RelationName, String>) -> rusqlite::Result<()> {
    let Some(text) = &view.text else { return Ok(()) };
    let called = |name: &RelationName| tables.get(name).cloned().unwrap_or_else(|| name.to_string());
    let Ok(query) = text.with_names(|name| Ok(Cow::Owned(called(name).replace('"', "\"\"")))) else { return Ok(()) };
    let name = quoted(&called(&view.name));
    file.execute_batch(&format!("CREATE VIEW {name} ({}) AS {query}", listed(view)))
}

/// Copies the rows of a table to one of another database that has the same columns.
fn copy(db: &Connection, from: &str, file: &Connection, to: &str, columns: &str) -> rusqlite::Result<()> {
    let mut read = db.prepare(&format!("SELECT {columns} FROM {from}"))?;
    let width = read.column_count();
    let listed = if columns == "*" { String::new() } else { format!("({columns})") };
    let marks = vec!["?"; width].join(", ");
    let mut write = file.prepare(&format!("INSERT INTO {to} {listed} VALUES ({marks})"))?;
    let mut rows = read.query([])?;
    while let Some(row) = rows.next()? {
        let values = (0..width).map(|at| row.get(at)).collect::<rusqlite::Result<Vec<Value>>>()?;
        write.execute(rusqlite::params_from_iter(values))?;
    }
    Ok(())
}
