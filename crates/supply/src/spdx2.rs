//! A bill of materials in SPDX 2.3, JSON, for readers that know nothing newer. BSI TR-03183-2 does not take it, and it has no place for
//! what is known of how complete it is.
//!
//! Programs, libraries and archives are packages with the purpose `FILE`: a file in the format's own sense needs a SHA-1 digest, which
//! nobody should rely on any more.

mod fields;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use self::fields::{checksum, download, identifiers, license, references_in, supplier};
use crate::cyclonedx::{Options, listed};
use crate::{AppliedPatch, Component, FileEntry, Inventory, Kind, Link, licenses, uuid};
use yoe_notation::percent::encode;

/// The document, with a line break at its end.
pub fn document(inventory: &Inventory, options: &Options<'_>) -> String {
    let subject = &inventory.subject;
    let files = listed(inventory, options.all_files);
    let references =
        std::iter::once(&subject.reference).chain(inventory.components.keys()).chain(files.keys());
    let ancestors: BTreeSet<String> = inventory
        .components
        .values()
        .flat_map(|component| &component.ancestors)
        .map(|ancestor| ancestor.purl.clone())
        .collect();
    let writer = Writer { inventory, ids: identifiers(references.chain(&ancestors)) };
    let mut packages = vec![writer.subject()];
    packages.extend(
        inventory.components.iter().map(|(reference, component)| writer.component(reference, component)),
    );
    packages.extend(
        files.iter().map(|(reference, (file, owner))| writer.file(reference, file, owner.as_deref())),
    );
    packages.extend(writer.ancestors());
    let publisher = inventory.publisher.as_ref();
    let mut creators = vec![format!("Tool: yoe-{}", options.tool_version)];
    creators.extend(publisher.map(supplier));
    let id = uuid::of(&format!("{} {} 2.3", subject.reference, subject.digest));
    let mut document = json!({
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": format!("{} {}", subject.name, subject.version),
        "documentNamespace": format!("https://spdx.org/spdxdocs/{}-{id}", encode(&subject.name, "")),
        "creationInfo": { "created": yoe_notation::date::rfc3339(inventory.epoch), "creators": creators },
        "packages": packages,
        "relationships": writer.relations(&files),
    });
    let own = references_in(&document["packages"]);
    if !own.is_empty() {
        document["hasExtractedLicensingInfos"] = own.into();
    }
    // A value of this kind is always written.
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

struct Writer<'a> {
    inventory: &'a Inventory,
    ids: BTreeMap<String, String>,
}

impl Writer<'_> {
    fn id(&self, reference: &str) -> &str {
        self.ids.get(reference).map_or("NOASSERTION", String::as_str)
    }

    /// A package with what each must have.
    fn package(&self, reference: &str, name: &str, version: &str) -> Value {
        let mut package = json!({
            "SPDXID": self.id(reference),
            "name": name,
            "downloadLocation": "NOASSERTION",
            "filesAnalyzed": false,
            "copyrightText": "NOASSERTION",
        });
        if !version.is_empty() {
            package["versionInfo"] = version.into();
        }
        package
    }

    fn subject(&self) -> Value {
        let (inventory, subject) = (self.inventory, &self.inventory.subject);
        let mut package = self.package(&subject.reference, &subject.name, &subject.version);
        package["primaryPackagePurpose"] = "FIRMWARE".into();
        package["externalRefs"] = json!([fields::purl(&inventory.purl())]);
        license(&mut package, licenses::of_all(inventory).as_deref(), None);
        if let Some(publisher) = &inventory.publisher {
            package["supplier"] = supplier(publisher).into();
        }
        if !inventory.gaps.is_empty() {
            package["comment"] = inventory.gaps.join("\n").into();
        }
        subject.artifact.iter().for_each(|file| checksum(&mut package, file));
        package
    }

    fn component(&self, reference: &str, component: &Component) -> Value {
        let mut package = self.package(reference, &component.name, &component.version);
        package["primaryPackagePurpose"] = match component.kind {
            Kind::Package => "INSTALL",
            Kind::Image => "CONTAINER",
            _ => "LIBRARY",
        }
        .into();
        let mut external = vec![fields::purl(&component.purl)];
        external.extend(component.cpe.as_deref().map(fields::cpe));
        package["externalRefs"] = external.into();
        if !component.description.is_empty() {
            package["description"] = component.description.as_str().into();
        }
        if let Some(homepage) = &component.homepage {
            package["homepage"] = homepage.as_str().into();
        }
        download(&mut package, component.source.as_ref());
        let concluded = licenses::concluded(self.inventory, reference);
        license(&mut package, concluded.as_deref(), component.license.as_deref());
        let patches = component.patches.iter().map(patched);
        let comment: Vec<String> = component.note.clone().into_iter().chain(patches).collect();
        if !comment.is_empty() {
            package["comment"] = comment.join("\n").into();
        }
        component.artifact.iter().for_each(|file| checksum(&mut package, file));
        package
    }

    fn file(&self, reference: &str, file: &FileEntry, owner: Option<&str>) -> Value {
        let mut package = self.package(reference, &format!("/{}", file.path), "");
        package["primaryPackagePurpose"] = "FILE".into();
        let concluded = licenses::of_file(self.inventory, &file.path, owner);
        license(&mut package, concluded.as_deref(), None);
        checksum(&mut package, file);
        package
    }

    /// What components were derived from without being it, each once.
    fn ancestors(&self) -> Vec<Value> {
        let all = self.inventory.components.values().flat_map(|component| &component.ancestors);
        let all: BTreeMap<&str, _> = all.map(|ancestor| (ancestor.purl.as_str(), ancestor)).collect();
        let package = |(purl, ancestor): (&str, &crate::Ancestor)| {
            let mut package = self.package(purl, &ancestor.name, &ancestor.version);
            package["externalRefs"] = json!([fields::purl(purl)]);
            license(&mut package, None, None);
            package
        };
        all.into_iter().map(package).collect()
    }

    fn relations(&self, files: &BTreeMap<String, (&FileEntry, Option<String>)>) -> Vec<Value> {
        let inventory = self.inventory;
        let relation = |from: &str, kind: &str, to: &str| json!({ "spdxElementId": from, "relationshipType": kind, "relatedSpdxElement": to });
        let mut all = vec![relation("SPDXRef-DOCUMENT", "DESCRIBES", self.id(&inventory.subject.reference))];
        let there = |held: &str| inventory.components.contains_key(held) || files.contains_key(held);
        for (holder, held) in &inventory.links {
            for (link, held) in held.iter().filter(|(_, held)| there(held)) {
                let kind = match link {
                    Link::Contains => "CONTAINS",
                    Link::Static => "STATIC_LINK",
                    Link::Needs => "DEPENDS_ON",
                };
                all.push(relation(self.id(holder), kind, self.id(held)));
            }
        }
        for (reference, component) in &inventory.components {
            let of = component.ancestors.iter();
            all.extend(
                of.map(|ancestor| relation(self.id(&ancestor.purl), "ANCESTOR_OF", self.id(reference))),
            );
        }
        all
    }
}

/// A patch in a sentence.
fn patched(patch: &AppliedPatch) -> String {
    let closes = if patch.closes.is_empty() {
        String::new()
    } else {
        format!(", which closes {}", patch.closes.join(", "))
    };
    format!("patched by {}{closes}", patch.name)
}

#[cfg(test)]
mod tests;
