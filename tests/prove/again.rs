//! What is repeated: a second run, and one with the same `invocation_id`.

use hookproof::prove::Proof;
use hookproof::prove::warehouse::SqlValue;
use hookproof::{CheckOptions, ProveOptions};

use crate::projects::{Project, small};

fn proof(project: &Project) -> (Proof, String) {
    let wanted = ProveOptions::default();
    let mut proved = hookproof::prove(&CheckOptions::at(project.path()), &wanted).unwrap();
    let text = hookproof::report::prove::text(&proved[0], 100, false, false);
    (proved.remove(0).proofs.remove(0), text)
}

#[test]
fn the_rows_that_double_are_shown_with_the_statement_that_wrote_them() {
    let project = small(&[
        "on-run-start:\n  - create table if not exists {{ target.schema }}.roles (name text, level integer)\n  - insert into {{ target.schema }}.roles values ('reporter', 1), ('loader', 2)",
        "on-run-end:\n  - update {{ target.schema }}.roles set level = 3 where name = 'loader'",
    ]);
    let (proof, text) = proof(&project);
    let [drift] = proof.second_run.as_slice() else { panic!("{:?}", proof.second_run) };
    assert_eq!((drift.doubled, drift.columns.as_slice()), (2, ["name".to_owned(), "level".to_owned()].as_slice()));
    let mut rows = drift.rows.clone();
    rows.sort_by_key(|row| format!("{row:?}"));
    let text_of = |text: &str| SqlValue::Text(text.to_owned());
    assert_eq!(rows, [[text_of("loader"), SqlValue::Integer(3)], [text_of("reporter"), SqlValue::Integer(1)]]);
    // The statement that adds rows, not the one that changes them.
    let written = drift.written.as_ref().unwrap();
    assert_eq!(&*written.sql, "insert into main.roles values ('reporter', 1), ('loader', 2)");
    assert!(written.place.is_some());
    assert!(text.contains("      name: reporter, level: 1\n"), "{text}");
}

#[test]
fn a_key_of_the_invocation_fails_only_where_the_invocation_is_repeated() {
    let project = small(&[
        "on-run-start:\n  - create table if not exists {{ target.schema }}.audit (id text primary key)\n  - insert into {{ target.schema }}.audit values ('{{ invocation_id }}')",
    ]);
    let (proof, text) = proof(&project);
    assert!(proof.holds());
    assert_eq!(proof.second_run, []);
    let retry = proof.retry.as_ref().unwrap();
    assert_eq!(retry.invocation_id, proof.runs[1].invocation_id);
    let [step] = retry.failed.as_slice() else { panic!("{:?}", retry.failed) };
    let error = step.statements[0].error.as_deref().unwrap();
    assert!(error.starts_with("duplicate key value violates unique constraint \"audit_pkey\""), "{error}");
    let told = "  a run repeated with the same invocation_id, which dbt never does, would fail in \
                operation.small.small-on-run-start-1\n";
    assert!(text.contains(told), "{text}");
}

#[test]
fn a_log_doubles_only_where_the_invocation_is_repeated() {
    let project = small(&[
        "on-run-start:\n  - create table if not exists {{ target.schema }}.log (id text, at timestamp)",
        "on-run-end:\n  - insert into {{ target.schema }}.log values ('{{ invocation_id }}', '{{ run_started_at }}')",
    ]);
    let (proof, text) = proof(&project);
    assert_eq!(proof.second_run, []);
    let told = "  a run repeated with the same invocation_id, which dbt never does, would double rows in d.main.log\n";
    assert!(text.contains(told), "{text}");
    let proved = hookproof::prove(&CheckOptions::at(project.path()), &ProveOptions::default()).unwrap();
    assert!(!hookproof::report::prove::text(&proved[0], 100, false, true).contains("invocation_id"));
    let retry = proof.retry.unwrap();
    assert!(retry.failed.is_empty());
    assert_eq!(retry.doubled.iter().map(|drift| drift.doubled).collect::<Vec<_>>(), [1]);
}

#[test]
fn a_kept_database_has_the_two_runs_and_not_the_retry() {
    let project = small(&[
        "on-run-start:\n  - create table if not exists {{ target.schema }}.log (id text)",
        "on-run-end:\n  - insert into {{ target.schema }}.log values ('{{ invocation_id }}')",
    ]);
    let file = project.path().join("kept.db");
    let wanted = ProveOptions { database: Some(file.clone()), ..ProveOptions::default() };
    let proved = hookproof::prove(&CheckOptions::at(project.path()), &wanted).unwrap();
    assert_eq!(hookproof::query(&file, "select count(*) from log").unwrap().rows, [[SqlValue::Integer(2)]]);
    assert_eq!(proved[0].proofs[0].retry.as_ref().unwrap().doubled.len(), 1);
}

#[test]
fn a_privilege_that_only_a_first_run_gives_is_told() {
    // On PostgreSQL the table of the second run is another, and has no grants.
    let project = small(&[
        "on-run-start:\n  - create table if not exists {{ target.schema }}.log (id text)",
        "on-run-end:\n  - insert into {{ target.schema }}.log values ('{{ invocation_id }}')",
        "models:\n  +materialized: table\n  +post-hook: \"{{ grant_once() }}\"",
    ]);
    project.write(
        "macros/t.sql",
        "{% macro grant_once() %}{% if execute and run_query('select count(*) from ' ~ target.schema ~ '.log').columns[0].values()[0] == 0 %}\
         grant select on {{ this }} to reporter{% endif %}{% endmacro %}\n",
    );
    let (proof, text) = proof(&project);
    assert!(proof.holds());
    let told = "reporter may select on d.main.orders after the first run, by model.small.orders.post-hook.0, and \
                no longer after the second";
    assert!(text.contains(told), "{text}");
}
