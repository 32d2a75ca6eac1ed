//! The elements of a document, each once.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::Inventory;
use yoe_notation::percent::encode;

/// The node that says when and by whom all elements were made.
const CREATION: &str = "_:creation";

pub(super) struct Elements {
    base: String,
    by_id: BTreeMap<String, Value>,
    relations: usize,
}

impl Elements {
    pub(super) fn new(base: &str) -> Self {
        Self { base: base.to_owned(), by_id: BTreeMap::new(), relations: 0 }
    }

    /// The name of an element on the web.
    fn id(&self, reference: &str) -> String {
        format!("{}/{}", self.base, encode(reference, ":/@"))
    }

    /// Adds an element; one with this reference that is there already stays.
    pub(super) fn add(&mut self, kind: &str, reference: &str, mut fields: Value) {
        let id = self.id(reference);
        fields["type"] = kind.into();
        fields["spdxId"] = id.as_str().into();
        fields["creationInfo"] = CREATION.into();
        self.by_id.entry(id).or_insert(fields);
    }

    pub(super) fn relation<'a>(
        &mut self,
        from: &str,
        kind: &str,
        to: impl IntoIterator<Item = &'a str>,
        completeness: &str,
    ) {
        let to: Vec<String> = to.into_iter().map(|to| self.id(to)).collect();
        let fields = json!({
            "from": self.id(from),
            "relationshipType": kind,
            "to": to,
            "completeness": completeness,
        });
        self.relations += 1;
        let reference = format!("relation:{:06}", self.relations);
        self.add("Relationship", &reference, fields);
    }

    /// Somebody who made something; gives the element's name.
    pub(super) fn organization(&mut self, name: &str, url: Option<&str>, email: Option<&str>) -> String {
        let reference = format!("organization:{name}");
        let identifier = |kind: &str, value: &str| json!({ "type": "ExternalIdentifier", "externalIdentifierType": kind, "identifier": value });
        let identifiers: Vec<Value> = email
            .map(|email| identifier("email", email))
            .into_iter()
            .chain(url.map(|url| identifier("urlScheme", url)))
            .collect();
        let mut fields = json!({ "name": name });
        if !identifiers.is_empty() {
            fields["externalIdentifier"] = identifiers.into();
        }
        self.add("Organization", &reference, fields);
        self.id(&reference)
    }

    /// The whole document.
    pub(super) fn document(
        mut self,
        inventory: &Inventory,
        tool: &str,
        creator: &str,
        context: &str,
    ) -> Value {
        let subject = &inventory.subject;
        self.add("Tool", "tool", json!({ "name": format!("yoe {tool}") }));
        let profiles = ["core", "software", "simpleLicensing"];
        let of_subject: Vec<String> = self.by_id.keys().cloned().collect();
        let name = format!("{} {}", subject.name, subject.version);
        let root = self.id(&subject.reference);
        self.add(
            "software_Sbom",
            "sbom",
            json!({
                "name": name,
                "rootElement": [root],
                "element": of_subject,
                "software_sbomType": ["build"],
                "profileConformance": profiles,
            }),
        );
        let all: Vec<String> = self.by_id.keys().cloned().collect();
        let sbom = self.id("sbom");
        self.add(
            "SpdxDocument",
            "document",
            json!({
                "name": name,
                "rootElement": [sbom],
                "element": all,
                "profileConformance": profiles,
            }),
        );
        let creation = json!({
            "type": "CreationInfo",
            "@id": CREATION,
            "specVersion": "3.0.1",
            "created": yoe_notation::date::rfc3339(inventory.epoch),
            "createdBy": [creator],
            "createdUsing": [self.id("tool")],
        });
        let graph: Vec<Value> = std::iter::once(creation).chain(self.by_id.into_values()).collect();
        json!({ "@context": context, "@graph": graph })
    }
}
