//! What a grammar of `PostgreSQL` has against a statement in which nothing that has a name is wrong.
//!
//! It is asked only of what the other parser of SQL refuses too: each of the two alone refuses valid statements.

use squawk_syntax::SourceFile;

use crate::sql::Fault;

/// The first fault of a statement.
pub(in crate::sql) fn refused(text: &str) -> Option<Fault> {
    // A hook that is JSON is unwrapped before it is sent.
    if text.starts_with('{') {
        return None;
    }
    let parsed = SourceFile::parse(text);
    let error = parsed.errors().into_iter().next()?;
    if is_wrong(text, error.message()) {
        return None;
    }
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

/// What the grammar has against statements that the server takes: SUBSTRING (… FROM …) as a table, an exclusion
/// with the class of an operator, ALTER STATISTICS IF EXISTS, the word USER for a user.
fn is_wrong(text: &str, said: &str) -> bool {
    let holds =
        |words: &str| text.to_ascii_lowercase().split_whitespace().collect::<Vec<_>>().join(" ").contains(words);
    said.ends_with("is not a valid function name")
        || (said.starts_with("expected WITH") && holds("exclude "))
        || (said.starts_with("expected OWNER") && holds("alter statistics if exists"))
        || (said.starts_with("expected role") && holds("user mapping"))
}
