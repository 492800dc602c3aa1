//! What had to be assumed: things that statements need and nothing in the rehearsal makes.

use std::collections::{HashMap, HashSet};
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

/// What is assumed, in the order in which it was first needed.
#[derive(Debug, Default)]
pub(super) struct Assumptions {
    list: Vec<Assumption>,
    by_name: HashMap<(AssumptionKind, String), usize>,
    needs: HashSet<(usize, Arc<str>)>,
    /// How many of them are tables.
    tables: usize,
}

impl Assumptions {
    pub(super) fn list(&self) -> &[Assumption] {
        &self.list
    }

    /// Whether a table is among them.
    pub(super) fn has_tables(&self) -> bool {
        self.tables > 0
    }

    /// Notes that something is assumed, and who needs it.
    pub(super) fn add(&mut self, kind: AssumptionKind, name: String, by: &Arc<str>) -> &mut Assumption {
        let key = (kind, name);
        let at = self.by_name.get(&key).copied().unwrap_or_else(|| {
            let at = self.list.len();
            self.list.push(Assumption { kind, name: key.1.clone(), columns: Vec::new(), needed_by: Vec::new() });
            self.tables += usize::from(kind == AssumptionKind::Table);
            self.by_name.insert(key, at);
            at
        });
        let assumption = &mut self.list[at];
        if !by.is_empty() && self.needs.insert((at, Arc::clone(by))) {
            assumption.needed_by.push(Arc::clone(by));
        }
        assumption
    }
}

/// Why what makes a relation has not made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotMade {
    /// It failed, and what it did is rolled back.
    Failed,
    /// Something that it needs failed.
    Skipped,
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
