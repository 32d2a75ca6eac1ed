//! The program that runs workloads.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde::Deserialize;

use crate::error::UpdaterError;

/// How much of what it says is repeated, in bytes.
const REPEATED: usize = 600;

/// The program that runs workloads.
pub struct Program {
    path: PathBuf,
}

/// What it says of a workload, as far as it is looked at.
#[derive(Deserialize)]
struct Status {
    version: Option<String>,
}

impl Program {
    /// In this file.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// The version of a workload that runs; nothing when it has none of its own.
    ///
    /// # Errors
    /// When there is no such workload, or it cannot be asked.
    pub fn version(&self, workload: &str) -> Result<Option<String>, UpdaterError> {
        let output = self.run(&["status", "--json", workload])?;
        // It ends with 1 when the workload is not well, which is what a new version may mend.
        let status: Vec<Status> =
            serde_json::from_slice(&output.stdout).map_err(|_| self.failed("status", &output))?;
        let status = status.into_iter().next().ok_or_else(|| self.failed("status", &output))?;
        Ok(status.version)
    }

    /// A version that is here and whole runs from now on, on trial.
    ///
    /// # Errors
    /// When it is refused.
    pub fn switch(&self, workload: &str, version: &str) -> Result<(), UpdaterError> {
        let output = self.run(&["switch", workload, version])?;
        if output.status.success() { Ok(()) } else { Err(self.failed("switch", &output)) }
    }

    fn run(&self, arguments: &[&str]) -> Result<Output, UpdaterError> {
        let mut command = Command::new(&self.path);
        command.args(arguments).stdin(Stdio::null());
        command.output().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => UpdaterError::NoWorkloads(self.path.clone()),
            _ => UpdaterError::file("run", &self.path)(error),
        })
    }

    fn failed(&self, command: &'static str, output: &Output) -> UpdaterError {
        let printed = String::from_utf8_lossy(&output.stderr);
        let printed = yoe_program::end(printed.trim(), REPEATED).replace('\n', ", ");
        UpdaterError::Workload { command, printed }
    }
}
