//! Python's `list.sort`, which asks for nothing but `<`. What is no order (NaN, answers about what is unknown, a comparison
//! that fails) is no reason to fail, and the steps of the algorithm decide then what stands where.

use super::error::Eval;

/// Lists that Python sorts by binary insertion alone: `Objects/listobject.c`, `merge_compute_minrun`.
const SHORT: usize = 64;

/// The places of `len` items in the order of `<`, those of equal ones as they were; the first failure of a comparison ends it.
///
/// Short lists take the steps of Python, longer ones only come to the same where `<` is an order.
pub(crate) fn sorted_places(len: usize, mut is_less: impl FnMut(usize, usize) -> Eval<bool>) -> Eval<Vec<usize>> {
    let mut places: Vec<usize> = (0..len).collect();
    let mut room = Vec::with_capacity(if len < SHORT { 0 } else { len / 2 });
    sort(&mut places, &mut room, &mut is_less)?;
    Ok(places)
}

fn sort(places: &mut [usize], room: &mut Vec<usize>, is_less: &mut impl FnMut(usize, usize) -> Eval<bool>) -> Eval<()> {
    if places.len() < SHORT {
        return insert(places, is_less);
    }
    let middle = places.len() / 2;
    sort(&mut places[..middle], room, is_less)?;
    sort(&mut places[middle..], room, is_less)?;
    if !is_less(places[middle], places[middle - 1])? {
        return Ok(());
    }
    room.clear();
    room.extend_from_slice(&places[..middle]);
    let (mut left, mut right) = (0, middle);
    for at in 0..places.len() {
        if left == room.len() {
            break;
        }
        if right < places.len() && is_less(places[right], room[left])? {
            places[at] = places[right];
            right += 1;
        } else {
            places[at] = room[left];
            left += 1;
        }
    }
    Ok(())
}

/// The first run as it stands, turned where it descends; the rest by binary insertion.
fn insert(places: &mut [usize], is_less: &mut impl FnMut(usize, usize) -> Eval<bool>) -> Eval<()> {
    if places.len() < 2 {
        return Ok(());
    }
    let descends = is_less(places[1], places[0])?;
    let mut run = 2;
    while run < places.len() && is_less(places[run], places[run - 1])? == descends {
        run += 1;
    }
    if descends {
        places[..run].reverse();
    }
    for at in run..places.len() {
        let (mut low, mut high) = (0, at);
        while low < high {
            let middle = low + (high - low) / 2;
            if is_less(places[at], places[middle])? {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        places[low..=at].rotate_right(1);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jinja::error::type_error;

    fn sorted(items: &[f64]) -> Vec<usize> {
        sorted_places(items.len(), |left, right| Ok(items[left] < items[right])).ok().unwrap()
    }

    #[test]
    fn equal_items_keep_their_order() {
        for len in [0, 1, 2, 3, 63, 64, 65, 127, 128, 1000] {
            for kinds in [1, 2, 7, 1000] {
                let items: Vec<f64> = (0..len).map(|n| f64::from((n * 7919 + 13) % 1009 % kinds)).collect();
                let mut wanted: Vec<usize> = (0..items.len()).collect();
                wanted.sort_by(|&left, &right| items[left].total_cmp(&items[right]));
                assert_eq!(sorted(&items), wanted, "{len} {kinds}");
            }
        }
    }

    /// As Python 3.11.7 sorts them.
    #[test]
    fn what_is_no_order_stands_where_the_steps_leave_it() {
        const NAN: f64 = f64::NAN;
        assert_eq!(sorted(&[5.0, 3.0, 4.0, NAN, 1.0, NAN, 2.0]), [4, 6, 1, 2, 0, 3, 5]);
        assert_eq!(sorted(&[1.0, 3.0, 2.0, NAN, 0.0, NAN, 2.0, -1.0]), [7, 4, 0, 2, 6, 1, 3, 5]);
    }

    #[test]
    fn a_failure_ends_it() {
        let mut asked = 0;
        let failed = sorted_places(200, |_, _| {
            asked += 1;
            if asked == 9 { Err(type_error("no order")) } else { Ok(asked % 3 == 0) }
        });
        assert!(failed.is_err());
        assert_eq!(asked, 9);
    }

    #[test]
    fn answers_without_an_order_end() {
        let mut state = 1_u64;
        for len in [10, 64, 500] {
            let places = sorted_places(len, |_, _| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                Ok(state >> 63 == 1)
            });
            let mut all = places.ok().unwrap();
            all.sort_unstable();
            assert!(all.into_iter().eq(0..len));
        }
    }
}
