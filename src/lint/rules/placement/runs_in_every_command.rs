//! Finds an on-run hook that changes data in every command of dbt, tests and seeds included.

use crate::lint::reads::hooks_that_read;
use crate::lint::{Finding, Findings, Sink, Step};
use crate::render::context::INVOCATION_ID;
use crate::sql::Verb;

/// What tells which command runs, and on what.
const COMMAND: &[&str] = &["WHICH", "which", "invocation_args_dict", "selected_resources", "results", "rpc_method"];

fn finding<'f>(step: &Step<'f>) -> Finding<'f> {
    let kind = step.sql.scene.hook().kind.name();
    step.finding(format!(
        "`{}` runs in every command that has nodes to work on: {kind} hooks belong to dbt test, seed, snapshot, source \
         freshness and retry as well as to run and build.",
        step.head()
    ))
    .help("where it belongs to some commands only, put it into `{% if flags.WHICH in ('run', 'build') %}…{% endif %}`")
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let is_on_run = |step: &Step<'_>| step.sql.scene.hook().kind.is_on_run();
    let changing: Vec<Step<'f>> = findings.steps().filter(|step| is_on_run(step) && changes(step)).collect();
    if changing.is_empty() {
        return;
    }
    let asks = hooks_that_read(findings, COMMAND);
    changing.iter().filter(|step| !asks.contains(&step.sql.scene.at)).for_each(|step| sink.add(finding(step)));
}

/// Whether a statement changes data, rows of a log aside.
fn changes(step: &Step<'_>) -> bool {
    let outline = step.outline();
    // A row of the run itself belongs to every command that writes one.
    if step.text().contains(INVOCATION_ID) {
        return false;
    }
    match outline.verb {
        Verb::Delete | Verb::Truncate | Verb::Update | Verb::Merge | Verb::Call => true,
        Verb::Insert => outline.writes_query,
        Verb::Create => outline.writes_query && !outline.temporary && !outline.if_not_exists,
        Verb::Drop => !outline.temporary,
        _ => false,
    }
}
