//! Finds values that are printed into a text of SQL and not escaped.

use std::ops::Range;

use crate::diagnostic::{Confidence, Severity};
use crate::lint::{Findings, Scene, Sink, Sql};
use crate::source::Piece;
use crate::sql::{self, Dialect};

/// The pieces that stand inside of a text between single quotes, with what they were written as.
fn inside<'f>(sql: &Sql<'f>, wanted: impl Fn(&str, &Piece) -> bool) -> Vec<(Range<usize>, Range<usize>, &'f Piece)> {
    let text = sql.text.as_str();
    let dialect = Dialect::of_adapter(sql.scene.adapter());
    let range = |piece: &Piece| piece.at as usize..(piece.at + piece.len) as usize;
    let candidates: Vec<&'f Piece> = sql
        .text
        .pieces
        .iter()
        .filter(|piece| text.get(range(piece)).is_some_and(|text| wanted(text, piece)))
        .filter(|piece| is_value(sql, piece))
        .collect();
    if candidates.is_empty() {
        return Vec::new();
    }
    let texts = sql::quoted_texts(text, dialect);
    let holder =
        |at: usize| texts.iter().find(|one| one.start < at && at < one.end && text[one.start..].starts_with('\''));
    candidates.into_iter().filter_map(|piece| Some((holder(piece.at as usize)?.clone(), range(piece), piece))).collect()
}

/// Whether a piece is a value: what an expression printed, or a variable's own text. Text of the hook or of a
/// macro is none.
fn is_value(sql: &Sql<'_>, piece: &Piece) -> bool {
    let hook = sql.scene.hook();
    let home = hook.raw.place_of(0..hook.raw.as_str().len()).or(hook.place);
    let path = &sql.scene.findings.project.sources.get(piece.place.file).path;
    let settings = super::is_yaml(path);
    !piece.verbatim || (settings && !home.is_some_and(|home| crate::lint::origin::holds(home, piece.place)))
}

/// Values whose quote ends the text that they stand in.
pub(super) fn breaks(sql: &Sql<'_>) -> Vec<Range<usize>> {
    let text = sql.text.as_str();
    // A macro of dbt that opens and closes texts itself prints them in one with what it was given.
    let opened_by_itself = |held: &Range<usize>, piece: &Piece| {
        let opening = |one: &&Piece| (one.at as usize..(one.at + one.len) as usize).contains(&held.start);
        sql.text.pieces.iter().find(opening).is_some_and(|one| !one.verbatim && one.place == piece.place)
    };
    let ends = |(held, range, piece): (Range<usize>, Range<usize>, &Piece)| {
        (held.end <= range.end && held.end > range.start && !opened_by_itself(&held, piece)).then_some(range)
    };
    // A text that a value ends is closed inside of it, and goes on behind it.
    let mut found: Vec<Range<usize>> =
        inside(sql, |value, _| value.contains('\'')).into_iter().filter_map(ends).collect();
    // A quote at either end may be the one that opens or closes the text.
    found.retain(|range| text[range.clone()].replace("''", "").trim_matches('\'').contains('\''));
    found
}

/// Parts of expressions that hold free text: what a person or the warehouse wrote.
const FREE: [&str; 6] = [".message", "['message']", ".raw_code", ".compiled_code", "invocation_args_dict", ".raw_sql"];

/// What makes a value safe between quotes.
const ESCAPES: [&str; 5] = ["escape_single_quotes", "replace(", "tojson", "string_literal", "local_md5"];

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let help = "escape it: `'{{ dbt.escape_single_quotes(…) }}'`";
    for sql in findings.scenes().flat_map(Scene::sqls) {
        let broken = breaks(&sql);
        for range in &broken {
            let value = crate::lint::rules::one_line(&sql.text.as_str()[range.clone()]);
            let message = format!(
                "The quote in the value `{value}` ends the text that it is printed into: the statement is broken."
            );
            sink.add(sql.finding(range.clone(), message).help(help).sql(sql.text.as_str()));
        }
        if !broken.is_empty() {
            continue;
        }
        let sources = &findings.project.sources;
        let free = |_: &str, piece: &Piece| {
            let written = sources.slice(piece.place);
            !piece.verbatim
                && FREE.iter().any(|part| written.contains(part))
                && !ESCAPES.iter().any(|part| written.contains(part))
        };
        for (_, range, _) in inside(&sql, free) {
            let message = "A free text is printed between quotes as it is: the first one with a quote in it breaks the statement.";
            let finding = sql.finding(range, message).severity(Severity::Warning).confidence(Confidence::Medium);
            sink.add(finding.help(help).sql(sql.text.as_str()));
        }
    }
}
