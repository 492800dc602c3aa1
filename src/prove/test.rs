//! The tests of a run: each is executed as dbt does it, and taken to pass where that cannot be done.

use std::rc::Rc;

use super::run::Rehearsal;
use super::stage::{Stage, database_error};
use super::warehouse::{Effect, Kind, Replaced, SqlValue, Verdict};
use crate::datum::Datum;
use crate::render::database::Database;
use crate::render::{DataTest, Detail, RehearsedTest, Status, TestCode};

/// What a test gave.
pub(super) struct Tested {
    /// What was done.
    pub(super) note: String,
    /// What was executed.
    pub(super) effects: Vec<Effect>,
    /// How it ends.
    pub(super) status: Status,
    /// What `results` tells of it.
    pub(super) detail: Detail,
    /// Whether it is taken to pass.
    pub(super) is_taken: bool,
    /// What is worth a look of it.
    pub(super) notice: Option<String>,
}

impl Tested {
    /// A test of a drill, which finds a row.
    pub(super) fn made_to_fail() -> Tested {
        let message = "Got 1 result, configured to fail if != 0".to_owned();
        let detail = Detail { message: Some(message), failures: Some(1), rows: None };
        let note = "made to fail".to_owned();
        Tested { note, effects: Vec::new(), status: Status::Fail, detail, is_taken: false, notice: None }
    }

    /// A test that cannot be executed. What its queries were refused for is no fault of a hook, and may come of rows
    /// that had to be assumed.
    fn taken(why: &str, mut effects: Vec<Effect>) -> Tested {
        for refused in effects.iter_mut().filter(|one| one.verdict == Verdict::Refuted) {
            refused.verdict = Verdict::NotProved;
        }
        let detail = Detail { message: None, failures: Some(0), rows: None };
        let note = format!("taken to pass: {why}");
        Tested { note, effects, status: Status::Pass, detail, is_taken: true, notice: None }
    }
}

/// Runs a test, by its unique id.
pub(super) fn run(rehearsal: &Rehearsal<'_>, stage: &Rc<Stage>, id: &str) -> Tested {
    let Some(test) = rehearsal.plan.tests.get(id) else {
        return Tested::taken("it is not among the tests of the project", Vec::new());
    };
    if matches!(test.code, TestCode::Unit) {
        let notice = missing_input(rehearsal, stage, test);
        return Tested { notice, ..Tested::taken("unit tests are not executed", Vec::new()) };
    }
    let database = Rc::clone(stage) as Rc<dyn Database>;
    let rendered = rehearsal.renderer.rehearse_test(test, rehearsal.target, &database);
    let mut effects: Vec<Effect> = stage.take_calls().into_iter().flatten().collect();
    let Some(verdict) = rendered.verdict.as_deref().filter(|_| rendered.unknown.is_empty()) else {
        let error = rendered.error.as_ref().map(|error| error.message.as_str());
        let why = rendered.unknown.first().map(String::as_str).or(error).unwrap_or("its SQL does not render here");
        return Tested::taken(why, effects);
    };
    let is_guessed = effects.iter().any(|one| one.guessed || one.verdict >= Verdict::Assumed);
    let asked = stage.run(verdict);
    let last = asked.last().cloned();
    effects.extend(asked);
    let Some(last) = last else { return Tested::taken("it has no statement", effects) };
    let is_guessed = is_guessed || last.guessed || last.verdict == Verdict::Assumed;
    if let Some(answer) = Answer::of(&last) {
        store(rehearsal, stage, &rendered);
        return judged(&rendered, &answer, is_guessed, effects);
    }
    let cause = last.cause.clone().unwrap_or_else(|| "what it gives is not known".to_owned());
    if last.verdict == Verdict::Refuted && !is_guessed {
        // What is wrong with a test is no fault of a hook.
        if let Some(refused) = effects.last_mut() {
            refused.verdict = Verdict::NotProved;
        }
        let message = database_error(&cause).replacen(
            "Database Error",
            &format!("Database Error in test {} ({})", test.name, test.path),
            1,
        );
        let detail = Detail { message: Some(message), failures: None, rows: None };
        let note = format!("error: {cause}");
        return Tested { note, effects, status: Status::Error, detail, is_taken: false, notice: None };
    }
    Tested::taken(&cause, effects)
}

/// What a unit test needs that is not there: dbt asks the warehouse for the columns of its inputs, and of the model
/// itself where `this` is one (recorded: unit-tests).
fn missing_input(rehearsal: &Rehearsal<'_>, stage: &Rc<Stage>, test: &DataTest) -> Option<String> {
    let &[model] = test.nodes.as_slice() else { return None };
    let mut entries = rehearsal.project.properties.iter().filter(|entry| entry.section == "unit_tests");
    let entry = entries.find(|entry| entry.package == test.package && entry.name == test.name)?;
    let given = entry.datum.get("given").and_then(Datum::as_list).unwrap_or_default();
    let is_this = |one: &Datum| one.get("input").and_then(Datum::as_str).is_some_and(|input| input.trim() == "this");
    let name = stage.name(rehearsal.relation(model)?);
    let is_there = rehearsal.warehouse.borrow().catalog().relation(&name).is_some();
    (!is_there && given.iter().any(is_this)).then(|| {
        let (test, model) = (&test.id, &rehearsal.project.nodes[model].unique_id);
        format!("{test} is taken to pass: where {name} is not there yet dbt cannot execute it, and skips {model}")
    })
}

/// What dbt's query of a test gives.
struct Answer {
    failures: i64,
    warns: bool,
    fails: bool,
}

impl Answer {
    fn of(effect: &Effect) -> Option<Answer> {
        if matches!(effect.verdict, Verdict::Refuted | Verdict::NotProved) {
            return None;
        }
        let rows = effect.rows.as_ref()?;
        let [row] = rows.rows.as_slice() else { return None };
        let at = |name: &str| {
            let at = rows.names.iter().position(|known| known.eq_ignore_ascii_case(name))?;
            row.get(at)
        };
        let failures = match at("failures")? {
            SqlValue::Integer(count) => *count,
            SqlValue::Real(count) if count.fract() == 0.0 => *count as i64,
            _ => return None,
        };
        Some(Answer { failures, warns: truth(at("should_warn")?), fails: truth(at("should_error")?) })
    }
}

/// What dbt takes for true: a text may say it as well.
fn truth(value: &SqlValue) -> bool {
    match value {
        SqlValue::Null => false,
        SqlValue::Integer(number) => *number != 0,
        SqlValue::Real(number) => *number != 0.0,
        SqlValue::Text(text) => matches!(text.to_lowercase().as_str(), "y" | "yes" | "t" | "true" | "on" | "1"),
        SqlValue::Blob(bytes) => !bytes.is_empty(),
    }
}

/// dbt's verdict and words.
fn judged(rendered: &RehearsedTest, answer: &Answer, is_guessed: bool, effects: Vec<Effect>) -> Tested {
    let settings = &rendered.settings;
    let (status, verb, condition) = match (settings.is_error && answer.fails, answer.warns) {
        (true, _) => (Status::Fail, "fail", &settings.error_if),
        (false, true) => (Status::Warn, "warn", &settings.warn_if),
        (false, false) => {
            let note = if is_guessed { "passes, on what had to be assumed" } else { "passes" };
            let detail = Detail { message: None, failures: Some(0), rows: None };
            let note = note.to_owned();
            return Tested { note, effects, status: Status::Pass, detail, is_taken: false, notice: None };
        }
    };
    let results = if answer.failures == 1 { "1 result".to_owned() } else { format!("{} results", answer.failures) };
    let message = format!("Got {results}, configured to {verb} if {condition}");
    if is_guessed {
        return Tested::taken(&format!("what it reads had to be assumed; on that: {message}"), effects);
    }
    let note = format!("{}: {message}", if status == Status::Fail { "fails" } else { "warns" });
    let detail = Detail { message: Some(message), failures: Some(answer.failures), rows: None };
    Tested { note, effects, status, detail, is_taken: false, notice: None }
}

/// Keeps the rows that a test finds, where its settings ask for that.
fn store(rehearsal: &Rehearsal<'_>, stage: &Rc<Stage>, rendered: &RehearsedTest) {
    let (Some((relation, is_view)), Some(rows)) = (&rendered.stored, &rendered.rows) else { return };
    let name = stage.name(relation);
    let kind = if *is_view { Kind::View } else { Kind::Table };
    // Nothing depends on it but what reads it by name.
    let _ = rehearsal.warehouse.borrow_mut().build(&name, kind, rows, &Replaced::Dropped);
}
