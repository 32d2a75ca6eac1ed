//! The updater on a device made of files: everything but the firmware.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]
#![allow(clippy::print_stderr, reason = "what is skipped is said")]

mod armed;
mod bootable;
mod fault;
mod fixture;
mod hostile;
mod install;
mod lock;
mod lost;
mod others;
mod papers;
mod property;
mod refuse;
mod remote_bundle;
mod replay;
mod servers;
mod shop;
mod trial;
mod watchdog;
mod workloads;
