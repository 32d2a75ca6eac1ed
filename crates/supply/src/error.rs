//! Errors of this crate.

use std::io;
use std::path::PathBuf;

use yoe_package::{ArchiveError, PackageError};
use yoe_tree::TreeError;

/// Why an inventory cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SupplyError {
    /// The plan has no such target.
    #[error("the plan has no target of this name")]
    NoTarget,
    /// A target that holds nothing for a device.
    #[error("container {0:?} is a build environment: nothing of it is handed out")]
    Container(String),
    /// What an action gave is not there.
    #[error("{0} is not built as it is defined now")]
    NotBuilt(String),
    /// An OCI image has no manifest.
    #[error("the layout of the OCI image {image:?} names no manifest")]
    NoManifest {
        /// The image.
        image: String,
    },
    /// A file of a result cannot be read.
    #[error("{path} cannot be read")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file below a tree cannot be read.
    #[error("a file of {what} cannot be read")]
    Tree {
        /// Whose tree.
        what: String,
        /// Why.
        source: TreeError,
    },
    /// An archive of a result is damaged.
    #[error("{path} is damaged")]
    Archive {
        /// The archive.
        path: PathBuf,
        /// How.
        source: ArchiveError,
    },
    /// What a unit left cannot be read.
    #[error("what unit {unit:?} left cannot be read")]
    Unit {
        /// The unit.
        unit: String,
        /// Why.
        source: PackageError,
    },
}
