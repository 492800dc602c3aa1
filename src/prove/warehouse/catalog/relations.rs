//! The relations by their names, and what leads to them: who reads one, what is in a schema, whose index one is.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::super::name::RelationName;
use super::object::Object;
use super::{Relation, Rule, Storage};

/// Relations, found by more than their names without a look at each.
#[derive(Debug, Default)]
pub(super) struct Relations {
    all: BTreeMap<RelationName, Arc<Relation>>,
    /// Those that read each.
    readers: HashMap<RelationName, BTreeSet<RelationName>>,
    /// Those that refer to each by a foreign key.
    referrers: HashMap<RelationName, BTreeSet<RelationName>>,
    /// The tables of each index.
    indexed: HashMap<RelationName, BTreeSet<RelationName>>,
    temporary: BTreeSet<RelationName>,
    /// What is kept in each.
    kept: HashMap<Storage, RelationName>,
    /// Those that came, went or became others since it was last asked.
    changed: BTreeSet<RelationName>,
}

impl Relations {
    pub(super) fn get(&self, name: &RelationName) -> Option<&Arc<Relation>> {
        self.all.get(name)
    }

    /// All, in the order of their names.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Relation>> {
        self.all.values()
    }

    /// The one that is kept in something.
    pub(super) fn kept_in(&self, storage: &str) -> Option<&Arc<Relation>> {
        self.all.get(self.kept.get(storage)?)
    }

    /// Puts one in; what had its name.
    pub(super) fn insert(&mut self, relation: Arc<Relation>) -> Option<Arc<Relation>> {
        let before = self.remove(&relation.name);
        for read in &relation.reads {
            self.readers.entry(read.clone()).or_default().insert(relation.name.clone());
        }
        for referred in referred(&relation) {
            self.referrers.entry(referred.clone()).or_default().insert(relation.name.clone());
        }
        for index in &relation.indexes {
            let index = RelationName { identifier: index.name.clone(), ..relation.name.clone() };
            self.indexed.entry(index).or_default().insert(relation.name.clone());
        }
        if relation.temporary {
            self.temporary.insert(relation.name.clone());
        }
        self.kept.insert(relation.storage.clone(), relation.name.clone());
        self.changed.insert(relation.name.clone());
        self.all.insert(relation.name.clone(), relation);
        before
    }

    /// Takes one out.
    pub(super) fn remove(&mut self, name: &RelationName) -> Option<Arc<Relation>> {
        let relation = self.all.remove(name)?;
        self.changed.insert(name.clone());
        for read in &relation.reads {
            take(&mut self.readers, read, name);
        }
        for referred in referred(&relation) {
            take(&mut self.referrers, referred, name);
        }
        for index in &relation.indexes {
            take(&mut self.indexed, &RelationName { identifier: index.name.clone(), ..name.clone() }, name);
        }
        self.temporary.remove(name);
        self.kept.remove(relation.storage.name());
        Some(relation)
    }

    /// Those that read a relation, in the order of their names.
    pub(super) fn readers(&self, name: &RelationName) -> impl Iterator<Item = &Arc<Relation>> {
        self.readers.get(name).into_iter().flatten().filter_map(|name| self.all.get(name))
    }

    /// The names of those that refer to a relation, in order.
    pub(super) fn referrers(&self, name: &RelationName) -> impl Iterator<Item = &RelationName> {
        self.referrers.get(name).into_iter().flatten()
    }

    /// The table of an index.
    pub(super) fn of_index(&self, index: &RelationName) -> Option<&RelationName> {
        self.indexed.get(index)?.first()
    }

    /// Those that end with the session.
    pub(super) fn temporary(&self) -> impl Iterator<Item = &Arc<Relation>> {
        self.temporary.iter().filter_map(|name| self.all.get(name))
    }

    /// The schemas that they are in, each with its database, in order.
    pub(super) fn schemas(&self) -> Vec<(Option<&str>, &str)> {
        let mut schemas = Vec::new();
        let mut next = self.all.keys().next();
        while let Some(RelationName { database, schema, .. }) = next {
            schemas.push((database.as_deref(), schema.as_str()));
            // No text stands between one and the same with the least of characters after it.
            let after = format!("{schema}\0");
            let after = RelationName { database: database.clone(), schema: after, identifier: String::new() };
            next = self.all.range(after..).next().map(|(name, _)| name);
        }
        schemas
    }

    /// What came, went or became another since this was last asked.
    pub(super) fn take_changed(&mut self) -> BTreeSet<RelationName> {
        std::mem::take(&mut self.changed)
    }

    /// Notes that what is known of some elsewhere is old.
    pub(super) fn changed(&mut self, names: BTreeSet<RelationName>) {
        self.changed.extend(names);
    }

    /// Those of a schema, or of all schemas of a database.
    pub(super) fn within(&self, place: &Object) -> impl Iterator<Item = &Arc<Relation>> {
        let part = |at: usize| place.path.get(at).cloned().unwrap_or_default();
        let from = RelationName {
            database: Some(part(0)).filter(|database| !database.is_empty()),
            schema: part(1),
            identifier: String::new(),
        };
        self.all.range(from..).map(|(_, relation)| relation).take_while(|relation| is_in(&relation.name, place))
    }
}

/// What the foreign keys of a relation refer to.
fn referred(relation: &Relation) -> impl Iterator<Item = &RelationName> {
    relation.constraints.iter().filter_map(|constraint| match &constraint.rule {
        Rule::ForeignKey(key) => Some(&key.of),
        _ => None,
    })
}

/// Takes a name out of a set; the set too, where it was the last.
fn take(sets: &mut HashMap<RelationName, BTreeSet<RelationName>>, key: &RelationName, name: &RelationName) {
    if let Some(set) = sets.get_mut(key) {
        set.remove(name);
        if set.is_empty() {
            sets.remove(key);
        }
    }
}

/// Whether a relation is in a schema or database.
fn is_in(name: &RelationName, place: &Object) -> bool {
    let path = [name.database.as_deref().unwrap_or_default(), &name.schema, &name.identifier];
    path.len() >= place.path.len() && path.iter().zip(&place.path).all(|(part, of)| part == of)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::{Certainty, Index, Kind};
    use super::*;

    fn name(schema: &str, identifier: &str) -> RelationName {
        RelationName { database: Some("d".to_owned()), schema: schema.to_owned(), identifier: identifier.to_owned() }
    }

    fn relation(schema: &str, identifier: &str) -> Relation {
        Relation::new(name(schema, identifier), Kind::Table, Vec::new(), Certainty::Known)
    }

    fn names<'a>(found: impl Iterator<Item = &'a Arc<Relation>>) -> Vec<&'a str> {
        found.map(|relation| relation.name.identifier.as_str()).collect()
    }

    #[test]
    fn what_leads_to_a_relation_goes_and_comes_with_it() {
        let mut all = Relations::default();
        all.insert(Arc::new(relation("s", "t")));
        all.insert(Arc::new(Relation { reads: vec![name("s", "t")], ..relation("s", "v") }));
        all.insert(Arc::new(Relation { temporary: true, ..relation("t", "x") }));
        assert_eq!(names(all.readers(&name("s", "t"))), ["v"]);
        assert_eq!(names(all.temporary()), ["x"]);
        assert_eq!(names(all.within(&Object::schema(Some("d"), "s"))), ["t", "v"]);
        let index = Index { name: "i".to_owned(), unique: false, sqlite: None };
        let before = all.insert(Arc::new(Relation { indexes: vec![index], ..relation("s", "t") }));
        assert!(before.unwrap().indexes.is_empty());
        assert_eq!(all.of_index(&name("s", "i")), Some(&name("s", "t")));
        all.remove(&name("s", "v"));
        all.remove(&name("s", "t"));
        assert_eq!(names(all.readers(&name("s", "t"))), [""; 0]);
        assert_eq!(all.of_index(&name("s", "i")), None);
        assert_eq!(names(all.iter()), ["x"]);
    }

    #[test]
    fn a_database_holds_all_its_schemas() {
        let mut all = Relations::default();
        for (schema, identifier) in [("a", "x"), ("b", "y")] {
            all.insert(Arc::new(relation(schema, identifier)));
        }
        let other = RelationName { database: Some("e".to_owned()), ..name("a", "z") };
        all.insert(Arc::new(Relation { name: other, ..relation("a", "z") }));
        assert_eq!(names(all.within(&Object::global(super::super::object::Class::Database, "d"))), ["x", "y"]);
    }
}
