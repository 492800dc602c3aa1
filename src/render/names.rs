//! The names that dbt defines: those of its context, and its macros.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::adapter;

static SHIPPED: LazyLock<HashMap<&str, HashSet<&str>>> = LazyLock::new(|| {
    include_str!("shipped_macros.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(": "))
        .map(|(adapter, names)| (adapter, names.split(' ').collect()))
        .collect()
});

/// Whether dbt ships a macro of that name for an adapter.
#[must_use]
pub fn is_shipped(adapter: &str, name: &str) -> bool {
    let has = |adapter: &str| SHIPPED.get(adapter).is_some_and(|names| names.contains(name));
    // An adapter that is not known may ship any of them.
    has("global")
        || has(adapter)
        || adapter::parents(adapter).iter().any(|parent| has(parent))
        || (!SHIPPED.contains_key(adapter) && SHIPPED.values().any(|names| names.contains(name)))
}

/// The names of facts C4, and the three that only on-run-end's run pass has.
pub const NAMES: &[&str] = &[
    "_sql_results",
    "adapter",
    "adapter_macro",
    "api",
    "builtins",
    "column",
    "compiled_code",
    "config",
    "context",
    "context_macro_stack",
    "database",
    "dbt",
    "dbt_metadata_envs",
    "dbt_version",
    "defer_relation",
    "diff_of_two_dicts",
    "env",
    "env_var",
    "exceptions",
    "execute",
    "flags",
    "fromjson",
    "fromyaml",
    "function",
    "graph",
    "invocation_args_dict",
    "invocation_id",
    "load_agate_table",
    "load_result",
    "local_md5",
    "log",
    "metric",
    "model",
    "modules",
    "post_hooks",
    "pre_hooks",
    "print",
    "project_name",
    "ref",
    "render",
    "return",
    "run_started_at",
    "schema",
    "selected_resources",
    "set",
    "set_strict",
    "source",
    "sql",
    "sql_now",
    "store_raw_result",
    "store_result",
    "submit_python_job",
    "target",
    "this",
    "thread_id",
    "tojson",
    "toyaml",
    "try_or_compiler_error",
    "validation",
    "var",
    "write",
    "zip",
    "zip_strict",
];
