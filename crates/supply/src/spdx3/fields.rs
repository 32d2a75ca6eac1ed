//! Fields that several elements have.

use serde_json::{Value, json};

use crate::FileEntry;

pub(super) fn file_fields(name: &str, file: &FileEntry) -> Value {
    // TR-03183-2, 8.2: what is structured is a `container`, what is not is `firmware`.
    let mut purposes = vec![if file.kind.structured { "container" } else { "firmware" }];
    if file.kind.executable {
        purposes.push("executable");
    }
    if file.kind.archive {
        purposes.push("archive");
    }
    json!({
        "name": name,
        "software_primaryPurpose": "file",
        "software_additionalPurpose": purposes,
        "verifiedUsing": [{ "type": "Hash", "algorithm": "sha512", "hashValue": file.sha512 }],
    })
}

pub(super) fn identifier(kind: &str, value: &str) -> Value {
    json!({ "type": "ExternalIdentifier", "externalIdentifierType": kind, "identifier": value })
}

pub(super) fn text(value: &mut Value, name: &str, content: &str) {
    if !content.is_empty() {
        value[name] = content.into();
    }
}

pub(super) fn comment<'a>(value: &mut Value, unknown: &[&str], more: impl IntoIterator<Item = &'a str>) {
    let unknown = unknown.iter().map(|field| format!("unknown: {field}"));
    let lines: Vec<String> = unknown.chain(more.into_iter().map(str::to_owned)).collect();
    if !lines.is_empty() {
        value["comment"] = lines.join("\n").into();
    }
}
