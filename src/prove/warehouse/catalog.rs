//! The simulated catalog: which objects there are, and what is known of them.

pub(crate) mod access;
pub(crate) mod blanket;
pub(crate) mod ledger;
pub(crate) mod object;
mod relations;
mod storage;
pub(crate) mod tracked;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use ledger::Ledger;
use object::Object;
use relations::Relations;
use storage::Storages;

use sqlparser::ast::Query;

use super::name::RelationName;
use super::types::Type;

pub(super) use storage::{Storage, next_name};

/// What a relation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Kind {
    Table,
    View,
    MaterializedView,
    DynamicTable,
    External,
}

impl Kind {
    /// The kind as SQL names it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Table => "table",
            Kind::View => "view",
            Kind::MaterializedView => "materialized view",
            Kind::DynamicTable => "dynamic table",
            Kind::External => "external table",
        }
    }
}

/// How well something is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// It was made in the rehearsal, by a statement that was executed.
    Known,
    /// It was concluded: from a select list, a properties file, the hooks' own use.
    Inferred,
    /// Nothing in the project makes it: it is taken to be there.
    Assumed,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name, folded.
    pub name: String,
    /// Its type.
    pub of: Type,
    /// The type as it was declared, where it was.
    pub declared: Option<String>,
    /// Whether that is the warehouse's own type, and not only the kind of it.
    pub exact: bool,
    /// The most characters of a text that it takes, the most digits of a number.
    pub length: Option<u32>,
    /// The digits after the point that it keeps.
    pub scale: Option<u32>,
    /// The digits after the point with which its values are shown, where that is not what it keeps.
    pub digits: Option<u32>,
    /// Whether it refuses NULL.
    pub not_null: bool,
    /// What stands in a row that gives no value, in `SQLite`'s SQL.
    pub default: Option<String>,
    /// What is computed for it, in `SQLite`'s SQL: it takes no values.
    pub generated: Option<String>,
    /// Whether its values count up by themselves, and none is taken.
    pub always_counts: bool,
}

impl Column {
    /// A column of a type that takes any value of it.
    #[must_use]
    pub fn new(name: impl Into<String>, of: Type) -> Column {
        Column {
            name: name.into(),
            of,
            declared: None,
            exact: false,
            length: None,
            scale: None,
            digits: None,
            not_null: false,
            default: None,
            generated: None,
            always_counts: false,
        }
    }
}

/// What the rows of a table have to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constraint {
    /// Its name, folded.
    pub name: String,
    /// What it demands.
    pub rule: Rule,
}

/// What a constraint demands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// No two rows have the same values there, and none has NULL.
    PrimaryKey(Vec<String>),
    /// No two rows have the same values there.
    Unique(Vec<String>),
    /// The expression is not false, in `SQLite`'s SQL.
    Check(String),
    /// The values there are those of a key of another table.
    ForeignKey(ForeignKey),
}

/// A key of another table, to which columns refer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKey {
    /// The columns that refer to it.
    pub columns: Vec<String>,
    /// The other table.
    pub of: RelationName,
    /// The columns of its key; empty for its primary key.
    pub keys: Vec<String>,
    /// What becomes of a row when what it refers to is deleted.
    pub on_delete: KeyAction,
    /// What becomes of it when that has another key.
    pub on_update: KeyAction,
    /// Whether every row is seen to as soon as it is written.
    pub is_enforced: bool,
}

/// What becomes of a row when what it refers to goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyAction {
    /// It keeps that from going.
    Refuse,
    /// It goes too.
    Cascade,
    /// It refers to nothing.
    SetNull,
    /// Its columns have their defaults.
    SetDefault,
}

/// A relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// Its name.
    pub name: RelationName,
    /// What it is.
    pub kind: Kind,
    /// Whether it ends with the session.
    pub temporary: bool,
    /// The columns that are known, in order.
    pub columns: Vec<Column>,
    /// How well the columns are known: where they are not [`Certainty::Known`] there may be others.
    pub certainty: Certainty,
    /// What its rows have to keep, as far as the warehouse sees to it.
    pub constraints: Vec<Constraint>,
    /// Its indexes, by name.
    pub indexes: Vec<Index>,
    /// The relations that a view reads.
    pub reads: Vec<RelationName>,
    /// The query of a view, and the names that its columns are given.
    pub(super) definition: Option<Arc<(Query, Vec<String>)>>,
    /// The same query in `SQLite`'s SQL.
    pub(super) text: Option<ViewText>,
    /// What it is kept in.
    pub(super) storage: Storage,
}

/// The query of a view in `SQLite`'s SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ViewText {
    /// It, with what it reads as that was kept when the view was made.
    pub(super) sql: Arc<str>,
    /// The names of what it reads.
    pub(super) reads: Vec<(Storage, RelationName)>,
}

/// An index of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Its name, folded.
    pub name: String,
    /// Whether its values are unique.
    pub unique: bool,
    /// What makes it in `SQLite`; none where it is only remembered.
    pub sqlite: Option<String>,
}

impl Relation {
    /// A relation without constraints.
    #[must_use]
    pub fn new(name: RelationName, kind: Kind, columns: Vec<Column>, certainty: Certainty) -> Relation {
        Relation {
            name,
            kind,
            temporary: false,
            columns,
            certainty,
            constraints: Vec::new(),
            indexes: Vec::new(),
            reads: Vec::new(),
            definition: None,
            text: None,
            storage: Storage::default(),
        }
    }

    /// A column by its folded name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Whether there may be columns that are not known.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.certainty != Certainty::Known
    }

    /// Whether it is a view in `SQLite` too: for one whose query is not known a table stands.
    pub(super) fn is_made_view(&self) -> bool {
        self.is_view() && self.definition.is_some()
    }

    /// Whether it is a view, whose rows are made when it is read.
    #[must_use]
    pub fn is_view(&self) -> bool {
        self.kind == Kind::View
    }
}

/// How a change of the catalog is taken back.
pub(super) type Undo = Box<dyn FnOnce(&mut Catalog) + Send>;

/// What there is.
#[derive(Default)]
pub struct Catalog {
    relations: Relations,
    /// What is known beside relations.
    ledger: Ledger,
    /// What was there and was dropped, with who dropped it.
    gone: HashMap<RelationName, Arc<str>>,
    /// What of that was only assumed to be there: what makes it may make it again.
    lost: HashSet<RelationName>,
    /// What relations are kept in.
    storages: Storages,
    /// How the changes since the oldest open transaction are taken back, newest last.
    journal: Vec<Undo>,
    /// Whether changes are journalled.
    journalled: bool,
}

impl fmt::Debug for Catalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Catalog").field("relations", &self.relations).finish_non_exhaustive()
    }
}

impl Catalog {
    /// A relation.
    #[must_use]
    pub fn relation(&self, name: &RelationName) -> Option<&Arc<Relation>> {
        self.relations.get(name)
    }

    /// The relation that is kept in something.
    pub(super) fn kept_in(&self, storage: &str) -> Option<&Arc<Relation>> {
        self.relations.kept_in(storage)
    }

    /// A name for something that a relation is kept in.
    pub(super) fn new_storage(&mut self) -> Storage {
        self.storages.new_name()
    }

    /// Notes what columns and constraints a table was made with that a relation is kept in.
    pub(super) fn made_storage(&mut self, storage: &Storage, declaration: &str) {
        self.storages.made(storage, declaration);
    }

    /// The columns and constraints that a table was made with.
    pub(super) fn declaration(&self, storage: &Storage) -> Option<&Arc<str>> {
        self.storages.declaration(storage)
    }

    /// An empty table that no relation is kept in.
    pub(super) fn take_storage(&mut self, declaration: &str) -> Option<Storage> {
        let storage = self.storages.take(declaration)?;
        let taken = storage.clone();
        self.note(move |catalog| {
            catalog.storages.keep(&taken);
        });
        Some(storage)
    }

    /// Keeps an empty table for the next relation of its declaration; false where that is not known.
    pub(super) fn keep_storage(&mut self, storage: &Storage) -> bool {
        let Some(declaration) = self.storages.declaration(storage).cloned() else { return false };
        self.storages.keep(storage);
        self.note(move |catalog| {
            catalog.storages.take(&declaration);
        });
        true
    }

    /// Every relation, in the order of their names.
    pub fn relations(&self) -> impl Iterator<Item = &Arc<Relation>> {
        self.relations.iter()
    }

    /// Those of a schema, or of all schemas of a database, in the order of their names.
    pub(super) fn within(&self, place: &Object) -> impl Iterator<Item = &Arc<Relation>> {
        self.relations.within(place)
    }

    /// Those of a schema that do not end with the session, in the order of their names.
    #[must_use]
    pub fn in_schema(&self, database: Option<&str>, schema: &str) -> Vec<&Arc<Relation>> {
        self.relations.within(&Object::schema(database, schema)).filter(|relation| !relation.temporary).collect()
    }

    /// Those that end with the session.
    pub(super) fn temporary(&self) -> Vec<Arc<Relation>> {
        self.relations.temporary().cloned().collect()
    }

    /// The schemas that relations are in, each with its database, in order.
    pub(super) fn schemas(&self) -> Vec<(Option<&str>, &str)> {
        self.relations.schemas()
    }

    /// The relations that came, went or became others since this was last asked.
    pub(super) fn take_changed(&mut self) -> BTreeSet<RelationName> {
        self.relations.take_changed()
    }

    /// Notes that what is known of some relations elsewhere is old.
    pub(super) fn changed(&mut self, names: BTreeSet<RelationName>) {
        self.relations.changed(names);
    }

    /// What is known beside relations: objects, grants, comments, settings.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The same, to be changed. What a transaction changes there is taken back with it.
    pub(super) fn ledger_mut(&mut self) -> &mut Ledger {
        if self.journalled {
            let mark = self.ledger.mark();
            self.note(move |catalog| catalog.ledger.back_to(mark));
        }
        &mut self.ledger
    }

    /// Something ran whose inside is not seen: what was dropped may be there again.
    pub(super) fn out_of_sight(&mut self) {
        self.ledger_mut().out_of_sight();
        let gone = std::mem::take(&mut self.gone);
        self.note(move |catalog| catalog.gone = gone);
    }

    /// The table of an index.
    pub(super) fn index(&self, name: &RelationName) -> Option<RelationName> {
        self.relations.of_index(name).cloned()
    }

    /// Who dropped a relation that is no more.
    #[must_use]
    pub fn dropped_by(&self, name: &RelationName) -> Option<&Arc<str>> {
        self.gone.get(name)
    }

    /// The views that read a relation.
    pub(super) fn readers(&self, name: &RelationName) -> Vec<Arc<Relation>> {
        self.relations.readers(name).cloned().collect()
    }

    /// The names of the relations that refer to one by a foreign key, in order.
    pub(super) fn referrers(&self, name: &RelationName) -> impl Iterator<Item = &RelationName> {
        self.relations.referrers(name)
    }

    /// Forgets that a relation was ever there.
    pub(super) fn forget(&mut self, name: &RelationName) {
        if let Some(by) = self.gone.remove(name) {
            let name = name.clone();
            self.note(move |catalog| {
                catalog.gone.insert(name, by);
            });
        }
    }

    /// Puts a relation in, in place of what had its name.
    pub(super) fn insert(&mut self, relation: Relation) {
        let name = relation.name.clone();
        let before = self.relations.insert(Arc::new(relation));
        let gone = self.gone.remove(&name);
        self.note(move |catalog| {
            match before {
                Some(before) => catalog.relations.insert(before),
                None => catalog.relations.remove(&name),
            };
            if let Some(by) = gone {
                catalog.gone.insert(name, by);
            }
        });
    }

    /// Takes a relation out.
    pub(super) fn remove(&mut self, name: &RelationName, by: &Arc<str>) -> Option<Arc<Relation>> {
        let before = self.relations.remove(name)?;
        if before.certainty == Certainty::Assumed {
            self.lost.insert(name.clone());
        }
        let gone = self.gone.insert(name.clone(), Arc::clone(by));
        let (kept, name) = (Arc::clone(&before), name.clone());
        self.note(move |catalog| {
            match gone {
                Some(by) => catalog.gone.insert(name.clone(), by),
                None => catalog.gone.remove(&name),
            };
            catalog.relations.insert(kept);
        });
        Some(before)
    }

    /// Lets what was assumed, and dropped, be assumed again: another run begins, and what makes it may have.
    pub(super) fn forget_lost(&mut self) {
        for name in self.lost.drain() {
            self.gone.remove(&name);
        }
        self.ledger.forget_lost();
    }

    /// Notes how a change is taken back, where a transaction is open.
    pub(super) fn note(&mut self, undo: impl FnOnce(&mut Catalog) + Send + 'static) {
        if self.journalled {
            self.journal.push(Box::new(undo));
        }
    }

    /// How many changes are noted.
    pub(super) fn mark(&self) -> usize {
        self.journal.len()
    }

    /// Notes changes from here on, or no longer.
    pub(super) fn journal(&mut self, on: bool) {
        self.journalled = on;
        if !on {
            self.journal.clear();
            self.ledger.forget();
        }
    }

    /// Takes back what was changed since a mark.
    pub(super) fn back_to(&mut self, mark: usize) {
        let journalled = std::mem::replace(&mut self.journalled, false);
        while self.journal.len() > mark {
            if let Some(undo) = self.journal.pop() {
                undo(self);
            }
        }
        self.journalled = journalled;
    }
}
