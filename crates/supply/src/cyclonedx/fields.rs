//! Fields that several components have.

use serde_json::{Map, Value, json};
use yoe_model::Publisher;

use crate::{Component, FileEntry, SourceFile};
use yoe_notation::percent::encode;

/// What TR-03183-2 wants of a file: its name, its digest, and what it is.
pub(super) fn deployable(value: &mut Value, properties: &mut Vec<Value>, file: &FileEntry) {
    let hashes = json!([{ "alg": "SHA-512", "content": file.sha512 }]);
    value["hashes"] = hashes.clone();
    let address = encode(&file.path, "/");
    push(value, "externalReferences", json!({ "type": "distribution", "url": address, "hashes": hashes }));
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let one = |is: bool, yes: &'static str, no: &'static str| if is { yes } else { no };
    properties.extend([
        property("bsi:component:filename", name),
        property("bsi:component:executable", one(file.kind.executable, "executable", "non-executable")),
        property("bsi:component:archive", one(file.kind.archive, "archive", "no archive")),
        property("bsi:component:structured", one(file.kind.structured, "structured", "unstructured")),
    ]);
}

pub(super) fn license(
    value: &mut Value,
    unknown: &mut Vec<&'static str>,
    concluded: Option<&str>,
    declared: Option<&str>,
) {
    let expression = |text: &str, how: &str| json!({ "expression": text, "acknowledgement": how });
    let all: Vec<Value> = concluded
        .map(|text| expression(text, "concluded"))
        .into_iter()
        .chain(declared.map(|text| expression(text, "declared")))
        .collect();
    if concluded.is_none() {
        unknown.push("licenses");
    }
    if !all.is_empty() {
        value["licenses"] = all.into();
    }
}

pub(super) fn references(value: &mut Value, component: &Component) {
    if let Some(SourceFile { url: Some(url), sha256 }) = &component.source {
        let mut reference = json!({ "type": "source-distribution", "url": url });
        if let Some(sha256) = sha256 {
            reference["hashes"] = json!([{ "alg": "SHA-256", "content": sha256 }]);
        }
        push(value, "externalReferences", reference);
    }
    if let Some(url) = &component.homepage {
        push(value, "externalReferences", json!({ "type": "website", "url": url }));
    }
}

pub(super) fn pedigree(value: &mut Value, component: &Component) {
    let mut pedigree = Map::new();
    let ancestor = |one: &crate::Ancestor| json!({ "type": "library", "name": one.name, "version": one.version, "purl": one.purl });
    let ancestors: Vec<Value> = component.ancestors.iter().map(ancestor).collect();
    if !ancestors.is_empty() {
        pedigree.insert("ancestors".to_owned(), ancestors.into());
    }
    let patch = |patch: &crate::AppliedPatch| {
        let kind = if patch.debian { "backport" } else { "unofficial" };
        let mut value = json!({ "type": kind, "diff": { "url": encode(&patch.name, "/") } });
        let resolves = patch.closes.iter().map(|id| json!({ "type": "security", "id": id }));
        let resolves: Vec<Value> = resolves.collect();
        if !resolves.is_empty() {
            value["resolves"] = resolves.into();
        }
        value
    };
    let patches: Vec<Value> = component.patches.iter().map(patch).collect();
    if !patches.is_empty() {
        pedigree.insert("patches".to_owned(), patches.into());
    }
    if !pedigree.is_empty() {
        value["pedigree"] = pedigree.into();
    }
}

pub(super) fn publisher_of(publisher: &Publisher) -> Value {
    let mut value = json!({ "name": publisher.name });
    if let Some(url) = &publisher.url {
        value["url"] = json!([url]);
    }
    if let Some(email) = &publisher.email {
        value["contact"] = json!([{ "email": email }]);
    }
    value
}

/// Who made something, by a web address: its name is what is known of them.
pub(super) fn maker(url: &str) -> Value {
    let name = url.trim_start_matches("https://").trim_end_matches('/');
    json!({ "name": name, "url": [url] })
}

/// Says who made a component. Readers of CISA's minimum elements look for them as its supplier.
pub(super) fn made_by(value: &mut Value, organization: Value) {
    value["supplier"] = organization.clone();
    value["manufacturer"] = organization;
}

pub(super) fn unknowns(properties: &mut Vec<Value>, unknown: &[&str]) {
    properties.extend(unknown.iter().map(|field| property("yoe:unknown", field)));
}

pub(super) fn property(name: &str, value: &str) -> Value {
    json!({ "name": name, "value": value })
}

/// Adds a field that is not empty.
pub(super) fn text(value: &mut Value, name: &str, content: Option<&str>) {
    if let Some(content) = content.filter(|content| !content.is_empty()) {
        value[name] = content.into();
    }
}

pub(super) fn push(value: &mut Value, name: &str, item: Value) {
    match value.get_mut(name).and_then(Value::as_array_mut) {
        Some(items) => items.push(item),
        None => value[name] = json!([item]),
    }
}
