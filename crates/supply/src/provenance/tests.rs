use std::collections::BTreeSet;

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use yoe_plan::ActionKind;

use super::*;
use crate::collect::tests::{with_built, with_workload_built};

fn signer() -> Signer {
    Signer::from_pkcs8(&Signer::generate().unwrap()).unwrap()
}

fn about(further: &BTreeMap<String, String>) -> About<'_> {
    About { tool_version: "0.1.0", lock: Digest::of(b"lock"), again: None, further }
}

/// An envelope about the sample's image, and its key.
pub(crate) fn sample() -> (String, Signer) {
    let signer = signer();
    let further = [("demo.bundle".to_owned(), "ab".repeat(32))].into();
    let unsigned = with_built("demo", |request| unsigned(request, &about(&further))).unwrap();
    (unsigned.sign(&signer), signer)
}

fn statement_of(target: &str) -> Value {
    let further = BTreeMap::new();
    let unsigned = with_built(target, |request| unsigned(request, &about(&further))).unwrap();
    serde_json::from_str(&unsigned.text).unwrap()
}

fn names(statement: &Value) -> BTreeSet<String> {
    let all = &statement["predicate"]["buildDefinition"]["resolvedDependencies"];
    all.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_image_of_a_registry_is_a_dependency_by_the_digest_of_its_manifest() {
    let further = BTreeMap::new();
    let unsigned = with_workload_built(|request| unsigned(request, &about(&further))).unwrap();
    let statement: Value = serde_json::from_str(&unsigned.text).unwrap();
    let all = statement["predicate"]["buildDefinition"]["resolvedDependencies"].as_array().unwrap();
    let image = all.iter().find(|one| one["name"] == "image docker.io/library/redis:8").unwrap();
    let manifest = Digest::of(b"of redis").to_string();
    assert_eq!(image["digest"]["sha256"], manifest.as_str());
    assert!(
        image["uri"].as_str().unwrap().starts_with(&format!("pkg:oci/redis@sha256:{manifest}?")),
        "{image}"
    );
}

#[test]
fn subjects_are_the_files_that_are_handed_out() {
    let (envelope, signer) = sample();
    let [attested] = verified(&envelope, &signer.public()).unwrap().try_into().unwrap();
    let files: Vec<&str> = attested.subjects.keys().map(String::as_str).collect();
    assert_eq!(
        files,
        [
            "app-0.1.0-r0.apk",
            "demo.bundle",
            "demo.efi",
            "demo.img",
            "demo.manifest.json",
            "tool-1.5.0-r0.apk",
            "zlib-1.3.1-r0.apk",
        ]
    );
    assert_eq!(attested.subjects["demo.img"], yoe_notation::hex::encode(&Sha256::digest(b"disk")));
    assert!(attested.builder.ends_with("#builder"));
}

#[test]
fn dependencies_are_the_entries_of_the_lock_that_are_used_and_no_others() {
    for target in ["demo", "tool", "app", "debian"] {
        let wanted: BTreeSet<String> = with_built(target, |request| {
            let lock = request.project.lock_file();
            let mut wanted: BTreeSet<String> = [].into();
            for action in &request.plan.actions {
                match &action.kind {
                    // Working trees are not locked; crates are, by the text that names them.
                    ActionKind::Source(source) if !source.key.starts_with("path:") => {
                        assert!(lock.sources.contains_key(&source.key) || source.key.starts_with("crate:"));
                        wanted.insert(source.key.clone());
                    }
                    ActionKind::Container(container) => wanted.extend(
                        lock.containers[&container.name]
                            .packages
                            .iter()
                            .map(|package| format!("{} {}", package.name, package.version)),
                    ),
                    _ => {}
                }
            }
            wanted.insert("suite debian/trixie".to_owned());
            wanted
        });
        assert_eq!(names(&statement_of(target)), wanted, "{target}");
    }
    let (image, unit) = (names(&statement_of("demo")), names(&statement_of("tool")));
    assert!(image.len() > unit.len() && !unit.contains("systemd-boot-efi:arm64 257.9-1"), "{unit:?}");
}

#[test]
fn every_dependency_has_a_digest_and_an_address() {
    let mut statement = statement_of("demo");
    // It follows from all rules of building.
    statement["predicate"]["buildDefinition"]["internalParameters"]["action"] = "[KEY]".into();
    let all = statement["predicate"]["buildDefinition"]["resolvedDependencies"].as_array().unwrap();
    assert!(all.len() >= 8, "{all:#?}");
    for one in all {
        let digests = one["digest"].as_object().unwrap();
        assert!(
            !digests.is_empty()
                && digests.values().all(|digest| digest.as_str().is_some_and(|digest| digest.len() >= 40)),
            "{one}"
        );
        assert!(one["uri"].as_str().is_some_and(|uri| uri.contains(':')), "{one}");
    }
    insta::assert_snapshot!(serde_json::to_string_pretty(&statement).unwrap());
}

#[test]
fn a_changed_payload_another_key_and_another_kind_are_refused() {
    let (envelope, key) = sample();
    let refused = |text: &str, key: &Signer| verified(text, &key.public()).unwrap_err();
    assert_eq!(refused(&envelope, &signer()), EnvelopeError::Signature);
    let mut changed: Value = serde_json::from_str(&envelope).unwrap();
    let payload = changed["payload"].as_str().unwrap().replacen("ey", "eX", 1);
    changed["payload"] = payload.into();
    assert_eq!(refused(&changed.to_string(), &key), EnvelopeError::Signature);
    let other = envelope.replace("vnd.in-toto+json", "json");
    assert_eq!(refused(&other, &key), EnvelopeError::Form);
    assert_eq!(refused("{}", &key), EnvelopeError::Form);
    assert_eq!(refused("", &key), EnvelopeError::Signature);
}

#[test]
fn of_several_parties_each_is_found_by_its_key() {
    let (envelope, builder) = sample();
    let rebuilder = signer();
    let (further, varied) = (BTreeMap::new(), ["time".to_owned()]);
    let again = About { again: Some(&varied), ..about(&further) };
    let second = with_built("demo", |request| unsigned(request, &again)).unwrap().sign(&rebuilder);
    let both = format!("{envelope}{second}");
    let by = |key: &Signer| verified(&both, &key.public()).unwrap();
    assert_eq!((by(&builder).len(), by(&rebuilder).len()), (1, 1));
    assert!(by(&rebuilder)[0].builder.ends_with("#rebuilder"));
    assert_eq!(by(&builder)[0].subjects["demo.img"], by(&rebuilder)[0].subjects["demo.img"]);
}
