//! Configurations of images.

use serde::Deserialize;
use yoe_model::{Arch, Digest};

use super::descriptor::{blob, json};
use super::error::DocumentError;
use super::platform::Platform;

#[derive(Deserialize)]
struct RawConfiguration {
    #[serde(flatten)]
    platform: Platform,
    rootfs: RawRoot,
}

#[derive(Deserialize)]
struct RawRoot {
    diff_ids: Vec<String>,
}

/// The architecture of a configuration, which must be that of so many layers.
pub(in crate::images) fn architecture(bytes: &[u8], layers: usize) -> Result<Option<Arch>, DocumentError> {
    let RawConfiguration { platform, rootfs } = json(bytes)?;
    if rootfs.diff_ids.len() != layers {
        return Err(DocumentError::Layers { configured: rootfs.diff_ids.len(), layers });
    }
    Ok(Arch::ALL.into_iter().find(|arch| platform.os == "linux" && platform.architecture == arch.debian()))
}

/// Makes sure that a configuration is for this architecture and of so many layers.
pub(in crate::images) fn is_for(bytes: &[u8], layers: usize, arch: Arch) -> Result<(), DocumentError> {
    if architecture(bytes, layers)? == Some(arch) {
        return Ok(());
    }
    let found = platform(bytes)?;
    Err(DocumentError::Platform { found, expected: format!("linux/{}", arch.debian()) })
}

/// The digests of an image's layers before they were compressed, the lowest first, as its configuration has them.
///
/// # Errors
/// When this is no configuration, or one digest is none of SHA-256.
pub fn layer_digests(configuration: &[u8]) -> Result<Vec<Digest>, DocumentError> {
    let numbered = json::<RawConfiguration>(configuration)?.rootfs.diff_ids.into_iter().enumerate();
    let digest = |(at, digest): (usize, String)| blob(&digest, 0, || format!("layer {}", at + 1));
    numbered.map(|one| digest(one).map(|blob| blob.sha256)).collect()
}

/// What a configuration is for.
pub(in crate::images) fn platform(bytes: &[u8]) -> Result<String, DocumentError> {
    json::<RawConfiguration>(bytes).map(|configuration| configuration.platform.shown())
}
