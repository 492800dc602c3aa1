//! What is known when: parsing, rendering, running.

pub(in crate::lint) mod config_inside_condition;
pub(in crate::lint) mod cyclic_ref;
pub(in crate::lint) mod early_rendered_yaml;
pub(in crate::lint) mod ephemeral_ref;
pub(in crate::lint) mod hidden_ref;
pub(in crate::lint) mod hook_frozen_at_parse;
pub(in crate::lint) mod json_after_rendering;
pub(in crate::lint) mod query_and_text;
pub(in crate::lint) mod query_in_every_command;
pub(in crate::lint) mod query_printed;
pub(in crate::lint) mod query_truthiness;
pub(in crate::lint) mod ref_frozen_at_parse;
pub(in crate::lint) mod results_outside_run_end;
pub(in crate::lint) mod seed_ref;
pub(in crate::lint) mod statement_without_commit;
pub(in crate::lint) mod tests_counted_as_success;
pub(in crate::lint) mod text_never_sent;
pub(in crate::lint) mod unguarded_query;
pub(in crate::lint) mod unknown_result_column;
pub(in crate::lint) mod unset_sql_name;
pub(in crate::lint) mod wrong_context_name;

use crate::lint::Rule;

/// The rules, by name.
pub(in crate::lint) const RULES: &[Rule] = family! { "timing";
    "config-inside-condition", Error, High, Default, config_inside_condition;
    "cyclic-ref", Error, High, Default, cyclic_ref;
    "early-rendered-yaml", Error, High, Default, early_rendered_yaml;
    "ephemeral-ref", Error, High, Default, ephemeral_ref;
    "hidden-ref", Error, High, Default, hidden_ref;
    "hook-frozen-at-parse", Error, High, Default, hook_frozen_at_parse;
    "json-after-rendering", Error, High, Default, json_after_rendering;
    "query-and-text", Error, High, Default, query_and_text;
    "query-in-every-command", Warning, Medium, Strict, query_in_every_command;
    "query-printed", Error, High, Default, query_printed;
    "query-truthiness", Error, High, Default, query_truthiness;
    "ref-frozen-at-parse", Error, High, Default, ref_frozen_at_parse;
    "results-outside-run-end", Error, High, Default, results_outside_run_end;
    "seed-ref", Error, High, Default, seed_ref;
    "statement-without-commit", Error, High, Default, statement_without_commit;
    "tests-counted-as-success", Error, High, Default, tests_counted_as_success;
    "text-never-sent", Error, High, Default, text_never_sent;
    "unguarded-query", Error, High, Default, unguarded_query;
    "unknown-result-column", Error, Medium, Default, unknown_result_column;
    "unset-sql-name", Error, High, Default, unset_sql_name;
    "wrong-context-name", Error, High, Default, wrong_context_name;
};
