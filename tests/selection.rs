//! What a command selects, against what real dbt selected in the same project.

#![allow(clippy::expect_used)]

use std::collections::BTreeSet;
use std::path::Path;

use hookproof::invocation::Invocation;
use hookproof::plan::StepKind;
use hookproof::{CheckOptions, PlanOptions};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    select: Option<String>,
    exclude: Option<String>,
    indirect: String,
    ids: BTreeSet<String>,
}

#[test]
fn nodes_are_selected_as_dbt_selects_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/selection");
    let recorded = std::fs::read_to_string(folder.join("dbt.json")).expect("the recording is there");
    let cases: Vec<Case> = serde_json::from_str(&recorded).expect("the recording is JSON");
    assert!(cases.len() > 100, "only {} cases", cases.len());
    let mut differences = Vec::new();
    for case in cases {
        let mut command = format!("build --indirect-selection {}", case.indirect);
        for (option, given) in [("--select", &case.select), ("--exclude", &case.exclude)] {
            if let Some(given) = given {
                command.extend([" ", option, " '", given, "'"]);
            }
        }
        let mut options = CheckOptions::at(&folder);
        options.profiles_dir = Some(folder.clone());
        let wanted =
            PlanOptions { command: Invocation::parse(&command).expect("the command is known"), every_target: false };
        let planned = hookproof::plan(&options, &wanted).expect("the project is planned").remove(0);
        let steps = planned.plans[0].steps.iter();
        let is_run = |kind: StepKind| matches!(kind, StepKind::Node | StepKind::Test);
        let ours: BTreeSet<String> =
            steps.filter(|step| is_run(step.kind)).filter_map(|step| step.node.as_deref().map(str::to_owned)).collect();
        // A build runs unit tests with their models only, though dbt lists them by themselves.
        let is_run = |id: &String| !id.starts_with("unit_test.") || case.ids.contains("model.shop.orders");
        let dbt: BTreeSet<String> = case.ids.iter().filter(|id| is_run(id)).cloned().collect();
        if ours != dbt {
            differences.push(format!("{command}\n       dbt {dbt:?}\n hookproof {ours:?}"));
        }
    }
    assert!(differences.is_empty(), "{} differ\n{}", differences.len(), differences.join("\n"));
}
