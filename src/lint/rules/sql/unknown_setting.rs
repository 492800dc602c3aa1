//! Finds a parameter of `PostgreSQL` that is misspelled, or set to a value with a unit that it does not know.

use crate::lint::rules::nearest;
use crate::lint::{Findings, Sink, Step};
use crate::sql::{self, Dialect, UNKNOWN, Verb};

/// Parameters that hooks set.
const PARAMETERS: [&str; 78] = [
    "application_name",
    "array_nulls",
    "autovacuum",
    "bytea_output",
    "check_function_bodies",
    "client_encoding",
    "client_min_messages",
    "commit_delay",
    "constraint_exclusion",
    "cpu_index_tuple_cost",
    "cpu_operator_cost",
    "cpu_tuple_cost",
    "cursor_tuple_fraction",
    "datestyle",
    "deadlock_timeout",
    "debug_print_plan",
    "default_statistics_target",
    "default_table_access_method",
    "default_tablespace",
    "default_transaction_isolation",
    "default_transaction_read_only",
    "effective_cache_size",
    "effective_io_concurrency",
    "enable_bitmapscan",
    "enable_gathermerge",
    "enable_hashagg",
    "enable_hashjoin",
    "enable_incremental_sort",
    "enable_indexonlyscan",
    "enable_indexscan",
    "enable_material",
    "enable_memoize",
    "enable_mergejoin",
    "enable_nestloop",
    "enable_parallel_append",
    "enable_parallel_hash",
    "enable_partition_pruning",
    "enable_partitionwise_aggregate",
    "enable_partitionwise_join",
    "enable_seqscan",
    "enable_sort",
    "enable_tidscan",
    "extra_float_digits",
    "force_parallel_mode",
    "from_collapse_limit",
    "geqo",
    "gin_fuzzy_search_limit",
    "hash_mem_multiplier",
    "idle_in_transaction_session_timeout",
    "idle_session_timeout",
    "intervalstyle",
    "jit",
    "join_collapse_limit",
    "lc_messages",
    "lc_monetary",
    "lc_numeric",
    "lc_time",
    "lock_timeout",
    "log_duration",
    "log_min_duration_statement",
    "log_min_messages",
    "log_statement",
    "logical_decoding_work_mem",
    "maintenance_work_mem",
    "max_parallel_maintenance_workers",
    "max_parallel_workers",
    "max_parallel_workers_per_gather",
    "min_parallel_table_scan_size",
    "parallel_leader_participation",
    "parallel_setup_cost",
    "parallel_tuple_cost",
    "plan_cache_mode",
    "random_page_cost",
    "row_security",
    "search_path",
    "session_replication_role",
    "standard_conforming_strings",
    "statement_timeout",
];

/// The others that are nearer than a letter or two to no mistake of theirs.
const MORE: [&str; 18] = [
    "seq_page_cost",
    "synchronous_commit",
    "synchronize_seqscans",
    "temp_buffers",
    "temp_file_limit",
    "temp_tablespaces",
    "timezone",
    "transaction_timeout",
    "transform_null_equals",
    "vacuum_cost_delay",
    "vacuum_cost_limit",
    "vacuum_freeze_min_age",
    "wal_compression",
    "work_mem",
    "xmlbinary",
    "xmloption",
    "track_activities",
    "wal_skip_threshold",
];

/// Parameters whose values are times.
const TIMES: [&str; 6] = [
    "statement_timeout",
    "lock_timeout",
    "deadlock_timeout",
    "idle_in_transaction_session_timeout",
    "idle_session_timeout",
    "transaction_timeout",
];

/// Parameters whose values are sizes.
const SIZES: [&str; 6] = [
    "work_mem",
    "maintenance_work_mem",
    "temp_buffers",
    "effective_cache_size",
    "logical_decoding_work_mem",
    "temp_file_limit",
];

/// What `with (…)` and `set (…)` give a table or an index, besides those of autovacuum.
const STORAGE: [&str; 14] = [
    "fillfactor",
    "toast_tuple_target",
    "parallel_workers",
    "log_autovacuum_min_duration",
    "user_catalog_table",
    "vacuum_index_cleanup",
    "vacuum_truncate",
    "deduplicate_items",
    "fastupdate",
    "gin_pending_list_limit",
    "pages_per_range",
    "autosummarize",
    "buffering",
    "autovacuum_enabled",
];

/// A statement that sets a parameter of the session.
fn check_set(step: &Step<'_>, sink: &mut Sink<'_>) {
    let outline = step.outline();
    let Some(name) = outline.name.as_ref().filter(|name| name.parts.len() == 1) else { return };
    let parameter = name.last().to_lowercase();
    let known = || PARAMETERS.iter().chain(&MORE).copied();
    if !known().any(|one| one == parameter) {
        let words =
            ["session", "local", "role", "transaction", "constraints", "time", "schema", "names", "seed", "xml"];
        let same = |one: &&str| one.replace('_', "") == parameter.replace(['_', '-'], "");
        let meant = known().find(same).or_else(|| nearest(&parameter, known()));
        let Some(meant) = meant.filter(|_| parameter.len() > 4 && !words.contains(&parameter.as_str())) else { return };
        let message = format!(
            "PostgreSQL has no parameter `{parameter}` and says \"unrecognized configuration parameter\": the hook fails."
        );
        sink.add(
            step.sql.finding(name.range.clone(), message).help(format!("did you mean `{meant}`?")).sql(step.text()),
        );
        return;
    }
    let (units, noun): (&[&str], _) = match parameter.as_str() {
        one if TIMES.contains(&one) => (&["us", "ms", "s", "min", "h", "d"], "time"),
        one if SIZES.contains(&one) => (&["B", "kB", "MB", "GB", "TB"], "size"),
        _ => return,
    };
    let start = step.statement.range.start;
    for range in sql::quoted_texts(step.text(), Dialect::Postgres) {
        let quoted = &step.text()[range.clone()];
        let value = quoted.trim_matches('\'').trim();
        let number = value.trim_start_matches(|one: char| one.is_ascii_digit() || "+-._xXeE".contains(one));
        let unit = number.trim();
        let is_known = (unit.is_empty() && !value.is_empty()) || units.contains(&unit);
        if is_known || quoted.contains(UNKNOWN) || value.eq_ignore_ascii_case("default") {
            continue;
        }
        let message = format!("PostgreSQL does not read {quoted} as a {noun} for `{parameter}`: the hook fails.");
        let finding = step.sql.finding(start + range.start..start + range.end, message);
        sink.add(finding.help(format!("its units are {}", units.join(", "))).sql(step.text()));
    }
}

/// `alter table t set (fillfactor = 90)`.
fn check_storage(step: &Step<'_>, sink: &mut Sink<'_>) {
    let start = step.statement.range.start;
    for (option, range) in sql::columns::storage(step.text()) {
        let known = STORAGE.contains(&option.as_str()) || option.starts_with("autovacuum_") || option.contains("toast");
        let same = |one: &&str| one.replace('_', "") == option.replace('_', "");
        let meant = || STORAGE.iter().copied().find(same).or_else(|| nearest(&option, STORAGE.iter().copied()));
        if known || option.contains(UNKNOWN) {
            continue;
        }
        let Some(meant) = meant() else { continue };
        let message = format!(
            "PostgreSQL knows no storage parameter `{option}` and says \"unrecognized parameter\": the hook fails."
        );
        let finding = step.sql.finding(start + range.start..start + range.end, message);
        sink.add(finding.help(format!("did you mean `{meant}`?")).sql(step.text()));
    }
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for step in findings.steps_of([Verb::Set, Verb::Alter]) {
        if step.dialect() != Dialect::Postgres || step.outline().opaque {
            continue;
        }
        match step.outline().verb {
            Verb::Set => check_set(&step, sink),
            Verb::Alter => check_storage(&step, sink),
            _ => {}
        }
    }
}
