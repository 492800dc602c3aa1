//! SQL: splitting, outlines, faults; every valid statement passes, every broken one is found.

#![allow(clippy::unwrap_used, clippy::single_range_in_vec_init)]

use hookproof::sql::{Dialect, Fault, FaultKind, ObjectKind, Parse, Script, Statement, Verb, script};

const CASES: &str = include_str!("data/sql_cases.tsv");

/// Trees want big stacks.
fn on_a_big_stack(run: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(run).unwrap();
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

struct Case {
    home: &'static str,
    category: &'static str,
    text: &'static str,
}

fn cases() -> impl Iterator<Item = Case> {
    CASES.lines().skip(1).map(|line| {
        let mut columns = line.split('\t');
        let (home, category) = (columns.next().unwrap(), columns.next().unwrap());
        Case { home, category, text: columns.next().unwrap() }
    })
}

fn homes(home: &str) -> Vec<Dialect> {
    if home == "all" { Dialect::ALL.to_vec() } else { vec![Dialect::of_adapter(home)] }
}

fn said(script: &Script) -> Vec<String> {
    script.all_faults().iter().map(|fault: &&Fault| format!("certain={} {}", fault.certain, fault.message)).collect()
}

fn one(text: &str, dialect: Dialect) -> Statement {
    let mut script = script(text, dialect);
    assert_eq!(script.statements.len(), 1, "{text}");
    script.statements.pop().unwrap()
}

fn pieces(text: &str, dialect: Dialect) -> Vec<&str> {
    script(text, dialect).statements.into_iter().map(|statement| &text[statement.range]).collect()
}

fn certain(text: &str, dialect: Dialect) -> Option<String> {
    script(text, dialect).all_faults().iter().find(|fault| fault.certain).map(|fault| fault.message.clone())
}

/// What is wrong in it in every dialect.
fn broken(text: &str, dialect: Dialect) -> Option<String> {
    let script = script(text, dialect);
    let faults = script.all_faults();
    faults.iter().find(|fault| fault.certain && fault.kind == FaultKind::Syntax).map(|fault| fault.message.clone())
}

#[test]
fn valid_statements_have_no_fault() {
    on_a_big_stack(|| {
        let mut wrong = Vec::new();
        let mut count = 0;
        for case in cases().filter(|case| case.category != "bad") {
            count += 1;
            for dialect in homes(case.home) {
                let script = script(case.text, dialect);
                if script.statements.len() != 1 || !said(&script).is_empty() {
                    wrong.push(format!("{}: {} {:?}", dialect.name(), case.text, said(&script)));
                }
            }
        }
        assert_eq!(count, 430);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

#[test]
fn valid_statements_are_certain_faults_nowhere() {
    on_a_big_stack(|| {
        let mut wrong = Vec::new();
        for case in cases().filter(|case| case.category != "bad") {
            // Postgres refuses what it does not know, and says so.
            for dialect in Dialect::ALL.into_iter().filter(|dialect| *dialect != Dialect::Postgres) {
                if let Some(message) = broken(case.text, dialect) {
                    wrong.push(format!("{}: {} {message}", dialect.name(), case.text));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

#[test]
fn broken_statements_have_certain_faults() {
    on_a_big_stack(|| {
        let mut missed = Vec::new();
        for case in cases().filter(|case| case.category == "bad") {
            for dialect in Dialect::ALL {
                // COMMENT … AS is Teradata's.
                let other = dialect == Dialect::Generic && case.text.starts_with("comment");
                if certain(case.text, dialect).is_none() && !other {
                    missed.push(format!("{}: {}", dialect.name(), case.text));
                }
            }
        }
        assert!(missed.is_empty(), "{}", missed.join("\n"));
    });
}

#[test]
fn hook_statements_of_every_warehouse_have_no_fault() {
    on_a_big_stack(|| {
        let mut wrong = Vec::new();
        for (adapter, texts) in HOOKS {
            let dialect = Dialect::of_adapter(adapter);
            for text in texts.split("\n---\n").map(str::trim) {
                let script = script(text, dialect);
                if script.statements.len() != 1 || !said(&script).is_empty() {
                    wrong.push(format!(
                        "{adapter}: {} statements: {text}\n    {:?}",
                        script.statements.len(),
                        said(&script)
                    ));
                }
                for dialect in Dialect::ALL.into_iter().filter(|dialect| *dialect != Dialect::Postgres) {
                    let script = hookproof::sql::script(text, dialect);
                    let certain = |fault: &&&Fault| fault.certain && fault.kind == FaultKind::Syntax;
                    if script.statements.len() == 1
                        && let Some(fault) = script.all_faults().iter().find(certain)
                        && !is_of_the_dialect(fault)
                    {
                        wrong.push(format!("{adapter} text read by {}: {text}\n    {}", dialect.name(), fault.message));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

/// A comma at the end of a list, REVOKE … TO, and SET … ON without a semicolon before it depend on the dialect.
fn is_of_the_dialect(fault: &Fault) -> bool {
    ["does not accept", "REVOKE without FROM", "ends after `on`"].iter().any(|part| fault.message.contains(part))
}

/// Statements as hooks have them, one under the other, for each adapter.
const HOOKS: [(&str, &str); 11] = [
    ("snowflake", include_str!("data/sql_hooks/snowflake.sql")),
    ("bigquery", include_str!("data/sql_hooks/bigquery.sql")),
    ("databricks", include_str!("data/sql_hooks/databricks.sql")),
    ("redshift", include_str!("data/sql_hooks/redshift.sql")),
    ("postgres", include_str!("data/sql_hooks/postgres.sql")),
    ("sqlserver", include_str!("data/sql_hooks/sqlserver.sql")),
    ("clickhouse", include_str!("data/sql_hooks/clickhouse.sql")),
    ("trino", include_str!("data/sql_hooks/trino.sql")),
    ("duckdb", include_str!("data/sql_hooks/duckdb.sql")),
    ("oracle", include_str!("data/sql_hooks/oracle.sql")),
    ("mysql", include_str!("data/sql_hooks/mysql.sql")),
];

#[test]
fn semicolons_end_statements_but_not_inside_blocks() {
    on_a_big_stack(|| {
        assert_eq!(pieces("a; b ;; c", Dialect::Generic), ["a", "b", "c"]);
        assert_eq!(
            pieces("select ';' ; select \";\" -- ;\n; /* ; */", Dialect::Postgres),
            ["select ';'", "select \";\""]
        );
        assert_eq!(pieces("begin; delete from t; commit;", Dialect::Snowflake).len(), 3);
        assert_eq!(pieces("begin transaction; delete from t; end;", Dialect::Postgres).len(), 3);
        assert_eq!(pieces("begin; update t set a = 1; end; select 1", Dialect::Redshift).len(), 4);
        let block = "begin let x := 1; if (x > 0) then return 1; else return case when x = 1 then 2 end; end if; end";
        assert_eq!(pieces(&format!("{block}; select 1"), Dialect::Snowflake), [block, "select 1"]);
        let block =
            "declare x int default 0; begin for r in c do x := x + 1; end for; while (x < 3) do x := 4; end while; end";
        assert_eq!(pieces(&format!("{block};\nselect 1;"), Dialect::Snowflake), [block, "select 1"]);
        assert_eq!(pieces("declare x int64 default 1; set x = 2; select x", Dialect::BigQuery).len(), 3);
        let branch = "if exists (select 1 from t) then begin transaction; delete from t where if(a, b, c) = 1; commit transaction; end if";
        assert_eq!(pieces(&format!("{branch}; select 2"), Dialect::BigQuery), [branch, "select 2"]);
        let handler = "begin select 1; exception when error then select @@error.message; end";
        assert_eq!(pieces(&format!("{handler}; select 2"), Dialect::BigQuery), [handler, "select 2"]);
        let looped = "loop set x = x + 1; if x > 3 then leave; end if; end loop";
        assert_eq!(pieces(&format!("{looped}; select 2"), Dialect::BigQuery), [looped, "select 2"]);
        let procedure =
            "create or replace procedure p() returns string language sql as declare a int; begin a := 1; return a; end";
        assert_eq!(pieces(&format!("{procedure}; call p()"), Dialect::Snowflake), [procedure, "call p()"]);
        let task =
            "create or replace task t warehouse = w as begin insert into a values (1); insert into b values (2); end";
        assert_eq!(pieces(&format!("{task}; alter task t resume"), Dialect::Snowflake), [task, "alter task t resume"]);
        let function = "create function f() returns int as $x$ begin return 1; end; $x$ language plpgsql";
        assert_eq!(pieces(&format!("{function}; select f()"), Dialect::Postgres), [function, "select f()"]);
        let transact = "if object_id('t') is not null begin drop table t; select 1; end";
        assert_eq!(
            pieces(&format!("{transact}; select case a when 1 then 2 end from t; select 3"), Dialect::SqlServer).len(),
            3
        );
        assert_eq!(pieces("if 1 = 1 select 1; else select 2; select 3", Dialect::SqlServer).len(), 2);
        assert_eq!(
            pieces("begin try select 1; end try begin catch throw; end catch; select 1", Dialect::SqlServer).len(),
            2
        );
        assert_eq!(pieces("create procedure p as select 1; select 2;", Dialect::SqlServer).len(), 1);
        let rule = "create or replace rule r as on delete to v do also (delete from t; notify u;)";
        assert_eq!(pieces(&format!("{rule}; select 1"), Dialect::Postgres), [rule, "select 1"]);
        let block = "declare n number := 0; begin n := 1; end";
        assert_eq!(pieces(&format!("{block};\n/\n{block};\n/"), Dialect::Oracle), [block, block]);
        assert_eq!(pieces("declare x number; begin x := 1; end; select 1 from dual", Dialect::Oracle).len(), 2);
        assert_eq!(pieces("select a as \"begin\", t.end from t; select 2", Dialect::SqlServer).len(), 2);
        assert_eq!(pieces("select begin, end from t; select 2", Dialect::Snowflake).len(), 2);
        assert_eq!(
            pieces(
                "create trigger x after insert on t begin delete from a; delete from b; end; select 1",
                Dialect::Sqlite
            )
            .len(),
            2
        );
    });
}

#[test]
fn blank_scripts_say_so() {
    for text in ["", "  \n", "-- a\n/* b */", ";", " ; ; -- x"] {
        assert!(script(text, Dialect::Snowflake).is_blank(), "{text}");
    }
    let script = script("; -- x\n;", Dialect::Snowflake);
    assert_eq!((script.comments, script.lone_semicolons), (vec![2..6], vec![0..1, 7..8]));
}

#[test]
fn outlines_know_the_object() {
    on_a_big_stack(|| {
        let cases = [
            ("drop table if exists a.b", Verb::Drop, ObjectKind::Table, "a.b"),
            ("create or replace transient table db.s.t as select 1", Verb::Create, ObjectKind::Table, "db.s.t"),
            (
                "create or replace row access policy p as (a int) returns boolean -> true",
                Verb::Create,
                ObjectKind::RowAccessPolicy,
                "p",
            ),
            ("create unique index concurrently if not exists i on s.t (a)", Verb::Create, ObjectKind::Index, "i"),
            ("create materialized view mv as select 1", Verb::Create, ObjectKind::MaterializedView, "mv"),
            ("alter table if exists db.s.\"T x\" rename to u", Verb::Alter, ObjectKind::Table, "db.s.\"T x\""),
            ("alter warehouse wh suspend", Verb::Alter, ObjectKind::Warehouse, "wh"),
            ("comment on column s.t.c is 'x'", Verb::Comment, ObjectKind::Column, "s.t.c"),
            ("truncate table s.t", Verb::Truncate, ObjectKind::Table, "s.t"),
            ("insert overwrite into s.t select 1", Verb::Insert, ObjectKind::Table, "s.t"),
            ("delete from s.t where a = 1", Verb::Delete, ObjectKind::Table, "s.t"),
            ("update s.t set a = 1", Verb::Update, ObjectKind::Table, "s.t"),
            ("merge into s.t using u on a = b when matched then delete", Verb::Merge, ObjectKind::Table, "s.t"),
            ("with x as (select 1) delete from s.t", Verb::Delete, ObjectKind::Table, "s.t"),
            ("call s.p(1)", Verb::Call, ObjectKind::Procedure, "s.p"),
            ("use warehouse wh", Verb::Use, ObjectKind::Warehouse, "wh"),
            ("vacuum full table s.t", Verb::Vacuum, ObjectKind::Table, "s.t"),
            ("grant select on all tables in schema db.s to role r", Verb::Grant, ObjectKind::Table, "db.s"),
            ("grant role a to user b", Verb::Grant, ObjectKind::Role, "a"),
            ("refresh materialized view concurrently s.mv", Verb::Refresh, ObjectKind::MaterializedView, "s.mv"),
        ];
        for (text, verb, object, name) in cases {
            let outline = one(text, Dialect::Snowflake).outline;
            assert_eq!((&outline.verb, outline.object.as_ref()), (&verb, Some(&object)), "{text}");
            let found = outline.name.unwrap_or_else(|| panic!("{text}"));
            assert_eq!(found.text, name, "{text}");
            assert_eq!(&text[found.range], name, "{text}");
        }
        let name = |text, dialect| one(text, dialect).outline.name.unwrap().parts;
        assert_eq!(name("drop table `p-1.d.t`", Dialect::BigQuery), ["p-1", "d", "t"]);
        assert_eq!(name("drop table my-project.d.t", Dialect::BigQuery), ["my-project", "d", "t"]);
        assert_eq!(name("drop table [a b].[c]", Dialect::SqlServer), ["a b", "c"]);
        assert_eq!(name("drop table identifier('a.b')", Dialect::Snowflake), ["a", "b"]);
        let more = one("drop table a.b, c", Dialect::Postgres).outline.more_names;
        assert_eq!(more.iter().map(|name| name.text.as_str()).collect::<Vec<_>>(), ["c"]);
    });
}

#[test]
fn outlines_know_guards() {
    on_a_big_stack(|| {
        let guarded = |text, dialect| one(text, dialect).outline.is_guarded();
        assert!(guarded("drop index concurrently if exists s.i", Dialect::Postgres));
        assert!(guarded("create table if not exists t (a int)", Dialect::Snowflake));
        assert!(guarded("create or alter procedure p as select 1", Dialect::SqlServer));
        assert!(guarded("create masking policy if not exists p as (a int) returns int -> 1", Dialect::Snowflake));
        assert!(!guarded("create table t (a int)", Dialect::Snowflake));
        assert!(!guarded("drop view v", Dialect::Snowflake));
        assert!(one("alter table t add column if not exists c int", Dialect::Snowflake).outline.inner_guard);
        let text = "if not exists (select 1 from sys.tables where name = 't') create table s.t (a int)";
        let outline = one(text, Dialect::SqlServer).outline;
        assert_eq!((outline.verb.clone(), outline.object.clone()), (Verb::Create, Some(ObjectKind::Table)));
        assert_eq!(
            outline.condition.clone().map(|range| &text[range]),
            Some("not exists (select 1 from sys.tables where name = 't')")
        );
        assert!(guarded("if object_id('s.t', 'U') is not null drop table s.t", Dialect::SqlServer));
        assert_eq!(one("if 1 = 1 begin select 1 end", Dialect::SqlServer).outline.verb, Verb::Block);
        assert!(one("do $$ begin drop table t; end $$", Dialect::Postgres).outline.opaque);
        assert_eq!(one("begin let x := 1; end", Dialect::Snowflake).outline.verb, Verb::Block);
    });
}

#[test]
fn outlines_know_grants() {
    on_a_big_stack(|| {
        let grant = |text, dialect| {
            let outline = one(text, dialect).outline;
            let to: Vec<String> = outline
                .grantees
                .iter()
                .map(|grantee| format!("{}:{}", grantee.kind.as_deref().unwrap_or(""), grantee.name.text))
                .collect();
            format!(
                "{} | {} | {}",
                outline.privileges.join(","),
                outline.name.map_or(String::new(), |name| name.text),
                to.join(",")
            )
        };
        assert_eq!(
            grant("grant select, insert (a, b) on s.t to r, \"R 2\"", Dialect::Postgres),
            "select,insert | s.t | :r,:\"R 2\""
        );
        assert_eq!(
            grant("grant all privileges on schema db.s to role admin", Dialect::Snowflake),
            "all privileges | db.s | role:admin"
        );
        assert_eq!(grant("revoke select on s.t from group g", Dialect::Redshift), "select | s.t | group:g");
        assert_eq!(grant("grant role a to role b", Dialect::Snowflake), " | a | role:b");
        assert_eq!(
            grant("grant `roles/x` on table p.d.t to 'user:a@b.com'", Dialect::BigQuery),
            "`roles/x` | p.d.t | :'user:a@b.com'"
        );
        assert_eq!(grant("grant select on object::s.t to [my user]", Dialect::SqlServer), "select | s.t | :[my user]");
        assert_eq!(grant("grant on cluster c select on db.* to r", Dialect::ClickHouse), "select | db.* | :r");
        assert!(one("grant select on future tables in schema s to role r", Dialect::Snowflake).outline.on_future);
    });
}

#[test]
fn outlines_know_queries() {
    on_a_big_stack(|| {
        let text = "insert into a.t with x as (select * from raw.r) \
                    select x.id, count(*) from x join b.u on x.id = u.id, c.v where exists (select 1 from d.w) group by 1";
        let outline = one(text, Dialect::Snowflake).outline;
        let reads: Vec<&str> = outline.reads.iter().map(|name| name.text.as_str()).collect();
        assert_eq!(reads, ["raw.r", "b.u", "c.v", "d.w"]);
        assert_eq!((outline.joins, outline.aggregates, outline.group_by, outline.writes_query), (2, true, true, true));
        assert!(outline.where_clause.is_some());
        let outline = one("insert into t (a) values (1)", Dialect::Snowflake).outline;
        assert!(outline.values && !outline.writes_query && outline.reads.is_empty());
        assert!(one("create table t as select 1", Dialect::Snowflake).outline.writes_query);
        assert!(one("delete from t", Dialect::Snowflake).outline.where_clause.is_none());
        assert!(one("delete from t where a in (select b from u)", Dialect::Snowflake).outline.where_clause.is_some());
        assert!(
            one("update t set a = (select max(b) from u where c = 1)", Dialect::Snowflake)
                .outline
                .where_clause
                .is_none()
        );
        let outline = one("select sum(a) over (partition by b) from t", Dialect::Snowflake).outline;
        assert!(outline.windows && !outline.aggregates && outline.is_query());
        let outline = one("select extract(day from ts), a is distinct from b from t", Dialect::Postgres).outline;
        assert_eq!(outline.reads.len(), 1);
    });
}

#[test]
fn certain_faults_name_their_cause() {
    on_a_big_stack(|| {
        let cases = [
            ("vacum s.t", "no statement begins with `vacum`"),
            ("drop table if exist s.t", "`if exist` is no guard"),
            ("drop table if not exists s.t", "DROP takes IF EXISTS, not IF NOT EXISTS"),
            ("create table if not exsts s.t (a int)", "`if not exsts` is no guard"),
            ("grant select on t", "GRANT without TO"),
            ("grant selct on t to r", "`selct` is no privilege"),
            ("grant on t to r", "GRANT names no privilege"),
            ("revoke select on t", "REVOKE without FROM"),
            ("alter table s.t", "ALTER TABLE changes nothing"),
            ("alter tabel s.t add column a int", "`tabel` is no kind of object"),
            ("comment on table t as 'x'", "COMMENT ON … takes IS"),
            ("comment on table t", "COMMENT ON … without IS"),
            ("create or replce view v as select 1", "`replce` is no keyword"),
            ("truncate tabel s.t", "`tabel` is no kind of object"),
            ("update t set a = where b = 1", "a value is missing after `=`"),
            ("delete from t where a = and b = 1", "a value is missing after `=`"),
            ("delete from t where and b = 1", "the condition is missing after `where`"),
            ("delete from t where a = 1 and", "the statement ends after `and`: a condition is missing"),
            ("select * from", "the statement ends after `from`: a table is missing"),
            ("select * from where a = 1", "a table is missing after `from`"),
            ("insert into t (a b) values (1)", "no comma between `a` and `b`"),
            ("insert into t values (1, 2", "the bracket `(` is never closed"),
            ("select 1)", "the bracket `)` closes nothing"),
            ("select 'abc", "the text that begins here is never closed"),
            ("select 1 /* abc", "the comment that begins here is never closed"),
            ("select a,, b from t", "two commas in a row"),
            ("select a from t where b = = 1", "two equals signs with a blank between them"),
            ("select * form t", "`form` is no keyword"),
        ];
        for (text, message) in cases {
            for dialect in
                [Dialect::Snowflake, Dialect::BigQuery, Dialect::Postgres, Dialect::Redshift, Dialect::Databricks]
            {
                assert_eq!(certain(text, dialect).as_deref(), Some(message), "{} {text}", dialect.name());
            }
        }
        assert_eq!(certain("create index i", Dialect::Postgres).as_deref(), Some("CREATE INDEX without ON"));
        assert_eq!(
            certain("create index i on t (a)", Dialect::Redshift).as_deref(),
            Some("Redshift has no CREATE INDEX")
        );
        assert_eq!(
            certain("select a, from t", Dialect::Postgres).as_deref(),
            Some("a comma before FROM, which Postgres does not accept")
        );
        assert_eq!(certain("select a, from t", Dialect::Snowflake), None);
        assert!(
            certain("select 'it\\'s'", Dialect::Postgres).is_some_and(|message| message.starts_with("a backslash"))
        );
        assert_eq!(certain("select 'it\\'s'", Dialect::Snowflake), None);
    });
}

#[test]
fn what_one_warehouse_alone_has_is_no_fault() {
    on_a_big_stack(|| {
        for (text, dialect) in [
            ("select 1 as `a\\`b`", Dialect::ClickHouse),
            ("select 1 as `a\\`b`", Dialect::BigQuery),
            ("create table t (a int) partition by range (a) (partition p values [(1), (2)))", Dialect::MySql),
            ("create lua script s () returns rowcount as x = [[ ( ]] return 1", Dialect::Generic),
            ("select a from t; \n/\ndelete from t", Dialect::Oracle),
            ("select round(scale => 1, expr => 2.25, , rounding_mode => 'HALF_TO_EVEN')", Dialect::Snowflake),
            (r#"{"sql": "select 1", "transaction": false}"#, Dialect::Postgres),
        ] {
            assert_eq!(said(&hookproof::sql::script(text, dialect)), Vec::<String>::new(), "{text}");
        }
    });
}

#[test]
fn likely_faults_are_warnings() {
    on_a_big_stack(|| {
        let mut missed = Vec::new();
        for text in [
            "select a from t group b",
            "insert into t (a, b) value (1, 2",
            "update t where a = 1",
            "merge into t using u when matched then delete",
            "delete from t were a = 1",
            "select a from t wher a = 1 and b = 2",
            "insert into t (a) vlues (1)",
            "update t st a = 1",
            "select a, b form t where c = 1",
        ] {
            for dialect in [Dialect::Snowflake, Dialect::BigQuery, Dialect::Postgres, Dialect::Redshift] {
                let faults = said(&hookproof::sql::script(text, dialect));
                if faults.len() != 1 {
                    missed.push(format!("{} {text} {faults:?}", dialect.name()));
                }
            }
        }
        assert!(missed.is_empty(), "{}", missed.join("\n"));
        let script = script("select a from t group b", Dialect::Snowflake);
        let fault = &script.statements[0].faults[0];
        assert!(!fault.certain);
        assert_eq!(&"select a from t group b"[fault.range.clone()], "group");
        assert_eq!(script.statements[0].parse, Parse::Not);
    });
}

#[test]
fn unknown_values_are_never_blamed() {
    on_a_big_stack(|| {
        for text in [
            "__unknown_1",
            "select __unknown_1 from",
            "grant __unknown_1 on t",
            "delete from t where a in (__unknown_2",
            "insert into t values ('__unknown_3",
            "vacum __unknown_1",
            "select x__unknown_1 y z w from t",
        ] {
            let script = script(text, Dialect::Snowflake);
            assert_eq!(said(&script), Vec::<String>::new(), "{text}");
        }
        assert!(matches!(one("__unknown_1", Dialect::Snowflake).outline.verb, Verb::Other(_)));
    });
}

#[test]
fn nothing_panics() {
    on_a_big_stack(|| {
        let texts: Vec<&str> = cases().map(|case| case.text).collect();
        let scraps = [
            "'",
            "\"",
            "(",
            ")",
            ";",
            "$$",
            "/*",
            "*/",
            "--",
            "`",
            "[",
            "é",
            "\u{1f600}",
            "begin ",
            " end ",
            ",",
            "\\",
            "\n",
            "@",
            ".",
        ];
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut random = move |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state % below as u64).unwrap()
        };
        for round in 0..3_000 {
            let mut text: Vec<char> = texts[round % texts.len()].chars().collect();
            for _ in 0..=random(3) {
                let at = random(text.len() + 1);
                match random(4) {
                    0 => text.truncate(at),
                    1 if at < text.len() => drop(text.remove(at)),
                    2 => text.extend(texts[random(texts.len())].chars().skip(random(20))),
                    _ => drop(text.splice(at..at, scraps[random(scraps.len())].chars())),
                }
            }
            let text: String = text.into_iter().collect();
            let dialect = Dialect::ALL[random(Dialect::ALL.len())];
            let script = script(&text, dialect);
            let mut end = 0;
            for statement in &script.statements {
                assert!(statement.range.start >= end && text.get(statement.range.clone()).is_some(), "{text}");
                end = statement.range.end;
            }
            for fault in script.all_faults() {
                assert!(text.get(fault.range.clone()).is_some(), "{text}");
            }
        }
    });
}

#[test]
fn large_texts_are_read() {
    on_a_big_stack(|| {
        let nested = format!("select {}1{}", "(".repeat(10_000), ")".repeat(10_000));
        assert_eq!(said(&script(&nested, Dialect::Snowflake)), Vec::<String>::new());
        let open = format!("select {}", "(".repeat(10_000));
        assert_eq!(script(&open, Dialect::Snowflake).all_faults().len(), 1);
        let cases = "case when a then ".repeat(5_000);
        assert!(said(&script(&format!("select {cases}"), Dialect::Snowflake)).is_empty());
        let long = format!("insert into t values {}", "(1, 'x'), ".repeat(100_000));
        assert!(long.len() >= 1_000_000);
        assert_eq!(script(long.trim_end_matches([',', ' ']), Dialect::Postgres).statements.len(), 1);
        let sum = format!("select {}1", "1 + ".repeat(9_000));
        assert!(said(&script(&sum, Dialect::Postgres)).is_empty());
        for scrap in ["$a", "$a$", "'", "/*", "\"", "é", ") as (", "begin ", "if ", "@", "[", "a.", ";"] {
            drop(script(&scrap.repeat(50_000), Dialect::Snowflake));
            drop(script(&scrap.repeat(50_000), Dialect::Postgres));
        }
    });
}
