//! What can go wrong between the wish to run a step and its first instruction.

use std::path::Path;
use std::{fmt, io, process};

use crate::protocol::{Failure, Stage};
use crate::unavailable::diagnose;
use crate::{Mount, Spec, SpecError, UnavailableError};

/// Why a step could not be run in a sandbox. How the step itself ended is not an error: see [`Exit`](crate::Exit).
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The description cannot be carried out as written.
    #[error("the sandbox is described wrongly")]
    Spec(#[from] SpecError),
    /// This system allows no sandbox.
    #[error("this system does not let yoe make a sandbox")]
    Unavailable(#[from] UnavailableError),
    /// The program is not prepared to be re-executed as the sandbox's first process.
    #[error(
        "the program's main() does not call yoe_sandbox::run_init_if_asked(); it must, before anything else"
    )]
    NotPrepared,
    /// The program could not re-execute itself.
    #[error("cannot start the sandbox's first process")]
    Start(#[source] io::Error),
    /// The re-executed program ended without a word.
    #[error("the sandbox's first process ended without an answer ({status}); was it killed?")]
    NoAnswer {
        /// How it ended.
        status: process::ExitStatus,
    },
    /// A mount failed.
    #[error("cannot put the sandbox's root together: {mount}: cannot {doing}")]
    Mount {
        /// The mount, in one line.
        mount: String,
        /// What was being done.
        doing: String,
        /// The system's answer.
        #[source]
        cause: CauseError,
    },
    /// The working directory cannot be entered.
    #[error("cannot enter the sandbox's working directory {directory:?}")]
    Directory {
        /// The directory, as seen inside.
        directory: String,
        /// The system's answer.
        #[source]
        cause: CauseError,
    },
    /// The command cannot be run.
    #[error("cannot run {program:?} in the sandbox")]
    Command {
        /// The program, as seen inside.
        program: String,
        /// The system's answer.
        #[source]
        cause: CauseError,
    },
    /// Another step of the set-up failed.
    #[error("cannot set up the sandbox: cannot {doing}")]
    SetUp {
        /// What was being done.
        doing: String,
        /// The system's answer.
        #[source]
        cause: CauseError,
    },
    /// A step that a person attends could not be given a terminal of its own.
    #[error("cannot give the sandbox a terminal of its own")]
    Terminal(#[source] io::Error),
    /// yoe was asked to end while a person attended the step, which has ended with it.
    #[error("interrupted")]
    Interrupted,
    /// The sandbox runs or ran, but the system does not tell what became of it.
    #[error("lost contact with the sandbox")]
    Lost(#[source] io::Error),
}

/// The system's answer, with what it means here where that is not plain.
#[derive(Debug)]
pub struct CauseError {
    error: io::Error,
    meaning: Option<&'static str>,
}

impl CauseError {
    fn new(errno: i32, meaning: Option<&'static str>) -> Self {
        Self { error: io::Error::from_raw_os_error(errno), meaning }
    }

    /// The system's error.
    pub fn error(&self) -> &io::Error {
        &self.error
    }
}

impl fmt::Display for CauseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.meaning {
            Some(meaning) => write!(f, "{}: {meaning}", self.error),
            None => write!(f, "{}", self.error),
        }
    }
}

impl std::error::Error for CauseError {}

impl SandboxError {
    /// What the sandbox's own processes reported, in terms of the description they carried out.
    pub(crate) fn from_failure(failure: Failure, spec: &Spec) -> Self {
        let Failure { stage, doing, errno } = failure;
        match stage {
            _ if errno == libc::ENOSYS => {
                Self::Unavailable(diagnose(&Failure { stage, doing, errno }, Path::new("/")))
            }
            Stage::Namespaces | Stage::Identity | Stage::Overlay | Stage::Surroundings | Stage::Root => {
                Self::Unavailable(diagnose(&Failure { stage, doing, errno }, Path::new("/")))
            }
            Stage::Mount(index) => {
                let mount = spec.mounts.get(index);
                let cause = CauseError::new(errno, mount.and_then(|mount| meaning(mount, &doing, errno)));
                let mount = mount.map_or_else(|| "the empty root".to_owned(), Mount::to_string);
                Self::Mount { mount, doing, cause }
            }
            Stage::Directory => {
                Self::Directory { directory: spec.directory.clone(), cause: CauseError::new(errno, None) }
            }
            Stage::Command => Self::Command {
                program: spec.command.first().cloned().unwrap_or_default(),
                cause: CauseError::new(errno, command_meaning(errno)),
            },
            _ => Self::SetUp { doing, cause: CauseError::new(errno, None) },
        }
    }
}

fn command_meaning(errno: i32) -> Option<&'static str> {
    match errno {
        libc::ENOENT => {
            Some("the program, or the interpreter or dynamic loader it asks for, is not in the sandbox")
        }
        libc::EACCES => Some("the program is not executable, or lies on a mount that forbids executing"),
        libc::ENOEXEC => Some("the file is not a program for this machine, or is a script without `#!`"),
        libc::ELOOP => Some(
            "the program, or the interpreter it asks for, is a loop of links or leads through one of /proc's",
        ),
        libc::E2BIG => Some("the arguments and the environment together are too long"),
        _ => None,
    }
}

/// What overlayfs and procfs mean by their few error numbers (Linux, Documentation/filesystems/overlayfs.rst).
fn meaning(mount: &Mount, doing: &str, errno: i32) -> Option<&'static str> {
    match (mount, errno) {
        (_, libc::ELOOP) if doing.starts_with("open ") => Some(
            "there is a symbolic link on the way, and on the host none is followed; name what it leads to",
        ),
        (Mount::Overlay { .. }, libc::EINVAL) => Some(
            "the upper and the work directory must be two directories of one writable file system that offers user extended \
             attributes (ext4, xfs, btrfs, tmpfs; not overlayfs or NFS), and there may be at most 500 layers",
        ),
        (Mount::Overlay { .. } | Mount::ReadOnlyOverlay { .. }, libc::ELOOP) => {
            Some("a layer is named twice or lies within another one")
        }
        (Mount::Overlay { .. }, libc::EBUSY) => {
            Some("the upper or the work directory is in use by another sandbox")
        }
        (Mount::Overlay { .. } | Mount::ReadOnlyOverlay { .. }, libc::ENODEV) => {
            Some("the kernel has no overlayfs (CONFIG_OVERLAY_FS; as root: modprobe overlay)")
        }
        (Mount::Proc { .. }, libc::EPERM) => Some(
            "parts of the outer /proc are hidden, as container runtimes do, and then the kernel allows no new one; \
             run yoe outside of the container, or the container with an unmasked /proc",
        ),
        (_, libc::EROFS) => Some("the place to mount on is missing, and what it should lie in is read-only"),
        (_, libc::ENOTDIR) => Some("a part of the path is a file"),
        (_, libc::EACCES) => Some("the user who runs yoe may not read it"),
        _ => None,
    }
}
