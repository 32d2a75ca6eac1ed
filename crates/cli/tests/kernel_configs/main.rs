//! Real kernels' configurations: this project's own for both architectures, as its units make them, and those that
//! Debian ships. Nothing of them is kept here; `yoe` fetches and makes them, so these tests are for
//! `cargo test --workspace --test kernel_configs -- --ignored`.
//!
//! Debian's suites move on: when a kernel's configuration has left the archive, name the new version in
//! `containers/debian-configs-*.star`, run `yoe lock`, and look at what changes in the snapshots.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod hardening;
mod moby;
mod real;
mod table;
