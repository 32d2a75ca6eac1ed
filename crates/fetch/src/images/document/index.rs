//! Indexes: one image for several platforms.

use yoe_model::{Arch, LockedBlob};

use super::descriptor::{Descriptor, LARGEST, blob};
use super::error::DocumentError;
use super::media::MANIFESTS;
use super::platform::Platform;

/// An entry of an index.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::images) struct Entry {
    digest: String,
    size: u64,
    media_type: String,
    platform: Option<Platform>,
}

/// The entries of an index.
pub(super) fn entries(entries: Vec<Descriptor>) -> Vec<Entry> {
    let entry =
        |Descriptor { media_type, digest, size, platform }| Entry { digest, size, media_type, platform };
    entries.into_iter().map(entry).collect()
}

/// The manifest of an architecture in an index, when there is one: of several, the one that fits most machines, else the first.
pub(in crate::images) fn choose(entries: &[Entry], arch: Arch) -> Result<Option<LockedBlob>, DocumentError> {
    let fits = |entry: &Entry| match &entry.platform {
        Some(platform) => platform.fits(arch),
        // The only one: its configuration says what it is for.
        None => (entries.len() == 1).then_some(0),
    };
    let best = entries.iter().filter_map(|entry| Some((fits(entry)?, entry))).min_by_key(|(rank, _)| *rank);
    let Some((_, entry)) = best else { return Ok(None) };
    let Entry { digest, size, media_type, .. } = entry;
    if !MANIFESTS.contains(&media_type.as_str()) {
        return Err(DocumentError::Kind { found: media_type.clone(), expected: "the manifest of an image" });
    }
    if *size > LARGEST {
        return Err(DocumentError::TooLarge { what: "a manifest in it", size: *size, limit: LARGEST });
    }
    blob(digest, *size, || format!("the manifest of {arch}")).map(Some)
}

/// What an index has images for, as a sentence says it.
pub(in crate::images) fn there(entries: &[Entry]) -> String {
    let platforms = entries.iter().filter_map(|entry| entry.platform.as_ref());
    let mut names: Vec<String> = platforms.filter(|one| one.is_known()).map(Platform::shown).collect();
    names.dedup();
    if names.is_empty() {
        return "its index names no platform".to_owned();
    }
    // What an index says is anybody's text.
    let shown: Vec<String> =
        names.iter().take(20).map(|name| name.escape_debug().take(40).collect()).collect();
    format!("it is there for {}", shown.join(", "))
}
