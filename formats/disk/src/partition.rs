//! Names and types of the partitions.

use crate::Uuid;

/// One of the two root slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// The first one.
    A,
    /// The second one.
    B,
}

impl Slot {
    /// Both, in the order of the disk.
    pub const BOTH: [Self; 2] = [Self::A, Self::B];

    /// The one that is not this one.
    pub fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    /// `a` or `b`.
    pub fn letter(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
        }
    }

    /// The name of its partition.
    pub fn partition(self) -> &'static str {
        match self {
            Self::A => ROOT_A,
            Self::B => ROOT_B,
        }
    }
}

/// The name of the EFI system partition.
pub const ESP: &str = "esp";
/// The name of the first root slot.
pub const ROOT_A: &str = "root-a";
/// The name of the second root slot.
pub const ROOT_B: &str = "root-b";
/// The name of the data partition.
pub const DATA: &str = "data";

/// The type of an EFI system partition.
pub const ESP_TYPE: &str = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b";
/// The type of a root partition for x86-64.
pub const ROOT_X86_64_TYPE: &str = "4f68bce3-e8cd-4db1-96e7-fbcaf984b709";
/// The type of a root partition for 64-bit ARM.
pub const ROOT_AARCH64_TYPE: &str = "b921b045-1df0-41c3-af44-4c6f280d3fae";

/// What a slot is called while it holds nothing that boots: one identifier for each slot, which no root hash has but by
/// chance of one in 2^128. Version 8 of RFC 9562.
pub fn empty(slot: Slot) -> Uuid {
    let mut bytes = *b"yoe-empty-slot--";
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    bytes[15] = slot.letter().as_bytes()[0];
    Uuid::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_differ() {
        assert_ne!(empty(Slot::A), empty(Slot::B));
        for slot in Slot::BOTH {
            assert_ne!(slot.partition(), slot.other().partition());
            assert_eq!(&empty(slot).to_string()[14..15], "8");
        }
    }

    #[test]
    fn types_are_uuids() {
        for text in [ESP_TYPE, ROOT_X86_64_TYPE, ROOT_AARCH64_TYPE] {
            assert_eq!(text.parse::<Uuid>().unwrap().to_string(), text);
        }
    }
}
