//! Whole rehearsals: what holds, what is refuted and where.

#![allow(clippy::unwrap_used)]

#[path = "prove/again.rs"]
mod again;
#[path = "prove/projects.rs"]
mod projects;
#[path = "prove/said.rs"]
mod said;
#[path = "prove/tested.rs"]
mod tested;
#[path = "prove/validations.rs"]
mod validations;

use hookproof::prove::warehouse::{SqlValue, Verdict};
use hookproof::prove::{Failing, Proof, Step, Truth, fates};
use hookproof::{CheckOptions, ProveOptions};

use projects::{Project, guide, small};

/// The rehearsals of a project, by target.
fn proofs(project: &Project) -> Vec<Proof> {
    let mut proved = hookproof::prove(&CheckOptions::at(project.path()), &ProveOptions::default()).unwrap();
    proved.remove(0).proofs
}

/// What is refuted: the run, who, and why.
fn refuted(proof: &Proof) -> Vec<(usize, String, String)> {
    let cause = |step: &Step| {
        let of_statement = step.statements.iter().find(|one| one.verdict == Verdict::Refuted);
        let of_statement = of_statement.and_then(|one| one.error.clone());
        of_statement.or_else(|| step.trouble.as_ref().map(|trouble| trouble.message.clone())).unwrap_or_default()
    };
    let owner = |step: &Step| match step.hook {
        Some(hook) => proof.hooks[hook].id.clone(),
        None => step.node.as_deref().unwrap_or_default().to_owned(),
    };
    proof.refuted().map(|(run, step)| (run, owner(step), cause(step))).collect()
}

#[test]
fn the_guide_holds_and_its_zeros_are_pointed_out() {
    let proofs = proofs(&guide());
    assert_eq!(proofs.iter().map(|proof| proof.target.as_str()).collect::<Vec<_>>(), ["dev", "prod"]);
    for proof in &proofs {
        assert_eq!(refuted(proof), [], "{}", proof.target);
        assert!(proof.notes.iter().any(|note| note.message.contains("`models`")), "{:?}", proof.notes);
    }
}

#[test]
fn the_guide_with_results_for_models_holds() {
    let project = guide();
    project.edit("macros/audit.sql", |text| text.replace("models |", "results |"));
    for proof in proofs(&project) {
        assert_eq!(refuted(&proof), [], "{}", proof.target);
        assert!(proof.notes.is_empty(), "{:?}", proof.notes);
    }
}

#[test]
fn validation_fails_on_a_negative_total_with_its_own_message() {
    let project = guide();
    project.edit("seeds/raw_orders.csv", |text| text + "999,1,2024-01-09,-5.00\n");
    for proof in proofs(&project) {
        let refuted = refuted(&proof);
        assert!(
            refuted.iter().any(|(run, owner, why)| {
                *run == 1 && owner.contains("fct_orders") && why.contains("Negative order totals found!")
            }),
            "{refuted:?}"
        );
    }
}

#[test]
fn a_hook_may_work_in_dev_and_fail_in_prod() {
    let project = small(&[
        "on-run-start:\n  - create table if not exists {{ target.schema }}.log (id integer, target text)",
        "on-run-end:\n  - insert into {{ target.schema }}.log (id, {{ 'target' if target.name == 'dev' else 'taget' }}) values (1, 'x')",
    ]);
    let proofs = proofs(&project);
    assert_eq!(refuted(&proofs[0]), []);
    let prod = refuted(&proofs[1]);
    assert_eq!(prod.len(), 2, "{prod:?}");
    assert_eq!(prod[0].2, "column \"taget\" of relation \"log\" does not exist");
}

#[test]
fn a_hook_may_fail_on_the_second_run_only() {
    let project = small(&["on-run-start:\n  - create table {{ target.schema }}.log (id integer)"]);
    let proof = proofs(&project).remove(0);
    let refuted = refuted(&proof);
    assert_eq!(refuted.len(), 1, "{refuted:?}");
    assert_eq!((refuted[0].0, refuted[0].2.as_str()), (2, "relation \"log\" already exists"));
}

#[test]
fn what_stands_twice_after_a_second_run_is_told() {
    let project = small(&[
        "on-run-start:\n  - create table if not exists {{ target.schema }}.roles (name text)",
        "on-run-end:\n  - insert into {{ target.schema }}.roles values ('reporter')",
    ]);
    let proof = proofs(&project).remove(0);
    assert_eq!(refuted(&proof), []);
    assert_eq!(proof.second_run.iter().map(|drift| drift.doubled).collect::<Vec<_>>(), [1]);
    let log = small(&[
        "on-run-start:\n  - create table if not exists {{ target.schema }}.log (id text)",
        "on-run-end:\n  - insert into {{ target.schema }}.log values ('{{ invocation_id }}')",
    ]);
    assert_eq!(proofs(&log).remove(0).second_run, []);
}

/// The rehearsals of a project with drills, by target.
fn drilled(project: &Project) -> Vec<Proof> {
    let wanted = ProveOptions { drill: true, ..ProveOptions::default() };
    hookproof::prove(&CheckOptions::at(project.path()), &wanted).unwrap().remove(0).proofs
}

#[test]
fn a_summary_that_counts_no_failure_is_refuted_by_a_drill() {
    let with_status = |status: &str| {
        let count = format!("results | selectattr('status', 'equalto', '{status}') | list | length");
        small(&[
            "on-run-start:\n  - create table if not exists {{ target.schema }}.runs (id text, failed integer)",
            &format!(
                "on-run-end:\n  - insert into {{{{ target.schema }}}}.runs (id, failed) values ('{{{{ invocation_id }}}}', {{{{ {count} }}}})"
            ),
        ])
    };
    let wrong = drilled(&with_status("failed")).remove(0);
    assert_eq!(refuted(&wrong), []);
    assert!(!wrong.holds());
    let told: Vec<&str> =
        wrong.drills.iter().flat_map(|drill| &drill.misreports).map(|one| one.message.as_str()).collect();
    assert_eq!(told, ["failed is 0 in a run in which 1 failed"]);
    assert!(wrong.drills.iter().flat_map(|drill| &drill.misreports).all(|one| one.place.is_some()));
    let right = drilled(&with_status("error")).remove(0);
    assert!(right.holds(), "{:?}", right.drills);
}

#[test]
fn a_log_with_a_row_for_each_node_is_no_summary() {
    let rows = "{% for r in results %}('{{ invocation_id }}', '{{ r.node.name }}', '{{ r.status }}')\
                {{ ',' if not loop.last }}{% endfor %}";
    let project = small(&[
        "on-run-start:\n  - create table if not exists main.log (id text, node text, status text)",
        &format!("on-run-end:\n  - insert into main.log (id, node, status) values {rows}"),
    ]);
    project.write("models/other.sql", "select 2 as id\n");
    let single = small(&[
        "on-run-start:\n  - create table if not exists main.log (id text, node text, status text)",
        "on-run-end:\n  - \"update main.log set status = '{{ results[0].status }}' where node = '{{ results[0].node.name }}'\"",
    ]);
    single.write("models/other.sql", "select 2 as id\n");
    for proof in drilled(&project).into_iter().chain(drilled(&single)) {
        for drill in &proof.drills {
            assert!(drill.misreports.is_empty(), "{:?}", drill.misreports);
        }
    }
}

#[test]
fn what_a_failing_model_leaves_behind_is_told() {
    let project = small(&[
        "on-run-start:\n  - create table if not exists {{ target.schema }}.log (id text)",
        "models:\n  +pre-hook:\n    - {sql: \"insert into {{ target.schema }}.log values ('outside {{ invocation_id }}')\", transaction: false}\n    - insert into {{ target.schema }}.log values ('inside {{ invocation_id }}')",
    ]);
    let proof = drilled(&project).remove(0);
    let node = proof.drills.iter().find(|drill| matches!(drill.failing, Failing::Node(_))).unwrap();
    assert_eq!(node.truth, Truth { well: 0, failed: 1, skipped: 0 });
    // On PostgreSQL a hook outside ends the transaction for good, so that the one inside stays as well (facts X11).
    assert_eq!(node.left_behind, ["d.main.log has 2 rows more"]);
    assert_eq!(fates(node).iter().map(|(_, is_undone)| *is_undone).collect::<Vec<_>>(), [false, false]);
}

#[test]
fn what_a_failing_model_rolls_back_is_told_transaction_by_transaction() {
    let project = small(&[
        "on-run-start:\n  - create table if not exists {{ target.schema }}.log (id text)",
        "on-run-end:\n  - insert into {{ target.schema }}.log values ('end {{ invocation_id }}')\n  - insert into {{ target.schema }}.log values ('last {{ invocation_id }}')",
        "models:\n  +pre-hook: insert into {{ target.schema }}.log values ('inside {{ invocation_id }}')\n  +post-hook: [\"insert into {{ target.schema }}.log values ('post {{ invocation_id }}')\", {sql: \"insert into {{ target.schema }}.log values ('after {{ invocation_id }}')\", transaction: false}]",
    ]);
    let proof = drilled(&project).remove(0);
    let named = |failing: &Failing| match failing {
        Failing::Node(id) | Failing::Test(id) => id.to_string(),
        Failing::Hook(hook) => proof.hooks[*hook].id.clone(),
    };
    let told = |failing: &str| {
        let drill = proof.drills.iter().find(|drill| named(&drill.failing) == failing).unwrap();
        let fates: Vec<(&str, bool)> =
            fates(drill).into_iter().map(|(hook, is_undone)| (proof.hooks[hook].id.as_str(), is_undone)).collect();
        (fates, drill.left_behind.clone())
    };
    let pre = "model.small.orders.pre-hook.0";
    let rows = |count: usize| vec![format!("d.main.log has {count} row{} more", if count == 1 { "" } else { "s" })];
    // The model fails, or the hook after it in its transaction: what the hook before it did is gone (facts X13).
    assert_eq!(told("model.small.orders"), (vec![(pre, true)], rows(2)));
    assert_eq!(told("model.small.orders.post-hook.0"), (vec![(pre, true)], rows(2)));
    // A hook at the end fails: those after it are skipped (facts X16).
    assert_eq!(told("operation.small.small-on-run-end-0"), (vec![], rows(3)));
}

#[test]
fn a_summary_of_tests_says_nothing_of_a_model_and_is_refuted_where_a_test_fails() {
    let count = "results | selectattr('status', 'equalto', 'failed') | list | length";
    let project = small(&[
        "on-run-start:\n  - create table if not exists {{ target.schema }}.runs (id text, tests_failed integer)",
        &format!(
            "on-run-end:\n  - insert into {{{{ target.schema }}}}.runs (id, tests_failed) values ('{{{{ invocation_id }}}}', {{{{ {count} }}}})"
        ),
    ]);
    project.write("tests/none.sql", "select 1 as id from {{ ref('orders') }} where id > 5\n");
    let proof = drilled(&project).remove(0);
    let wrong =
        |drill: &hookproof::prove::Drill| drill.misreports.iter().map(|one| one.message.clone()).collect::<Vec<_>>();
    for drill in &proof.drills {
        let wanted = match drill.failing {
            Failing::Test(_) => vec!["tests_failed is 0 in a run in which 1 failed".to_owned()],
            _ => Vec::new(),
        };
        assert_eq!(wrong(drill), wanted, "{:?}", drill.failing);
    }
}

#[test]
fn a_kept_database_answers_in_the_dialect_of_the_project() {
    let project = small(&[
        "on-run-start:\n  - create table if not exists {{ target.schema }}.audit_run (id text, at timestamp)",
        "on-run-end:\n  - insert into {{ target.schema }}.audit_run values ('{{ invocation_id }}', current_timestamp)",
    ]);
    let file = project.path().join("kept.db");
    std::fs::write(&file, "what was there").unwrap();
    let wanted = ProveOptions { database: Some(file.clone()), ..ProveOptions::default() };
    let proved = hookproof::prove(&CheckOptions::at(project.path()), &wanted).unwrap();
    assert_eq!(proved[0].proofs.iter().map(|proof| proof.target.as_str()).collect::<Vec<_>>(), ["dev"]);
    let rows = hookproof::query(&file, "select at::date as day, count(*) as runs from audit_run group by 1 order by 1")
        .unwrap();
    assert_eq!(rows.names, ["day", "runs"]);
    let text = |text: &str| SqlValue::Text(text.to_owned());
    let wanted = [[text("2024-01-02"), SqlValue::Integer(1)], [text("2024-01-03"), SqlValue::Integer(1)]];
    assert_eq!(rows.rows, wanted);
    for refused in ["attach 'x.db' as x", "drop table audit_run; select 1", "select * from nowhere_known(1)"] {
        assert!(hookproof::query(&file, refused).is_err(), "{refused}");
    }
    assert!(hookproof::query(&project.path().join("models/orders.sql"), "select 1").is_err());
}

#[test]
fn the_page_needs_nothing_else_and_escapes_what_it_shows() {
    let project = small(&["on-run-end:\n  - insert into {{ target.schema }}.log values ('<script>alert(1)</script>')"]);
    let proved = hookproof::prove(&CheckOptions::at(project.path()), &ProveOptions::default()).unwrap();
    let page = hookproof::report::prove::html(&proved);
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    for outside in ["<script", "http://", "https://", "src=", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn a_project_without_nodes_is_rehearsed() {
    let project = small(&["on-run-start:\n  - create table if not exists {{ target.schema }}.log (id text)"]);
    std::fs::remove_file(project.path().join("models/orders.sql")).unwrap();
    for proof in proofs(&project) {
        assert!(proof.holds());
    }
}

#[test]
fn a_schema_that_nothing_makes_is_assumed() {
    let project = small(&[
        "on-run-start:\n  - create table if not exists audit.runs (id text)\n  - create schema if not exists made\n  - create table if not exists made.runs (id text)\n  - create table if not exists {{ target.schema }}.runs (id text)",
    ]);
    let proof = proofs(&project).remove(0);
    assert_eq!(refuted(&proof), []);
    let assumed: Vec<&str> = proof.assumptions.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(assumed, ["d.audit"]);
}

#[test]
fn a_model_whose_columns_have_one_name_does_not_refute_its_hook() {
    let project = small(&[]);
    let config = "{{ config(materialized='table', post_hook=\"comment on table {{ this }} is 'x'\") }}";
    project.write("models/twice.sql", &format!("{config} select 1 as id, 2 as ID, nosuch(3) as id"));
    for proof in proofs(&project) {
        assert_eq!(refuted(&proof), [], "{}", proof.target);
    }
}

#[test]
fn temporary_tables_go_with_their_connection() {
    let project = small(&[
        "on-run-start:\n  - create temporary table hold as select 1 as id\n  - create table if not exists {{ target.schema }}.seen (n integer)\n  - insert into {{ target.schema }}.seen select id from hold",
        "on-run-end:\n  - create temporary table hold as select 2 as id",
        "models:\n  +pre-hook: create temporary table hold as select 3 as id",
    ]);
    let proof = proofs(&project).remove(0);
    assert_eq!(refuted(&proof), []);
    let filled: Vec<Option<u64>> = proof
        .runs
        .iter()
        .map(|run| run.filled.iter().find(|one| one.object.rsplit('.').next() == Some("seen")).unwrap().rows)
        .collect();
    assert_eq!(filled, [Some(1), Some(2)]);
}

#[test]
fn what_a_warehouse_would_show_is_not_taken_for_nothing() {
    let project = small(&["on-run-end:\n  - \"{{ shown() }}\""]);
    project.edit("profiles.yml", |text| text.replace("type: postgres", "type: snowflake"));
    project.write(
        "macros/shown.sql",
        "{% macro shown() %}{% if execute %}{% set found = run_query('show tags in schema d.main') %}\
         {% do log(found.columns.get('name').values()) %}select 1{% endif %}{% endmacro %}",
    );
    for proof in proofs(&project) {
        assert_eq!(refuted(&proof), [], "{}", proof.target);
    }
}

/// A hook that fails where a table has fewer rows than so many.
fn needs_rows(table: &str, count: u32) -> String {
    format!(
        "{{{{ config(materialized='table', post_hook=\"{{{{ enough('{table}', {count}) }}}}\") }}}} select 1 as id\n-- depends_on: {{{{ ref('{table}') }}}}"
    )
}

const ENOUGH: &str = "{% macro enough(table, least) %}{% if execute %}\
     {% set found = run_query('select count(*) from ' ~ ref(table)).columns[0].values()[0] %}\
     {% if found < least %}{{ exceptions.raise_compiler_error('too few: ' ~ found) }}{% endif %}{% endif %}{% endmacro %}";

#[test]
fn rows_that_are_not_known_refute_nothing() {
    let project = small(&[]);
    project.write("macros/enough.sql", ENOUGH);
    // More rows than a rehearsal reads.
    let rows: String = (0..10_500).map(|row| format!("{row}\n")).collect();
    project.write("seeds/many.csv", &format!("id\n{rows}"));
    project.write("models/after_many.sql", &needs_rows("many", 10_400));
    // A query that is not executed here, with columns that are all known.
    project.write("models/promised.sql", "{{ config(materialized='table') }} select nosuch(1) as id");
    project.write(
        "models/schema.yml",
        "models:\n  - name: promised\n    config: {contract: {enforced: true}}\n    columns:\n      - {name: id, data_type: integer}",
    );
    project.write("models/after_promised.sql", &needs_rows("promised", 1));
    for proof in proofs(&project) {
        assert_eq!(refuted(&proof), [], "{}", proof.target);
    }
    project.write("models/after_many.sql", &needs_rows("few", 2));
    project.write("seeds/few.csv", "id\n1\n");
    let found = refuted(&proofs(&project)[0]);
    assert!(found.iter().any(|(_, id, cause)| id.contains("after_many") && cause.contains("too few: 1")), "{found:?}");
}

#[test]
fn what_reads_a_seed_stays_when_the_seed_is_loaded_again() {
    for (columns, text) in [("geometry(Geometry, 2263)", "POLYGON ((0 0, 1 1))"), ("json", "no json")] {
        let project =
            small(&[&format!("seeds:\n  small:\n    shapes:\n      +column_types: {{shape: \"{columns}\"}}")]);
        project.write("seeds/shapes.csv", &format!("id,shape\n1,\"{text}\"\n"));
        project.write(
            "models/drawn.sql",
            "{{ config(materialized='view', post_hook='select count(*) from {{ this }}') }} select * from {{ ref('shapes') }}",
        );
        for proof in proofs(&project) {
            assert_eq!(refuted(&proof), [], "{columns}");
        }
    }
}
