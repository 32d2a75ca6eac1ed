//! Which licence a text is, by SPDX' list.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};
use spdx::detection::{LicenseType, Store, TextData};

/// The Apache License 2.0, which is this project's own.
const APACHE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../LICENSE"));
/// The part of two texts that must be alike, for one to be taken for the other.
const ALIKE: f32 = 0.95;

/// SPDX' list of texts. It is a part of this program; were it damaged, licences would stay unknown.
pub(super) fn store() -> Option<Store> {
    let mut store = Store::load_inline().ok()?;
    // Many leave out the appendix, which says how to apply the licence and is none of its terms. What remains is more like
    // a descendant that never had one.
    let (terms, _) = APACHE.split_once("END OF TERMS AND CONDITIONS")?;
    store.add_variant("Apache-2.0", LicenseType::Alternate, TextData::from(terms)).ok()?;
    Some(store)
}

/// Which licence a text is.
pub(super) fn identify(
    store: &Store,
    text: &str,
    known: &mut BTreeMap<Vec<u8>, Option<String>>,
) -> Option<String> {
    let entry = known.entry(Sha256::digest(text.as_bytes()).to_vec());
    let name = entry.or_insert_with(|| {
        let found = store.analyze(&TextData::from(text));
        (found.score >= ALIKE).then(|| found.name.to_owned())
    });
    name.clone()
}
