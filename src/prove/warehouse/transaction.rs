//! Transactions and savepoints: rows and catalog go back together.

use super::Warehouse;

/// A place to go back to.
#[derive(Debug)]
pub(super) struct Savepoint {
    /// Its name; none for the transaction itself.
    pub(super) name: Option<String>,
    /// What the catalog's journal had then.
    mark: usize,
}

impl Warehouse {
    /// Opens a transaction; nothing where one is open.
    pub fn begin(&mut self) {
        if !self.in_transaction() {
            self.command("BEGIN");
            self.catalog.journal(true);
            self.keep_path();
            self.savepoints.push(Savepoint { name: None, mark: self.catalog.mark() });
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
            let mark = first.mark;
            self.command("ROLLBACK");
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
        self.savepoints.push(Savepoint { name: Some(name.to_owned()), mark: self.catalog.mark() });
    }

    /// Goes back to a savepoint and keeps it; false where there is none of that name.
    pub(crate) fn rollback_to(&mut self, name: &str) -> bool {
        let Some(at) = self.position(name) else { return false };
        self.command(&format!("ROLLBACK TO \"s{at}\""));
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
