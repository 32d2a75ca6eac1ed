//! Why metadata is not believed.

use std::fmt;

use crate::Time;

/// Who signed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Says who may sign what.
    Root,
    /// Lists what can be installed.
    Targets,
    /// Names the newest list.
    Snapshot,
    /// Names the newest snapshot.
    Timestamp,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Root, Self::Targets, Self::Snapshot, Self::Timestamp];

    /// Its name in metadata.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Targets => "targets",
            Self::Snapshot => "snapshot",
            Self::Timestamp => "timestamp",
        }
    }

    /// Bytes that a file of this role may have; no larger one is read or written. Nobody vouches for it before its signatures
    /// were verified.
    ///
    /// A timestamp names one file and a snapshot a few. A root takes some 250 bytes for each key. A list takes some 700 bytes
    /// for each version of an image, so there is room for 5,900; it is not read before the snapshot vouched for its digest.
    pub fn limit(self) -> u64 {
        match self {
            Self::Timestamp => 16 << 10,
            Self::Snapshot => 64 << 10,
            Self::Root => 512 << 10,
            Self::Targets => 4 << 20,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why metadata is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// It cannot be understood.
    #[error("cannot parse the {role} metadata: {problem}")]
    Malformed {
        /// Whose.
        role: Role,
        /// What is wrong with it.
        problem: String,
    },
    /// Too few of the keys that may sign it did.
    #[error(
        "the {role} metadata has {have} of the {need} signatures that it needs by keys that this device trusts"
    )]
    Signatures {
        /// Whose.
        role: Role,
        /// Good signatures by different keys.
        have: usize,
        /// How many it takes.
        need: usize,
    },
    /// It was valid once.
    #[error("the {role} metadata expired at {expired}; here it is at least {now}")]
    Expired {
        /// Whose.
        role: Role,
        /// Until when it was valid.
        expired: Time,
        /// What it was checked against.
        now: Time,
    },
    /// Something newer was seen before.
    #[error("the {role} metadata has version {version}, but version {seen} was seen before")]
    Older {
        /// Whose.
        role: Role,
        /// Its version.
        version: u64,
        /// The newest that was seen.
        seen: u64,
    },
    /// It is not what the metadata above it names.
    #[error("the {role} metadata is not what the metadata above it names: {problem}")]
    Mismatch {
        /// Whose.
        role: Role,
        /// What differs.
        problem: String,
    },
}
