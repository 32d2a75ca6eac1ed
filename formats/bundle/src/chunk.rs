//! Content-defined chunks (FastCDC): what two versions have in common is found wherever it moved to.

use std::io::{self, Read};

use fastcdc::v2020::StreamCDC;
use ring::digest::{SHA256, digest};

use crate::Chunk;

/// Where chunks end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunking {
    /// No chunk but the last one is smaller, in bytes.
    pub smallest: u32,
    /// What a chunk amounts to on average, in bytes.
    pub average: u32,
    /// No chunk is larger, in bytes.
    pub largest: u32,
}

/// What is published. Smaller chunks find more in common and make a larger index; docs/design/0016 has the measurements.
pub const CHUNKING: Chunking = Chunking { smallest: 4 << 10, average: 16 << 10, largest: 64 << 10 };

impl Chunking {
    /// The chunker accepts no other values, and no device should need more memory.
    pub(crate) fn is_sane(self) -> bool {
        (64..=1 << 20).contains(&self.smallest)
            && (256..=4 << 20).contains(&self.average)
            && (1024..=16 << 20).contains(&self.largest)
            && self.smallest <= self.average
            && self.average <= self.largest
    }
}

/// Cuts what is read into chunks, and gives each with its offset.
///
/// # Errors
/// When reading fails, or the receiver.
pub fn chunks(
    from: impl Read,
    chunking: Chunking,
    mut to: impl FnMut(u64, Chunk) -> io::Result<()>,
) -> io::Result<()> {
    if !chunking.is_sane() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "no chunker has these sizes"));
    }
    let sizes = [chunking.smallest, chunking.average, chunking.largest].map(|size| size as usize);
    for chunk in StreamCDC::new(from, sizes[0], sizes[1], sizes[2]) {
        let chunk = chunk.map_err(io::Error::from)?;
        let mut sha256 = [0; 32];
        sha256.copy_from_slice(digest(&SHA256, &chunk.data).as_ref());
        to(chunk.offset, Chunk { length: chunk.data.len() as u32, sha256 })?;
    }
    Ok(())
}
