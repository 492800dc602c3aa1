//! `SQLite` plays the warehouse: SQL of any dialect in, what it did and what that proves out. Knows nothing of dbt.
//!
//! A text is split into statements. Each is either executed, after a rewrite into `SQLite`'s SQL, or checked against
//! the simulated catalog and remembered there, or neither, and then the cause is said.

mod catalog;
mod name;
mod types;
mod value;

pub use catalog::{Catalog, Certainty, Column, Kind, Relation};
pub use name::{Folding, RelationName};
pub use types::Type;
pub use value::{Rows, SqlValue};

/// What a statement's run proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It ran on `SQLite`, as written or after a rewrite that is listed.
    Proved,
    /// It was checked against the simulated catalog.
    Simulated,
    /// It ran against something that had to be assumed.
    Assumed,
    /// It could not be judged.
    NotProved,
    /// It failed, and dbt would fail.
    Refuted,
}

impl Verdict {
    /// As reports name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Proved => "proved",
            Verdict::Simulated => "simulated",
            Verdict::Assumed => "assumed",
            Verdict::NotProved => "not proved",
            Verdict::Refuted => "refuted",
        }
    }
}

/// What a statement did.
#[derive(Debug, Clone)]
pub struct Effect {
    /// The statement, as written.
    pub sql: String,
    /// What was executed for it on `SQLite`.
    pub sqlite: Vec<String>,
    /// What that proves.
    pub verdict: Verdict,
    /// Why it failed, in the warehouse's words where they are known, or why it could not be judged.
    pub cause: Option<String>,
    /// How many rows it wrote, where it writes.
    pub affected: Option<u64>,
    /// What it gave, where it is a query.
    pub rows: Option<Rows>,
}
