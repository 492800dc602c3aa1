//! How nodes get their relations: from a query, from rows, with what becomes of the relation that was there.

use std::sync::Arc;

use super::catalog::{Certainty, Relation};
use super::relations::TEMPORARY;
use super::sqlite::quoted;
use super::stop::{Done, Stop};
use super::value::SqlValue;
use super::{Effect, Kind, RelationName, Warehouse};
use crate::sql::Dialect;

/// What becomes of the relation that a new one takes the place of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replaced {
    /// It has another name from then on, and what reads it follows it where the warehouse goes by more than names.
    Aside(RelationName),
    /// It is dropped, with the views that read it where the warehouse drops them.
    Dropped,
    /// It is filled anew: what reads it stays.
    Refreshed,
}

impl Warehouse {
    /// Makes a relation from a query, in place of what has its name: what dbt does to build a node.
    pub fn build(&mut self, name: &RelationName, kind: Kind, query: &str, old: &Replaced) -> Effect {
        self.executed.clear();
        self.touched.assumed = false;
        (self.touched.guessed, self.touched.read_guessed) = (false, false);
        self.stand_ins = Some(Vec::new());
        let done = self.atomically(|this| this.build_from(name, kind, query, old));
        let stood_in = self.stand_ins.take().unwrap_or_default();
        if done.is_ok() {
            self.wrote_to(name.clone(), true);
        }
        let note = (!stood_in.is_empty()).then(|| stood_in.join("; "));
        self.effect(query, done.map(|()| super::execute::Outcome { note, ..super::execute::Outcome::default() }))
    }

    /// Lets NULL stand for an expression that is not executed: the rows of a node are there to be read by hooks, and
    /// what is wrong in one column of them leaves the others as they are.
    pub(super) fn stand_in(&mut self, cause: String) {
        self.touched.assumed = true;
        self.touched.guessed = true;
        if let Some(causes) = self.stand_ins.as_mut().filter(|causes| causes.len() < 5 && !causes.contains(&cause)) {
            causes.push(cause);
        }
    }

    fn build_from(&mut self, name: &RelationName, kind: Kind, query: &str, old: &Replaced) -> Done<()> {
        let (script, trees) = crate::sql::script_with_trees(query, self.session.dialect);
        let (Some(sqlparser::ast::Statement::Query(tree)), 1) =
            (trees.into_iter().next().flatten().map(|tree| *tree), script.statements.len())
        else {
            return Err(Stop::not_proved("the query is one that no grammar of the rehearsal reads"));
        };
        let cascades = matches!(self.session.dialect, Dialect::Postgres | Dialect::Redshift);
        let readers = if cascades && *old == Replaced::Dropped { self.dependents(name) } else { Vec::new() };
        self.aside = match old {
            Replaced::Aside(aside) => Some(aside.clone()),
            Replaced::Dropped | Replaced::Refreshed => None,
        };
        let made = self.make(name, kind, &tree, &[], name.schema == TEMPORARY);
        self.aside = None;
        made?;
        if *old == Replaced::Dropped {
            self.release_keys(name);
        }
        // What was replaced is dropped with the views that read it.
        for reader in readers.iter().filter(|reader| reader.name != *name) {
            self.discard(reader)?;
        }
        Ok(())
    }

    /// Gives what has a name the one that it is to have while a new one is made, if it is to have one.
    pub(super) fn set_aside(&mut self, name: &RelationName) -> Done<()> {
        let Some(aside) = self.aside.take() else { return Ok(()) };
        match self.catalog.relation(name).cloned() {
            Some(old) => {
                let old = self.without_indexes(old)?;
                self.rename_to(&old, &aside)
            }
            None => Ok(()),
        }
    }

    /// A relation as it can be renamed: `DuckDB` renames no table that has indexes, and dbt drops them before.
    fn without_indexes(&mut self, old: Arc<Relation>) -> Done<Arc<Relation>> {
        if self.session.dialect != Dialect::DuckDb || old.indexes.is_empty() {
            return Ok(old);
        }
        for index in old.indexes.iter().filter(|index| index.sqlite.is_some()) {
            self.run(&format!("DROP INDEX IF EXISTS {}", quoted(&self.index_name(&old.name, &index.name))))?;
        }
        Ok(Arc::new(Relation { indexes: Vec::new(), ..(*old).clone() }))
    }

    /// Gives a relation another name, with what hangs on it; nothing where it is not there.
    pub fn move_relation(&mut self, name: &RelationName, to: &RelationName) -> Result<(), String> {
        let Some(old) = self.catalog.relation(name).cloned() else { return Ok(()) };
        let moved = self.atomically(|this| {
            let old = this.without_indexes(old)?;
            this.rename_to(&old, to)
        });
        moved.map_err(Stop::cause)
    }

    /// Makes a table with rows, in place of what has its name: seeds, stubs, sources.
    pub fn put(&mut self, relation: Relation, rows: impl Iterator<Item = Vec<SqlValue>>) -> Result<(), String> {
        let (name, is_known) = (relation.name.clone(), relation.certainty == Certainty::Known);
        let put = self.atomically(|this| this.put_rows(relation, rows));
        self.touched.guessed = !is_known;
        self.wrote_to(name, true);
        put.map_err(Stop::cause)
    }

    /// Makes an empty table; what has its name is replaced.
    pub fn put_beside(&mut self, relation: Relation, old: &Replaced) -> Result<(), String> {
        let name = relation.name.clone();
        match old {
            Replaced::Aside(aside) => self.move_relation(&name, aside)?,
            Replaced::Dropped => self.drop_readers(&name),
            Replaced::Refreshed => {}
        }
        self.put(relation, std::iter::empty())
    }

    /// Drops the views that read a relation, where the warehouse drops them with it.
    fn drop_readers(&mut self, name: &RelationName) {
        if !matches!(self.session.dialect, Dialect::Postgres | Dialect::Redshift) {
            return;
        }
        for reader in self.dependents(name).iter().filter(|reader| reader.name != *name) {
            let _ = self.discard(reader);
        }
    }

    fn put_rows(&mut self, relation: Relation, rows: impl Iterator<Item = Vec<SqlValue>>) -> Done<()> {
        let kept = relation.clone();
        self.create(relation)?;
        self.fill(&kept, rows)
    }

    /// Empties a table and puts rows into it: what dbt does to a seed that is there.
    pub fn reload(&mut self, relation: &Relation, rows: impl Iterator<Item = Vec<SqlValue>>) -> Result<(), String> {
        let done = self.atomically(|this| {
            let table = this.stored(&relation.name)?;
            this.run(&format!("DELETE FROM {table}"))?;
            this.fill(relation, rows)
        });
        self.wrote_to(relation.name.clone(), true);
        done.map_err(Stop::cause)
    }

    fn fill(&mut self, relation: &Relation, rows: impl Iterator<Item = Vec<SqlValue>>) -> Done<()> {
        let dialect = self.session.dialect;
        let table = self.stored(&relation.name)?;
        let columns: Vec<String> = relation.columns.iter().map(|column| quoted(&column.name)).collect();
        let marks = vec!["?"; columns.len()].join(", ");
        if columns.is_empty() {
            return Ok(());
        }
        let sql = format!("INSERT INTO {table} ({}) VALUES ({marks})", columns.join(", "));
        let mut failed = None;
        self.progress.wrote();
        {
            let mut statement = self.db.prepare_cached(&sql).map_err(|error| self.stopped(&error))?;
            for row in rows {
                let mut values = Vec::with_capacity(row.len());
                for (value, column) in row.iter().zip(&relation.columns) {
                    let value = super::convert::convert(value, column.of, dialect).map_err(Stop::Refuted)?;
                    values.push(super::functions::given(match (value, column.of, column.scale) {
                        (SqlValue::Real(number), super::Type::Decimal, Some(scale)) => {
                            SqlValue::Real(super::functions::rounded(number, scale))
                        }
                        (value, ..) => value,
                    }));
                }
                if let Err(error) = statement.execute(rusqlite::params_from_iter(values)) {
                    failed = Some(error);
                    break;
                }
            }
        }
        match failed {
            Some(error) => Err(self.violation(&error, Some(relation))),
            None => Ok(()),
        }
    }
}
