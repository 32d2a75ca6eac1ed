//! The OCI runtime: what it says of a container, and how a program is run in one.
//!
//! The runtime is asked, and no engine: a program in a container gets the container's user, capabilities, seccomp filter
//! and AppArmor profile from the runtime, and an engine's client would take ten times the memory for it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::error::SupervisorError;

/// The runtime.
#[derive(Debug, Clone)]
pub struct Runtime {
    program: PathBuf,
}

/// The state of a container, as the OCI runtime specification has it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct State {
    /// `creating`, `created`, `running`, `stopped`, or the runtime's own `paused`.
    pub status: String,
    /// Its first process; 0 when there is none.
    #[serde(default)]
    pub pid: i32,
    /// Its annotations.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
}

impl State {
    /// Whether its program has been started and has not ended.
    pub fn runs(&self) -> bool {
        matches!(self.status.as_str(), "running" | "paused")
    }

    /// Whether its program has ended.
    pub fn ended(&self) -> bool {
        self.status == "stopped"
    }
}

impl Runtime {
    /// The runtime that this program is.
    pub fn new(program: &Path) -> Self {
        Self { program: program.to_owned() }
    }

    /// The state of a container; `None` when the runtime does not know it, or not yet.
    ///
    /// # Errors
    /// When the runtime cannot be run, or says what is not a state.
    pub fn state(&self, root: &Path, id: &str) -> Result<Option<State>, SupervisorError> {
        let output = self.command(root).args(["state", id]).stdin(Stdio::null()).output();
        let output = output.map_err(|error| SupervisorError::Runtime(self.program.clone(), error))?;
        if !output.status.success() {
            return Ok(None);
        }
        serde_json::from_slice(&output.stdout)
            .map(Some)
            .map_err(|error| SupervisorError::Answer(id.to_owned(), error))
    }

    /// A command that runs a program in a container and ends as that does. The number of its process comes into
    /// `pid_file`.
    pub fn exec(&self, root: &Path, id: &str, pid_file: &Path, program: &[String]) -> Command {
        let mut command = self.command(root);
        command.arg("exec").arg("--pid-file").arg(pid_file).arg(id).args(program);
        command
    }

    fn command(&self, root: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("--root").arg(root);
        command
    }
}
