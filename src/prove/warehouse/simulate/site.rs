//! What a statement's names mean: relations, their columns, and all other objects; there, gone, or assumed.

use std::sync::Arc;

use super::super::Warehouse;
use super::super::assumption::{AssumptionKind, Expectation};
use super::super::catalog::ledger::State;
use super::super::catalog::object::{Class, Level, Object};
use super::super::catalog::{Certainty, Kind, Relation};
use super::super::name::RelationName;
use super::super::stop::{Done, MissingColumn, Stop};
use super::reader::Written;
use super::words;
use crate::sql::Dialect;

/// Roles that are there without anybody making them.
const BUILT_IN_ROLES: [&str; 12] = [
    "public",
    "current_user",
    "current_role",
    "session_user",
    "accountadmin",
    "securityadmin",
    "sysadmin",
    "useradmin",
    "orgadmin",
    "account users",
    "allauthenticatedusers",
    "default",
];

impl Warehouse {
    pub(super) fn dialect(&self) -> Dialect {
        self.session().dialect
    }

    /// Whether the words and rules of a `PostgreSQL` are those of the warehouse.
    pub(super) fn is_postgres(&self) -> bool {
        self.dialect() == Dialect::Postgres
    }

    pub(super) fn fold(&self, part: &(String, bool)) -> String {
        self.folding().fold(&part.0, part.1)
    }

    /// The relation, or other object of a schema, that a name means.
    pub(super) fn meant(&self, written: &Written) -> Done<RelationName> {
        if written.is_unknown() {
            return Err(Stop::not_proved("a name in it is not known before the run"));
        }
        let parts: Vec<(&str, bool)> = written.parts.iter().map(|(part, quoted)| (part.as_str(), *quoted)).collect();
        let mut name = self.name(&parts);
        if name.schema.is_empty() {
            name.schema.clone_from(&self.session().schema);
        }
        let temporary = self.temporary_name(&name.identifier);
        if parts.len() == 1 && self.catalog().relation(&temporary).is_some() {
            return Ok(temporary);
        }
        Ok(if parts.len() == 1 { self.on_path(name) } else { name })
    }

    /// The schema that a name means.
    pub(super) fn meant_schema(&self, written: &Written) -> Done<Object> {
        if written.is_unknown() {
            return Err(Stop::not_proved("a name in it is not known before the run"));
        }
        let (outer, last) = written.split_last();
        let database = match outer {
            Some(outer) => Some(self.fold(outer.last())),
            None => self.session().database.clone(),
        };
        Ok(Object::schema(database.as_deref(), &self.fold(&last)))
    }

    /// An object of a class that a name means.
    pub(super) fn object(&self, class: Class, written: &Written) -> Done<Object> {
        match class.level() {
            Level::Schema | Level::Relation => Ok(Object::in_schema(class, &self.meant(written)?)),
            Level::Database if class == Class::Schema => self.meant_schema(written),
            Level::Database => {
                let schema = self.meant_schema(written)?;
                Ok(Object::new(class, schema.path))
            }
            Level::Global => {
                if written.is_unknown() {
                    return Err(Stop::not_proved("a name in it is not known before the run"));
                }
                Ok(Object::global(self.class(class), self.fold(written.last())))
            }
        }
    }

    /// Users and groups are roles where the warehouse makes no difference.
    pub(super) fn class(&self, class: Class) -> Class {
        match class {
            Class::User | Class::Group if self.is_postgres() => Class::Role,
            class => class,
        }
    }

    /// A relation, where it is there; assumed where nothing is known of it. None where it certainly is not there.
    fn find_relation(&mut self, name: &RelationName) -> Done<Option<Arc<Relation>>> {
        if self.catalog().relation(name).is_none() {
            if self.is_missing(name) {
                return Ok(None);
            }
            self.create(Relation::new(name.clone(), Kind::Table, Vec::new(), Certainty::Assumed))?;
        }
        let found = self.catalog().relation(name).cloned();
        if let Some(relation) = &found {
            self.touch(relation);
        }
        Ok(found)
    }

    /// Whether a relation certainly is not there: it was dropped, it is made later, its schema is gone.
    pub(super) fn is_missing(&self, name: &RelationName) -> bool {
        let schema = Object::schema(name.database.as_deref(), &name.schema);
        self.catalog().relation(name).is_none()
            && (self.catalog().dropped_by(name).is_some()
                || matches!(self.expected.get(name), Some(Expectation::NotBuiltYet { .. }))
                || self.is_gone(&schema))
    }

    /// Whether an object was dropped.
    pub(super) fn is_gone(&self, object: &Object) -> bool {
        matches!(self.catalog().ledger().state(object), Some(State::Dropped { .. }))
    }

    /// A relation that a statement cannot do without.
    pub(super) fn need_relation(&mut self, written: &Written) -> Done<Arc<Relation>> {
        let name = self.meant(written)?;
        self.need_schema_of(written)?;
        if let Some(relation) = self.find_relation(&name)? {
            return Ok(relation);
        }
        let cause = words::no_relation(self.dialect(), written, &name);
        Err(Stop::refuted(match (self.expected.get(&name), self.catalog().dropped_by(&name)) {
            (_, Some(by)) => words::dropped(&cause, by),
            (Some(Expectation::NotBuiltYet { by }), _) => format!("{cause}: {}", self.not_yet(by)),
            _ => cause,
        }))
    }

    /// The schema that a name gives is not gone.
    pub(super) fn need_schema_of(&mut self, written: &Written) -> Done<()> {
        let (Some(schema), _) = written.split_last() else { return Ok(()) };
        if schema.last().0.is_empty() {
            return Ok(());
        }
        let object = self.meant_schema(&schema)?;
        if self.is_gone(&object) {
            return Err(Stop::refuted(words::missing(self.dialect(), &object)));
        }
        Ok(())
    }

    /// Columns that a relation has; where its columns are not all known, they are added to those that are.
    pub(super) fn need_columns(&mut self, relation: &Relation, columns: &[(String, bool)]) -> Done<Vec<String>> {
        let mut folded = Vec::new();
        for column in columns {
            if column.0.contains(crate::sql::UNKNOWN) {
                return Err(Stop::not_proved("a name in it is not known before the run"));
            }
            let name = self.fold(column);
            if relation.column(&name).is_none() && !relation.is_open() {
                return Err(Stop::refuted(words::no_column(self.dialect(), &name, &relation.name)));
            }
            folded.push(name);
        }
        let unknown: Vec<String> = folded.iter().filter(|name| relation.column(name).is_none()).cloned().collect();
        if !unknown.is_empty() {
            let missing = |column| MissingColumn { relation: relation.name.clone(), column };
            self.add_columns(unknown.into_iter().map(missing).collect())?;
        }
        Ok(folded)
    }

    /// An object that a statement cannot do without: it is there, or taken to be.
    pub(in crate::prove::warehouse) fn need(&mut self, object: &Object) -> Done<()> {
        match self.catalog().ledger().state(object) {
            Some(State::Made { .. }) => Ok(()),
            Some(State::Dropped { by }) => {
                Err(Stop::refuted(words::dropped(&words::missing(self.dialect(), object), by)))
            }
            Some(State::Assumed) => {
                self.assume(assumption(object.class), object.to_string());
                Ok(())
            }
            None => {
                if self.is_built_in(object) {
                    return Ok(());
                }
                if let Some(schema) = object.its_schema().filter(|schema| self.is_gone(schema)) {
                    return Err(Stop::refuted(words::missing(self.dialect(), &schema)));
                }
                self.assume(assumption(object.class), object.to_string());
                self.ledger().assume(object.clone());
                Ok(())
            }
        }
    }

    /// Whether an object is there from the beginning.
    pub(in crate::prove::warehouse) fn is_built_in(&self, object: &Object) -> bool {
        let name = object.path.last().map(|name| name.to_lowercase()).unwrap_or_default();
        match object.class {
            Class::Role | Class::User | Class::Group => {
                BUILT_IN_ROLES.contains(&name.as_str()) || name.starts_with("pg_") || name.is_empty()
            }
            Class::Schema => {
                let own = self.opened.database.clone().unwrap_or_default() == object.path[0]
                    && object.path[1] == self.opened.schema;
                own || self.is_system_schema(&name)
            }
            Class::Database => self.opened.database.as_deref() == object.path.last().map(String::as_str),
            Class::Account => true,
            Class::Extension => name == "plpgsql",
            Class::Language => matches!(name.as_str(), "sql" | "plpgsql" | "c" | "internal"),
            _ => false,
        }
    }

    fn is_system_schema(&self, name: &str) -> bool {
        match self.dialect() {
            Dialect::Postgres | Dialect::Redshift => matches!(name, "public" | "information_schema" | "pg_catalog"),
            Dialect::DuckDb => matches!(name, "main" | "information_schema" | "pg_catalog"),
            Dialect::Snowflake => matches!(name, "public" | "information_schema"),
            Dialect::SqlServer => matches!(name, "dbo" | "sys" | "information_schema"),
            Dialect::Sqlite => name == "main",
            _ => matches!(name, "default" | "information_schema"),
        }
    }

    /// The relations of a schema, or of all schemas of a database.
    pub(super) fn relations_of(&self, place: &Object) -> Vec<Arc<Relation>> {
        self.catalog().within(place).cloned().collect()
    }
}

/// What is assumed, by class.
pub(super) fn assumption(class: Class) -> AssumptionKind {
    match class {
        Class::Relation => AssumptionKind::Table,
        Class::Schema => AssumptionKind::Schema,
        Class::Database => AssumptionKind::Database,
        Class::Role | Class::DatabaseRole => AssumptionKind::Role,
        Class::User => AssumptionKind::User,
        Class::Group => AssumptionKind::Group,
        Class::Warehouse => AssumptionKind::Warehouse,
        Class::Function => AssumptionKind::Function,
        Class::Procedure | Class::Routine => AssumptionKind::Procedure,
        Class::Sequence => AssumptionKind::Sequence,
        Class::Stage => AssumptionKind::Stage,
        Class::MaskingPolicy | Class::RowAccessPolicy | Class::Policy | Class::TablePolicy => AssumptionKind::Policy,
        Class::Tag => AssumptionKind::Tag,
        _ => AssumptionKind::Other,
    }
}
