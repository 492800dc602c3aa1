//! How far two spellings are apart.

/// How many edits lead from one word to the other (a swap of neighbours is one), where these are at most `most`.
pub(crate) fn distance_within(left: &str, right: &str, most: usize) -> Option<usize> {
    // Most pairs are far apart, and that is cheap to see: an edit takes one letter away, adds one, or both.
    if left.is_ascii() && right.is_ascii() {
        let differ = (letters(left) ^ letters(right)).count_ones() as usize;
        if left.len().abs_diff(right.len()) > most || differ > 2 * most {
            return None;
        }
    }
    Some(strsim::osa_distance(left, right)).filter(|distance| *distance <= most)
}

/// The letters of a word, a bit for each; some share one.
fn letters(word: &str) -> u64 {
    word.bytes().fold(0, |seen, letter| seen | 1 << (letter & 63))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_far_apart_have_no_distance() {
        for (left, right, most) in [("pre-hook", "prehook", 1), ("select", "selcet", 1), ("a", "ab", 2), ("ü", "u", 1)]
        {
            assert_eq!(distance_within(left, right, most), Some(1), "{left} {right}");
        }
        assert_eq!(distance_within("insert", "select", 2), None);
        assert_eq!(distance_within("abc", "def", 3), Some(3));
    }
}
