//! A server for a device under test: a program in a sandbox that listens on this host's loopback while an image is tested.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use yoe_plan::UNIT_EPOCH;
use yoe_sandbox::{Child, Mount, Network, Stdio, Stream, Tool};
use yoe_vm::Credential;

use crate::error::TestbedError;

/// This host's loopback, as a device sees it behind QEMU's user network.
pub const HOST: &str = "10.0.2.2";
/// How long a script that prepares the server may take.
const SCRIPTS_WITHIN: Duration = Duration::from_secs(120);
/// How long the server may take until it listens.
const LISTENS_WITHIN: Duration = Duration::from_secs(60);
/// Between two looks whether it listens. There is no other sign of it.
const TICK: Duration = Duration::from_millis(50);

/// Where a server runs.
pub struct Place<'p> {
    /// What messages call the server.
    pub name: &'static str,
    /// The container with its programs.
    pub container: &'p Path,
    /// What else it sees.
    pub mounts: Vec<Mount>,
    /// Its directory, inside.
    pub directory: &'static str,
    /// A directory of this run, for sandboxes.
    pub scratch: &'p Path,
    /// What its programs say goes to this file.
    pub log: &'p Path,
}

impl Place<'_> {
    /// Makes the log anew.
    pub fn begin(&self) -> Result<(), TestbedError> {
        File::create(self.log).map(drop).map_err(|error| self.failed("its log cannot be written", error))
    }

    /// Runs a script to its end; `what` is what it makes.
    pub fn run(&self, what: &str, script: &str) -> Result<(), TestbedError> {
        let mut child = self.spawn(what, script)?;
        match child.wait_timeout(SCRIPTS_WITHIN) {
            Ok(Some(exit)) if exit.success() => Ok(()),
            Ok(Some(exit)) => Err(self.with_output(&format!("making its {what} ended with {exit}"))),
            Ok(None) => {
                Err(self
                    .with_output(&format!("making its {what} took more than {} s", SCRIPTS_WITHIN.as_secs())))
            }
            Err(error) => Err(self.failed("its end is not known", error)),
        }
    }

    /// Runs a script that becomes the server, and waits until it listens on this port. It ends when the child is dropped.
    pub fn serve(&self, script: &str, port: u16) -> Result<Child, TestbedError> {
        let mut child = self.spawn("server", script)?;
        let (began, address) = (Instant::now(), SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        while TcpStream::connect_timeout(&address, TICK).is_err() {
            match child.wait_timeout(TICK) {
                Ok(None) if began.elapsed() < LISTENS_WITHIN => {}
                Ok(None) => return Err(self.with_output("it does not listen")),
                Ok(Some(exit)) => return Err(self.with_output(&format!("it ended with {exit}"))),
                Err(error) => return Err(self.failed("its end is not known", error)),
            }
        }
        Ok(child)
    }

    /// A port of the loopback that was free a moment ago.
    pub fn free_port(&self) -> Result<u16, TestbedError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
        let address = listener.and_then(|listener| listener.local_addr());
        Ok(address.map_err(|error| self.failed("this host's loopback has no free port", error))?.port())
    }

    fn spawn(&self, what: &str, script: &str) -> Result<Child, TestbedError> {
        let no_sandbox = "its sandbox cannot be made";
        let tool = Tool {
            container: self.container.to_owned(),
            mounts: self.mounts.clone(),
            // It listens on the loopback, where QEMU finds it.
            network: Network::Host,
            directory: self.directory.into(),
            epoch: UNIT_EPOCH,
        };
        let sandbox = self.scratch.join(format!("sandbox for the {what}"));
        let spec = tool.script(&sandbox, script).map_err(|error| self.failed(no_sandbox, error))?;
        let log = || File::options().append(true).open(self.log);
        let (stdout, stderr) = log()
            .and_then(|stdout| Ok((stdout, log()?)))
            .map_err(|error| self.failed("its log cannot be written", error))?;
        let stdio = Stdio {
            stdin: Stream::Null,
            stdout: Stream::Fd(stdout.into()),
            stderr: Stream::Fd(stderr.into()),
        };
        yoe_sandbox::spawn(&spec, stdio).map_err(|error| self.failed(no_sandbox, error))
    }

    /// A failure with the last lines of what its programs said.
    fn with_output(&self, why: &str) -> TestbedError {
        const LINES: usize = 10;
        let log = fs::read(self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = text.lines().collect();
        let tail: String =
            lines[lines.len().saturating_sub(LINES)..].iter().map(|line| format!("\n  | {line}")).collect();
        let (server, why, log) = (self.name, why.to_owned(), self.log.to_owned());
        TestbedError::Server { server, why, tail, log }
    }

    /// The server could not be started.
    pub fn failed(
        &self,
        why: &str,
        error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> TestbedError {
        TestbedError::host(format!("the {} could not be started: {why}", self.name), error)
    }
}

/// Something that a device is given.
pub fn credential(name: impl Into<String>, value: impl Into<Vec<u8>>) -> Result<Credential, TestbedError> {
    Ok(Credential::new(name, value)?)
}
