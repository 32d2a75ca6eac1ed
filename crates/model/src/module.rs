//! Modules: what a project takes part of, and where each of them comes from.

use serde::{Deserialize, Serialize};

use crate::Origin;

/// A module that a project names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// The name that its MODULE.star gives it.
    pub name: String,
    /// Where it comes from.
    pub source: ModuleSource,
    /// Where it was written.
    pub origin: Origin,
}

/// Where a module comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModuleSource {
    /// A directory of this machine, relative to the project.
    Path(String),
    /// A tree of a git repository.
    Git {
        /// Where the repository is served.
        url: String,
        /// Which of its commits.
        revision: Revision,
        /// The module's directory in the tree; empty for its top.
        directory: String,
    },
    /// A tar archive on a web server.
    Archive {
        /// Where it is served.
        url: String,
        /// What the file is called: how the archive is packed follows from it.
        name: String,
        /// The module's directory below the archive's single top directory; empty for that itself.
        directory: String,
    },
}

impl ModuleSource {
    /// Whether the lock must say which tree it stands for.
    pub fn needs_lock(&self) -> bool {
        !matches!(self, ModuleSource::Path(_))
    }

    /// The module's directory in the tree that is fetched; empty for its top, and for what is not fetched.
    pub fn directory(&self) -> &str {
        match self {
            ModuleSource::Path(_) => "",
            ModuleSource::Git { directory, .. } | ModuleSource::Archive { directory, .. } => directory,
        }
    }
}

impl std::fmt::Display for ModuleSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ModuleSource::Path(path) => f.write_str(path),
            ModuleSource::Git { url, revision, .. } => write!(f, "{revision} of {url}"),
            ModuleSource::Archive { url, .. } => f.write_str(url),
        }
    }
}

/// Which commit of a git repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Revision {
    /// The one that this tag stands for.
    Tag(String),
    /// The newest one of this branch.
    Branch(String),
    /// This one, by its full name.
    Commit(String),
}

impl std::fmt::Display for Revision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Revision::Tag(name) => write!(f, "tag {name}"),
            Revision::Branch(name) => write!(f, "branch {name}"),
            Revision::Commit(name) => write!(f, "commit {name}"),
        }
    }
}
