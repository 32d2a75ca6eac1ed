use std::collections::BTreeSet;

use serde_json::Value;

use super::*;
use crate::collect::tests::sample;

const OPTIONS: Options<'static> = Options { all_files: false, tool_version: "0.1.0" };

fn read(inventory: &Inventory) -> Value {
    serde_json::from_str(&document(inventory, &OPTIONS)).unwrap()
}

fn locators(document: &Value) -> BTreeSet<String> {
    let packages = document["packages"].as_array().unwrap().iter();
    let references = packages.flat_map(|package| package["externalRefs"].as_array().into_iter().flatten());
    let purls = references.filter(|one| one["referenceType"] == "purl");
    purls.map(|one| one["referenceLocator"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn it_names_the_same_parts_as_the_other_formats() {
    let (inventory, _root) = sample();
    let document = read(&inventory);
    let mut expected: BTreeSet<String> =
        inventory.components.values().map(|component| component.purl.clone()).collect();
    let ancestors = inventory.components.values().flat_map(|component| &component.ancestors);
    expected.extend(ancestors.map(|ancestor| ancestor.purl.clone()));
    expected.insert(inventory.purl());
    assert_eq!(locators(&document), expected);
    let files = document["packages"].as_array().unwrap().iter();
    let files: Vec<&Value> = files.filter(|package| package["primaryPackagePurpose"] == "FILE").collect();
    assert_eq!(files.len(), listed(&inventory, false).len());
    assert!(files.iter().all(|file| file["checksums"][0]["algorithm"] == "SHA512"));
}

#[test]
fn each_identifier_is_there_once_and_each_that_is_used_is_there() {
    let (inventory, _root) = sample();
    let document = read(&inventory);
    let packages = document["packages"].as_array().unwrap();
    let ids: BTreeSet<&str> = packages.iter().map(|package| package["SPDXID"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), packages.len());
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    assert!(ids.iter().all(|id| id.strip_prefix("SPDXRef-").unwrap().chars().all(plain)), "{ids:?}");
    for relation in document["relationships"].as_array().unwrap() {
        for end in ["spdxElementId", "relatedSpdxElement"] {
            let id = relation[end].as_str().unwrap();
            assert!(id == "SPDXRef-DOCUMENT" || ids.contains(id), "{relation}");
        }
    }
}

#[test]
fn names_that_would_become_one_identifier_are_told_apart() {
    let ids = identifiers(&["a:b".to_owned(), "a/b".to_owned(), "a-b".to_owned()]);
    assert_eq!(ids["a:b"], "SPDXRef-a-b");
    assert_eq!((ids["a/b"].as_str(), ids["a-b"].as_str()), ("SPDXRef-a-b-2", "SPDXRef-a-b-3"));
}

#[test]
fn what_is_not_known_is_asserted_by_nobody_and_what_is_own_is_defined() {
    let (mut inventory, _root) = sample();
    inventory.publisher = None;
    let component = inventory.components.values_mut().find(|one| one.kind == Kind::Source).unwrap();
    component.license = Some("LicenseRef-Vendor".to_owned());
    let document = read(&inventory);
    assert_eq!(document["creationInfo"]["creators"].as_array().unwrap().len(), 1);
    assert_eq!(document["hasExtractedLicensingInfos"][0]["licenseId"], "LicenseRef-Vendor");
    assert!(
        document["packages"].as_array().unwrap().iter().any(|one| one["licenseConcluded"] == "NOASSERTION")
    );
    assert!(!document.to_string().contains("vulnerab"));
}
