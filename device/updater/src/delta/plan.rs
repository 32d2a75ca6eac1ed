//! Where each chunk comes from, and in which order it is written.
//!
//! The slot that is written to holds an older version, or part of the new one: its chunks are used too, as long as nothing
//! was written over them. So chunks are moved within the slot first, those that move towards the end from the last to the
//! first and the others from the first to the last; then come copies from the slot that runs; then what is fetched.

use std::collections::{BTreeMap, HashMap};

use yoe_bundle::Chunk;

/// Where chunks are, by their digest.
pub type Places = HashMap<[u8; 32], u64>;

/// Where a chunk comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// From this offset of the place that is written to.
    Own(u64),
    /// From this offset of another place, by its number.
    Other(usize, u64),
    /// From the repository.
    Content,
}

/// A chunk and where it belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Its offset.
    pub at: u64,
    /// The chunk.
    pub chunk: Chunk,
    /// Where it comes from.
    pub origin: Origin,
}

/// Every chunk that is not in its place, in the order in which they are to be written.
pub fn plan(wanted: &[Chunk], in_place: &[bool], own: &Places, others: &[Places]) -> Vec<Piece> {
    let mut at = 0;
    let (mut right, mut left, mut copies, mut fetches) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (chunk, in_place) in wanted.iter().zip(in_place) {
        let piece = |origin| Piece { at, chunk: *chunk, origin };
        let from_other = || {
            let mut found = others.iter().enumerate();
            found.find_map(|(number, places)| Some(Origin::Other(number, *places.get(&chunk.sha256)?)))
        };
        if !in_place {
            match (from_other(), own.get(&chunk.sha256)) {
                (Some(origin), _) => copies.push(piece(origin)),
                (None, Some(from)) if *from < at => right.push(piece(Origin::Own(*from))),
                (None, Some(from)) => left.push(piece(Origin::Own(*from))),
                (None, None) => fetches.push(piece(Origin::Content)),
            }
        }
        at += u64::from(chunk.length);
    }
    right.reverse();
    let mut written = Written::default();
    let mut order = Vec::new();
    for piece in right.into_iter().chain(left) {
        let Origin::Own(from) = piece.origin else { continue };
        if written.touches(from, piece.chunk.length) {
            fetches.push(Piece { origin: Origin::Content, ..piece });
        } else {
            written.add(piece.at, piece.chunk.length);
            order.push(piece);
        }
    }
    fetches.sort_by_key(|piece| piece.at);
    order.extend(copies);
    order.extend(fetches);
    order
}

/// What was written over; nothing is written twice.
#[derive(Default)]
struct Written(BTreeMap<u64, u64>);

impl Written {
    fn add(&mut self, at: u64, length: u32) {
        self.0.insert(at, at + u64::from(length));
    }

    fn touches(&self, at: u64, length: u32) -> bool {
        let before_end = self.0.range(..at + u64::from(length)).next_back();
        before_end.is_some_and(|(_, end)| *end > at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Content as chunks: each letter is a chunk of its own length.
    fn chunk(letter: char) -> Chunk {
        Chunk { length: 1 + u32::from(letter) % 7, sha256: [letter as u8; 32] }
    }

    fn bytes(text: &str) -> Vec<u8> {
        text.chars().flat_map(|letter| vec![letter as u8; chunk(letter).length as usize]).collect()
    }

    fn places(text: &str) -> Places {
        let mut at = 0;
        let place = |letter| {
            let chunk = chunk(letter);
            at += u64::from(chunk.length);
            (chunk.sha256, at - u64::from(chunk.length))
        };
        text.chars().map(place).collect()
    }

    /// Carries a plan out on memory; the bytes that were fetched.
    fn carry_out(old: &str, running: &str, new: &str) -> usize {
        let (mut slot, other, content) = (bytes(old), bytes(running), bytes(new));
        slot.resize(slot.len().max(content.len()), 0);
        let wanted: Vec<Chunk> = new.chars().map(chunk).collect();
        let mut at = 0;
        let in_place: Vec<bool> = wanted
            .iter()
            .map(|chunk| {
                let range = at..at + chunk.length as usize;
                at = range.end;
                slot[range.clone()] == content[range]
            })
            .collect();
        let mut fetched = 0;
        for piece in plan(&wanted, &in_place, &places(old), &[places(running)]) {
            let (at, length) = (piece.at as usize, piece.chunk.length as usize);
            let from = match piece.origin {
                Origin::Own(from) => slot[from as usize..][..length].to_vec(),
                Origin::Other(_, from) => other[from as usize..][..length].to_vec(),
                Origin::Content => {
                    fetched += length;
                    content[at..at + length].to_vec()
                }
            };
            slot[at..at + length].copy_from_slice(&from);
        }
        assert_eq!(slot[..content.len()], content, "{old} {running} {new}");
        fetched
    }

    #[test]
    fn what_is_here_is_not_fetched() {
        assert_eq!(carry_out("abcdef", "", "abcdef"), 0, "in place");
        assert_eq!(carry_out("", "abcdef", "fedcba"), 0, "from the slot that runs");
        assert_eq!(carry_out("abcdef", "", "xabcdef"), bytes("x").len(), "moved towards the end");
        assert_eq!(carry_out("xabcdef", "", "abcdef"), 0, "moved towards the beginning");
        assert_eq!(carry_out("ab", "", "ba"), bytes("b").len(), "a was written over b");
    }

    proptest::proptest! {
        #[test]
        fn every_plan_gives_the_content(old in "[a-j]{0,12}", running in "[a-j]{0,12}", new in "[a-j]{0,12}") {
            let fetched = carry_out(&old, &running, &new);
            proptest::prop_assert!(fetched <= bytes(&new).len());
        }
    }
}
