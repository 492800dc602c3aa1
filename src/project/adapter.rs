//! What adapters are called, which keys `target` has on each, and how to tell a project's adapter
//! where no profile says it.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::datum::{Datum, Kind};
use crate::source::Text;

/// The adapter of a project that gives none away.
pub const GENERIC: &str = "generic";

/// How a project's adapter became known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdapterFrom {
    /// profiles.yml says it.
    Profile,
    /// It was asked for.
    Option,
    /// It was told from the project's files; the text says from what.
    Guess(String),
    /// Nothing says it.
    None,
}

/// What is known of an adapter's `target`.
struct Known {
    name: &'static str,
    /// dbt's connection keys, in its order.
    keys: &'static [&'static str],
    /// Other names of keys: the name in profiles.yml, then the canonical one.
    aliases: &'static [(&'static str, &'static str)],
    /// What a key is where profiles.yml leaves it out and it is not None.
    defaults: &'static [(&'static str, Default)],
}

#[derive(Clone, Copy)]
enum Default {
    Int(i64),
    Bool(bool),
    Str(&'static str),
}

const KNOWN: &[Known] = &[
    Known {
        name: "postgres",
        keys: &[
            "host",
            "port",
            "user",
            "database",
            "schema",
            "connect_timeout",
            "role",
            "search_path",
            "keepalives_idle",
            "sslmode",
            "sslcert",
            "sslkey",
            "sslrootcert",
            "application_name",
            "autocommit",
            "retries",
        ],
        aliases: &[("dbname", "database"), ("pass", "password")],
        defaults: &[
            ("connect_timeout", Default::Int(10)),
            ("keepalives_idle", Default::Int(0)),
            ("application_name", Default::Str("dbt")),
            ("autocommit", Default::Bool(false)),
            ("retries", Default::Int(1)),
        ],
    },
    Known {
        name: "redshift",
        keys: &[
            "host",
            "user",
            "port",
            "database",
            "method",
            "cluster_id",
            "iam_profile",
            "schema",
            "sslmode",
            "region",
            "sslmode",
            "autocreate",
            "db_groups",
            "ra3_node",
            "connect_timeout",
            "role",
            "retries",
            "autocommit",
        ],
        aliases: &[("dbname", "database"), ("pass", "password")],
        defaults: &[("port", Default::Int(5439)), ("retries", Default::Int(1)), ("autocommit", Default::Bool(true))],
    },
    Known {
        name: "snowflake",
        keys: &[
            "account",
            "user",
            "database",
            "warehouse",
            "role",
            "schema",
            "authenticator",
            "oauth_client_id",
            "query_tag",
            "client_session_keep_alive",
            "host",
            "port",
            "proxy_host",
            "proxy_port",
            "protocol",
            "connect_retries",
            "connect_timeout",
            "retry_on_database_errors",
            "retry_all",
            "insecure_mode",
            "reuse_connections",
        ],
        aliases: &[],
        defaults: &[
            ("client_session_keep_alive", Default::Bool(false)),
            ("connect_retries", Default::Int(1)),
            ("retry_on_database_errors", Default::Bool(false)),
            ("retry_all", Default::Bool(false)),
            ("insecure_mode", Default::Bool(false)),
        ],
    },
    Known {
        name: "bigquery",
        keys: &[
            "method",
            "database",
            "execution_project",
            "schema",
            "location",
            "priority",
            "maximum_bytes_billed",
            "impersonate_service_account",
            "job_retry_deadline_seconds",
            "job_retries",
            "job_creation_timeout_seconds",
            "job_execution_timeout_seconds",
            "timeout_seconds",
            "client_id",
            "token_uri",
            "compute_region",
            "dataproc_cluster_name",
            "gcs_bucket",
        ],
        aliases: &[("project", "database"), ("dataset", "schema"), ("target_project", "target_database")],
        defaults: &[("job_retries", Default::Int(1))],
    },
    Known {
        name: "databricks",
        keys: &["host", "http_path", "schema", "database", "session_properties", "connection_parameters", "auth_type"],
        aliases: &[("catalog", "database"), ("target_catalog", "target_database")],
        defaults: &[],
    },
    Known {
        name: "duckdb",
        keys: &[
            "database",
            "schema",
            "path",
            "config_options",
            "extensions",
            "settings",
            "external_root",
            "use_credential_provider",
            "attach",
            "filesystems",
            "remote",
            "plugins",
            "disable_transactions",
        ],
        aliases: &[],
        defaults: &[
            ("database", Default::Str("memory")),
            ("schema", Default::Str("main")),
            ("path", Default::Str(":memory:")),
            ("external_root", Default::Str(".")),
            ("disable_transactions", Default::Bool(false)),
        ],
    },
    Known {
        name: "spark",
        keys: &["host", "port", "cluster", "endpoint", "schema", "organization"],
        aliases: &[],
        defaults: &[("port", Default::Int(443)), ("organization", Default::Str("0"))],
    },
    Known {
        name: "athena",
        keys: &[
            "s3_staging_dir",
            "work_group",
            "skip_workgroup_check",
            "region_name",
            "database",
            "schema",
            "poll_interval",
            "aws_profile_name",
            "endpoing_url",
            "s3_data_dir",
            "s3_data_naming",
            "s3_tmp_table_dir",
            "debug_query_state",
            "seed_s3_upload_args",
            "lf_tags_database",
            "spark_work_group",
        ],
        aliases: &[("catalog", "database")],
        defaults: &[("database", Default::Str("awsdatacatalog"))],
    },
    Known {
        name: "trino",
        keys: &["method", "host", "port", "user", "database", "schema", "cert", "prepared_statements_enabled"],
        aliases: &[("catalog", "database")],
        defaults: &[],
    },
    Known {
        name: "sqlserver",
        keys: &[
            "driver",
            "host",
            "port",
            "UID",
            "workstation_id",
            "database",
            "schema",
            "windows_login",
            "trust_cert",
            "encrypt",
            "retries",
            "login_timeout",
            "query_timeout",
        ],
        aliases: &[
            ("user", "UID"),
            ("username", "UID"),
            ("server", "host"),
            ("trusted_connection", "windows_login"),
            ("TrustServerCertificate", "trust_cert"),
        ],
        defaults: &[("port", Default::Int(1433))],
    },
    Known {
        name: "clickhouse",
        keys: &["driver", "host", "port", "user", "schema", "retries", "cluster", "verify", "secure"],
        aliases: &[],
        defaults: &[("retries", Default::Int(1)), ("schema", Default::Str("default"))],
    },
    Known {
        name: "sqlite",
        keys: &["database", "schema", "schemas_and_paths", "schema_directory"],
        aliases: &[],
        defaults: &[],
    },
];

fn known(adapter: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.name == adapter)
}

/// The fields of `target` that an output of profiles.yml gives on an adapter.
pub(crate) fn target_fields(adapter: &str, output: &Datum) -> Vec<(String, Datum)> {
    let Some(known) = known(adapter) else {
        return open_fields(output);
    };
    let null = || Datum::new(Kind::Null);
    let default = |key: &str| {
        known.defaults.iter().find(|(name, _)| *name == key).map_or_else(null, |(_, default)| {
            Datum::new(match default {
                Default::Int(value) => Kind::Int(*value),
                Default::Bool(value) => Kind::Bool(*value),
                Default::Str(value) => Kind::Str(Text::plain(*value)),
            })
        })
    };
    let mut fields: Vec<(String, Datum)> = Vec::new();
    for &key in known.keys {
        if fields.iter().any(|(name, _)| name == key) {
            continue;
        }
        let aliases = known.aliases.iter().filter(|(_, canonical)| *canonical == key).map(|(alias, _)| *alias);
        let written = std::iter::once(key).chain(aliases).find_map(|name| output.get(name));
        let value =
            written.cloned().unwrap_or_else(|| duckdb_database(adapter, key, output).unwrap_or_else(|| default(key)));
        fields.push((key.to_owned(), value));
    }
    for (alias, canonical) in known.aliases {
        if let Some((_, value)) = fields.iter().find(|(name, _)| name == canonical) {
            let value = value.clone();
            fields.push(((*alias).to_owned(), value));
        }
    }
    fields
}

/// A `DuckDB` database is named after its file.
fn duckdb_database(adapter: &str, key: &str, output: &Datum) -> Option<Datum> {
    if adapter != "duckdb" || key != "database" {
        return None;
    }
    let path = output.get("path")?.as_str()?;
    let path = path.split('?').next()?;
    if path == ":memory:" {
        return None;
    }
    let path = path.strip_prefix("md:").or_else(|| path.strip_prefix("motherduck:")).unwrap_or(path);
    let file = path.rsplit(['/', '\\']).next()?;
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    (!stem.is_empty()).then(|| Datum::new(Kind::Str(Text::plain(stem))))
}

/// Whether a setting of that name may hold what nobody should see.
fn may_be_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    ["pass", "secret", "token", "private", "keyfile", "credential", "api_key", "access_key"]
        .iter()
        .any(|word| name.contains(word))
}

/// An adapter that is not known: every key but what looks like a secret.
fn open_fields(output: &Datum) -> Vec<(String, Datum)> {
    let entries = output.as_map().unwrap_or_default();
    entries
        .iter()
        .filter_map(|(key, value)| Some((key.as_str()?, value)))
        .filter(|(key, _)| !matches!(*key, "type" | "threads") && !may_be_secret(key))
        .map(|(key, value)| (key.to_owned(), value.clone()))
        .collect()
}

/// What a guess at the adapter goes by.
pub(crate) struct Signs<'a> {
    /// The names of the root project's macros.
    pub(crate) macros: Vec<&'a str>,
    /// Every text of the root project: its path and what it holds.
    pub(crate) texts: Vec<(&'a str, &'a str)>,
    /// The settings of the root project.
    pub(crate) settings: &'a Datum,
    /// The names of listed and installed packages.
    pub(crate) packages: Vec<String>,
}

/// Names that stand for an adapter, with the adapter.
const NAMES: &[(&str, &str)] = &[
    ("postgres", "postgres"),
    ("snowflake", "snowflake"),
    ("bigquery", "bigquery"),
    ("redshift", "redshift"),
    ("databricks", "databricks"),
    ("spark", "spark"),
    ("duckdb", "duckdb"),
    ("athena", "athena"),
    ("trino", "trino"),
    ("sqlserver", "sqlserver"),
    ("clickhouse", "clickhouse"),
    ("sqlite", "sqlite"),
];

/// Configuration keys that only one adapter has.
const CONFIGS: &[(&str, &str)] = &[
    ("snowflake_warehouse", "snowflake"),
    ("transient", "snowflake"),
    ("copy_grants", "snowflake"),
    ("query_tag", "snowflake"),
    ("require_partition_filter", "bigquery"),
    ("hours_to_expiration", "bigquery"),
    ("kms_key_name", "bigquery"),
    ("dist", "redshift"),
    ("sort_type", "redshift"),
    ("liquid_clustered_by", "databricks"),
    ("tblproperties", "databricks"),
    ("location_root", "spark"),
    ("unlogged", "postgres"),
    ("s3_data_dir", "athena"),
];

/// What is written in SQL for one adapter and not for others, in lower case.
const SPOKEN: &[(&str, &[&str])] = &[
    (
        "snowflake",
        &[
            "::variant",
            "lateral flatten",
            "object_construct(",
            "parse_json(",
            "try_to_",
            "use warehouse",
            "use role ",
            " to role ",
            "masking policy",
            "account_usage.",
            "timestamp_ntz",
            " to share ",
            "search optimization",
        ],
    ),
    (
        "bigquery",
        &[
            "safe_cast(",
            "safe_divide(",
            "farm_fingerprint(",
            "_table_suffix",
            "struct<",
            "array_agg(struct",
            "generate_date_array(",
            "format_date(",
            " int64",
            " float64",
            "`roles/",
            "row access policy",
        ],
    ),
    ("databricks", &["zorder by", "using delta", "tblproperties", "compute statistics", "delta.`", "collect_set("]),
    ("redshift", &[" distkey", " sortkey", "diststyle"]),
    ("sqlserver", &["sys.tables", "sys.schemas", "getutcdate(", "sysutcdatetime(", "nvarchar", "with (nolock)"]),
    ("clickhouse", &["mergetree", "todatetime(", "arrayjoin(", "uniqexact("]),
    ("duckdb", &["read_parquet(", "read_csv("]),
    (
        "postgres",
        &["jsonb", "generate_series(", "on conflict", "pg_catalog.", "pg_class", "plpgsql", "regexp_matches("],
    ),
];

/// The other adapters that take some of it as well, by their warehouses' manuals.
const SPOKEN_ALSO: &[(&str, &[&str])] = &[
    ("on conflict", &["duckdb", "sqlite", "materialize", "risingwave"]),
    ("generate_series(", &["duckdb", "redshift", "materialize", "risingwave", "clickhouse", "sqlserver", "fabric"]),
    ("jsonb", &["materialize", "risingwave"]),
    ("pg_catalog.", &["duckdb", "redshift", "materialize", "risingwave"]),
    ("pg_class", &["duckdb", "redshift", "materialize", "risingwave"]),
    ("plpgsql", &["redshift"]),
    ("regexp_matches(", &["duckdb"]),
    ("tblproperties", &["spark", "athena", "glue"]),
    ("compute statistics", &["spark", "athena", "glue"]),
    ("using delta", &["spark", "glue"]),
    ("zorder by", &["spark", "glue"]),
    ("delta.`", &["spark", "glue"]),
    ("collect_set(", &["spark", "glue"]),
    ("sys.tables", &["fabric", "synapse"]),
    ("sys.schemas", &["fabric", "synapse"]),
    ("getutcdate(", &["fabric", "synapse"]),
    ("sysutcdatetime(", &["fabric", "synapse"]),
    ("nvarchar", &["fabric", "synapse", "redshift", "snowflake", "oracle"]),
    ("with (nolock)", &["fabric", "synapse"]),
    ("::variant", &["databricks"]),
    ("parse_json(", &["bigquery", "databricks"]),
    ("try_to_", &["databricks", "spark"]),
    ("masking policy", &["redshift", "databricks"]),
    (" to role ", &["redshift", "databricks", "materialize", "clickhouse"]),
    ("use role ", &["databricks"]),
    ("timestamp_ntz", &["databricks", "spark"]),
    ("farm_fingerprint(", &["trino"]),
    (" int64", &["clickhouse", "duckdb"]),
    (" float64", &["clickhouse"]),
    ("struct<", &["spark", "databricks", "athena", "glue"]),
    ("array_agg(struct", &["spark", "databricks"]),
    ("row access policy", &["snowflake", "redshift"]),
];

/// Whether an adapter takes what is written for another one.
fn takes(adapter: &str, written: &str) -> bool {
    SPOKEN_ALSO.iter().any(|(words, also)| *words == written && also.contains(&adapter))
}

/// How many files are looked through for what is written in SQL.
const MOST_SPOKEN: usize = 300;

/// The adapter that a project's files speak of, with the evidence; `None` where nothing does, or where
/// two are spoken of alike. What `own`, the adapters of the profile, take themselves is evidence of no other one.
pub(crate) fn guess(signs: &Signs<'_>, own: &[&str]) -> Option<(String, String)> {
    let mut scores: BTreeMap<&str, (u32, Vec<String>)> = BTreeMap::new();
    let mut add = |adapter: &'static str, weight: u32, evidence: String| {
        let entry = scores.entry(adapter).or_default();
        entry.0 += weight;
        if entry.1.len() < 3 && !entry.1.contains(&evidence) {
            entry.1.push(evidence);
        }
    };
    for (key, weight) in [("profile", 4), ("name", 2)] {
        let Some(called) = signs.settings.get(key).and_then(Datum::as_str) else { continue };
        for (name, adapter) in NAMES {
            if called.to_lowercase().contains(name) {
                add(adapter, weight, format!("the {} is called {called}", if key == "name" { "project" } else { key }));
            }
        }
    }
    let mut prefixed: Vec<(&str, &'static str)> = Vec::new();
    for name in &signs.macros {
        if let Some((prefix, _)) = name.split_once("__")
            && let Some((_, adapter)) = NAMES.iter().find(|(known, _)| *known == prefix)
        {
            prefixed.push((name, adapter));
        }
    }
    // A project with macros for many adapters is a package for all of them.
    let spoken: BTreeSet<&str> = prefixed.iter().map(|(_, adapter)| *adapter).collect();
    if spoken.len() <= 2 {
        for (name, adapter) in prefixed {
            add(adapter, 2, format!("a macro is called {name}"));
        }
    }
    for package in &signs.packages {
        for (name, adapter) in NAMES {
            if package.to_lowercase().contains(name) {
                add(adapter, 3, format!("the package {package} is used"));
            }
        }
    }
    config_keys(signs.settings, 0, &mut |key| {
        if let Some((_, adapter)) = CONFIGS.iter().find(|(config, _)| *config == key) {
            add(adapter, 3, format!("dbt_project.yml sets {key}"));
        }
    });
    for (path, text) in &signs.texts {
        for (at, _) in text.match_indices(".type") {
            let Some(name) = compared_with(&text[at + 5..]) else {
                continue;
            };
            if let Some((_, adapter)) = NAMES.iter().find(|(known, _)| *known == name) {
                add(adapter, 1, format!("{path} compares target.type with {name}"));
            }
        }
        if text.contains("config(") {
            let set: HashSet<&str> = keywords(text).collect();
            for (key, adapter) in CONFIGS.iter().filter(|(key, _)| set.contains(key)) {
                add(adapter, 2, format!("{path} sets {key}"));
            }
        }
    }
    let sql = signs.texts.iter().filter(|(path, _)| !path.to_lowercase().ends_with(".md"));
    for (path, text) in sql.take(MOST_SPOKEN) {
        let text = text.to_lowercase();
        for (adapter, written) in SPOKEN {
            let is_foreign = |words: &&&str| !own.iter().any(|own| takes(own, words));
            if let Some(words) = written.iter().filter(is_foreign).find(|words| text.contains(**words)) {
                add(adapter, 1, format!("{path} has `{}`", words.trim()));
            }
        }
    }
    let mut ranked: Vec<_> = scores.into_iter().collect();
    ranked.sort_by(|(a_name, (a, _)), (b_name, (b, _))| b.cmp(a).then(a_name.cmp(b_name)));
    let (adapter, (score, evidence)) = ranked.first()?;
    let runner_up = ranked.get(1).map_or(0, |(_, (score, _))| *score);
    (*score >= 3 && *score >= 2 * runner_up).then(|| ((*adapter).to_owned(), evidence.join("; ")))
}

fn config_keys(datum: &Datum, depth: usize, found: &mut dyn FnMut(&str)) {
    if depth > 20 {
        return;
    }
    for (key, value) in datum.as_map().unwrap_or_default() {
        if let Some(key) = key.as_str() {
            found(key.trim_start_matches(['+', ' ']));
        }
        config_keys(value, depth + 1, found);
    }
}

/// The word in quotes after `==`.
fn compared_with(rest: &str) -> Option<&str> {
    let rest = rest.trim_start().strip_prefix("==")?.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    rest[1..].split(quote).next()
}

/// The words that may be keyword arguments: those with `=` after them.
fn keywords(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('=').filter(|(at, _)| !text[at + 1..].starts_with('=')).map(|(at, _)| {
        let before = text[..at].trim_end();
        let start = before.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_').len();
        &before[start..]
    })
}
