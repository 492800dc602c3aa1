//! Mistakes of the kinds people make, each put into a working project: what dbt says of them is recorded, what
//! `check` says of them is counted.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "mistakes/cases.rs"]
mod cases;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use cases::{Case, cases, recorded};
use hookproof::diagnostic::{Confidence, Diagnostic, Severity};
use hookproof::prove::warehouse::Verdict;
use hookproof::{CheckOptions, ProveOptions};
use rayon::prelude::*;

/// At least this many in 100 of the edits on which dbt fails have an error of at least medium confidence.
const FAILS_CALLED_ERRORS: usize = 95;

/// At least this many in 100 of the edits that go wrong in silence have at least a warning.
const SILENT_CALLED_WARNINGS: usize = 95;

/// At least this many in 100 of the edits on which dbt fails are found by `check` or by `prove`.
const FAILS_FOUND: usize = 97;

/// What the tool says of a case, at its worst.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Said {
    Nothing,
    Warning(String),
    Error(String),
}

fn said(case: &Case) -> Said {
    let folder = tempfile::tempdir().unwrap();
    case.write(folder.path());
    let reports = match hookproof::check(&CheckOptions::at(folder.path())) {
        Ok(reports) => reports,
        Err(error) => return Said::Error(error.to_string()),
    };
    let found = reports.iter().flat_map(|report| &report.diagnostics);
    let worst = |found: &Diagnostic| match found.severity {
        Severity::Error if found.confidence != Confidence::Low => Said::Error(found.rule.to_string()),
        Severity::Error | Severity::Warning => Said::Warning(found.rule.to_string()),
        Severity::Info => Said::Nothing,
    };
    found.map(worst).max().unwrap_or(Said::Nothing)
}

/// The cases, and what the tool says of each.
fn outcomes() -> Vec<(Case, Said)> {
    let outcome = |case: Case| {
        let said = said(&case);
        (case, said)
    };
    // A macro that calls itself goes deep.
    let threads = rayon::ThreadPoolBuilder::new().stack_size(256 << 20).build().unwrap();
    threads.install(|| cases().into_par_iter().map(outcome).collect())
}

#[test]
fn mistakes_are_found_and_harmless_edits_are_not() {
    let outcomes = outcomes();
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut misses = String::new();
    for (case, said) in &outcomes {
        let right = match case.expect.as_str() {
            "fails" => matches!(said, Said::Error(_)),
            "silent" => matches!(said, Said::Error(_) | Said::Warning(_)),
            _ => !matches!(said, Said::Error(_)),
        };
        let count = counts.entry(&case.expect).or_default();
        count.1 += 1;
        count.0 += usize::from(right);
        if !right {
            let told = match said {
                Said::Nothing => "nothing".to_owned(),
                Said::Warning(rule) | Said::Error(rule) => rule.clone(),
            };
            writeln!(misses, "{:8} {:50} {told}", case.expect, case.id).unwrap();
        }
    }
    println!("{misses}");
    for (class, (right, all)) in &counts {
        println!("{class:8} {right} of {all}");
    }
    let of_100 = |class: &str| counts.get(class).map_or(100, |(right, all)| right * 100 / all);
    assert!(of_100("fails") >= FAILS_CALLED_ERRORS, "{misses}");
    assert!(of_100("silent") >= SILENT_CALLED_WARNINGS, "{misses}");
    assert_eq!(of_100("harmless"), 100, "{misses}");
}

/// Why a rehearsal of a case fails, at its first failing step; none where it holds.
fn refuted(case: &Case) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    case.write(folder.path());
    let proved = match hookproof::prove(&CheckOptions::at(folder.path()), &ProveOptions::default()) {
        Ok(proved) => proved,
        Err(error) => return Some(error.to_string()),
    };
    let proof = proved.iter().flat_map(|one| &one.proofs).find(|proof| !proof.holds())?;
    let (run, step) = proof.refuted().next()?;
    let owner =
        step.hook.map_or_else(|| step.node.as_deref().unwrap_or_default(), |hook| proof.hooks[hook].id.as_str());
    let of_statement = step.statements.iter().find(|one| one.verdict == Verdict::Refuted);
    let of_statement = of_statement.and_then(|one| one.error.as_deref());
    let cause = of_statement.or_else(|| step.trouble.as_ref().map(|trouble| trouble.message.as_str()));
    Some(format!(
        "{} run {run} {owner}: {}",
        proof.target,
        cause.unwrap_or_default().lines().next().unwrap_or_default()
    ))
}

#[test]
fn what_fails_is_found_by_check_or_by_the_rehearsal() {
    let measured = recorded();
    let threads = rayon::ThreadPoolBuilder::new().stack_size(256 << 20).build().unwrap();
    let found = threads.install(|| {
        let both = |case: Case| {
            let outcome = measured.get(&case.id).unwrap_or(&case.expect).clone();
            let called = outcome == "fails" && matches!(said(&case), Said::Error(_));
            // A rehearsal takes its time: where `check` has the error already it adds nothing.
            let refuted = if called || outcome == "silent" { None } else { refuted(&case) };
            (case.id, outcome, called, refuted)
        };
        cases().into_par_iter().map(both).collect::<Vec<_>>()
    });
    let mut text = String::new();
    let (mut fails, mut known) = (0, 0);
    let mut wrong = Vec::new();
    for (id, outcome, called, refuted) in &found {
        match (outcome.as_str(), refuted) {
            ("fails", refuted) => {
                fails += 1;
                known += usize::from(*called || refuted.is_some());
                if !called && refuted.is_none() {
                    writeln!(text, "not found: {id}").unwrap();
                }
            }
            ("harmless", Some(cause)) => wrong.push(format!("{id}: {cause}")),
            _ => {}
        }
    }
    println!("{text}{known} of {fails} that fail are found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(known * 100 >= fails * FAILS_FOUND, "{text}");
}

#[test]
fn every_case_is_recorded_as_it_is_expected() {
    let measured = recorded();
    let odd = cases().into_iter().filter_map(|case| {
        let found = measured.get(&case.id).map_or("not recorded", String::as_str);
        (found != case.expect).then(|| format!("{} expects {}, and is {found}", case.id, case.expect))
    });
    let odd: Vec<String> = odd.collect();
    assert!(odd.is_empty(), "{}", odd.join("\n"));
}
