//! The tests of a run: a singular test's own query is executed, others are taken to pass.

use std::rc::Rc;

use super::run::Rehearsal;
use super::stage::Stage;
use super::warehouse::{Effect, Verdict};
use crate::render::database::Database;

/// What a test gave.
pub(super) struct Tested {
    /// What was done.
    pub(super) note: String,
    /// What was executed.
    pub(super) effects: Vec<Effect>,
    /// How many rows it found; none where that is not known.
    pub(super) failures: Option<i64>,
}

/// Runs a test, by its unique id.
pub(super) fn run(rehearsal: &Rehearsal<'_>, stage: &Rc<Stage>, id: &str) -> Tested {
    let taken = |why: &str| Tested { note: format!("taken to pass: {why}"), effects: Vec::new(), failures: None };
    let Some(&at) = rehearsal.by_id.get(id) else { return taken("generic and unit tests are not executed") };
    let database = Rc::clone(stage) as Rc<dyn Database>;
    let rendered = rehearsal.renderer.rehearse_node(at, rehearsal.target, &database);
    stage.take_calls();
    let Some(code) = rendered.code else { return taken("its SQL does not render here") };
    let mut effects = stage.run(code.trim().trim_end_matches(';'));
    match effects.pop() {
        Some(last) if last.verdict == Verdict::Proved => {
            let failures = last.rows.as_ref().map(|rows| i64::try_from(rows.rows.len()).unwrap_or(i64::MAX));
            let note = match failures {
                Some(0) => "no rows".to_owned(),
                Some(1) => "1 row".to_owned(),
                Some(many) => format!("{many} rows"),
                None => "its rows are not known".to_owned(),
            };
            Tested { note, effects: vec![last], failures }
        }
        Some(last) => taken(last.cause.as_deref().unwrap_or("what it reads had to be assumed")),
        None => taken("it has no statement"),
    }
}
