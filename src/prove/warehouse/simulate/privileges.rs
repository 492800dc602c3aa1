//! Which privileges there are, and on what. `PostgreSQL`'s, by its manual and as a version 15 answers; those of other
//! warehouses are taken as they come.

use super::super::catalog::object::Class;
use crate::sql::PRIVILEGES;

const RELATION: [&str; 7] = ["select", "insert", "update", "delete", "truncate", "references", "trigger"];
const COLUMN: [&str; 4] = ["select", "insert", "update", "references"];
const SEQUENCE: [&str; 3] = ["usage", "select", "update"];

/// Words that a `PostgreSQL` takes for privileges besides those that are granted on objects.
const OTHERS: [&str; 2] = ["alter system", "rule"];

/// What a GRANT in `PostgreSQL` is on, which decides what may be granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum On {
    /// A table, a view, or a sequence that is not called so.
    Relation,
    /// A relation that is a table or a view.
    Table,
    /// Columns.
    Column,
    /// A sequence.
    Sequence,
    /// A schema, database, function or what else.
    Other(Class),
}

impl On {
    /// What ALL stands for.
    pub(super) fn all(self) -> &'static [&'static str] {
        match self {
            On::Relation | On::Table => &RELATION,
            On::Column => &COLUMN,
            On::Sequence => &SEQUENCE,
            On::Other(Class::Schema) => &["usage", "create"],
            On::Other(Class::Database) => &["create", "connect", "temporary"],
            On::Other(Class::Function | Class::Procedure) => &["execute"],
            On::Other(Class::Tablespace) => &["create"],
            On::Other(_) => &["usage"],
        }
    }

    fn word(self) -> &'static str {
        match self {
            On::Relation => "relation",
            On::Table => "table",
            On::Column => "column",
            On::Sequence => "sequence",
            On::Other(Class::Server) => "foreign server",
            On::Other(class) => class.word(),
        }
    }

    fn allows(self, privilege: &str) -> bool {
        match (self, privilege) {
            (On::Relation, "usage") => true,
            (On::Relation | On::Table, "maintain" | "rule") => true,
            (On::Other(Class::Database), "temp") => true,
            // Configuration parameters, languages and others are not told apart.
            (On::Other(Class::Other | Class::OtherGlobal), _) => true,
            _ => self.all().contains(&privilege),
        }
    }

    /// Why `PostgreSQL` refuses a privilege there; none where it doesn't.
    pub(super) fn refuses(self, privilege: &str) -> Option<String> {
        (!self.allows(privilege))
            .then(|| format!("invalid privilege type {} for {}", privilege.to_uppercase(), self.word()))
    }
}

/// Why `PostgreSQL` does not know a privilege at all.
pub(super) fn unrecognized(privilege: &str) -> Option<String> {
    (!PRIVILEGES.contains(&privilege) && !OTHERS.contains(&privilege))
        .then(|| format!("unrecognized privilege type \"{privilege}\""))
}

/// The privileges that one word stands for.
pub(super) fn spelled(privilege: &str) -> &str {
    match privilege {
        "temp" => "temporary",
        "all privileges" => "all",
        other => other,
    }
}
