//! CISA's minimum elements of 2026, by a checker that has a profile of them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::judges::{Judges, printed};
use super::{OPTIONS, known};
use crate::cyclonedx::{self, Options};

/// The rules that a document breaks.
fn broken(judges: &Judges, text: &str) -> BTreeSet<String> {
    let path = judges.write(text);
    let mut judge = judges.python("ossbomer");
    judge.args(["validate", "--profile", "cisa-2026-min", "--format", "json", "--file"]).arg(path);
    let output = judge.output().unwrap();
    let answer: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", printed(&output)));
    let findings = answer["results"][0]["findings"].as_array().unwrap().iter();
    let failed = findings.filter(|finding| finding["verdict"] == "FAIL");
    failed.map(|finding| finding["rule_id"].as_str().unwrap().to_owned()).collect()
}

#[test]
#[ignore = "fetches from package registries; cargo xtask test runs it"]
fn a_checker_of_cisas_elements_lacks_the_signature_alone_which_is_a_file_of_its_own() {
    let judges = Judges::new(&["ossbomer==2.4.2"]);
    let mut inventory = known();
    for component in inventory.components.values_mut() {
        component.sum.get_or_insert_with(|| "0".repeat(64));
    }
    // A name that examples have is no author for it.
    inventory.publisher.as_mut().unwrap().name = "Makers of boxes".to_owned();
    // What a file is made of that is in no package is not known of every file that need not be listed.
    let document = cyclonedx::document(&inventory, &Options { all_files: false, ..OPTIONS });
    let signature = "cisa26-sbom-author-signature";
    assert_eq!(broken(&judges, &document), [signature.to_owned()].into());
    for (right, wrong, rule) in [
        ("\"supplier\"", "\"x-supplier\"", "cisa26-component-producer"),
        ("\"SHA-256\"", "\"MD5\"", "cisa26-component-hash-algorithm"),
        ("\"lifecycles\"", "\"x-lifecycles\"", "cisa26-sbom-generation-context"),
    ] {
        let rules = broken(&judges, &document.replace(right, wrong));
        assert!(rules.contains(rule), "{rule}: {rules:?}");
    }
}
