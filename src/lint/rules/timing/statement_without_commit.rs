//! Finds `{% call statement() %}` in an on-run hook that begins a transaction which nobody commits.

use std::collections::HashSet;

use crate::hook::HookKind;
use crate::lint::{Finding, Findings, Scene, Sink, Step};
use crate::sql::Verb;

fn finding<'f>(step: &Step<'f>) -> Finding<'f> {
    step.finding(
        "`statement` begins a transaction, and in an on-run hook nobody commits it: what this statement and the hooks after \
         it write is rolled back, and dbt reports success.",
    )
    .help("add `auto_begin=False` to the call, use `run_query`, or write the statement as the hook's text")
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    // Who ends transactions by hand knows of them.
    let by_hand = |one: &crate::project::Macro| findings.project.sources.slice(one.block).contains("adapter.commit");
    if findings.project.macros.iter().any(by_hand) {
        return;
    }
    let on_run = || findings.scenes().filter(|scene| scene.hook().kind.is_on_run());
    let commits: HashSet<HookKind> = on_run().filter(commits).map(|scene| scene.hook().kind).collect();
    for scene in on_run() {
        let hook = scene.hook();
        // PostgreSQL's driver commits each statement of these hooks; most others have no transactions.
        let begins = matches!(scene.adapter(), "duckdb" | "redshift");
        if !begins || commits.contains(&hook.kind) {
            continue;
        }
        let mut at = 0;
        for (query, script) in &scene.judged.queries {
            let range = at..at + script.statements.len();
            at = range.end;
            if query.begins {
                scene
                    .steps()
                    .filter(|step| range.contains(&step.at))
                    .filter(writes)
                    .for_each(|step| sink.add(finding(&step)));
            }
        }
    }
}

fn writes(step: &Step<'_>) -> bool {
    let verb = &step.outline().verb;
    !verb.only_asks() && !matches!(verb, Verb::Set | Verb::Use)
}

/// Whether a hook commits, or calls what does.
fn commits(scene: &Scene<'_>) -> bool {
    scene.hook().raw.as_str().contains("commit")
        || scene.steps().any(|step| step.text().to_ascii_lowercase().contains("commit"))
}
