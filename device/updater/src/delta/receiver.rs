//! Taking an answer apart: every chunk in it that is wanted, wherever the answer begins and ends.

use std::ops::Range;

use ring::digest::{SHA256, digest};
use yoe_bundle::Chunk;

use crate::disk::Region;
use crate::error::UpdaterError;
use crate::source::Piece;

/// Damaged chunks after which the rest of an answer is not read.
const DAMAGED: usize = 4;

/// A chunk that has to be fetched, and where it belongs.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// Where it is in the content.
    pub at: u64,
    /// The chunk.
    pub chunk: Chunk,
    /// The place that it belongs into.
    pub to: Region<'a>,
    /// Where in that place.
    pub to_at: u64,
    /// It is there.
    pub done: bool,
}

impl Wanted<'_> {
    /// Its part of the content.
    pub fn part(&self) -> Range<u64> {
        self.at..self.at + u64::from(self.chunk.length)
    }
}

/// Takes one answer. Each chunk is written when all of it came in this answer: parts of two answers, which may be of two files,
/// are never put together.
pub struct Receiver<'w, 'a> {
    wanted: &'w mut [Wanted<'a>],
    asked: Range<u64>,
    /// What asking again costs, as far as is known of this server.
    request: u64,
    buffer: Vec<u8>,
    /// The chunk that the next byte belongs to, or comes before.
    index: usize,
    /// Where the next byte should be.
    at: Option<u64>,
    /// Chunks that came whole.
    pub got: u64,
    /// Chunks that came damaged.
    pub damaged: usize,
    /// A chunk whose place could not be written to.
    pub failed: Option<std::io::Error>,
}

impl<'w, 'a> Receiver<'w, 'a> {
    /// For these chunks, which are in order, when this was asked for.
    pub fn new(wanted: &'w mut [Wanted<'a>], asked: Range<u64>, request: u64) -> Self {
        let (index, at, buffer) = (0, None, Vec::new());
        Self { wanted, asked, request, buffer, index, at, got: 0, damaged: 0, failed: None }
    }

    /// What asking this server again costs: at least what it sends before the part that was asked for.
    pub fn request(&self) -> u64 {
        self.request
    }

    /// Takes the next bytes. Whether more of this answer is wanted.
    ///
    /// # Errors
    /// When a place cannot be written to.
    pub fn take(&mut self, piece: Piece<'_>) -> Result<bool, UpdaterError> {
        if self.at.is_none() {
            let before = self.asked.start.saturating_sub(piece.at);
            self.request = if piece.whole { u64::MAX } else { self.request.max(before) };
        }
        if self.at != Some(piece.at) {
            self.buffer.clear();
            self.index = self.wanted.partition_point(|wanted| wanted.at < piece.at);
        }
        let (mut at, mut bytes) = (piece.at, piece.bytes);
        self.at = Some(at + bytes.len() as u64);
        while let Some(wanted) = self.wanted.get_mut(self.index) {
            let next = wanted.at + self.buffer.len() as u64;
            let gap = (next - at).min(bytes.len() as u64);
            (at, bytes) = (at + gap, &bytes[gap as usize..]);
            if bytes.is_empty() {
                let is_near = next - at <= self.request;
                return Ok(is_near || at < self.asked.end || !self.buffer.is_empty());
            }
            let left = wanted.chunk.length as usize - self.buffer.len();
            let (now, rest) = bytes.split_at(left.min(bytes.len()));
            self.buffer.extend_from_slice(now);
            (at, bytes) = (at + now.len() as u64, rest);
            if now.len() < left {
                return Ok(true);
            }
            if is(&self.buffer, &wanted.chunk) {
                if let Err(error) = wanted.to.write_at(wanted.to_at, &self.buffer) {
                    self.failed = Some(error);
                    return Ok(false);
                }
                wanted.done = true;
                self.got += 1;
            } else {
                self.damaged += 1;
                if self.damaged >= DAMAGED {
                    return Ok(false);
                }
            }
            self.buffer.clear();
            self.index += 1;
        }
        Ok(false)
    }
}

/// Whether these bytes are this chunk.
pub fn is(bytes: &[u8], chunk: &Chunk) -> bool {
    digest(&SHA256, bytes).as_ref() == chunk.sha256
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::FileExt as _;

    /// Content of chunks of a hundred bytes.
    fn content() -> Vec<u8> {
        (0..4000u32).map(|number| (number * 7 % 251) as u8).collect()
    }

    fn wanted<'a>(file: &'a std::fs::File, numbers: &[u64]) -> Vec<Wanted<'a>> {
        let content = content();
        let want = |number: &u64| {
            let at = number * 100;
            let mut sha256 = [0; 32];
            sha256.copy_from_slice(digest(&SHA256, &content[at as usize..][..100]).as_ref());
            let chunk = Chunk { length: 100, sha256 };
            Wanted { at, chunk, to: Region::whole(file, 4000), to_at: at, done: false }
        };
        numbers.iter().map(want).collect()
    }

    /// An answer with this part of the content, in pieces of this length; which chunks it brought, and how much of it was read.
    fn answer(
        numbers: &[u64],
        request: u64,
        part: Range<u64>,
        length: usize,
        whole: bool,
    ) -> (Vec<u64>, u64) {
        let file = tempfile::tempfile().unwrap();
        file.set_len(4000).unwrap();
        let (mut wanted, content) = (wanted(&file, numbers), content());
        let asked = super::super::ranges::first(wanted.iter().map(Wanted::part), request).unwrap();
        let mut receiver = Receiver::new(&mut wanted, asked, request);
        let mut at = part.start;
        for bytes in content[part.start as usize..part.end as usize].chunks(length) {
            let more = receiver.take(Piece { at, bytes, whole }).unwrap();
            at += bytes.len() as u64;
            if !more {
                break;
            }
        }
        assert_eq!(receiver.damaged, 0);
        let done: Vec<_> = wanted.iter().filter(|wanted| wanted.done).map(|wanted| wanted.at / 100).collect();
        let mut written = vec![0; 4000];
        file.read_exact_at(&mut written, 0).unwrap();
        for number in &done {
            let range = *number as usize * 100..*number as usize * 100 + 100;
            assert_eq!(written[range.clone()], content[range]);
        }
        (done, at - part.start)
    }

    #[test]
    fn an_answer_may_begin_and_end_elsewhere() {
        // As asked for.
        assert_eq!(answer(&[3, 9, 30], 0, 300..400, 7, false), (vec![3], 100));
        // It begins earlier, and ends later: what is near is taken, what is far is not waited for.
        assert_eq!(answer(&[3, 6, 30], 0, 0..4000, 10, false), (vec![3, 6], 700));
        assert_eq!(answer(&[3, 30], 0, 200..4000, 10, false), (vec![3], 200));
        // A server that knows no parts would begin anew.
        assert_eq!(answer(&[3, 30], 0, 0..4000, 10, true), (vec![3, 30], 3100));
        // It ends earlier, and begins in the middle of a chunk.
        assert_eq!(answer(&[3, 9, 30], 1000, 350..950, 1, false).0, Vec::<u64>::new());
        assert_eq!(answer(&[3, 9, 30], 1000, 350..1050, 1, false).0, [9]);
    }

    #[test]
    fn what_is_damaged_is_not_written() {
        let file = tempfile::tempfile().unwrap();
        file.set_len(4000).unwrap();
        let mut wanted = wanted(&file, &[0, 1, 2]);
        let mut content = content();
        content[150] ^= 1;
        let mut receiver = Receiver::new(&mut wanted, 0..300, 0);
        receiver.take(Piece { at: 0, bytes: &content, whole: false }).unwrap();
        assert_eq!((receiver.got, receiver.damaged), (2, 1));
        assert_eq!(wanted.iter().map(|wanted| wanted.done).collect::<Vec<_>>(), [true, false, true]);
    }

    proptest::proptest! {
        #[test]
        fn however_it_is_cut(start in 0u64..4000, length in 1u64..4000, piece in 1usize..500, request in 0u64..2000) {
            let end = (start + length).min(4000);
            let (done, read) = answer(&[0, 5, 6, 7, 20, 38, 39], request, start..end, piece, true);
            let inside = [0u64, 5, 6, 7, 20, 38, 39].into_iter().filter(|number| number * 100 >= start && number * 100 + 100 <= end);
            proptest::prop_assert_eq!(done, inside.collect::<Vec<_>>());
            proptest::prop_assert!(read <= end - start);
        }
    }
}
