//! A reader that gives up: after so many bytes, or once nobody wants them any more.
//!
//! A few bytes can decompress to any number of them, and who made the archive chooses. So nothing on the host reads what a
//! decompressor gives but through this.

use std::io::{self, Read};

use crate::Cancel;

/// What a decompressor gives, up to a bound.
pub(crate) struct Bounded<R> {
    inner: R,
    left: u64,
    limit: u64,
    cancel: Cancel,
}

/// Why reading ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BoundError {
    /// There is more than expected of anything of this kind.
    #[error("it decompresses to more than {0} bytes")]
    TooMuch(u64),
    /// Nobody wants it any more.
    #[error("cancelled")]
    Cancelled,
}

impl BoundError {
    /// The reason, if that is what an error is about.
    pub(crate) fn of(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref().copied()
    }
}

impl<R: Read> Bounded<R> {
    /// At most `limit` bytes of `inner`; one more is an error.
    pub(crate) fn new(inner: R, limit: u64, cancel: &Cancel) -> Self {
        Self { inner, left: limit, limit, cancel: cancel.clone() }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.cancel.is_cancelled() {
            return Err(io::Error::other(BoundError::Cancelled));
        }
        let count = self.inner.read(buffer)?;
        match self.left.checked_sub(count as u64) {
            Some(left) => self.left = left,
            None => return Err(io::Error::other(BoundError::TooMuch(self.limit))),
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_byte_too_many_is_an_error() {
        let read = |limit| {
            let mut bytes = Vec::new();
            Bounded::new(&b"12345"[..], limit, &Cancel::new()).read_to_end(&mut bytes).map(|_| bytes)
        };
        assert_eq!(read(5).unwrap(), b"12345");
        assert_eq!(BoundError::of(&read(4).unwrap_err()), Some(BoundError::TooMuch(4)));
    }

    #[test]
    fn a_stream_without_end_is_left_when_nobody_wants_it() {
        let cancel = Cancel::new();
        let mut reader = Bounded::new(io::repeat(0), u64::MAX, &cancel);
        reader.read_exact(&mut [0; 100]).unwrap();
        cancel.cancel();
        assert_eq!(BoundError::of(&reader.read(&mut [0; 100]).unwrap_err()), Some(BoundError::Cancelled));
    }
}
