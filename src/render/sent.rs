//! What is given to the driver: from a hook's rendered text to the calls that dbt makes.

use crate::hook::Hook;
use crate::jinja::Value;
use crate::jinja::json;
use crate::sql::{self, Dialect};

/// Adapters whose materializations make one call of `run_hooks`: hooks outside the transaction are never
/// sent there (facts X9).
const ONE_CALL: &[&str] = &["snowflake", "bigquery", "spark", "databricks", "athena"];

/// Adapters that split a hook into statements (facts 5.4).
const SPLITTING: &[&str] = &["snowflake", "redshift"];

/// The calls to the driver for a rendered hook, without the query comment. `materialized` is the node's.
pub(super) fn sent(adapter: &str, hook: &Hook, materialized: &str, text: &str) -> Vec<String> {
    let trimmed = text.trim_matches(|char: char| char.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&char));
    if trimmed.is_empty() {
        return Vec::new();
    }
    if hook.kind.is_on_run() {
        // The rendered text of an on-run hook may be JSON (facts R12).
        let sql = match json::load(text) {
            Some(Value::Dict(entries)) => {
                match entries.borrow().get_str("sql").and_then(|sql| sql.as_str().map(str::to_owned)) {
                    Some(sql) => sql,
                    None => return Vec::new(),
                }
            }
            _ => text.to_owned(),
        };
        return split(adapter, sql);
    }
    if matches!(materialized, "ephemeral") {
        return Vec::new();
    }
    if !hook.transaction && ONE_CALL.contains(&adapter) && !matches!(materialized, "seed" | "snapshot") {
        return Vec::new();
    }
    let (before, after) = if adapter == "athena" { (10, 8) } else { (8, 6) };
    split(adapter, format!("\n{}{trimmed}\n{}", " ".repeat(before), " ".repeat(after)))
}

fn split(adapter: &str, text: String) -> Vec<String> {
    if !SPLITTING.contains(&adapter) {
        return vec![text];
    }
    let script = sql::script(&text, Dialect::of_adapter(adapter));
    let mut from = 0;
    let mut parts = Vec::new();
    for statement in &script.statements {
        // What stands between two statements belongs to the second, as the connector splits it.
        let start = if parts.is_empty() { 0 } else { from };
        parts.push(text[start..statement.range.end].to_owned());
        from = statement.range.end + text[statement.range.end..].find(';').map_or(0, |at| at + 1);
    }
    parts.into_iter().map(|part| part.trim().to_owned()).collect()
}
