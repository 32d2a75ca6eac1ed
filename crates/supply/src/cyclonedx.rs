//! A bill of materials in CycloneDX 1.7, with the fields of BSI TR-03183-2 v2.1.0 and of CISA's minimum elements of 2026.
//!
//! 1.7, because earlier versions take one licence expression for each component, and TR-03183-2 wants two: the one that it is
//! handed out under and the one that it came with. Vulnerabilities are in no bill of materials (TR-03183-2, 3.1).

mod fields;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use self::fields::{
    deployable, license, made_by, maker, pedigree, property, publisher_of, references, text, unknowns,
};
use crate::inventory::file_reference;
use crate::{Carrier, Component, FileEntry, Inventory, Kind, licenses, uuid};
use yoe_notation::percent::encode;

/// What follows from more than the inventory.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// Whether all files are listed, and not those alone that must be.
    pub all_files: bool,
    /// The version of this program.
    pub tool_version: &'a str,
}

/// The document, with a line break at its end.
pub fn document(inventory: &Inventory, options: &Options<'_>) -> String {
    let subject = &inventory.subject;
    let files = listed(inventory, options.all_files);
    let mut components: Vec<Value> = inventory
        .components
        .iter()
        .map(|(reference, component)| component_of(inventory, reference, component))
        .collect();
    components.extend(files.values().map(|(file, owner)| file_of(inventory, file, owner.as_deref())));
    let mut metadata = json!({
        "timestamp": yoe_notation::date::rfc3339(inventory.epoch),
        "lifecycles": [{ "phase": "build" }],
        "tools": { "components": [{ "type": "application", "name": "yoe", "version": options.tool_version }] },
        "component": subject_of(inventory),
    });
    if let Some(publisher) = &inventory.publisher {
        metadata["manufacturer"] = publisher_of(publisher);
    }
    let document = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.7.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.7",
        "serialNumber": format!("urn:uuid:{}", uuid::of(&format!("{} {}", subject.reference, subject.digest))),
        "version": 1,
        "metadata": metadata,
        "components": components,
        "dependencies": dependencies(inventory, &files),
        "compositions": compositions(inventory, &files),
    });
    // A value of this kind is always written.
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

/// The files that are listed, each with its package.
pub(crate) fn listed(inventory: &Inventory, all: bool) -> BTreeMap<String, (&FileEntry, Option<String>)> {
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for (holder, held) in &inventory.links {
        owners.extend(
            held.iter()
                .filter_map(|(_, held)| held.strip_prefix("file:"))
                .map(|path| (path, holder.as_str())),
        );
    }
    let chosen = inventory.files.values().filter(|file| all || file.kind.is_component());
    let owner = |file: &FileEntry| owners.get(file.path.as_str()).map(|owner| (*owner).to_owned());
    chosen.map(|file| (file_reference(&file.path), (file, owner(file)))).collect()
}

fn subject_of(inventory: &Inventory) -> Value {
    let subject = &inventory.subject;
    let kind = match subject.carrier {
        Carrier::Disk => "firmware",
        Carrier::OciImage => "container",
        Carrier::Package => "application",
    };
    let mut value = json!({
        "bom-ref": subject.reference,
        "type": kind,
        "name": subject.name,
        "version": subject.version,
        "purl": inventory.purl(),
    });
    text(&mut value, "description", Some(&subject.description));
    let mut properties =
        vec![property("yoe:arch", &subject.arch), property("yoe:project", &inventory.project)];
    properties.extend(inventory.gaps.iter().map(|gap| property("yoe:gap", gap)));
    if let Some(file) = &subject.artifact {
        deployable(&mut value, &mut properties, file);
    }
    let licence = licenses::of_all(inventory);
    let mut unknown = Vec::new();
    license(&mut value, &mut unknown, licence.as_deref(), None);
    match &inventory.publisher {
        Some(publisher) => made_by(&mut value, publisher_of(publisher)),
        None => unknown.push("manufacturer"),
    }
    unknowns(&mut properties, &unknown);
    value["properties"] = properties.into();
    value
}

fn component_of(inventory: &Inventory, reference: &str, component: &Component) -> Value {
    let kind = match (component.kind, component.cpe.as_deref()) {
        (_, Some(cpe)) if cpe.starts_with("cpe:2.3:o:") => "operating-system",
        (Kind::Package | Kind::Debian, _) => "application",
        (Kind::Image, _) => "container",
        _ => "library",
    };
    let mut value = json!({
        "bom-ref": reference,
        "type": kind,
        "name": component.name,
        "purl": component.purl,
    });
    text(&mut value, "version", Some(&component.version));
    text(&mut value, "description", Some(&component.description));
    text(&mut value, "cpe", component.cpe.as_deref());
    let (mut unknown, mut properties) = (Vec::new(), Vec::new());
    match &component.homepage {
        Some(url) => made_by(&mut value, maker(url)),
        None => unknown.push("manufacturer"),
    }
    let concluded = licenses::concluded(inventory, reference);
    license(&mut value, &mut unknown, concluded.as_deref(), component.license.as_deref());
    match (&component.artifact, component.sha256()) {
        (Some(file), _) => deployable(&mut value, &mut properties, file),
        // It has no file of its own in the product: what it was made from has a digest.
        (None, Some(sha256)) => value["hashes"] = json!([{ "alg": "SHA-256", "content": sha256 }]),
        (None, None) => unknown.push("hashes"),
    }
    references(&mut value, component);
    pedigree(&mut value, component);
    properties.extend(component.note.iter().map(|note| property("yoe:note", note)));
    unknowns(&mut properties, &unknown);
    if !properties.is_empty() {
        value["properties"] = properties.into();
    }
    value
}

/// A file: it has the version, the maker and the licence of what holds it.
fn file_of(inventory: &Inventory, file: &FileEntry, owner: Option<&str>) -> Value {
    let concluded = licenses::of_file(inventory, &file.path, owner);
    let owner = owner.and_then(|owner| Some((owner, inventory.components.get(owner)?)));
    let version = owner.map_or(&inventory.subject.version, |(_, owner)| &owner.version);
    let holder = owner.map_or_else(|| inventory.purl(), |(_, owner)| owner.purl.clone());
    let mut value = json!({
        "bom-ref": file_reference(&file.path),
        "type": "file",
        "name": format!("/{}", file.path),
        "version": version,
        // A place in what holds it (purl-spec, subpath).
        "purl": format!("{holder}#{}", encode(&file.path, "/")),
    });
    let (mut unknown, mut properties) = (Vec::new(), Vec::new());
    match owner {
        Some((_, owner)) => {
            license(&mut value, &mut unknown, concluded.as_deref(), owner.license.as_deref());
            match &owner.homepage {
                Some(url) => made_by(&mut value, maker(url)),
                None => unknown.push("manufacturer"),
            }
        }
        // It was made with the image.
        None => {
            license(&mut value, &mut unknown, concluded.as_deref(), None);
            match &inventory.publisher {
                Some(publisher) => made_by(&mut value, publisher_of(publisher)),
                None => unknown.push("manufacturer"),
            }
        }
    }
    deployable(&mut value, &mut properties, file);
    unknowns(&mut properties, &unknown);
    value["properties"] = properties.into();
    value
}

fn dependencies(inventory: &Inventory, files: &BTreeMap<String, (&FileEntry, Option<String>)>) -> Vec<Value> {
    let there =
        |reference: &str| inventory.components.contains_key(reference) || files.contains_key(reference);
    let all =
        std::iter::once(&inventory.subject.reference).chain(inventory.components.keys()).chain(files.keys());
    let of = |reference: &String| {
        let held = inventory.links.get(reference).into_iter().flatten().map(|(_, held)| held.as_str());
        let held: BTreeSet<&str> = held.filter(|held| there(held)).collect();
        json!({ "ref": reference, "dependsOn": held })
    };
    all.map(of).collect()
}

/// What is whole: target and packages, where nothing is missing. What modules and sources are made of in turn is not listed.
fn compositions(inventory: &Inventory, files: &BTreeMap<String, (&FileEntry, Option<String>)>) -> Vec<Value> {
    let packages = inventory.components.iter().filter(|(_, component)| component.kind == Kind::Package);
    let mut whole: Vec<&String> = vec![&inventory.subject.reference];
    whole.extend(packages.map(|(reference, _)| reference));
    let others = inventory.components.iter().filter(|(_, component)| component.kind != Kind::Package);
    let others: Vec<&String> = others.map(|(reference, _)| reference).collect();
    let leaves: Vec<&String> = files.keys().collect();
    let aggregate = if inventory.gaps.is_empty() { "complete" } else { "incomplete" };
    let mut compositions = vec![json!({ "aggregate": aggregate, "dependencies": whole })];
    if !leaves.is_empty() {
        compositions.push(json!({ "aggregate": "complete", "dependencies": leaves }));
    }
    if !others.is_empty() {
        compositions.push(json!({ "aggregate": "unknown", "dependencies": others }));
    }
    compositions
}

#[cfg(test)]
mod tests;
