//! `SQLite` itself: the connection, what statements may do there, and what its errors mean.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::{Connection, Error, ErrorCode, Result};

use super::convert::UNJUDGED;
use super::functions;
use super::stop::Stop;

/// The most bytes that `SQLite` holds at a time, of all databases of the process together.
const MOST_MEMORY: i64 = 1 << 30;

/// The most bytes of a text or a row.
const MOST_BYTES: i32 = 64 << 20;

/// The most instructions of one statement, in units of [`UNIT`].
const MOST_UNITS: u64 = 10_000;

/// The same, of the query that a node is made from.
const NODE_UNITS: u64 = 1_000;

/// How many instructions pass between two looks at the bound.
const UNIT: i32 = 10_000;

/// How many bytes of a text are read and rewritten in the time of as many instructions.
const BYTES: u64 = 400;

/// How much work statements have done, in units of [`UNIT`].
#[derive(Debug)]
pub(super) struct Work {
    of_statement: AtomicU64,
    of_all: AtomicU64,
    most_of_all: AtomicU64,
}

impl Work {
    /// A statement begins.
    pub(super) fn begin(&self) {
        self.of_statement.store(0, Ordering::Relaxed);
    }

    /// The query of a node begins.
    pub(super) fn begin_node(&self) {
        self.of_statement.store(MOST_UNITS.saturating_sub(NODE_UNITS), Ordering::Relaxed);
    }

    /// Bounds what all statements do together, in instructions.
    pub(super) fn bound(&self, instructions: u64) {
        self.most_of_all.store(instructions / UNIT as u64, Ordering::Relaxed);
    }

    /// Takes what a text takes to be read; says whether that may still be done.
    pub(super) fn take(&self, text: &str) -> bool {
        self.of_all.fetch_add(1 + text.len() as u64 / BYTES, Ordering::Relaxed);
        !self.is_spent()
    }

    fn is_spent(&self) -> bool {
        self.of_all.load(Ordering::Relaxed) > self.most_of_all.load(Ordering::Relaxed)
    }

    /// Counts a unit; says whether a bound is met.
    fn is_over(&self) -> bool {
        self.of_all.fetch_add(1, Ordering::Relaxed);
        self.of_statement.fetch_add(1, Ordering::Relaxed) > MOST_UNITS || self.is_spent()
    }
}

/// Opens a database in memory.
pub(super) fn open() -> Result<Connection> {
    let db = Connection::open_in_memory()?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    db.pragma_update(None, "hard_heap_limit", MOST_MEMORY)?;
    // No file but the database is written, not even for a while.
    db.pragma_update(None, "temp_store", "MEMORY")?;
    db.pragma_update(None, "journal_mode", "MEMORY")?;
    db.pragma_update(None, "synchronous", "OFF")?;
    db.set_limit(Limit::SQLITE_LIMIT_LENGTH, MOST_BYTES)?;
    db.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    db.set_prepared_statement_cache_capacity(256);
    Ok(db)
}

/// Bounds the work of each statement, and refuses what leaves the database. After this only
/// statements of the rehearsal run.
pub(super) fn guard(db: &mut Connection) -> Result<Arc<Work>> {
    let units = Arc::new(Work {
        of_statement: AtomicU64::new(0),
        of_all: AtomicU64::new(0),
        most_of_all: AtomicU64::new(u64::MAX),
    });
    bound(db, &units, Arc::default())?;
    db.authorizer(Some(|context: AuthContext<'_>| match context.action {
        AuthAction::Attach { .. }
        | AuthAction::Detach { .. }
        | AuthAction::Pragma { .. }
        | AuthAction::CreateVtable { .. }
        | AuthAction::DropVtable { .. }
        | AuthAction::Unknown { .. } => Authorization::Deny,
        AuthAction::Function { function_name } if function_name.eq_ignore_ascii_case("load_extension") => {
            Authorization::Deny
        }
        _ => Authorization::Allow,
    }))?;
    Ok(units)
}

/// Ends each statement that needs more than its share, and all once the flag is up.
pub(super) fn bound(db: &mut Connection, units: &Arc<Work>, ended: Arc<AtomicBool>) -> Result<()> {
    let counted = Arc::clone(units);
    let is_over = move || counted.is_over() || ended.load(Ordering::Relaxed);
    db.progress_handler(UNIT, Some(is_over))
}

/// A name in quotes.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text in quotes.
pub(super) fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// What an error of `SQLite` means, as far as its text alone tells.
pub(super) fn stop(error: &Error) -> Stop {
    let (message, code) = match error {
        Error::SqliteFailure(code, message) => (message.clone().unwrap_or_else(|| code.to_string()), Some(code.code)),
        Error::SqlInputError { msg, error, .. } => (msg.clone(), Some(error.code)),
        other => (other.to_string(), None),
    };
    if let Some(words) = message.strip_prefix(functions::REFUSED) {
        return Stop::refuted(words);
    }
    if let Some(words) = message.strip_prefix(UNJUDGED) {
        return Stop::not_proved(words);
    }
    Stop::not_proved(match code {
        Some(ErrorCode::OperationInterrupted) => "it takes longer than the rehearsal waits".to_owned(),
        Some(ErrorCode::TooBig | ErrorCode::OutOfMemory | ErrorCode::DiskFull) => {
            "it needs more room than the rehearsal has".to_owned()
        }
        _ => format!("SQLite does not take what it was rewritten to: {message}"),
    })
}

/// A violated constraint, by its kind and what `SQLite` says of it: columns, or the constraint's name.
pub(super) fn violated(error: &Error) -> Option<(Violation, String)> {
    let Error::SqliteFailure(code, Some(message)) = error else { return None };
    if code.code != ErrorCode::ConstraintViolation {
        return None;
    }
    let (kind, rest) = message.split_once(" constraint failed: ")?;
    let violation = match kind {
        "NOT NULL" => Violation::NotNull,
        "UNIQUE" | "PRIMARY KEY" => Violation::Unique,
        "CHECK" => Violation::Check,
        _ => return None,
    };
    Some((violation, rest.to_owned()))
}

/// A kind of constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Violation {
    NotNull,
    Unique,
    Check,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::path::Path;

    use super::*;

    fn refusal(sql: &str) -> String {
        let mut db = open().unwrap();
        guard(&mut db).unwrap();
        db.execute_batch(sql).unwrap_err().to_string()
    }

    #[test]
    fn no_other_file_is_opened() {
        assert!(refusal("ATTACH 'other.db' AS other").contains("not authorized"));
        assert!(refusal("ATTACH ':memory:' AS other").contains("not authorized"));
        assert!(refusal("DETACH main").contains("not authorized"));
    }

    #[test]
    fn no_file_is_written_beside_the_database() {
        // It opens its copy as ATTACH does, of which there may be none.
        assert!(!refusal("VACUUM INTO 'copy.db'").is_empty());
        assert!(!Path::new("copy.db").exists());
    }

    #[test]
    fn settings_stay_as_they_are() {
        assert!(refusal("PRAGMA journal_mode = DELETE").contains("not authorized"));
        assert!(refusal("PRAGMA writable_schema = ON").contains("not authorized"));
        assert!(!refusal("SELECT * FROM pragma_database_list").is_empty());
    }

    #[test]
    fn no_virtual_table_is_made() {
        assert!(refusal("CREATE VIRTUAL TABLE words USING fts5(text)").contains("not authorized"));
    }

    #[test]
    fn no_code_is_loaded() {
        assert!(!refusal("SELECT load_extension('code.so')").is_empty());
        assert!(!refusal("SELECT readfile('file')").is_empty());
        assert!(!refusal("SELECT writefile('file', 'x')").is_empty());
    }

    #[test]
    fn what_does_not_end_is_ended() {
        let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
        assert!(refusal(endless).contains("interrupted"));
    }

    #[test]
    fn all_rows_together_have_a_bound() {
        let much = "CREATE TABLE much AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100) \
                    SELECT zeroblob(50000000) AS one FROM n";
        assert!(refusal(much).contains("memory"));
    }

    #[test]
    fn texts_have_a_bound() {
        assert!(refusal("SELECT zeroblob(1000000000)").contains("too big"));
    }
}
