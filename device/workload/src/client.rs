//! The engine's client, which understands Docker's words.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use yoe_workload_format::Record;

use crate::error::WorkloadError;
use crate::root::Root;

/// How much of what a client says is repeated, in bytes.
const REPEATED: usize = 600;
/// The label by which Compose knows its containers.
pub const PROJECT: &str = "com.docker.compose.project";

/// The engine's client.
#[derive(Debug, Clone)]
pub struct Client {
    program: PathBuf,
}

impl Client {
    /// This program. Where its name is a link it is called by its own: some look at what they are called.
    pub fn new(program: &Path) -> Self {
        Self { program: program.canonicalize().unwrap_or_else(|_| program.to_owned()) }
    }

    /// The program with an environment of its own: a Compose file must mean the same whoever asks.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).env_clear().stdin(Stdio::null());
        command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("HOME", "/root");
        command
    }

    /// What it answers on standard output.
    ///
    /// # Errors
    /// When it cannot be run or fails, with the end of what it said.
    pub fn ask(&self, arguments: &[&str]) -> Result<String, WorkloadError> {
        let output = self.command(arguments).output();
        self.judge(arguments, output)
    }

    /// The same of a client that reads what `feed` writes.
    ///
    /// # Errors
    /// As [`Self::ask`], and when what it reads cannot be had.
    pub fn feed(
        &self,
        arguments: &[&str],
        feed: impl FnOnce(&mut dyn Write) -> Result<(), WorkloadError>,
    ) -> Result<String, WorkloadError> {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child =
            command.spawn().map_err(|source| WorkloadError::Client(self.program.clone(), source))?;
        let fed = match child.stdin.take() {
            Some(mut input) => feed(&mut input),
            None => Ok(()),
        };
        // What the client says of its end is more than that it did not read on.
        let judged = self.judge(arguments, child.wait_with_output());
        judged.and_then(|printed| fed.map(|()| printed))
    }

    /// Runs it with the streams of this program, and gives its success.
    ///
    /// # Errors
    /// When it cannot be run.
    pub fn pass(&self, arguments: &[&str]) -> Result<bool, WorkloadError> {
        let status = self.command(arguments).status();
        status
            .map(|status| status.success())
            .map_err(|source| WorkloadError::Client(self.program.clone(), source))
    }

    /// Runs another program of the device, in the same environment.
    ///
    /// # Errors
    /// When it cannot be run or fails, with the end of what it said.
    pub fn other(&self, program: &Path, arguments: &[&str]) -> Result<(), WorkloadError> {
        let other = Self { program: program.to_owned() };
        other.ask(arguments).map(drop)
    }

    fn judge(&self, arguments: &[&str], output: std::io::Result<Output>) -> Result<String, WorkloadError> {
        let output = output.map_err(|source| WorkloadError::Client(self.program.clone(), source))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let printed = String::from_utf8_lossy(&output.stderr);
        Err(WorkloadError::Failed {
            command: shown(arguments),
            printed: yoe_program::end(printed.trim(), REPEATED).replace('\n', ", "),
        })
    }

    /// The arguments of a command of Compose.
    pub fn compose<'a>(&self, files: &'a [PathBuf; 2], record: &'a Record, words: &[&'a str]) -> Vec<String> {
        let mut arguments = vec!["compose".to_owned(), "--project-name".to_owned(), record.name.clone()];
        for file in files {
            arguments.extend(["--file".to_owned(), file.display().to_string()]);
        }
        arguments.extend(words.iter().map(|word| (*word).to_owned()));
        arguments
    }

    /// Asks Compose.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub fn ask_compose(&self, root: &Root, record: &Record, words: &[&str]) -> Result<String, WorkloadError> {
        let files = root.compose(record);
        let arguments = self.compose(&files, record, words);
        self.ask(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    }
}

/// What was asked, as messages name it: paths say nothing there.
fn shown(arguments: &[&str]) -> String {
    let mut words = Vec::new();
    let mut skip = false;
    for word in arguments {
        if !std::mem::take(&mut skip) && *word != "--file" {
            words.push(*word);
        }
        skip = *word == "--file";
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_short() {
        assert_eq!(shown(&["compose", "--file", "/a", "--file", "/b", "up"]), "compose up");
    }
}
