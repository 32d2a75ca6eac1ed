//! Where this machine's own programs fetch from: apt, cargo and the Go client.
//!
//! The caller reads the environment and says where settings are ([`Host`]); this module reads the files.

mod cargo;
mod go;
mod mirrors;

use std::collections::BTreeMap;
use std::path::PathBuf;

pub use go::{GoSettingsError, go_proxies, go_settings};
pub(crate) use mirrors::mirror_variable;
pub use mirrors::mirrors;

/// This machine, as far as it says where things are fetched from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Host {
    /// Environment variables.
    pub variables: BTreeMap<String, String>,
    /// The directory of apt's settings.
    pub apt: PathBuf,
    /// Cargo's directory; absent when nothing says where that is.
    pub cargo: Option<PathBuf>,
    /// The directory of users' settings (XDG base directory specification); absent when nothing says where that is.
    pub config: Option<PathBuf>,
}

impl Host {
    /// A variable that is set and not empty.
    fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}
