//! Trees of modules, from git repositories and archives.
//!
//! A module is needed before anything is evaluated, so no container of the project can fetch it: git is that of this machine.
//! What it fetches is a commit, whose name git checks, and the caller compares the digest of the tree with the lock's.

mod archive;
mod error;
mod git;
mod links;
mod run;

pub use archive::{ARCHIVE_LIMIT, archive};
pub use error::ModuleError;
pub(crate) use git::listed;
pub use git::{commit, resolve};

#[cfg(test)]
mod tests;
