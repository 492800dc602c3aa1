//! Names that are taken: by an object of the same class, or by another that shares the names of relations.

use std::sync::Arc;

use super::super::Warehouse;
use super::super::catalog::ledger::State;
use super::super::catalog::object::{Class, Object};
use super::super::catalog::{Certainty, Relation};
use super::super::name::RelationName;
use super::{Said, words};
use crate::sql::{ObjectKind, Verb};

impl Warehouse {
    /// Why an object cannot be made, in the warehouse's words: it is there already.
    pub(super) fn object_clash(&mut self, object: &Object) -> Option<String> {
        let dialect = self.dialect();
        if self.catalog().ledger().state(object).is_some_and(State::is_made)
            || (object.class == Class::Extension && self.is_built_in(object) && self.is_postgres())
        {
            return Some(words::exists(dialect, object));
        }
        let shared = self.is_postgres() && object.class == Class::Sequence;
        let name = object.relation_name().filter(|_| shared)?;
        (self.catalog().relation(&name).is_some_and(|relation| relation.certainty == Certainty::Known)
            || self.indexed(&name).is_some())
        .then(|| words::exists(dialect, object))
    }

    /// Why a relation cannot be made or dropped under a name, as far as other objects tell: its schema was dropped, or
    /// something else has the name.
    pub(super) fn clash_of_relation(&mut self, said: &Said<'_>) -> Option<String> {
        let outline = said.outline;
        let object = outline.object.as_ref()?;
        let index = *object == ObjectKind::Index;
        let word = if index { "index" } else { super::grant::kind_of(object)?.name() };
        let name = said.at_name()?.name()?;
        let meant = self.meant(&name).ok()?;
        let dialect = self.dialect();
        let creates = outline.verb == Verb::Create && !outline.temporary;
        let guarded = outline.if_exists || outline.if_not_exists;
        if creates {
            let schema = Object::schema(meant.database.as_deref(), &meant.schema);
            if self.is_gone(&schema) {
                return Some(words::missing(dialect, &schema));
            }
        }
        let drops = outline.verb == Verb::Drop;
        if index && self.is_postgres() {
            return self.clash_of_index(said, meant, guarded);
        }
        if !self.is_postgres() || !(creates || drops) || self.catalog().relation(&meant).is_some() {
            return None;
        }
        let sequence = Object::in_schema(Class::Sequence, &meant);
        let made = self.catalog().ledger().state(&sequence).is_some_and(State::is_made);
        match made || (drops && self.indexed(&meant).is_some()) {
            true if drops => Some(words::not_a(&meant.identifier, word)),
            true if !guarded => Some(words::exists(dialect, &sequence)),
            _ => None,
        }
    }

    /// Why an index cannot be made or dropped under a name: a table, a view or a sequence has it.
    fn clash_of_index(&mut self, said: &Said<'_>, mut name: RelationName, guarded: bool) -> Option<String> {
        let creates = said.outline.verb == Verb::Create;
        if creates {
            // An index is in the schema of its table.
            let table = said.at_on()?.name()?;
            let table = self.meant(&table).ok()?;
            (name.database, name.schema) = (table.database, table.schema);
        }
        let sequence = Object::in_schema(Class::Sequence, &name);
        let known = |relation: &Arc<Relation>| relation.certainty == Certainty::Known;
        let taken = self.catalog().relation(&name).is_some_and(known)
            || self.catalog().ledger().state(&sequence).is_some_and(State::is_made);
        match taken {
            true if !creates => Some(words::not_a(&name.identifier, "index")),
            true if !guarded => Some(words::exists(self.dialect(), &sequence)),
            _ => None,
        }
    }
}
