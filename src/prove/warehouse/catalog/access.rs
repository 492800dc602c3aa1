//! Who may do what: grants on objects, and on objects to come.

use std::fmt;
use std::sync::Arc;

use super::object::{Class, Object};

/// Who is granted something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Grantee {
    /// What it is: a role, a user, a group, a share; a role where the statement doesn't say and the warehouse makes no
    /// difference.
    pub class: Class,
    /// Its name, folded; `public` for everybody.
    pub name: String,
}

impl Grantee {
    /// The one that sorts before all others.
    pub(crate) fn first() -> Grantee {
        Grantee { class: Class::Database, name: String::new() }
    }
}

impl fmt::Display for Grantee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// That something is granted, and by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Held {
    /// With the option to grant it to others.
    pub(crate) option: bool,
    /// Whose statement gave it.
    pub(crate) by: Arc<str>,
}

/// A promise: a privilege on objects of a kind that are made later in a place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Coming {
    /// The kind in the plural, as the statement names it; `relations` where it means tables and views.
    pub kinds: String,
    /// The database, or database and schema, that they are made in; empty for anywhere.
    pub within: Vec<String>,
    /// The role that makes them, where it says which.
    pub maker: Option<String>,
    /// Who is promised it.
    pub grantee: Grantee,
    /// What.
    pub privilege: String,
    /// Whether such a promise of a schema overrules that of its database.
    pub(crate) overruled: bool,
}

/// What a privilege is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grant {
    /// An object that is there.
    Object(Object),
    /// Objects that are made later.
    Coming(Coming),
}

/// A line of the access table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// The privilege in lower case; `membership` for a role that is granted, `ownership` for an owner.
    pub privilege: String,
    /// On what.
    pub on: Grant,
    /// Who has it.
    pub grantee: Grantee,
    /// Whether the grantee may grant it to others.
    pub option: bool,
    /// Whose statement gave it.
    pub by: Arc<str>,
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Grant::Object(object) => match object.class {
                Class::Relation | Class::Column => write!(f, "{object}"),
                Class::Account => f.write_str("account"),
                class => write!(f, "{} {object}", class.word()),
            },
            Grant::Coming(coming) => {
                let kinds = if coming.kinds == "relations" { "tables" } else { &coming.kinds };
                write!(f, "{kinds} to come")?;
                let within: Vec<&str> =
                    coming.within.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
                match coming.within.len() {
                    0 => {}
                    1 => write!(f, " in database {}", within.join("."))?,
                    _ => write!(f, " in schema {}", within.join("."))?,
                }
                match &coming.maker {
                    Some(maker) => write!(f, " that {maker} makes"),
                    None => Ok(()),
                }
            }
        }
    }
}
