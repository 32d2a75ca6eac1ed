//! Sandboxes for programs of a container that are no steps of a unit: image tools, QEMU.

use std::path::{Path, PathBuf};

use yoe_sandbox::{Limits, Mount, Network, Spec};

use crate::layout::{Folders, base_environment};

/// A program of a container, in a root of its own.
#[derive(Debug, Clone)]
pub struct Tool {
    /// The container's tree.
    pub container: PathBuf,
    /// What it sees besides.
    pub mounts: Vec<Mount>,
    /// Whether it has the host's network.
    pub network: Network,
    /// Its working folder, inside.
    pub directory: String,
    /// Seconds since 1970 that stand for "now".
    pub epoch: u64,
}

impl Tool {
    /// The sandbox that runs this command, with its changes to the container kept apart in `scratch`.
    ///
    /// # Errors
    /// When a folder cannot be made.
    pub fn spec(self, scratch: &Path, command: Vec<String>) -> std::io::Result<Spec> {
        let folders = Folders::make(scratch)?;
        let mut mounts = folders.root_mounts(self.container)?;
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
}
