//! The rehearsal for a person: what fails first, then what was assumed, who may do what, what a second run did.

use std::collections::{BTreeMap, HashSet};
use std::fmt::{Display, Write as _};

use super::{Outcome, Proved, owner, positions, tally};
use crate::plan::StepKind;
use crate::prove::warehouse::{SqlValue, Verdict};
use crate::prove::{Drift, Executed, Failing, Noticed, Proof, Step, Trouble, Validation, fates};
use crate::render::Status;
use crate::report::list::Paint;
use crate::report::{Positions, counted};
use crate::source::{Call, Place};

/// How many rows of a list are shown before it is cut.
const MOST_LISTED: usize = 40;

/// The rehearsals of a project, a section for each target; where it is quiet, without what dbt never does.
#[must_use]
pub fn text(proved: &Proved, width: usize, colour: bool, is_quiet: bool) -> String {
    let drawing = Drawing { positions: positions(proved), paint: Paint { colour }, width: width.max(60), is_quiet };
    let mut out = String::new();
    for proof in &proved.proofs {
        drawing.proof(proof, &proved.project, proved.strict, &mut out);
    }
    out
}

/// The row that a hook was given.
pub(super) fn given(one: &Validation) -> String {
    let row: Vec<String> = one.row.iter().map(|(column, value)| format!("{column}: {}", cell(value))).collect();
    let table = one.table.as_ref().map_or_else(String::new, |table| format!(" in {table}"));
    match row.as_slice() {
        [] => format!("on a row that stands there twice{table}"),
        row => format!("on a row with {}{table}", row.join(", ")),
    }
}

/// A value of a row in one line.
pub(super) fn cell(value: &SqlValue) -> String {
    match value {
        SqlValue::Null => "null".to_owned(),
        SqlValue::Integer(number) => number.to_string(),
        SqlValue::Real(number) => number.to_string(),
        SqlValue::Text(text) => text.replace(['\n', '\r'], " "),
        SqlValue::Blob(bytes) => format!("{} bytes", bytes.len()),
    }
}

/// How many rows stand there once more.
pub(super) fn doubled(rows: u64) -> String {
    if rows == 1 { "1 row doubled".to_owned() } else { format!("{rows} rows doubled") }
}

/// Names in a row: a few, and how many more.
fn listed(names: &[impl Display]) -> String {
    match names {
        [] => String::new(),
        [one] => one.to_string(),
        [first, last] => format!("{first} and {last}"),
        [first, second, rest @ ..] => format!("{first}, {second} and {} more", rest.len()),
    }
}

/// What a drill lets fail.
pub(super) fn failing(of: &Failing, proof: &Proof) -> String {
    match of {
        Failing::Node(id) | Failing::Test(id) => id.to_string(),
        Failing::Hook(hook) => proof.hooks[*hook].id.clone(),
    }
}

/// Columns in brackets, as many as there is room for; the first in any case.
fn within(columns: &[String], room: usize) -> String {
    let mut shown = String::new();
    for (at, column) in columns.iter().enumerate() {
        let left = columns.len() - at;
        let comma = if at == 0 { "" } else { ", " };
        let tail = if left > 1 { format!(" and {} more", left - 1).len() } else { 0 };
        let needed = shown.chars().count() + comma.len() + column.chars().count() + tail + " ()".len();
        if at > 0 && needed > room {
            return format!(" ({shown} and {left} more)");
        }
        shown.push_str(comma);
        shown.push_str(column);
    }
    if shown.is_empty() { shown } else { format!(" ({shown})") }
}

struct Drawing<'a> {
    positions: Positions<'a>,
    paint: Paint,
    width: usize,
    is_quiet: bool,
}

impl Drawing<'_> {
    fn proof(&self, proof: &Proof, project: &str, strict: bool, out: &mut String) {
        let outcome = Outcome::of(proof, strict);
        let verdict = match outcome {
            Outcome::Holds | Outcome::Empty => self.paint.bold(outcome.words()),
            Outcome::Fails => self.paint.red(outcome.words()),
        };
        let _ = writeln!(
            out,
            "{}: {} in {} ({}): {verdict}",
            self.paint.bold(project),
            self.paint.bold(&format!("dbt {}", proof.command)),
            self.paint.bold(&proof.target),
            proof.adapter
        );
        for (run, step) in proof.refuted() {
            self.refuted(run, step, proof, out);
        }
        self.not_run(proof, out);
        self.drills(proof, out);
        self.validations(proof, out);
        self.tally(proof, out);
        self.tests(proof, out);
        self.not_proved(proof, out);
        self.notes(proof, out);
        self.drift(proof, out);
        self.assumptions(proof, strict, out);
        self.access(proof, out);
        out.push('\n');
    }

    fn place(&self, place: Option<Place>) -> String {
        let Some(place) = place else { return String::new() };
        let at = self.positions.start(place);
        format!("{}:{}:{}", self.positions.path(place), at.line, at.column)
    }

    fn refuted(&self, run: usize, step: &Step, proof: &Proof, out: &mut String) {
        let which = if run == 1 { "in the first run" } else { "when it runs again" };
        let _ = writeln!(out, "\n  {} {} {}", self.paint.red("refuted"), owner(step, proof), self.paint.dim(which));
        let bad = step.statements.iter().filter(|one| one.verdict == Verdict::Refuted);
        for one in bad {
            self.cause(one.error.as_deref().unwrap_or_default(), one.place, one.through.as_deref(), out);
            self.sql(one, out);
        }
        if let Some(Trouble { verdict: Verdict::Refuted, message, place, through }) = &step.trouble {
            self.cause(message, *place, through.as_deref(), out);
            if let Some(note) = &step.note {
                let _ = writeln!(out, "    {}", self.paint.dim(note));
            }
        }
    }

    /// The hooks that dbt does not come to, by what failed before; those of the second run where they are others.
    fn not_run(&self, proof: &Proof, out: &mut String) {
        let mut known = HashSet::new();
        for run in &proof.runs {
            let mut since: Vec<(&str, Vec<&str>)> = Vec::new();
            for step in run.steps.iter().filter(|step| step.is_skipped) {
                let (Some(hook), Some(why)) = (step.hook, step.note.as_deref()) else { continue };
                if !known.insert((hook, why)) {
                    continue;
                }
                let id = proof.hooks[hook].id.as_str();
                match since.iter_mut().find(|(other, _)| *other == why) {
                    Some((_, hooks)) => hooks.push(id),
                    None => since.push((why, vec![id])),
                }
            }
            for (why, hooks) in since {
                let (count, named) = (counted(hooks.len(), "hook"), listed(&hooks));
                let when = if run.number == 1 { "" } else { " when it runs again" };
                let _ = writeln!(out, "\n  {count} did not run{when}, since {why}: {named}");
            }
        }
    }

    /// What happens when something fails: what is left behind, and whether hooks at the end tell the truth.
    fn drills(&self, proof: &Proof, out: &mut String) {
        for drill in &proof.drills {
            let what = failing(&drill.failing, proof);
            let (well, failed, skipped) = (drill.truth.well, drill.truth.failed, drill.truth.skipped);
            let _ = writeln!(
                out,
                "\n  {} {what} fails: {well} succeed, {failed} failed, {skipped} skipped",
                self.paint.bold("drill:")
            );
            for (hook, is_undone) in fates(drill) {
                let id = &proof.hooks[hook].id;
                let fate = if is_undone { "is rolled back with its transaction" } else { "stays: it is committed" };
                let _ = writeln!(out, "    what {id} did {fate}");
            }
            for line in &drill.left_behind {
                let _ = writeln!(out, "    left behind: {line}");
            }
            for wrong in &drill.misreports {
                let _ = writeln!(
                    out,
                    "    {} {}: {}",
                    self.paint.red("refuted"),
                    proof.hooks[wrong.hook].id,
                    wrong.message
                );
                self.cause("", wrong.place, wrong.through.as_deref(), out);
            }
        }
    }

    /// Whether the hooks that validate noticed the row that they were given.
    fn validations(&self, proof: &Proof, out: &mut String) {
        for one in &proof.validations {
            let id = &proof.hooks[one.hook].id;
            let head = match &one.noticed {
                Noticed::Yes(message) => format!(
                    "{} {id} fails, as it should, {}: {}",
                    self.paint.bold("drill:"),
                    given(one),
                    message.lines().next().unwrap_or_default()
                ),
                Noticed::No => {
                    format!("{} {id} does not fail {}: it proves nothing", self.paint.red("refuted"), given(one))
                }
                Noticed::NotChecked(why) => {
                    format!("{} whether {id} notices a bad row is not checked: {why}", self.paint.bold("drill:"))
                }
            };
            let _ = writeln!(out, "\n  {head}");
            if one.noticed == Noticed::No {
                self.cause("", one.place, one.through.as_deref(), out);
                for line in one.query.lines().filter(|line| !line.trim().is_empty()).take(12) {
                    let _ = writeln!(out, "      {}", self.paint.dim(&self.cut(line)));
                }
            }
        }
    }

    fn cause(&self, message: &str, place: Option<Place>, through: Option<&Call>, out: &mut String) {
        for line in message.trim().lines() {
            let _ = writeln!(out, "    {line}");
        }
        let shown = self.place(place);
        if !shown.is_empty() {
            let _ = writeln!(out, "    {}", self.paint.dim(&format!("at {shown}")));
        }
        // Of a recursion each call is told once.
        let mut seen = HashSet::new();
        let calls = through.iter().flat_map(|call| call.chain());
        for call in calls.filter(|call| seen.insert(call.place)) {
            let _ = writeln!(out, "    {}", self.paint.dim(&format!("called from {}", self.place(call.place))));
        }
    }

    fn sql(&self, one: &Executed, out: &mut String) {
        let lines: Vec<&str> = one.sql.lines().filter(|line| !line.trim().is_empty()).collect();
        for line in lines.iter().take(12) {
            let _ = writeln!(out, "      {}", self.paint.dim(&self.cut(line)));
        }
        if lines.len() > 12 {
            let _ = writeln!(out, "      {}", self.paint.dim("…"));
        }
    }

    fn cut(&self, line: &str) -> String {
        let most = self.width.saturating_sub(8);
        if line.chars().count() <= most {
            return line.to_owned();
        }
        let kept: String = line.chars().take(most.saturating_sub(1)).collect();
        format!("{kept}…")
    }

    /// How many statements of hooks came out how, and how the nodes were made.
    fn tally(&self, proof: &Proof, out: &mut String) {
        let counts = tally(proof);
        let all: usize = counts.values().sum();
        let of: Vec<String> = counts.iter().map(|(verdict, count)| format!("{count} {}", verdict.name())).collect();
        let runs = counted(proof.runs.len(), "run");
        let what = counted(all, "statement");
        let _ = match of.as_slice() {
            [] => writeln!(out, "  {runs}: no hook executes anything"),
            of => writeln!(out, "  {runs}, {what} of hooks: {}", of.join(", ")),
        };
        let stubs = proof.runs.first().map_or(0, |run| {
            let is_stub = |step: &&Step| {
                step.hook.is_none() && step.note.as_deref().is_some_and(|note| note.contains("stands for it"))
            };
            run.steps.iter().filter(is_stub).count()
        });
        if stubs > 0 {
            let _ = writeln!(
                out,
                "  {} not made from their own SQL: an empty table stands for each",
                counted(stubs, "node")
            );
        }
    }

    /// How the tests ended; those first that do not pass.
    fn tests(&self, proof: &Proof, out: &mut String) {
        let Some(run) = proof.runs.first() else { return };
        let tests = || run.steps.iter().filter(|step| step.kind == StepKind::Test);
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for step in tests() {
            let is_unit = step.node.as_deref().is_some_and(|id| id.starts_with("unit_test."));
            let how = match (step.is_taken, is_unit) {
                (true, true) => "taken to pass, since unit tests are not executed",
                (true, false) => "taken to pass",
                (false, _) => step.status.map_or("skipped", Status::name),
            };
            *counts.entry(how).or_default() += 1;
        }
        if counts.is_empty() {
            return;
        }
        let of: Vec<String> = counts.iter().map(|(how, count)| format!("{count} {how}")).collect();
        let _ = writeln!(out, "  {}: {}", counted(tests().count(), "test"), of.join(", "));
        let is_bad = |step: &&Step| matches!(step.status, Some(Status::Fail | Status::Error | Status::Warn));
        for step in tests().filter(is_bad).take(MOST_LISTED) {
            let note = step.note.as_deref().unwrap_or_default();
            let _ = writeln!(out, "    {} {note}", step.node.as_deref().unwrap_or_default());
        }
    }

    fn not_proved(&self, proof: &Proof, out: &mut String) {
        let mut causes: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for step in proof.runs.iter().flat_map(|run| &run.steps).filter(|step| step.hook.is_some()) {
            let of_statements = step.statements.iter().filter(|one| one.verdict == Verdict::NotProved);
            let of_statements = of_statements.filter_map(|one| one.error.clone());
            let of_step = step.trouble.iter().filter(|trouble| trouble.verdict == Verdict::NotProved);
            for cause in of_statements.chain(of_step.map(|trouble| trouble.message.clone())) {
                let owners = causes.entry(cause).or_default();
                let owner = owner(step, proof).to_owned();
                if !owners.contains(&owner) {
                    owners.push(owner);
                }
            }
        }
        for (cause, owners) in causes.iter().take(MOST_LISTED) {
            let first = cause.lines().next().unwrap_or_default();
            let whose = match owners.as_slice() {
                [one] => one.clone(),
                [one, rest @ ..] => format!("{one} and {} more", rest.len()),
                [] => String::new(),
            };
            let _ = writeln!(out, "  not proved: {whose}: {first}");
        }
    }

    fn notes(&self, proof: &Proof, out: &mut String) {
        let mut told: Vec<(String, &str)> = Vec::new();
        for note in &proof.notes {
            let at = self.place(note.place);
            if told.iter().any(|(place, message)| *place == at && *message == note.message) {
                continue;
            }
            let at_place = if at.is_empty() { String::new() } else { format!(" at {at}") };
            let _ = writeln!(out, "  look{at_place}: {}", note.message);
            told.push((at, &note.message));
        }
    }

    fn drift(&self, proof: &Proof, out: &mut String) {
        for drift in &proof.second_run {
            self.doubled_rows(drift, proof, out);
        }
        let Some(retry) = proof.retry.as_ref().filter(|_| !self.is_quiet) else { return };
        let failed: Vec<&str> = retry.failed.iter().map(|step| owner(step, proof)).collect();
        // What a second run doubles, a retry doubles too.
        let is_new = |drift: &&Drift| proof.second_run.iter().all(|known| known.object != drift.object);
        let doubled: Vec<_> = retry.doubled.iter().filter(is_new).map(|drift| &drift.object).collect();
        let what = match (failed.as_slice(), doubled.as_slice()) {
            ([], []) => return,
            ([], doubled) => format!("double rows in {}", listed(doubled)),
            (failed, []) => format!("fail in {}", listed(failed)),
            (failed, doubled) => format!("fail in {} and double rows in {}", listed(failed), listed(doubled)),
        };
        let _ = writeln!(out, "  a run repeated with the same invocation_id, which dbt never does, would {what}");
    }

    /// Rows that a run wrote again, and the statement that did.
    fn doubled_rows(&self, drift: &Drift, proof: &Proof, out: &mut String) {
        let by = drift.hook().map_or_else(String::new, |hook| format!(", by {}", proof.hooks[hook].id));
        let _ = writeln!(out, "  a second run leaves {}: {}{by}", drift.object, doubled(drift.doubled));
        if let Some(written) = &drift.written {
            self.cause("", written.place, written.through.as_deref(), out);
        }
        for row in &drift.rows {
            let cells = drift.columns.iter().zip(row).map(|(column, value)| format!("{column}: {}", cell(value)));
            let row = cells.collect::<Vec<_>>().join(", ");
            let _ = writeln!(out, "      {}", self.paint.dim(&self.cut(&row)));
        }
    }

    fn assumptions(&self, proof: &Proof, strict: bool, out: &mut String) {
        if proof.assumptions.is_empty() {
            return;
        }
        let _ = writeln!(out, "\n  {}", self.paint.bold("assumed to be there, since nothing in the project makes it:"));
        for one in proof.assumptions.iter().take(MOST_LISTED) {
            let mark = match (one.is_confirmed, strict) {
                (true, _) => "[x]",
                (false, _) => "[ ]",
            };
            let by = match one.needed_by.as_slice() {
                [] => String::new(),
                [by] => format!(", needed by {by}"),
                [by, rest @ ..] => format!(", needed by {by} and {} more", rest.len()),
            };
            let what = format!("    {mark} {} {}", one.kind.name(), one.name);
            let taken = what.chars().count() + by.chars().count();
            let columns = within(&one.columns, self.width.saturating_sub(taken));
            let _ = writeln!(out, "{what}{columns}{}", self.paint.dim(&by));
        }
        self.rest(proof.assumptions.len(), out);
    }

    fn access(&self, proof: &Proof, out: &mut String) {
        if proof.access.is_empty() {
            return;
        }
        let _ = writeln!(out, "\n  {}", self.paint.bold("who may do what after the run:"));
        for one in proof.access.iter().take(MOST_LISTED) {
            let by = self.paint.dim(&format!("by {}", one.by));
            let _ = writeln!(out, "    {} may {} on {}  {by}", one.grantee, one.privilege, one.object);
        }
        self.rest(proof.access.len(), out);
    }

    fn rest(&self, all: usize, out: &mut String) {
        if all > MOST_LISTED {
            let _ = writeln!(out, "    and {} more: --format json has them all", all - MOST_LISTED);
        }
    }
}
