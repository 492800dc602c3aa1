//! The settings that every kind of node has, with dbt's defaults, in dbt's order.

use crate::jinja::{Dict, Value};

/// A default of dbt's.
#[allow(missing_docs)]
#[derive(Clone, Copy)]
pub(super) enum Default {
    None,
    True,
    Int(i64),
    Str(&'static str),
    List,
    Dict,
}

impl Default {
    pub(super) fn value(self) -> Value {
        match self {
            Default::None => Value::None,
            Default::True => Value::Bool(true),
            Default::Int(value) => Value::Int(value),
            Default::Str(value) => Value::str(value),
            Default::List => Value::list(Vec::new()),
            Default::Dict => Value::dict(Dict::default()),
        }
    }
}

pub(super) const HEAD: &[(&str, Default)] = &[
    ("enabled", Default::True),
    ("alias", Default::None),
    ("schema", Default::None),
    ("database", Default::None),
    ("tags", Default::List),
    ("meta", Default::Dict),
    ("group", Default::None),
    ("static_analysis", Default::None),
    ("materialized", Default::None),
];

pub(super) const NODE: &[(&str, Default)] = &[
    ("incremental_strategy", Default::None),
    ("batch_size", Default::None),
    ("lookback", Default::Int(1)),
    ("begin", Default::None),
    ("persist_docs", Default::Dict),
    ("post-hook", Default::List),
    ("pre-hook", Default::List),
    ("quoting", Default::Dict),
    ("column_types", Default::Dict),
    ("full_refresh", Default::None),
    ("unique_key", Default::None),
    ("on_schema_change", Default::Str("ignore")),
    ("on_configuration_change", Default::Str("apply")),
    ("grants", Default::Dict),
    ("packages", Default::List),
    ("docs", Default::Dict),
    ("contract", Default::Dict),
    ("event_time", Default::None),
    ("concurrent_batches", Default::None),
];

pub(super) const MODEL: &[(&str, Default)] = &[("access", Default::Str("protected")), ("freshness", Default::None)];

pub(super) const SEED: &[(&str, Default)] = &[("delimiter", Default::Str(",")), ("quote_columns", Default::None)];

pub(super) const SNAPSHOT: &[(&str, Default)] = &[
    ("strategy", Default::None),
    ("target_schema", Default::None),
    ("target_database", Default::None),
    ("updated_at", Default::None),
    ("check_cols", Default::None),
    ("snapshot_meta_column_names", Default::None),
    ("dbt_valid_to_current", Default::None),
];

pub(super) const TEST: &[(&str, Default)] = &[
    ("severity", Default::Str("ERROR")),
    ("store_failures", Default::None),
    ("store_failures_as", Default::None),
    ("where", Default::None),
    ("limit", Default::None),
    ("fail_calc", Default::Str("count(*)")),
    ("warn_if", Default::Str("!= 0")),
    ("error_if", Default::Str("!= 0")),
];
