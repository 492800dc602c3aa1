//! What hooks are not for, and what dbt has something better for.

pub(in crate::lint) mod transformation_in_hook;

use crate::lint::Rule;

/// The rules, by name.
pub(in crate::lint) const RULES: &[Rule] = family! { "purpose";
    "transformation-in-hook", Info, Medium, Default, transformation_in_hook;
};
