//! Finds a `--` comment that takes SQL with it, because the line end before that SQL is gone.

use std::ops::Range;

use crate::diagnostic::Severity;
use crate::lint::{Findings, Scene, Sink, Sql};
use crate::sql::Verb;

/// A piece of a comment that stood on a line of its own.
pub(super) struct Swallowed {
    comment: Range<usize>,
    sql: String,
    folded: bool,
}

/// What line comments hold that a person wrote on a later line.
pub(super) fn swallowed(sql: &Sql<'_>) -> Vec<Swallowed> {
    let text = sql.text.as_str();
    let line = |range: &&Range<usize>| text[(*range).clone()].starts_with("--");
    sql.script.comments.iter().filter(line).filter_map(|range| later_line(sql, range.clone())).collect()
}

fn later_line(sql: &Sql<'_>, range: Range<usize>) -> Option<Swallowed> {
    let sources = &sql.scene.findings.project.sources;
    let (start, end) = (range.start as u32, range.end as u32);
    let pieces = &sql.text.pieces;
    let from = pieces.partition_point(|piece| piece.at + piece.len <= start);
    let first = pieces.get(from).filter(|piece| piece.verbatim)?;
    let began = first.part(start.max(first.at), (start + 1).max(first.at + 1));
    for piece in pieces[from..].iter().take_while(|piece| piece.at < end) {
        let same = piece.place.file == began.file && piece.through == first.through && piece.verbatim;
        if !same || piece.place.start < began.start {
            continue;
        }
        let place = piece.part(start.max(piece.at), end.min(piece.at + piece.len));
        let between = crate::source::Place { start: began.start, end: place.start, ..place };
        let rest = text_from(sql, piece.at.max(start) as usize, range.end);
        if sources.slice(between).contains('\n') && !rest.trim_start().starts_with("--") && is_sql(&rest) {
            let folded = !sources.slice(between).contains("%}")
                && !sources.slice(between).contains("#}")
                && !sources.slice(between).contains("}}");
            return Some(Swallowed { comment: range, sql: rest, folded });
        }
    }
    None
}

fn text_from(sql: &Sql<'_>, from: usize, to: usize) -> String {
    sql.text.as_str().get(from..to).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether text begins like SQL, not like a note.
fn is_sql(text: &str) -> bool {
    let text = text.trim_start();
    let mut words = text.split(|one: char| !(one.is_alphanumeric() || one == '_')).filter(|word| !word.is_empty());
    let Some(first) = words.next() else { return false };
    let clauses =
        ["from", "where", "and", "or", "values", "set", "group", "order", "on", "join", "having", "union", "limit"];
    let clause = clauses.iter().any(|word| first.eq_ignore_ascii_case(word));
    let verb = Verb::is_known(first);
    // A verb may begin a note as well: `-- Grant access` / `to everyone`.
    let followed = words.next().is_some_and(|word| {
        [
            "into",
            "from",
            "on",
            "table",
            "view",
            "schema",
            "if",
            "or",
            "select",
            "index",
            "materialized",
            "usage",
            "role",
        ]
        .iter()
        .any(|known| word.eq_ignore_ascii_case(known))
    });
    clause || text.starts_with([',', '(', ')']) || (verb && (followed || text.contains(['(', '*', '=', ';', ',', '.'])))
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for sql in findings.scenes().flat_map(Scene::sqls) {
        for Swallowed { comment, sql: lost, folded } in swallowed(&sql) {
            let lost = crate::lint::rules::one_line(&lost);
            let (why, help) = if folded {
                (
                    "YAML joins the lines of this value with blanks",
                    "write the value with `|` instead of `>` or quotes, or the comment as /* … */",
                )
            } else {
                (
                    "the `-` of a Jinja tag takes the line end away",
                    "write the comment as /* … */ or {# … #}, or leave the `-` out",
                )
            };
            let message = format!("This comment swallows `{lost}`, which is never executed: {why}.");
            sink.add(sql.finding(comment, message).severity(Severity::Error).help(help).sql(sql.text.as_str()));
        }
    }
}
