//! See [`crate::fuzzing`].

use std::collections::BTreeSet;

use pgp::composed::{Deserializable as _, SignedPublicKey};

use super::index::Index;
use super::openpgp::{self, Signed};
use super::release::Release;
use super::{relation, sources};

/// Seconds since 1970.
const NOW: u64 = 1_795_478_400;

pub(crate) fn indexes(text: &str) {
    let _ = Release::parse(text, "debian/x");
    let _ = Index::parse(text);
    let _ = relation::parse(text);
    let _ = sources::find(text, "debian", "debian/x", ("a", "1"));
}

pub(crate) fn signed(text: &[u8], keys: &[u8], fingerprints: &BTreeSet<String>) {
    let _ = openpgp::pinned(keys, fingerprints);
    let Ok(signed) = Signed::parse(text) else { return };
    let _ = (signed.text(), signed.issuers());
    let key = std::str::from_utf8(keys)
        .ok()
        .and_then(|keys| SignedPublicKey::from_string(keys).ok())
        .map(|(key, _)| key)
        .or_else(|| SignedPublicKey::from_bytes(keys).ok());
    if let Some(key) = key {
        let _ = signed.verified_by(&[key], NOW);
    }
}
