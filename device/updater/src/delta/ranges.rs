//! Which parts of the content to ask for. Never more than the whole of it costs.

use std::ops::Range;

/// What a request and its answer cost beyond the content, in bytes: headers both ways, and a round trip's worth of waiting.
const REQUEST: u64 = 2048;

/// Joins parts, given in order, wherever the gap between two costs less than another request. So the sum of what is asked for
/// and what asking costs is the least there is, and never more than one request for the whole costs.
pub fn ranges(parts: impl IntoIterator<Item = Range<u64>>) -> Vec<Range<u64>> {
    let mut all: Vec<Range<u64>> = Vec::new();
    for part in parts {
        match all.last_mut() {
            Some(last) if part.start <= last.end + REQUEST => last.end = last.end.max(part.end),
            _ => all.push(part),
        }
    }
    all
}

/// Bytes that these cost.
#[cfg(test)]
fn cost(ranges: &[Range<u64>]) -> u64 {
    ranges.iter().map(|range| range.end - range.start + REQUEST).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_parts_are_one_request() {
        let parts = [0..10, 10..20, 30..40, 100_000..100_010];
        assert_eq!(ranges(parts), [0..40, 100_000..100_010]);
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
            let asked = ranges(parts.clone());
            proptest::prop_assert!(cost(&asked) <= cost(&[whole]));
            for part in parts {
                proptest::prop_assert!(asked.iter().any(|range| range.start <= part.start && part.end <= range.end));
            }
        }
    }
}
