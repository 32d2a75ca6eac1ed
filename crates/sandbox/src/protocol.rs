//! What yoe and the sandbox's own processes say to each other over the control socket.
//!
//! yoe sends one message: a byte, with the request (JSON in a memory file) and the step's standard input attached.
//! Back come [`Report`]s, one a packet. yoe never sends a second message, so whatever else the socket shows means
//! that yoe wants an end, or has met its own.

use std::borrow::Cow;
use std::io::{IoSlice, IoSliceMut, Read, Seek};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::{fs, io};

use rustix::fs::MemfdFlags;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags,
};
use serde::{Deserialize, Serialize};

use crate::{Exit, Spec};

/// More than any report takes; see [`Failure::new`].
const REPORT_LIMIT: usize = 16 * 1024;

/// What is asked for.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Request<'s> {
    /// Run this, its mounts in order.
    Run(Cow<'s, Spec>),
    /// Tell whether this would work here at all.
    Probe,
}

/// What is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Report {
    /// The step's command runs.
    Started,
    /// It will not.
    Failed(Failure),
    /// It ended.
    Ended(Exit),
}

/// At which point of the set-up something failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Stage {
    /// Before anything was done: reading the request.
    Request,
    /// Making the namespaces.
    Namespaces,
    /// Mapping the caller to user 0.
    Identity,
    /// What belongs to the namespaces: host name, loopback device, propagation of mounts.
    Surroundings,
    /// Whether overlayfs can be mounted (asked by the probe alone).
    Overlay,
    /// The mount with this index.
    Mount(usize),
    /// Making the new root `/`.
    Root,
    /// The session, or the terminal's foreground job.
    Session,
    /// Entering the working directory.
    Directory,
    /// Giving up rights.
    Privileges,
    /// Running the command.
    Command,
    /// Waiting for the command.
    Waiting,
}

/// Why the step will not run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failure {
    /// How far the set-up was.
    pub(crate) stage: Stage,
    /// What was being done, such as `open the layer "/x"`.
    pub(crate) doing: String,
    /// The system's error number.
    pub(crate) errno: i32,
}

impl Failure {
    /// A failure with a text that fits into a report.
    pub(crate) fn new(stage: Stage, doing: &str, error: &io::Error) -> Self {
        let doing = doing.chars().take(REPORT_LIMIT / 16).collect();
        Self { stage, doing, errno: error.raw_os_error().unwrap_or(libc::EIO) }
    }
}

/// Sends the request and the standard input.
pub(crate) fn send_request(
    control: BorrowedFd<'_>,
    request: &Request<'_>,
    stdin: BorrowedFd<'_>,
) -> io::Result<()> {
    let memory = rustix::fs::memfd_create("yoe-sandbox-request", MemfdFlags::CLOEXEC)?;
    let mut memory = fs::File::from(memory);
    io::Write::write_all(&mut memory, &serde_json::to_vec(request)?)?;
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(2))];
    let mut attached = SendAncillaryBuffer::new(&mut space);
    let descriptors = [memory.as_fd(), stdin];
    attached.push(SendAncillaryMessage::ScmRights(&descriptors));
    rustix::net::sendmsg(control, &[IoSlice::new(b"r")], &mut attached, SendFlags::NOSIGNAL)?;
    Ok(())
}

/// Receives the request and the standard input.
pub(crate) fn receive_request(control: BorrowedFd<'_>) -> io::Result<(Request<'static>, OwnedFd)> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(2))];
    let mut attached = RecvAncillaryBuffer::new(&mut space);
    let mut byte = [0];
    let flags = RecvFlags::CMSG_CLOEXEC;
    rustix::net::recvmsg(control, &mut [IoSliceMut::new(&mut byte)], &mut attached, flags)?;
    let mut descriptors = attached.drain().filter_map(|message| match message {
        RecvAncillaryMessage::ScmRights(descriptors) => Some(descriptors),
        _ => None,
    });
    let mut descriptors = descriptors.next().into_iter().flatten();
    let (Some(memory), Some(stdin)) = (descriptors.next(), descriptors.next()) else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    let mut text = Vec::new();
    let mut memory = fs::File::from(memory);
    memory.rewind()?;
    memory.read_to_end(&mut text)?;
    Ok((serde_json::from_slice(&text)?, stdin))
}

/// Sends a report. That yoe is gone is not an error: nobody is left to be told.
pub(crate) fn send_report(control: BorrowedFd<'_>, report: &Report) {
    if let Ok(text) = serde_json::to_vec(report) {
        // The supervisor sees by itself when the other end is closed, and ends everything.
        let _ = rustix::net::send(control, &text, SendFlags::NOSIGNAL);
    }
}

/// Receives the next report; `None` when there will be no further one.
pub(crate) fn receive_report(control: BorrowedFd<'_>) -> io::Result<Option<Report>> {
    let mut buffer = vec![0; REPORT_LIMIT];
    let length = loop {
        match rustix::net::recv(control, &mut buffer[..], RecvFlags::empty()) {
            Err(rustix::io::Errno::INTR) => {}
            // Closed with our request unread: the other side never looked at it.
            Err(rustix::io::Errno::CONNRESET) => return Ok(None),
            result => break result?.0,
        }
    };
    if length == 0 { Ok(None) } else { Ok(Some(serde_json::from_slice(&buffer[..length])?)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::net::{AddressFamily, SocketFlags, SocketType};
    use std::collections::BTreeMap;

    fn ends() -> (OwnedFd, OwnedFd) {
        rustix::net::socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)
            .unwrap()
    }

    #[test]
    fn a_request_of_any_size_arrives_with_its_input() {
        let spec = Spec {
            mounts: Vec::new(),
            // More than a packet holds.
            command: vec!["x".repeat(1 << 20)],
            environment: BTreeMap::new(),
            directory: "/".into(),
            network: crate::Network::Host,
            hostname: "x".into(),
            limits: Default::default(),
        };
        let (yoe, sandbox) = ends();
        let (reader, mut writer) = io::pipe().unwrap();
        send_request(yoe.as_fd(), &Request::Run(Cow::Borrowed(&spec)), reader.as_fd()).unwrap();
        drop(reader);
        let (request, input) = receive_request(sandbox.as_fd()).unwrap();
        assert!(matches!(request, Request::Run(arrived) if *arrived == spec));
        io::Write::write_all(&mut writer, b"input").unwrap();
        drop(writer);
        assert_eq!(io::read_to_string(fs::File::from(input)).unwrap(), "input");
    }

    #[test]
    fn reports_arrive_one_by_one_until_the_end() {
        let (yoe, sandbox) = ends();
        // Control characters take six bytes each in JSON.
        let failure =
            Failure::new(Stage::Mount(3), &"\u{1}".repeat(1 << 20), &io::Error::from_raw_os_error(5));
        let reports = [Report::Started, Report::Failed(failure), Report::Ended(Exit::Signal(9))];
        reports.iter().for_each(|report| send_report(sandbox.as_fd(), report));
        drop(sandbox);
        for report in reports {
            assert_eq!(receive_report(yoe.as_fd()).unwrap(), Some(report));
        }
        assert_eq!(receive_report(yoe.as_fd()).unwrap(), None);
    }

    #[test]
    fn a_request_without_its_attachments_is_refused() {
        let (yoe, sandbox) = ends();
        rustix::net::send(&yoe, b"r", SendFlags::NOSIGNAL).unwrap();
        assert!(receive_request(sandbox.as_fd()).is_err());
    }

    #[test]
    fn telling_nobody_is_no_error() {
        let (yoe, sandbox) = ends();
        drop(yoe);
        send_report(sandbox.as_fd(), &Report::Started);
    }
}
