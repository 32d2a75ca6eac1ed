//! Keys of actions.

use std::collections::BTreeMap;

use yoe_model::{ContentHash, Digest, Fingerprint};

/// The time that stands for "now" in units and packages: 1980-01-01, the earliest that every archive format can hold.
/// It never moves, so that a package changes only when its content does.
pub const UNIT_EPOCH: u64 = 315_532_800;

/// The named inputs of an action while they are collected. The name of every part stands in the crate's table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Key {
    parts: BTreeMap<String, Digest>,
}

impl Key {
    /// A key with the version of the program's own behaviour. Raise `rules` when the same inputs would give another
    /// result than before.
    pub fn new(rules: u32) -> Self {
        Self::default().with("rules", &rules)
    }

    /// Adds one part.
    pub fn with(mut self, name: impl Into<String>, value: &(impl ContentHash + ?Sized)) -> Self {
        self.parts.insert(name.into(), Fingerprint::new("part").add(value).finish());
        self
    }

    /// The digest of all parts, for one kind of action.
    pub fn digest(kind: &str, parts: &BTreeMap<String, Digest>) -> Digest {
        Fingerprint::new(kind).add(parts).finish()
    }

    /// The parts, by name.
    pub fn into_parts(self) -> BTreeMap<String, Digest> {
        self.parts
    }
}
