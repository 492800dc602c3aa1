//! Finds a text that is printed without quotes where SQL needs them: the invocation's id, an address.

use crate::lint::{Findings, Scene, Sink};
use crate::render::context::INVOCATION_ID;
use crate::sql::{self, Dialect};

/// What a printed text certainly is, where it is no SQL.
fn what(text: &str) -> Option<&'static str> {
    if text == INVOCATION_ID {
        return Some("the invocation's id");
    }
    let (name, host) = text.split_once('@')?;
    let is_part = |part: &str, signs: &str| {
        !part.is_empty() && part.chars().all(|char| char.is_ascii_alphanumeric() || signs.contains(char))
    };
    let is_address = is_part(name, "._+-") && is_part(host, ".-") && host.contains('.') && !host.starts_with('.');
    is_address.then_some("an address")
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    for sql in findings.scenes().flat_map(Scene::sqls) {
        let text = sql.text.as_str();
        let dialect = Dialect::of_adapter(sql.scene.adapter());
        let mut hidden = None;
        for piece in sql.text.pieces.iter() {
            let range = piece.at as usize..(piece.at + piece.len) as usize;
            let Some((shown, what)) = text.get(range.clone()).and_then(|shown| Some((shown, what(shown)?))) else {
                continue;
            };
            let hidden = hidden.get_or_insert_with(|| {
                let mut hidden = sql::quoted_texts(text, dialect);
                hidden.extend(sql::quoted_names(text, dialect));
                hidden.extend(sql.script.comments.iter().cloned());
                hidden
            });
            let is_hidden = hidden.iter().any(|one| one.start < range.start && range.start < one.end);
            // As the whole of a value: a part of a name or a path is another thing.
            let before = text[..range.start].trim_end().chars().next_back();
            let after = text[range.end..].trim_start().chars().next();
            let is_value = matches!(before, Some('(' | ',' | '=')) && matches!(after, Some(',' | ')' | ';') | None);
            if is_hidden || !is_value {
                continue;
            }
            let message = format!(
                "This prints {what}, `{shown}`, without quotes: the warehouse takes it for SQL and refuses the statement."
            );
            sink.add(sql.finding(range, message).help("put quotes around it: `'{{ … }}'`").sql(text));
        }
    }
}
