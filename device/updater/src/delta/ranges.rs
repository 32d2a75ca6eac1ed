//! Which parts of the content to ask for. Never more than the whole of it costs.

use std::ops::Range;

/// What a request and its answer cost beyond the content, in bytes: headers both ways, and a round trip's worth of waiting.
pub const REQUEST: u64 = 2048;

/// Joins the first of these parts, given in order, with those after it, wherever the gap between two costs no more than another
/// request: so many bytes. What is joined so one time after the other costs the least there is, and never more than one request
/// for the whole; nothing when there are no parts.
pub fn first(parts: impl IntoIterator<Item = Range<u64>>, request: u64) -> Option<Range<u64>> {
    let mut parts = parts.into_iter();
    let mut joined = parts.next()?;
    for part in parts {
        if part.start > joined.end.saturating_add(request) {
            break;
        }
        joined.end = joined.end.max(part.end);
    }
    Some(joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that these cost.
    fn cost(ranges: &[Range<u64>]) -> u64 {
        ranges.iter().map(|range| range.end - range.start + REQUEST).sum()
    }

    /// All requests for these parts.
    fn ranges(parts: &[Range<u64>]) -> Vec<Range<u64>> {
        let mut all: Vec<Range<u64>> = Vec::new();
        let left = |all: &[Range<u64>]| {
            let end = all.last().map_or(0, |last| last.end);
            first(parts.iter().filter(|part| part.start >= end).cloned(), REQUEST)
        };
        while let Some(next) = left(&all) {
            all.push(next);
        }
        all
    }

    #[test]
    fn near_parts_are_one_request() {
        let parts = [0..10, 10..20, 30..40, 100_000..100_010];
        assert_eq!(ranges(&parts), [0..40, 100_000..100_010]);
        assert_eq!(first(parts, u64::MAX), Some(0..100_010));
        assert_eq!(first([], REQUEST), None);
    }

    proptest::proptest! {
        #[test]
        fn never_more_than_the_whole(steps in proptest::collection::vec((0u64..9000, 1u64..9000), 0..40)) {
            let mut at = 0;
            let parts: Vec<Range<u64>> = steps
                .iter()
                .map(|(gap, length)| {
                    at += gap + length;
                    at - length..at
                })
                .collect();
            let whole = 0..at;
            let asked = ranges(&parts);
            proptest::prop_assert!(cost(&asked) <= cost(&[whole]));
            for part in parts {
                proptest::prop_assert!(asked.iter().any(|range| range.start <= part.start && part.end <= range.end));
            }
        }
    }
}
