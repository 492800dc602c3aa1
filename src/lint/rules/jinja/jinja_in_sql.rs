//! Finds Jinja that is sent to the warehouse as it stands: what is printed is not rendered again.

use super::nested_curlies;
use crate::lint::{Findings, Scene, Sink, origin};
use crate::source::Place;
use crate::sql::{self, Dialect};

/// The first tag of Jinja in a text that stands outside of quotes and comments.
fn tag(text: &str, dialect: Dialect, comments: &[std::ops::Range<usize>]) -> Option<std::ops::Range<usize>> {
    if !text.contains("{{") && !text.contains("{%") {
        return None;
    }
    let mut hidden = sql::quoted_texts(text, dialect);
    hidden.extend(comments.iter().cloned());
    let mut tags = ["{{", "{%"].into_iter().flat_map(|open| text.match_indices(open));
    tags.find_map(|(at, open)| {
        let close = if open == "{{" { "}}" } else { "%}" };
        let end = at + 2 + text[at + 2..].find(close)? + 2;
        let inside = text[at + 2..end - 2].trim_matches(['-', ' ', '\n']);
        let is_name = inside.starts_with(|char: char| char.is_alphabetic() || char == '_');
        (is_name && !hidden.iter().any(|one| one.start < at && at < one.end)).then_some(at..end)
    })
}

pub(in crate::lint) fn check<'f>(findings: &'f Findings<'f>, sink: &mut Sink<'f>) {
    let mut literals: Option<Vec<Place>> = None;
    for sql in findings.scenes().flat_map(Scene::sqls) {
        let dialect = Dialect::of_adapter(sql.scene.adapter());
        let Some(range) = tag(sql.text.as_str(), dialect, &sql.script.comments) else { continue };
        let literals = literals.get_or_insert_with(|| {
            let mut places = Vec::new();
            nested_curlies::literals(findings, &mut |part, literal, _| places.extend(part.place(literal.span())));
            places
        });
        let (place, _) = sql.origin(range.clone());
        let told = place.is_some_and(|place| literals.iter().any(|literal| origin::holds(*literal, place)));
        if told || place.is_none_or(|place| !findings.is_own(place)) {
            continue;
        }
        let shown = &sql.text.as_str()[range.clone()];
        let message = format!(
            "`{shown}` is sent as it stands: dbt renders a hook once, and neither what stands in {{% raw %}} nor what is \
             printed. The warehouse refuses the braces."
        );
        sink.add(
            sql.finding(range, message)
                .help("write the tag where dbt renders it: in the hook's own text or in a macro"),
        );
    }
}
