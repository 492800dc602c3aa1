//! Values that are made once for each key, and forgotten when nothing asks for them any more.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hash};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// In how many parts they are held, so that threads do not wait for each other.
const PARTS: usize = 32;

/// Values by their keys, each with the round in which it was last asked for.
#[derive(Debug)]
pub(crate) struct Memo<K, V> {
    parts: [Mutex<HashMap<K, (V, u64)>>; PARTS],
    hasher: RandomState,
    round: AtomicU64,
}

impl<K, V> Default for Memo<K, V> {
    fn default() -> Memo<K, V> {
        Memo { parts: std::array::from_fn(|_| Mutex::default()), hasher: RandomState::new(), round: AtomicU64::new(0) }
    }
}

impl<K: Eq + Hash, V: Clone> Memo<K, V> {
    /// The value of a key, which is made where it is not known. Two threads that ask at once may both make it, and
    /// get the one that is made first.
    pub(crate) fn get(&self, key: K, make: impl FnOnce(&K) -> V) -> V {
        let round = self.round.load(Ordering::Relaxed);
        let part = &self.parts[self.hasher.hash_one(&key) as usize % PARTS];
        if let Some((value, asked)) = lock(part).get_mut(&key) {
            *asked = round;
            return value.clone();
        }
        let value = make(&key);
        lock(part).entry(key).or_insert((value, round)).0.clone()
    }

    /// Begins another round: what the last one did not ask for is forgotten.
    pub(crate) fn next_round(&self) {
        let last = self.round.fetch_add(1, Ordering::Relaxed);
        for part in &self.parts {
            lock(part).retain(|_, (_, asked)| *asked == last);
        }
    }
}

fn lock<T>(part: &Mutex<T>) -> MutexGuard<'_, T> {
    part.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn a_value_is_made_once_and_forgotten_where_nothing_asks_for_it() {
        let memo: Memo<u32, u32> = Memo::default();
        let made = Cell::new(0);
        let ask = |key: u32| {
            let value = memo.get(key, |key| {
                made.set(made.get() + 1);
                key * 2
            });
            assert_eq!(value, key * 2);
            made.get()
        };
        assert_eq!((ask(1), ask(1), ask(2)), (1, 1, 2));
        memo.next_round();
        assert_eq!((ask(1), ask(1)), (2, 2));
        memo.next_round();
        assert_eq!((ask(1), ask(2)), (2, 3));
        memo.next_round();
        memo.next_round();
        assert_eq!(ask(1), 4);
    }
}
