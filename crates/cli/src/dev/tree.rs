//! One working tree.

use std::path::{Path, PathBuf};

use super::git::Git;
use super::{BASE, DIRECTORY};
use crate::error::CommandError;

/// A working tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// The unit.
    pub unit: String,
    /// Its directory.
    pub path: PathBuf,
}

impl Tree {
    /// The tree of a unit, whether or not it is there.
    pub fn of(root: &Path, unit: &str) -> Self {
        Self { unit: unit.to_owned(), path: root.join(DIRECTORY).join(unit) }
    }

    /// Whether it is there.
    pub fn exists(&self) -> bool {
        self.path.join(".git").is_dir()
    }

    /// Commits since what was fetched, the oldest first.
    pub fn commits(&self) -> Result<Vec<String>, CommandError> {
        let listed = self.git().ask(&["rev-list", "--reverse", "--topo-order", &format!("{BASE}..HEAD")])?;
        Ok(listed.lines().map(str::to_owned).collect())
    }

    /// Files that differ from the last commit, as git lists them.
    pub fn changed(&self) -> Result<Vec<String>, CommandError> {
        Ok(self.git().ask(&["status", "--porcelain"])?.lines().map(str::to_owned).collect())
    }

    /// git in it.
    pub(super) fn git(&self) -> Git<'_> {
        Git { directory: &self.path }
    }
}
