//! What the lock says of images of registries.

use std::collections::{BTreeMap, BTreeSet};

use crate::content_hash::content_hash;
use crate::{Arch, Digest, ImageName};

/// Which bytes the name of an image stands for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LockedImage {
    /// The index that the name stood for; absent when it stood for the manifest of one architecture.
    pub index: Option<LockedBlob>,
    /// What it is made of, by architecture.
    pub manifests: BTreeMap<Arch, LockedManifest>,
    /// Architectures of the project's machines that there is none for.
    pub lacks: BTreeSet<Arch>,
}

/// An image for one architecture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedManifest {
    /// Its manifest.
    pub manifest: LockedBlob,
    /// Its configuration.
    pub config: LockedBlob,
    /// Its layers, the lowest first.
    pub layers: Vec<LockedBlob>,
}

/// A file of a registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LockedBlob {
    /// Its size in bytes.
    pub size: u64,
    /// Of its bytes.
    pub sha256: Digest,
}

content_hash!(LockedBlob { size, sha256 });
content_hash!(LockedManifest { manifest, config, layers });

impl LockedImage {
    /// The digest that the name stood for.
    pub fn digest(&self) -> Option<Digest> {
        let manifest = || self.manifests.values().next().map(|of| of.manifest);
        self.index.or_else(manifest).map(|blob| blob.sha256)
    }

    /// Whether this says of each of these architectures what there is, for that very name.
    pub fn answers(&self, name: &ImageName, architectures: &BTreeSet<Arch>) -> bool {
        let known = |arch: &Arch| self.manifests.contains_key(arch) || self.lacks.contains(arch);
        let named = name.digest().is_none_or(|digest| self.digest() == Some(digest));
        named && architectures.iter().all(known)
    }
}

impl LockedManifest {
    /// All that it is made of, each file once: the manifest, the configuration, then the layers.
    pub fn blobs(&self) -> Vec<LockedBlob> {
        let mut seen = BTreeSet::new();
        let all = [&self.manifest, &self.config].into_iter().chain(&self.layers).copied();
        all.filter(|blob| seen.insert(blob.sha256)).collect()
    }

    /// Bytes that are fetched for it.
    pub fn size(&self) -> u64 {
        self.blobs().iter().fold(0, |sum, blob| sum.saturating_add(blob.size))
    }
}
