//! The branches that no rendering goes through.

use super::{CheckReport, Positions};
use crate::render::branches::Branch;

impl CheckReport {
    /// How many branches there are, and how many of them some rendering goes through.
    #[must_use]
    pub fn branch_counts(&self) -> (usize, usize) {
        (self.branches.len(), self.branches.iter().filter(|branch| branch.reached).count())
    }

    /// The branches that no rendering goes through, in the order of their files.
    pub fn unreached(&self) -> impl Iterator<Item = &Branch> {
        self.branches.iter().filter(|branch| !branch.reached)
    }

    /// A line for each branch that no rendering goes through: `path:line:column: else in macro m`.
    #[must_use]
    pub fn unreached_lines(&self) -> Vec<String> {
        let positions = Positions::of(self);
        let line = |branch: &Branch| {
            let at = positions.start(branch.place);
            let of = branch.macro_name.as_ref().map_or_else(|| "a hook".to_owned(), |name| format!("macro {name}"));
            let path = positions.path(branch.place);
            format!("{path}:{}:{}: no rendering goes through this `{}` of {of}", at.line, at.column, branch.tag)
        };
        self.unreached().map(line).collect()
    }
}
