//! The rehearsal's JSON, version 1.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema};
use serde::Serialize;

use super::text::failing;
use super::{Proved, holds, positions, verdict};
use crate::prove::warehouse::SqlValue;
use crate::prove::{self as proved, Drill, Executed, Proof, Step};
use crate::render::Status;
use crate::report::Positions;
use crate::report::list::{Point, indented};
use crate::source::Place;

/// The rehearsals, indented, with a newline at the end.
#[must_use]
pub fn json(proved: &Proved) -> String {
    let positions = positions(proved);
    let targets = proved.proofs.iter().map(|proof| target(proof, proved.strict, &positions)).collect();
    indented(&Whole { schema_version: 1, verdict: verdict(proved.holds()), targets })
}

fn target<'a>(proof: &'a Proof, strict: bool, positions: &Positions<'a>) -> Target<'a> {
    Target {
        name: &proof.target,
        adapter: &proof.adapter,
        command: &proof.command,
        verdict: verdict(holds(proof, strict)),
        runs: proof
            .runs
            .iter()
            .map(|run| Run {
                number: run.number,
                invocation_id: &run.invocation_id,
                steps: run.steps.iter().flat_map(|step| entries(step, proof, positions)).collect(),
                nodes: run.ended.iter().map(|(id, status)| (id.as_ref(), status.name())).collect(),
                filled: run
                    .filled
                    .iter()
                    .map(|one| Filled { object: &one.object, rows: one.rows, hook: &proof.hooks[one.hook].id })
                    .collect(),
            })
            .collect(),
        assumptions: proof
            .assumptions
            .iter()
            .map(|one| Assumption {
                kind: one.kind.name(),
                name: &one.name,
                columns: &one.columns,
                needed_by: one.needed_by.iter().map(AsRef::as_ref).collect(),
                confirmed: one.is_confirmed,
            })
            .collect(),
        access: proof
            .access
            .iter()
            .map(|one| Access { privilege: &one.privilege, object: &one.object, grantee: &one.grantee, hook: &one.by })
            .collect(),
        second_run: proof.second_run.iter().map(|one| drift(one, proof, positions)).collect(),
        retry: proof.retry.as_ref().map(|retry| Retry {
            invocation_id: &retry.invocation_id,
            failed: retry.failed.iter().flat_map(|step| entries(step, proof, positions)).collect(),
            doubled: retry.doubled.iter().map(|one| drift(one, proof, positions)).collect(),
        }),
        drills: proof.drills.iter().map(|drill| drilled(drill, proof, positions)).collect(),
        validations: proof
            .validations
            .iter()
            .map(|one| {
                let (outcome, message) = match &one.noticed {
                    proved::Noticed::Yes(message) => ("noticed", Some(message.as_str())),
                    proved::Noticed::No => ("missed", None),
                    proved::Noticed::NotChecked(why) => ("not checked", Some(why.as_str())),
                };
                Validation {
                    hook: &proof.hooks[one.hook].id,
                    outcome,
                    message,
                    query: &one.query,
                    table: one.table.as_ref().map(ToString::to_string),
                    row: one.row.iter().map(|(column, value)| (column.as_str(), cell(value))).collect(),
                    file: one.place.map(|place| positions.path(place)),
                    start: point(one.place, positions),
                }
            })
            .collect(),
        notes: proof
            .notes
            .iter()
            .map(|note| Note {
                message: &note.message,
                hook: note.hook.map(|hook| proof.hooks[hook].id.as_str()),
                file: note.place.map(|place| positions.path(place)),
                start: point(note.place, positions),
            })
            .collect(),
    }
}

fn drift<'a>(drift: &'a proved::Drift, proof: &'a Proof, positions: &Positions<'a>) -> Drift<'a> {
    let written = drift.written.as_ref();
    let place = written.and_then(|written| written.place);
    Drift {
        object: drift.object.to_string(),
        change: super::text::doubled(drift.doubled),
        hook: written.map(|written| proof.hooks[written.hook].id.as_str()),
        columns: &drift.columns,
        rows: drift.rows.iter().map(|row| row.iter().map(cell).collect()).collect(),
        sql: written.map(|written| &*written.sql),
        file: place.map(|place| positions.path(place)),
        start: point(place, positions),
    }
}

/// A value of a row.
fn cell(value: &SqlValue) -> serde_json::Value {
    match value {
        SqlValue::Null => serde_json::Value::Null,
        SqlValue::Integer(number) => (*number).into(),
        SqlValue::Real(number) => (*number).into(),
        SqlValue::Text(_) | SqlValue::Blob(_) => super::text::cell(value).into(),
    }
}

fn drilled<'a>(drill: &'a Drill, proof: &'a Proof, positions: &Positions<'a>) -> Drilled<'a> {
    Drilled {
        failing: failing(&drill.failing, proof),
        succeeded: drill.truth.well,
        failed: drill.truth.failed,
        skipped: drill.truth.skipped,
        transactions: proved::fates(drill)
            .into_iter()
            .map(|(hook, rolled_back)| Fate { hook: &proof.hooks[hook].id, rolled_back })
            .collect(),
        left_behind: &drill.left_behind,
        misreports: drill
            .misreports
            .iter()
            .map(|wrong| Note {
                message: &wrong.message,
                hook: Some(proof.hooks[wrong.hook].id.as_str()),
                file: wrong.place.map(|place| positions.path(place)),
                start: point(wrong.place, positions),
            })
            .collect(),
    }
}

fn point(place: Option<Place>, positions: &Positions<'_>) -> Option<Point> {
    place.map(|place| Point::of(place, place.start, positions))
}

/// A step: an entry for each statement, and one of its own where it has trouble or no statement.
fn entries<'a>(step: &'a Step, proof: &'a Proof, positions: &Positions<'a>) -> Vec<Entry<'a>> {
    let hook = step.hook.map(|hook| proof.hooks[hook].id.as_str());
    let bare = || Entry {
        kind: step.kind.name(),
        hook,
        node: step.node.as_deref(),
        sql: None,
        sqlite: None,
        verdict: None,
        error: None,
        rows: None,
        rendering: None,
        note: step.note.as_deref(),
        status: step.status.map(Status::name),
        skipped: step.is_skipped,
        file: None,
        start: None,
    };
    let of = |one: &'a Executed| Entry {
        sql: Some(&one.sql),
        sqlite: Some(one.sqlite.join(";\n")),
        verdict: Some(one.verdict.name()),
        error: one.error.as_deref(),
        rows: one.rows,
        rendering: Some(one.while_rendering),
        file: one.place.map(|place| positions.path(place)),
        start: point(one.place, positions),
        ..bare()
    };
    let mut entries: Vec<Entry<'_>> = step.statements.iter().map(of).collect();
    if let Some(trouble) = &step.trouble {
        entries.push(Entry {
            verdict: Some(trouble.verdict.name()),
            error: Some(&trouble.message),
            file: trouble.place.map(|place| positions.path(place)),
            start: point(trouble.place, positions),
            ..bare()
        });
    }
    if entries.is_empty() {
        entries.push(bare());
    }
    entries
}

/// The JSON schema of that JSON.
pub(super) fn schema() -> Schema {
    schemars::schema_for!(Whole<'static>)
}

#[derive(Serialize, JsonSchema)]
#[schemars(title = "hookproof prove --format json")]
struct Whole<'a> {
    schema_version: u32,
    verdict: &'static str,
    targets: Vec<Target<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct Target<'a> {
    #[serde(rename = "target")]
    name: &'a str,
    adapter: &'a str,
    command: &'a str,
    verdict: &'static str,
    runs: Vec<Run<'a>>,
    assumptions: Vec<Assumption<'a>>,
    access: Vec<Access<'a>>,
    second_run: Vec<Drift<'a>>,
    retry: Option<Retry<'a>>,
    drills: Vec<Drilled<'a>>,
    validations: Vec<Validation<'a>>,
    notes: Vec<Note<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct Drilled<'a> {
    failing: String,
    succeeded: i64,
    failed: i64,
    skipped: i64,
    transactions: Vec<Fate<'a>>,
    left_behind: &'a [String],
    misreports: Vec<Note<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct Run<'a> {
    #[serde(rename = "run")]
    number: usize,
    invocation_id: &'a str,
    steps: Vec<Entry<'a>>,
    nodes: BTreeMap<&'a str, &'static str>,
    filled: Vec<Filled<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct Filled<'a> {
    object: &'a str,
    rows: Option<u64>,
    hook: &'a str,
}

#[derive(Serialize, JsonSchema)]
struct Entry<'a> {
    kind: &'static str,
    hook: Option<&'a str>,
    node: Option<&'a str>,
    sql: Option<&'a str>,
    sqlite: Option<String>,
    verdict: Option<&'static str>,
    error: Option<&'a str>,
    rows: Option<u64>,
    rendering: Option<bool>,
    note: Option<&'a str>,
    status: Option<&'static str>,
    skipped: bool,
    file: Option<&'a str>,
    start: Option<Point>,
}

#[derive(Serialize, JsonSchema)]
struct Assumption<'a> {
    kind: &'static str,
    name: &'a str,
    columns: &'a [String],
    needed_by: Vec<&'a str>,
    confirmed: bool,
}

#[derive(Serialize, JsonSchema)]
struct Access<'a> {
    privilege: &'a str,
    object: &'a str,
    grantee: &'a str,
    hook: &'a str,
}

#[derive(Serialize, JsonSchema)]
struct Drift<'a> {
    object: String,
    change: String,
    hook: Option<&'a str>,
    columns: &'a [String],
    rows: Vec<Vec<serde_json::Value>>,
    sql: Option<&'a str>,
    file: Option<&'a str>,
    start: Option<Point>,
}

#[derive(Serialize, JsonSchema)]
struct Retry<'a> {
    invocation_id: &'a str,
    failed: Vec<Entry<'a>>,
    doubled: Vec<Drift<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct Note<'a> {
    message: &'a str,
    hook: Option<&'a str>,
    file: Option<&'a str>,
    start: Option<Point>,
}

#[derive(Serialize, JsonSchema)]
struct Validation<'a> {
    hook: &'a str,
    outcome: &'static str,
    message: Option<&'a str>,
    query: &'a str,
    table: Option<String>,
    row: BTreeMap<&'a str, serde_json::Value>,
    file: Option<&'a str>,
    start: Option<Point>,
}

#[derive(Serialize, JsonSchema)]
struct Fate<'a> {
    hook: &'a str,
    rolled_back: bool,
}
