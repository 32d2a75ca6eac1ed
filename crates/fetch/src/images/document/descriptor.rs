//! How documents name other files.

use serde::Deserialize;
use yoe_model::{Digest, LockedBlob};

use super::error::DocumentError;
use super::platform::Platform;

/// The largest index, manifest or configuration, in bytes: what registries accept.
pub(in crate::images) const LARGEST: u64 = 4 << 20;

/// What a document names another file by.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor {
    #[serde(default)]
    pub(super) media_type: String,
    pub(super) digest: String,
    pub(super) size: u64,
    pub(super) platform: Option<Platform>,
}

impl Descriptor {
    pub(super) fn blob(&self, what: impl FnOnce() -> String) -> Result<LockedBlob, DocumentError> {
        blob(&self.digest, self.size, what)
    }
}

/// A file by its digest. `what` is what messages call it.
pub(super) fn blob(
    digest: &str,
    size: u64,
    what: impl FnOnce() -> String,
) -> Result<LockedBlob, DocumentError> {
    let read = digest.strip_prefix("sha256:").and_then(|digits| digits.parse::<Digest>().ok());
    let sha256 = read.ok_or_else(|| DocumentError::Digest { what: what(), digest: digest.to_owned() })?;
    Ok(LockedBlob { size, sha256 })
}

/// Reads a document of JSON.
pub(super) fn json<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, DocumentError> {
    serde_json::from_slice(bytes).map_err(|error| DocumentError::Form {
        line: error.line(),
        column: error.column(),
        problem: error.to_string().split(" at line ").next().unwrap_or_default().to_owned(),
    })
}
