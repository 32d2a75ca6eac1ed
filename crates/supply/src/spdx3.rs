//! A bill of materials in SPDX 3.0.1, JSON-LD, with the fields of BSI TR-03183-2 v2.1.0.

mod elements;
mod fields;
mod relations;

use std::collections::BTreeMap;

use serde_json::json;

use self::elements::Elements;
use self::fields::{comment, file_fields, identifier, text};
use crate::cyclonedx::{Options, listed};
use crate::inventory::file_reference;
use crate::{Component, FileEntry, Inventory, Kind, licenses, uuid};
use yoe_notation::percent::encode;

/// The context that the document's names are looked up in.
const CONTEXT: &str = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld";

/// The document, with a line break at its end.
pub fn document(inventory: &Inventory, options: &Options<'_>) -> String {
    let subject = &inventory.subject;
    let id = uuid::of(&format!("{} {}", subject.reference, subject.digest));
    // The namespace that SPDX itself gives to those who have none of their own.
    let base = format!("https://spdx.org/spdxdocs/{}-{id}", encode(&subject.name, ""));
    let mut writer =
        Writer { inventory, elements: Elements::new(&base), files: listed(inventory, options.all_files) };
    writer.subject();
    for (reference, component) in &inventory.components {
        writer.component(reference, component);
    }
    let files: Vec<(FileEntry, Option<String>)> =
        writer.files.values().map(|(file, owner)| ((*file).clone(), owner.clone())).collect();
    for (file, owner) in &files {
        writer.file(file, owner.as_deref());
    }
    writer.relations();
    let creator = writer.creator();
    let document = writer.elements.document(inventory, options.tool_version, &creator, CONTEXT);
    // A value of this kind is always written.
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

struct Writer<'a> {
    inventory: &'a Inventory,
    elements: Elements,
    files: BTreeMap<String, (&'a FileEntry, Option<String>)>,
}

impl Writer<'_> {
    /// The agent who made this document.
    fn creator(&mut self) -> String {
        match &self.inventory.publisher {
            Some(publisher) => {
                let publisher = publisher.clone();
                self.elements.organization(
                    &publisher.name,
                    publisher.url.as_deref(),
                    publisher.email.as_deref(),
                )
            }
            // The specification wants somebody; nobody is named.
            None => self.elements.organization("unknown", None, None),
        }
    }

    fn subject(&mut self) {
        let subject = &self.inventory.subject;
        let mut package = json!({
            "name": subject.name,
            "software_packageVersion": subject.version,
            "software_primaryPurpose": "firmware",
            "software_packageUrl": self.inventory.purl(),
            "externalIdentifier": [identifier("packageUrl", &self.inventory.purl())],
        });
        let mut unknown = Vec::new();
        text(&mut package, "description", &subject.description);
        match &self.inventory.publisher {
            Some(_) => package["originatedBy"] = json!([self.creator()]),
            None => unknown.push("originatedBy"),
        }
        if let Some(license) = licenses::of_all(self.inventory) {
            self.license(&subject.reference, "hasConcludedLicense", &license);
        } else {
            self.no_license(&subject.reference);
            unknown.push("license");
        }
        comment(&mut package, &unknown, self.inventory.gaps.iter().map(String::as_str));
        self.elements.add("software_Package", &subject.reference, package);
        if let Some(file) = subject.artifact.clone() {
            self.artifact(&subject.reference, "artifact:subject", &file);
        }
    }

    fn component(&mut self, reference: &str, component: &Component) {
        let mut package = json!({
            "name": component.name,
            "software_packageUrl": component.purl,
            "software_primaryPurpose": match component.kind {
                Kind::Package => "install",
                Kind::Image => "container",
                _ => "library",
            },
        });
        let mut unknown = Vec::new();
        text(&mut package, "software_packageVersion", &component.version);
        text(&mut package, "description", &component.description);
        let mut identifiers = vec![identifier("packageUrl", &component.purl)];
        identifiers.extend(component.cpe.iter().map(|cpe| identifier("cpe23", cpe)));
        package["externalIdentifier"] = identifiers.into();
        match &component.homepage {
            Some(url) => {
                package["software_homePage"] = url.as_str().into();
                package["originatedBy"] = json!([self.elements.organization(url, Some(url), None)]);
            }
            None => unknown.push("originatedBy"),
        }
        match licenses::concluded(self.inventory, reference) {
            Some(license) => self.license(reference, "hasConcludedLicense", &license),
            None => {
                self.no_license(reference);
                unknown.push("license");
            }
        }
        if let Some(license) = component.license.as_deref().filter(|text| licenses::is_expression(text)) {
            self.license(reference, "hasDeclaredLicense", license);
        }
        comment(&mut package, &unknown, component.note.as_deref());
        self.elements.add("software_Package", reference, package);
        self.source(reference, component);
        self.ancestors(reference, component);
        if let Some(file) = &component.artifact {
            self.artifact(reference, &format!("artifact:{reference}"), file);
        }
    }

    /// What a component was made from, as it is served.
    fn source(&mut self, reference: &str, component: &Component) {
        let Some(source) = &component.source else { return };
        let name = source.url.as_deref().and_then(|url| url.rsplit('/').next()).unwrap_or(&component.name);
        let mut file = json!({ "name": name, "software_primaryPurpose": "source" });
        if let Some(url) = &source.url {
            file["externalRef"] =
                json!([{ "type": "ExternalRef", "externalRefType": "sourceArtifact", "locator": [url] }]);
        }
        if let Some(sha256) = &source.sha256 {
            file["verifiedUsing"] = json!([{ "type": "Hash", "algorithm": "sha256", "hashValue": sha256 }]);
        }
        let element = format!("source-of:{reference}");
        self.elements.add("software_File", &element, file);
        self.elements.relation(&element, "generates", [reference], "complete");
    }

    fn ancestors(&mut self, reference: &str, component: &Component) {
        for ancestor in &component.ancestors {
            let element = format!("ancestor:{}", ancestor.purl);
            let package = json!({
                "name": ancestor.name,
                "software_packageVersion": ancestor.version,
                "software_packageUrl": ancestor.purl,
            });
            self.elements.add("software_Package", &element, package);
            self.elements.relation(&element, "ancestorOf", [reference], "complete");
        }
        for (at, patch) in component.patches.iter().enumerate() {
            let element = format!("patch:{reference}:{at}");
            let mut file = json!({ "name": patch.name, "software_primaryPurpose": "patch" });
            if !patch.closes.is_empty() {
                file["description"] = format!("closes {}", patch.closes.join(", ")).into();
            }
            self.elements.add("software_File", &element, file);
            self.elements.relation(reference, "patchedBy", [element.as_str()], "complete");
        }
    }

    fn file(&mut self, file: &FileEntry, owner: Option<&str>) {
        let reference = file_reference(&file.path);
        self.elements.add("software_File", &reference, file_fields(&format!("/{}", file.path), file));
        match licenses::of_file(self.inventory, &file.path, owner) {
            Some(license) => self.license(&reference, "hasConcludedLicense", &license),
            None => self.no_license(&reference),
        }
    }

    /// The file that something is handed out as.
    fn artifact(&mut self, of: &str, element: &str, file: &FileEntry) {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        self.elements.add("software_File", element, file_fields(name, file));
        self.elements.relation(of, "hasDistributionArtifact", [element], "complete");
    }

    fn license(&mut self, of: &str, how: &str, expression: &str) {
        let element = format!("license:{expression}");
        let fields = json!({ "simplelicensing_licenseExpression": expression });
        self.elements.add("simplelicensing_LicenseExpression", &element, fields);
        self.elements.relation(of, how, [element.as_str()], "complete");
    }

    /// Says that a licence is not known, which is something else than none.
    fn no_license(&mut self, of: &str) {
        let element = "license:NOASSERTION";
        let fields = json!({ "simplelicensing_licenseExpression": "NOASSERTION" });
        self.elements.add("simplelicensing_LicenseExpression", element, fields);
        self.elements.relation(of, "hasConcludedLicense", [element], "noAssertion");
    }
}

#[cfg(test)]
mod tests;
