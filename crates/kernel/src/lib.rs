//! Kconfig: what a kernel was asked to be, what it became, and whether that carries containers.
//!
//! - [`config`] reads `.config`, fragments and `/proc/config.gz`;
//! - [`fragment`] merges fragments, keeps where each request and its reason stand, and names both sides of a conflict;
//! - [`kconfig`] reads a kernel's own Kconfig files;
//! - [`survive`] tells which requests the final configuration lost, which dependency was not met, and what to add;
//! - [`contract`] holds what container engines ask of a kernel, and checks a configuration against it;
//! - `hardening` tells where a configuration protects less than it could, unless that was decided and written down. Only
//!   tests ask that, so it is a feature.
//!
//! Everything works on text that the caller hands over. The one exception is [`kconfig::Directory`], which reads Kconfig
//! files below a directory that the caller names. Nothing prints. Symbols are named without their `CONFIG_` prefix.

pub mod config;
pub mod contract;
pub mod fragment;
#[cfg(any(test, feature = "hardening"))]
pub mod hardening;
pub mod kconfig;
pub mod survive;

/// Counts the changes to this crate that change a verdict on the same configuration. It belongs in every key that
/// a verdict decides about.
pub const REVISION: u32 = 2;

mod version;

pub use config::{Config, Value};

pub use fragment::{Fragment, Merged, merge};
pub use version::{KernelVersion, VersionError};
