//! The updater of a device: puts signed updates into the slot that does not run, and tells good boots from bad ones.
//!
//! [`machine`] decides and writes nothing; [`install`], [`watch`] and [`status`] read the disk, ask it, and carry out what
//! it says. [`workload`] installs versions of workloads apart from the system; [`attempt`] is what both have in common.
//! docs/reference/updater.md has the commands and exit codes, docs/design/0013 the metadata, 0016 the deltas.

pub mod args;
pub mod attempt;
pub mod checks;
mod clock;
pub mod config;
pub mod delta;
pub mod disk;
pub mod error;
pub mod install;
pub mod lock;
pub mod machine;
pub mod papers;
mod retry;
pub mod rollback;
pub mod search;
pub mod source;
pub mod state;
pub mod status;
pub mod update;
pub mod watch;
pub mod workload;
