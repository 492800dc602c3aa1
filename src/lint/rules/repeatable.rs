//! Statements that do not bear a second run.

pub(in crate::lint) mod create_without_if_not_exists;
pub(in crate::lint) mod drop_without_if_exists;

use crate::lint::Rule;

/// The rules, by name.
pub(in crate::lint) const RULES: &[Rule] = family! { "repeatable";
    "create-without-if-not-exists", Error, High, Default, create_without_if_not_exists;
    "drop-without-if-exists", Error, Medium, Default, drop_without_if_exists;
};
