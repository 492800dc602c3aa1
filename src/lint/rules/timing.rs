//! What is known when: parsing, rendering, running.

pub(in crate::lint) mod hook_frozen_at_parse;
pub(in crate::lint) mod unguarded_query;
pub(in crate::lint) mod wrong_context_name;

use crate::lint::Rule;

/// The rules, by name.
pub(in crate::lint) const RULES: &[Rule] = family! { "timing";
    "hook-frozen-at-parse", Error, High, Default, hook_frozen_at_parse;
    "unguarded-query", Error, High, Default, unguarded_query;
    "wrong-context-name", Error, High, Default, wrong_context_name;
};
