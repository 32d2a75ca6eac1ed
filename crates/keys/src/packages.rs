//! The key that signs packages.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use yoe_package::Signer;

use crate::error::KeysError;
use crate::private_file;

/// Where the signing key of a project is, below the directory of keys.
pub fn path(keys: &Path, project: &str) -> PathBuf {
    keys.join(format!("{project}.pem"))
}

/// The signing key of a project, if one was made.
///
/// # Errors
/// When there is one that cannot be read or used.
pub fn existing(keys: &Path, project: &str) -> Result<Option<Signer>, KeysError> {
    let path = path(keys, project);
    match fs::read_to_string(&path) {
        Ok(text) => Signer::from_pem(project, &text)
            .map(Some)
            .map_err(|source| KeysError::PackageKey { path, source }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(KeysError::PackageKeyFile { path, source }),
    }
}

/// A key that was asked for.
#[derive(Debug)]
pub struct Made {
    /// The key.
    pub signer: Signer,
    /// Whether it is new, rather than made by another process meanwhile.
    pub new: bool,
}

/// Makes the signing key of a project.
///
/// # Errors
/// When it cannot be made or written.
pub fn make(keys: &Path, project: &str) -> Result<Made, KeysError> {
    let path = path(keys, project);
    let signer = Signer::generate(project).map_err(KeysError::MakePackageKey)?;
    let text = signer.to_pem().map_err(KeysError::MakePackageKey)?;
    match private_file::create(&path, &text) {
        Ok(()) => Ok(Made { signer, new: true }),
        // When two first builds race, both take the key of the winner.
        Err(source) if source.kind() == io::ErrorKind::AlreadyExists => match existing(keys, project)? {
            Some(signer) => Ok(Made { signer, new: false }),
            None => Err(KeysError::PackageKeyFile { path, source }),
        },
        Err(source) => Err(KeysError::PackageKeyFile { path, source }),
    }
}
