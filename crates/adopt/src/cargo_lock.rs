//! Cargo.lock: the crates that a build is pinned to.

use yoe_supply::cargo::{Lock, Package};

use crate::AdoptError;

/// Registries that serve crates.io, as lock files name them.
const CRATES_IO: [&str; 2] =
    ["registry+https://github.com/rust-lang/crates.io-index", "sparse+https://index.crates.io/"];

/// The crates of a lock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CargoLock {
    /// Name, version and digest of each crate of the registry.
    pub(crate) crates: Vec<(String, String, String)>,
    /// Packages that come from elsewhere, each with its source.
    pub(crate) elsewhere: Vec<(String, String)>,
}

impl CargoLock {
    /// Reads a lock.
    pub(crate) fn parse(text: &str) -> Result<Self, AdoptError> {
        let form = |reason| AdoptError::Form { file: "Cargo.lock".to_owned(), reason };
        let file = Lock::parse(text).map_err(form)?;
        let mut lock = Self::default();
        for Package { name, version, source, checksum, .. } in file.package {
            match (source, checksum) {
                (None, _) => {}
                (Some(source), Some(checksum)) if CRATES_IO.contains(&source.as_str()) => {
                    lock.crates.push((name, version, checksum));
                }
                (Some(source), _) => lock.elsewhere.push((name, source)),
            }
        }
        Ok(lock)
    }
}
