//! Finds an on-run-start hook whose SQL raises an error to stop the run, where the run goes on.

use crate::diagnostic::{Edit, Fix, Safety};
use crate::hook::HookKind;
use crate::lint::{Finding, Findings, Sink, Step};
use crate::source::Place;
use crate::sql::Verb;

const FLAG: &str = "skip_nodes_if_on_run_start_fails";

fn finding<'f>(findings: &Findings<'f>, step: &Step<'f>) -> Finding<'f> {
    step.finding(
        "This raises an error to stop the run, and the run goes on: when an on-run-start hook fails, dbt skips the hooks \
         after it and builds the nodes all the same.",
    )
    .help(format!("set `{FLAG}: true` below `flags:` in dbt_project.yml"))
    .fix(fix(findings))
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let flag = findings.project.root().setting("flags").and_then(|flags| flags.get(FLAG));
    // What Jinja makes of it is not known.
    if flag.is_some_and(|flag| flag.as_bool() != Some(false)) {
        return;
    }
    for step in findings.steps() {
        if step.sql.scene.hook().kind == HookKind::OnRunStart && raises(&step) {
            sink.add(finding(findings, &step));
        }
    }
}

/// Whether a statement is there to fail when something is wrong.
fn raises(step: &Step<'_>) -> bool {
    let text = step.text().to_lowercase();
    match step.outline().verb {
        Verb::Raise | Verb::Assert => true,
        Verb::Block | Verb::If | Verb::Begin | Verb::Declare => {
            ["raise exception", "raiserror", "throw ", "raise using"].iter().any(|raise| text.contains(raise))
        }
        Verb::Select | Verb::With | Verb::From => {
            let called = |name: &str| {
                text.match_indices(name).any(|(at, _)| {
                    let part_of_word = |one: char| one.is_alphanumeric() || matches!(one, '_' | '.' | '\'' | '"');
                    !text[..at].ends_with(part_of_word) && text[at + name.len()..].trim_start().starts_with('(')
                })
            };
            let squeezed: String = text.chars().filter(|one| !one.is_whitespace()).collect();
            let divides = ["1/0", "1/count(", "1/case", "1/(case"].iter().any(|one| squeezed.contains(one));
            divides || called("error") || called("raise_error")
        }
        _ => false,
    }
}

/// Sets the flag, where `dbt_project.yml` has no flags yet.
fn fix(findings: &Findings<'_>) -> Option<Fix> {
    let root = findings.project.root();
    let text = &findings.project.sources.get(root.file).text;
    let end = text.len() as u32;
    let place = Place { file: root.file, start: end, end };
    let newline = if text.ends_with('\n') { "" } else { "\n" };
    let flags = root.settings.get("flags");
    flags.is_none().then(|| Fix {
        title: format!("set `{FLAG}`"),
        safety: Safety::Unsafe,
        edits: vec![Edit { place, text: format!("{newline}\nflags:\n  {FLAG}: true\n") }],
    })
}
