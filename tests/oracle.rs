//! Every recorded hook of `tests/oracle/cases` against what hookproof makes of it, byte for byte.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "oracle/command.rs"]
mod command;
#[path = "oracle/compare.rs"]
mod compare;
#[path = "oracle/known.rs"]
mod known;
#[path = "oracle/recorded.rs"]
mod recorded;

use std::collections::BTreeSet;

use compare::{Tally, compare};
use known::KNOWN;
use recorded::cases;

#[test]
#[allow(clippy::print_stdout)]
fn hooks_become_what_dbt_makes_of_them() {
    let mut tally = Tally::default();
    let mut known: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut failures = Vec::new();
    let cases = cases();
    for case in &cases {
        for run in &case.runs {
            for difference in compare(case, run, &mut tally) {
                let listed = KNOWN.iter().find(|(name, id, _)| *name == case.name && *id == difference.id);
                match listed {
                    Some((name, id, _)) => {
                        known.insert((name, id));
                    }
                    None => {
                        failures.push(format!("{} ({}) {}: {}", case.name, run.name, difference.id, difference.text));
                    }
                }
            }
        }
    }
    for (name, id, cause) in KNOWN {
        if !known.contains(&(*name, *id)) {
            failures.push(format!("{name} {id}: agrees, and is listed as known to differ ({cause})"));
        }
    }
    println!(
        "{} cases, {} runs ({} refused by dbt), {} hooks: {} compared in the run pass, {} in the parse pass only",
        cases.len(),
        tally.runs,
        tally.refused,
        tally.rendered + tally.parsed_only,
        tally.rendered,
        tally.parsed_only
    );
    println!(
        "{} agree on the first rendering, {} with something unknown in them; {} fail in both, {} with dbt's message; {} known to differ",
        tally.first,
        tally.with_unknown,
        tally.failing,
        tally.same_message,
        known.len()
    );
    assert!(failures.is_empty(), "{} differences\n{}", failures.len(), failures.join("\n"));
    assert!(tally.rendered >= 500, "only {} hooks were compared", tally.rendered);
}
