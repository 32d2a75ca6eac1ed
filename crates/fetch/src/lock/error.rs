//! Why a project could not be locked.

use yoe_model::Origin;

use crate::debian::DebianError;

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
    /// Nothing says which keys may sign an archive.
    #[error(
        "{origin}: cannot lock source {key} of unit {unit:?}: no container uses archive {archive:?}, \
         so nothing says which keys may sign it"
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
}
