//! yoe's side of starting a sandbox.

use std::borrow::Cow;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{self, Command};

use rustix::net::{AddressFamily, SocketFlags, SocketType};

use crate::init::{self, PROGRAM_NAME};
use crate::protocol::{self, Failure, Report, Request};
use crate::unavailable::{UnavailableError, diagnose};
use crate::{Child, SandboxError, Spec, Stdio};

/// The kernel's name for the program that asks.
const THIS_PROGRAM: &str = "/proc/self/exe";

/// Starts a step. Returns once its command runs, or with what kept it from running.
///
/// # Errors
/// The description is wrong, this system allows no sandbox, or a step of the set-up failed; the error names it.
pub fn spawn(spec: &Spec, stdio: Stdio) -> Result<Child, SandboxError> {
    spec.check()?;
    let spec = spec.sorted();
    let (supervisor, control) = start(&Request::Run(Cow::Borrowed(&spec)), stdio)?;
    answer(supervisor, control)?.map_err(|failure| SandboxError::from_failure(failure, &spec))
}

/// Tells whether sandboxes can be made here, by making an empty one.
///
/// # Errors
/// Which setting forbids it, and what to do.
pub fn probe() -> Result<(), UnavailableError> {
    let started = start(&Request::Probe, Stdio::default());
    match started.and_then(|(supervisor, control)| answer(supervisor, control)) {
        Ok(Ok(mut child)) => child.wait().map(drop).map_err(UnavailableError::unexplained),
        Ok(Err(failure)) => Err(diagnose(&failure, Path::new("/"))),
        Err(error) => Err(UnavailableError::unexplained(error)),
    }
}

fn start(request: &Request<'_>, stdio: Stdio) -> Result<(process::Child, OwnedFd), SandboxError> {
    if !init::is_prepared() {
        return Err(SandboxError::NotPrepared);
    }
    re_execute(request, stdio).map_err(SandboxError::Start)
}

fn re_execute(request: &Request<'_>, stdio: Stdio) -> io::Result<(process::Child, OwnedFd)> {
    let packets = SocketType::SEQPACKET;
    let (ours, theirs) = rustix::net::socketpair(AddressFamily::UNIX, packets, SocketFlags::CLOEXEC, None)?;
    let stdin = stdio.stdin.into_input()?;
    // Sent before anyone reads: it waits in the socket.
    protocol::send_request(ours.as_fd(), request, stdin.as_fd())?;
    let supervisor = Command::new(THIS_PROGRAM)
        .arg0(PROGRAM_NAME)
        .env_clear()
        .stdin(theirs)
        .stdout(stdio.stdout.into_output())
        .stderr(stdio.stderr.into_output())
        .spawn()?;
    Ok((supervisor, ours))
}

/// Waits for the first report.
fn answer(supervisor: process::Child, control: OwnedFd) -> Result<Result<Child, Failure>, SandboxError> {
    // From here on every way out ends the sandbox.
    let child = Child::new(supervisor, control);
    match child.first_report()? {
        Some(Report::Started) => Ok(Ok(child)),
        Some(Report::Failed(failure)) => Ok(Err(failure)),
        Some(Report::Ended(_)) | None => Err(SandboxError::NoAnswer { status: child.end()? }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_not_prepared_is_not_executed_again() {
        // This test program has a main() that does not know of sandboxes.
        let spec = Spec {
            mounts: Vec::new(),
            command: vec!["/bin/true".into()],
            environment: Default::default(),
            directory: "/".into(),
            network: crate::Network::None,
            hostname: "x".into(),
            limits: Default::default(),
        };
        assert!(matches!(spawn(&spec, Stdio::default()), Err(SandboxError::NotPrepared)));
        let Err(UnavailableError::Untried(error)) = probe() else { panic!("the probe was carried out") };
        assert!(matches!(*error, SandboxError::NotPrepared));
    }
}
