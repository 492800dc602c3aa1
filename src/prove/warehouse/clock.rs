//! What functions of the session read: the clock, the names, and counters that make values unique.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::civil::DateTime;

/// What functions read, shared between the warehouse and the functions that it has registered.
#[derive(Debug, Clone)]
pub(super) struct Shared(Arc<Mutex<State>>);

/// The state of a session.
#[derive(Debug)]
pub(super) struct State {
    /// What time it is, in UTC.
    pub(super) now: DateTime,
    /// How many unique values were given.
    pub(super) unique: u64,
    /// The last value of each sequence.
    pub(super) sequences: HashMap<String, i64>,
    /// The values of session variables, by folded name.
    pub(super) variables: HashMap<String, String>,
}

impl Shared {
    pub(super) fn new() -> Shared {
        Shared(Arc::new(Mutex::new(State {
            now: jiff::civil::date(2024, 1, 2).at(3, 4, 5, 678_901_000),
            unique: 0,
            sequences: HashMap::new(),
            variables: HashMap::new(),
        })))
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
