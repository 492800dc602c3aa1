//! Where a hook stands: keys, values and kinds of nodes that dbt does not take, or takes for something else.

pub(in crate::lint) mod invalid_hook_value;
pub(in crate::lint) mod misspelled_hook_key;

use crate::lint::Rule;

/// The rules, by name.
pub(in crate::lint) const RULES: &[Rule] = family! { "placement";
    "invalid-hook-value", Error, High, Default, invalid_hook_value;
    "misspelled-hook-key", Error, High, Default, misspelled_hook_key;
};
