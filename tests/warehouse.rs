//! The rehearsal's warehouse against real ones: statements with what `PostgreSQL` 15 and `DuckDB` answered to them.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use hookproof::prove::warehouse::{Expectation, Replaced, Session, SqlValue, Type, Verdict, Warehouse};
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
    Warehouse::new(Session { dialect, database: Some(named("db")), schema: named("analytics") }).unwrap()
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

/// Statements with values of every type, each on its own against the same empty tables.
#[test]
fn types_go_together_as_in_postgres() {
    deep(|| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/warehouse/types_postgres.json");
        let recorded: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let mut differences = Vec::new();
        for case in recorded["statements"].as_array().unwrap() {
            let mut warehouse = warehouse(Dialect::Postgres);
            for sql in recorded["setup"].as_array().unwrap() {
                warehouse.execute(sql.as_str().unwrap());
            }
            let sql = case["sql"].as_str().unwrap();
            let effect = warehouse.execute(sql).pop().unwrap();
            if (effect.verdict == Verdict::Refuted) != case.get("error").is_some() {
                differences.push(format!(
                    "{sql}: {} {:?}, and not {}",
                    effect.verdict.name(),
                    effect.cause,
                    case["error"]
                ));
            }
        }
        assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
    });
}

/// What a project adds may take what `PostgreSQL` itself does not.
#[test]
fn functions_casts_and_rows_that_are_not_known_refute_nothing() {
    deep(|| {
        for before in [
            "create function ops.round(double precision, integer) returns numeric language sql as 'select 1.0'",
            "create extension hstore",
        ] {
            let mut warehouse = warehouse(Dialect::Postgres);
            warehouse.execute("create schema ops");
            warehouse.execute("create table ops.t (f double precision)");
            let refuted = warehouse.execute("select round(f, 2) from ops.t").pop().unwrap();
            assert_eq!(refuted.verdict, Verdict::Refuted, "{refuted:?}");
            warehouse.execute(before);
            let effect = warehouse.execute("select round(f, 2) from ops.t").pop().unwrap();
            assert_ne!(effect.verdict, Verdict::Refuted, "{before}: {effect:?}");
        }
        let mut warehouse = warehouse(Dialect::Postgres);
        warehouse.execute("create table t (id integer, note text not null)");
        // An empty table stands for one that is not known: a maximum of it is not.
        for sql in [
            "insert into t select 1, max(x) from outside.log",
            "insert into t (id, note) select count(*), max(relname) from pg_class",
            "select 1 / count(*) from outside.log",
        ] {
            let effect = warehouse.execute(sql).pop().unwrap();
            assert_eq!(effect.verdict, Verdict::NotProved, "{sql}: {effect:?}");
        }
    });
}

/// The statements of a block are those of SQL, up to the first of its own.
#[test]
fn a_block_is_carried_out_as_far_as_it_is_plain() {
    deep(|| {
        let mut warehouse = warehouse(Dialect::Postgres);
        warehouse.execute("create table t (id integer, note text)");
        for (sql, verdict) in [
            ("do $$ begin insert into t (id, note) values (1, 'x'); end $$", Verdict::Simulated),
            ("do $b$ begin update t set nope = 1; end; $b$ language plpgsql", Verdict::Refuted),
            ("do $$ begin delete from t; update t set id = 'x'; raise notice 'done'; end $$", Verdict::Refuted),
            ("do $$ begin insert into t (id) values (2); if true then null; end if; end $$", Verdict::NotProved),
            ("do $$ begin update t set nope = 1; exception when others then null; end $$", Verdict::NotProved),
            ("do $$ declare n integer; begin update t set nope = n; end $$", Verdict::NotProved),
        ] {
            let effect = warehouse.execute(sql).pop().unwrap();
            assert_eq!(effect.verdict, verdict, "{sql}: {effect:?}");
        }
        let left = warehouse.execute("select id, note from t").pop().unwrap().rows.unwrap();
        assert_eq!(left.rows, [[SqlValue::Integer(1), SqlValue::Text("x".to_owned())]]);
    });
}

#[test]
fn statements_do_what_duckdb_does() {
    deep(|| {
        let (count, differences) = differences(Dialect::DuckDb, "duckdb.json", &[("ops", "missing")]);
        assert!(differences.is_empty(), "{} of {count} differ:\n{}", differences.len(), differences.join("\n"));
    });
}

#[test]
fn keys_counting_columns_and_single_rows_are_kept_as_the_warehouses_keep_them() {
    deep(|| {
        let files = [
            (Dialect::Postgres, "keys_postgres.json"),
            (Dialect::DuckDb, "keys_duckdb.json"),
            (Dialect::Postgres, "subqueries_postgres.json"),
            (Dialect::DuckDb, "subqueries_duckdb.json"),
        ];
        for (dialect, file) in files {
            let (count, differences) = differences(dialect, file, &[]);
            assert!(differences.is_empty(), "{} of {count} differ:\n{}", differences.len(), differences.join("\n"));
        }
    });
}

/// What a query gives, its values with bars between them, its rows with semicolons.
fn answer(warehouse: &mut Warehouse, sql: &str) -> String {
    let effects = warehouse.execute(sql);
    let Some(effect) = effects.last() else { panic!("{sql} is no statement") };
    let Some(rows) = &effect.rows else { return format!("{}: {:?}", effect.verdict.name(), effect.cause) };
    let row = |row: &Vec<SqlValue>| {
        let values = row.iter().zip(&rows.types).map(|(value, of)| written(value, *of).unwrap_or("null".to_owned()));
        values.collect::<Vec<_>>().join("|")
    };
    rows.rows.iter().map(row).collect::<Vec<_>>().join("; ")
}

#[test]
fn each_dialect_has_its_own_functions() {
    const CASES: [(Dialect, &str, &str); 32] = [
        (Dialect::Snowflake, "select dateadd(day, 1, '2024-01-31'::date)", "2024-02-01"),
        (Dialect::Snowflake, "select datediff(month, '2024-01-31'::date, '2024-02-01'::date)", "1"),
        (Dialect::Snowflake, "select iff(1 = 1, 'a', 'b'), nvl(null, 'x'), zeroifnull(null)", "a|x|0"),
        (Dialect::Snowflake, "select decode(2, 1, 'a', 2, 'b'), 1 / 2, nullifzero(0)", "b|0.5|null"),
        (Dialect::Snowflake, "select current_schema(), current_database()", "ANALYTICS|DB"),
        (Dialect::Snowflake, "select $2, $1 + 1 from values (1, 'a')", "a|2"),
        (Dialect::Snowflake, "select parse_json('{\"a\": {\"b\": 1}}'):a.b::int", "1"),
        (Dialect::Snowflake, "select to_char('2024-05-06'::date, 'YYYYMMDD'), try_to_number('x')", "20240506|null"),
        (
            Dialect::Snowflake,
            "select column1 from values (1), (2) qualify row_number() over (order by column1) = 2",
            "2",
        ),
        (
            Dialect::Snowflake,
            "select listagg(column1, '-') within group (order by column1) from values (2), (1)",
            "1-2",
        ),
        (
            Dialect::Snowflake,
            "select date_trunc('month', '2024-05-17'::date), last_day('2024-02-03'::date)",
            "2024-05-01|2024-02-29",
        ),
        (Dialect::BigQuery, "select date_diff(date '2024-02-01', date '2024-01-31', month)", "1"),
        (Dialect::BigQuery, "select date_add(date '2024-01-31', interval 1 month)", "2024-02-29"),
        (Dialect::BigQuery, "select format_date('%Y%m', date '2024-05-06'), safe_cast('x' as int64)", "202405|null"),
        (Dialect::BigQuery, "select date_trunc(date '2024-05-17', month), if(true, 'a', 'b')", "2024-05-01|a"),
        (
            Dialect::BigQuery,
            "select timestamp_sub(timestamp '2024-01-02 00:00:00', interval 1 day)",
            "2024-01-01 00:00:00",
        ),
        (Dialect::BigQuery, "select \"text\", countif(x > 1) from unnest([1, 2, 3]) as x", "text|2"),
        (
            Dialect::Databricks,
            "select datediff('2024-02-01', '2024-01-01'), date_add(date '2024-01-01', 3)",
            "31|2024-01-04",
        ),
        (
            Dialect::Databricks,
            "select date_format(timestamp '2024-05-06 07:08:09', 'yyyy-MM-dd HH:mm')",
            "2024-05-06 07:08",
        ),
        (Dialect::Databricks, "select try_divide(1, 0), concat('a', 1), 7 / 2", "null|a1|3.5"),
        (Dialect::Redshift, "select dateadd(day, -1, '2024-01-01'::date), 7 / 2", "2023-12-31|3"),
        (Dialect::Redshift, "select datediff(day, '2024-01-01', '2024-01-03'), nvl(null, 1)", "2|1"),
        (Dialect::Redshift, "select sha2('abc', 256) = func_sha1('abc') from (select 1) t", "not proved"),
        (
            Dialect::Trino,
            "select date_add('day', 1, date '2024-01-31'), date_diff('day', date '2024-01-01', date '2024-01-03')",
            "2024-02-01|2",
        ),
        (
            Dialect::Trino,
            "select try_cast('x' as integer), date_format(timestamp '2024-05-06 07:08:09', '%Y-%m-%d %H:%i')",
            "null|2024-05-06 07:08",
        ),
        (Dialect::Athena, "select date_trunc('day', timestamp '2024-05-06 07:08:09')", "2024-05-06 00:00:00"),
        (Dialect::Postgres, "select current_date - 1, to_char(now(), 'HH24:MI')", "2024-01-01|03:04"),
        (Dialect::Postgres, "select count(*) from (values (1), (null)) t(x) where x is not null", "1"),
        (Dialect::Postgres, "select date '2024-01-01' + interval '36 hours'", "2024-01-02 12:00:00"),
        (Dialect::DuckDb, "select strftime(date '2024-05-06', '%d/%m'), 5 // 2, 5 / 2", "06/05|2|2.5"),
        (Dialect::Sqlite, "select ifnull(null, 'x'), 7 / 2, length('abc')", "x|3|3"),
        (
            Dialect::SqlServer,
            "select top 1 isnull(null, 'x'), len('abc'), dateadd(day, 1, '2024-01-01')",
            "x|3|2024-01-02",
        ),
    ];
    deep(|| {
        let wrong: Vec<String> = CASES
            .iter()
            .map(|(dialect, sql, expected)| (sql, expected, answer(&mut warehouse(*dialect), sql)))
            .filter(|(_, expected, given)| {
                given != *expected && !(**expected == "not proved" && given.starts_with(**expected))
            })
            .map(|(sql, expected, given)| format!("{sql}\n      gave {given}\n      not  {expected}"))
            .collect();
        assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), CASES.len(), wrong.join("\n"));
    });
}

#[test]
fn every_spelling_of_now_is_one_clock() {
    const SPELLINGS: [(Dialect, &str); 14] = [
        (Dialect::Postgres, "now()"),
        (Dialect::Postgres, "current_timestamp"),
        (Dialect::Postgres, "clock_timestamp()"),
        (Dialect::Postgres, "localtimestamp"),
        (Dialect::Snowflake, "current_timestamp()"),
        (Dialect::Snowflake, "sysdate()"),
        (Dialect::Snowflake, "systimestamp()"),
        (Dialect::Snowflake, "getdate()"),
        (Dialect::BigQuery, "current_timestamp()"),
        (Dialect::BigQuery, "current_datetime()"),
        (Dialect::Redshift, "getdate()"),
        (Dialect::Redshift, "sysdate"),
        (Dialect::DuckDb, "get_current_timestamp()"),
        (Dialect::SqlServer, "sysutcdatetime()"),
    ];
    deep(|| {
        for (dialect, spelling) in SPELLINGS {
            let mut warehouse = warehouse(dialect);
            assert_eq!(
                answer(&mut warehouse, &format!("select {spelling}")),
                "2024-01-02 03:04:05.678901",
                "{spelling}"
            );
            warehouse.set_clock(jiff::civil::date(2025, 6, 7).at(8, 9, 10, 0));
            assert_eq!(answer(&mut warehouse, &format!("select {spelling}")), "2025-06-07 08:09:10", "{spelling}");
        }
    });
}

#[test]
fn rows_and_catalog_go_back_together() {
    deep(|| {
        let mut warehouse = warehouse(Dialect::Postgres);
        warehouse.execute("create table kept (a int)");
        warehouse.begin();
        warehouse.execute("insert into kept values (1)");
        warehouse.execute("create table made (a int)");
        warehouse.execute("alter table kept add column b text");
        warehouse.execute("drop table kept");
        warehouse.rollback();
        assert_eq!(answer(&mut warehouse, "select count(*) from kept"), "0");
        let made = warehouse.name(&[("made", false)]);
        assert!(warehouse.catalog().relation(&made).is_none());
        let kept = warehouse.name(&[("kept", false)]);
        assert_eq!(warehouse.catalog().relation(&kept).unwrap().columns.len(), 1);
        // Several statements in one text are one transaction.
        let effects = warehouse.execute("insert into kept values (1); insert into kept values ('x')");
        assert_eq!(effects.last().unwrap().verdict, Verdict::Refuted);
        assert_eq!(answer(&mut warehouse, "select count(*) from kept"), "0");
    });
}

#[test]
fn what_nobody_makes_is_assumed_with_the_columns_that_are_named() {
    deep(|| {
        let mut warehouse = warehouse(Dialect::Snowflake);
        warehouse.label("first");
        let effects = warehouse.execute("insert into alerts.completions (model, at) values ('x', current_timestamp())");
        assert_eq!(effects[0].verdict, Verdict::Assumed);
        warehouse.label("second");
        let sql = "with c as (select * from alerts.completions) select model, status from c where at is not null";
        assert_eq!(answer(&mut warehouse, sql), "x|null");
        let [assumption] = warehouse.assumptions() else { panic!("{:?}", warehouse.assumptions()) };
        assert_eq!(assumption.name, "DB.ALERTS.COMPLETIONS");
        assert_eq!(assumption.columns, ["MODEL", "AT", "STATUS"]);
        let needed_by: Vec<&str> = assumption.needed_by.iter().map(|by| &**by).collect();
        assert_eq!(needed_by, ["first", "second"]);
        warehouse.execute("create view stage as select * from raw.orders");
        assert_eq!(answer(&mut warehouse, "select count(order_id) from stage"), "0");
    });
}

#[test]
fn what_is_made_later_or_dropped_is_not_there() {
    deep(|| {
        let mut warehouse = warehouse(Dialect::Postgres);
        let later = warehouse.name(&[("later", false)]);
        warehouse.expect(later, Expectation::NotBuiltYet { by: "model.x.later".to_owned() });
        let expected = "refuted: Some(\"relation \\\"later\\\" does not exist: model.x.later makes it later\")";
        assert_eq!(answer(&mut warehouse, "select * from later"), expected);
        warehouse.execute("create table later as select 1 as a");
        assert_eq!(answer(&mut warehouse, "select a from later"), "1");
        warehouse.label("the hook");
        warehouse.execute("drop table later");
        let expected = "refuted: Some(\"relation \\\"later\\\" does not exist: the hook dropped it\")";
        assert_eq!(answer(&mut warehouse, "select * from later"), expected);
    });
}

#[test]
fn what_is_not_known_is_not_judged() {
    const CASES: [(Dialect, &str, &str); 6] = [
        (Dialect::Postgres, "select my_function(1)", "the function my_function() is not known to the rehearsal"),
        (Dialect::Postgres, "select __unknown_1 from t", "it holds something that is not known before the run"),
        (Dialect::Snowflake, "select * from table(flatten(input => x))", ""),
        (Dialect::BigQuery, "select * from t pivot(sum(a) for b in ('x'))", ""),
        (Dialect::Postgres, "select '7th of May'::date", ""),
        (Dialect::Postgres, "select * from t, lateral (select t.a) s", "LATERAL is not rewritten"),
    ];
    deep(|| {
        for (dialect, sql, cause) in CASES {
            let effects = warehouse(dialect).execute(sql);
            assert_eq!(effects[0].verdict, Verdict::NotProved, "{sql}: {effects:?}");
            assert!(effects[0].cause.as_deref().unwrap_or_default().contains(cause), "{sql}: {effects:?}");
        }
    });
}

#[test]
fn what_a_warehouse_takes_is_not_refuted() {
    deep(|| {
        for (dialect, statements) in [
            (
                Dialect::Postgres,
                &[
                    "create table t (a int, b text, c int default 7)",
                    "insert into t values (1, 'x', 2)",
                    "merge into t using (select 5 as k, 'y' as v) s on t.a = s.k when not matched then insert values (s.k, s.v)",
                    "alter table t add constraint late check (a > 3) not valid",
                ][..],
            ),
            (
                Dialect::DuckDb,
                &[
                    "create table t (a int, b text)",
                    "insert into t (a, b) from (select 900, 'from first')",
                    "delete from t where (a, b) in (select (a, 'paid') from t)",
                ][..],
            ),
        ] {
            let mut warehouse = warehouse(dialect);
            for sql in statements {
                for effect in warehouse.execute(sql) {
                    assert_ne!(effect.verdict, Verdict::Refuted, "{sql}: {effect:?}");
                }
            }
        }
    });
}

#[test]
fn the_own_schema_has_plain_names_in_the_file() {
    deep(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept.db");
        let session = Session { dialect: Dialect::Postgres, database: Some("db".into()), schema: "ops".into() };
        let mut warehouse = Warehouse::new(session).unwrap();
        warehouse.execute("create table audit_run (a int); insert into ops.audit_run values (1)");
        warehouse.execute("create table other.log (a int)");
        let name = warehouse.name(&[("audit_run", false)]);
        assert_eq!(warehouse.rows_of(&name).unwrap().rows, [[SqlValue::Integer(1)]]);
        warehouse.write(&path).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.contains("CREATE TABLE \"audit_run\"") && text.contains("CREATE TABLE \"other.log\""));
    });
}

/// The rows that the last statement gives.
fn rows_of(warehouse: &mut Warehouse, sql: &str) -> Vec<Vec<String>> {
    let effect = warehouse.execute(sql).pop().unwrap();
    assert!(matches!(effect.verdict, Verdict::Proved | Verdict::Assumed), "{sql}: {effect:?}");
    let rows = effect.rows.unwrap();
    let cell = |value: &SqlValue, of: Type| written(value, of).unwrap_or_else(|| "null".to_owned());
    rows.rows.iter().map(|row| row.iter().zip(&rows.types).map(|(value, of)| cell(value, *of)).collect()).collect()
}

#[test]
fn elements_of_arrays_and_objects_are_rows() {
    deep(|| {
        let mut snowflake = warehouse(Dialect::Snowflake);
        snowflake.execute("create table orders (id int, items variant)");
        snowflake.execute(
            r#"insert into orders select 1, parse_json('[{"sku": "a", "n": 2}, {"sku": "b", "n": 1}]')
               union all select 2, parse_json('[]')"#,
        );
        let sql = "select o.id, i.index, i.value:sku::varchar from orders o, lateral flatten(input => o.items) i";
        assert_eq!(rows_of(&mut snowflake, sql), [["1", "0", "a"], ["1", "1", "b"]]);
        let outer = "select o.id, i.value:n::int from orders o, lateral flatten(input => o.items, outer => true) i";
        assert_eq!(rows_of(&mut snowflake, outer), [["1", "2"], ["1", "1"], ["2", "null"]]);
        let rows = "select count(*) from table(generator(rowcount => 5))";
        assert_eq!(rows_of(&mut snowflake, rows), [["5"]]);

        let mut bigquery = warehouse(Dialect::BigQuery);
        let sql = "select x, at from unnest([10, 20]) as x with offset as at order by at";
        assert_eq!(rows_of(&mut bigquery, sql), [["10", "0"], ["20", "1"]]);

        let mut databricks = warehouse(Dialect::Databricks);
        let sql =
            "select t.id, v.item from (select 7 as id, array(1, 2) as items) t lateral view explode(t.items) v as item";
        assert_eq!(rows_of(&mut databricks, sql), [["7", "1"], ["7", "2"]]);
    });
}

#[test]
fn a_node_is_built_though_one_of_its_columns_cannot_be() {
    deep(|| {
        let mut warehouse = warehouse(Dialect::Postgres);
        let name = warehouse.name(&[("parcels", false)]);
        let sql = "select 1 as id, st_area(st_buffer(g, 2)) as area from (select null as g) as s";
        let built = warehouse.build(&name, hookproof::prove::warehouse::Kind::Table, sql, &Replaced::Dropped);
        assert_eq!(built.verdict, Verdict::Assumed);
        assert!(built.guessed);
        assert!(built.cause.unwrap().contains("st_buffer()"));
        assert_eq!(rows_of(&mut warehouse, "select id, area from parcels"), [["1", "null"]]);
        // A hook's own statement is another thing.
        let asked = warehouse.execute("select st_area(null)").pop().unwrap();
        assert_eq!(asked.verdict, Verdict::NotProved);
    });
}

#[test]
fn the_information_schema_has_more_columns_than_are_kept() {
    deep(|| {
        let mut warehouse = warehouse(Dialect::Snowflake);
        for sql in [
            "select table_owner from information_schema.tables",
            "select t.table_owner from information_schema.tables t",
        ] {
            assert_eq!(warehouse.execute(sql).pop().unwrap().verdict, Verdict::NotProved, "{sql}");
        }
    });
}

#[test]
fn tables_are_changed_with_their_rows() {
    deep(|| {
        let mut warehouse = warehouse(Dialect::Postgres);
        for sql in [
            "create table t (id int not null, name text)",
            "create index t_name on t (name)",
            "insert into t values (1, 'a'), (2, 'b')",
            "alter table t add column n int default 5",
            "alter table t rename column name to title",
            "alter table t rename to u",
            "alter table u alter column n set not null",
            "create unique index u_id on u (id)",
        ] {
            let effect = warehouse.execute(sql).pop().unwrap();
            assert_eq!(effect.verdict, Verdict::Proved, "{sql}: {effect:?}");
        }
        assert_eq!(
            rows_of(&mut warehouse, "select id, title, n from u order by id"),
            [["1", "a", "5"], ["2", "b", "5"]]
        );
        let twice = warehouse.execute("insert into u values (2, 'c', 1)").pop().unwrap();
        assert_eq!(twice.verdict, Verdict::Refuted, "{twice:?}");
    });
}

#[test]
fn views_follow_the_table_or_its_name() {
    deep(|| {
        for (dialect, shown) in [(Dialect::Postgres, "1"), (Dialect::DuckDb, "2")] {
            let mut warehouse = warehouse(dialect);
            for sql in [
                "create table t (id int)",
                "insert into t values (1)",
                "create view v as select id from t",
                "create view w as select v.id, other.id as same from v join v as other on v.id = other.id",
                "alter table t rename to before",
                "create table t (id int)",
                "insert into t values (2)",
            ] {
                let effect = warehouse.execute(sql).pop().unwrap();
                assert_eq!(effect.verdict, Verdict::Proved, "{sql}: {effect:?}");
            }
            assert_eq!(rows_of(&mut warehouse, "select id, same from w"), [[shown, shown]], "{dialect:?}");
        }
    });
}

#[test]
fn views_go_on_reading_a_column_under_its_new_name() {
    deep(|| {
        let mut warehouse = warehouse(Dialect::Postgres);
        for sql in [
            "create table t (id int, name text)",
            "insert into t values (1, 'a')",
            "create view v as select t.id, upper(t.name) as name from t",
            "alter table t rename column name to title",
            "alter table t add column n int default 5",
        ] {
            let effect = warehouse.execute(sql).pop().unwrap();
            assert_eq!(effect.verdict, Verdict::Proved, "{sql}: {effect:?}");
        }
        assert_eq!(rows_of(&mut warehouse, "select id, name from v"), [["1", "A"]]);
        assert_eq!(rows_of(&mut warehouse, "select id, title, n from t"), [["1", "a", "5"]]);
    });
}

#[test]
fn renaming_is_taken_back() {
    deep(|| {
        let mut warehouse = warehouse(Dialect::Postgres);
        warehouse.execute("create table t (id int)");
        warehouse.execute("insert into t values (1)");
        warehouse.begin();
        warehouse.execute("alter table t rename to before");
        warehouse.execute("create table t (id int)");
        warehouse.execute("insert into t values (2), (3)");
        warehouse.execute("drop table before");
        assert_eq!(rows_of(&mut warehouse, "select id from t"), [["2"], ["3"]]);
        warehouse.rollback();
        assert_eq!(rows_of(&mut warehouse, "select id from t"), [["1"]]);
        // What is made next is empty.
        warehouse.execute("create table other (id int)");
        assert!(rows_of(&mut warehouse, "select id from other").is_empty());
        assert_eq!(rows_of(&mut warehouse, "select id from t"), [["1"]]);
    });
}

#[test]
fn a_file_is_read_back_with_its_views() {
    deep(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept.db");
        let mut warehouse = warehouse(Dialect::Postgres);
        for sql in [
            "create table t (id int, name text)",
            "insert into t values (1, 'a')",
            "create index t_name on t (name)",
            "create view v as select name from t",
            "alter table t rename to u",
            "create table \"U\" (id int)",
        ] {
            let effect = warehouse.execute(sql).pop().unwrap();
            assert_eq!(effect.verdict, Verdict::Proved, "{sql}: {effect:?}");
        }
        warehouse.write(&path).unwrap();
        let mut again = Warehouse::read_back(&path).unwrap();
        assert_eq!(rows_of(&mut again, "select name from v"), [["a"]]);
        assert_eq!(rows_of(&mut again, "select id from u"), [["1"]]);
        assert!(rows_of(&mut again, "select id from \"U\"").is_empty());
    });
}

#[test]
fn a_view_that_cannot_be_read_is_not_made() {
    deep(|| {
        let mut warehouse = warehouse(Dialect::Snowflake);
        warehouse.execute("create table t (id int)");
        let sql = "create view v as select count(distinct id) over () as n from t";
        let effect = warehouse.execute(sql).pop().unwrap();
        assert_eq!(effect.verdict, Verdict::NotProved, "{effect:?}");
    });
}
