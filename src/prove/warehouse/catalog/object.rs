//! Objects of a warehouse that are no rows: their classes, and names that are the same for the same object.

use std::fmt;

use super::super::name::RelationName;
use crate::sql::ObjectKind;

macro_rules! classes {
    ($($name:ident $word:literal $level:ident,)+) => {
        /// What an object is. Those that share their names are one class: tables and views, types and domains.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs)]
        pub enum Class { $($name,)+ }

        impl Class {
            /// Every class.
            pub(crate) const ALL: &[Class] = &[$(Class::$name,)+];

            /// As messages name it.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Class::$name => $word,)+ }
            }

            /// What its names are part of.
            pub(crate) fn level(self) -> Level {
                match self { $(Class::$name => Level::$level,)+ }
            }
        }
    };
}

/// What the names of a class are part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// The account, the server, the cluster.
    Global,
    /// A database.
    Database,
    /// A schema.
    Schema,
    /// A relation.
    Relation,
}

classes! {
    Database "database" Global,
    Role "role" Global,
    User "user" Global,
    Group "group" Global,
    Warehouse "warehouse" Global,
    ResourceMonitor "resource monitor" Global,
    Integration "integration" Global,
    Share "share" Global,
    Datashare "datashare" Global,
    Language "language" Global,
    Extension "extension" Global,
    Server "server" Global,
    Tablespace "tablespace" Global,
    Publication "publication" Global,
    Connection "connection" Global,
    Account "account" Global,
    Prepared "prepared statement" Global,
    Channel "channel" Global,
    OtherGlobal "object" Global,
    Schema "schema" Database,
    DatabaseRole "database role" Database,
    Relation "relation" Schema,
    Sequence "sequence" Schema,
    Index "index" Schema,
    Function "function" Schema,
    Procedure "procedure" Schema,
    Routine "routine" Schema,
    Type "type" Schema,
    Stage "stage" Schema,
    Stream "stream" Schema,
    Task "task" Schema,
    Pipe "pipe" Schema,
    FileFormat "file format" Schema,
    Tag "tag" Schema,
    MaskingPolicy "masking policy" Schema,
    RowAccessPolicy "row access policy" Schema,
    Policy "policy" Schema,
    Statistics "statistics object" Schema,
    Other "object" Schema,
    Column "column" Relation,
    Constraint "constraint" Relation,
    Trigger "trigger" Relation,
    Rule "rule" Relation,
    TablePolicy "policy" Relation,
}

impl Class {
    /// The class of a kind of object, as a statement names it. None for what has no names of its own.
    #[must_use]
    pub fn of(kind: &ObjectKind) -> Option<Class> {
        use ObjectKind as K;
        let class = match kind {
            K::Table | K::View | K::MaterializedView | K::ExternalTable | K::DynamicTable => Class::Relation,
            K::Schema | K::Dataset => Class::Schema,
            K::Database | K::Catalog => Class::Database,
            K::Column => Class::Column,
            K::Index => Class::Index,
            K::Constraint => Class::Constraint,
            K::Function => Class::Function,
            K::Procedure => Class::Procedure,
            K::Sequence => Class::Sequence,
            K::Stage => Class::Stage,
            K::Stream => Class::Stream,
            K::Task => Class::Task,
            K::Pipe => Class::Pipe,
            K::FileFormat => Class::FileFormat,
            K::Tag => Class::Tag,
            K::MaskingPolicy => Class::MaskingPolicy,
            K::RowAccessPolicy => Class::RowAccessPolicy,
            K::Policy => Class::Policy,
            K::Role => Class::Role,
            K::DatabaseRole => Class::DatabaseRole,
            K::User => Class::User,
            K::Group => Class::Group,
            K::Warehouse => Class::Warehouse,
            K::ResourceMonitor => Class::ResourceMonitor,
            K::Integration => Class::Integration,
            K::Share => Class::Share,
            K::Datashare => Class::Datashare,
            K::Trigger => Class::Trigger,
            K::Type => Class::Type,
            K::Extension => Class::Extension,
            K::Statistics => Class::Statistics,
            K::Language => Class::Language,
            K::Server => Class::Server,
            K::Tablespace => Class::Tablespace,
            K::Connection => Class::Connection,
            K::Account => Class::Account,
            K::Other(word) if word == "rule" => Class::Rule,
            K::Other(word) if word == "publication" => Class::Publication,
            K::Volume
            | K::Secret
            | K::Dictionary
            | K::Model
            | K::NetworkRule
            | K::Package
            | K::Synonym
            | K::Other(_) => Class::Other,
            K::Assignment | K::Reservation => Class::OtherGlobal,
            K::Session | K::System | K::Partition | K::DefaultPrivileges | K::Clustering => return None,
        };
        Some(class)
    }
}

/// An object, by its class and its whole name, folded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Object {
    /// What it is.
    pub class: Class,
    /// Its name from the outside in: database, schema, relation, its own, as far as its class has them. The database is
    /// empty where the warehouse has only one. A routine's last part is the list of its argument types.
    pub path: Vec<String>,
}

impl Object {
    pub(crate) fn new(class: Class, path: Vec<String>) -> Object {
        Object { class, path }
    }

    /// An object that is part of no schema.
    pub(crate) fn global(class: Class, name: impl Into<String>) -> Object {
        Object::new(class, vec![name.into()])
    }

    /// A table or a view.
    pub(crate) fn relation(name: &RelationName) -> Object {
        Object::in_schema(Class::Relation, name)
    }

    /// An object of a schema.
    pub(crate) fn in_schema(class: Class, name: &RelationName) -> Object {
        let database = name.database.clone().unwrap_or_default();
        Object::new(class, vec![database, name.schema.clone(), name.identifier.clone()])
    }

    /// A schema.
    pub(crate) fn schema(database: Option<&str>, schema: &str) -> Object {
        Object::new(Class::Schema, vec![database.unwrap_or_default().to_owned(), schema.to_owned()])
    }

    /// The schema that it is in.
    pub(crate) fn its_schema(&self) -> Option<Object> {
        match self.class.level() {
            Level::Schema | Level::Relation => Some(Object::new(Class::Schema, self.path.get(..2)?.to_vec())),
            Level::Global | Level::Database => None,
        }
    }

    /// The name that it shares with relations.
    pub(crate) fn relation_name(&self) -> Option<RelationName> {
        let [database, schema, identifier, ..] = self.path.as_slice() else { return None };
        let database = (!database.is_empty()).then(|| database.clone());
        Some(RelationName { database, schema: schema.clone(), identifier: identifier.clone() })
    }

    /// A part of a relation.
    pub(crate) fn on(class: Class, relation: &RelationName, name: impl Into<String>) -> Object {
        let mut path = Object::relation(relation).path;
        path.push(name.into());
        Object::new(class, path)
    }

    /// The same part of something that is called otherwise.
    pub(crate) fn moved(&self, from: &[String], to: &[String]) -> Object {
        let rest = self.path.get(from.len()..).unwrap_or_default();
        Object::new(self.class, to.iter().chain(rest).cloned().collect())
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let routine = matches!(self.class, Class::Function | Class::Procedure | Class::Routine) && self.path.len() > 3;
        let named = if routine { &self.path[..3] } else { &self.path[..] };
        let mut first = true;
        for part in named.iter().filter(|part| !part.is_empty()) {
            if !first {
                f.write_str(".")?;
            }
            first = false;
            f.write_str(part)?;
        }
        if routine { write!(f, "({})", self.path[3]) } else { Ok(()) }
    }
}
