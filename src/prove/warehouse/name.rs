//! Names of relations: how a dialect folds them, and what they are called in `SQLite`.

use std::fmt;

use crate::sql::Dialect;

/// What a dialect makes of a name without quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folding {
    /// It is read in lower case, and names in quotes are read as they are.
    Lower,
    /// It is read in upper case, and names in quotes are read as they are.
    Upper,
    /// Case does not matter, in quotes or not.
    Ignored,
}

impl Folding {
    /// That of a dialect.
    #[must_use]
    pub fn of(dialect: Dialect) -> Folding {
        match dialect {
            Dialect::Postgres => Folding::Lower,
            Dialect::Snowflake | Dialect::Oracle => Folding::Upper,
            _ => Folding::Ignored,
        }
    }

    /// One part of a name, so that two that mean the same object are the same text.
    #[must_use]
    pub fn fold(self, part: &str, quoted: bool) -> String {
        match (self, quoted) {
            (Folding::Lower, false) | (Folding::Ignored, _) => part.to_lowercase(),
            (Folding::Upper, false) => part.to_uppercase(),
            (_, true) => part.to_owned(),
        }
    }
}

/// The whole name of a relation, folded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelationName {
    /// The database, the project of `BigQuery`, the catalog of Databricks; none where the warehouse has only one.
    pub database: Option<String>,
    /// The schema, the dataset of `BigQuery`.
    pub schema: String,
    /// The name itself.
    pub identifier: String,
}

impl fmt::Display for RelationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(database) = &self.database {
            write!(f, "{database}.")?;
        }
        write!(f, "{}.{}", self.schema, self.identifier)
    }
}
