//! Cargo.lock (The Cargo Book, "Cargo.toml vs Cargo.lock"), as far as it is read.

use serde::Deserialize;

/// A lock.
#[derive(Debug, Deserialize)]
pub struct Lock {
    /// All packages that any member, target, test or build script may need.
    #[serde(default)]
    pub package: Vec<Package>,
}

/// A package of a lock.
#[derive(Debug, Deserialize)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where it comes from; absent for members of the workspace.
    pub source: Option<String>,
    /// SHA-256 of its archive; absent for what comes from no registry.
    pub checksum: Option<String>,
    /// The packages that it needs, with their versions where a name alone is not enough.
    #[serde(default)]
    pub dependencies: Vec<String>,
}

impl Lock {
    /// Reads a lock; `Err` says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| error.message().to_owned())
    }
}
