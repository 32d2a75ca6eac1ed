//! Debian archives: signed indexes, and what packages need each other.

mod control;
mod date;
mod error;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod index;
mod openpgp;
mod relation;
mod release;
mod resolve;
mod sources;
mod suite;
mod version;

pub use error::DebianError;
pub(crate) use index::{Index, Package};
pub(crate) use openpgp::has_all;
pub(crate) use resolve::resolve;
pub(crate) use sources::{Changes, SourceFiles, find as find_source};
pub(crate) use suite::{Access, Report, Suite, Trust, Verified, keys_of_files};
pub use version::compare as compare_versions;
