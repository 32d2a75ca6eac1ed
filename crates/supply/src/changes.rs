//! What differs between two bills of materials: components, licences, and with advisories the holes that were opened and closed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;

use crate::Purl;
use crate::audit::{self, Bill, DatabaseError, Finding, Options};

/// What differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// What the first bill is of: name and version.
    pub from: String,
    /// What the second one is of.
    pub to: String,
    /// Packages and components whose versions differ, or that one of both has alone, by name.
    pub components: Vec<Component>,
    /// Licences that are needed now and were not.
    pub licenses_added: BTreeSet<String>,
    /// Licences that were needed and are not now.
    pub licenses_gone: BTreeSet<String>,
    /// Components of the second bill whose licence is not known, by name and version.
    pub licenses_unknown: BTreeSet<String>,
    /// Known holes; absent when no advisories were given.
    pub holes: Option<Holes>,
}

/// A component that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Component {
    /// Its package URL without version and qualifiers.
    pub name: String,
    /// Its versions before; none when it was not there.
    pub from: BTreeSet<String>,
    /// Its versions now; none when it is gone.
    pub to: BTreeSet<String>,
}

/// Holes that only one of both has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Holes {
    /// Open now and not before.
    pub opened: Vec<Finding>,
    /// Open before and not now.
    pub closed: Vec<Finding>,
    /// Ecosystems that one of both has parts of, and no advisories were there for.
    pub missing: BTreeSet<String>,
}

impl Changes {
    /// Compares two bills; `advisories` is a directory of them.
    ///
    /// # Errors
    /// When advisories that are there cannot be read.
    pub fn new(from: &Bill, to: &Bill, advisories: Option<&Path>) -> Result<Self, DatabaseError> {
        let (licenses_before, licenses_now) = (licenses(from), licenses(to));
        let unknown = to.parts.iter().filter(|part| part.license.is_none());
        Ok(Self {
            from: from.subject.clone(),
            to: to.subject.clone(),
            components: components(from, to),
            licenses_added: licenses_now.difference(&licenses_before).cloned().collect(),
            licenses_gone: licenses_before.difference(&licenses_now).cloned().collect(),
            licenses_unknown: unknown.map(|part| format!("{} {}", part.name, part.version)).collect(),
            holes: advisories.map(|advisories| holes(from, to, advisories)).transpose()?,
        })
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        let holes =
            self.holes.as_ref().is_none_or(|holes| holes.opened.is_empty() && holes.closed.is_empty());
        self.components.is_empty() && self.licenses_added.is_empty() && self.licenses_gone.is_empty() && holes
    }
}

/// Versions by what they are of.
fn versions(bill: &Bill) -> BTreeMap<String, BTreeSet<String>> {
    let packages = bill.packages.values().filter_map(|purl| Purl::parse(purl).ok());
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for purl in packages.chain(bill.parts.iter().map(|part| part.purl.clone())) {
        let whole = Purl { version: String::new(), qualifiers: Vec::new(), ..purl.clone() };
        versions.entry(whole.to_string()).or_default().insert(purl.version);
    }
    versions
}

fn components(from: &Bill, to: &Bill) -> Vec<Component> {
    let (mut from, mut to) = (versions(from), versions(to));
    let names: BTreeSet<String> = from.keys().chain(to.keys()).cloned().collect();
    let component = |name: String| Component {
        from: from.remove(&name).unwrap_or_default(),
        to: to.remove(&name).unwrap_or_default(),
        name,
    };
    names.into_iter().map(component).filter(|component| component.from != component.to).collect()
}

fn licenses(bill: &Bill) -> BTreeSet<String> {
    let known = bill.parts.iter().filter_map(|part| part.license.as_deref());
    known.flat_map(crate::licenses::terms).collect()
}

/// A hole is the same in another version of its component.
fn holes(from: &Bill, to: &Bill, advisories: &Path) -> Result<Holes, DatabaseError> {
    let [before, now] = [
        audit::audit(from, advisories, Options::default())?,
        audit::audit(to, advisories, Options::default())?,
    ];
    let name = |finding: &Finding| (finding.component.clone(), finding.id.clone());
    let only = |these: &audit::Report, those: &audit::Report| -> Vec<Finding> {
        let known: BTreeSet<_> = those.open().map(name).collect();
        these.open().filter(|finding| !known.contains(&name(finding))).cloned().collect()
    };
    Ok(Holes {
        opened: only(&now, &before),
        closed: only(&before, &now),
        missing: before.missing.union(&now.missing).cloned().collect(),
    })
}

#[cfg(test)]
mod tests;
