//! Finds a statement that the warehouse refuses inside a transaction, in a hook that runs in one.

use crate::diagnostic::{Confidence, Edit, Fix, Safety};
use crate::hook::{Declared, Hook, HookKind};
use crate::lint::{Findings, Scene, Sink, Step};
use crate::source::Place;
use crate::sql::{Dialect, Refused, Verb, refused_in_transaction};

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for step in findings.steps() {
        let Some(refused) = refused(&step) else { continue };
        let scene = step.sql.scene;
        let hook = scene.hook();
        // The statements of one call are one transaction on PostgreSQL.
        let together = step.dialect() == Dialect::Postgres && step.sql.script.statements.len() > 1;
        let inside = scene.is_inside() && !is_committed_before(&scene);
        let why = if inside {
            format!("this {} runs inside the transaction of its node", hook.kind.name())
        } else if together {
            "PostgreSQL takes the statements of one hook for one transaction".to_owned()
        } else {
            continue;
        };
        let message = format!("{why}, where {} fails with \"{}\".", refused.what, refused.says);
        let message = message.chars().next().map_or(String::new(), |first| first.to_uppercase().to_string())
            + message.get(1..).unwrap_or_default();
        let help = match (inside, together, hook.kind) {
            (true, false, HookKind::PostHook) => "set `transaction: false` for this hook",
            (true, true, HookKind::PostHook) => "give it a hook of its own, with `transaction: false`",
            (true, _, _) => "move it to on-run-start, in a hook of its own",
            _ => "give it a hook of its own",
        };
        let confidence = if refused.measured { Confidence::High } else { Confidence::Medium };
        let alone = inside && !together && hook.kind == HookKind::PostHook && is_own_text(&step);
        let fix = if alone { outside(findings, hook) } else { None };
        sink.add(step.finding(message).help(help).confidence(confidence).fix(fix));
    }
}

/// Why a statement is refused; in a post-hook, a `DuckDB` holds changes of its node that CHECKPOINT cannot pass.
fn refused(step: &Step<'_>) -> Option<Refused> {
    let outline = step.outline();
    let post = step.sql.scene.hook().kind == HookKind::PostHook;
    if step.dialect() == Dialect::DuckDb && outline.verb == Verb::Checkpoint && post {
        let says = "Cannot CHECKPOINT: the current transaction has transaction local changes".to_owned();
        return Some(Refused { what: "CHECKPOINT".to_owned(), says, measured: true });
    }
    refused_in_transaction(outline, step.dialect())
}

/// Whether a pre-hook outside the transaction comes before, after which `PostgreSQL` has none (facts X11).
fn is_committed_before(scene: &Scene<'_>) -> bool {
    let checked = &scene.findings.checked;
    let same = |other: &&crate::lint::Checked<'_>| other.hook.node == scene.hook().node;
    let before = checked[..scene.at].iter().rev().take_while(same);
    let after = checked[scene.at..].iter().take_while(same);
    let outside = |hook: &Hook| hook.kind == HookKind::PreHook && !hook.transaction;
    scene.adapter() == "postgres" && before.chain(after).any(|other| outside(other.hook))
}

/// Whether the statement is all that the hook's text has.
fn is_own_text(step: &Step<'_>) -> bool {
    let scene = &step.sql.scene;
    std::ptr::eq(step.sql.script, &raw const *scene.judged.script) && scene.judged.queries.is_empty()
}

/// Writes the hook as a mapping with `transaction: false`, where its text is one quoted text.
fn outside(findings: &Findings<'_>, hook: &Hook) -> Option<Fix> {
    let place = hook.raw.place_of(0..hook.raw.as_str().len())?;
    let text = &findings.project.sources.get(place.file).text;
    let (start, end) = (place.start as usize, place.end as usize);
    let (before, after) = (text.get(..start)?, text.get(end..)?);
    let quote = before.chars().next_back().filter(|one| matches!(one, '"' | '\''))?;
    let after = after.strip_prefix(quote)?;
    let before = &before[..start - 1];
    let literal = &text[start - 1..=end];
    let (open, key) = match hook.declared {
        Declared::Config => {
            let follows = after.trim_start().starts_with([',', ']', ')', '}']);
            let opens = before.trim_end().ends_with(['=', '[', ',', ':']);
            (follows && opens, ("{\"sql\": ", ", \"transaction\": False}"))
        }
        Declared::Project | Declared::Properties => {
            let line = before.rsplit('\n').next().unwrap_or_default().trim();
            let ends = after.lines().next().unwrap_or_default().trim();
            let takes_map = match line {
                "-" => true,
                // Without the plus a mapping is a folder of that name (facts D13).
                key => key.ends_with(':') && (hook.declared == Declared::Properties || key.starts_with('+')),
            };
            (takes_map && (ends.is_empty() || ends.starts_with('#')), ("{sql: ", ", transaction: false}"))
        }
    };
    open.then(|| Fix {
        title: "set `transaction: false`".to_owned(),
        safety: Safety::Safe,
        edits: vec![Edit {
            place: Place { start: place.start - 1, end: place.end + 1, ..place },
            text: format!("{}{literal}{}", key.0, key.1),
        }],
    })
}
