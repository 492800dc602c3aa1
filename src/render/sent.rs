//! What is given to the driver: from a hook's rendered text to the calls that dbt makes.

mod snowflake;
mod sqlparse;

use std::sync::LazyLock;

use fancy_regex::Regex;

use crate::datum::{Datum, Kind};
use crate::hook::Hook;
pub(super) use crate::jinja::is_space;
use crate::jinja::{Value, json};
use crate::project::Project;

/// Where the query comment stands (facts R23, R24). It is no part of what is given here, yet it decides
/// which white space and which semicolon of the hook are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum QueryComment {
    /// There is none.
    None,
    /// In front of the text.
    Before,
    /// Behind it: the text loses its white space and one semicolon at the end.
    After,
}

impl QueryComment {
    /// As the root project configures it.
    pub(super) fn of(project: &Project, adapter: &str) -> QueryComment {
        // Snowflake drops a comment in front of a statement from its history, so that its adapter appends it.
        let usual = if adapter == "snowflake" { QueryComment::After } else { QueryComment::Before };
        let Some(setting) = project.root().settings.get("query-comment") else { return usual };
        match &setting.kind {
            Kind::Null => QueryComment::None,
            Kind::Str(text) if text.as_str().is_empty() => QueryComment::None,
            Kind::Map(_) if setting.get("comment").and_then(Datum::as_str) == Some("") => QueryComment::None,
            Kind::Map(_) => match setting.get("append").and_then(Datum::as_bool) {
                Some(true) => QueryComment::After,
                Some(false) => QueryComment::Before,
                None => usual,
            },
            _ => usual,
        }
    }

    /// What is left of a text once the comment was added and taken off again.
    fn applied(self, text: &str) -> &str {
        match self {
            QueryComment::After => {
                let text = python_trim_end(text);
                text.strip_suffix(';').unwrap_or(text)
            }
            QueryComment::Before | QueryComment::None => text,
        }
    }
}

fn python_trim(text: &str) -> &str {
    text.trim_matches(is_space)
}

fn python_trim_end(text: &str) -> &str {
    text.trim_end_matches(is_space)
}

/// The calls to the driver for a rendered hook, without the query comment; dbt's message where it stops
/// instead. `runs` is whether the node's materialization runs it at all.
pub(super) fn sent(
    adapter: &str,
    comment: QueryComment,
    hook: &Hook,
    runs: bool,
    text: &str,
) -> Result<Vec<String>, String> {
    let trimmed = python_trim(text);
    if trimmed.is_empty() {
        return Ok(Vec::new());
    }
    if hook.kind.is_on_run() {
        let sql = unwrapped(text)?;
        if python_trim(&sql).is_empty() {
            return Ok(Vec::new());
        }
        return calls(adapter, comment, &sql);
    }
    if !runs {
        return Ok(Vec::new());
    }
    let (before, after) = if adapter == "athena" { (10, 8) } else { (8, 6) };
    calls(adapter, comment, &format!("\n{}{trimmed}\n{}", " ".repeat(before), " ".repeat(after)))
}

/// The SQL of an on-run hook: its rendered text may be JSON (facts R12).
fn unwrapped(text: &str) -> Result<String, String> {
    let entries = match json::load(text) {
        None => return Ok(text.to_owned()),
        Some(Value::Dict(entries)) => entries,
        Some(other) => return Err(format!("'{}' object has no attribute 'setdefault'", other.type_name())),
    };
    let entries = entries.borrow();
    if let Some(unknown) =
        entries.keys().iter().find(|key| !matches!(key.as_str(), Some("sql" | "transaction" | "index")))
    {
        let name = unknown.as_str().unwrap_or_default();
        return Err(format!("Additional properties are not allowed ('{name}' was unexpected)"));
    }
    match entries.get_str("sql").and_then(Value::as_str) {
        Some(sql) => Ok(sql.to_owned()),
        None => Err("'sql' is a required property".to_owned()),
    }
}

/// What an adapter makes of a text that is to be executed: statement by statement, or whole.
pub(super) fn calls(adapter: &str, comment: QueryComment, sql: &str) -> Result<Vec<String>, String> {
    let calls = match adapter {
        "snowflake" => snowflake::calls(comment, sql),
        "redshift" => sqlparse_calls(comment, sql, |_, part| without_comments(part).is_empty()),
        // A comment in front keeps the first statement from being blank.
        "trino" | "starburst" => sqlparse_calls(comment, sql, |is_first, part| {
            let text = ONE_LINE.replace_all(part.trim_end_matches(';'), "");
            python_trim(&text).is_empty() && !(is_first && comment == QueryComment::Before)
        })
        .into_iter()
        .map(|part| part.trim_end_matches(';').to_owned())
        .collect(),
        "databricks" => {
            let text = comment.applied(sql);
            // With a comment in front, the white space before the text stays.
            let text = if comment == QueryComment::Before { python_trim_end(text) } else { python_trim(text) };
            vec![text.strip_suffix(';').unwrap_or(text).to_owned()]
        }
        "spark" => {
            let text = comment.applied(sql);
            // Only where a semicolon is taken off is the white space as well.
            let trimmed = if comment == QueryComment::Before { python_trim_end(text) } else { python_trim(text) };
            vec![trimmed.strip_suffix(';').unwrap_or(text).to_owned()]
        }
        "athena" => vec![athena(comment, sql)],
        _ => return Ok(vec![comment.applied(sql).to_owned()]),
    };
    if calls.is_empty() {
        return Err("there is nothing to execute but a comment".to_owned());
    }
    Ok(calls)
}

/// What dbt-athena makes of a text: it takes quotes and indentation away by the text's first word, which is
/// that of the comment where one stands in front. These two commands get no comment.
fn athena(comment: QueryComment, sql: &str) -> String {
    let text = comment.applied(sql);
    let head = python_trim(text).to_uppercase();
    let starts = |words: &[&str]| words.iter().any(|word| head.starts_with(word));
    let text = if starts(&["VACUUM", "OPTIMIZE"]) {
        text.replace('"', "")
    } else if comment != QueryComment::Before && starts(&["SELECT", "WITH", "INSERT"]) {
        text.to_owned()
    } else {
        text.replace("\n\n    ", "\n")
    };
    python_trim(&text).to_owned()
}

/// The comment in front becomes part of the first statement, the one behind of the last.
fn sqlparse_calls(comment: QueryComment, sql: &str, is_blank: impl Fn(bool, &str) -> bool) -> Vec<String> {
    let sql = comment.applied(sql);
    let mut parts: Vec<String> = Vec::new();
    for (n, part) in sqlparse::split(sql).into_iter().enumerate() {
        let part = match (n, comment) {
            (0, QueryComment::Before) => python_trim_end(part),
            _ => python_trim(part),
        };
        if !is_blank(n == 0, part) {
            parts.push(part.to_owned());
        }
    }
    parts
}

/// The length of the first statement of a text: dbt drops the others where it puts ephemeral models in front.
pub(super) fn first_statement(sql: &str) -> usize {
    sqlparse::split(sql).first().map_or(sql.len(), |first| first.len())
}

/// The end of the first `WITH`, or `WITH RECURSIVE`, that stands outside parentheses.
pub(super) fn with_keyword(sql: &str) -> Option<usize> {
    sqlparse::with_keyword(sql)
}

/// What adapters look at to tell whether a statement is only a comment. Quoted text goes too.
static COMMENTS: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(?m)".*?"|'.*?'|/\*.*?\*/|--[^\r\n]*$"#));

/// What dbt-trino looks at: the whole line of a comment goes.
static ONE_LINE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?m)^.*--.*$"));

#[allow(clippy::expect_used)] // the two patterns are written above, and a test uses both
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern that is written here compiles")
}

fn without_comments(text: &str) -> String {
    python_trim(&COMMENTS.replace_all(text, "")).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Beginnings without an end are looked through once, not once each.
    #[test]
    fn what_is_never_closed_is_no_work() {
        for word in ["/* ", "$a$ b ", "' ", "[ ", "` "] {
            let text = word.repeat(200_000);
            assert_eq!(sqlparse::split(&text).len(), 1, "{word}");
            assert_eq!(snowflake::split(&text).len(), 1, "{word}");
        }
    }

    /// Against what the connector and sqlparse themselves gave (`tests/oracle/splits.py`).
    #[test]
    #[allow(clippy::unwrap_used)]
    fn statements_as_recorded() {
        let recorded = include_str!("../../tests/data/splits.json");
        let cases: Vec<serde_json::Value> = serde_json::from_str(recorded).unwrap();
        assert!(cases.len() > 1_500);
        let mut wrong = Vec::new();
        for case in &cases {
            let sql = case["sql"].as_str().unwrap();
            let list = |key: &str| -> Vec<String> {
                case[key].as_array().unwrap().iter().map(|part| part.as_str().unwrap().to_owned()).collect()
            };
            let split: Vec<String> =
                sqlparse::split(sql).into_iter().map(|part| python_trim(part).to_owned()).collect();
            if split != list("sqlparse") {
                wrong.push(format!("sqlparse {sql:?}\n     got {split:?}\nrecorded {:?}", list("sqlparse")));
            }
            let split = snowflake::split(sql);
            if split != list("snowflake") {
                wrong.push(format!("snowflake {sql:?}\n     got {split:?}\nrecorded {:?}", list("snowflake")));
            }
        }
        assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    }
}
