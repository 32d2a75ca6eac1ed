//! Start a disk in QEMU and drive its console. This crate knows no tests and no images.
//!
//! ```text
//! Machine, Qemu ──qemu_arguments──▶ arguments ──Start──▶ a QEMU process ──Vm──▶ Console ──▶ Guest
//! ```
//!
//! - [`qemu_arguments`] is pure: the same machine and options always give the same command line.
//! - [`Start`] is how the caller starts QEMU: here, or in a sandbox of its own. The process's standard input and output
//!   are the machine's serial console.
//! - [`Vm`] owns the process and ends it, whatever happens. [`Guest`] logs in and runs scripts.
//!
//! Everything is bounded in time, and a [`Cancel`] ends every wait.

mod accel;
mod boot_log;
mod clean;
mod command;
mod console;
mod credential;
mod credential_files;
mod end;
#[cfg(any(test, feature = "testing"))]
#[allow(clippy::unwrap_used)]
pub mod fake;
mod firmware;
mod frame;
mod guest;
mod guest_error;
#[cfg(test)]
mod here;
mod login;
mod monitor;
mod overlay;
mod password;
mod process;
mod run_directory;
mod script;
mod transcript;
mod vm;

use yoe_model::Cancel;

pub use accel::{Probe, ProbeError, probe_kvm};
pub use boot_log::BootLog;
pub use command::{
    Accel, Disk, DiskMode, Forward, Network, RunOptions, Serial, qemu_arguments, qemu_program,
};
pub use console::{Console, WaitError, after};
pub use credential::{Credential, CredentialError};
pub use credential_files::CredentialFiles;
pub use end::End;
pub use firmware::{FirmwareError, copy_firmware_vars};
pub use guest::{Guest, Output, Watched};
pub use guest_error::{GuestError, GuestErrorKind};
pub use login::Login;
pub use overlay::{OverlayError, create_overlay};
pub use password::{Password, PasswordError, random_bytes};
pub use process::{Handle, Start, StartError, Started};
pub use run_directory::RunDirectory;
pub use script::ScriptError;
pub use transcript::Milestone;
pub use vm::{Vm, VmConfig, VmError};
