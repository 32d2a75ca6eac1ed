//! Bills of materials: of an inventory, or of a document of years ago.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::parts::Part;
use crate::{Inventory, Kind, Purl};

/// What is audited.
#[derive(Debug, Clone, Default)]
pub struct Bill {
    /// What it is of: name and version.
    pub subject: String,
    /// The architecture, by its Linux name; empty when it is not known.
    pub arch: String,
    /// Its parts.
    pub parts: Vec<Part>,
}

/// A file that is no bill of materials that can be audited.
#[derive(Debug, thiserror::Error)]
pub enum BillError {
    /// It is no JSON.
    #[error("it is not JSON")]
    Json(#[source] serde_json::Error),
    /// It is of another format.
    #[error("it is not a CycloneDX document: its bomFormat is not \"CycloneDX\"")]
    Format,
}

impl Bill {
    /// Go's name for the architecture.
    pub(super) fn goarch(&self) -> &str {
        match self.arch.as_str() {
            "aarch64" => "arm64",
            "x86_64" => "amd64",
            other => other,
        }
    }

    /// The bill of an inventory.
    pub fn of_inventory(inventory: &Inventory) -> Self {
        let packages = inventory.packages_of();
        let parts = inventory.components.iter().filter(|(_, component)| component.kind != Kind::Package);
        let part = |(reference, component): (&String, &crate::Component)| {
            let ancestors =
                component.ancestors.iter().filter_map(|ancestor| Purl::parse(&ancestor.purl).ok());
            let closes = component
                .patches
                .iter()
                .flat_map(|patch| patch.closes.iter().map(|id| (id.clone(), patch.name.clone())));
            Some(Part {
                name: component.name.clone(),
                version: component.version.clone(),
                purl: Purl::parse(&component.purl).ok()?,
                ancestors: ancestors.collect(),
                closes: closes.collect(),
                packages: packages.get(reference).cloned().unwrap_or_default(),
            })
        };
        let subject = &inventory.subject;
        let (subject, arch) = (format!("{} {}", subject.name, subject.version), subject.arch.clone());
        Self { subject, arch, parts: parts.filter_map(part).collect() }
    }

    /// The bill of a CycloneDX document.
    ///
    /// # Errors
    /// When the text is no such document.
    pub fn parse(text: &[u8]) -> Result<Self, BillError> {
        let document: Value = serde_json::from_slice(text).map_err(BillError::Json)?;
        if document["bomFormat"] != "CycloneDX" {
            return Err(BillError::Format);
        }
        let main = &document["metadata"]["component"];
        let properties = main["properties"].as_array().into_iter().flatten();
        let arch = properties
            .filter(|property| property["name"] == "yoe:arch")
            .find_map(|property| property["value"].as_str());
        let components = nested(&document["components"]);
        let packages = packages_of(&document, &components);
        let parts = components.iter().filter_map(|component| {
            let purl = Purl::parse(component["purl"].as_str()?).ok()?;
            let of = component["bom-ref"].as_str().and_then(|reference| packages.get(reference));
            // Our packages are audited by what is in them.
            (purl.kind != "apk").then(|| part(component, purl, of.cloned().unwrap_or_default()))
        });
        let subject = format!("{} {}", string(&main["name"]), string(&main["version"]));
        Ok(Self { subject, arch: arch.unwrap_or_default().to_owned(), parts: parts.collect() })
    }
}

fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn part(component: &Value, purl: Purl, packages: BTreeSet<String>) -> Part {
    let pedigree = &component["pedigree"];
    let ancestors = pedigree["ancestors"].as_array().into_iter().flatten();
    let patches = pedigree["patches"].as_array().into_iter().flatten();
    let closes = patches.flat_map(|patch| {
        let name = string(&patch["diff"]["url"]);
        let resolves = patch["resolves"].as_array().into_iter().flatten();
        resolves.map(move |issue| (string(&issue["id"]), name.clone()))
    });
    Part {
        name: string(&component["name"]),
        version: string(&component["version"]),
        purl,
        ancestors: ancestors.filter_map(|ancestor| Purl::parse(ancestor["purl"].as_str()?).ok()).collect(),
        closes: closes.collect(),
        packages,
    }
}

/// All components of a list, with those within them.
fn nested(list: &Value) -> Vec<&Value> {
    let (mut all, mut open): (Vec<&Value>, Vec<&Value>) =
        (Vec::new(), list.as_array().into_iter().flatten().rev().collect());
    while let Some(component) = open.pop() {
        open.extend(component["components"].as_array().into_iter().flatten().rev());
        all.push(component);
    }
    all
}

/// For each reference, the names of the packages whose dependencies lead to it without going through another package.
fn packages_of(document: &Value, components: &[&Value]) -> BTreeMap<String, BTreeSet<String>> {
    let mut edges: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for dependency in document["dependencies"].as_array().into_iter().flatten() {
        let on = dependency["dependsOn"].as_array().into_iter().flatten().filter_map(Value::as_str);
        edges.entry(dependency["ref"].as_str().unwrap_or_default()).or_default().extend(on);
    }
    let is_package =
        |component: &&&Value| component["purl"].as_str().is_some_and(|purl| purl.starts_with("pkg:apk/"));
    let packages: BTreeMap<&str, String> = components
        .iter()
        .filter(is_package)
        .filter_map(|component| Some((component["bom-ref"].as_str()?, string(&component["name"]))))
        .collect();
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (reference, name) in &packages {
        let (mut open, mut seen) = (vec![*reference], BTreeSet::new());
        while let Some(next) = open.pop() {
            for held in edges.get(next).into_iter().flatten().filter(|held| !packages.contains_key(*held)) {
                if seen.insert(*held) {
                    open.push(held);
                    found.entry((*held).to_owned()).or_default().insert(name.clone());
                }
            }
        }
    }
    found
}
