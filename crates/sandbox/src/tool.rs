//! Sandboxes for programs of a container: image tools, QEMU, git, what signs.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::{Exit, Limits, Mount, Network, SandboxError, Spec, Stdio, Stream, spawn};

/// A program of a container, in a root of its own.
#[derive(Debug, Clone)]
pub struct Tool {
    /// The container's tree.
    pub container: PathBuf,
    /// What it sees in addition to the container.
    pub mounts: Vec<Mount>,
    /// Whether it has the host's network.
    pub network: Network,
    /// Its working directory, inside.
    pub directory: String,
    /// Seconds since 1970 that stand for "now".
    pub epoch: u64,
}

impl Tool {
    /// The sandbox that runs this command. Its changes to the container go to the directory `scratch`, which is made.
    ///
    /// # Errors
    /// When a directory cannot be made.
    pub fn spec(self, scratch: &Path, command: Vec<String>) -> std::io::Result<Spec> {
        let mut mounts = container_root(self.container, scratch)?;
        mounts.extend(self.mounts);
        Ok(Spec {
            mounts,
            command,
            environment: base_environment(self.epoch),
            directory: self.directory,
            network: self.network,
            hostname: "yoe".into(),
            limits: Limits::default(),
        })
    }

    /// The sandbox that runs a POSIX shell script, which ends at its first error and at the first variable that is not set.
    ///
    /// # Errors
    /// As [`Self::spec`].
    pub fn script(self, scratch: &Path, script: &str) -> std::io::Result<Spec> {
        self.spec(scratch, ["/bin/sh", "-eu", "-c", script].map(str::to_owned).into())
    }

    /// Runs such a script to its end, with these variables. What it prints is kept in `scratch`, and repeated when it fails.
    ///
    /// # Errors
    /// [`ToolError`].
    pub fn run(self, scratch: &Path, script: &str, variables: &[(&str, &str)]) -> Result<(), ToolError> {
        let mut spec = self.script(scratch, script)?;
        spec.environment
            .extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let printed = scratch.join("printed");
        let write = File::create(&printed)?;
        let again = write.try_clone()?;
        let stdio =
            Stdio { stdin: Stream::Null, stdout: Stream::Fd(write.into()), stderr: Stream::Fd(again.into()) };
        let exit = spawn(&spec, stdio)?.wait()?;
        if exit.success() {
            return Ok(());
        }
        let printed = fs::read_to_string(&printed).unwrap_or_default().trim().to_owned();
        Err(ToolError::Failed { exit, printed })
    }
}

/// Why a script of a tool gave no result.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// A directory or a file for it cannot be made.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// It cannot be isolated.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// It failed.
    #[error("{exit}: {printed}")]
    Failed {
        /// How it ended.
        exit: Exit,
        /// What it printed.
        printed: String,
    },
}

/// A container as the root, with its own `/proc` and `/dev`. What is written there goes to `scratch`.
///
/// # Errors
/// When a directory cannot be made.
pub fn container_root(container: PathBuf, scratch: &Path) -> std::io::Result<Vec<Mount>> {
    Ok(vec![
        scratch_overlay(scratch, "root", vec![container], "/".into())?,
        Mount::Dir { dest: "/tmp".into(), mode: 0o1777 },
        Mount::Proc { dest: "/proc".into() },
        Mount::Dev { dest: "/dev".into() },
    ])
}

/// An overlay over these layers whose changes go to `NAME-upper` in the directory `scratch`.
///
/// # Errors
/// When a directory cannot be made.
pub fn scratch_overlay(
    scratch: &Path,
    name: &str,
    lower: Vec<PathBuf>,
    dest: String,
) -> std::io::Result<Mount> {
    let (upper, work) = (scratch.join(format!("{name}-upper")), scratch.join(format!("{name}-overlay")));
    std::fs::create_dir_all(&upper)?;
    std::fs::create_dir_all(&work)?;
    Ok(Mount::Overlay { lower, upper, work, dest })
}

/// What every sandbox has in its environment.
pub fn base_environment(epoch: u64) -> BTreeMap<String, String> {
    let fixed = [
        ("HOME", "/tmp"),
        ("LC_ALL", "C.UTF-8"),
        ("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"),
        ("SOURCE_DATE_EPOCH", &epoch.to_string()),
        ("TMPDIR", "/tmp"),
        ("TZ", "UTC"),
    ];
    fixed.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}
