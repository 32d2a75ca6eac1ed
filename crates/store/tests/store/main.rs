//! The store from outside: several processes, killed ones, damage, garbage, full and read-only disks.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(clippy::print_stdout, reason = "what was skipped, and the words of a process that a test started")]

mod disk;
mod fixture;
mod garbage;
mod imports;
mod killed;
mod lookups;
mod processes;
mod verification;
