//! What had to be assumed: things that statements need and nothing in the rehearsal makes.

use std::sync::Arc;

/// What is assumed to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum AssumptionKind {
    Table,
    Schema,
    Database,
    Role,
    User,
    Group,
    Warehouse,
    Function,
    Procedure,
    Sequence,
    Stage,
    Policy,
    Tag,
    Other,
}

impl AssumptionKind {
    /// As reports name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            AssumptionKind::Table => "table",
            AssumptionKind::Schema => "schema",
            AssumptionKind::Database => "database",
            AssumptionKind::Role => "role",
            AssumptionKind::User => "user",
            AssumptionKind::Group => "group",
            AssumptionKind::Warehouse => "warehouse",
            AssumptionKind::Function => "function",
            AssumptionKind::Procedure => "procedure",
            AssumptionKind::Sequence => "sequence",
            AssumptionKind::Stage => "stage",
            AssumptionKind::Policy => "policy",
            AssumptionKind::Tag => "tag",
            AssumptionKind::Other => "object",
        }
    }
}

/// Something that is assumed to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assumption {
    /// What it is.
    pub kind: AssumptionKind,
    /// Its name, as the warehouse names it.
    pub name: String,
    /// Of a table, the columns that statements name.
    pub columns: Vec<String>,
    /// The labels of those who need it, in order, each once.
    pub needed_by: Vec<Arc<str>>,
}

/// What a name means that no relation has yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expectation {
    /// The project makes it later: a statement that needs it now fails.
    NotBuiltYet {
        /// Who makes it.
        by: String,
    },
    /// Nothing in the project makes it: it may be there.
    Outside,
}
