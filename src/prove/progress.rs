//! How far rehearsals are, for whoever watches them, and a way to end them early.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::Failure;

/// How far rehearsals are. It is shared: they write, another thread reads, and may stop them.
#[derive(Debug, Default)]
pub struct Progress {
    expected: AtomicUsize,
    done: AtomicUsize,
    stopped: Arc<AtomicBool>,
}

impl Progress {
    /// How many steps are done, and how many there are as far as is known.
    #[must_use]
    pub fn steps(&self) -> (usize, usize) {
        (self.done.load(Ordering::Relaxed), self.expected.load(Ordering::Relaxed))
    }

    /// Lets the rehearsals end as soon as they can; they give a failure then, and keep no database.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Whether they are to end.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    pub(super) fn expect(&self, steps: usize) {
        self.expected.fetch_add(steps, Ordering::Relaxed);
    }

    pub(super) fn step(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// What a long statement looks at.
    pub(super) fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stopped)
    }

    pub(super) fn check(&self) -> Result<(), Failure> {
        if self.is_stopped() {
            return Err(Failure("the rehearsal was stopped: nothing is kept of it".to_owned()));
        }
        Ok(())
    }
}
