//! Names of dbt's whose values are words of a known set: statuses, commands, kinds of nodes, targets, adapters.

use std::collections::HashMap;

use super::Findings;
use super::rules::nearest;
use super::syntax::{Part, Seen, is_var, value};
use crate::jinja::tree::{Arg, Expr, ExprKind, Stmt, Target};

/// A set of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Domain {
    /// `result.status`
    Status,
    /// `flags.WHICH`
    Command,
    /// `node.resource_type`
    Resource,
    /// `target.type`
    Adapter,
    /// `target.name`
    Target,
}

/// What texts an expression gives.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Words {
    /// Those of a set.
    pub(crate) of: Option<Domain>,
    /// In lower case (true) or upper case (false), by a filter.
    pub(crate) lower: Option<bool>,
}

const STATUSES: &[&str] =
    &["success", "error", "fail", "warn", "skipped", "partial success", "pass", "runtime error", "no-op"];

const COMMANDS: &[&str] = &[
    "run",
    "build",
    "test",
    "seed",
    "snapshot",
    "compile",
    "generate",
    "freshness",
    "show",
    "ls",
    "list",
    "parse",
    "run-operation",
    "retry",
    "clone",
    "debug",
    "deps",
    "clean",
    "init",
    "serve",
    "rpc",
];

const RESOURCES: &[&str] = &[
    "model",
    "analysis",
    "test",
    "snapshot",
    "operation",
    "seed",
    "rpc",
    "sql_operation",
    "sql operation",
    "doc",
    "source",
    "macro",
    "exposure",
    "metric",
    "group",
    "saved_query",
    "semantic_model",
    "unit_test",
    "fixture",
    "function",
];

const ADAPTERS: &[&str] = &[
    "postgres",
    "redshift",
    "snowflake",
    "bigquery",
    "databricks",
    "spark",
    "duckdb",
    "trino",
    "athena",
    "clickhouse",
    "sqlserver",
    "fabric",
    "synapse",
    "sqlite",
    "mysql",
    "mysql5",
    "mariadb",
    "oracle",
    "teradata",
    "vertica",
    "exasol",
    "greenplum",
    "materialize",
    "dremio",
    "firebolt",
    "singlestore",
    "hive",
    "impala",
    "glue",
    "starrocks",
    "doris",
    "tidb",
    "risingwave",
    "cratedb",
    "db2",
    "fabricspark",
    "presto",
    "rockset",
    "layer_bigquery",
    "maxcompute",
    "yellowbrick",
];

/// What people call something that dbt calls otherwise.
const MEANT: &[(Domain, &str, &str)] = &[
    (Domain::Status, "ok", "success"),
    (Domain::Status, "succeeded", "success"),
    (Domain::Status, "successful", "success"),
    (Domain::Status, "completed", "success"),
    (Domain::Status, "complete", "success"),
    (Domain::Status, "done", "success"),
    (Domain::Status, "passed", "pass"),
    (Domain::Status, "failed", "error"),
    (Domain::Status, "failure", "error"),
    (Domain::Status, "errored", "error"),
    (Domain::Status, "warning", "warn"),
    (Domain::Status, "skip", "skipped"),
    (Domain::Command, "docs", "generate"),
    (Domain::Command, "docs generate", "generate"),
    (Domain::Command, "docs-generate", "generate"),
    (Domain::Command, "source", "freshness"),
    (Domain::Command, "source freshness", "freshness"),
    (Domain::Command, "run_operation", "run-operation"),
    (Domain::Resource, "table", "model"),
    (Domain::Resource, "view", "model"),
    (Domain::Resource, "incremental", "model"),
    (Domain::Adapter, "postgresql", "postgres"),
    (Domain::Adapter, "pg", "postgres"),
    (Domain::Adapter, "psql", "postgres"),
    (Domain::Adapter, "bq", "bigquery"),
    (Domain::Adapter, "big_query", "bigquery"),
    (Domain::Adapter, "mssql", "sqlserver"),
    (Domain::Adapter, "duck_db", "duckdb"),
    (Domain::Adapter, "duck", "duckdb"),
];

/// Groups of words that name the same sort of target.
const TARGETS: &[&[&str]] = &[
    &["prod", "production", "prd"],
    &["dev", "development", "develop"],
    &["staging", "stage", "stg"],
    &["test", "testing", "tst"],
];

impl Domain {
    /// Its words; none where a project has words of its own.
    pub(crate) fn words<'f>(self, findings: &'f Findings<'_>) -> Vec<&'f str> {
        match self {
            Domain::Status => STATUSES.to_vec(),
            Domain::Command => COMMANDS.to_vec(),
            Domain::Resource => RESOURCES.to_vec(),
            Domain::Adapter => {
                let own = findings.project.targets.iter().map(|target| target.adapter.as_str());
                ADAPTERS.iter().copied().chain(own).collect()
            }
            Domain::Target => findings.project.targets.iter().map(|target| target.name.as_str()).collect(),
        }
    }

    /// Whether nothing outside of its words can be.
    pub(crate) fn is_closed(self) -> bool {
        matches!(self, Domain::Status | Domain::Command | Domain::Resource)
    }

    /// The word that is meant by another one, where one is near.
    pub(crate) fn meant<'f>(self, findings: &'f Findings<'_>, word: &str) -> Option<&'f str> {
        let words = self.words(findings);
        let plain = word.trim().to_lowercase();
        let plain = plain.strip_prefix("dbt ").unwrap_or(&plain);
        let known = |wanted: &str| words.iter().copied().find(|known| known.eq_ignore_ascii_case(wanted));
        let renamed =
            || MEANT.iter().find(|(of, from, _)| *of == self && *from == plain).and_then(|(_, _, to)| known(to));
        let plural = || plain.strip_suffix('s').and_then(known);
        let kin = || {
            let group = TARGETS.iter().find(|group| self == Domain::Target && group.contains(&plain))?;
            group.iter().find_map(|word| known(word))
        };
        let near = || {
            let near = nearest(plain, words.iter().copied())?;
            // dev1 and dev2 are two targets, and so are short names.
            let letters = |word: &str| word.chars().filter(|char| char.is_alphabetic()).collect::<String>();
            let differ = letters(near) != letters(plain) && plain.len() >= 4 && near.len() >= 4;
            (self != Domain::Target || differ).then_some(near)
        };
        known(plain).or_else(renamed).or_else(kin).or_else(plural).or_else(near)
    }
}

/// What names stand for in a tree that are set once, and to something whose words are known.
pub(crate) fn bindings(part: &Part) -> HashMap<&str, Words> {
    let mut sets: HashMap<&str, Vec<&Expr>> = HashMap::new();
    part.walk(&mut |seen, _| {
        if let Seen::Stmt(Stmt::Set(Target::Name(name), expr)) = seen {
            sets.entry(name).or_default().push(expr);
        }
    });
    let none = HashMap::new();
    let once = |(name, exprs): (_, Vec<&Expr>)| match exprs.as_slice() {
        [one] => Some((name, words_of(one, &none)?)),
        _ => None,
    };
    sets.into_iter().filter_map(once).collect()
}

/// The words that an expression gives, where it is one of dbt's names that have such.
pub(crate) fn words_of(expr: &Expr, bound: &HashMap<&str, Words>) -> Option<Words> {
    let of = |domain| Some(Words { of: Some(domain), lower: None });
    match &expr.kind {
        ExprKind::Var(name) => bound.get(&**name).copied(),
        ExprKind::Attr(owner, name) => of(domain(owner, name)?),
        ExprKind::Item(owner, key) => match &key.kind {
            ExprKind::Str(name) => of(domain(owner, &name.value)?),
            _ => None,
        },
        ExprKind::Call(callee, args) => {
            let ExprKind::Attr(owner, method) = &callee.kind else { return None };
            let first = args.first().map(|arg| &value(arg).kind);
            match (&**method, first) {
                ("get", Some(ExprKind::Str(name))) => of(domain(owner, &name.value)?),
                ("type", None) if is_var(owner, "adapter") => of(Domain::Adapter),
                ("lower", None) => Some(cased(words_of(owner, bound), true)),
                ("upper", None) => Some(cased(words_of(owner, bound), false)),
                ("strip", None) => words_of(owner, bound),
                _ => None,
            }
        }
        ExprKind::Filter(name, Some(operand), args) if args.is_empty() => match &**name {
            "lower" => Some(cased(words_of(operand, bound), true)),
            "upper" => Some(cased(words_of(operand, bound), false)),
            "trim" | "string" => words_of(operand, bound),
            _ => None,
        },
        _ => None,
    }
}

fn cased(words: Option<Words>, lower: bool) -> Words {
    Words { lower: Some(lower), ..words.unwrap_or_default() }
}

fn domain(owner: &Expr, name: &str) -> Option<Domain> {
    let is = |names: &[&str]| names.iter().any(|name| is_var(owner, name));
    match name {
        "name" | "target_name" if is(&["target", "env"]) => Some(Domain::Target),
        "type" if is(&["target", "env"]) => Some(Domain::Adapter),
        "WHICH" | "which" if is(&["flags", "invocation_args_dict"]) => Some(Domain::Command),
        "resource_type" => Some(Domain::Resource),
        _ => None,
    }
}

/// The texts that are asked for: a text, or the items of a list of texts.
pub(crate) fn asked(expr: &Expr) -> Option<Vec<&Expr>> {
    let is_text = |expr: &&Expr| matches!(expr.kind, ExprKind::Str(_));
    match &expr.kind {
        ExprKind::Str(_) => Some(vec![expr]),
        ExprKind::List(items) | ExprKind::Tuple(items) => {
            let texts: Vec<&Expr> = items.iter().filter(is_text).collect();
            (!texts.is_empty() && texts.len() == items.len()).then_some(texts)
        }
        _ => None,
    }
}

/// A text literal's text.
pub(crate) fn text(expr: &Expr) -> &str {
    match &expr.kind {
        ExprKind::Str(text) => &text.value,
        _ => "",
    }
}

/// The positional arguments of a filter or test, where it has no others.
pub(crate) fn positional(args: &[Arg]) -> Option<Vec<&Expr>> {
    args.iter().map(|arg| if let Arg::Positional(expr) = arg { Some(expr) } else { None }).collect()
}
