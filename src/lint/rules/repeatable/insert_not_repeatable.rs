//! Finds an insert that adds the same rows in each run.

use crate::diagnostic::{Confidence, Severity};
use crate::lint::deeds::{Deeds, When, clears, is_seldom};
use crate::lint::existence::words;
use crate::lint::relations::Life;
use crate::lint::{Findings, Sink, Step};
use crate::sql::{Name, UNKNOWN, Verb};

/// What an insert adds.
enum Rows {
    /// Values that were written as they are.
    Fixed,
    /// All rows of a query.
    Whole,
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let inserts: Vec<(Step<'f>, &'f Name, Rows)> = findings
        .steps_of([Verb::Insert])
        .filter_map(|step| insert(&step).map(|(name, rows)| (step, name, rows)))
        .collect();
    if inserts.is_empty() {
        return;
    }
    let deeds = Deeds::new(findings);
    for (step, name, rows) in inserts {
        if is_seldom(&step) || super::differs_by_run(&step) || deeds.any(&step, name, When::Before, clears) {
            continue;
        }
        let relation = findings.relation(&step.sql.scene, name);
        let sure = match &relation {
            Some(relation) if relation.life() == Life::Kept => {
                let strategy = relation.state().and_then(|state| state.settings.text("incremental_strategy"));
                if matches!(strategy, Some("insert_overwrite" | "microbatch")) {
                    continue;
                }
                true
            }
            // A table that is made anew or emptied does not keep them; one of another name may be a log.
            Some(_) => continue,
            None if is_log(name) || name.parts.len() < 2 => continue,
            None => false,
        };
        let rows = match rows {
            Rows::Fixed => "the same rows",
            Rows::Whole => "every row of its query",
        };
        let table = match &relation {
            Some(relation) => relation.described(&step.sql.scene),
            None => format!("`{}`", step.sql.written(name.range.clone())),
        };
        let message = format!(
            "This inserts {rows} in each run, and nothing takes them away: after the second run {table} has them twice."
        );
        let finding = step.finding(message);
        let help = "delete the rows before in the same hook, insert only what is not there yet, or make it a merge";
        let finding = if sure { finding } else { finding.severity(Severity::Warning).confidence(Confidence::Medium) };
        sink.add(finding.help(help));
    }
}

/// The table of an insert of rows that are the same in each run, as far as the text tells.
fn insert<'f>(step: &Step<'f>) -> Option<(&'f Name, Rows)> {
    const GUARDS: [&str; 12] = [
        "conflict",
        "duplicate",
        "exists",
        "except",
        "overwrite",
        "ignore",
        "minus",
        "anti",
        "qualify",
        "limit",
        "merge",
        "returning",
    ];
    let outline = step.outline();
    let name = outline.name.as_ref()?;
    let plain = outline.verb == Verb::Insert && outline.condition.is_none() && !outline.opaque && !outline.placeholder;
    if !plain || name.text.contains(UNKNOWN) || name.last().starts_with('#') || outline.where_clause.is_some() {
        return None;
    }
    if words(step.text()).any(|word| GUARDS.iter().any(|guard| word.eq_ignore_ascii_case(guard))) {
        return None;
    }
    if outline.reads.is_empty() {
        return is_written(step, name).then_some((name, Rows::Fixed));
    }
    // Counts and sums of a run are a log of it.
    let whole = outline.writes_query && !outline.aggregates && !outline.group_by && outline.joins == 0;
    let of_relation =
        outline.reads.iter().all(|read| step.sql.scene.findings.relation(&step.sql.scene, read).is_some());
    (whole && of_relation).then_some((name, Rows::Whole))
}

/// Whether everything after the table's name was written in SQL, not computed.
fn is_written(step: &Step<'_>, name: &Name) -> bool {
    let (from, to) = (name.range.end as u32, step.statement.range.end as u32);
    let pieces = &step.sql.text.pieces;
    // A loop over what was run gives thousands of statements in one text.
    let first = pieces.partition_point(|piece| piece.at + piece.len <= from);
    let mut inside = pieces[first..].iter().take_while(|piece| piece.at < to);
    let covered: u32 = inside.clone().map(|piece| (piece.at + piece.len).min(to) - piece.at.max(from)).sum();
    covered == to - from && inside.all(|piece| piece.verbatim)
}

/// Whether a table is there to collect a row for each run, as its name says.
fn is_log(name: &Name) -> bool {
    const PARTS: [&str; 14] = [
        "log", "audit", "hist", "event", "run", "track", "metric", "stat", "trace", "monitor", "snapshot", "archive",
        "notif", "queue",
    ];
    let last = name.last().to_lowercase();
    PARTS.iter().any(|part| last.contains(part))
}
