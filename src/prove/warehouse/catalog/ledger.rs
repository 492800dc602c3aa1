//! What the simulated catalog knows beside relations and their rows: which objects were made and dropped, what was
//! written on them, and who was granted what.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::name::RelationName;
use super::Kind;
use super::access::{Access, Coming, Grant, Grantee, Held};
use super::blanket::{Blankets, Kinds};
use super::object::{Class, Level, Object};
use super::tracked::Tracked;

/// Whether an object is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// A statement made it.
    Made {
        /// Whose.
        by: Arc<str>,
    },
    /// A statement used it, and nothing had made it.
    Assumed,
    /// A statement dropped it.
    Dropped {
        /// Whose.
        by: Arc<str>,
    },
}

impl State {
    /// Whether a statement made it.
    #[must_use]
    pub fn is_made(&self) -> bool {
        matches!(self, State::Made { .. })
    }
}

/// What happened to a relation that was there before, when one of its name is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Making {
    /// There was none, or it is another than before: what was granted on the one before is gone.
    Anew,
    /// It is the same with another content: what was granted on it stays.
    InPlace,
}

/// Everything that is no relation.
#[derive(Debug, Default)]
pub struct Ledger {
    objects: Tracked<Object, State>,
    grants: Tracked<(Object, Grantee, String), Held>,
    /// What was granted on all relations of a place, beside `grants`: of one relation, since what is there of it.
    blankets: Blankets,
    coming: Tracked<Coming, Held>,
    notes: Tracked<(Object, String), String>,
    settings: Tracked<String, String>,
    /// What was dropped and had only been assumed to be there.
    lost: Vec<Object>,
    /// Whether something ran whose inside is not seen: what was not made may be there since, and what was dropped too.
    vague: bool,
}

/// A state of the ledger to go back to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark([usize; 5], [usize; 2]);

impl Ledger {
    /// The state as it is now.
    pub(crate) fn mark(&self) -> Mark {
        let own =
            [self.objects.mark(), self.grants.mark(), self.coming.mark(), self.notes.mark(), self.settings.mark()];
        Mark(own, self.blankets.mark())
    }

    /// Goes back to a state.
    pub(crate) fn back_to(&mut self, mark: Mark) {
        let Mark([objects, grants, coming, notes, settings], blankets) = mark;
        self.blankets.back_to(blankets);
        self.objects.back_to(objects);
        self.grants.back_to(grants);
        self.coming.back_to(coming);
        self.notes.back_to(notes);
        self.settings.back_to(settings);
    }

    /// Forgets how to go back. To be called where no transaction is open and no statement runs.
    pub(crate) fn forget(&mut self) {
        self.objects.forget();
        self.grants.forget();
        self.coming.forget();
        self.notes.forget();
        self.settings.forget();
        self.blankets.forget();
    }

    /// What is known of an object.
    #[must_use]
    pub fn state(&self, object: &Object) -> Option<&State> {
        self.objects.get(object)
    }

    /// The objects that are there and whose names begin in a way: the routines of a name, what is in a schema.
    pub(crate) fn there<'l>(&'l self, class: Class, prefix: &'l [String]) -> impl Iterator<Item = &'l Object> {
        let from = Object::new(class, prefix.to_vec());
        let below = move |object: &Object| object.class == class && object.path.starts_with(prefix);
        self.objects
            .starting(from)
            .take_while(move |(object, _)| below(object))
            .filter(|(_, state)| !matches!(state, State::Dropped { .. }))
            .map(|(object, _)| object)
    }

    /// The objects that were dropped and whose names begin in a way.
    pub(crate) fn gone<'l>(&'l self, class: Class, prefix: &'l [String]) -> impl Iterator<Item = &'l Object> {
        let from = Object::new(class, prefix.to_vec());
        let below = move |object: &Object| object.class == class && object.path.starts_with(prefix);
        self.objects
            .starting(from)
            .take_while(move |(object, _)| below(object))
            .filter(|(_, state)| matches!(state, State::Dropped { .. }))
            .map(|(object, _)| object)
    }

    /// Whether an object is there, or taken to be.
    #[must_use]
    pub fn is_there(&self, object: &Object) -> bool {
        matches!(self.objects.get(object), Some(State::Made { .. } | State::Assumed))
    }

    /// An object is made; what was known of one of that name is gone.
    pub(crate) fn make(&mut self, object: Object, by: &Arc<str>) {
        self.objects.insert(object, State::Made { by: by.clone() });
    }

    /// An object is taken to be there.
    pub(crate) fn assume(&mut self, object: Object) {
        if self.objects.get(&object).is_none() {
            self.objects.insert(object, State::Assumed);
        }
    }

    /// An object is dropped, with all that hangs on it.
    pub(crate) fn drop_object(&mut self, object: &Object, by: &Arc<str>) {
        self.forget_below(object);
        if self.objects.get(object) == Some(&State::Assumed) {
            self.lost.push(object.clone());
        }
        self.objects.insert(object.clone(), State::Dropped { by: by.clone() });
    }

    /// Everything in a schema is dropped, but for relations, which have their own keeper.
    pub(crate) fn drop_schema(&mut self, schema: &Object, by: &Arc<str>) {
        for &class in Class::ALL {
            if class == Class::Schema || class == Class::Database {
                continue;
            }
            let inside: Vec<Object> = self.there(class, &schema.path).cloned().collect();
            for object in inside {
                self.drop_object(&object, by);
            }
        }
        self.drop_object(schema, by);
    }

    /// Grants, notes, parts and what is attached: all that goes with an object.
    fn forget_below(&mut self, object: &Object) {
        if object.class == Class::Relation {
            self.blankets.end(&object.path);
        }
        for class in with_parts(object.class) {
            let from = Object::new(class, object.path.clone());
            let below = |other: &Object| other.class == class && other.path.starts_with(&object.path);
            let grants: Vec<_> =
                keys(&self.grants, &(from.clone(), Grantee::first(), String::new()), |key| below(&key.0));
            for key in grants {
                self.grants.remove(&key);
            }
            let notes: Vec<_> = keys(&self.notes, &(from.clone(), String::new()), |key| below(&key.0));
            for key in notes {
                self.notes.remove(&key);
            }
            if class != object.class {
                let parts: Vec<_> = keys(&self.objects, &from, |key| below(key));
                for key in parts {
                    self.objects.remove(&key);
                }
            }
        }
    }

    /// An object gets another name, and keeps all that hangs on it.
    pub(crate) fn rename(&mut self, from: &Object, to: &Object) {
        self.settle(from);
        if from.class == Class::Relation
            && let Some(kind) = self.blankets.end(&from.path)
        {
            self.blankets.start(&to.path, kind);
        }
        for class in with_parts(from.class) {
            let first = Object::new(class, from.path.clone());
            let below = |other: &Object| other.class == class && other.path.starts_with(&from.path);
            for key in keys(&self.grants, &(first.clone(), Grantee::first(), String::new()), |key| below(&key.0)) {
                if let Some(held) = self.grants.remove(&key) {
                    self.grants.insert((key.0.moved(&from.path, &to.path), key.1, key.2), held);
                }
            }
            for key in keys(&self.notes, &(first.clone(), String::new()), |key| below(&key.0)) {
                if let Some(note) = self.notes.remove(&key) {
                    self.notes.insert((key.0.moved(&from.path, &to.path), key.1), note);
                }
            }
            for key in keys(&self.objects, &first, |key| below(key)) {
                if let Some(state) = self.objects.remove(&key) {
                    self.objects.insert(key.moved(&from.path, &to.path), state);
                }
            }
        }
    }

    /// A relation is made, with what was promised to relations that are made from then on. Grants on future objects
    /// count for one that is made in place of another too.
    pub(crate) fn relation_made(&mut self, name: &RelationName, kind: Kind, making: Making, by: &Arc<str>) {
        let object = Object::relation(name);
        if making == Making::Anew {
            self.forget_below(&object);
        }
        self.relation_known(name, kind);
        self.promised(&object, kind_words(kind), by);
    }

    /// A relation is there: what is granted from now on on all of its kind is granted on it.
    pub(crate) fn relation_known(&mut self, name: &RelationName, kind: Kind) {
        let object = Object::relation(name);
        if self.blankets.kind(&object.path) != Some(kind) {
            self.settle(&object);
            self.blankets.start(&object.path, kind);
        }
    }

    /// A relation is dropped.
    pub(crate) fn relation_dropped(&mut self, name: &RelationName) {
        self.forget_below(&Object::relation(name));
    }

    /// A relation gets another name.
    pub(crate) fn relation_renamed(&mut self, from: &RelationName, to: &RelationName) {
        self.rename(&Object::relation(from), &Object::relation(to));
    }

    /// Gives a new object what was granted on objects to come.
    pub(crate) fn promised(&mut self, object: &Object, kinds: &[&str], by: &Arc<str>) {
        if self.coming.iter().next().is_none() {
            return;
        }
        let promised: Vec<(Grantee, String, Held)> = self
            .coming
            .iter()
            .filter(|(coming, _)| coming.maker.is_none() && kinds.contains(&coming.kinds.as_str()))
            .filter(|(coming, _)| object.path.starts_with(&coming.within))
            .filter(|(coming, _)| !self.is_overruled(coming, object))
            .map(|(coming, held)| (coming.grantee.clone(), coming.privilege.clone(), held.clone()))
            .collect();
        for (grantee, privilege, held) in promised {
            let by = if held.by.is_empty() { by.clone() } else { held.by.clone() };
            self.give(object.clone(), grantee, privilege, Held { by, ..held });
        }
    }

    /// Snowflake's grants on what comes in a database do not count in a schema that has its own.
    fn is_overruled(&self, coming: &Coming, object: &Object) -> bool {
        coming.overruled
            && coming.within.len() == 1
            && self.coming.iter().any(|(other, _)| {
                other.within.len() == 2 && other.kinds == coming.kinds && object.path.starts_with(&other.within)
            })
    }

    /// Grants a privilege: to one who has it, only the grant option is new. This, once given, stays.
    pub(crate) fn give(&mut self, object: Object, grantee: Grantee, privilege: String, held: Held) {
        self.settle(&object);
        self.put(object, grantee, privilege, held);
    }

    /// Grants a privilege on all relations of a place that are there, or on those of a kind.
    pub(crate) fn give_all(&mut self, place: &Object, kinds: Kinds, grantee: Grantee, privilege: String, held: Held) {
        self.blankets.give(place, kinds, grantee, privilege, held);
    }

    /// Notes what was granted on all relations as granted on this one, so that it can be taken from it alone.
    fn settle(&mut self, object: &Object) {
        let given = self.blankets.on(object);
        if !given.is_empty() {
            self.blankets.restart(&object.path);
        }
        for (grantee, privilege, held) in given {
            self.put(object.clone(), grantee, privilege, held);
        }
    }

    fn put(&mut self, object: Object, grantee: Grantee, privilege: String, held: Held) {
        let key = (object, grantee, privilege);
        if is_more(self.grants.get(&key), &held) {
            self.grants.insert(key, held);
        }
    }

    /// Takes a privilege away, or only the option to grant it.
    pub(crate) fn take(&mut self, object: &Object, grantee: &Grantee, privilege: &str, only_option: bool) {
        self.settle(object);
        let key = (object.clone(), grantee.clone(), privilege.to_owned());
        if let Some(held) = self.grants.remove(&key)
            && only_option
        {
            self.grants.insert(key, Held { option: false, ..held });
        }
    }

    /// What somebody has on an object.
    pub(crate) fn held(&self, object: &Object, grantee: &Grantee) -> Vec<String> {
        self.on(object).into_iter().filter(|((other, _), _)| other == grantee).map(|((_, what), _)| what).collect()
    }

    /// The columns of a relation on which somebody has something.
    pub(crate) fn granted_parts(&self, relation: &Object, grantee: &Grantee) -> Vec<Object> {
        let from = (Object::new(Class::Column, relation.path.clone()), Grantee::first(), String::new());
        let below =
            |key: &(Object, Grantee, String)| key.0.class == Class::Column && key.0.path.starts_with(&relation.path);
        let mut columns: Vec<Object> =
            keys(&self.grants, &from, below).into_iter().filter(|key| key.1 == *grantee).map(|key| key.0).collect();
        columns.dedup();
        columns
    }

    /// Who has something on an object.
    pub(crate) fn holders(&self, object: &Object) -> Vec<(Grantee, String)> {
        self.on(object).into_keys().collect()
    }

    /// Who has what on an object, of its own or with all relations of a place.
    fn on(&self, object: &Object) -> BTreeMap<(Grantee, String), Held> {
        let from = (object.clone(), Grantee::first(), String::new());
        let own = self.grants.starting(from).take_while(|((other, ..), _)| other == object);
        let mut all: BTreeMap<_, _> =
            own.map(|((_, grantee, what), held)| ((grantee.clone(), what.clone()), held.clone())).collect();
        for (grantee, what, held) in self.blankets.on(object) {
            let key = (grantee, what);
            if is_more(all.get(&key), &held) {
                all.insert(key, held);
            }
        }
        all
    }

    /// Every grant on an object, in the order of objects and grantees.
    fn granted(&self) -> BTreeMap<(Object, Grantee, String), Held> {
        let mut all: BTreeMap<_, _> = self.grants.iter().map(|(key, held)| (key.clone(), held.clone())).collect();
        for object in self.blankets.relations() {
            for (grantee, what, held) in self.blankets.on(&object) {
                let key = (object.clone(), grantee, what);
                if is_more(all.get(&key), &held) {
                    all.insert(key, held);
                }
            }
        }
        all
    }

    /// What somebody is granted, on any object.
    pub(crate) fn held_by(&self, grantee: &Grantee) -> Vec<(Object, String)> {
        let theirs = self.granted().into_keys().filter(|(_, other, _)| other == grantee);
        theirs.map(|(object, _, privilege)| (object, privilege)).collect()
    }

    /// Promises a privilege on objects to come.
    pub(crate) fn promise(&mut self, coming: Coming, held: Held) {
        let option = held.option || self.coming.get(&coming).is_some_and(|before| before.option);
        self.coming.insert(coming, Held { option, ..held });
    }

    /// Takes a promise back.
    pub(crate) fn unpromise(&mut self, coming: &Coming) {
        self.coming.remove(coming);
    }

    /// Takes every promise to somebody back.
    pub(crate) fn unpromise_all(&mut self, grantee: &Grantee) {
        let theirs: Vec<Coming> =
            self.coming.iter().map(|(coming, _)| coming).filter(|coming| coming.grantee == *grantee).cloned().collect();
        for coming in &theirs {
            self.coming.remove(coming);
        }
    }

    /// Whether somebody is promised anything.
    pub(crate) fn has_promises(&self, grantee: &Grantee) -> bool {
        self.coming.iter().any(|(coming, _)| coming.grantee == *grantee)
    }

    /// Whether anything but relations is in a schema.
    pub(crate) fn has_content(&self, schema: &Object) -> bool {
        let inside = |class: &&Class| class.level() == Level::Schema;
        Class::ALL.iter().filter(inside).any(|&class| self.there(class, &schema.path).next().is_some())
    }

    /// Something ran whose inside is not seen: what is gone may be there again.
    pub(crate) fn out_of_sight(&mut self) {
        self.vague = true;
        let gone: Vec<Object> = self
            .objects
            .iter()
            .filter(|(_, state)| matches!(state, State::Dropped { .. }))
            .map(|(object, _)| object.clone())
            .collect();
        for object in &gone {
            self.objects.remove(object);
        }
    }

    /// Another run begins: what was only assumed to be there, and was dropped, may be there again.
    pub(crate) fn forget_lost(&mut self) {
        for object in std::mem::take(&mut self.lost) {
            if matches!(self.objects.get(&object), Some(State::Dropped { .. })) {
                self.objects.remove(&object);
            }
        }
    }

    /// Whether objects may be there that no statement in sight made.
    pub(crate) fn is_vague(&self) -> bool {
        self.vague
    }

    /// The promises that somebody has on objects of a kind to come in some place.
    pub(crate) fn promises(&self, like: &Coming) -> Vec<Coming> {
        let same = |other: &&Coming| Coming { privilege: like.privilege.clone(), ..(*other).clone() } == *like;
        self.coming.iter().map(|(coming, _)| coming).filter(same).cloned().collect()
    }

    /// Writes something on an object: a comment, an owner, a tag.
    pub(crate) fn note(&mut self, object: Object, what: impl Into<String>, text: impl Into<String>) {
        self.notes.insert((object, what.into()), text.into());
    }

    /// Takes a note off.
    pub(crate) fn unnote(&mut self, object: &Object, what: &str) {
        self.notes.remove(&(object.clone(), what.to_owned()));
    }

    /// What is written on an object.
    #[must_use]
    pub fn noted(&self, object: &Object, what: &str) -> Option<&str> {
        self.notes.get(&(object.clone(), what.to_owned())).map(String::as_str)
    }

    /// What is written on one object.
    pub(crate) fn notes_on<'l>(&'l self, object: &'l Object) -> impl Iterator<Item = (&'l str, &'l str)> {
        self.notes
            .starting((object.clone(), String::new()))
            .take_while(move |((other, _), _)| other == object)
            .map(|((_, what), text)| (what.as_str(), text.as_str()))
    }

    /// Everything that is written on objects: the object, what it is, the text.
    pub fn notes(&self) -> impl Iterator<Item = (&Object, &str, &str)> {
        self.notes.iter().map(|((object, what), text)| (object, what.as_str(), text.as_str()))
    }

    /// Sets a setting of the session.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.settings.insert(name.to_owned(), value.into());
    }

    /// Sets it back.
    pub(crate) fn reset(&mut self, name: &str) {
        self.settings.remove(&name.to_owned());
    }

    /// A setting of the session, where a statement has set it.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.get(name).map(String::as_str)
    }

    /// Every setting that a statement has set.
    pub(crate) fn settings(&self) -> Vec<String> {
        self.settings.iter().map(|(name, _)| name.clone()).collect()
    }

    /// Who may do what, in the order of objects and grantees.
    #[must_use]
    pub fn access(&self) -> Vec<Access> {
        let grants = self.granted().into_iter().map(|((object, grantee, privilege), held)| Access {
            privilege,
            on: Grant::Object(object),
            grantee,
            option: held.option,
            by: held.by,
        });
        let coming = self.coming.iter().map(|(coming, held)| Access {
            privilege: coming.privilege.clone(),
            on: Grant::Coming(coming.clone()),
            grantee: coming.grantee.clone(),
            option: held.option,
            by: held.by.clone(),
        });
        grants.chain(coming).collect()
    }
}

/// Whether what is granted is more than what is held: anything where nothing is, else the option to grant it.
fn is_more(before: Option<&Held>, held: &Held) -> bool {
    before.is_none_or(|before| held.option && !before.option)
}

/// The classes of an object and of its parts.
fn with_parts(class: Class) -> Vec<Class> {
    match class {
        Class::Relation => {
            vec![class, Class::Column, Class::Constraint, Class::Trigger, Class::Rule, Class::TablePolicy]
        }
        _ => vec![class],
    }
}

/// The keys from one on, as long as they pass.
fn keys<K: Ord + Clone, V: Clone>(map: &Tracked<K, V>, from: &K, passes: impl Fn(&K) -> bool) -> Vec<K> {
    map.starting(from.clone()).map(|(key, _)| key).take_while(|key| passes(key)).cloned().collect()
}

/// How grants on objects to come name the kinds of relations.
fn kind_words(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Table => &["tables", "relations"],
        Kind::View => &["views", "relations"],
        Kind::MaterializedView => &["materialized views", "relations"],
        Kind::DynamicTable => &["dynamic tables"],
        Kind::External => &["external tables", "relations"],
    }
}
