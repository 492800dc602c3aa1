//! What a rehearsal says of what it could not judge, of what did not run, and of what it took for granted.

use hookproof::prove::Proof;
use hookproof::prove::warehouse::Verdict;
use hookproof::report::prove::Proved;
use hookproof::{CheckOptions, ProveOptions};

use crate::projects::{Project, small};

fn proved(project: &Project) -> Proved {
    proved_with(project, &ProveOptions::default())
}

fn proved_with(project: &Project, wanted: &ProveOptions) -> Proved {
    hookproof::prove(&CheckOptions::at(project.path()), wanted).unwrap().remove(0)
}

fn text(proved: &Proved) -> String {
    hookproof::report::prove::text(proved, 100, false, false)
}

/// What had to be assumed, and by whom it is needed.
fn assumed(proof: &Proof) -> Vec<(String, Vec<String>)> {
    let needs = |by: &[std::sync::Arc<str>]| by.iter().map(ToString::to_string).collect();
    proof.assumptions.iter().map(|one| (one.name.clone(), needs(&one.needed_by))).collect()
}

/// A project without a profile, and with nothing that tells its adapter.
fn without_profile(parts: &[&str]) -> Project {
    let project = small(parts);
    std::fs::remove_file(project.path().join("profiles.yml")).unwrap();
    project
}

#[test]
fn a_dispatch_without_an_adapter_is_not_refuted() {
    let project = without_profile(&["on-run-end:\n  - \"{{ small.upload() }}\""]);
    project.write(
        "macros/upload.sql",
        "{% macro upload() %}{{ return(adapter.dispatch('upload', 'small')()) }}{% endmacro %}\n\
         {% macro postgres__upload() %}select 1{% endmacro %}\n\
         {% macro clickhouse__upload() %}select 1{% endmacro %}\n",
    );
    let printed = proved(&project);
    assert_eq!(printed.proofs[0].refuted().count(), 0, "{}", text(&printed));
    // Nothing of it is printed, and it may do something all the same.
    project.edit("dbt_project.yml", |text| text.replace("{{ small.upload() }}", "{% do small.upload() %}"));
    let told = text(&proved(&project));
    assert!(told.contains("nothing is refuted, and nothing is proved"), "{told}");
    assert!(told.contains("depends on the adapter: name it with --adapter"), "{told}");
}

#[test]
fn a_proof_of_nothing_does_not_hold() {
    let project = small(&["on-run-end:\n  - do $$ begin null; end $$"]);
    let proof = proved(&project);
    let verdicts = |proof: &Proof| {
        let steps = proof.runs.iter().flat_map(|run| &run.steps).filter(|step| step.hook.is_some());
        steps.filter_map(hookproof::prove::Step::verdict).collect::<Vec<_>>()
    };
    assert_eq!(verdicts(&proof.proofs[0]), [Verdict::NotProved; 2]);
    let headline = "nothing is refuted, and nothing is proved";
    let told = text(&proof);
    assert!(told.contains(headline) && !told.contains("the proof holds"), "{told}");
    let page = hookproof::report::prove::html(std::slice::from_ref(&proof));
    assert!(
        page.contains(&format!("<p class=\"verdict not-proved\">{headline}</p>")) && !page.contains("the proof holds")
    );
    assert!(proof.holds());
    let strict = proved_with(&project, &ProveOptions { strict: true, ..ProveOptions::default() });
    assert!(!strict.holds());
    assert!(text(&strict).contains("the proof fails"));
}

#[test]
fn what_dbt_makes_of_ephemeral_models_is_not_assumed() {
    let project = small(&["on-run-end:\n  - select * from {{ target.schema }}.__dbt__cte__base"]);
    assert_eq!(assumed(&proved(&project).proofs[0]), []);
    project.edit("profiles.yml", |text| text.replace("type: postgres", "type: snowflake"));
    assert_eq!(assumed(&proved(&project).proofs[0]), []);
}

#[test]
fn procedures_of_sql_server_are_not_assumed() {
    let project = small(&[
        "on-run-end:\n  - exec sp_executesql N'select 1'\n  - exec sys.sp_anything 'x'\n  - exec sp_of_ours 'x'",
    ]);
    project.edit("profiles.yml", |text| text.replace("type: postgres", "type: sqlserver"));
    let assumed: Vec<String> = assumed(&proved(&project).proofs[0]).into_iter().map(|(name, _)| name).collect();
    assert!(matches!(assumed.as_slice(), [one] if one.ends_with("sp_of_ours")), "{assumed:?}");
}

#[test]
fn what_a_test_needs_is_not_said_to_be_needed_by_the_step_before() {
    let project = small(&["on-run-start:\n  - select 1"]);
    project.write("seeds/codes.csv", "id\n1\n");
    project.write(
        "models/sources.yml",
        "version: 2\nsources:\n  - name: raw\n    tables:\n      - name: orders\n        columns:\n          \
         - name: id\n            tests: [not_null]\n",
    );
    let assumed = assumed(&proved(&project).proofs[0]);
    let [(name, by)] = assumed.as_slice() else { panic!("{assumed:?}") };
    assert_eq!(name, "d.raw.orders");
    assert!(
        !by.is_empty() && by.iter().all(|one| one.starts_with("test.small.source_not_null_raw_orders_id")),
        "{by:?}"
    );
}

#[test]
fn a_target_that_only_hooks_name_is_said_not_to_be_rehearsed() {
    let parts = ["on-run-end:\n  - \"{% if target.name == 'prd_pii' %}select 1{% endif %}\""];
    let told = text(&proved(&small(&parts)));
    let said = "target prd_pii, which only hooks name, is not rehearsed: ";
    assert_eq!(told.matches(said).count(), 1, "{told}");
    let project = without_profile(&parts);
    let told = text(&proved(&project));
    assert!(told.contains(&format!("{said}`--target prd_pii` rehearses it")), "{told}");
    let options = CheckOptions { target: Some("prd_pii".to_owned()), ..CheckOptions::at(project.path()) };
    let proved = hookproof::prove(&options, &ProveOptions::default()).unwrap().remove(0);
    assert_eq!(proved.proofs[0].target, "prd_pii");
    assert!(!text(&proved).contains("not rehearsed"));
}

#[test]
fn hooks_that_do_not_run_after_a_failure_are_named() {
    let project =
        small(&["on-run-end:\n  - insert into nowhere_of_ours.log (id) values (1, 2)\n  - select 1\n  - select 2"]);
    let told = text(&proved(&project));
    let line = "  2 hooks did not run, since operation.small.small-on-run-end-0 failed: \
                operation.small.small-on-run-end-1 and operation.small.small-on-run-end-2\n";
    // Once for each target, though both runs fail.
    assert_eq!(told.matches(line).count(), 2, "{told}");
}

#[test]
fn what_failed_to_make_a_relation_does_not_make_it_later() {
    let project = small(&[
        "on-run-end:\n  - select * from {{ target.schema }}.orders",
        "models:\n  +materialized: table\n  +post-hook: alter table {{ this }} drop column nosuch",
    ]);
    project.write("models/later.sql", "select * from {{ ref('orders') }}\n");
    let told = text(&proved(&project));
    assert!(told.contains("model.small.orders, which makes it, failed"), "{told}");
    assert!(!told.contains("makes it later"), "{told}");
}

#[test]
fn columns_of_what_is_assumed_are_cut_to_the_width() {
    let columns: Vec<String> = (0..60).map(|n| format!("column_{n}")).collect();
    let project = small(&[&format!("on-run-end:\n  - select {} from elsewhere.wide", columns.join(", "))]);
    let told = hookproof::report::prove::text(&proved(&project), 140, false, false);
    let line = told.lines().find(|line| line.contains("table d.elsewhere.wide")).unwrap();
    assert!(line.chars().count() <= 140, "{line}");
    assert!(line.contains("(column_0, column_1") && line.contains(" more), needed by "), "{line}");
}
