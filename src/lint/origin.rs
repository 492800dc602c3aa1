//! Where SQL was written: the bytes of the person, not those of a variable's value that landed in it.

use std::ops::Range;
use std::sync::Arc;

use crate::hook::Hook;
use crate::project::Project;
use crate::source::{Call, Piece, Place, Text};

/// Where a range of a hook's text was written, and through which macro calls it came.
///
/// The range belongs to the hook or macro that its first byte is from. What a macro that is called further
/// inside adds stands at that macro's call; a variable's value that was written elsewhere stands nowhere.
pub(crate) fn origin<'t>(
    project: &Project,
    hook: &Hook,
    text: &'t Text,
    range: Range<usize>,
) -> (Option<Place>, Option<&'t Arc<Call>>) {
    let (start, end) = (range.start as u32, range.end.max(range.start + 1) as u32);
    let from = text.pieces.partition_point(|piece| piece.at + piece.len <= start);
    let pieces = || text.pieces[from..].iter().take_while(move |piece| piece.at < end);
    let Some((first, home)) = pieces().find_map(|piece| Some((piece, home(project, hook, piece)?))) else {
        return (text.place_of(range.clone()), text.through(range));
    };
    let places = pieces().filter_map(|piece| {
        if same_call(piece.through.as_ref(), first.through.as_ref()) {
            return Some(piece.part(start.max(piece.at), end.min(piece.at + piece.len)));
        }
        let mut calls = piece.through.iter().flat_map(|call| call.chain());
        calls.find(|call| same_call(call.within.as_ref(), first.through.as_ref()))?.place
    });
    // A value that was made further up and lands in the text here isn't part of it.
    let follows = |place: &Place| holds(home, *place) && place.start >= first.place.start;
    let place = places.filter(follows).reduce(Place::to);
    (place, first.through.as_ref())
}

/// The hook or macro whose text a piece is, where the piece was written in it.
fn home(project: &Project, hook: &Hook, piece: &Piece) -> Option<Place> {
    let home = if piece.through.is_none() {
        hook.raw.place_of(0..hook.raw.as_str().len()).or(hook.place)?
    } else {
        project.macros.iter().map(|one| one.block).find(|&block| holds(block, piece.place))?
    };
    holds(home, piece.place).then_some(home)
}

/// Whether one place lies in the other.
pub(crate) fn holds(outer: Place, inner: Place) -> bool {
    outer.file == inner.file && outer.start <= inner.start && inner.end <= outer.end
}

fn same_call(left: Option<&Arc<Call>>, right: Option<&Arc<Call>>) -> bool {
    match (left, right) {
        (None, None) => true,
        (Some(left), Some(right)) => Arc::ptr_eq(left, right) || left == right,
        _ => false,
    }
}
