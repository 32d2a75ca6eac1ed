//! The updater on a device made of files: everything but the firmware.

mod fixture;
mod install;
mod refuse;
mod shop;
mod trial;
