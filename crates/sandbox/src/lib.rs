//! Runs one step in a root of its own: without root rights, without a daemon, without a setuid helper.
//!
//! A [`Spec`] says what the step sees: a list of [`Mount`]s, a command, an environment, a directory. [`spawn`] starts
//! it in new user, mount, PID, IPC, UTS, cgroup and (unless [`Network::Host`]) network namespaces. One id is mapped:
//! the caller is user 0 and group 0 inside, so the same thing happens for root and for an ordinary user.
//!
//! # Processes
//!
//! ```text
//! yoe ──re-executes itself──▶ supervisor ──forks──▶ PID 1 ──spawns──▶ the step
//!  └───────── control socket ──────┴───────────────────┘
//! ```
//!
//! * A program with threads must not fork and go on, so [`spawn`] re-executes `/proc/self/exe`. That is why `main()`
//!   starts with [`run_init_if_asked`].
//! * The *supervisor* makes the namespaces and stays outside of the PID namespace. It waits for two things: the end
//!   of PID 1, and the end of yoe, seen as the control socket's end of file; then it kills PID 1.
//! * *PID 1* mounts, enters the root, gives up every right that could undo this, and runs the step. When the step
//!   ends, PID 1 ends, and the kernel ends with it whatever the step left behind. Should the supervisor die, the
//!   kernel kills PID 1 (parent death signal).
//!
//! # What a step can and cannot do
//!
//! It is root in its own namespace as far as files go (chown, setuid to itself, file capabilities), but holds no
//! `CAP_SYS_ADMIN`, so it mounts nothing and remounts nothing; its `/proc/sys` is read-only even when yoe runs as
//! root. A filter refuses system calls that reach beyond the namespaces (`filter.rs`), a further user namespace among
//! them. [`Limits`] bound its processes and, where a control group can be made, its memory. It has a session of its own,
//! and a terminal only from [`attend`], which is none of the caller's: it cannot type into the caller's shell.

mod attend;
mod cgroup;
mod child;
mod error;
mod exit;
mod filter;
mod first;
mod init;
mod inside;
mod limits;
mod linux;
mod mount;
mod mounting;
mod overlay;
mod program;
mod protocol;
mod spec;
mod start;
mod stdio;
mod syscalls;
mod tool;
mod unavailable;
mod usage;

pub use attend::attend;
pub use child::Child;
pub use error::{CauseError, SandboxError};
pub use exit::Exit;
pub use init::run_init_if_asked;
pub use limits::Limits;
pub use mount::Mount;
pub use spec::{Network, Spec, SpecError};
pub use start::{probe, spawn};
pub use stdio::{Stdio, Stream};
pub use tool::{Tool, ToolError, base_environment, container_root, scratch_overlay};
pub use unavailable::UnavailableError;
