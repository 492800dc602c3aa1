//! Statements that a warehouse refuses inside a transaction.

use super::dialect::Dialect;
use super::outline::Outline;
use super::verb::{ObjectKind, Verb};

/// Why a statement is refused inside a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    /// What is refused.
    pub(crate) what: String,
    /// The warehouse's words.
    pub(crate) says: String,
    /// Whether the warehouse's answer was measured.
    pub(crate) measured: bool,
}

/// Why a warehouse refuses the statement inside a transaction; none where it doesn't.
pub(crate) fn refused_in_transaction(outline: &Outline, dialect: Dialect) -> Option<Refused> {
    use ObjectKind::{Database, ExternalTable, Index, Schema, System, Tablespace};
    let object = outline.object.as_ref();
    let block = |what: &str| {
        let says = format!("{what} cannot run inside a transaction block");
        Some(Refused { what: what.to_owned(), says, measured: dialect != Dialect::Redshift })
    };
    if outline.opaque {
        return None;
    }
    match (dialect, &outline.verb, object) {
        (Dialect::Postgres | Dialect::Redshift, Verb::Vacuum, _) => block("VACUUM"),
        (Dialect::Postgres, Verb::Create, Some(Index)) if outline.concurrently => block("CREATE INDEX CONCURRENTLY"),
        (Dialect::Postgres, Verb::Drop, Some(Index)) if outline.concurrently => block("DROP INDEX CONCURRENTLY"),
        (Dialect::Postgres, Verb::Reindex, _) if outline.concurrently => block("REINDEX CONCURRENTLY"),
        (Dialect::Postgres, Verb::Reindex, Some(Schema)) => block("REINDEX SCHEMA"),
        (Dialect::Postgres, Verb::Reindex, Some(Database)) => block("REINDEX DATABASE"),
        (Dialect::Postgres, Verb::Reindex, Some(System)) => block("REINDEX SYSTEM"),
        (Dialect::Postgres | Dialect::Redshift, Verb::Create, Some(Database)) => block("CREATE DATABASE"),
        (Dialect::Postgres | Dialect::Redshift, Verb::Drop, Some(Database)) => block("DROP DATABASE"),
        (Dialect::Postgres, Verb::Create, Some(Tablespace)) => block("CREATE TABLESPACE"),
        (Dialect::Postgres, Verb::Drop, Some(Tablespace)) => block("DROP TABLESPACE"),
        (Dialect::Postgres, Verb::Alter, Some(System)) => block("ALTER SYSTEM"),
        (Dialect::Redshift, Verb::Create, Some(ExternalTable)) => block("CREATE EXTERNAL TABLE"),
        (Dialect::SqlServer, verb @ (Verb::Create | Verb::Drop | Verb::Alter), Some(Database)) => {
            let what = format!("{} DATABASE", verb.name().to_uppercase());
            let says = format!("{what} statement not allowed within multi-statement transaction");
            Some(Refused { what, says, measured: false })
        }
        _ => None,
    }
}
