//! What a grammar of `PostgreSQL` has against a statement in which nothing that has a name is wrong.
//!
//! It is asked only of what the other parser of SQL refuses too: each of the two alone refuses valid statements.

use squawk_syntax::SourceFile;

use crate::sql::Fault;

/// The first fault of a statement.
pub(in crate::sql) fn refused(text: &str) -> Option<Fault> {
    let parsed = SourceFile::parse(text);
    let error = parsed.errors().into_iter().next()?;
    let (start, end) = (usize::from(error.range().start()), usize::from(error.range().end()));
    let start = start.min(text.len());
    // A fault at the end, or between two words, is shown at a word.
    let word = |from: usize| from + text[from..].find(|c: char| c.is_whitespace()).unwrap_or(text.len() - from);
    let (start, end) = match text.get(start..).map(str::trim_start) {
        Some("") | None => (text.trim_end().rfind(char::is_whitespace).map_or(0, |at| at + 1), text.trim_end().len()),
        Some(rest) if end <= start => (text.len() - rest.len(), word(text.len() - rest.len())),
        Some(_) => (start, end.min(text.len())),
    };
    let said = error.message().trim_end_matches('.');
    let said = said.replace("_KW", "").replace("IDENT", "a name");
    let message = format!("Postgres does not take this statement from `{}` on: {said}", &text[start..end]);
    Some(Fault::certain(start..end, message))
}
