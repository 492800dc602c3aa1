//! A map that can go back to an earlier state, as a transaction does that is rolled back.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::ops::Bound;

/// A map with a journal of what was in it before each change.
#[derive(Debug)]
pub(crate) struct Tracked<K, V> {
    map: BTreeMap<K, V>,
    journal: Vec<(K, Option<V>)>,
}

impl<K, V> Default for Tracked<K, V> {
    fn default() -> Tracked<K, V> {
        Tracked { map: BTreeMap::new(), journal: Vec::new() }
    }
}

impl<K: Ord + Clone, V> Tracked<K, V> {
    /// What is under a key.
    pub(crate) fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.map.get(key)
    }

    /// Puts a value under a key.
    pub(crate) fn insert(&mut self, key: K, value: V) {
        let before = self.map.insert(key.clone(), value);
        self.journal.push((key, before));
    }

    /// Everything, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.map.iter()
    }

    /// Everything from a key on, in order.
    pub(crate) fn starting(&self, key: K) -> impl Iterator<Item = (&K, &V)> + use<'_, K, V> {
        self.map.range((Bound::Included(key), Bound::Unbounded))
    }

    /// How many changes have been made: a state to go back to.
    pub(crate) fn mark(&self) -> usize {
        self.journal.len()
    }

    /// Goes back to an earlier state.
    pub(crate) fn back_to(&mut self, mark: usize) {
        while self.journal.len() > mark {
            match self.journal.pop() {
                Some((key, Some(value))) => self.map.insert(key, value),
                Some((key, None)) => self.map.remove(&key),
                None => None,
            };
        }
    }

    /// Forgets how to go back.
    pub(crate) fn forget(&mut self) {
        self.journal.clear();
    }
}

impl<K: Ord + Clone, V: Clone> Tracked<K, V> {
    /// Takes what is under a key away.
    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let before = self.map.remove(key)?;
        self.journal.push((key.clone(), Some(before.clone())));
        Some(before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_back_over_inserts_changes_and_removals() {
        let mut map = Tracked::default();
        map.insert("a", 1);
        map.insert("b", 2);
        let mark = map.mark();
        map.insert("a", 3);
        map.remove(&"b");
        map.insert("c", 4);
        map.remove(&"c");
        map.remove(&"d");
        map.back_to(mark);
        assert_eq!(map.iter().collect::<Vec<_>>(), [(&"a", &1), (&"b", &2)]);
        map.forget();
        map.back_to(0);
        assert_eq!(map.iter().count(), 2);
    }
}
