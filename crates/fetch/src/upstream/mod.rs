//! What upstream offers, for somebody who does not have it in a project yet: tags of a repository, versions of a crate or of a Go
//! module.
//!
//! Nothing of it is pinned. What a project then names is pinned by it or by its lock, and fetched anew.

mod crates;
mod error;
mod git;
mod go;

pub use crates::{CRATES_INDEX, CrateVersion, crate_versions};
pub use error::UpstreamError;
pub use git::{Refs, refs};
pub use go::{go_module, newest_go_version};

#[cfg(test)]
mod tests;
