//! What can go wrong with keys.

use std::error::Error;
use std::io;
use std::path::PathBuf;

use yoe_bundle::{Role, TrustError};
use yoe_package::KeyError;

/// Why keys cannot be used, or nothing can be signed with them.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The file of the key that signs packages cannot be read or written.
    #[error("the signing key {} cannot be read or written", path.display())]
    PackageKeyFile {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// The file holds no key.
    #[error("the signing key {} cannot be used", path.display())]
    PackageKey {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: KeyError,
    },
    /// A key that signs packages could not be made.
    #[error("no signing key could be made")]
    MakePackageKey(#[source] KeyError),
    /// A file holds no public key.
    #[error("{} holds no Ed25519 public key in PEM", .0.display())]
    PublicKey(PathBuf),
    /// The project, named here, has no keys that sign updates.
    #[error("project {0:?} has no keys that sign updates")]
    NoUpdateKeys(String),
    /// The project, named here, has keys that sign updates already.
    #[error("project {0:?} has keys that sign updates")]
    UpdateKeysExist(String),
    /// So many of so many keys cannot be asked for.
    #[error("{threshold} of {keys} keys cannot sign")]
    Threshold {
        /// How many must sign.
        threshold: usize,
        /// How many there would be.
        keys: usize,
    },
    /// A file of the keys that sign updates cannot be read or written.
    #[error("{} cannot be read or written", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// A version of the root metadata does not follow from the one before it, or is damaged.
    #[error("{} cannot be used", path.display())]
    RootMetadata {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: TrustError,
    },
    /// The file of a private key holds none.
    #[error("the key {} cannot be used", path.display())]
    UpdateKey {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<dyn Error + Send + Sync>,
    },
    /// There is no version of the root metadata. This is a mistake of this program.
    #[error("there is no root metadata")]
    NoRoot,
    /// A key that signs updates could not be made.
    #[error("no key could be made")]
    MakeUpdateKey(#[source] Box<dyn Error + Send + Sync>),
    /// The root metadata is no longer valid.
    #[error("no device takes what these keys sign")]
    RootExpired(#[source] TrustError),
    /// Private keys are missing on this machine.
    #[error("the keys that are here are not enough to sign")]
    NotEnough(#[source] TrustError),
    /// Signing failed otherwise.
    #[error("the update cannot be signed")]
    Sign(#[source] TrustError),
    /// The project has no container, named here, with the programs that sign for Secure Boot.
    #[error("nothing can be signed for Secure Boot: the project has no container {0:?}")]
    NoSigningTools(&'static str),
    /// The directory of the Secure Boot keys cannot be used.
    #[error("the keys for Secure Boot cannot be kept in {}", path.display())]
    SecureBootKeys {
        /// The directory.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// A directory for something signed cannot be made.
    #[error("{} cannot be made", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// A program that signs or enrols failed.
    #[error("the tools for Secure Boot failed")]
    SecureBootTools(#[source] Box<dyn Error + Send + Sync>),
}

impl KeysError {
    /// Why nothing was signed: [`Publisher`](yoe_bundle::Publisher) checks what it signs as a device does, and this is what
    /// it found.
    pub fn sign(refusal: TrustError) -> Self {
        match refusal {
            TrustError::Expired { role: Role::Root, .. } => Self::RootExpired(refusal),
            TrustError::Signatures { .. } => Self::NotEnough(refusal),
            _ => Self::Sign(refusal),
        }
    }
}
