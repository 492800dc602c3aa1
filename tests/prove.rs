//! Whole rehearsals: what holds, what is refuted and where.

#![allow(clippy::unwrap_used)]

#[path = "prove/projects.rs"]
mod projects;

use hookproof::prove::warehouse::Verdict;
use hookproof::prove::{Proof, Step};
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
