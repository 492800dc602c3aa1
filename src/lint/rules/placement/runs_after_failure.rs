//! Finds an on-run-end hook that publishes what was built, without a look at whether it was built.

use crate::hook::HookKind;
use crate::lint::nodes::names_relation;
use crate::lint::reads::hooks_that_read;
use crate::lint::{Finding, Findings, Sink, Step};
use crate::sql::{Name, Verb};

/// What tells how the run went.
const RESULTS: &[&str] = &["results", "schemas", "database_schemas", "load_result"];

fn finding<'f>(step: &Step<'f>) -> Finding<'f> {
    step.finding(format!(
        "`{}` publishes what the run built, and on-run-end hooks run after failures too: what failed, was skipped or is \
         half built is published as well.",
        step.head()
    ))
    .help("ask the results first: `{% if results | selectattr('status', 'in', ['error', 'fail', 'skipped']) | list | length == 0 %}`")
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let is_end = |step: &Step<'_>| step.sql.scene.hook().kind == HookKind::OnRunEnd;
    let published: Vec<Step<'f>> = findings.steps().filter(|step| is_end(step) && publishes(findings, step)).collect();
    if published.is_empty() {
        return;
    }
    let asks = hooks_that_read(findings, RESULTS);
    published.iter().filter(|step| !asks.contains(&step.sql.scene.at)).for_each(|step| sink.add(finding(step)));
}

/// Whether a statement puts something built in the place of what is read.
fn publishes(findings: &Findings<'_>, step: &Step<'_>) -> bool {
    let outline = step.outline();
    let acts = |word: &str| outline.action.iter().any(|known| known == word);
    match outline.verb {
        Verb::Rename | Verb::Exchange => true,
        Verb::Alter => (acts("rename") && !acts("column")) || acts("swap") || acts("exchange") || acts("switch"),
        Verb::Create => {
            let text = step.text().to_lowercase();
            let is_node = |name: &Name| {
                let states = |target| findings.built().map(move |node| findings.renderer.state(target, node));
                let targets = step.sql.scene.judged.rendering.targets.iter().copied();
                targets.flat_map(states).any(|state| names_relation(name, state))
            };
            let copies = outline.writes_query && !outline.temporary && !outline.if_not_exists;
            if copies && outline.reads.iter().any(is_node) {
                return true;
            }
            outline.or_replace && text.split_whitespace().any(|word| word == "clone")
        }
        Verb::Call | Verb::Execute => outline.name.as_ref().is_some_and(|name| {
            let name = name.last().to_lowercase();
            ["publish", "swap", "promote", "deploy", "go_live"].iter().any(|word| name.contains(word))
        }),
        _ => false,
    }
}
