//! The two digests that the format uses.

use std::fmt;
use std::io::{self, Read, Write};

use aws_lc_rs::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use yoe_notation::hex;

/// A SHA-1 digest (FIPS 180-4): the format identifies packages and files by it. What is trusted rests on SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha1(pub [u8; 20]);

/// A SHA-256 digest (FIPS 180-4).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha256(pub [u8; 32]);

impl Sha1 {
    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let mut hash = Hash::sha1();
        hash.update(bytes);
        hash.sha1_sum()
    }

    /// As the index and the installed database write it: `Q1` and base64.
    pub fn q1(&self) -> String {
        format!("Q1{}", STANDARD.encode(self.0))
    }

    /// From 40 hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        hex::array(text).map(Self)
    }
}

impl Sha256 {
    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let mut hash = Hash::sha256();
        hash.update(bytes);
        hash.sha256_sum()
    }

    /// From 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        hex::array(text).map(Self)
    }
}

impl fmt::Display for Sha1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

impl fmt::Debug for Sha1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sha1({self})")
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sha256({self})")
    }
}

/// A digest in the making.
#[derive(Clone)]
pub(crate) struct Hash(Context);

impl Hash {
    /// A SHA-1 digest of nothing yet.
    pub fn sha1() -> Self {
        Self(Context::new(&SHA1_FOR_LEGACY_USE_ONLY))
    }

    /// A SHA-256 digest of nothing yet.
    pub fn sha256() -> Self {
        Self(Context::new(&SHA256))
    }

    /// Takes more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of one that [`Hash::sha1`] began.
    pub fn sha1_sum(self) -> Sha1 {
        Sha1(self.bytes())
    }

    /// The digest of one that [`Hash::sha256`] began.
    pub fn sha256_sum(self) -> Sha256 {
        Sha256(self.bytes())
    }

    /// The first `N` bytes; the two callers above ask for the whole digest.
    fn bytes<const N: usize>(self) -> [u8; N] {
        let digest = self.0.finish();
        let mut bytes = [0; N];
        bytes.iter_mut().zip(digest.as_ref()).for_each(|(to, from)| *to = *from);
        bytes
    }
}

/// Passes on what is read or written and hashes it.
pub(crate) struct Hashing<T> {
    /// What is read from or written to.
    pub inner: T,
    /// Of all bytes that went through.
    pub hash: Hash,
    /// How many bytes went through.
    pub bytes: u64,
}

impl<T> Hashing<T> {
    /// Hashes with `hash` what goes through from now on.
    pub fn new(inner: T, hash: Hash) -> Self {
        Self { inner, hash, bytes: 0 }
    }
}

impl<T: Read> Read for Hashing<T> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        self.hash.update(&into[..count]);
        self.bytes += count as u64;
        Ok(count)
    }
}

impl<T: Write> Write for Hashing<T> {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(from)?;
        self.hash.update(&from[..count]);
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_examples_hold() {
        assert_eq!(Sha1::of(b"abc").to_string(), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(Sha1::of(b"abc").q1(), "Q1qZk+NkcGgWq6PiVxeFDCbJzQ2J0=");
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Sha256::of(b"abc").to_string(), abc);
        assert_eq!(Sha256::from_hex(abc), Some(Sha256::of(b"abc")));
    }

    #[test]
    fn what_is_not_hexadecimal_is_refused() {
        for text in ["", "ab", &"g".repeat(40), &"é".repeat(20), &"0".repeat(41)] {
            assert_eq!(Sha1::from_hex(text), None, "{text}");
        }
    }
}
