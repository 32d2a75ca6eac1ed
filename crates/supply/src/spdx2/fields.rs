//! Fields that several packages have.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use yoe_model::Publisher;

use crate::{FileEntry, SourceFile};

/// Begins a licence that is not one of SPDX' list.
const OWN: &str = "LicenseRef-";

/// An identifier for each reference: letters, digits, `.` and `-` alone (SPDX 2.3, 3.2), and each once.
pub(super) fn identifiers<'a>(references: impl IntoIterator<Item = &'a String>) -> BTreeMap<String, String> {
    let (mut ids, mut taken) = (BTreeMap::new(), BTreeSet::new());
    for reference in references {
        let plain: String =
            reference.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
        let mut id = format!("SPDXRef-{plain}");
        let mut count = 1;
        while !taken.insert(id.clone()) {
            count += 1;
            id = format!("SPDXRef-{plain}-{count}");
        }
        ids.insert(reference.clone(), id);
    }
    ids
}

/// Who hands something out.
pub(super) fn supplier(publisher: &Publisher) -> String {
    match &publisher.email {
        Some(email) => format!("Organization: {} ({email})", publisher.name),
        None => format!("Organization: {}", publisher.name),
    }
}

pub(super) fn purl(purl: &str) -> Value {
    json!({ "referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl })
}

pub(super) fn cpe(cpe: &str) -> Value {
    json!({ "referenceCategory": "SECURITY", "referenceType": "cpe23Type", "referenceLocator": cpe })
}

/// The licences that it is handed out under, and that it came with.
pub(super) fn license(package: &mut Value, concluded: Option<&str>, declared: Option<&str>) {
    let declared = declared.filter(|text| crate::licenses::is_expression(text));
    package["licenseConcluded"] = concluded.unwrap_or("NOASSERTION").into();
    package["licenseDeclared"] = declared.unwrap_or("NOASSERTION").into();
}

/// The file that it is handed out as.
pub(super) fn checksum(package: &mut Value, file: &FileEntry) {
    package["packageFileName"] = file.path.rsplit('/').next().unwrap_or_default().into();
    package["checksums"] = json!([{ "algorithm": "SHA512", "checksumValue": file.sha512 }]);
}

/// Where its source is served.
pub(super) fn download(package: &mut Value, source: Option<&SourceFile>) {
    let Some(url) = source.and_then(|source| source.url.as_deref()) else { return };
    if url.starts_with("https://") || url.starts_with("http://") {
        package["downloadLocation"] = url.into();
    }
}

/// What stands for licences that are not of SPDX' list: each has to be defined in the document.
pub(super) fn references_in(packages: &Value) -> Vec<Value> {
    let packages = packages.as_array().into_iter().flatten();
    let texts = packages.flat_map(|package| [&package["licenseConcluded"], &package["licenseDeclared"]]);
    let words = texts.filter_map(Value::as_str).flat_map(|text| text.split([' ', '(', ')', '+']));
    let own: BTreeSet<&str> = words.filter(|word| word.starts_with(OWN)).collect();
    let defined = |id: &str| {
        json!({
            "licenseId": id,
            "name": id.trim_start_matches(OWN),
            "extractedText": "The text is among those that `yoe licenses --notice` writes.",
        })
    };
    own.into_iter().map(defined).collect()
}
