//! Tests in a rehearsal: each ends as the real dbt ends it (dbt-core 1.11.16 on `PostgreSQL` 15, the same projects).

use hookproof::plan::StepKind;
use hookproof::prove::warehouse::Verdict;
use hookproof::prove::{Proof, Step};
use hookproof::{CheckOptions, ProveOptions};

use crate::projects::{Project, small};

fn proof(project: &Project) -> Proof {
    hookproof::prove(&CheckOptions::at(project.path()), &ProveOptions::default()).unwrap().remove(0).proofs.remove(0)
}

/// How the tests and nodes of the first run end, by name: the id's third part.
fn ended(proof: &Proof) -> Vec<(String, &'static str)> {
    let of = |step: &Step| {
        let name = step.node.as_deref()?.split('.').nth(2)?.to_owned();
        let kind = matches!(step.kind, StepKind::Node | StepKind::Test);
        Some((name, step.status.filter(|_| kind)?.name()))
    };
    let mut ended: Vec<_> = proof.runs[0].steps.iter().filter_map(of).collect();
    ended.sort();
    ended
}

/// A project with tests of every kind, most of which find something.
fn tested() -> Project {
    let project = small(&[
        "on-run-start:\n  - create table if not exists {{ target.schema }}.res (id text, status text, failures text)",
        "on-run-end:\n  - \"{% for r in results %}insert into {{ target.schema }}.res values ('{{ r.node.name }}', '{{ r.status }}', '{{ r.failures }}: {{ r.message }}');{% endfor %}\"",
    ]);
    project.write("seeds/raw.csv", "id,kind,amount,parent\n1,a,10,1\n1,b,-5,2\n2,c,,99\n,a,7,\n");
    project.write("models/orders.sql", "select * from {{ ref('raw') }}\n");
    project.write("models/child.sql", "select * from {{ ref('orders') }}\n");
    project.write("models/parents.sql", "select 1 as id union all select 2\n");
    project.write("models/okchild.sql", "select id from {{ ref('parents') }}\n");
    project.write("tests/neg.sql", "select * from {{ ref('orders') }} where amount < 0\n");
    project.write(
        "tests/negwarn.sql",
        "{{ config(severity='warn') }} select * from {{ ref('orders') }} where amount < 0\n",
    );
    project.write(
        "tests/calc.sql",
        "{{ config(fail_calc='sum(id)', error_if='>5', warn_if='>2') }} select * from {{ ref('parents') }}\n",
    );
    project.write("tests/broken.sql", "select nothing from {{ ref('parents') }}\n");
    project.write(
        "macros/own.sql",
        "{% test positive(model, column_name, above=0) %}\nselect * from {{ model }} where {{ column_name }} <= {{ above }}\n{% endtest %}\n\
         {% test same_count(model, other) %}\nselect 1 where (select count(*) from {{ model }}) <> (select count(*) from {{ other }})\n{% endtest %}\n",
    );
    project.write(
        "models/s.yml",
        r#"models:
  - name: orders
    data_tests:
      - same_count: {arguments: {other: "ref('parents')"}}
    columns:
      - name: id
        data_tests:
          - unique
          - not_null: {config: {severity: warn}}
          - unique: {name: unique_where, config: {where: "amount > 0"}}
          - not_null: {name: nn_limit, config: {limit: 1, error_if: ">1", warn_if: ">=1"}}
          - relationships: {name: rel, arguments: {to: ref('parents'), field: id}}
      - name: kind
        data_tests:
          - accepted_values: {name: av, arguments: {values: [a, b]}}
          - accepted_values: {name: avok, arguments: {values: ['a', 'b', 'c']}}
      - name: amount
        data_tests:
          - positive: {name: pos}
          - positive: {name: pos_var, arguments: {above: "{{ var('above', -10) }}"}}
      - name: parent
        data_tests:
          - relationships: {name: relp, arguments: {to: ref('parents'), field: id}}
  - name: parents
    columns:
      - name: id
        data_tests:
          - unique
          - not_null: {config: {store_failures: true}}
          - accepted_values: {name: pav, arguments: {values: [1, 2], quote: false}}
"#,
    );
    project
}

#[test]
fn every_test_ends_as_dbt_ends_it() {
    let proof = proof(&tested());
    let wanted = [
        ("av", "fail"),
        ("avok", "pass"),
        ("broken", "error"),
        ("calc", "warn"),
        ("child", "skipped"),
        ("neg", "fail"),
        ("negwarn", "warn"),
        ("nn_limit", "warn"),
        ("not_null_orders_id", "warn"),
        ("not_null_parents_id", "pass"),
        ("okchild", "skipped"),
        ("orders", "success"),
        ("parents", "success"),
        ("pav", "pass"),
        ("pos", "fail"),
        ("pos_var", "pass"),
        ("raw", "success"),
        ("rel", "pass"),
        ("relp", "fail"),
        ("same_count_orders_ref_parents_", "fail"),
        ("unique_orders_id", "fail"),
        ("unique_parents_id", "pass"),
        ("unique_where", "pass"),
    ];
    assert_eq!(ended(&proof), wanted.map(|(name, status)| (name.to_owned(), status)));
    // A test that finds something is no hook that fails.
    assert!(proof.holds());
    assert!(proof.runs[0].steps.iter().all(|step| !step.is_taken));
}

#[test]
fn a_test_that_fails_tells_how_many_rows_it_found() {
    let project = tested();
    let file = project.path().join("kept.db");
    let wanted = ProveOptions { database: Some(file.clone()), ..ProveOptions::default() };
    hookproof::prove(&CheckOptions::at(project.path()), &wanted).unwrap();
    let rows = hookproof::query(&file, "select distinct failures from main.res where id = 'calc'").unwrap();
    assert_eq!(format!("{:?}", rows.rows), r#"[[Text("3: Got 3 results, configured to warn if >2")]]"#);
    assert!(hookproof::query(&file, "select id from main_dbt_test__audit.not_null_parents_id").is_ok());
}

#[test]
fn a_test_on_what_is_assumed_is_taken_to_pass_and_says_so() {
    let project = small(&[]);
    project.write(
        "models/s.yml",
        "sources:\n  - name: shop\n    tables: [{name: payments}]\nmodels:\n  - name: paid\n    data_tests:\n      - some_rows: {name: rows}\n",
    );
    project.write("models/paid.sql", "select id from {{ source('shop', 'payments') }}\n");
    project.write(
        "macros/t.sql",
        "{% test some_rows(model) %}select 1 where (select count(*) from {{ model }}) = 0{% endtest %}\n",
    );
    let proof = proof(&project);
    let test = proof.runs[0].steps.iter().find(|step| step.kind == StepKind::Test).unwrap();
    assert!(test.is_taken);
    assert_eq!(
        test.note.as_deref(),
        Some("taken to pass: what it reads had to be assumed; on that: Got 1 result, configured to fail if != 0")
    );
}

#[test]
fn a_hook_that_wants_rows_is_not_refuted_where_these_are_assumed() {
    let project = small(&["models:\n  +post-hook: \"{{ wants_rows() }}\""]);
    project.write("models/s.yml", "sources:\n  - name: shop\n    tables: [{name: payments}]\n");
    project.write(
        "macros/t.sql",
        "{% macro wants_rows() %}{% if execute and run_query('select count(*) from ' ~ this).columns[0].values()[0] == 0 %}\
         {{ exceptions.raise_compiler_error('no rows') }}{% endif %}{% endmacro %}\n",
    );
    project.write("models/orders.sql", "select id from {{ source('shop', 'payments') }}\n");
    assert!(proof(&project).holds());
    // Of rows that are known it is.
    project.write("models/orders.sql", "select 1 as id where 1 = 0\n");
    let proof = proof(&project);
    assert_eq!(proof.refuted().next().unwrap().1.verdict(), Some(Verdict::Refuted));
}

#[test]
fn a_seed_that_is_not_loaded_here_is_there_for_its_tests_and_hooks() {
    let project =
        small(&["seeds:\n  +column_types: {day: date}\n  +post-hook: delete from {{ this }} where day is null"]);
    project.write("seeds/days.csv", "day\nnever\n");
    assert!(proof(&project).holds());
}
