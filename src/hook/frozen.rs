//! Which hooks of `config()` calls are computed while dbt parses, rather than written as text.

use super::value::{Entry, Given};
use super::{ConfigHook, Frozen};
use crate::datum::Datum;
use crate::project::yaml_jinja::has_jinja;
use crate::source::{Call, Piece, Place, Sources, Text};

/// What an item of a `config()` value gives in the run pass.
pub(super) struct AtRun {
    items: Option<Vec<Given>>,
}

impl AtRun {
    /// The items of the value in the run pass.
    pub(super) fn of(hook: &ConfigHook) -> AtRun {
        AtRun { items: hook.at_run.as_ref().map(|value| Given::plain(value).items()) }
    }

    /// The text of an item, where it is another one; empty where there is no such item then.
    fn other_text(&self, n: usize, entry: &Entry) -> Option<String> {
        let items = self.items.as_ref()?;
        let text = match items.get(n) {
            None => String::new(),
            Some(item) => match item.entry() {
                Ok(Some(then)) => then.raw.as_str().to_owned(),
                Ok(None) => return None,
                Err(_) => super::value::shown(&item.value),
            },
        };
        // White space between the words changes nothing.
        let same = text.split_whitespace().eq(entry.raw.as_str().split_whitespace());
        (!same).then_some(text)
    }
}

/// Whether an item of a `config()` value is frozen. What is written as one literal or joined from
/// literals is not, nor what holds Jinja for later, nor a JSON object, which is how `after_commit` and its
/// like answer.
pub(super) fn frozen(
    entry: &Entry,
    n: usize,
    at_run: &AtRun,
    value: &Datum,
    sources: &Sources,
    node: Option<Place>,
) -> Option<Frozen> {
    if entry.from_json {
        return None;
    }
    let at_run = at_run.other_text(n, entry);
    // Jinja for later may stand beside what is fixed now.
    if at_run.is_none() && has_jinja(entry.raw.as_str()) {
        return None;
    }
    if at_run.is_none() && is_written(&entry.raw, sources) {
        return None;
    }
    // A single text is the value's whole expression; of a list, the part that made the item.
    let whole = value.place.filter(|_| value.as_text().is_some());
    let pieces = entry.raw.pieces.iter().filter_map(expression);
    let part = || pieces.reduce(Place::to).map(|place| with_quotes(place, sources));
    let place = whole.or_else(part).or(entry.place).or(value.place).or(node)?;
    Some(Frozen { place, at_run })
}

/// Every byte is a byte of a file, or an escape in a literal, and came through no macro.
fn is_written(text: &Text, sources: &Sources) -> bool {
    let held: u32 = text.pieces.iter().map(|piece| piece.len).sum();
    held as usize == text.value.len()
        && text
            .pieces
            .iter()
            .all(|piece| piece.through.is_none() && (piece.verbatim || sources.slice(piece.place).starts_with('\\')))
}

/// The place with the quotes of the literals that it starts and ends in.
fn with_quotes(place: Place, sources: &Sources) -> Place {
    let text = sources.get(place.file).text.as_bytes();
    let is_quote =
        |at: Option<u32>| at.and_then(|at| text.get(at as usize)).is_some_and(|byte| matches!(byte, b'\'' | b'"'));
    Place {
        start: place.start - u32::from(is_quote(place.start.checked_sub(1))),
        end: place.end + u32::from(is_quote(Some(place.end))),
        ..place
    }
}

/// The expression in the node's file: the outermost call that the text came through, else its own place.
fn expression(piece: &Piece) -> Option<Place> {
    match &piece.through {
        Some(call) => call.chain().filter_map(|call: &Call| call.place).last(),
        None => Some(piece.place),
    }
}
