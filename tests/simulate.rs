//! Statements that need no rows, against what a real warehouse answered (tests/data/simulate, written by
//! tests/oracle/warehouse).

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fmt::Write as _;
use std::thread;

use hookproof::prove::warehouse::{
    Access, Class, Effect, Expectation, Grant, RelationName, Session, Verdict, Warehouse,
};
use hookproof::sql::Dialect;

struct Step {
    sql: String,
    /// `ok`, the warehouse's words where it failed, or the name of a verdict.
    answer: String,
}

struct Script {
    title: String,
    steps: Vec<Step>,
    access: Vec<String>,
}

fn scripts(text: &str) -> Vec<Script> {
    text.split("-- script: ").skip(1).map(script).collect()
}

fn script(text: &str) -> Script {
    let (title, body) = text.split_once('\n').expect("a title has a line");
    let (mut steps, mut access) = (Vec::new(), Vec::new());
    for block in body.split("\n\n") {
        let (sql, answers) = block.trim().split_once("--> ").unwrap_or((block, ""));
        if sql.is_empty() {
            access.extend(answers.lines().filter_map(|line| Some(line.rsplit_once("access: ")?.1.to_owned())));
        } else if !answers.is_empty() {
            steps.push(Step { sql: sql.trim().to_owned(), answer: answers.trim().to_owned() });
        }
    }
    access.sort();
    Script { title: title.to_owned(), steps, access }
}

fn on_big_stack<T: Send + 'static>(test: impl FnOnce() -> T + Send + 'static) -> T {
    thread::Builder::new().stack_size(64 << 20).spawn(test).expect("a thread starts").join().expect("no panic")
}

/// A line of the access table, as the recorder writes it.
fn line(access: &Access) -> Option<String> {
    let Grant::Object(object) = &access.on else { return None };
    let kind = match object.class {
        Class::Relation => "relation",
        class => class.word(),
    };
    // The database is left out, and the types of a routine's arguments.
    let from = usize::from(object.path.len() > 1);
    let to = if object.class == Class::Column { 4 } else { object.path.len().min(3) };
    let name = object.path[from..to].join(".");
    let named = format!("{kind} {name}");
    let option = if access.option { " with grant option" } else { "" };
    Some(format!("{} on {} to {}{option}", access.privilege, named.trim(), access.grantee))
}

fn warehouse(dialect: Dialect, database: Option<&str>, schema: &str) -> Warehouse {
    let database = database.map(str::to_owned);
    let session = Session { dialect, database: database.clone(), schema: schema.to_owned() };
    let mut warehouse = Warehouse::new(session).expect("SQLite opens");
    let identifier = if dialect == Dialect::Snowflake { "NOPE" } else { "nope" }.to_owned();
    let nope = RelationName { database, schema: schema.to_owned(), identifier };
    warehouse.expect(nope, Expectation::NotBuiltYet { by: "a model".to_owned() });
    warehouse
}

/// What differs between the rehearsal and the warehouse.
#[derive(Default)]
struct Differences {
    steps: usize,
    /// Failed in the rehearsal alone.
    wrong: String,
    /// Failed in the warehouse alone, or in other words.
    missed: String,
    misses: usize,
    errors: usize,
    access: String,
    verdicts: [usize; 5],
}

fn compare(dialect: Dialect, database: Option<&'static str>, schema: &'static str, scripts: &[Script]) -> Differences {
    let mut found = Differences::default();
    for script in scripts {
        let mut warehouse = warehouse(dialect, database, schema);
        for step in &script.steps {
            let effects = warehouse.execute(&step.sql);
            let last = effects.last();
            found.steps += 1;
            if let Some(effect) = last {
                found.verdicts[effect.verdict as usize] += 1;
            }
            let said = match last {
                Some(Effect { verdict: Verdict::Refuted, cause, .. }) => {
                    format!("error: {}", cause.as_deref().unwrap_or_default())
                }
                Some(effect) => effect.verdict.name().to_owned(),
                None => "nothing".to_owned(),
            };
            let failed = step.answer.starts_with("error: ");
            found.errors += usize::from(failed);
            // The rehearsal adds who dropped it, or who makes it later.
            let same = said.strip_prefix(&step.answer).is_some_and(|rest| rest.is_empty() || rest.starts_with(": "));
            if same || (step.answer == "ok" && !said.starts_with("error: ")) {
                continue;
            }
            let out = if failed { &mut found.missed } else { &mut found.wrong };
            found.misses += usize::from(failed);
            writeln!(out, "{}\n  {}\n    warehouse: {}\n    rehearsal: {said}", script.title, step.sql, step.answer)
                .expect("text grows");
        }
        let mut access: Vec<String> = warehouse.catalog().ledger().access().iter().filter_map(line).collect();
        access.sort();
        let theirs: Vec<String> = script
            .access
            .iter()
            .map(|line| {
                line.replace(" on table ", " on relation ")
                    .replace(" on view ", " on relation ")
                    .replace(" on materialized view ", " on relation ")
            })
            .collect();
        for line in theirs.iter().filter(|line| !access.contains(line)) {
            writeln!(found.access, "{}: only the warehouse has {line}", script.title).expect("text grows");
        }
        for line in access.iter().filter(|line| !theirs.contains(line)) {
            writeln!(found.access, "{}: only the rehearsal has {line}", script.title).expect("text grows");
        }
    }
    found
}

/// All that differs, for the message of a test that fails.
fn report(found: &Differences) -> String {
    format!(
        "{} steps, {} errors, {} missed, verdicts {:?}\nWRONG\n{}\nMISSED\n{}\nACCESS\n{}",
        found.steps, found.errors, found.misses, found.verdicts, found.wrong, found.missed, found.access
    )
}

/// What fails in the rehearsal fails in `PostgreSQL`. What is missed is mostly what nothing made, which
/// the rehearsal takes to be there.
#[test]
fn answers_as_postgres_does() {
    let found = on_big_stack(|| {
        let scripts = scripts(include_str!("data/simulate/postgres.sql"));
        compare(Dialect::Postgres, Some("rehearsal"), "analytics", &scripts)
    });
    println!("{}", report(&found));
    assert!(found.wrong.is_empty() && found.misses <= 79, "{}", report(&found));
    assert!(found.access.lines().count() <= 11, "{}", report(&found));
}

#[test]
fn answers_as_duckdb_does() {
    let found = on_big_stack(|| {
        let scripts = scripts(include_str!("data/simulate/duckdb.sql"));
        compare(Dialect::DuckDb, Some("memory"), "main", &scripts)
    });
    println!("{}", report(&found));
    assert!(found.wrong.is_empty() && found.misses <= 42, "{}", report(&found));
}

#[test]
fn answers_as_documented() {
    let found = on_big_stack(|| {
        let one = |dialect, database, schema, text: &str| {
            let found = compare(dialect, Some(database), schema, &scripts(text));
            found.wrong + &found.missed + &found.access
        };
        one(Dialect::Snowflake, "DB", "S", include_str!("data/simulate/snowflake.sql"))
            + &one(Dialect::BigQuery, "p", "d", include_str!("data/simulate/bigquery.sql"))
            + &one(Dialect::Databricks, "c", "s", include_str!("data/simulate/databricks.sql"))
            + &one(Dialect::Redshift, "dev", "s", include_str!("data/simulate/redshift.sql"))
    });
    assert_eq!(found, "");
}

#[test]
fn refuses_no_valid_statement_on_things_that_may_be_there() {
    let refused = on_big_stack(|| {
        let mut refused = String::new();
        for line in include_str!("data/sql_cases.tsv").lines().skip(1) {
            let fields: Vec<&str> = line.split('\t').collect();
            let &[dialect, category, sql, ..] = fields.as_slice() else { continue };
            // LOCK needs a transaction.
            if category == "bad" || sql.starts_with("lock") {
                continue;
            }
            let dialect = match dialect {
                "mssql" => Dialect::SqlServer,
                other => Dialect::of_adapter(other),
            };
            let session = Session { dialect, database: Some("db".to_owned()), schema: "s".to_owned() };
            let mut warehouse = Warehouse::new(session).expect("SQLite opens");
            for effect in warehouse.execute(&sql.replace("\\n", "\n")) {
                if effect.verdict == Verdict::Refuted {
                    writeln!(refused, "{}\n    {:?}", effect.sql, effect.cause).expect("text grows");
                }
            }
        }
        refused
    });
    assert_eq!(refused, "");
}

#[test]
fn what_was_assumed_and_dropped_may_be_there_in_the_next_run() {
    let verdicts = on_big_stack(|| {
        let mut warehouse = warehouse(Dialect::Snowflake, Some("DB"), "S");
        let mut verdict = |sql: &str| warehouse.execute(sql)[0].verdict;
        let first = [verdict("drop role r"), verdict("drop role r")];
        warehouse.begin_run();
        (first, warehouse.execute("drop role r")[0].verdict)
    });
    assert_eq!(verdicts, ([Verdict::Assumed, Verdict::Refuted], Verdict::Assumed));
}
