//! Why a project could not be locked.

use yoe_model::Origin;

use crate::debian::DebianError;
use crate::images::RegistryError;

/// Why a project could not be locked.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// A container could not be looked up.
    #[error("{origin}: cannot lock container {container:?}")]
    Container {
        /// The container.
        container: String,
        /// Where it was written.
        origin: Origin,
        /// Why not.
        source: Box<DebianError>,
    },
    /// A source could not be looked up.
    #[error("{origin}: cannot lock source {key} of unit {unit:?}")]
    Source {
        /// The source.
        key: String,
        /// The unit that uses it.
        unit: String,
        /// Where it was written.
        origin: Origin,
        /// Why not.
        source: Box<DebianError>,
    },
    /// An image of a registry could not be looked up.
    #[error("{origin}: cannot lock image {image} of workload {workload:?}")]
    Image {
        /// The image.
        image: String,
        /// The workload that uses it.
        workload: String,
        /// Where that was written.
        origin: Origin,
        /// Why not.
        source: Box<RegistryError>,
    },
    /// Nothing says which keys may sign an archive.
    #[error(
        "{origin}: cannot lock source {key} of unit {unit:?}: nothing says which keys may sign archive {archive:?}. \
         Name them with keys = […], as `gpg --show-keys` prints them, or make a container of it"
    )]
    NoKeys {
        /// The source.
        key: String,
        /// The unit that uses it.
        unit: String,
        /// Where it was written.
        origin: Origin,
        /// The archive.
        archive: String,
    },
    /// Two sources share an entry, and are not of the same suite with the same keys.
    #[error(
        "{origin}: cannot lock source {key}: {other} takes it from another archive or suite, or with other keys. \
         Say the same in both places"
    )]
    TwoSuites {
        /// The source.
        key: String,
        /// Where it was written.
        origin: Origin,
        /// Where the other one was written.
        other: Origin,
    },
}
