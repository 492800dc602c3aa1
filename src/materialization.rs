//! What a materialization does with a node's hooks: in which order it runs them, the build, BEGIN and
//! COMMIT. By adapter, as the adapters' macros have it (facts 5.2, 5.3, X5-X10).

use crate::project::Resource;

/// How an adapter opens a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// It has none: every statement stands for itself.
    Never,
    /// dbt sends this text.
    Sent(&'static str),
    /// The driver opens one with the first statement of any kind; dbt sends nothing.
    ByDriver,
}

/// What an adapter does about transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transactions {
    /// How one is opened.
    pub begin: Begin,
    /// What is sent to end one.
    pub commit: Option<&'static str>,
    /// What `run_hooks` sends before the first hook of each list that is outside the transaction (facts X10).
    pub before_outside: Option<&'static str>,
}

/// The transactions of an adapter; of one that is not known, those of dbt's own macros.
#[must_use]
pub fn transactions(adapter: &str) -> Transactions {
    let shipped = Some("commit;");
    let (begin, commit, before_outside) = match adapter {
        "postgres" => (Begin::ByDriver, Some("COMMIT"), shipped),
        "oracle" => (Begin::ByDriver, Some("COMMIT"), shipped),
        "duckdb" => (Begin::Sent("BEGIN"), Some("COMMIT"), None),
        "snowflake" | "bigquery" | "spark" | "databricks" | "trino" | "clickhouse" => (Begin::Never, None, shipped),
        "athena" => (Begin::Never, None, None),
        "sqlserver" => (
            Begin::Sent("BEGIN TRANSACTION"),
            Some("IF @@TRANCOUNT > 0 COMMIT TRANSACTION"),
            Some("if @@trancount > 0 commit;"),
        ),
        "fabric" => (Begin::Sent("BEGIN TRANSACTION"), Some("IF @@TRANCOUNT > 0 COMMIT TRANSACTION"), None),
        _ => (Begin::Sent("BEGIN"), Some("COMMIT"), shipped),
    };
    Transactions { begin, commit, before_outside }
}

/// A place in the run of one node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// The pre-hooks outside the transaction.
    PreOutside,
    /// The transaction begins, where the adapter has any.
    Begin,
    /// The pre-hooks inside it.
    PreInside,
    /// The node itself.
    Build,
    /// The `grants` of the node's settings.
    Grants,
    /// `persist_docs`.
    Docs,
    /// The post-hooks inside the transaction.
    PostInside,
    /// The transaction ends.
    Commit,
    /// The post-hooks outside it.
    PostOutside,
}

use Slot::{
    Begin as B, Build as N, Commit as C, Docs as D, Grants as G, PostInside, PostOutside, PreInside, PreOutside,
};

/// Grants and docs, then the post-hooks: dbt's own view, incremental, seed, snapshot and materialized view.
const LATE: &[Slot] = &[PreOutside, B, PreInside, N, G, D, PostInside, C, PostOutside];
/// The post-hooks, then grants and docs: dbt's own table (facts X6).
const EARLY: &[Slot] = &[PreOutside, B, PreInside, N, PostInside, G, D, C, PostOutside];
/// The post-hooks inside, COMMIT, then grants and docs: SQL Server.
const AFTER_COMMIT: &[Slot] = &[PreOutside, B, PreInside, N, PostInside, C, G, D, PostOutside];
/// One call for each list, grants and docs first.
const ONE_LATE: &[Slot] = &[PreInside, N, G, D, PostInside];
/// One call for each list, grants and docs last.
const ONE_EARLY: &[Slot] = &[PreInside, N, PostInside, G, D];
/// One call for each list, with the post-hooks between grants and docs.
const ONE_BETWEEN: &[Slot] = &[PreInside, N, G, PostInside, D];
/// A function's one call for each list. Its build ends the transaction; the post-hooks begin another, which
/// nothing commits.
const FUNCTION: &[Slot] = &[B, PreInside, N, G, D, C, B, PostInside];
/// Oracle's grants come last.
const ORACLE: &[Slot] = &[PreOutside, B, PreInside, N, D, PostInside, C, PostOutside, G];
const ORACLE_TABLE: &[Slot] = &[PreOutside, B, PreInside, N, PostInside, D, C, PostOutside, G];

/// The order of a node's run, by dbt's and the adapters' own materializations; none where the
/// materialization is a project's own, or there is nothing to run.
///
/// `two_calls` is whether the project sets `use_materialization_v2`, which Databricks asks for.
#[must_use]
pub fn sequence(adapter: &str, materialized: &str, resource: Resource, two_calls: bool) -> Option<&'static [Slot]> {
    match resource {
        Resource::Seed if materialized == "seed" => return Some(LATE),
        Resource::Snapshot if materialized == "snapshot" => {
            return Some(if adapter == "sqlserver" { AFTER_COMMIT } else { LATE });
        }
        Resource::Function => return Some(if adapter == "fabric" { LATE } else { FUNCTION }),
        Resource::Analysis | Resource::Test => return None,
        _ => {}
    }
    let sequence = match (adapter, materialized) {
        (_, "ephemeral") => return None,
        ("duckdb", "external" | "table_function") => EARLY,
        ("snowflake", "table" | "incremental") => ONE_EARLY,
        ("snowflake", "dynamic_table" | "interactive_table") => ONE_LATE,
        ("snowflake" | "bigquery" | "spark" | "athena" | "trino", "view") => ONE_BETWEEN,
        ("bigquery", "table" | "incremental" | "copy") => ONE_EARLY,
        ("spark", "table" | "incremental") => ONE_LATE,
        ("athena", "table") => ONE_EARLY,
        ("athena", "incremental") => EARLY,
        ("trino", "table") => ONE_LATE,
        ("trino", "incremental") => ONE_EARLY,
        ("databricks", "view" | "table" | "incremental") if two_calls => LATE,
        ("databricks", "view" | "table" | "incremental") => ONE_LATE,
        ("databricks", "metric_view" | "streaming_table") => LATE,
        ("clickhouse", "dictionary" | "distributed_table" | "distributed_incremental" | "table") => LATE,
        ("sqlserver", "table" | "incremental") => AFTER_COMMIT,
        ("fabric", "incremental") => EARLY,
        ("oracle", "table") => ORACLE_TABLE,
        ("oracle", "view" | "incremental") => ORACLE,
        (_, "table") => EARLY,
        (_, "view" | "incremental" | "materialized_view" | "seed" | "snapshot") => LATE,
        _ => return None,
    };
    Some(sequence)
}

/// Whether hooks outside the transaction run at all: some materializations make one call of `run_hooks`
/// for each list, which takes those inside only (facts X9).
#[must_use]
pub fn runs_outside(sequence: &[Slot]) -> bool {
    sequence.contains(&PreOutside)
}

/// The materializations that an adapter ships itself: they come before a project's that are for every
/// adapter.
const OWN: &[(&str, &[&str])] = &[
    ("athena", &["incremental", "snapshot", "table", "view"]),
    ("bigquery", &["copy", "incremental", "materialized_view", "table", "view"]),
    (
        "clickhouse",
        &[
            "dictionary",
            "distributed_incremental",
            "distributed_table",
            "incremental",
            "materialized_view",
            "table",
            "view",
        ],
    ),
    (
        "databricks",
        &["incremental", "materialized_view", "metric_view", "seed", "snapshot", "streaming_table", "table", "view"],
    ),
    ("duckdb", &["external", "incremental", "table", "table_function"]),
    ("fabric", &["function", "incremental", "snapshot", "table", "view"]),
    ("mysql", &["incremental", "snapshot"]),
    ("oracle", &["incremental", "snapshot", "table", "view"]),
    ("redshift", &["table", "view"]),
    ("snowflake", &["dynamic_table", "incremental", "interactive_table", "seed", "snapshot", "table", "view"]),
    ("spark", &["incremental", "snapshot", "table", "view"]),
    ("sqlserver", &["incremental", "snapshot", "table", "view"]),
    ("trino", &["incremental", "snapshot", "table", "view"]),
];

/// Whether an adapter ships a materialization of its own under that name.
#[must_use]
pub fn is_own(adapter: &str, materialized: &str) -> bool {
    OWN.iter().any(|(known, names)| *known == adapter && names.contains(&materialized))
}

/// What a materialization's own text does, in the order in which it is written: calls of `run_hooks`, the
/// main statement, grants, docs and COMMIT. A branch that is not taken is not told apart.
#[must_use]
pub fn written(text: &str) -> Vec<Slot> {
    let mut slots: Vec<Slot> = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find('(').map(|at| from + at) {
        from = at + 1;
        let before = text[..at].trim_end();
        let inside = text[from..].split(')').next().unwrap_or_default();
        let squeezed: String = inside.chars().filter(|char| !char.is_whitespace()).collect();
        let slot = if before.ends_with("run_hooks") {
            let outside = squeezed.contains(",False") || squeezed.contains("=False") || squeezed.ends_with("false");
            match (squeezed.starts_with("pre_hooks"), squeezed.starts_with("post_hooks"), outside) {
                (true, _, true) => Slot::PreOutside,
                (true, _, false) => Slot::PreInside,
                (_, true, true) => Slot::PostOutside,
                (_, true, false) => Slot::PostInside,
                _ => continue,
            }
        } else if before.ends_with("statement") && (squeezed.starts_with("'main'") || squeezed.starts_with("\"main\""))
        {
            Slot::Build
        } else if before.ends_with("adapter.commit") {
            Slot::Commit
        } else if before.ends_with("apply_grants") {
            Slot::Grants
        } else if before.ends_with("persist_docs") {
            Slot::Docs
        } else {
            continue;
        };
        if !slots.contains(&slot) {
            slots.push(slot);
        }
    }
    if slots.contains(&Slot::Commit) {
        let begin = slots.iter().position(|slot| !matches!(slot, Slot::PreOutside)).unwrap_or(0);
        slots.insert(begin, Slot::Begin);
    }
    if !slots.contains(&Slot::Build) {
        let at = slots
            .iter()
            .position(|slot| !matches!(slot, Slot::PreOutside | Slot::Begin | Slot::PreInside))
            .unwrap_or(slots.len());
        slots.insert(at, Slot::Build);
    }
    slots
}
