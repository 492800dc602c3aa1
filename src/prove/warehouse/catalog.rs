//! The simulated catalog: which objects there are, and what is known of them.

use std::collections::HashMap;
use std::sync::Arc;

use super::name::RelationName;
use super::types::Type;

/// What a relation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Kind {
    Table,
    View,
    MaterializedView,
    DynamicTable,
    External,
}

/// How well something is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// It was made in the rehearsal, by a statement that was executed.
    Known,
    /// It was concluded: from a select list, a properties file, the hooks' own use.
    Inferred,
    /// Nothing in the project makes it: it is taken to be there.
    Assumed,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name, folded.
    pub name: String,
    /// Its type.
    pub of: Type,
    /// The type as it was declared, where it was.
    pub declared: Option<String>,
}

/// A relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// Its name.
    pub name: RelationName,
    /// What it is.
    pub kind: Kind,
    /// Whether it ends with the session.
    pub temporary: bool,
    /// The columns that are known, in order.
    pub columns: Vec<Column>,
    /// How well the columns are known: where they are not [`Certainty::Known`] there may be others.
    pub certainty: Certainty,
}

/// What there is.
#[derive(Debug, Default)]
pub struct Catalog {
    relations: HashMap<RelationName, Arc<Relation>>,
}

impl Catalog {
    /// A relation.
    #[must_use]
    pub fn relation(&self, name: &RelationName) -> Option<&Arc<Relation>> {
        self.relations.get(name)
    }
}
