//! OpenVEX 0.2.0 (github.com/openvex/spec).

use serde_json::{Value, json};

use super::{Hole, Place, Request, Said, holes};
use crate::uuid;

/// The document, with a line break at its end; absent when there is nothing to say, which the format has no words for.
pub fn openvex(request: &Request<'_>) -> Option<String> {
    let statements: Vec<Value> = holes(request).iter().flat_map(|(name, hole)| of_hole(name, hole)).collect();
    if statements.is_empty() {
        return None;
    }
    let text = serde_json::to_string(&statements).unwrap_or_default();
    let document = json!({
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": format!("urn:uuid:{}", uuid::of(&format!("openvex {} {text}", request.bill.purl))),
        "author": author(request),
        "role": "manufacturer",
        "timestamp": request.bill.time,
        "version": 1,
        "tooling": format!("yoe {}", request.tool_version),
        "statements": statements,
    });
    // A value of this kind is always written.
    Some(serde_json::to_string_pretty(&document).unwrap_or_default() + "\n")
}

fn author(request: &Request<'_>) -> String {
    let publisher = request.publisher;
    match (&publisher.email, &publisher.url) {
        (Some(reach), _) | (None, Some(reach)) => format!("{} <{reach}>", publisher.name),
        (None, None) => publisher.name.clone(),
    }
}

/// One statement for all places of which the same is said.
fn of_hole(name: &str, hole: &Hole) -> Vec<Value> {
    let mut distinct: Vec<&Said> = hole.said.values().collect();
    distinct.sort();
    distinct.dedup();
    let statement = |said: &Said| {
        let places = hole.said.iter().filter(|(_, of)| *of == said).map(|(place, _)| product(place));
        let mut value = json!({
            "vulnerability": { "name": name },
            "products": places.collect::<Vec<_>>(),
            "status": said.status,
        });
        if !hole.summary.is_empty() {
            value["vulnerability"]["description"] = hole.summary.as_str().into();
        }
        if !hole.aliases.is_empty() {
            value["vulnerability"]["aliases"] = json!(hole.aliases);
        }
        if let Some(word) = &said.justification {
            value["justification"] = word.as_str().into();
        }
        let note = match said.status {
            "not_affected" => "impact_statement",
            "affected" => "action_statement",
            _ => "status_notes",
        };
        if !said.note.is_empty() {
            value[note] = said.note.as_str().into();
        }
        value
    };
    distinct.into_iter().map(statement).collect()
}

/// What holds the component, and the component in it.
fn product(place: &Place) -> Value {
    let named = |purl: &str| json!({ "@id": purl, "identifiers": { "purl": purl } });
    let mut product = named(&place.holder);
    product["subcomponents"] = json!([named(&place.component)]);
    product
}
