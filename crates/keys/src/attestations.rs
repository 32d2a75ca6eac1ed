//! The key that signs what a project attests: where a target comes from, and that a second party made the same.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use yoe_bundle::{PublicKey, Signer};

use crate::error::KeysError;
use crate::private_file;

/// The label of a private key in PEM.
const PRIVATE: &str = "PRIVATE KEY";
/// The label of a public key in PEM.
const PUBLIC: &str = "PUBLIC KEY";

/// Where the key of a project is, below the directory of keys.
pub fn path(keys: &Path, project: &str) -> PathBuf {
    keys.join(format!("{project}.attestations.pem"))
}

/// The key of a project, if one was made.
///
/// # Errors
/// When there is one that cannot be read or used.
pub fn existing(keys: &Path, project: &str) -> Result<Option<Signer>, KeysError> {
    let path = path(keys, project);
    match fs::read(&path) {
        Ok(text) => parse(&path, &text).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(KeysError::File { path, source }),
    }
}

/// Makes the key of a project. When another process made one meanwhile, that one is taken.
///
/// # Errors
/// When it cannot be made or written.
pub fn make(keys: &Path, project: &str) -> Result<Signer, KeysError> {
    let path = path(keys, project);
    let der = Signer::generate().map_err(|error| KeysError::MakeUpdateKey(error.into()))?;
    let text = pem::encode(&pem::Pem::new(PRIVATE, der));
    match private_file::create(&path, &text) {
        Ok(()) => parse(&path, text.as_bytes()),
        Err(source) if source.kind() == io::ErrorKind::AlreadyExists => {
            existing(keys, project)?.ok_or(KeysError::File { path, source })
        }
        Err(source) => Err(KeysError::File { path, source }),
    }
}

/// A public key as OpenSSL writes it: PEM of its SubjectPublicKeyInfo.
pub fn public_pem(key: &PublicKey) -> String {
    pem::encode(&pem::Pem::new(PUBLIC, key.to_spki().unwrap_or_default()))
}

/// Reads a public key in that form.
///
/// # Errors
/// When the file cannot be read, or holds no such key.
pub fn public(path: &Path) -> Result<PublicKey, KeysError> {
    let text = fs::read(path).map_err(|source| KeysError::File { path: path.to_owned(), source })?;
    let block = pem::parse(&text).ok().filter(|block| block.tag() == PUBLIC);
    let key = block.and_then(|block| PublicKey::from_spki(block.contents()));
    key.ok_or_else(|| KeysError::PublicKey(path.to_owned()))
}

fn parse(path: &Path, text: &[u8]) -> Result<Signer, KeysError> {
    let wrong = |source| KeysError::UpdateKey { path: path.to_owned(), source };
    let block = pem::parse(text).map_err(|error| wrong(error.into()))?;
    Signer::from_pkcs8(block.contents()).map_err(|error| wrong(error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_its_public_half_is_read_back() {
        let directory = tempfile::tempdir().unwrap();
        let keys = directory.path().join("keys");
        assert!(existing(&keys, "demo").unwrap().is_none());
        let made = make(&keys, "demo").unwrap().public();
        assert_eq!(existing(&keys, "demo").unwrap().unwrap().public(), made);
        assert_eq!(make(&keys, "demo").unwrap().public(), made, "the second one is the first one");
        let file = directory.path().join("key.pub");
        fs::write(&file, public_pem(&made)).unwrap();
        assert_eq!(public(&file).unwrap(), made);
        fs::write(&file, "no key").unwrap();
        assert!(matches!(public(&file), Err(KeysError::PublicKey(_))));
        assert!(
            matches!(public(&path(&keys, "demo")), Err(KeysError::PublicKey(_))),
            "a private key is none"
        );
    }
}
