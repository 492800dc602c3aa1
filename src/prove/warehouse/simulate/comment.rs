//! COMMENT ON.

use super::super::Warehouse;
use super::super::catalog::Kind;
use super::super::catalog::object::{Class, Object};
use super::super::stop::{Done, Stop};
use super::grant::{class_of, kind_of};
use super::reader::{Reader, Written};
use super::{routine, words};
use crate::sql::{Dialect, ObjectKind};

impl Warehouse {
    /// COMMENT, after the verb.
    pub(super) fn comment(&mut self, reader: &mut Reader<'_>) -> Done<()> {
        let guarded = reader.if_exists();
        reader.eat("on");
        let foreign = reader.eat("foreign");
        let Some(kind) = reader.kind().or_else(|| other_kind(reader)) else {
            return Err(Stop::not_proved("this form of the statement is not known to the rehearsal"));
        };
        let kind = if foreign && kind == ObjectKind::Table { ObjectKind::ExternalTable } else { kind };
        let Some(name) = reader.name() else {
            return Err(Stop::not_proved("what it comments on is not known"));
        };
        let arguments = reader.parenthesis().map(|inside| routine::types(&reader.of(inside)));
        let on = if reader.eat("on") {
            reader.eat("domain");
            reader.name()
        } else {
            None
        };
        let object = if guarded && self.is_certainly_missing(&kind, &name)? {
            return Ok(());
        } else {
            self.commented(&kind, &name, arguments.as_deref(), on.as_ref())?
        };
        reader.eat("is");
        match reader.text() {
            Some(text) => self.ledger().note(object, "comment", text),
            None => self.ledger().unnote(&object, "comment"),
        }
        Ok(())
    }

    fn is_certainly_missing(&mut self, kind: &ObjectKind, name: &Written) -> Done<bool> {
        if kind_of(kind).is_some() {
            let name = self.meant(name)?;
            return Ok(self.is_missing(&name));
        }
        match class_of(kind, self.dialect()) {
            Some(Class::Column) | None => Ok(false),
            Some(class) => {
                let object = self.object(class, name)?;
                Ok(self.is_gone(&object))
            }
        }
    }

    /// The object that a comment is on, which is there and of the kind that is said.
    fn commented(
        &mut self,
        kind: &ObjectKind,
        name: &Written,
        arguments: Option<&[String]>,
        on: Option<&Written>,
    ) -> Done<Object> {
        if let Some(of) = kind_of(kind) {
            return self.relation_of_kind(name, of).map(|relation| Object::relation(&relation));
        }
        match (class_of(kind, self.dialect()), on) {
            (Some(Class::Column), _) => self.commented_column(name),
            (Some(class @ (Class::Constraint | Class::Trigger | Class::Rule | Class::Policy)), Some(table)) => {
                self.part(class, name, table)
            }
            (Some(class @ (Class::Function | Class::Procedure)), _) => self.need_routine(class, name, arguments),
            (Some(Class::Index), _) => self.need_index(name),
            (Some(Class::Sequence), _) => self.need_sequence(name),
            (Some(class), _) => {
                let object = self.object(class, name)?;
                self.need(&object)?;
                Ok(object)
            }
            (None, _) => Err(Stop::not_proved("this form of the statement is not known to the rehearsal")),
        }
    }

    /// A relation that is of the kind that the statement says, where the warehouse insists.
    pub(super) fn relation_of_kind(&mut self, name: &Written, kind: Kind) -> Done<super::super::RelationName> {
        if self.is_postgres() {
            if let Some(cause) = self.is_other(name, kind.name())? {
                return Err(Stop::refuted(cause));
            }
        }
        let relation = self.need_relation(name)?;
        let strict = matches!(self.dialect(), Dialect::Postgres);
        if strict && relation.kind != kind && relation.certainty == super::super::Certainty::Known {
            return Err(Stop::refuted(words::not_a(&relation.name.identifier, kind.name())));
        }
        Ok(relation.name.clone())
    }

    /// What is said to be a relation is a sequence or an index.
    pub(super) fn is_other(&mut self, name: &Written, kind: &str) -> Done<Option<String>> {
        let meant = self.meant(name)?;
        let sequence = Object::in_schema(Class::Sequence, &meant);
        let other = self.catalog().relation(&meant).is_none()
            && (self.catalog().ledger().is_there(&sequence) || self.indexed(&meant).is_some());
        Ok(other.then(|| words::not_a(&meant.identifier, kind)))
    }

    fn commented_column(&mut self, name: &Written) -> Done<Object> {
        let (Some(table), column) = name.split_last() else {
            return Err(Stop::refuted("column name must be qualified"));
        };
        if self.is_postgres() && self.is_other(&table, "table")?.is_some() {
            let meant = self.meant(&table)?;
            let own = &meant.identifier;
            if self.indexed(&meant).is_some() {
                return Err(Stop::refuted(format!("cannot set comment on relation \"{own}\"")));
            }
            let column = self.fold(&column);
            if !["last_value", "log_cnt", "is_called"].contains(&column.as_str()) {
                return Err(Stop::refuted(words::no_column(self.dialect(), &column, &meant)));
            }
            return Ok(Object::in_schema(Class::Sequence, &meant));
        }
        let relation = self.need_relation(&table)?;
        let columns = self.need_columns(&relation, &[column])?;
        Ok(Object::on(Class::Column, &relation.name, columns.into_iter().next().unwrap_or_default()))
    }
}

fn other_kind(reader: &mut Reader<'_>) -> Option<ObjectKind> {
    reader.eat_any(&["rule"]).then(|| ObjectKind::Other("rule".to_owned()))
}
