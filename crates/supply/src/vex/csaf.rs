//! CSAF 2.0, profile 5 "VEX" (docs.oasis-open.org/csaf/csaf/v2.0, section 4.5).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Hole, Place, Request, Said, holes};
use crate::uuid;

/// The document, with a line break at its end; absent when there is nothing to say, which the profile has no words for.
pub fn csaf(request: &Request<'_>) -> Option<String> {
    let holes = holes(request);
    if holes.is_empty() {
        return None;
    }
    let vulnerabilities: Vec<Value> = holes.iter().map(|(name, hole)| vulnerability(name, hole)).collect();
    let document = json!({
        "document": about(request, &vulnerabilities),
        "product_tree": products(request, &holes),
        "vulnerabilities": vulnerabilities,
    });
    // A value of this kind is always written.
    Some(serde_json::to_string_pretty(&document).unwrap_or_default() + "\n")
}

fn about(request: &Request<'_>, vulnerabilities: &[Value]) -> Value {
    let publisher = request.publisher;
    // The standard wants an address that stands for whoever says this.
    let namespace = match (&publisher.url, &publisher.email) {
        (Some(url), _) => url.clone(),
        (None, email) => format!("mailto:{}", email.as_deref().unwrap_or_default()),
    };
    let mut of = json!({ "category": "vendor", "name": publisher.name, "namespace": namespace });
    if let Some(email) = &publisher.email {
        of["contact_details"] = email.as_str().into();
    }
    let text = serde_json::to_string(vulnerabilities).unwrap_or_default();
    let id = uuid::of(&format!("csaf {} {text}", request.bill.purl));
    let date = request.bill.time.as_str();
    json!({
        "category": "csaf_vex",
        "csaf_version": "2.0",
        "lang": "en",
        "publisher": of,
        "title": format!("Known holes in {}", request.bill.subject),
        "tracking": {
            "id": format!("vex-{id}"),
            "status": "final",
            "version": "1",
            "initial_release_date": date,
            "current_release_date": date,
            "revision_history": [{ "date": date, "number": "1", "summary": "What the audit found" }],
            "generator": { "engine": { "name": "yoe", "version": request.tool_version } },
        },
    })
}

/// The target, its packages in it, and components in those.
fn products(request: &Request<'_>, holes: &BTreeMap<String, Hole>) -> Value {
    let bill = request.bill;
    let (name, version) = bill.subject.rsplit_once(' ').unwrap_or((bill.subject.as_str(), ""));
    let target = json!({
        "category": "vendor",
        "name": request.publisher.name,
        "branches": [{ "category": "product_name", "name": name, "branches": [{
            "category": "product_version",
            "name": version,
            "product": product(&bill.purl, &bill.subject),
        }] }],
    });
    let places: BTreeSet<&Place> = holes.values().flat_map(|hole| hole.said.keys()).collect();
    let mut parts: BTreeMap<&str, String> =
        places.iter().map(|place| (place.component.as_str(), place.name.clone())).collect();
    let packages = bill.packages.iter().filter(|(_, purl)| places.iter().any(|place| place.holder == **purl));
    let packages: Vec<(&String, &String)> = packages.filter(|(_, purl)| **purl != bill.purl).collect();
    parts.extend(packages.iter().map(|(name, purl)| (purl.as_str(), format!("package {name}"))));
    let mut relations: Vec<Value> = packages
        .iter()
        .map(|(name, purl)| {
            related(purl, &bill.purl, &held(purl, &bill.purl), &format!("package {name} in {}", bill.subject))
        })
        .collect();
    relations.extend(places.iter().map(|place| {
        let holder =
            if place.holder == bill.purl { bill.purl.clone() } else { held(&place.holder, &bill.purl) };
        let of = packages.iter().find(|(_, purl)| **purl == place.holder);
        let of = of.map_or_else(String::new, |(name, _)| format!(" in package {name}"));
        let name = format!("{}{of} in {}", place.name, bill.subject);
        related(&place.component, &holder, &product_id(place), &name)
    }));
    json!({
        "branches": [target],
        "full_product_names": parts.iter().map(|(purl, name)| product(purl, name)).collect::<Vec<_>>(),
        "relationships": relations,
    })
}

fn product(purl: &str, name: &str) -> Value {
    json!({ "product_id": purl, "name": name, "product_identification_helper": { "purl": purl } })
}

fn related(part: &str, whole: &str, id: &str, name: &str) -> Value {
    json!({
        "category": "default_component_of",
        "product_reference": part,
        "relates_to_product_reference": whole,
        "full_product_name": { "product_id": id, "name": name },
    })
}

/// The product that is a part in a whole.
fn held(part: &str, whole: &str) -> String {
    format!("{part} in {whole}")
}

fn product_id(place: &Place) -> String {
    held(&place.component, &place.holder)
}

fn vulnerability(name: &str, hole: &Hole) -> Value {
    let summary = if hole.summary.is_empty() { name } else { hole.summary.as_str() };
    let mut value = json!({ "notes": [{ "category": "description", "text": summary }] });
    if is_cve(name) {
        value["cve"] = name.into();
    }
    let others = std::iter::once(name).chain(hole.aliases.iter().map(String::as_str));
    let others: BTreeSet<&str> = others.filter(|other| !is_cve(name) || *other != name).collect();
    let id = |id: &&str| json!({ "system_name": system(id), "text": id });
    if !others.is_empty() {
        value["ids"] = others.iter().map(id).collect();
    }
    let mut status: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut distinct: BTreeMap<&Said, Vec<String>> = BTreeMap::new();
    for (place, said) in &hole.said {
        status.entry(word(said)).or_default().push(product_id(place));
        distinct.entry(said).or_default().push(product_id(place));
    }
    value["product_status"] = json!(status);
    for (said, products) in distinct {
        details(&mut value, said, &products);
    }
    value
}

/// Whether a name is one of the CVE programme's, in the form that the standard takes; others are names among others.
fn is_cve(name: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let number = name.strip_prefix("CVE-").and_then(|rest| rest.split_once('-'));
    number
        .is_some_and(|(year, number)| year.len() == 4 && number.len() >= 4 && digits(year) && digits(number))
}

/// Who gave a hole a name, by the name.
fn system(id: &str) -> &'static str {
    match id.split('-').next() {
        Some("CVE") => "CVE",
        Some("GHSA") => "GitHub Security Advisory",
        Some("GO") => "Go Vulnerability Database",
        Some("RUSTSEC") => "RustSec Advisory Database",
        Some("DEBIAN" | "DSA" | "DLA") => "Debian Security Tracker",
        _ => "OSV",
    }
}

/// The standard's word for a status.
fn word(said: &Said) -> &'static str {
    match said.status {
        "not_affected" => "known_not_affected",
        "affected" => "known_affected",
        other => other,
    }
}

/// Why a hole does not matter, or what to do about it.
fn details(value: &mut Value, said: &Said, products: &[String]) {
    let mut push = |list: &str, entry: Value| match value.get_mut(list).and_then(Value::as_array_mut) {
        Some(entries) => entries.push(entry),
        None => value[list] = json!([entry]),
    };
    if let Some(label) = &said.justification {
        push("flags", json!({ "label": label, "product_ids": products }));
    }
    match said.status {
        "affected" => push(
            "remediations",
            json!({ "category": "mitigation", "details": said.note, "product_ids": products }),
        ),
        "not_affected" if !said.note.is_empty() => {
            push("threats", json!({ "category": "impact", "details": said.note, "product_ids": products }));
        }
        _ if !said.note.is_empty() => {
            push("notes", json!({ "category": "details", "text": said.note }));
        }
        _ => {}
    }
}
