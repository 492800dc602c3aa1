//! Finds Python's way to write a value, printed into SQL: `None`, `True`, `['a', 'b']`.

use std::ops::Range;

use crate::lint::{Findings, Scene, Sink, Sql};
use crate::sql::{self, Dialect};

/// A printed value: where, what to call it, and what to do.
pub(in crate::lint) struct Printed {
    range: Range<usize>,
    what: &'static str,
    help: &'static str,
}

/// The pieces that an expression printed, with their text.
fn printed<'f>(sql: &Sql<'f>) -> impl Iterator<Item = (Range<usize>, &'f str)> {
    let text = sql.text.as_str();
    sql.text.pieces.iter().filter(|piece| !piece.verbatim).filter_map(move |piece| {
        let range = piece.at as usize..(piece.at + piece.len) as usize;
        Some((range.clone(), text.get(range)?))
    })
}

/// What a whole text that an expression printed is of.
fn value(text: &str, whole: bool, dialect: Dialect) -> Option<(&'static str, &'static str)> {
    let inside = text.trim();
    let list = inside.starts_with('[') && inside.ends_with(']');
    let arrays = matches!(
        dialect,
        Dialect::DuckDb
            | Dialect::ClickHouse
            | Dialect::BigQuery
            | Dialect::Snowflake
            | Dialect::SqlServer
            | Dialect::Generic
            | Dialect::Sqlite
    );
    match inside {
        "None" => Some((
            "the text None",
            "print nothing instead: `{{ x if x is not none else '' }}`, `{% do … %}` for a call",
        )),
        "True" | "False" if whole => Some(("a boolean, and no statement", "put the statement into {% if … %}")),
        _ if list && (whole || !arrays) => Some((
            "a list as Python writes it",
            "join its values: `{{ \"'\" ~ x | join(\"', '\") ~ \"'\" }}` inside the parentheses",
        )),
        _ if inside.starts_with('(') && inside.ends_with(",)") => {
            Some(("a tuple of one as Python writes it", "join its values instead"))
        }
        _ if inside.starts_with("{'") && inside.ends_with('}') && dialect != Dialect::DuckDb => {
            Some(("a dict as Python writes it", "print one of its values, or `{{ tojson(x) }}` in a text"))
        }
        _ if inside.starts_with('<') && inside.ends_with('>') && inside.contains(" object at ") => {
            Some(("an object of Python", "call the macro with parentheses, or print one of its attributes"))
        }
        _ => None,
    }
}

/// Python values in SQL that stand outside of quotes and comments.
pub(in crate::lint) fn values(sql: &Sql<'_>) -> Vec<Printed> {
    let text = sql.text.as_str();
    let dialect = Dialect::of_adapter(sql.scene.adapter());
    let mut found = Vec::new();
    let mut quoted: Option<Vec<Range<usize>>> = None;
    for (range, printed) in printed(sql) {
        let whole = text.trim().trim_end_matches(';').trim() == printed.trim();
        let Some((what, help)) = value(printed, whole, dialect) else { continue };
        let quoted = quoted.get_or_insert_with(|| {
            let comments = sql.script.comments.iter().cloned();
            sql::quoted_texts(text, dialect).into_iter().chain(comments).collect()
        });
        let hidden = quoted.iter().any(|one| one.start < range.start && range.start < one.end);
        // `table_{{ none }}`: part of a name.
        let part = |at: Option<char>| at.is_some_and(|one| one.is_alphanumeric() || one == '_' || one == '.');
        let joined = part(text[..range.start].chars().next_back()) || part(text[range.end..].chars().next());
        if !hidden && !joined {
            found.push(Printed { range, what, help });
        }
    }
    if found.is_empty() && text.contains("None") {
        found.extend(written(sql, dialect));
    }
    found
}

/// `None` that a person wrote into a statement of rows.
fn written(sql: &Sql<'_>, dialect: Dialect) -> Vec<Printed> {
    let text = sql.text.as_str();
    let words = sql::words(text, dialect, |word| word == "None");
    let mut found = Vec::new();
    for range in words {
        let rows = |range: &Range<usize>| {
            let statement = sql.script.statements.iter().find(|one| one.range.contains(&range.start));
            statement.is_some_and(|one| one.outline.verb.writes_rows())
        };
        let before = text[..range.start].trim_end().chars().next_back();
        let after = text[range.end..].trim_start().chars().next();
        let value = matches!(before, Some('=' | '(' | ',')) && matches!(after, Some(',' | ')' | ';') | None);
        if value && rows(&range) {
            found.push(Printed { range, what: "Python's None, which is no SQL", help: "write null" });
        }
    }
    found
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for sql in findings.scenes().flat_map(Scene::sqls) {
        for Printed { range, what, help } in values(&sql) {
            let message = format!("This prints {what}: the warehouse refuses the statement.");
            sink.add(sql.finding(range, message).help(help).sql(sql.text.as_str()));
        }
    }
}
