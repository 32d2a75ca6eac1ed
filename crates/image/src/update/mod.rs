//! From a built image to an update: a [`Release`] is what the image's files amount to, a [`repository`] is where it is
//! published, a bundle is the part of a repository that one update needs, in one file.

mod bundle;
mod publication;
mod release;
pub mod repository;
mod workload;

use std::io;
use std::path::{Path, PathBuf};

use yoe_bundle::{ManifestError, TrustError};
use yoe_disk::bootable::BootableError;

pub use bundle::write as write_bundle;
pub use publication::{Part, Publication};
pub use release::Release;
pub use workload::WorkloadRelease;

use crate::ImageError;

/// Why there is no update.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    /// A file cannot be used.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// On which file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The image's own manifest cannot be used.
    #[error("the built image cannot be used")]
    Image(#[from] ImageError),
    /// The image has one slot.
    #[error(
        "image {0:?} has no second slot, so there is no place for an update; expected layout = verified_ab(...)"
    )]
    OneSlot(String),
    /// The image is not what its manifest says.
    #[error("{} is not what the image's manifest says; rebuild the image", .0.display())]
    Changed(PathBuf),
    /// What should be a signed copy of the kernel image is none.
    #[error("{} is not the image's kernel image with a signature", .0.display())]
    NotSigned(PathBuf),
    /// No device could start it.
    #[error("the kernel image {} would not start the root that it is published with", path.display())]
    NotBootable {
        /// The kernel image.
        path: PathBuf,
        /// Why not.
        source: BootableError,
    },
    /// What was to be signed is not right.
    #[error("the update cannot be signed")]
    Sign(#[source] TrustError),
    /// The repository has this version, and it is another one.
    #[error("version {version} of {what} was already published with different content")]
    Published {
        /// The image or the workload.
        what: String,
        /// Its version.
        version: String,
    },
    /// A workload that cannot be published apart from the system.
    #[error("image {image:?} has no workload {workload:?} with a version of its own")]
    NoVersion {
        /// The image.
        image: String,
        /// The workload.
        workload: String,
    },
    /// Devices would not take it.
    #[error("no device would take workload {workload:?}")]
    Unfit {
        /// The workload.
        workload: String,
        /// Why not.
        source: ManifestError,
    },
    /// What lies in a repository was signed by keys that were replaced since.
    #[error(
        "the list in {} was signed by keys that were replaced since (root metadata version {root}), and nothing here tells \
         that it is the one that was published there",
        path.display()
    )]
    Replaced {
        /// The repository.
        path: PathBuf,
        /// The version of the root metadata that vouches for it.
        root: u64,
    },
    /// The old keys' word is asked for, where the new ones signed before.
    #[error(
        "the newest keys signed in {} before ({} is there), and what is there now was signed by keys that were replaced",
        path.display(),
        file.display()
    )]
    Renewed {
        /// The repository.
        path: PathBuf,
        /// The root metadata with the newest keys.
        file: PathBuf,
    },
    /// What lies in a repository is not ours.
    #[error("{} holds metadata not signed by these keys", path.display())]
    Foreign {
        /// The repository.
        path: PathBuf,
        /// Why not.
        source: TrustError,
    },
}

impl UpdateError {
    fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { doing, path, source }
    }
}
