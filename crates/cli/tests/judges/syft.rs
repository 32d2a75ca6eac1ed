//! An inventory that nobody asked `yoe` for: syft looks at the files of the root alone.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use yoe_supply::Purl;

use super::flagship::{IMAGE, root, yoe};
use super::programs::{answer, program};

/// Packages and modules by type, path and version, whoever wrote their names down. What has no version is not known to whoever found it.
fn named(document: &[u8]) -> BTreeSet<String> {
    let document: Value = serde_json::from_slice(document).unwrap();
    let components = document["components"].as_array().unwrap().iter();
    let components = components.filter(|component| component["type"] != "file");
    let purls = components.filter_map(|component| Purl::parse(component["purl"].as_str()?).ok());
    let known = purls.filter(|purl| !matches!(purl.version.as_str(), "" | "UNKNOWN" | "(devel)"));
    known.map(|purl| format!("{} {} {}", purl.kind, purl.path().to_lowercase(), purl.version)).collect()
}

fn found(syft: &Path, root: &Path) -> BTreeSet<String> {
    let mut scan = Command::new(syft);
    scan.args(["scan", "--quiet", "--output", "cyclonedx-json"]).arg(format!("dir:{}", root.display()));
    // It asks nobody whether there is a newer one.
    named(&answer(scan.env("SYFT_CHECK_FOR_APP_UPDATE", "false")))
}

#[test]
#[ignore = "compiles a program of others; cargo xtask boots runs it"]
fn what_syft_finds_in_the_root_is_in_the_bill() {
    let syft = program("github.com/anchore/syft/cmd/syft", "v1.57.1");
    let root = root();
    let bill = named(&yoe(&["sbom", IMAGE]));
    let theirs = found(&syft, root.path());
    let count = |kind: &str| theirs.iter().filter(|one| one.starts_with(kind)).count();
    assert!(count("apk ") > 20 && count("golang ") > 100, "{theirs:?}");
    let missing = |theirs: &BTreeSet<String>, bill: &BTreeSet<String>| -> Vec<String> {
        theirs.difference(bill).cloned().collect()
    };
    assert_eq!(missing(&theirs, &bill), Vec::<String>::new());
    // It notices what is not in a bill, and what came to the root beyond it.
    let spoilt: BTreeSet<String> = bill.iter().filter(|one| !one.contains("/runc ")).cloned().collect();
    assert!(!missing(&theirs, &spoilt).is_empty(), "runc is in nobody's way");
    fs::copy(&syft, root.path().join("usr/bin/stranger")).unwrap();
    let strange = missing(&found(&syft, root.path()), &bill);
    assert!(strange.iter().any(|one| one.contains("anchore")), "{strange:?}");
}
