//! Foreign keys: rows that refer to nothing are refused, and so is what takes away what rows refer to.

use std::sync::Arc;

use sqlparser::ast::{DeferrableInitial, ForeignKeyConstraint, ReferentialAction, TableConstraint};

use super::Warehouse;
use super::catalog::{Certainty, Constraint, ForeignKey, KeyAction, Relation, Rule};
use super::name::RelationName;
use super::sqlite::quoted;
use super::stop::{Done, Stop};
use super::translate::Translator;
use crate::sql::{Dialect, Verb};

/// The words for a table that is not emptied.
pub const REFERENCED: &str = "cannot truncate a table referenced in a foreign key constraint";

fn refers(constraint: &Constraint, name: &RelationName) -> bool {
    matches!(&constraint.rule, Rule::ForeignKey(key) if key.of == *name)
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
                if let Rule::ForeignKey(key) = &mut constraint.rule
                    && key.of == *from
                {
                    key.of.clone_from(to);
                }
            }
        });
    }

    /// A foreign key as it is declared, where the table that it refers to has such a key.
    pub(super) fn foreign_key(
        &mut self,
        key: &ForeignKeyConstraint,
        columns: Vec<String>,
        relation: &Relation,
    ) -> Done<ForeignKey> {
        if self.session.dialect == Dialect::DuckDb
            && [key.on_delete, key.on_update]
                .iter()
                .flatten()
                .any(|action| !matches!(action, ReferentialAction::NoAction | ReferentialAction::Restrict))
        {
            return Err(Stop::refuted(
                "Parser Error: FOREIGN KEY constraints cannot use CASCADE, SET NULL or SET DEFAULT",
            ));
        }
        let minds = matches!(self.session.dialect, Dialect::Postgres | Dialect::DuckDb);
        let (of, _) = self.find(&key.foreign_table)?;
        let keys: Vec<String> = {
            let translator = Translator::new(self);
            key.referred_columns.iter().map(|column| translator.fold(column)).collect()
        };
        if minds && of != relation.name {
            let other = self.relation_of(&key.foreign_table)?;
            self.has_key(&other, &keys, &key.foreign_table.to_string())?;
        }
        let is_own = of == relation.name;
        let action = |action: Option<ReferentialAction>| match action {
            None | Some(ReferentialAction::NoAction | ReferentialAction::Restrict) => KeyAction::Refuse,
            Some(ReferentialAction::Cascade) => KeyAction::Cascade,
            Some(ReferentialAction::SetNull) => KeyAction::SetNull,
            Some(ReferentialAction::SetDefault) => KeyAction::SetDefault,
        };
        let told = key.characteristics.as_ref();
        let waits = told
            .is_some_and(|told| told.initially == Some(DeferrableInitial::Deferred) || told.enforced == Some(false));
        Ok(ForeignKey {
            columns,
            of,
            keys,
            on_delete: action(key.on_delete),
            on_update: action(key.on_update),
            // DuckDB looks at each row by itself.
            is_enforced: minds && !waits && !(is_own && self.session.dialect == Dialect::DuckDb),
        })
    }

    /// Whether a table has a key of these columns; of none, a primary key.
    fn has_key(&self, other: &Relation, keys: &[String], written: &str) -> Done<()> {
        // An index may be a key as well.
        let is_indexed = self.session.dialect != Dialect::DuckDb && other.indexes.iter().any(|index| index.unique);
        if other.certainty != Certainty::Known || is_indexed {
            return Ok(());
        }
        let table = written.rsplit('.').next().unwrap_or(written).trim_matches('"');
        if other.is_view() {
            return Err(Stop::refuted(match self.session.dialect {
                Dialect::DuckDb => "Binder Error: cannot reference a VIEW with a FOREIGN KEY".to_owned(),
                _ => format!("referenced relation \"{table}\" is not a table"),
            }));
        }
        let same = |columns: &[String]| columns.len() == keys.len() && columns.iter().all(|one| keys.contains(one));
        let is_it = |constraint: &Constraint| match &constraint.rule {
            Rule::PrimaryKey(columns) => keys.is_empty() || same(columns),
            Rule::Unique(columns) => same(columns),
            _ => false,
        };
        if other.constraints.iter().any(is_it) {
            return Ok(());
        }
        if let Some(column) = keys.iter().find(|key| other.column(key).is_none()) {
            return match self.session.dialect {
                Dialect::Postgres => Err(Stop::refuted(format!(
                    "column \"{column}\" referenced in foreign key constraint does not exist"
                ))),
                _ => Err(Stop::not_proved(format!("{} has no column {column}", other.name))),
            };
        }
        Err(Stop::refuted(match (self.session.dialect, keys.is_empty()) {
            (Dialect::DuckDb, _) => format!(
                "Binder Error: Failed to create foreign key: there is no primary key or unique constraint for referenced \
                 table \"{table}\""
            ),
            (_, true) => format!("there is no primary key for referenced table \"{table}\""),
            (_, false) => format!("there is no unique constraint matching given keys for referenced table \"{table}\""),
        }))
    }

    /// Sees to it that the rows of a table that was written to refer to something, and that what refers to the table
    /// still does.
    pub(super) fn keep_keys(&mut self, name: &RelationName, verb: &Verb) -> Done<()> {
        let Some(relation) = self.catalog.relation(name).cloned() else { return Ok(()) };
        // What was deleted is what other rows refer to.
        let deletes = matches!(verb, Verb::Delete | Verb::Truncate);
        for (constraint, key) in keys_of(&relation).filter(|(_, key)| key.of != *name || !deletes) {
            if self.dangles(&relation, key)? {
                self.refuse_or_wonder(&relation, key, || match self.session.dialect {
                    Dialect::DuckDb => format!(
                        "Constraint Error: Violates foreign key constraint because key \"{}\" does not exist in the \
                         referenced table",
                        self.shown_key(&relation, key, self.keys_of_other(key))
                    ),
                    _ => format!(
                        "insert or update on table \"{}\" violates foreign key constraint \"{constraint}\"",
                        relation.name.identifier
                    ),
                })?;
                self.touched.assumed = true;
            }
        }
        let referrers: Vec<RelationName> =
            self.catalog.referrers(name).filter(|one| *one != name || deletes).cloned().collect();
        for referrer in referrers {
            let Some(referrer) = self.catalog.relation(&referrer).cloned() else { continue };
            for (constraint, key) in keys_of(&referrer).filter(|(_, key)| key.of == *name) {
                if self.dangles(&referrer, key)? {
                    self.follow_key(&referrer, constraint, key, verb)?;
                }
            }
        }
        Ok(())
    }

    /// What becomes of rows that refer to what is no more.
    fn follow_key(&mut self, referrer: &Relation, constraint: &str, key: &ForeignKey, verb: &Verb) -> Done<()> {
        let action = match verb {
            Verb::Delete | Verb::Truncate => key.on_delete,
            Verb::Update => key.on_update,
            _ if key.on_delete == key.on_update => key.on_delete,
            _ => return Err(Stop::not_proved("what becomes of the rows that refer to it is not rewritten")),
        };
        let dangling = self.dangling(referrer, key);
        let table = referrer.storage.quoted();
        match (action, verb) {
            (KeyAction::Refuse, _) => {
                self.refuse_or_wonder(referrer, key, || match self.session.dialect {
                    Dialect::DuckDb => format!(
                        "Constraint Error: Violates foreign key constraint because key \"{}\" is still referenced by a \
                         foreign key in a different table",
                        self.shown_key(referrer, key, &key.columns)
                    ),
                    _ => format!(
                        "update or delete on table \"{}\" violates foreign key constraint \"{constraint}\" on table \
                         \"{}\"",
                        key.of.identifier, referrer.name.identifier
                    ),
                })?;
                self.touched.assumed = true;
                return Ok(());
            }
            (KeyAction::Cascade, Verb::Delete | Verb::Truncate) => {
                self.run_on(&format!("DELETE FROM {table} AS c WHERE {dangling}"), referrer)?;
            }
            (KeyAction::SetNull, _) => {
                let set: Vec<String> = key.columns.iter().map(|column| format!("{} = NULL", quoted(column))).collect();
                self.run_on(&format!("UPDATE {table} AS c SET {} WHERE {dangling}", set.join(", ")), referrer)?;
            }
            _ => return Err(Stop::not_proved("what becomes of the rows that refer to it is not rewritten")),
        }
        self.keep_keys(&referrer.name, verb)
    }

    /// A key that is violated: the statement fails where the rows of both tables are known.
    fn refuse_or_wonder(&self, relation: &Relation, key: &ForeignKey, says: impl Fn() -> String) -> Done<()> {
        let is_sure = |name: &RelationName| {
            let known = self.catalog.relation(name).is_some_and(|one| one.certainty == Certainty::Known);
            known && !self.is_guessed(name)
        };
        let is_certain = !self.touched.guessed && is_sure(&relation.name) && is_sure(&key.of);
        if is_certain { Err(Stop::Refuted(says())) } else { Ok(()) }
    }

    fn dangles(&self, relation: &Relation, key: &ForeignKey) -> Done<bool> {
        let condition = self.dangling(relation, key);
        let sql = format!("SELECT EXISTS (SELECT 1 FROM {} AS c WHERE {condition})", relation.storage.quoted());
        self.db.query_row(&sql, [], |row| row.get(0)).map_err(|error| self.stopped(&error))
    }

    /// The rows of a table, called `c`, that refer to nothing.
    fn dangling(&self, relation: &Relation, key: &ForeignKey) -> String {
        let Some(other) = self.catalog.relation(&key.of) else { return "false".to_owned() };
        let keys = self.keys_of_other(key);
        let has_all = keys.iter().all(|key| other.column(key).is_some())
            && key.columns.iter().all(|column| relation.column(column).is_some());
        if keys.len() != key.columns.len() || !has_all || other.is_view() {
            return "false".to_owned();
        }
        let pairs = || key.columns.iter().zip(keys).map(|(own, key)| (quoted(own), quoted(key)));
        let given: Vec<String> = pairs().map(|(own, _)| format!("c.{own} IS NOT NULL")).collect();
        let same: Vec<String> = pairs().map(|(own, key)| format!("p.{key} = c.{own}")).collect();
        let table = other.storage.quoted();
        format!("{} AND NOT EXISTS (SELECT 1 FROM {table} AS p WHERE {})", given.join(" AND "), same.join(" AND "))
    }

    /// The columns of the key that is referred to.
    fn keys_of_other<'k>(&'k self, key: &'k ForeignKey) -> &'k [String] {
        let constraints = self.catalog.relation(&key.of).map(|other| other.constraints.as_slice()).unwrap_or_default();
        let primary = constraints.iter().find_map(|constraint| match &constraint.rule {
            Rule::PrimaryKey(columns) => Some(columns.as_slice()),
            _ => None,
        });
        if key.keys.is_empty() { primary.unwrap_or_default() } else { &key.keys }
    }

    /// The first key that refers to nothing, with the names that its columns have somewhere.
    fn shown_key(&self, relation: &Relation, key: &ForeignKey, names: &[String]) -> String {
        let condition = self.dangling(relation, key);
        let parts = key.columns.iter().zip(names).map(|(column, name)| {
            let (column, name) = (quoted(column), super::sqlite::text(&format!("{name}: ")));
            format!("{name} || CAST(c.{column} AS TEXT)")
        });
        let parts: Vec<String> = parts.collect();
        let table = relation.storage.quoted();
        let sql = format!("SELECT {} FROM {table} AS c WHERE {condition} LIMIT 1", parts.join(" || ', ' || "));
        self.db.query_row(&sql, [], |row| row.get(0)).unwrap_or_default()
    }

    /// The tables that are emptied with one, since they refer to it, in order.
    pub(super) fn emptied_with(&self, name: &RelationName) -> Vec<RelationName> {
        let mut found = vec![name.clone()];
        let mut at = 0;
        while let Some(name) = found.get(at).cloned() {
            let more: Vec<RelationName> =
                self.referrers(&name).into_iter().filter(|referrer| !found.contains(referrer)).collect();
            found.extend(more);
            at += 1;
        }
        found.split_off(1)
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

/// The foreign keys of a relation that its rows keep, with their names.
fn keys_of(relation: &Relation) -> impl Iterator<Item = (&str, &ForeignKey)> {
    relation.constraints.iter().filter_map(|constraint| match &constraint.rule {
        Rule::ForeignKey(key) if key.is_enforced => Some((constraint.name.as_str(), key)),
        _ => None,
    })
}
