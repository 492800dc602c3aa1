//! Files that dbt does not read as they look.

pub(in crate::lint) mod duplicate_key;
pub(in crate::lint) mod unreadable_file;

use crate::lint::Rule;

/// The rules, by name.
pub(in crate::lint) const RULES: &[Rule] = family! { "project";
    "duplicate-key", Warning, High, Default, duplicate_key;
    "unreadable-file", Error, High, Default, unreadable_file;
};
