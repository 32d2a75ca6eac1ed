//! What a Cargo.toml says, as far as bills of materials care.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::{Table, Value};
use yoe_model::Arch;

use super::target::holds;
use crate::licenses::from_manifest;

/// A manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Manifest {
    pub(super) name: String,
    pub(super) license: Option<String>,
    pub(super) homepage: Option<String>,
    /// Whether it is a procedural macro.
    pub(super) is_macro: bool,
    /// Names of packages, by the condition that they are needed on; empty for always.
    needed: BTreeMap<String, BTreeSet<String>>,
}

#[derive(Debug, Deserialize)]
struct Raw {
    package: RawPackage,
    #[serde(default)]
    lib: Table,
    #[serde(default)]
    dependencies: Table,
    #[serde(default)]
    target: BTreeMap<String, RawTarget>,
}

#[derive(Debug, Deserialize)]
struct RawPackage {
    name: String,
    // A member may take these from its workspace, as a table.
    license: Option<Value>,
    homepage: Option<Value>,
    repository: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct RawTarget {
    #[serde(default)]
    dependencies: Table,
}

impl Manifest {
    /// Reads a manifest; `None` when it is none of a package.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let raw: Raw = toml::from_str(text).ok()?;
        let string = |value: Option<Value>| value.and_then(|value| value.as_str().map(str::to_owned));
        let homepage = string(raw.package.homepage).or_else(|| string(raw.package.repository));
        let is_macro =
            ["proc-macro", "proc_macro"].iter().any(|name| raw.lib.get(*name) == Some(&Value::Boolean(true)));
        let conditional =
            raw.target.iter().map(|(condition, target)| (condition.clone(), names(&target.dependencies)));
        Some(Self {
            name: raw.package.name,
            license: string(raw.package.license).map(|text| from_manifest(&text)),
            homepage: homepage.filter(|address| address.starts_with("http")),
            is_macro,
            needed: conditional.chain([(String::new(), names(&raw.dependencies))]).collect(),
        })
    }

    /// Names of the packages that it is linked with on this architecture.
    pub(super) fn dependencies(&self, arch: Arch) -> BTreeSet<String> {
        let held = self.needed.iter().filter(|(condition, _)| condition.is_empty() || holds(condition, arch));
        held.flat_map(|(_, names)| names.iter().cloned()).collect()
    }
}

/// Names of packages: a dependency may be called otherwise where it is used.
fn names(dependencies: &Table) -> BTreeSet<String> {
    let package = |(name, value): (&String, &Value)| {
        value.get("package").and_then(Value::as_str).unwrap_or(name).to_owned()
    };
    dependencies.iter().map(package).collect()
}
