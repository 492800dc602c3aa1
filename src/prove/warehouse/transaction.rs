//! Transactions and savepoints: rows and catalog go back together.

use super::Warehouse;
use super::stop::Done;

/// A place to go back to.
#[derive(Debug)]
pub(super) struct Savepoint {
    /// Its name; none for the transaction itself.
    pub(super) name: Option<String>,
    /// What the catalog's journal had then.
    mark: usize,
    /// What was done then.
    progress: (u64, usize),
}

/// What a transaction has done in `SQLite`.
///
/// After a table has been made, `SQLite` reads its whole schema again when it goes back, however many tables that has.
/// So it is asked to go back only where there is something to take back, and not where that is known.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// How many statements have written something.
    written: u64,
    /// What takes back what was made besides, newest last: the statements of each.
    reversals: Vec<Vec<String>>,
}

impl Progress {
    /// A statement has written something.
    pub(super) fn wrote(&mut self) {
        self.written += 1;
    }

    fn now(&self) -> (u64, usize) {
        (self.written, self.reversals.len())
    }
}

impl Warehouse {
    /// Opens a transaction; nothing where one is open.
    pub fn begin(&mut self) {
        if !self.in_transaction() {
            self.command("BEGIN");
            self.catalog.journal(true);
            self.keep_path();
            self.progress.reversals.clear();
            self.savepoints.push(self.savepoint_here(None));
        }
    }

    /// Keeps what the transaction did; nothing where none is open.
    pub fn commit(&mut self) {
        if self.in_transaction() {
            self.command("COMMIT");
            self.savepoints.clear();
            self.restore_path(false);
            self.mirror.settle();
            self.catalog.journal(false);
        }
    }

    /// Takes back what the transaction did; nothing where none is open.
    pub fn rollback(&mut self) {
        if let Some(first) = self.savepoints.first() {
            let (mark, progress) = (first.mark, first.progress);
            // Where SQLite has ended the transaction by itself, it has gone back.
            if !self.db.is_autocommit() {
                let ends = if self.reversed(progress) { "COMMIT" } else { "ROLLBACK" };
                self.command(ends);
            }
            self.restore_path(true);
            self.catalog.back_to(mark);
            self.catalog.changed(self.mirror.undone());
            self.savepoints.clear();
            self.catalog.journal(false);
        }
    }

    /// Whether a transaction is open.
    #[must_use]
    pub fn in_transaction(&self) -> bool {
        !self.savepoints.is_empty()
    }

    /// Sets a savepoint in the open transaction.
    pub(crate) fn savepoint(&mut self, name: &str) {
        self.command(&format!("SAVEPOINT \"s{}\"", self.savepoints.len()));
        self.savepoints.push(self.savepoint_here(Some(name.to_owned())));
    }

    /// Goes back to a savepoint and keeps it; false where there is none of that name.
    pub(crate) fn rollback_to(&mut self, name: &str) -> bool {
        let Some(at) = self.position(name) else { return false };
        if !self.reversed(self.savepoints[at].progress) {
            self.command(&format!("ROLLBACK TO \"s{at}\""));
        }
        self.catalog.back_to(self.savepoints[at].mark);
        self.catalog.changed(self.mirror.undone());
        self.savepoints.truncate(at + 1);
        true
    }

    /// Forgets a savepoint; false where there is none of that name.
    pub(crate) fn release(&mut self, name: &str) -> bool {
        let Some(at) = self.position(name) else { return false };
        self.command(&format!("RELEASE \"s{at}\""));
        self.savepoints.truncate(at);
        true
    }

    fn savepoint_here(&self, name: Option<String>) -> Savepoint {
        Savepoint { name, mark: self.catalog.mark(), progress: self.progress.now() }
    }

    /// Executes a statement that others take back.
    pub(super) fn reversibly(&mut self, sql: &str, reversal: Vec<String>) -> Done<()> {
        let written = self.progress.written;
        self.quietly(sql)?;
        self.progress.written = written;
        self.progress.reversals.push(reversal);
        Ok(())
    }

    /// Takes back what was done since, where it is known how; whether it is taken back.
    fn reversed(&mut self, (written, made): (u64, usize)) -> bool {
        let is_known = self.progress.written == written;
        let mut reversals = self.progress.reversals.split_off(made.min(self.progress.reversals.len()));
        reversals.reverse();
        let done = is_known && reversals.iter().flatten().all(|sql| self.db.execute_batch(sql).is_ok());
        self.progress.written = written;
        done
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.savepoints.iter().rposition(|savepoint| savepoint.name.as_deref() == Some(name))
    }

    /// Does something of several steps: all of it, or nothing.
    pub(super) fn atomically<T, E>(&mut self, act: impl FnOnce(&mut Warehouse) -> Result<T, E>) -> Result<T, E> {
        let alone = !self.in_transaction();
        if alone {
            self.begin();
        } else {
            self.savepoint("");
        }
        let result = act(self);
        match (&result, alone) {
            (Ok(_), true) => self.commit(),
            (Err(_), true) => self.rollback(),
            (outcome, false) => {
                if outcome.is_err() {
                    self.rollback_to("");
                }
                self.release("");
            }
        }
        result
    }

    /// A command of transaction control. It has no way to fail but a full disk, which the next statement meets too.
    fn command(&mut self, sql: &str) {
        let _ = self.db.execute_batch(sql);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::{Session, Verdict};
    use super::*;
    use crate::sql::Dialect;

    fn warehouse() -> Warehouse {
        let session = Session { dialect: Dialect::Postgres, database: Some("d".to_owned()), schema: "s".to_owned() };
        Warehouse::new(session).unwrap()
    }

    fn tables(warehouse: &Warehouse) -> Vec<String> {
        let sql = "SELECT sql FROM sqlite_master ORDER BY name";
        let mut statement = warehouse.db.prepare(sql).unwrap();
        let found = statement.query_map([], |row| row.get(0)).unwrap().collect::<rusqlite::Result<_>>();
        found.unwrap()
    }

    #[test]
    fn what_was_only_assumed_is_taken_back_without_going_back() {
        let mut warehouse = warehouse();
        warehouse.execute("create table known (a int)");
        warehouse.begin();
        let before = tables(&warehouse);
        warehouse.execute("insert into other (b) values (1)");
        let with_other = tables(&warehouse);
        warehouse.savepoint("here");
        // It needs a table and columns that are assumed, and cannot be carried out.
        let effects = warehouse.execute("insert into known select x from more join other on y = b and nothing(b)");
        assert_eq!(effects[0].verdict, Verdict::NotProved);
        assert_eq!(tables(&warehouse), with_other);
        assert!(warehouse.rollback_to("here"));
        assert_eq!(tables(&warehouse), with_other);
        warehouse.rollback();
        assert_eq!(tables(&warehouse), before);
    }

    #[test]
    fn what_was_written_goes_back() {
        let mut warehouse = warehouse();
        warehouse.execute("create table t (a int)");
        warehouse.begin();
        warehouse.savepoint("here");
        warehouse.execute("select a, b from assumed");
        warehouse.execute("insert into assumed (b) values (1)");
        warehouse.execute("insert into t values (1)");
        assert!(warehouse.rollback_to("here"));
        let [table] = &tables(&warehouse)[..] else { panic!("one table is left") };
        assert!(table.ends_with("(\"a\" INTEGER)"), "{table}");
        warehouse.savepoint("returned");
        assert!(warehouse.execute("insert into t values (2) returning a")[0].rows.is_some());
        assert!(warehouse.rollback_to("returned"));
        warehouse.commit();
        let rows = warehouse.execute("select * from t").pop().unwrap().rows.unwrap();
        assert!(rows.rows.is_empty());
    }
}
