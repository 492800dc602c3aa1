//! What people mean by templates that do not parse, where that is plain to see.

use crate::jinja::{ErrorKind, JinjaError};
use crate::lint::Scene;
use crate::source::Place;

/// A mistake behind a syntax error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mistake {
    /// `{{ … {{ x }} … }}`: the inner tag.
    NestedCurlies(Place),
    /// `{% … {{ x }} … %}`: the inner tag.
    CurliesInStatement(Place),
    /// `{% if x = 1 %}`: the sign.
    AssignmentInCondition(Place),
    /// `{{ x }`: the closing brace.
    SingleBrace(Place),
}

/// The mistake behind an error, if one is plain to see.
pub(super) fn mistake(scene: &Scene<'_>, error: &JinjaError) -> Option<Mistake> {
    let place = error.place.filter(|_| error.kind == ErrorKind::Syntax)?;
    let text = &scene.findings.project.sources.get(place.file).text;
    nested(text, place).or_else(|| assigned(text, place)).or_else(|| half_closed(text, place))
}

/// The last tag that opens before a byte and does not close before it.
fn open_tag(text: &str, before: usize) -> Option<usize> {
    let text = text.get(..before)?;
    let opened = text.rfind("{{").max(text.rfind("{%"))?;
    let inside = &text[opened..];
    (!inside.contains("}}") && !inside.contains("%}")).then_some(opened)
}

/// A tag that opens in a tag, at or before the fault.
fn nested(text: &str, place: Place) -> Option<Mistake> {
    let near = (place.end as usize).max(place.start as usize + 2).min(text.len());
    let inner = text.get(..near)?.rfind("{{")?;
    let outer = open_tag(text, inner)?;
    let quotes = |quote: char| text[outer..inner].matches(quote).count() % 2;
    if quotes('\'') + quotes('"') > 0 || !place_is_near(text, inner, place) {
        return None;
    }
    let end = inner + text[inner..].find("}}")? + 2;
    let inner = Place { start: inner as u32, end: end as u32, ..place };
    let in_statement = text[outer..].starts_with("{%");
    Some(if in_statement { Mistake::CurliesInStatement(inner) } else { Mistake::NestedCurlies(inner) })
}

/// The fault lies in the inner tag or directly behind it.
fn place_is_near(text: &str, inner: usize, place: Place) -> bool {
    let end = text[inner..].find("}}").map_or(text.len(), |at| inner + at + 2);
    (inner..=end).contains(&(place.start as usize))
}

fn assigned(text: &str, place: Place) -> Option<Mistake> {
    let (start, end) = (place.start as usize, place.end as usize);
    let is_sign = text.get(start..end)? == "=" && !text.get(end..)?.starts_with('=');
    let tag = open_tag(text, start)?;
    let inside = text[tag..start].trim_start_matches(['{', '%', '-', '+']).trim_start();
    let in_condition =
        ["if ", "elif ", "if(", "elif("].iter().any(|word| inside.starts_with(word)) || inside.contains(" if ");
    (is_sign && in_condition).then_some(Mistake::AssignmentInCondition(place))
}

/// `{{ x }` with one brace where two close.
fn half_closed(text: &str, place: Place) -> Option<Mistake> {
    let start = place.start as usize;
    let rest = text.get(start..)?;
    let opened = open_tag(text, start).filter(|&at| text[at..].starts_with("{{"))?;
    let depth = text[opened + 2..start].matches('{').count();
    let closed = text[opened + 2..start].matches('}').count();
    let alone = rest.starts_with('}') && !rest.starts_with("}}") && depth == closed;
    let brace = Place { start: place.start, end: place.start + 1, ..place };
    alone.then_some(Mistake::SingleBrace(brace))
}
