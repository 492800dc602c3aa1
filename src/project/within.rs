//! Work on many files that ends at a bound, whatever the order of threads.

use std::ops::Range;

use rayon::prelude::*;

/// Makes something of items, in parallel, for as long as their work together is within a bound: of as many of the
/// first ones as fit. What is done does not depend on the order of threads.
pub(crate) fn within<T: Sync, R: Send>(
    items: &[T],
    most: u64,
    work: impl Fn(&T) -> Range<u64>,
    make: impl Fn(&T, u64) -> R + Sync,
    done: impl Fn(&T, &R) -> u64,
) -> Vec<R> {
    let mut made = Vec::with_capacity(items.len());
    let mut left = most;
    while made.len() < items.len() {
        let rest = &items[made.len()..];
        let mut room = left;
        let fits = |item: &&T| {
            let after = room.checked_sub(work(item).end);
            room = after.unwrap_or(room);
            after.is_some()
        };
        let count = rest.iter().take_while(fits).count();
        if count == 0 && work(&rest[0]).start > left {
            break;
        }
        let some = &rest[..count.max(1)];
        let results: Vec<R> = some.par_iter().map(|item| make(item, left)).collect();
        left = some.iter().zip(&results).fold(left, |left, (item, made)| left.saturating_sub(done(item, made)));
        made.extend(results);
    }
    made
}
