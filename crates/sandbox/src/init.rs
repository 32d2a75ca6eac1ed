//! The re-executed program: the supervisor outside of the PID namespace, and PID 1 in it.

use std::env;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Command, exit};
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::event::{PollFd, PollFlags};
use rustix::io::retry_on_intr;
use rustix::process::{Pid, PidfdFlags, Signal, WaitOptions, WaitStatus};

use crate::first;
use crate::linux::Linux;
use crate::protocol::{self, Failure, Report, Request, Stage};
use crate::syscalls::{self, Fork};
use crate::{Exit, Network, Spec, program};

/// What the re-executed program is called, by which it knows what it is.
pub(crate) const PROGRAM_NAME: &str = "yoe-sandbox";

/// Whether `main()` has done its part.
static PREPARED: AtomicBool = AtomicBool::new(false);

/// Whether re-executing this program leads back here. If not, it would do all over again what it is doing now.
pub(crate) fn is_prepared() -> bool {
    PREPARED.load(Ordering::Relaxed)
}

/// Becomes the sandbox's supervisor and never returns, if that is what this process was started for; otherwise does
/// nothing. To be called first in `main()` of every program that uses [`spawn`](crate::spawn) or
/// [`probe`](crate::probe): no thread may run yet, and nothing may have been opened.
pub fn run_init_if_asked() {
    PREPARED.store(true, Ordering::Relaxed);
    if env::args_os().next().is_some_and(|name| name == PROGRAM_NAME) {
        supervise();
    }
}

/// The supervisor. Its standard input is the control socket.
fn supervise() -> ! {
    let stdin = io::stdin();
    let control = stdin.as_fd();
    match run(control) {
        Ok(()) => exit(0),
        Err(failure) => {
            protocol::send_report(control, &Report::Failed(failure));
            exit(1)
        }
    }
}

fn run(control: BorrowedFd<'_>) -> Result<(), Failure> {
    let failed = |doing: &'static str| move |error: io::Error| Failure::new(Stage::Request, doing, &error);
    syscalls::close_from(3).map_err(failed("close inherited files"))?;
    syscalls::block_signals(true).map_err(failed("block signals"))?;
    // What ps(1) shows; it would be "exe".
    let _ = rustix::thread::set_name(c"yoe-sandbox");
    let (request, stdin) = protocol::receive_request(control).map_err(failed("read the request"))?;
    // So that the caller's directory is not kept busy.
    rustix::process::chdir("/").map_err(|errno| failed("enter /")(errno.into()))?;

    let probe = try_all_spec();
    let spec = if let Request::Run(spec) = &request { spec } else { &probe };
    let input = stdin.try_clone().map_err(failed("keep the standard input"))?;
    let mut kernel = Linux::new(input.as_fd()).map_err(failed("watch the supervisor"))?;
    if let Err(failure) = first::isolate(&mut kernel, spec.network, &spec.limits) {
        kernel.clean_up();
        return Err(failure);
    }
    match syscalls::fork() {
        Ok(Fork::Child) => run_first(control, kernel, &request, stdin),
        Ok(Fork::Parent(first)) => {
            let ended = watch(control, first).map_err(failed("wait for the sandbox"));
            kernel.clean_up();
            if let Some(exit) = ended? {
                protocol::send_report(control, &Report::Ended(exit));
            }
            Ok(())
        }
        Err(error) => {
            kernel.clean_up();
            Err(failed("fork")(error))
        }
    }
}

/// Waits for PID 1, which it kills as soon as yoe wants or meets an end. Tells how PID 1 ended if that was not by
/// its own will, in which case it has not reported.
fn watch(control: BorrowedFd<'_>, first: Pid) -> io::Result<Option<Exit>> {
    let handle = rustix::process::pidfd_open(first, PidfdFlags::empty())?;
    let mut polled = [
        PollFd::from_borrowed_fd(control, PollFlags::IN | PollFlags::RDHUP),
        PollFd::new(&handle, PollFlags::IN),
    ];
    retry_on_intr(|| rustix::event::poll(&mut polled, None))?;
    if !polled[0].revents().is_empty() {
        rustix::process::pidfd_send_signal(&handle, Signal::KILL)?;
    }
    // Returns when every process of the namespace is gone.
    let status = rustix::process::waitpid(Some(first), WaitOptions::empty())?;
    Ok(status.map(|(_, status)| exit_of(status)).filter(|exit| !exit.success()))
}

fn exit_of(status: WaitStatus) -> Exit {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => Exit::Code(code),
        (None, Some(signal)) => Exit::Signal(signal),
        (None, None) => Exit::Signal(libc::SIGKILL),
    }
}

/// PID 1. Whatever it has to say it says itself, and then ends with code 0.
fn run_first(control: BorrowedFd<'_>, mut kernel: Linux<'_>, request: &Request<'_>, stdin: OwnedFd) -> ! {
    let outcome = match request {
        Request::Probe => try_all(&mut kernel).map(|()| {
            protocol::send_report(control, &Report::Started);
            Exit::Code(0)
        }),
        Request::Run(spec) => start(&mut kernel, spec, stdin).and_then(|command| {
            protocol::send_report(control, &Report::Started);
            reap(command).map_err(|error| Failure::new(Stage::Waiting, "wait for the command", &error))
        }),
    };
    protocol::send_report(control, &outcome.map_or_else(Report::Failed, Report::Ended));
    exit(0)
}

/// Does once all that steps will need.
fn try_all(kernel: &mut Linux<'_>) -> Result<(), Failure> {
    kernel.try_overlay().map_err(|trouble| Failure::new(Stage::Overlay, &trouble.doing, &trouble.error))?;
    first::prepare(kernel, &try_all_spec())
}

fn try_all_spec() -> Spec {
    Spec {
        mounts: vec![crate::Mount::Proc { dest: "/proc".to_owned() }],
        command: Vec::new(),
        environment: Default::default(),
        directory: "/".to_owned(),
        network: Network::None,
        hostname: "probe".to_owned(),
        limits: Default::default(),
    }
}

/// Sets everything up and starts the command.
fn start(kernel: &mut Linux<'_>, spec: &Spec, stdin: OwnedFd) -> Result<Pid, Failure> {
    first::prepare(kernel, spec)?;
    let failed = |error: io::Error| Failure::new(Stage::Command, "run the command", &error);
    let name = spec.command.first().ok_or_else(|| failed(io::ErrorKind::InvalidInput.into()))?;
    let path = spec.environment.get("PATH").map(String::as_str);
    // The step starts with no signal ignored or blocked. PID 1 needs none blocked from here on: the kernel keeps from it all that
    // it does not handle.
    syscalls::default_signals();
    syscalls::block_signals(false).map_err(failed)?;
    let command = Command::new(program::find(name, path).map_err(failed)?)
        .arg0(name)
        .args(&spec.command[1..])
        .env_clear()
        .envs(&spec.environment)
        .stdin(stdin)
        .spawn()
        .map_err(failed)?;
    Ok(Pid::from_child(&command))
}

/// Waits for the command and buries its orphans until it ends.
fn reap(command: Pid) -> io::Result<Exit> {
    loop {
        let Some((pid, status)) = rustix::process::wait(WaitOptions::empty())? else { continue };
        if pid != command {
            continue;
        }
        return Ok(exit_of(status));
    }
}
