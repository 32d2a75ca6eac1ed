//! The container contract: what engines ask of a kernel, and whether a configuration gives it.
//!
//! The rules are data, in files of this directory: what moby's `contrib/check-config.sh` asks (`necessary.rs`,
//! `optional.rs`, `drivers.rs`) and what each engine needs beyond it (`engines.rs`, `podman.rs`, `k3s.rs`). Each has a reason; each
//! group has a source.
//!
//! # Verdicts
//! `y` is enabled, `m` is enabled as a module, everything else is missing. A rule outside its range of kernel versions,
//! or whose option another one stands in for, is not applicable. A check passes when no required option is missing:
//! those of "Generally Necessary" that every container engine shares, and those of the engines asked for. Nothing of
//! moby's optional groups counts, as in moby's script.
//!
//! What moby's script calls necessary is Docker's list. Its packet filter is asked only of engines that call iptables, and
//! of those one of two ways must be whole: the legacy tables, or nftables with `NFT_COMPAT` (`packet_filter.rs`).
//!
//! A defconfig or a fragment does not name what has its default, so for what it leaves out there is no verdict:
//! [`check_part`].
//!
//! What moby's script asks of the running system rather than of a configuration (the mount of the cgroup hierarchy,
//! AppArmor's tools, ZFS, the limit `root_maxkeys`) is not part of the contract.

mod advice;
mod broken;
mod check;
mod drivers;
mod engines;
mod k3s;
mod necessary;
mod optional;
mod packet_filter;
mod podman;
mod report;
mod rule;
mod runtime;
mod security_modules;
mod tables;

pub use broken::{ContractError, ModulesError, module_in};
pub use check::{Conclusion, Outcome, Report, Required, Section, Verdict, WayOutcome, check, check_part};
pub use rule::{Group, Part, Rule, Section as Place, Way, Wish};
pub use runtime::{Runtime, RuntimeError};
#[cfg(any(test, feature = "hardening"))]
pub(crate) use security_modules::idle_modules;
pub use tables::rules;

#[cfg(test)]
mod tests;
