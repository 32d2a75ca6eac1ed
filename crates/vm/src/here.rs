//! Programs of this host in QEMU's place, for this crate's tests.

use std::process::{Command, Stdio};

use crate::process::{Start, StartError, Started, end};

/// Starts programs on this host, as they are installed here.
pub(crate) struct Here;

impl Start for Here {
    fn start(&self, program: &str, arguments: &[String]) -> Result<Started, StartError> {
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        match (child.stdin.take(), child.stdout.take(), child.stderr.take()) {
            (Some(stdin), Some(stdout), Some(stderr)) => Ok(Started {
                stdin: Box::new(stdin),
                stdout: Box::new(stdout),
                stderr: Box::new(stderr),
                handle: Box::new(child),
            }),
            _ => {
                end(&mut child)?;
                Err("the system gave no pipes".into())
            }
        }
    }
}
