//! Foreign keys: what refers to a table keeps `PostgreSQL` from emptying and dropping it.

use std::sync::Arc;

use sqlparser::ast::TableConstraint;

use super::Warehouse;
use super::catalog::{Constraint, Relation, Rule};
use super::name::RelationName;
use crate::sql::Dialect;

/// The words for a table that is not emptied.
pub const REFERENCED: &str = "cannot truncate a table referenced in a foreign key constraint";

fn refers(constraint: &Constraint, name: &RelationName) -> bool {
    matches!(&constraint.rule, Rule::ForeignKey(_, of) if of == name)
}

impl Warehouse {
    /// The other tables that refer to a table, where the warehouse minds that.
    #[must_use]
    pub fn referrers(&self, name: &RelationName) -> Vec<RelationName> {
        if self.session.dialect != Dialect::Postgres {
            return Vec::new();
        }
        self.catalog.referrers(name).filter(|referrer| *referrer != name).cloned().collect()
    }

    /// The name that a key is given and that the index of another key of the schema has.
    pub(super) fn taken_key(&self, table: &Relation, constraint: &TableConstraint) -> Option<String> {
        let named = match constraint {
            TableConstraint::PrimaryKey(key) => key.name.as_ref()?,
            TableConstraint::Unique(key) => key.name.as_ref()?,
            _ => return None,
        };
        if self.session.dialect != Dialect::Postgres {
            return None;
        }
        let is_it =
            |one: &Constraint| one.name == named.value && matches!(one.rule, Rule::PrimaryKey(_) | Rule::Unique(_));
        let others = self.catalog.in_schema(table.name.database.as_deref(), &table.name.schema);
        let mut others = others.into_iter().filter(|other| other.name != table.name);
        let is_key = others.any(|other| other.constraints.iter().any(is_it));
        let index = RelationName { identifier: named.value.clone(), ..table.name.clone() };
        (is_key || self.catalog.index(&index).is_some()).then(|| named.value.clone())
    }

    /// A table is dropped with the keys that refer to it.
    pub(super) fn release_keys(&mut self, name: &RelationName) {
        self.change_keys(name, |relation| relation.constraints.retain(|constraint| !refers(constraint, name)));
    }

    /// Keys follow the table that they refer to to its new name.
    pub(super) fn move_keys(&mut self, from: &RelationName, to: &RelationName) {
        self.change_keys(from, |relation| {
            for constraint in &mut relation.constraints {
                if let Rule::ForeignKey(_, of) = &mut constraint.rule
                    && of == from
                {
                    of.clone_from(to);
                }
            }
        });
    }

    fn change_keys(&mut self, name: &RelationName, change: impl Fn(&mut Relation)) {
        for referrer in self.referrers(name) {
            if let Some(relation) = self.catalog.relation(&referrer).map(Arc::clone) {
                let mut changed = (*relation).clone();
                change(&mut changed);
                self.catalog.insert(changed);
            }
        }
    }
}
