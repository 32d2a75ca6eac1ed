//! The project as it was at another commit: a work tree of git's in a directory of its own, gone when the value goes.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::CommandError;
use crate::git;

/// A work tree.
pub struct Checkout {
    repository: PathBuf,
    tree: PathBuf,
    /// The project in it.
    project: PathBuf,
    /// Holds the tree.
    _directory: tempfile::TempDir,
}

impl Checkout {
    /// The project in the directory `project` as it was at a revision of its git repository.
    ///
    /// # Errors
    /// When git does not know the revision, or there is no repository.
    pub fn new(project: &Path, revision: &str) -> Result<Self, CommandError> {
        let commit = git(project, ["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")])
            .map_err(|error| {
                error.hint(format!(
                    "{revision:?} is neither a release of the image nor a revision that git knows"
                ))
            })?;
        let below = git(project, ["rev-parse", "--show-prefix"])?;
        let directory = tempfile::tempdir().map_err(|error| {
            CommandError::config("no directory for the revision can be made").because(error)
        })?;
        let tree = directory.path().join("tree");
        // What hooks would do after a checkout is none of a comparison's business.
        let arguments = ["-c", "core.hooksPath=/dev/null", "worktree", "add", "--quiet", "--detach"];
        let places = [tree.as_os_str(), OsStr::new(&commit)];
        git(project, arguments.iter().map(OsStr::new).chain(places))?;
        Ok(Self {
            repository: project.to_owned(),
            project: tree.join(below.trim_end_matches('/')),
            tree,
            _directory: directory,
        })
    }

    /// The project's directory in it.
    pub fn project(&self) -> &Path {
        &self.project
    }
}

impl Drop for Checkout {
    fn drop(&mut self) {
        let arguments = ["worktree", "remove", "--force"].map(OsStr::new);
        // What is left otherwise, `git worktree prune` forgets.
        let _ = git(&self.repository, arguments.into_iter().chain([self.tree.as_os_str()]));
    }
}

/// Runs git; what it prints, without the last line break.
fn git(
    directory: &Path,
    arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
) -> Result<String, CommandError> {
    let mut command = Command::new("git");
    command.current_dir(directory).args(arguments);
    let printed = git::printed(&mut command, "git cannot give the project at that revision")?;
    Ok(String::from_utf8_lossy(&printed).trim_end_matches('\n').to_owned())
}

/// The files of a directory that its git repository has or would take, relative to it; `None` where there is no repository.
pub fn tracked_files(directory: &Path) -> Option<Vec<PathBuf>> {
    let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let list = git(directory, arguments).ok()?;
    Some(list.split('\0').filter(|path| !path.is_empty()).map(PathBuf::from).collect())
}
