//! Functions that a dialect certainly lacks.
//!
//! Each name is a builtin of some warehouse, and not of the dialects named beside it. For Postgres the list
//! was held against the catalog of a server (`pg_proc`); for the others against their makers' references.

use super::super::Fault;
use super::super::dialect::Dialect;
use super::super::token::{Kind, Token};
use Dialect::{BigQuery, DuckDb, Postgres, Redshift, Snowflake};

/// A name, the dialects without it, and what those have in its place.
type Lacking = (&'static str, &'static [Dialect], &'static str);

const LACKING: &[Lacking] = &[
    ("if", &[Postgres], "write case when … then … else … end"),
    ("flatten", &[Postgres], "write unnest, or jsonb_array_elements"),
    ("getdate", &[Postgres, BigQuery, DuckDb], "write current_timestamp"),
    ("getutcdate", &[Postgres, BigQuery, DuckDb], "write current_timestamp"),
    ("sysdate", &[Postgres, BigQuery, DuckDb], "write current_timestamp"),
    ("systimestamp", &[Postgres, BigQuery, DuckDb, Redshift], "write current_timestamp"),
    ("sysdatetime", &[Postgres, BigQuery, DuckDb], "write current_timestamp"),
    ("curdate", &[Postgres, BigQuery, DuckDb], "write current_date"),
    ("now", &[Snowflake, BigQuery], "write current_timestamp()"),
    ("clock_timestamp", &[Snowflake, BigQuery, Redshift, DuckDb], "write current_timestamp"),
    ("statement_timestamp", &[Snowflake, BigQuery, Redshift, DuckDb], "write current_timestamp"),
    ("unix_timestamp", &[Postgres, BigQuery, Redshift, Snowflake, DuckDb], "write extract(epoch from …)"),
    ("from_unixtime", &[Postgres, BigQuery, Redshift, Snowflake, DuckDb], "write to_timestamp(…)"),
    ("nvl", &[Postgres, BigQuery, DuckDb], "write coalesce"),
    ("nvl2", &[Postgres, DuckDb], "write case when … is not null then … else … end"),
    ("ifnull", &[Postgres], "write coalesce"),
    ("isnull", &[Postgres, BigQuery, DuckDb], "write coalesce"),
    ("zeroifnull", &[Postgres, BigQuery, Redshift, DuckDb], "write coalesce(…, 0)"),
    ("iff", &[Postgres, BigQuery, Redshift, DuckDb], "write case when … then … else … end"),
    ("iif", &[Postgres, BigQuery, Redshift, DuckDb], "write case when … then … else … end"),
    ("dateadd", &[Postgres, BigQuery, DuckDb], "write … + interval '1 day', or dbt.dateadd"),
    ("datediff", &[Postgres, BigQuery], "subtract the dates, or call dbt.datediff"),
    ("date_sub", &[Postgres], "write … - interval '1 day', or dbt.dateadd"),
    ("timestampadd", &[Postgres, BigQuery, DuckDb], "write … + interval '1 day', or dbt.dateadd"),
    ("timestampdiff", &[Postgres, BigQuery, DuckDb], "subtract the times, or call dbt.datediff"),
    ("timestamp_add", &[Postgres, Redshift, Snowflake, DuckDb], "write … + interval '1 day', or dbt.dateadd"),
    ("timestamp_sub", &[Postgres, Redshift, Snowflake, DuckDb], "write … - interval '1 day', or dbt.dateadd"),
    ("timestamp_diff", &[Postgres, Redshift, Snowflake, DuckDb], "subtract the times, or call dbt.datediff"),
    ("timestamp_trunc", &[Postgres, Redshift, Snowflake, DuckDb], "write date_trunc"),
    ("datetime_trunc", &[Postgres, Redshift, Snowflake, DuckDb], "write date_trunc"),
    ("current_datetime", &[Postgres, Redshift, Snowflake, DuckDb], "write current_timestamp"),
    ("convert_timezone", &[Postgres, BigQuery, DuckDb], "write … at time zone '…'"),
    ("from_utc_timestamp", &[Postgres, BigQuery, Redshift, Snowflake, DuckDb], "write … at time zone '…'"),
    ("date_format", &[Postgres, BigQuery, Redshift, Snowflake, DuckDb], "write to_char"),
    ("format_date", &[Postgres, Redshift, Snowflake, DuckDb], "write to_char"),
    ("format_timestamp", &[Postgres, Redshift, Snowflake, DuckDb], "write to_char"),
    ("parse_date", &[Postgres, Redshift, Snowflake, DuckDb], "write to_date"),
    ("parse_timestamp", &[Postgres, Redshift, Snowflake, DuckDb], "write to_timestamp"),
    ("str_to_date", &[Postgres, BigQuery, Redshift, Snowflake, DuckDb], "write to_date"),
    ("add_months", &[Postgres, BigQuery, DuckDb], "write … + interval '1 month'"),
    ("months_between", &[Postgres, BigQuery, DuckDb], "reckon with age(…)"),
    ("last_day", &[Postgres], "write date_trunc('month', …) + interval '1 month - 1 day'"),
    ("to_varchar", &[Postgres, BigQuery, Redshift, DuckDb], "write to_char, or cast(… as text)"),
    ("to_char", &[BigQuery, DuckDb], "write cast(… as …), or the dialect's format function"),
    ("to_date", &[BigQuery], "write parse_date"),
    ("to_decimal", &[Postgres, BigQuery, Redshift, DuckDb], "write cast(… as numeric)"),
    ("to_double", &[Postgres, BigQuery, Redshift, DuckDb], "write cast(… as double precision)"),
    ("to_boolean", &[Postgres, BigQuery, Redshift, DuckDb], "write cast(… as boolean)"),
    ("to_variant", &[Postgres, BigQuery, Redshift], "leave it out"),
    ("to_timestamp_ntz", &[Postgres, BigQuery, Redshift, DuckDb], "write cast(… as timestamp)"),
    ("to_timestamp_ltz", &[Postgres, BigQuery, Redshift, DuckDb], "write cast(… as timestamp)"),
    ("parse_json", &[Postgres, Redshift, DuckDb], "write cast(… as json)"),
    ("try_parse_json", &[Postgres, BigQuery, Redshift, DuckDb], "write cast(… as json)"),
    ("object_construct", &[Postgres, BigQuery, Redshift, DuckDb], "write json_build_object, or the dialect's own"),
    ("array_construct", &[Postgres, BigQuery, Redshift, DuckDb], "write array[…]"),
    ("array_size", &[Postgres, BigQuery, DuckDb], "write cardinality, or array_length"),
    ("get_json_object", &[Postgres, BigQuery, Redshift, Snowflake, DuckDb], "write … ->> '…'"),
    ("json_extract_scalar", &[Postgres, Redshift, Snowflake, DuckDb], "write … ->> '…'"),
    ("json_value_array", &[Postgres, Redshift, Snowflake, DuckDb], "write the dialect's own"),
    ("try_cast", &[Postgres, BigQuery], "write cast, or safe_cast in BigQuery"),
    ("try_to_number", &[Postgres, BigQuery, Redshift, DuckDb], "write cast(… as numeric)"),
    ("try_to_date", &[Postgres, BigQuery, Redshift, DuckDb], "write to_date"),
    ("try_to_timestamp", &[Postgres, BigQuery, Redshift, DuckDb], "write to_timestamp"),
    ("safe_cast", &[Postgres, Redshift, Snowflake, DuckDb], "write cast"),
    ("safe_divide", &[Postgres, Redshift, Snowflake, DuckDb], "write … / nullif(…, 0)"),
    ("safe_offset", &[Postgres, Redshift, Snowflake, DuckDb], "write a subscript"),
    ("div0", &[Postgres, BigQuery, Redshift, DuckDb], "write … / nullif(…, 0)"),
    ("generate_uuid", &[Postgres, Redshift, Snowflake, DuckDb], "write gen_random_uuid(), or the dialect's own"),
    ("uuid_string", &[Postgres, BigQuery, Redshift, DuckDb], "write gen_random_uuid(), or the dialect's own"),
    ("newid", &[Postgres, BigQuery, Redshift, Snowflake, DuckDb], "write gen_random_uuid(), or the dialect's own"),
    ("gen_random_uuid", &[BigQuery, Redshift], "write the dialect's own"),
    ("farm_fingerprint", &[Postgres, Redshift, Snowflake, DuckDb], "write md5"),
    ("group_concat", &[Postgres, BigQuery, Redshift], "write string_agg, or listagg"),
    ("listagg", &[Postgres, BigQuery], "write string_agg"),
    ("string_agg", &[Redshift], "write listagg"),
    ("collect_list", &[Postgres, BigQuery, Redshift, Snowflake, DuckDb], "write array_agg"),
    ("collect_set", &[Postgres, BigQuery, Redshift, Snowflake, DuckDb], "write array_agg(distinct …)"),
    ("countif", &[Postgres, Redshift, Snowflake], "write count(*) filter (where …), or count_if in Snowflake"),
    ("count_if", &[Postgres, BigQuery, Redshift], "write count(*) filter (where …), or countif in BigQuery"),
    ("approx_count_distinct", &[Postgres], "write count(distinct …)"),
    ("median", &[Postgres, BigQuery], "write percentile_cont(0.5) within group (order by …)"),
    ("len", &[Postgres, BigQuery], "write length"),
    ("charindex", &[Postgres, BigQuery, DuckDb], "write position(… in …), or strpos"),
    ("instr", &[Postgres], "write position(… in …), or strpos"),
    ("regexp_contains", &[Postgres, Redshift, Snowflake, DuckDb], "write ~"),
    ("regexp_extract", &[Postgres], "write substring(… from …), or regexp_substr"),
    ("to_json_string", &[Postgres, Redshift, Snowflake, DuckDb], "write to_json"),
    ("current_warehouse", &[Postgres, BigQuery, Redshift, DuckDb], "leave it out"),
    ("current_account", &[Postgres, BigQuery, Redshift, DuckDb], "leave it out"),
    ("last_query_id", &[Postgres, BigQuery, Redshift, DuckDb], "leave it out"),
    ("suser_name", &[Postgres, BigQuery, Redshift, Snowflake, DuckDb], "write current_user"),
    ("suser_sname", &[Postgres, BigQuery, Redshift, Snowflake, DuckDb], "write current_user"),
    ("system_user", &[BigQuery, DuckDb], "write current_user"),
    ("pg_backend_pid", &[Snowflake, BigQuery], "write current_session()"),
    ("txid_current", &[Snowflake, BigQuery, Redshift], "write the dialect's own"),
];

/// Calls of functions that the dialect lacks, and names that are functions without parentheses elsewhere.
pub(super) fn faults(tokens: &[Token<'_>], dialect: Dialect) -> Vec<Fault> {
    let mut found = Vec::new();
    if !matches!(dialect, Postgres | Redshift | Snowflake | BigQuery | DuckDb) {
        return found;
    }
    for (at, token) in tokens.iter().enumerate().filter(|(_, token)| token.kind == Kind::Word) {
        let before = at.checked_sub(1).map(|at| &tokens[at]);
        let next = tokens.get(at + 1);
        let called = next.is_some_and(|next| next.is_symbol("("));
        // `create table now (…)`, `insert into len (…)`, `with iff (a) as …`.
        let named = before.is_some_and(|before| {
            before.is_symbol(".")
                || before.is_any(&[
                    "into",
                    "table",
                    "exists",
                    "function",
                    "procedure",
                    "view",
                    "on",
                    "references",
                    "with",
                    "update",
                    "as",
                    "recursive",
                    "index",
                    "join",
                    "replace",
                    "aggregate",
                    "call",
                ])
        });
        if !called || named || is_common_table(tokens, at + 1) {
            continue;
        }
        let known = LACKING.iter().find(|(name, lack, _)| token.is(name) && lack.contains(&dialect));
        if let Some((name, _, help)) = known {
            let end = if tokens.get(at + 2).is_some_and(|close| close.is_symbol(")")) {
                tokens[at + 2].end()
            } else {
                token.end()
            };
            found.push(super::function(token.start..end, name, dialect, help));
        }
    }
    found
}

/// Whether what opens at a token lists the columns of a common table expression: `, x (a, b) as (`.
fn is_common_table(tokens: &[Token<'_>], open: usize) -> bool {
    let close = tokens[open..].iter().position(|token| token.is_symbol(")"));
    close.is_some_and(|close| {
        tokens.get(open + close + 1).is_some_and(|token| token.is("as"))
            && tokens.get(open + close + 2).is_some_and(|token| token.is_symbol("("))
    })
}
