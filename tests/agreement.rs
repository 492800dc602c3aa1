//! What the real dbt did with projects that it ran twice on one database, against what the rehearsal says of them.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "prove/agree.rs"]
mod agree;
#[path = "oracle/command.rs"]
mod command;
#[path = "prove/known.rs"]
mod known;
#[path = "prove/twice.rs"]
mod twice;

use std::collections::{BTreeMap, BTreeSet};

use agree::{Difference, Tally, compare};
use known::KNOWN;
use rayon::prelude::*;
use twice::projects;

#[test]
#[allow(clippy::print_stdout)]
fn hooks_fail_in_the_rehearsal_where_they_fail_in_dbt() {
    let projects = projects();
    // A macro that calls itself goes deep.
    let threads = rayon::ThreadPoolBuilder::new().stack_size(256 << 20).build().unwrap();
    let compared: Vec<(String, Tally, Vec<Difference>)> = threads.install(|| {
        let commands =
            projects.par_iter().flat_map(|project| project.commands.par_iter().map(move |one| (project, one)));
        let one = |(project, command): (&twice::Project, &twice::Command)| {
            let (tally, found) = compare(project, command);
            (project.name.clone(), tally, found)
        };
        commands.map(one).collect()
    });
    let mut total = Tally::default();
    let mut known = BTreeSet::new();
    let (mut listed, mut failures) = (Vec::new(), Vec::new());
    for (name, tally, found) in compared {
        total += tally;
        for one in found {
            let cause = KNOWN.iter().find(|(project, about, _)| *project == name && one.about.contains(about));
            match cause {
                // What dbt ran is never refuted.
                Some((project, about, cause)) if !one.is_false_alarm => {
                    known.insert((*project, *about));
                    listed.push(format!("{name} {}\n    {cause}", one.text));
                }
                _ => failures.push(format!("{name} {}: {}", one.about, one.text)),
            }
        }
    }
    for (project, about, _) in KNOWN.iter().filter(|(project, about, _)| !known.contains(&(*project, *about))) {
        failures.push(format!("{project} {about}: agrees, and is listed as known to differ"));
    }
    let mut by_adapter: BTreeMap<&str, usize> = BTreeMap::new();
    for project in &projects {
        *by_adapter.entry(&project.adapter).or_default() += 1;
    }
    println!("{} projects {by_adapter:?}, {total}", projects.len());
    println!("{} known to differ\n{}", listed.len(), listed.join("\n"));
    assert!(failures.is_empty(), "{} differences\n{}", failures.len(), failures.join("\n"));
    assert!(by_adapter.values().sum::<usize>() >= 60 && by_adapter.len() == 2, "{by_adapter:?}");
}
