//! The index: the chunks of the content, in order.
//!
//! `YOEINDX1`, then five numbers of 32 bits (little-endian): smallest, average and largest chunk, number of chunks of the
//! root, number of chunks of the kernel; then for each chunk its length (32 bits) and its SHA-256 digest (32 bytes).

use std::io::{self, Read};

use crate::{Chunking, chunks};

const MAGIC: &[u8; 8] = b"YOEINDX1";
const HEADER: usize = 28;
const RECORD: usize = 36;

/// A piece of the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Chunk {
    /// In bytes.
    pub length: u32,
    /// Its digest.
    pub sha256: [u8; 32],
}

/// Why an index is not usable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// Not an index, or of another version.
    #[error("it is not an index of this format")]
    Foreign,
    /// It is cut off, or longer than it says.
    #[error("its length is not what its header says")]
    Length,
    /// Chunk sizes that no chunker makes.
    #[error("its chunks have sizes that cannot be")]
    Sizes,
}

/// The chunks of root and kernel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// How they were cut.
    pub chunking: Chunking,
    /// Of the root file system, in order.
    pub root: Vec<Chunk>,
    /// Of the kernel image, in order.
    pub kernel: Vec<Chunk>,
}

impl Index {
    /// Cuts both parts.
    ///
    /// # Errors
    /// When reading fails.
    pub fn of(root: impl Read, kernel: impl Read, chunking: Chunking) -> io::Result<Self> {
        let cut = |from: &mut dyn Read| {
            let mut all = Vec::new();
            chunks(from, chunking, |_, chunk| {
                all.push(chunk);
                Ok(())
            })?;
            Ok::<_, io::Error>(all)
        };
        let (mut root, mut kernel) = (root, kernel);
        Ok(Self { chunking, root: cut(&mut root)?, kernel: cut(&mut kernel)? })
    }

    /// Reads an index whose parts have these sizes in bytes.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(bytes: &[u8], root: u64, kernel: u64) -> Result<Self, IndexError> {
        if !bytes.starts_with(MAGIC) || bytes.len() < HEADER {
            return Err(IndexError::Foreign);
        }
        let number = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let chunking = Chunking { smallest: number(8), average: number(12), largest: number(16) };
        let (roots, kernels) = (number(20) as usize, number(24) as usize);
        let records = bytes[HEADER..].chunks_exact(RECORD);
        if !records.remainder().is_empty() || roots.checked_add(kernels) != Some(records.len()) {
            return Err(IndexError::Length);
        }
        let mut all = records.map(|record| {
            let mut sha256 = [0; 32];
            sha256.copy_from_slice(&record[4..]);
            Chunk { length: u32::from_le_bytes([record[0], record[1], record[2], record[3]]), sha256 }
        });
        let index = Self { chunking, root: all.by_ref().take(roots).collect(), kernel: all.collect() };
        let sum = |chunks: &[Chunk]| chunks.iter().map(|chunk| u64::from(chunk.length)).sum::<u64>();
        let fit = |chunk: &Chunk| (1..=chunking.largest).contains(&chunk.length);
        let fits = chunking.is_sane() && index.root.iter().chain(&index.kernel).all(fit);
        if !fits || sum(&index.root) != root || sum(&index.kernel) != kernel {
            return Err(IndexError::Sizes);
        }
        Ok(index)
    }

    /// Its bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let Chunking { smallest, average, largest } = self.chunking;
        let mut bytes = MAGIC.to_vec();
        for number in [smallest, average, largest, self.root.len() as u32, self.kernel.len() as u32] {
            bytes.extend(number.to_le_bytes());
        }
        for chunk in self.root.iter().chain(&self.kernel) {
            bytes.extend(chunk.length.to_le_bytes());
            bytes.extend(chunk.sha256);
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CHUNKING;

    /// Bytes that look random.
    fn noise(length: usize, seed: u64) -> Vec<u8> {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as u8
        };
        std::iter::repeat_with(next).take(length).collect()
    }

    fn index(root: &[u8], kernel: &[u8]) -> Index {
        Index::of(root, kernel, CHUNKING).unwrap()
    }

    #[test]
    fn what_is_written_is_read() {
        let (root, kernel) = (noise(1 << 20, 1), noise(100_000, 2));
        let index = index(&root, &kernel);
        assert!(index.root.len() > 10 && !index.kernel.is_empty());
        let bytes = index.to_bytes();
        assert_eq!(Index::parse(&bytes, 1 << 20, 100_000), Ok(index));
        assert_eq!(Index::parse(&bytes, 1 << 20, 100_001), Err(IndexError::Sizes));
        assert_eq!(Index::parse(&bytes[..bytes.len() - 1], 1 << 20, 100_000), Err(IndexError::Length));
        assert_eq!(Index::parse(&bytes[1..], 1 << 20, 100_000), Err(IndexError::Foreign));
        assert_eq!(Index::parse(&bytes[..20], 1 << 20, 100_000), Err(IndexError::Foreign));
    }

    #[test]
    fn an_insertion_changes_the_chunks_around_it_alone() {
        let old = noise(2 << 20, 1);
        let new = [&old[..1 << 20], b"a line more\n", &old[1 << 20..]].concat();
        let (old, new) = (index(&old, b""), index(&new, b""));
        let missing: u64 = new
            .root
            .iter()
            .filter(|chunk| !old.root.contains(chunk))
            .map(|chunk| u64::from(chunk.length))
            .sum();
        assert!(missing <= 3 * u64::from(CHUNKING.largest), "{missing}");
    }

    #[test]
    fn sizes_that_would_stop_the_chunker_are_refused() {
        let mut bytes = index(&noise(1 << 16, 1), b"").to_bytes();
        bytes[8..12].copy_from_slice(&0u32.to_le_bytes());
        assert_eq!(Index::parse(&bytes, 1 << 16, 0), Err(IndexError::Sizes));
        let chunking = Chunking { smallest: 0, ..CHUNKING };
        assert!(chunks(&b"x"[..], chunking, |_, _| Ok(())).is_err());
    }

    proptest::proptest! {
        #[test]
        fn damage_never_panics(at in 0usize..200, byte: u8) {
            let mut bytes = index(&noise(1 << 18, 3), b"kernel").to_bytes();
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
            let _ = Index::parse(&bytes, 1 << 18, 6);
        }
    }
}
