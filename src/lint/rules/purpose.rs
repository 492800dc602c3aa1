//! What hooks are not for, and what dbt has something better for.

pub(in crate::lint) mod branch_never_reached;
pub(in crate::lint) mod complex_hook;
pub(in crate::lint) mod hard_coded_relation;
pub(in crate::lint) mod prefer_grants_config;
pub(in crate::lint) mod prefer_persist_docs;
pub(in crate::lint) mod transformation_in_hook;
pub(in crate::lint) mod unconditional_production_effect;
pub(in crate::lint) mod undocumented_hook;

use crate::lint::Rule;

/// The rules, by name.
pub(in crate::lint) const RULES: &[Rule] = family! { "purpose";
    "branch-never-reached", Info, Medium, All, branch_never_reached;
    "complex-hook", Info, High, Strict, complex_hook;
    "hard-coded-relation", Info, High, Strict, hard_coded_relation;
    "prefer-grants-config", Info, High, Strict, prefer_grants_config;
    "prefer-persist-docs", Info, High, Strict, prefer_persist_docs;
    "transformation-in-hook", Info, Medium, Strict, transformation_in_hook;
    "unconditional-production-effect", Info, Medium, Strict, unconditional_production_effect;
    "undocumented-hook", Info, High, All, undocumented_hook;
};
