//! Grants on all relations of a place: each noted once, with its moment, however many relations it counts for. It
//! counts for those that were there then, and as long as they are not made anew.

use std::sync::Arc;

use super::super::relations::TEMPORARY;
use super::Kind;
use super::access::{Grantee, Held};
use super::object::{Class, Object};
use super::tracked::Tracked;

/// The relations that a grant on all of them means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kinds {
    /// Those of any kind.
    Any,
    /// Those of one.
    Only(Kind),
}

impl Kinds {
    /// Whether relations of a kind are meant.
    pub(crate) fn mean(self, kind: Kind) -> bool {
        match self {
            Kinds::Any => true,
            Kinds::Only(only) => only == kind,
        }
    }
}

/// A privilege on all relations of a place that are there at a moment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Blanket {
    /// The database, or database and schema.
    place: Vec<String>,
    kinds: Kinds,
    grantee: Grantee,
    privilege: String,
    option: bool,
    moment: u64,
}

/// From when on blankets count for a relation, and what it is.
#[derive(Debug, Clone, Copy)]
struct Since {
    moment: u64,
    kind: Kind,
}

/// Grants on all relations of places, and for which relations they count.
#[derive(Debug, Default)]
pub(super) struct Blankets {
    /// Whose statement gave each.
    given: Tracked<Blanket, Arc<str>>,
    /// The relations that are there, by their paths.
    since: Tracked<Vec<String>, Since>,
    /// How many blankets were given. Never goes back.
    moment: u64,
}

impl Blankets {
    pub(super) fn mark(&self) -> [usize; 2] {
        [self.given.mark(), self.since.mark()]
    }

    pub(super) fn back_to(&mut self, [given, since]: [usize; 2]) {
        self.given.back_to(given);
        self.since.back_to(since);
    }

    pub(super) fn forget(&mut self) {
        self.given.forget();
        self.since.forget();
    }

    /// Gives a privilege on all relations of a place.
    pub(super) fn give(&mut self, place: &Object, kinds: Kinds, grantee: Grantee, privilege: String, held: Held) {
        self.moment += 1;
        let moment = self.moment;
        let blanket = Blanket { place: place.path.clone(), kinds, grantee, privilege, option: held.option, moment };
        self.given.insert(blanket, held.by);
    }

    /// From now on blankets count for a relation, and none from before.
    pub(super) fn start(&mut self, relation: &[String], kind: Kind) {
        self.since.insert(relation.to_vec(), Since { moment: self.moment, kind });
    }

    /// The same of a relation that is known; what kind it is.
    pub(super) fn restart(&mut self, relation: &[String]) -> Option<Kind> {
        let kind = self.since.get(relation)?.kind;
        self.start(relation, kind);
        Some(kind)
    }

    /// No blanket counts for a relation any more.
    pub(super) fn end(&mut self, relation: &[String]) -> Option<Kind> {
        self.since.remove(&relation.to_vec()).map(|since| since.kind)
    }

    /// What a relation is; none where it is not there.
    pub(super) fn kind(&self, relation: &[String]) -> Option<Kind> {
        self.since.get(relation).map(|since| since.kind)
    }

    /// Whether there is any.
    pub(super) fn is_empty(&self) -> bool {
        self.given.iter().next().is_none()
    }

    /// The relations that blankets may count for.
    pub(super) fn relations(&self) -> impl Iterator<Item = Object> {
        let relations = self.since.iter().filter(|_| !self.is_empty());
        relations.map(|(path, _)| Object::new(Class::Relation, path.clone()))
    }

    /// What blankets give on a relation: of equal ones the first, those with the option to grant it last.
    pub(super) fn on(&self, relation: &Object) -> Vec<(Grantee, String, Held)> {
        let mut found = Vec::new();
        let path = &relation.path;
        if relation.class != Class::Relation || path.get(1).is_some_and(|schema| schema == TEMPORARY) {
            return found;
        }
        let Some(since) = self.since.get(path).copied().filter(|_| !self.is_empty()) else { return found };
        for depth in 1..path.len() {
            let mut next = Blanket {
                place: path[..depth].to_vec(),
                kinds: Kinds::Any,
                grantee: Grantee::first(),
                privilege: String::new(),
                option: false,
                moment: 0,
            };
            // From each blanket to the first that counts, and then past all that differ in nothing but the moment.
            while let Some((head, _)) = self.given.starting(next).next() {
                if head.place != path[..depth] {
                    break;
                }
                let first = Blanket { moment: since.moment + 1, ..head.clone() };
                let last = Blanket { moment: u64::MAX, ..head.clone() };
                if head.kinds.mean(since.kind)
                    && let Some((blanket, by)) = self.given.starting(first).next().filter(|(one, _)| **one < last)
                {
                    let held = Held { option: blanket.option, by: Arc::clone(by) };
                    found.push((blanket.grantee.clone(), blanket.privilege.clone(), held));
                }
                next = last;
            }
        }
        found.sort_by_key(|(.., held)| held.option);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Object {
        Object::schema(Some("d"), "s")
    }

    fn relation(name: &str) -> Object {
        Object::new(Class::Relation, vec!["d".to_owned(), "s".to_owned(), name.to_owned()])
    }

    fn give(blankets: &mut Blankets, kinds: Kinds, privilege: &str, by: &str) {
        let grantee = Grantee { class: Class::Role, name: "r".to_owned() };
        blankets.give(&place(), kinds, grantee, privilege.to_owned(), Held { option: false, by: Arc::from(by) });
    }

    fn on(blankets: &Blankets, name: &str) -> Vec<String> {
        let found = blankets.on(&relation(name));
        found.into_iter().map(|(_, privilege, held)| format!("{privilege} by {}", held.by)).collect()
    }

    #[test]
    fn counts_for_what_is_there_when_it_is_given() {
        let mut blankets = Blankets::default();
        blankets.start(&relation("old").path, Kind::Table);
        give(&mut blankets, Kinds::Any, "select", "one");
        blankets.start(&relation("new").path, Kind::View);
        give(&mut blankets, Kinds::Only(Kind::View), "insert", "two");
        give(&mut blankets, Kinds::Any, "select", "three");
        assert_eq!(on(&blankets, "old"), ["select by one"]);
        assert_eq!(on(&blankets, "new"), ["select by three", "insert by two"]);
        assert_eq!(on(&blankets, "none"), [""; 0]);
    }

    #[test]
    fn counts_no_more_for_what_is_made_anew() {
        let mut blankets = Blankets::default();
        blankets.start(&relation("t").path, Kind::Table);
        give(&mut blankets, Kinds::Any, "select", "one");
        let mark = blankets.mark();
        blankets.start(&relation("t").path, Kind::Table);
        assert_eq!(on(&blankets, "t"), [""; 0]);
        give(&mut blankets, Kinds::Any, "select", "two");
        assert_eq!(on(&blankets, "t"), ["select by two"]);
        blankets.back_to(mark);
        assert_eq!(on(&blankets, "t"), ["select by one"]);
    }
}
