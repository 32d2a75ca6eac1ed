use std::fs;

use serde_json::{Value, json};

use super::*;

fn bill(version: &str, components: &[(&str, &str)]) -> Bill {
    let component = |(purl, license): &(&str, &str)| {
        let licenses = if license.is_empty() { json!([]) } else { json!([{ "expression": license }]) };
        json!({ "bom-ref": purl, "name": purl, "version": "1", "purl": purl, "licenses": licenses })
    };
    let components: Vec<Value> = components.iter().map(component).collect();
    let document = json!({
        "bomFormat": "CycloneDX",
        "metadata": { "component": { "name": "demo", "version": version } },
        "components": components,
    });
    Bill::parse(document.to_string().as_bytes()).unwrap()
}

#[test]
fn versions_licences_and_holes_are_compared() {
    let from = bill(
        "1",
        &[
            ("pkg:golang/golang.org/x/net@v0.61.0", "BSD-3-Clause"),
            ("pkg:cargo/ring@0.17.13", "ISC"),
            ("pkg:apk/demo/old@1-r0?arch=x86_64", "MIT"),
        ],
    );
    let to = bill(
        "2",
        &[
            ("pkg:golang/golang.org/x/net@v0.62.0", "BSD-3-Clause"),
            ("pkg:cargo/ring@0.17.13", "ISC AND MIT"),
            ("pkg:cargo/new@1.0.0", ""),
        ],
    );
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir_all(directory.path().join("Go")).unwrap();
    fs::write(
        directory.path().join("Go/one.json"),
        json!({
            "id": "GO-1", "modified": "2026-11-05T00:00:00Z",
            "affected": [{
                "package": { "ecosystem": "Go", "name": "golang.org/x/net" },
                "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "0" }, { "fixed": "0.62.0" }] }],
            }],
        })
        .to_string(),
    )
    .unwrap();
    let changes = Changes::new(&from, &to, Some(directory.path())).unwrap();
    let shown: Vec<String> =
        changes.components.iter().map(|one| format!("{} {:?} {:?}", one.name, one.from, one.to)).collect();
    assert_eq!(
        shown,
        [
            "pkg:apk/demo/old {\"1-r0\"} {}",
            "pkg:cargo/new {} {\"1.0.0\"}",
            "pkg:golang/golang.org/x/net {\"v0.61.0\"} {\"v0.62.0\"}",
        ]
    );
    assert_eq!(changes.licenses_added, ["MIT".to_owned()].into());
    assert!(changes.licenses_gone.is_empty());
    assert_eq!(changes.licenses_unknown, ["pkg:cargo/new@1.0.0 1".to_owned()].into());
    let holes = changes.holes.unwrap();
    assert_eq!((holes.opened.len(), holes.closed[0].id.as_str()), (0, "GO-1"));
    assert_eq!(holes.missing, ["crates.io".to_owned()].into());
}

#[test]
fn a_bill_does_not_differ_from_itself() {
    let one = bill("1", &[("pkg:cargo/ring@0.17.13", "ISC")]);
    assert!(Changes::new(&one, &one, None).unwrap().is_empty());
}
