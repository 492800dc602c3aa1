//! Why a statement is not carried out.

use super::name::RelationName;

/// Why a statement is not carried out.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Stop {
    /// The warehouse refuses it, in these words.
    Refuted(String),
    /// The rehearsal cannot carry it out; this part is why.
    NotProved(String),
    /// It names columns of relations whose columns are not all known. They are added, and it is tried again.
    Missing(Vec<MissingColumn>),
}

/// A column that a statement names and that its relation may have.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct MissingColumn {
    /// The relation.
    pub(super) relation: RelationName,
    /// The column's folded name.
    pub(super) column: String,
}

impl Stop {
    pub(super) fn refuted(cause: impl Into<String>) -> Stop {
        Stop::Refuted(cause.into())
    }

    /// Why, in words.
    pub(super) fn cause(self) -> String {
        match self {
            Stop::Refuted(cause) | Stop::NotProved(cause) => cause,
            Stop::Missing(_) => "columns are missing".to_owned(),
        }
    }

    pub(super) fn not_proved(cause: impl Into<String>) -> Stop {
        Stop::NotProved(cause.into())
    }
}

/// What a step of carrying a statement out gives.
pub(super) type Done<T> = Result<T, Stop>;
