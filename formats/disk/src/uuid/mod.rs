//! Identifiers of partitions.

use std::fmt;
use std::str::FromStr;

/// A UUID (RFC 9562), as the text shows it: the first byte is the first pair of digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uuid([u8; 16]);

/// The text is no UUID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a UUID: expected 32 hexadecimal digits as 8-4-4-4-12")]
pub struct UuidError(String);

/// Where GPT swaps bytes: the first three fields are little-endian there.
const GPT_ORDER: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

impl Uuid {
    /// No UUID at all: an unused entry's type.
    pub const NIL: Self = Self([0; 16]);

    /// From its sixteen bytes, in the order of the text.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The UUID of a root slot: the first 128 bits of its root hash, as the Discoverable Partitions Specification
    /// derives it. So the same kernel image finds its root in either slot.
    pub fn of_root_hash(hash: &[u8; 32]) -> Self {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        Self(bytes)
    }

    /// From the sixteen bytes of a partition table.
    pub fn from_gpt(bytes: [u8; 16]) -> Self {
        Self(GPT_ORDER.map(|from| bytes[from]))
    }

    /// The sixteen bytes for a partition table.
    pub fn to_gpt(self) -> [u8; 16] {
        GPT_ORDER.map(|from| self.0[from])
    }

    /// Its bytes, in the order of the text.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl FromStr for Uuid {
    type Err = UuidError;

    fn from_str(text: &str) -> Result<Self, UuidError> {
        let wrong = || UuidError(text.to_owned());
        let shape: Vec<usize> = text.split('-').map(str::len).collect();
        if shape != [8, 4, 4, 4, 12] {
            return Err(wrong());
        }
        let bytes = yoe_notation::hex::decode(&text.replace('-', "")).ok_or_else(wrong)?;
        Ok(Self(bytes.try_into().map_err(|_| wrong())?))
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Uuid({self})")
    }
}

#[cfg(test)]
mod tests;
