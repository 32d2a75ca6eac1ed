//! The updater on a device made of files: everything but the firmware.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod armed;
mod bootable;
mod fault;
mod fixture;
mod install;
mod lost;
mod refuse;
mod replay;
mod shop;
mod trial;
mod watchdog;
