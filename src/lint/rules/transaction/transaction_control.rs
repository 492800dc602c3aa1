//! Finds BEGIN, COMMIT and ROLLBACK in a hook that runs in dbt's own transaction, or in none.

use crate::diagnostic::{Confidence, Severity};
use crate::hook::HookKind;
use crate::lint::{Finding, Findings, Scene, Sink, Step};
use crate::sql::Verb;

/// What a statement does to a transaction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Control {
    Begin,
    Commit,
    Rollback,
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for scene in findings.scenes() {
        let controls: Vec<(Step<'f>, Control)> =
            scene.steps().filter_map(|step| Some((step, control(&step)?))).collect();
        scene.steps().filter_map(|step| outside_of_any(&step)).for_each(|found| sink.add(found));
        if controls.is_empty() {
            continue;
        }
        if scene.is_inside() {
            // What follows the first one is a consequence of it.
            let worst = controls.iter().find(|(_, control)| *control != Control::Begin).or(controls.first());
            let first = if scene.adapter() == "duckdb" { controls.first() } else { worst };
            if let Some((step, control)) = first {
                if let Some(found) = inside(&scene, step, *control) {
                    sink.add(found);
                }
            }
        } else if scene.hook().kind.is_on_run() {
            if let Some(found) = of_nothing(&scene, &controls) {
                sink.add(found);
            }
        }
    }
}

fn control(step: &Step<'_>) -> Option<Control> {
    let outline = step.outline();
    let may = matches!(outline.verb, Verb::Begin | Verb::Start | Verb::Commit | Verb::Rollback | Verb::Abort);
    if !may || outline.opaque || outline.placeholder {
        return None;
    }
    let savepoint = crate::lint::existence::words(step.text()).any(|word| word.eq_ignore_ascii_case("savepoint"));
    let text = step.text().to_ascii_lowercase();
    match outline.verb {
        _ if savepoint || text.contains("prepared") => None,
        // A scripting block begins with the word too.
        Verb::Begin if is_plain(&text) => Some(Control::Begin),
        Verb::Start if text.contains("transaction") => Some(Control::Begin),
        Verb::Commit => Some(Control::Commit),
        Verb::Rollback | Verb::Abort => Some(Control::Rollback),
        _ => None,
    }
}

/// What stands alone in an on-run hook of `PostgreSQL` and has a meaning only where a transaction is open.
fn outside_of_any<'f>(step: &Step<'f>) -> Option<Finding<'f>> {
    let outline = step.outline();
    let scene = step.sql.scene;
    let alone = step.sql.script.statements.len() == 1 && !outline.opaque;
    if !alone || scene.adapter() != "postgres" || !scene.hook().kind.is_on_run() {
        return None;
    }
    let says = |word: &str| crate::lint::existence::words(step.text()).any(|known| known.eq_ignore_ascii_case(word));
    let what = match outline.verb {
        Verb::Savepoint => "SAVEPOINT",
        Verb::Declare if says("cursor") && !says("hold") => "DECLARE CURSOR",
        Verb::Lock => "LOCK",
        _ => return None,
    };
    let begins = |other: Scene<'f>| other.steps().any(|step| control(&step) == Some(Control::Begin));
    let mut on_run = scene.findings.scenes().filter(|other| other.hook().kind.is_on_run());
    if on_run.any(begins) {
        return None;
    }
    let help = format!("write BEGIN, {what}, what it is for and COMMIT in one hook");
    let finding = if what == "LOCK" {
        let message = "Each on-run hook is committed on its own: the lock ends with this hook.";
        step.finding(message).severity(Severity::Warning)
    } else {
        step.finding(format!(
            "Each on-run hook is committed on its own, and this one fails with \"{what} can only be used in transaction \
             blocks\"."
        ))
    };
    Some(finding.help(help))
}

/// Whether a BEGIN stands alone or with words about transactions.
fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 9] =
        ["work", "transaction", "tran", "isolation", "read", "deferred", "immediate", "exclusive", "not"];
    text.split_whitespace().nth(1).is_none_or(|word| WORDS.contains(&word))
}

/// In a hook inside the node's transaction.
fn inside<'f>(scene: &Scene<'f>, step: &Step<'f>, control: Control) -> Option<Finding<'f>> {
    let post = scene.hook().kind == HookKind::PostHook;
    let adapter = scene.adapter();
    let duckdb = adapter == "duckdb";
    let known = matches!(adapter, "postgres" | "duckdb");
    if !known && adapter != "redshift" {
        return None;
    }
    let (severity, message) = match control {
        Control::Begin if duckdb => (
            Severity::Error,
            "This hook runs inside the transaction of its node, where BEGIN fails with \"cannot start a transaction \
                 within a transaction\".",
        ),
        Control::Commit | Control::Rollback if duckdb => (
            Severity::Error,
            "This hook ends the transaction that dbt builds the node in, and dbt's own COMMIT fails with \"cannot \
                 commit - no transaction is active\".",
        ),
        Control::Begin => {
            (Severity::Warning, "This hook runs inside the transaction of its node: BEGIN begins none, it only warns.")
        }
        Control::Commit => (
            Severity::Warning,
            "This hook commits the transaction that dbt builds the node in: where something fails after it, what is \
                 done by then stays.",
        ),
        Control::Rollback if post => (
            Severity::Error,
            "This hook rolls back the transaction that dbt built the node in: the node is gone, and dbt counts it as \
             a success.",
        ),
        Control::Rollback => (
            Severity::Warning,
            "This hook rolls back the transaction that dbt builds the node in, and none is begun after it.",
        ),
    };
    let help = "remove it: dbt begins and commits the transaction; or run the hook outside, with `transaction: false`";
    let confidence = if known { Confidence::High } else { Confidence::Medium };
    Some(step.finding(message).severity(severity).confidence(confidence).help(help))
}

/// In an on-run hook, where no transaction is open but one that another hook began.
fn of_nothing<'f>(scene: &Scene<'f>, controls: &[(Step<'f>, Control)]) -> Option<Finding<'f>> {
    let (step, first) = controls.first()?;
    let begins = |other: Scene<'f>| other.steps().any(|step| control(&step) == Some(Control::Begin));
    let mut on_run = scene.findings.scenes().filter(|other| other.hook().kind.is_on_run());
    if scene.adapter() != "duckdb" || *first == Control::Begin || on_run.any(begins) {
        return None;
    }
    let kind = scene.hook().kind.name();
    let does = if *first == Control::Commit { "commit" } else { "rollback" };
    let message = format!(
        "No transaction is open in an {kind} hook: it fails with \"cannot {does} - no transaction is active\"."
    );
    Some(step.finding(message).help("remove it"))
}
