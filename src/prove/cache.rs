//! dbt's own list of the relations there are. It is filled schema by schema before the first hook, changes by what dbt
//! itself does, and is not told what hooks make and drop (facts X19).

use std::collections::{BTreeMap, HashSet};

use super::warehouse::{Certainty, Kind, RelationName, Warehouse};

/// What dbt takes to be there.
#[derive(Debug, Default)]
pub(super) struct Cache {
    schemas: HashSet<(Option<String>, String)>,
    relations: BTreeMap<RelationName, Kind>,
}

impl Cache {
    /// Lists the relations of the schema of a name, where that has not been done.
    pub(super) fn list(&mut self, name: &RelationName, warehouse: &Warehouse) {
        if !self.schemas.insert((name.database.clone(), name.schema.clone())) {
            return;
        }
        for relation in warehouse.catalog().in_schema(name.database.as_deref(), &name.schema) {
            self.relations.insert(relation.name.clone(), relation.kind);
        }
    }

    /// Whether the schema of a name is listed.
    pub(super) fn covers(&self, name: &RelationName) -> bool {
        self.schemas.contains(&(name.database.clone(), name.schema.clone()))
    }

    /// What dbt takes to stand under a name; its schema is listed if need be.
    pub(super) fn get(&mut self, name: &RelationName, warehouse: &Warehouse) -> Option<Kind> {
        self.list(name, warehouse);
        let assumed = || {
            let there = warehouse.catalog().relation(name)?;
            // What the rehearsal found out to be there has been there from the beginning.
            (there.certainty == Certainty::Assumed).then_some(there.kind)
        };
        self.relations.get(name).copied().or_else(assumed)
    }

    /// dbt has made a relation.
    pub(super) fn add(&mut self, name: RelationName, kind: Kind) {
        self.relations.insert(name, kind);
    }

    /// dbt has dropped a relation.
    pub(super) fn remove(&mut self, name: &RelationName) {
        self.relations.remove(name);
    }

    /// dbt has given a relation another name.
    pub(super) fn rename(&mut self, from: &RelationName, to: RelationName) {
        let kind = self.relations.remove(from).unwrap_or(Kind::Table);
        self.relations.insert(to, kind);
    }

    /// dbt has dropped the schema of a name.
    pub(super) fn remove_schema(&mut self, name: &RelationName) {
        self.relations.retain(|known, _| (&known.database, &known.schema) != (&name.database, &name.schema));
    }
}
