//! The index of a suite's binary packages.

use std::collections::BTreeMap;

use yoe_model::Digest;

use super::control::{self, Stanza};
use super::relation::{self, Dependency};
use super::version;

/// A binary package.
#[derive(Debug, Clone)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) essential: bool,
    /// Lower is more important.
    pub(crate) priority: u8,
    /// Pre-Depends, then Depends.
    pub(crate) depends: Vec<Dependency>,
    pub(crate) path: String,
    pub(crate) size: u64,
    pub(crate) sha256: Digest,
}

/// A package that provides a name, perhaps at a version.
#[derive(Debug, Clone)]
pub(crate) struct Provider {
    pub(crate) package: String,
    pub(crate) package_version: String,
    pub(crate) version: Option<String>,
}

/// All packages of a suite for one architecture.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// Every version of each name, newest first.
    packages: BTreeMap<String, Vec<Package>>,
    providers: BTreeMap<String, Vec<Provider>>,
}

impl Index {
    /// Reads a `Packages` file; `Err` says what is wrong.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut index = Self::default();
        for stanza in control::stanzas(text) {
            let package = package(&stanza)?;
            for provided in relations(&stanza, "Provides", &package.name)? {
                for alternative in provided.0 {
                    index.providers.entry(alternative.name).or_default().push(Provider {
                        package: package.name.clone(),
                        package_version: package.version.clone(),
                        version: alternative.constraint.map(|constraint| constraint.version),
                    });
                }
            }
            index.packages.entry(package.name.clone()).or_default().push(package);
        }
        for versions in index.packages.values_mut() {
            versions.sort_by(|a, b| version::compare(&b.version, &a.version));
        }
        Ok(index)
    }

    /// Every version of a package, newest first.
    pub(crate) fn versions(&self, name: &str) -> &[Package] {
        self.packages.get(name).map_or(&[], Vec::as_slice)
    }

    /// The packages that provide a name.
    pub(crate) fn providers(&self, name: &str) -> &[Provider] {
        self.providers.get(name).map_or(&[], Vec::as_slice)
    }

    /// The package behind an entry of [`Index::providers`].
    pub(crate) fn provided_by(&self, provider: &Provider) -> Option<&Package> {
        self.versions(&provider.package).iter().find(|package| package.version == provider.package_version)
    }

    /// The newest version of every essential package.
    pub(crate) fn essential(&self) -> impl Iterator<Item = &Package> {
        self.packages.values().filter_map(|versions| versions.first()).filter(|package| package.essential)
    }
}

fn package(stanza: &Stanza<'_>) -> Result<Package, String> {
    let name = stanza.get("Package").ok_or("a stanza has no Package")?;
    let field = |field: &str| stanza.get(field).ok_or_else(|| format!("package {name} has no {field}"));
    let mut depends = relations(stanza, "Pre-Depends", name)?;
    depends.append(&mut relations(stanza, "Depends", name)?);
    let size = field("Size")?;
    Ok(Package {
        name: name.to_owned(),
        version: field("Version")?.to_owned(),
        essential: stanza.get("Essential") == Some("yes"),
        priority: priority(stanza.get("Priority").unwrap_or_default()),
        depends,
        path: path(field("Filename")?).ok_or_else(|| format!("package {name} has an improper Filename"))?,
        size: size.parse().map_err(|_| format!("package {name} has the Size {size:?}"))?,
        sha256: field("SHA256")?.parse().map_err(|error| format!("package {name}: {error}"))?,
    })
}

fn relations(stanza: &Stanza<'_>, field: &str, name: &str) -> Result<Vec<Dependency>, String> {
    relation::parse(stanza.get(field).unwrap_or_default())
        .map_err(|part| format!("package {name} has the {field} {part:?}"))
}

/// A path that stays below the archive's root.
pub(crate) fn path(text: &str) -> Option<String> {
    let proper = |part: &str| !part.is_empty() && part != "." && part != "..";
    (!text.contains(char::is_whitespace) && text.split('/').all(proper)).then(|| text.to_owned())
}

fn priority(text: &str) -> u8 {
    match text {
        "required" => 0,
        "important" => 1,
        "standard" => 2,
        "optional" => 3,
        _ => 4,
    }
}
