//! The rehearsal's warehouse against real ones: statements with what PostgreSQL 15 and DuckDB answered to them.

use std::path::Path;

use hookproof::prove::warehouse::{Expectation, Session, SqlValue, Type, Verdict, Warehouse};
use hookproof::sql::Dialect;
use serde_json::Value;

/// Trees are deep: what is executed runs on a big stack.
fn deep(act: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(act).unwrap();
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

fn warehouse(dialect: Dialect) -> Warehouse {
    let upper = matches!(dialect, Dialect::Snowflake | Dialect::Oracle);
    let named = |name: &str| if upper { name.to_uppercase() } else { name.to_owned() };
    Warehouse::new(Session { dialect, database: Some(named("db")), schema: named("analytics") }, None).unwrap()
}

/// A value as the recorded answers write it.
fn written(value: &SqlValue, of: Type) -> Option<String> {
    Some(match (value, of) {
        (SqlValue::Null, _) => return None,
        (SqlValue::Integer(truth), Type::Boolean) => (*truth == 1).to_string(),
        (SqlValue::Integer(number), _) => number.to_string(),
        (SqlValue::Real(number), _) if number.fract() == 0.0 => format!("{number:.0}"),
        (SqlValue::Real(number), _) => ((number * 1e8).round() / 1e8).to_string(),
        (SqlValue::Text(text), _) => text.clone(),
        (SqlValue::Blob(_), _) => "bytes".to_owned(),
    })
}

/// Executes every recorded statement, and gives what differs from the recorded answer.
fn differences(dialect: Dialect, file: &str, gone: &[(&str, &str)]) -> (usize, Vec<String>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/warehouse").join(file);
    let cases: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut warehouse = warehouse(dialect);
    for (schema, name) in gone {
        let name = warehouse.name(&[(schema, false), (name, false)]);
        warehouse.expect(name, Expectation::NotBuiltYet { by: "nobody".to_owned() });
    }
    let mut differences = Vec::new();
    for case in &cases {
        let sql = case["sql"].as_str().unwrap();
        let effects = warehouse.execute(sql);
        let [effect] = effects.as_slice() else { panic!("{sql}: {effects:?}") };
        let cause = effect.cause.clone().unwrap_or_default();
        let wrong = match case.get("error").and_then(Value::as_str) {
            Some(error) if effect.verdict != Verdict::Refuted => format!("ran, and not: {error}"),
            Some(error) if !cause.starts_with(error.split(": r1").next().unwrap()) => {
                format!("said: {cause}\n      not: {error}")
            }
            Some(_) => continue,
            None if effect.verdict != Verdict::Proved && effect.verdict != Verdict::Simulated => {
                format!("{}: {cause}", effect.verdict.name())
            }
            None => match (case.get("rows"), &effect.rows, case.get("affected")) {
                (Some(expected), Some(rows), _) => {
                    let given: Vec<Vec<Option<String>>> = rows
                        .rows
                        .iter()
                        .map(|row| row.iter().zip(&rows.types).map(|(value, of)| written(value, *of)).collect())
                        .collect();
                    let given = serde_json::to_value(given).unwrap();
                    if given == *expected {
                        continue;
                    }
                    format!("gave {given}\n      not {expected}")
                }
                (Some(expected), None, _) => format!("gave no rows, not {expected}"),
                (None, _, Some(count)) if effect.affected != count.as_u64() => {
                    format!("wrote {:?} rows, not {count}", effect.affected)
                }
                _ => continue,
            },
        };
        differences.push(format!("{sql}\n      {wrong}\n      {:?}", effect.sqlite));
    }
    (cases.len(), differences)
}

#[test]
fn statements_do_what_postgres_does() {
    deep(|| {
        let gone = [("analytics", "nowhere"), ("analytics", "missing_table"), ("ops", "nothing"), ("ops", "gone")];
        let (count, differences) = differences(Dialect::Postgres, "postgres.json", &gone);
        assert!(differences.is_empty(), "{} of {count} differ:\n{}", differences.len(), differences.join("\n"));
    });
}

#[test]
fn statements_do_what_duckdb_does() {
    deep(|| {
        let (count, differences) = differences(Dialect::DuckDb, "duckdb.json", &[("ops", "missing")]);
        assert!(differences.is_empty(), "{} of {count} differ:\n{}", differences.len(), differences.join("\n"));
    });
}
