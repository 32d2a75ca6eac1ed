use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::*;
use crate::audit::State;
use crate::audit::tests::{advisory, database};

/// A bill of this version of an image: a package with a Go module of this version, and `more` components in it.
fn bill(version: usize, net: &str, more: usize) -> Value {
    let apk = "pkg:apk/sample/tool@1.0-r0";
    let mut components = vec![
        json!({ "bom-ref": "package:tool", "type": "application", "name": "tool", "version": "1.0-r0", "purl": apk }),
        json!({ "bom-ref": "go:net", "name": "golang.org/x/net", "version": net, "purl": format!("pkg:golang/golang.org/x/net@{net}") }),
    ];
    let mut held = vec!["go:net".to_owned()];
    for at in 0..more {
        let reference = format!("go:example.org/m{at}@v1.0.0");
        components.push(json!({
            "bom-ref": reference, "type": "library", "name": format!("example.org/m{at}"), "version": "v1.0.0",
            "purl": format!("pkg:golang/example.org/m{at}@v1.0.0"),
            "manufacturer": { "url": ["https://example.org"] },
            "licenses": [{ "expression": "BSD-3-Clause", "acknowledgement": "concluded" }],
            "externalReferences": [{ "type": "website", "url": "https://example.org/a/page" }],
            "hashes": [{ "alg": "SHA-512", "content": "0".repeat(128) }],
        }));
        held.push(reference);
    }
    json!({
        "bomFormat": "CycloneDX", "specVersion": "1.7",
        "metadata": {
            "timestamp": "2026-01-01T00:00:00Z",
            "component": { "name": "demo", "version": version.to_string(), "purl": format!("pkg:generic/sample/demo@{version}") },
        },
        "components": components,
        "dependencies": [{ "ref": "package:tool", "dependsOn": held }],
    })
}

fn file(name: &str, content: &Value) -> File {
    File { name: name.to_owned(), text: content.to_string().into_bytes() }
}

fn advisories() -> tempfile::TempDir {
    database(&[
        advisory("GO-2026-1", "Go", "golang.org/x/net", "0.62.0", json!({ "aliases": ["CVE-2026-1"] })),
        advisory("GO-2026-2", "Go", "golang.org/x/net", "0.99.0", json!({})),
    ])
}

fn found(files: &[File]) -> Answer {
    let directory = advisories();
    let hole = Named::find(directory.path(), "CVE-2026-1").unwrap();
    assert_eq!(hole.names(), ["CVE-2026-1", "GO-2026-1"]);
    shipped(files, &hole, directory.path()).unwrap()
}

#[test]
fn versions_with_the_hole_are_named_and_those_that_are_fixed_are_not() {
    let files = [
        file("2.cdx.json", &bill(2, "v0.61.0", 0)),
        file("1.cdx.json", &bill(1, "v0.60.0", 0)),
        file("3.cdx.json", &bill(3, "v0.62.0", 0)),
    ];
    let answer = found(&files);
    let hits: Vec<(&str, &str, &str, &State)> = answer
        .hits
        .iter()
        .map(|hit| {
            (hit.subject.as_str(), hit.file.as_str(), hit.finding.version.as_str(), &hit.finding.state)
        })
        .collect();
    assert_eq!(
        hits,
        [
            ("demo 1", "1.cdx.json", "v0.60.0", &State::Open),
            ("demo 2", "2.cdx.json", "v0.61.0", &State::Open)
        ]
    );
    assert_eq!((answer.bills, answer.hits[0].finding.packages.concat()), (3, "tool".to_owned()));
}

#[test]
fn what_was_said_of_a_version_counts_for_that_version() {
    let vex = json!({
        "@context": "https://openvex.dev/ns/v0.2.0", "timestamp": "2026-02-01T00:00:00Z",
        "statements": [{
            "vulnerability": { "name": "CVE-2026-1" }, "status": "not_affected", "justification": "vulnerable_code_not_present",
            "products": [{ "@id": "pkg:generic/sample/demo@1", "subcomponents": [{ "@id": "pkg:golang/golang.org/x/net@v0.60.0" }] }],
        }],
    });
    let files = [
        file("1.cdx.json", &bill(1, "v0.60.0", 0)),
        file("2.cdx.json", &bill(2, "v0.60.0", 0)),
        file("1.openvex.json", &vex),
    ];
    let open: Vec<bool> = found(&files).hits.iter().map(|hit| hit.finding.state.is_open()).collect();
    assert_eq!(open, [false, true]);
}

#[test]
fn other_files_are_named_and_damaged_ones_are_errors() {
    let answer = found(&[
        file("a.spdx.json", &json!({ "spdxVersion": "SPDX-2.3" })),
        file("1.cdx.json", &bill(1, "v0.62.0", 0)),
    ]);
    assert_eq!((answer.others, answer.bills, answer.hits.len()), (vec!["a.spdx.json".to_owned()], 1, 0));
    let directory = advisories();
    let hole = Named::find(directory.path(), "GO-2026-1").unwrap();
    let refused = |text: &str| {
        let files = [File { name: "x.json".to_owned(), text: text.as_bytes().to_vec() }];
        shipped(&files, &hole, directory.path()).unwrap_err().to_string()
    };
    assert_eq!(refused("{\"bomFormat\": \"CycloneDX\""), "x.json cannot be read as a bill of materials");
    assert_eq!(
        refused("{\"@context\": \"https://openvex.dev/ns\"}"),
        "x.json cannot be read as what is known of holes"
    );
    assert!(Named::find(directory.path(), "CVE-2026-9").unwrap().is_empty());
}

/// Two hundred versions of the size of the flagship's. A program that is not optimized is slower by an order of magnitude, on a
/// machine that has other things to do.
#[test]
fn two_hundred_versions_take_a_moment() {
    let large = bill(1, "v0.61.0", 600);
    let files: Vec<File> = (0..200).map(|at| file(&format!("{at}.cdx.json"), &large)).collect();
    assert!(files[0].text.len() > 300_000);
    let began = Instant::now();
    assert_eq!(found(&files).hits.len(), 200);
    let limit = if cfg!(debug_assertions) { 120 } else { 1 };
    assert!(began.elapsed() < Duration::from_secs(limit), "{:?}", began.elapsed());
}
