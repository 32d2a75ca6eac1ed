//! The updater on a device made of files: everything but the firmware.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod armed;
mod fault;
mod fixture;
mod install;
mod refuse;
mod shop;
mod trial;
mod watchdog;
