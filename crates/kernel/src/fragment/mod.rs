//! Fragments: parts of a configuration, written by people, merged in order.
//!
//! # Reasons
//! A comment block gives its reason to every option after it, up to the next comment or blank line. A trailing comment
//! is the option's own reason and goes before the block's. A heading (a line that starts with `##`) names the group of
//! everything up to the next heading; it is not a reason.
//!
//! ```text
//! ## Networking: links
//!
//! # A pair of interfaces joins each container to the bridge.
//! CONFIG_VETH=y
//! CONFIG_BRIDGE=y          # and this is where the other ends meet
//! ```
//!
//! # Conflicts
//! Two different values for one symbol are an error that names both places. A later fragment may replace the value of
//! an earlier one when it says so, in the comment block above or in the trailing comment:
//!
//! ```text
//! # overrides base.cfg: this board has no screen
//! CONFIG_VT=n
//! ```
//!
//! The override must be true: it is an error if the named fragment does not set the symbol to another value before.

mod lint;
mod merging;
mod parse;

use std::fmt;

use serde::Serialize;

use crate::config::{ConfigError, Value};

pub use lint::{Lint, LintKind, lint};
pub use merging::{ConflictError, MergeError, Merged, Requested, merge};

/// Where something stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Origin {
    /// The file, as the caller named it.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// One fragment, in the order of its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// Its name, as messages show it.
    pub file: String,
    /// What it asks for.
    pub options: Vec<FragmentOption>,
    /// Comments that look like settings and are none: Kconfig ignores them.
    near_settings: Vec<(usize, String)>,
}

/// One line of a fragment that asks for something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FragmentOption {
    /// The symbol, without `CONFIG_`.
    pub symbol: String,
    /// The value asked for.
    pub value: Value,
    /// The line, counted from 1.
    pub line: usize,
    /// Why, when the fragment says so.
    pub reason: Option<String>,
    /// The heading above.
    pub group: Option<String>,
    /// The fragments whose value this line replaces on purpose.
    pub overrides: Vec<String>,
}

/// A fragment that could not be read.
#[derive(Debug, thiserror::Error)]
#[error("{file}: the fragment cannot be read")]
pub struct FragmentError {
    /// The fragment's name.
    pub file: String,
    /// What is wrong, with the line.
    #[source]
    pub problem: ConfigError,
}

impl Fragment {
    /// Reads the fragment `file` from its bytes. The name is only shown, never opened.
    ///
    /// # Errors
    /// The same as for a configuration: [`ConfigError`] with the line.
    pub fn parse(file: &str, bytes: &[u8]) -> Result<Self, FragmentError> {
        parse::parse(file, bytes).map_err(|problem| FragmentError { file: file.to_owned(), problem })
    }

    /// Where one of its options stands.
    pub fn origin(&self, option: &FragmentOption) -> Origin {
        Origin { file: self.file.clone(), line: option.line }
    }
}

#[cfg(test)]
mod tests;
