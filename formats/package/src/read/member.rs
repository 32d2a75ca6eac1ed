//! Readers that watch what passes through them.

use std::cell::Cell;
use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

use crate::Sha256;
use crate::digest::Hash;

/// A buffer before a reader that sees exactly the bytes that were used up: gzip members end anywhere, and each is hashed by itself.
pub(super) struct Tap<R> {
    from: R,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    watch: Watch,
}

enum Watch {
    /// Keeps the bytes, up to this many.
    Keep(Vec<u8>, u64),
    Sum(Hash),
}

impl<R: Read> Tap<R> {
    pub fn new(from: R) -> Self {
        let buffer = vec![0; 64 << 10].into_boxed_slice();
        Self { from, buffer, start: 0, end: 0, watch: Watch::Keep(Vec::new(), 0) }
    }

    /// Unpacks one gzip member: its content and its own bytes, neither larger than `most`.
    pub fn member(&mut self, most: u64) -> io::Result<(Vec<u8>, Vec<u8>)> {
        self.watch = Watch::Keep(Vec::new(), most);
        let mut content = Vec::new();
        GzDecoder::new(&mut *self).take(most + 1).read_to_end(&mut content)?;
        if content.len() as u64 > most {
            return Err(too_large());
        }
        match std::mem::replace(&mut self.watch, Watch::Keep(Vec::new(), 0)) {
            Watch::Keep(bytes, _) => Ok((content, bytes)),
            Watch::Sum(_) => Ok((content, Vec::new())),
        }
    }

    /// Hashes from here on.
    pub fn restart(&mut self, hash: Hash) {
        self.watch = Watch::Sum(hash);
    }

    /// The SHA-256 of what passed since [`Tap::restart`].
    pub fn sum(self) -> Sha256 {
        match self.watch {
            Watch::Sum(hash) => hash.sha256_sum(),
            Watch::Keep(bytes, _) => Sha256::of(&bytes),
        }
    }

    /// Whether nothing is left.
    pub fn at_end(&mut self) -> io::Result<bool> {
        Ok(self.fill_buf()?.is_empty())
    }
}

fn too_large() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "it is too large")
}

impl<R: Read> BufRead for Tap<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if let Watch::Keep(bytes, most) = &self.watch
            && bytes.len() as u64 > *most
        {
            return Err(too_large());
        }
        while self.start == self.end {
            match self.from.read(&mut self.buffer) {
                Ok(count) => {
                    (self.start, self.end) = (0, count);
                    break;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(&self.buffer[self.start..self.end])
    }

    fn consume(&mut self, count: usize) {
        let used = &self.buffer[self.start..(self.start + count).min(self.end)];
        match &mut self.watch {
            Watch::Keep(bytes, _) => bytes.extend_from_slice(used),
            Watch::Sum(hash) => hash.update(used),
        }
        self.start += used.len();
    }
}

impl<R: Read> Read for Tap<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(into.len());
        into[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

/// Fails, and says so in a flag, when more than so many bytes are read.
pub(super) struct Bounded<'a, R> {
    from: R,
    left: u64,
    exceeded: &'a Cell<bool>,
}

impl<'a, R: Read> Bounded<'a, R> {
    pub fn new(from: R, most: u64, exceeded: &'a Cell<bool>) -> Self {
        Self { from, left: most, exceeded }
    }
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(into)?;
        match self.left.checked_sub(count as u64) {
            Some(left) => self.left = left,
            None => {
                self.exceeded.set(true);
                return Err(too_large());
            }
        }
        Ok(count)
    }
}
