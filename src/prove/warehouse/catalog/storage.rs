//! The tables of `SQLite` in which relations are kept. A relation has a name, which may change; what it is kept in has
//! another, which does not.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::sync::Arc;

/// What begins the name of each: no text of a project holds it.
const MARK: char = '\u{F17E}';

/// What a relation is kept in, by its name in `SQLite`: a table of its own, or, of a view, what stands for its query.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(in crate::prove::warehouse) struct Storage(Arc<str>);

impl Storage {
    /// A table that is there already.
    pub(in crate::prove::warehouse) fn named(name: &str) -> Storage {
        Storage(Arc::from(name))
    }

    /// Its name.
    pub(in crate::prove::warehouse) fn name(&self) -> &str {
        &self.0
    }

    /// Its name in quotes.
    pub(in crate::prove::warehouse) fn quoted(&self) -> String {
        format!("\"{}\"", self.0.replace('"', "\"\""))
    }
}

impl Borrow<str> for Storage {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// What of a text is a name that [`Storages::new_name`] gives, from one place on: where it begins and ends.
pub(in crate::prove::warehouse) fn next_name(text: &str, from: usize) -> Option<(usize, usize)> {
    let rest = text.get(from..)?;
    let mut at = 0;
    while let Some(found) = rest[at..].find(MARK) {
        let digits = at + found + MARK.len_utf8();
        let count = rest[digits..].bytes().take_while(u8::is_ascii_digit).count();
        if count > 0 {
            return Some((from + at + found, from + digits + count));
        }
        at = digits;
    }
    None
}

/// The tables that were made for relations, and those of them that are empty and no relation's.
#[derive(Debug, Default)]
pub(super) struct Storages {
    /// How many names were given.
    count: u64,
    /// The columns and constraints that each was made with.
    declarations: HashMap<Storage, Arc<str>>,
    /// Those that no relation is kept in, by their declarations.
    free: HashMap<Arc<str>, Vec<Storage>>,
}

impl Storages {
    /// A name that no other has.
    pub(super) fn new_name(&mut self) -> Storage {
        self.count += 1;
        Storage::named(&format!("{MARK}{}", self.count))
    }

    /// Notes what a table was made with.
    pub(super) fn made(&mut self, storage: &Storage, declaration: &str) {
        self.declarations.insert(storage.clone(), Arc::from(declaration));
    }

    /// What a table was made with.
    pub(super) fn declaration(&self, storage: &Storage) -> Option<&Arc<str>> {
        self.declarations.get(storage)
    }

    /// Takes one that was made with a declaration.
    pub(super) fn take(&mut self, declaration: &str) -> Option<Storage> {
        self.free.get_mut(declaration)?.pop()
    }

    /// Keeps one for the next of its declaration; false where that is not known.
    pub(super) fn keep(&mut self, storage: &Storage) -> bool {
        let Some(declaration) = self.declarations.get(storage) else { return false };
        self.free.entry(Arc::clone(declaration)).or_default().push(storage.clone());
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_texts() {
        let mut storages = Storages::default();
        let (one, other) = (storages.new_name(), storages.new_name());
        let text = format!("select {MARK} from {} as x, {}", one.quoted(), other.name());
        let (from, to) = next_name(&text, 0).unwrap_or_default();
        assert_eq!(&text[from..to], one.name());
        let (from, to) = next_name(&text, to).unwrap_or_default();
        assert_eq!(&text[from..to], other.name());
        assert_eq!(next_name(&text, to), None);
    }

    #[test]
    fn one_that_is_kept_is_taken_once() {
        let mut storages = Storages::default();
        let one = storages.new_name();
        assert!(!storages.keep(&one));
        storages.made(&one, "(a)");
        assert!(storages.keep(&one));
        assert_eq!(storages.take("(b)"), None);
        assert_eq!(storages.take("(a)"), Some(one));
        assert_eq!(storages.take("(a)"), None);
    }
}
