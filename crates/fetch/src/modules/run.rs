//! This machine's git, run for one repository.

use std::io;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::thread::JoinHandle;

use yoe_model::Cancel;

use super::ModuleError;
use crate::child::{drained, wait};

/// What would lead git to another repository than the one in its directory, as in a hook that runs yoe.
const ELSEWHERE: [&str; 7] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
];

/// A git in one directory, for one repository.
pub(super) struct Git<'a> {
    pub(super) directory: &'a Path,
    pub(super) url: &'a str,
    pub(super) cancel: &'a Cancel,
}

/// What a git that ended said.
pub(super) struct Ended {
    pub(super) status: ExitStatus,
    pub(super) output: String,
    pub(super) errors: String,
}

impl Git<'_> {
    /// With the user's own settings: they say how a private repository is reached.
    pub(super) fn with_settings(&self, arguments: &[&str]) -> Result<Ended, ModuleError> {
        // A server that sends less than this on average is left, as for all downloads: docs/design/0026-hostile-servers.md.
        let mut command = self.command();
        command.args(["-c", "http.lowSpeedLimit=1024", "-c", "http.lowSpeedTime=60"]);
        self.run(command.args(arguments))
    }

    /// Without anybody's settings: the same tree must come of the same commit on every machine.
    pub(super) fn alone(&self, arguments: &[&str]) -> Result<Ended, ModuleError> {
        let mut command = self.command();
        command
            .args(["-c", "advice.detachedHead=false"])
            .env("HOME", self.directory)
            .env("XDG_CONFIG_HOME", self.directory)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_ATTR_NOSYSTEM", "1")
            .env_remove("GIT_CONFIG_COUNT")
            .env_remove("GIT_CONFIG_PARAMETERS")
            .env_remove("GIT_TEMPLATE_DIR");
        self.run(command.args(arguments))
    }

    fn command(&self) -> Command {
        let mut command = Command::new("git");
        command.current_dir(self.directory).args(["-c", "core.hooksPath=/dev/null", "-c", "gc.auto=0"]);
        ELSEWHERE.iter().for_each(|variable| {
            command.env_remove(variable);
        });
        // Nobody is asked for a password: a credential helper or an agent knows it, or it is said that none does.
        command.env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, command: &mut Command) -> Result<Ended, ModuleError> {
        let failed = |error| ModuleError::File { path: self.directory.to_owned(), source: error };
        let mut child = command.spawn().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => ModuleError::NoGit,
            _ => failed(error),
        })?;
        let (output, errors) =
            (drained(child.stdout.take(), u64::MAX), drained(child.stderr.take(), u64::MAX));
        let status = wait(&mut child, self.cancel).map_err(failed)?;
        let status = status.ok_or_else(|| ModuleError::Cancelled { url: self.url.to_owned() })?;
        let text = |reader: JoinHandle<Vec<u8>>| {
            String::from_utf8_lossy(&reader.join().unwrap_or_default()).trim().to_owned()
        };
        Ok(Ended { status, output: text(output), errors: text(errors) })
    }
}
