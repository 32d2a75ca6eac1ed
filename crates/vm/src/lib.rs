//! Start an image in QEMU, drive its console, run its tests, and report as a test runner does.
//!
//! ```text
//! Machine, Qemu ──qemu_arguments──▶ arguments ──Start──▶ a QEMU process ──Vm──▶ Console ──Guest──▶ test::run ──▶ Summary
//! ```
//!
//! - [`qemu_arguments`] is pure: the same machine and options always give the same command line.
//! - [`Start`] is how the caller starts QEMU: here, or in a sandbox of its own. The process's standard input and output
//!   are the machine's serial console.
//! - [`Vm`] owns the process and ends it, whatever happens. [`Guest`] logs in and runs scripts. [`test`] is the runner.
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
#[cfg(test)]
mod fake;
mod firmware;
mod folder;
mod frame;
mod guest;
mod login;
mod overlay;
mod password;
mod process;
mod qmp;
mod script;
pub mod test;
mod transcript;
mod trouble;
mod vm;

use yoe_model::Cancel;

pub use accel::{Probe, ProbeError, probe_kvm};
pub use boot_log::BootLog;
pub use command::{
    Accel, Disk, DiskMode, Forward, Network, RunOptions, Serial, qemu_arguments, qemu_program,
};
pub use console::{Console, Interrupt};
pub use credential::{Credential, CredentialError};
pub use credential_files::CredentialFiles;
pub use end::End;
pub use firmware::{FirmwareError, copy_firmware_vars};
pub use folder::Folder;
pub use guest::{Guest, Heard, Output};
pub use login::Login;
pub use overlay::{OverlayError, create_overlay};
pub use password::{Password, PasswordError};
pub use process::{Handle, Here, Start, StartError, Started};
pub use qmp::{Qmp, QmpError};
pub use script::ScriptError;
pub use transcript::Milestone;
pub use trouble::{GuestError, Trouble};
pub use vm::{Vm, VmConfig, VmError};
