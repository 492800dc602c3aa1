//! Statements that do not bear a second run.

pub(in crate::lint) mod alter_not_repeatable;
pub(in crate::lint) mod create_without_if_not_exists;
pub(in crate::lint) mod drop_of_this;
pub(in crate::lint) mod drop_without_if_exists;
pub(in crate::lint) mod index_on_rebuilt_table;
pub(in crate::lint) mod insert_not_repeatable;
pub(in crate::lint) mod stale_copy;
pub(in crate::lint) mod unnamed_index;
pub(in crate::lint) mod update_adds_up;

use crate::lint::{Rule, Step};
use crate::source::Piece;

/// The rules, by name.
pub(in crate::lint) const RULES: &[Rule] = family! { "repeatable";
    "alter-not-repeatable", Error, High, Default, alter_not_repeatable;
    "create-without-if-not-exists", Error, High, Default, create_without_if_not_exists;
    "drop-of-this", Error, High, Default, drop_of_this;
    "drop-without-if-exists", Error, Medium, Default, drop_without_if_exists;
    "index-on-rebuilt-table", Error, High, Default, index_on_rebuilt_table;
    "insert-not-repeatable", Error, High, Default, insert_not_repeatable;
    "stale-copy", Warning, Medium, Default, stale_copy;
    "unnamed-index", Warning, High, Default, unnamed_index;
    "update-adds-up", Warning, High, Default, update_adds_up;
};

// Names that tell runs apart.
const OF_RUNS: [&str; 5] = ["invocation_id", "run_started_at", "modules.datetime", "local_md5(", "thread_id"];
// What stands for the start of the run and for its id.
const FIXED: [&str; 4] = ["2024-01-02", "20240102", "00000000-0000-4000", "1704164645"];

/// Whether the object of a statement has another name in each run.
pub(in crate::lint) fn is_named_by_run(step: &Step<'_>) -> bool {
    let outline = step.outline();
    let named = [outline.name.as_ref(), outline.on.as_ref()].into_iter().flatten();
    named.into_iter().any(|name| {
        let sql = &step.sql;
        let overlaps = |piece: &&Piece| {
            !piece.verbatim
                && (piece.at as usize) < name.range.end
                && name.range.start < (piece.at + piece.len) as usize
        };
        let sources = &sql.scene.findings.project.sources;
        let mut values = sql.text.pieces.iter().filter(overlaps).map(|piece| sources.slice(piece.place));
        let written = sql.written(name.range.clone());
        let tells = |text: &str| OF_RUNS.iter().any(|word| text.contains(word));
        tells(&written) || values.any(tells) || FIXED.iter().any(|value| name.text.contains(value))
    })
}

/// Whether a statement says something else in each run: it was written with a name that tells runs apart, or
/// asks the warehouse for the time or a number.
pub(in crate::lint) fn differs_by_run(step: &Step<'_>) -> bool {
    const OF_TIME: [&str; 19] = [
        "current_timestamp",
        "current_date",
        "current_time",
        "localtimestamp",
        "sysdate",
        "systimestamp",
        "sysdatetime",
        "sysutcdatetime",
        "getdate",
        "getutcdate",
        "now",
        "today",
        "clock_timestamp",
        "nextval",
        "uuid",
        "newid",
        "gen_random_uuid",
        "uuid_string",
        "generate_uuid",
    ];
    let range = step.statement.range.clone();
    let text = step.text();
    let written = step.sql.origin(range).0.map_or("", |place| step.sql.scene.findings.project.sources.slice(place));
    let is_timed = |word: &str| OF_TIME.iter().any(|known| word.eq_ignore_ascii_case(known));
    OF_RUNS.iter().any(|name| written.contains(name))
        || FIXED.iter().any(|value| text.contains(value))
        || crate::lint::existence::words(text).any(is_timed)
}
