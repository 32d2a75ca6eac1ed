//! A file of a unit's own directory.

use std::sync::Arc;

use crate::content_hash::content_hash;
use crate::{ContentHash, Digest, Fingerprint};

/// A file of a unit's own directory: a patch, a configuration fragment, a template. Small by intent, so it travels with
/// the definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitFile {
    /// Path below the unit's directory, with `/`.
    pub path: String,
    /// Whether its owner may execute it.
    pub executable: bool,
    /// Its bytes.
    pub content: Arc<[u8]>,
}

impl UnitFile {
    /// The digest of its bytes.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.content)
    }
}

impl ContentHash for Arc<[u8]> {
    fn hash(&self, into: &mut Fingerprint) {
        (**self).hash(into);
    }
}

content_hash!(UnitFile { path, executable, content });
