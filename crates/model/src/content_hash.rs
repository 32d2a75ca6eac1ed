//! An explicit content hash: what enters a key is written down, with length prefixes, never `std::hash`.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use crate::Digest;

/// Collects values into a SHA-256 digest. Every value of varying length is preceded by its length, so two different
/// sequences of values never give the same bytes.
pub struct Fingerprint(Sha256);

impl Fingerprint {
    /// An empty fingerprint for one kind of thing; `domain` keeps kinds apart.
    pub fn new(domain: &str) -> Self {
        let mut this = Self(Sha256::new());
        domain.hash(&mut this);
        this
    }

    /// Adds one value.
    #[must_use]
    #[allow(clippy::should_implement_trait, reason = "a builder's method, not a sum")]
    pub fn add(mut self, value: &(impl ContentHash + ?Sized)) -> Self {
        value.hash(&mut self);
        self
    }

    /// The digest of all that was added.
    pub fn finish(self) -> Digest {
        Digest::from_bytes(self.0.finalize().into())
    }

    fn raw(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
}

/// A value that can enter a key.
pub trait ContentHash {
    /// Adds this value to the fingerprint.
    fn hash(&self, into: &mut Fingerprint);
}

impl ContentHash for str {
    fn hash(&self, into: &mut Fingerprint) {
        self.as_bytes().hash(into);
    }
}

impl ContentHash for String {
    fn hash(&self, into: &mut Fingerprint) {
        self.as_str().hash(into);
    }
}

impl ContentHash for [u8] {
    fn hash(&self, into: &mut Fingerprint) {
        (self.len() as u64).hash(into);
        into.raw(self);
    }
}

impl ContentHash for u64 {
    fn hash(&self, into: &mut Fingerprint) {
        into.raw(&self.to_le_bytes());
    }
}

impl ContentHash for u32 {
    fn hash(&self, into: &mut Fingerprint) {
        u64::from(*self).hash(into);
    }
}

impl ContentHash for bool {
    fn hash(&self, into: &mut Fingerprint) {
        into.raw(&[u8::from(*self)]);
    }
}

impl ContentHash for Digest {
    fn hash(&self, into: &mut Fingerprint) {
        into.raw(self.as_bytes());
    }
}

impl<T: ContentHash> ContentHash for Vec<T> {
    fn hash(&self, into: &mut Fingerprint) {
        (self.len() as u64).hash(into);
        self.iter().for_each(|item| item.hash(into));
    }
}

impl<T: ContentHash> ContentHash for BTreeSet<T> {
    fn hash(&self, into: &mut Fingerprint) {
        (self.len() as u64).hash(into);
        self.iter().for_each(|item| item.hash(into));
    }
}

impl<K: ContentHash, V: ContentHash> ContentHash for BTreeMap<K, V> {
    fn hash(&self, into: &mut Fingerprint) {
        (self.len() as u64).hash(into);
        for (key, value) in self {
            key.hash(into);
            value.hash(into);
        }
    }
}

impl<T: ContentHash> ContentHash for Option<T> {
    fn hash(&self, into: &mut Fingerprint) {
        self.is_some().hash(into);
        if let Some(value) = self {
            value.hash(into);
        }
    }
}

impl<A: ContentHash, B: ContentHash> ContentHash for (A, B) {
    fn hash(&self, into: &mut Fingerprint) {
        self.0.hash(into);
        self.1.hash(into);
    }
}

impl<T: ContentHash + ?Sized> ContentHash for &T {
    fn hash(&self, into: &mut Fingerprint) {
        (**self).hash(into);
    }
}

/// Implements [`ContentHash`] for a struct by naming each field that enters; a field left out is left out on purpose.
macro_rules! content_hash {
    ($type:ty { $($field:ident),* $(,)? } $(ignoring { $($ignored:ident),* })?) => {
        impl $crate::ContentHash for $type {
            fn hash(&self, into: &mut $crate::Fingerprint) {
                // Naming every field makes the compiler ask about a new one.
                let Self { $($field,)* $($($ignored: _,)*)? } = self;
                $($crate::ContentHash::hash($field, into);)*
            }
        }
    };
}
pub(crate) use content_hash;

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&str]) -> Digest {
        values.iter().fold(Fingerprint::new("test"), |print, value| print.add(*value)).finish()
    }

    #[test]
    fn lengths_keep_neighbours_apart() {
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        assert_ne!(of(&["ab"]), of(&["ab", ""]));
    }

    #[test]
    fn domains_keep_kinds_apart() {
        assert_ne!(Fingerprint::new("unit").finish(), Fingerprint::new("package").finish());
    }

    #[test]
    fn nothing_is_not_an_empty_list() {
        let none: Option<Vec<String>> = None;
        let empty = Some(Vec::<String>::new());
        assert_ne!(
            Fingerprint::new("test").add(&none).finish(),
            Fingerprint::new("test").add(&empty).finish()
        );
    }
}
