//! Hardening is not lost in silence.
//!
//! A configuration is compared with a list of wanted options (`wanted.rs`, each with its reason), with the order of
//! security modules that really start, and with Kconfig's own defaults for the architecture. Every deviation has to be
//! accounted for in a file of deviations. (This project's are in `tests/kernel/`: a file in the directory of the kernel's unit
//! would be an input of the kernel.)
//!
//! # The file of deviations
//! It has the form of a fragment ([`crate::fragment`]): each line is what the final configuration has, and the comment
//! above or behind it is the reason. Kconfig never sees the file.
//!
//! ```text
//! # The IOMMU's lazy mode keeps network throughput; only trusted devices are soldered on.
//! # CONFIG_IOMMU_DEFAULT_DMA_STRICT is not set
//! ```
//!
//! A deviation from a mere default is also accounted for by a fragment that asks for it and gives a reason. A line that
//! no longer deviates is told too, so that the file stays true.

mod account;
mod defaults;
mod modules;
mod wanted;

use std::fmt;

use serde::Serialize;

use crate::KernelVersion;
use crate::config::{Config, Value};
use crate::kconfig::Tree;

pub use account::{Account, Accounted, Stale, account};
pub use wanted::{Wanted, Wish, wanted};

/// A place where a configuration protects less than it could.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deviation {
    /// The symbol.
    pub symbol: String,
    /// What the configuration has.
    pub got: Value,
    /// What it should have, in words.
    pub wanted: String,
    /// Why it should.
    pub reason: String,
    /// What it deviates from.
    pub from: From,
}

/// What a configuration deviates from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum From {
    /// The list of wanted options.
    Wanted,
    /// Kconfig's default for the architecture.
    Default,
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CONFIG_{} is {}, wanted is {}: {}", self.symbol, self.got, self.wanted, self.reason)
    }
}

/// Every deviation of `config`, of a kernel of `version`, in the order of the list, then of symbols.
///
/// `defaults` is what `make alldefconfig` gives for the same kernel and architecture, and the kernel's symbols.
pub fn compare(
    config: &Config,
    version: KernelVersion,
    defaults: Option<(&Config, &Tree)>,
) -> Vec<Deviation> {
    let mut found = wanted::deviations(config, version);
    found.extend(modules::deviations(config));
    if let Some((defaults, tree)) = defaults {
        let known: Vec<_> = found.iter().map(|deviation| deviation.symbol.clone()).collect();
        found.extend(
            defaults::deviations(config, defaults, tree)
                .into_iter()
                .filter(|one| !known.contains(&one.symbol)),
        );
    }
    found
}

#[cfg(test)]
mod tests;
