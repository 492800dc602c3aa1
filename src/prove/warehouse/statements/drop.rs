//! DROP of relations and indexes.

use sqlparser::ast::{ObjectName, ObjectType};

use crate::prove::warehouse::catalog::{Certainty, Relation};
use crate::prove::warehouse::execute::Outcome;
use crate::prove::warehouse::sqlite::quoted;
use crate::prove::warehouse::stop::{Done, Stop};
use crate::prove::warehouse::{RelationName, Warehouse};
use crate::sql::Dialect;

impl Warehouse {
    pub(super) fn drop_relations(
        &mut self,
        object: ObjectType,
        if_exists: bool,
        names: &[ObjectName],
        cascade: bool,
        table: Option<&ObjectName>,
    ) -> Done<Outcome> {
        let mut outcome = Outcome::default();
        // What depends on another one of the list goes with it.
        let together = match (self.session.dialect, names) {
            (Dialect::Postgres, [_, _, ..]) if object != ObjectType::Index => {
                names.iter().map(|name| self.find(name).map(|(full, _)| full)).collect::<Done<Vec<_>>>()?
            }
            _ => Vec::new(),
        };
        for name in names {
            if object == ObjectType::Index {
                self.drop_index(name, table, if_exists)?;
            } else if let Some(note) = self.drop_named(object, name, if_exists, cascade, &together)? {
                outcome.note = Some(note);
            }
        }
        Ok(outcome)
    }

    fn drop_named(
        &mut self,
        object: ObjectType,
        name: &ObjectName,
        if_exists: bool,
        cascade: bool,
        together: &[RelationName],
    ) -> Done<Option<String>> {
        let (full, relation) = self.find(name)?;
        let Some(relation) = relation else {
            if if_exists {
                return Ok(Some(format!("{full} is not there: nothing is done")));
            }
            // Refuted where it certainly is not there; else it is taken to be there, and is no more.
            let relation = self.relation_of(name).map_err(|stop| self.dropped(stop, object, name))?;
            self.discard(&relation)?;
            return Ok(None);
        };
        self.touch(&relation);
        self.fits_kind(object, &relation)?;
        let mut dependents = self.dependents(&full);
        dependents.retain(|dependent| !together.contains(&dependent.name));
        if !dependents.is_empty() && matches!(self.session.dialect, Dialect::Postgres | Dialect::Redshift) {
            if !cascade {
                let word = relation.kind.name();
                return Err(Stop::refuted(format!(
                    "cannot drop {word} {} because other objects depend on it",
                    relation.name.identifier
                )));
            }
            for dependent in dependents {
                self.discard(&dependent)?;
            }
        }
        if self.session.dialect == Dialect::DuckDb
            && let Some(other) = self.catalog.referrers(&full).find(|other| **other != full)
        {
            return Err(Stop::refuted(format!(
                "Catalog Error: Could not drop the table because this table is main key table of the table \"{}\"",
                other.identifier
            )));
        }
        if !cascade && self.referrers(&full).iter().any(|referrer| !together.contains(referrer)) {
            return Err(Stop::refuted(format!(
                "cannot drop table {} because other objects depend on it",
                relation.name.identifier
            )));
        }
        self.discard(&relation)?;
        Ok(None)
    }

    /// The words of DROP for what is not there.
    fn dropped(&self, stop: Stop, object: ObjectType, name: &ObjectName) -> Stop {
        match stop {
            Stop::Refuted(cause) if self.session.dialect == Dialect::Postgres => {
                let word = if object == ObjectType::View { "view" } else { "table" };
                let identifier = name.0.last().and_then(|part| part.as_ident()).map_or("", |ident| &ident.value);
                let why = cause.split_once(": ").map_or(String::new(), |(_, why)| format!(": {why}"));
                Stop::refuted(format!("{word} \"{identifier}\" does not exist{why}"))
            }
            other => other,
        }
    }

    fn fits_kind(&self, object: ObjectType, relation: &Relation) -> Done<()> {
        let wants_view = object == ObjectType::View;
        let name = &relation.name.identifier;
        let right = match object {
            ObjectType::Table => !matches!(relation.kind.name(), "view" | "materialized view"),
            ObjectType::View => relation.is_view(),
            _ => relation.kind.name() == "materialized view",
        };
        if right || relation.certainty == Certainty::Assumed {
            return Ok(());
        }
        match self.session.dialect {
            Dialect::Postgres => {
                let word = match object {
                    ObjectType::Table => "table",
                    ObjectType::View => "view",
                    _ => "materialized view",
                };
                Err(Stop::refuted(format!("\"{name}\" is not a {word}")))
            }
            Dialect::DuckDb => Err(Stop::refuted(format!(
                "Catalog Error: Existing object {name} is of type {}, trying to replace with type {}",
                if relation.is_view() { "View" } else { "Table" },
                if wants_view { "View" } else { "Table" }
            ))),
            _ => Err(Stop::not_proved(format!("{} is a {}", relation.name, relation.kind.name()))),
        }
    }

    fn drop_index(&mut self, name: &ObjectName, table: Option<&ObjectName>, if_exists: bool) -> Done<()> {
        let wanted = self.resolve(name)?;
        let of = table.map(|table| self.resolve(table)).transpose()?;
        let owner = match of {
            Some(of) => self.catalog.relation(&of).filter(|relation| {
                of.schema == wanted.schema && relation.indexes.iter().any(|index| index.name == wanted.identifier)
            }),
            None => self.catalog.index(&wanted).and_then(|of| self.catalog.relation(&of)),
        };
        let Some(owner) = owner.cloned() else {
            if if_exists {
                return Ok(());
            }
            return Err(Stop::not_proved(format!("whether there is an index {name} is not known")));
        };
        let mut relation = (*owner).clone();
        let made = relation.indexes.iter().any(|index| index.name == wanted.identifier && index.sqlite.is_some());
        relation.indexes.retain(|index| index.name != wanted.identifier);
        if made {
            self.run(&format!("DROP INDEX {}", quoted(&self.index_name(&owner.name, &wanted.identifier))))?;
        }
        self.catalog.insert(relation);
        Ok(())
    }
}
