//! From somebody else's source tree to the text of a unit: which class builds it, what it is called, its version, its licence.
//!
//! [`read`] looks at a tree that was fetched, and [`Finding::files`] writes the text. Everything that was concluded is said with what it
//! was concluded from, and what cannot be known from the tree is said too: [`Finding::guesses`], [`Finding::unknown`]. Only the
//! tree is read, which others wrote: no link in it is followed out of it.

mod build_system;
mod cargo_lock;
mod error;
mod finding;
mod guess;
mod license;
mod names;
mod origin;
mod render;
mod source_tree;
mod starlark;
#[cfg(test)]
mod tests;

pub use build_system::Class;
pub use error::AdoptError;
pub use finding::Finding;
pub use guess::Guess;
pub use names::{newest_tag, unit_name, version_in_name};
pub use origin::Origin;

use std::path::Path;

/// What whoever asks knows better than the tree.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    /// The unit's name.
    pub name: Option<String>,
    /// Its licence.
    pub license: Option<String>,
    /// The class that builds it.
    pub class: Option<Class>,
    /// The package of a Cargo workspace.
    pub package: Option<String>,
    /// A Cargo.lock for a package that has none.
    pub cargo_lock: Option<String>,
}

/// What a tree says about the unit that would build it.
///
/// # Errors
/// When no class builds it, or something that the class needs is missing.
pub fn read(tree: &Path, origin: &Origin, wishes: &Wishes) -> Result<Finding, AdoptError> {
    finding::find(&source_tree::SourceTree::open(tree)?, tree, origin, wishes)
}
