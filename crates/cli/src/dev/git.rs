//! git, in a working tree.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::error::CommandError;
use crate::git;

/// What would lead git to another repository than the one in its directory.
const ELSEWHERE: [&str; 4] = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"];
/// Settings of ours: nobody's hooks, signatures or line endings, and the same commits for everybody.
const SETTINGS: [&str; 6] = [
    "core.hooksPath=/dev/null",
    "commit.gpgsign=false",
    "core.autocrlf=false",
    "core.quotePath=false",
    "gc.auto=0",
    "advice.detachedHead=false",
];

/// git, in a directory.
#[derive(Debug, Clone, Copy)]
pub struct Git<'a> {
    /// The directory.
    pub directory: &'a Path,
}

impl Git<'_> {
    /// What it prints.
    ///
    /// # Errors
    /// When it cannot be run or fails, with what it said.
    pub fn ask(&self, arguments: &[&str]) -> Result<String, CommandError> {
        let bytes = self.bytes(arguments)?;
        Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
    }

    /// The same as it is: patches are no text of one encoding.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub fn bytes(&self, arguments: &[&str]) -> Result<Vec<u8>, CommandError> {
        let mut command = Command::new("git");
        command.current_dir(self.directory).stdin(Stdio::null()).env("LC_ALL", "C");
        ELSEWHERE.iter().for_each(|variable| _ = command.env_remove(variable));
        SETTINGS.iter().for_each(|setting| _ = command.args(["-c", setting]));
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "yoe").env(format!("GIT_{role}_EMAIL"), "yoe@localhost");
            command.env(format!("GIT_{role}_DATE"), "@0 +0000");
        }
        let what = arguments.first().copied().unwrap_or_default();
        let failed = format!("git {what} failed in {}", self.directory.display());
        git::printed(command.args(arguments), &failed)
    }
}
