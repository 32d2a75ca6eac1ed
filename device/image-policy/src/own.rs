//! The device's own images: those of its workloads, which the verified root or a signed version apart from it brought along.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use yoe_workload_format::{RECORD, Record};

use crate::error::PolicyError;

/// What the system says of a file that is not there.
const ABSENT: [ErrorKind; 2] = [ErrorKind::NotFound, ErrorKind::NotADirectory];

/// Whether an image is one of these, by the digest of its manifest. `share` is the root's directory of workloads; below `mounted`
/// lies one like it for each version that came apart, as NAME/VERSION.
///
/// # Errors
/// When a record of the root cannot be read. A version apart that cannot be read has no images.
pub fn is_own(digest: &str, share: &Path, mounted: &Path) -> Result<bool, PolicyError> {
    if holds(share, digest)? {
        return Ok(true);
    }
    for name in directories(mounted)? {
        for version in directories(&name)? {
            if holds(&version, digest).unwrap_or(false) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Whether a directory of workloads has this image.
fn holds(share: &Path, digest: &str) -> Result<bool, PolicyError> {
    for directory in directories(share)? {
        let path = directory.join(RECORD);
        let text = match fs::read(&path) {
            Ok(text) => text,
            // The directory of blobs.
            Err(error) if ABSENT.contains(&error.kind()) => continue,
            Err(error) => return Err(PolicyError::file("read", &path)(error)),
        };
        let record: Record =
            serde_json::from_slice(&text).map_err(|source| PolicyError::Record(path.clone(), source))?;
        let mut manifests = record.images.iter().map(|image| image.manifest.sha256.as_str());
        if digest.strip_prefix("sha256:").is_some_and(|digest| manifests.any(|manifest| manifest == digest)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What lies in a directory; nothing when it is not there.
fn directories(directory: &Path) -> Result<Vec<PathBuf>, PolicyError> {
    let failed = |error| PolicyError::file("read", directory)(error);
    match fs::read_dir(directory) {
        Ok(entries) => entries.map(|entry| entry.map(|entry| entry.path()).map_err(failed)).collect(),
        Err(error) if ABSENT.contains(&error.kind()) => Ok(Vec::new()),
        Err(error) => Err(failed(error)),
    }
}
