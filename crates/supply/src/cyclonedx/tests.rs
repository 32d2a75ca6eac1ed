use serde_json::Value;

use super::*;
use crate::Purl;
use crate::collect::tests::sample;

const OPTIONS: Options<'static> = Options { all_files: false, tool_version: "0.1.0" };

fn parsed(inventory: &Inventory, all_files: bool) -> Value {
    serde_json::from_str(&document(inventory, &Options { all_files, ..OPTIONS })).unwrap()
}

fn components(document: &Value) -> &Vec<Value> {
    document["components"].as_array().unwrap()
}

fn find<'a>(document: &'a Value, reference: &str) -> &'a Value {
    components(document).iter().find(|component| component["bom-ref"] == reference).unwrap()
}

fn properties(component: &Value, name: &str) -> Vec<String> {
    let all = component["properties"].as_array().into_iter().flatten();
    all.filter(|one| one["name"] == name).map(|one| one["value"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_program_of_a_package() {
    let (inventory, _root) = sample();
    let document = parsed(&inventory, false);
    let tool = serde_json::to_string_pretty(find(&document, "file:usr/bin/tool")).unwrap();
    insta::assert_snapshot!(tool, @r#"
    {
      "bom-ref": "file:usr/bin/tool",
      "externalReferences": [
        {
          "hashes": [
            {
              "alg": "SHA-512",
              "content": "c96238b9bd9fbbc0f191d9be5bf47064a66a79dcbe08f1ad09dc68b9983e89b6d18d54bf6ab2d0d0629ef8499c9e2cb3e14dcf30b9bd6fff323ac15f499f4a8d"
            }
          ],
          "type": "distribution",
          "url": "usr/bin/tool"
        }
      ],
      "hashes": [
        {
          "alg": "SHA-512",
          "content": "c96238b9bd9fbbc0f191d9be5bf47064a66a79dcbe08f1ad09dc68b9983e89b6d18d54bf6ab2d0d0629ef8499c9e2cb3e14dcf30b9bd6fff323ac15f499f4a8d"
        }
      ],
      "licenses": [
        {
          "acknowledgement": "declared",
          "expression": "Apache-2.0"
        }
      ],
      "manufacturer": {
        "name": "tool.example",
        "url": [
          "https://tool.example"
        ]
      },
      "name": "/usr/bin/tool",
      "properties": [
        {
          "name": "bsi:component:filename",
          "value": "tool"
        },
        {
          "name": "bsi:component:executable",
          "value": "executable"
        },
        {
          "name": "bsi:component:archive",
          "value": "no archive"
        },
        {
          "name": "bsi:component:structured",
          "value": "structured"
        },
        {
          "name": "yoe:unknown",
          "value": "licenses"
        }
      ],
      "purl": "pkg:apk/sample/tool@1.5.0-r0?arch=x86_64&distro=sample-2.0#usr/bin/tool",
      "supplier": {
        "name": "tool.example",
        "url": [
          "https://tool.example"
        ]
      },
      "type": "file",
      "version": "1.5.0-r0"
    }
    "#);
}

#[test]
fn a_source_says_what_it_was_derived_from_and_what_was_patched() {
    let (inventory, _root) = sample();
    let document = parsed(&inventory, false);
    let zlib = components(&document)
        .iter()
        .find(|component| component["name"] == "zlib" && component["pedigree"].is_object());
    insta::assert_snapshot!(serde_json::to_string_pretty(zlib.unwrap()).unwrap(), @r#"
    {
      "bom-ref": "source:pkg:generic/zlib@1.3.1?checksum=sha256:8da8321048af16f4cec451826c125ae516df0a4c6499d32bc42b2a6cba63ef1a&download_url=https://mirror.example/debian/pool/zlib.orig.tar.xz",
      "cpe": "cpe:2.3:a:zlib:zlib:1.3.1:*:*:*:*:*:*:*",
      "description": "the zlib",
      "externalReferences": [
        {
          "hashes": [
            {
              "alg": "SHA-256",
              "content": "8da8321048af16f4cec451826c125ae516df0a4c6499d32bc42b2a6cba63ef1a"
            }
          ],
          "type": "source-distribution",
          "url": "https://mirror.example/debian/pool/zlib.orig.tar.xz"
        },
        {
          "type": "website",
          "url": "https://zlib.example"
        }
      ],
      "hashes": [
        {
          "alg": "SHA-256",
          "content": "8da8321048af16f4cec451826c125ae516df0a4c6499d32bc42b2a6cba63ef1a"
        }
      ],
      "licenses": [
        {
          "acknowledgement": "concluded",
          "expression": "Zlib"
        },
        {
          "acknowledgement": "declared",
          "expression": "Zlib"
        }
      ],
      "manufacturer": {
        "name": "zlib.example",
        "url": [
          "https://zlib.example"
        ]
      },
      "name": "zlib",
      "pedigree": {
        "ancestors": [
          {
            "name": "zlib",
            "purl": "pkg:deb/debian/zlib@1:1.3.1-1%2Bdeb13u1?arch=source&distro=trixie",
            "type": "library",
            "version": "1:1.3.1-1+deb13u1"
          }
        ],
        "patches": [
          {
            "diff": {
              "url": "fix.patch"
            },
            "resolves": [
              {
                "id": "CVE-2026-27171",
                "type": "security"
              }
            ],
            "type": "unofficial"
          }
        ]
      },
      "purl": "pkg:generic/zlib@1.3.1?checksum=sha256:8da8321048af16f4cec451826c125ae516df0a4c6499d32bc42b2a6cba63ef1a&download_url=https://mirror.example/debian/pool/zlib.orig.tar.xz",
      "supplier": {
        "name": "zlib.example",
        "url": [
          "https://zlib.example"
        ]
      },
      "type": "library",
      "version": "1.3.1"
    }
    "#);
}

#[test]
fn the_same_parts_give_the_same_bytes() {
    let (one, _root) = sample();
    let (other, _other) = sample();
    assert_eq!(document(&one, &OPTIONS), document(&other, &OPTIONS));
}

#[test]
fn there_are_no_vulnerabilities_in_it() {
    let (inventory, _root) = sample();
    let document = parsed(&inventory, true);
    assert!(document.get("vulnerabilities").is_none());
    assert!(components(&document).iter().all(|component| component.get("vulnerabilities").is_none()));
}

/// What TR-03183-2 requires of a document (5.2.1) and of each component (5.2.2); the fields of 5.2.4 where they exist.
#[test]
fn each_field_that_the_guideline_requires_is_there_or_said_to_be_unknown() {
    let (inventory, _root) = sample();
    let document = parsed(&inventory, true);
    assert_eq!(document["metadata"]["manufacturer"]["url"][0], "https://example.com");
    assert_eq!(document["metadata"]["timestamp"], yoe_notation::date::rfc3339(inventory.epoch));
    assert!(document["serialNumber"].as_str().unwrap().starts_with("urn:uuid:"));
    let dependencies = document["dependencies"].as_array().unwrap();
    let mut all: Vec<&Value> = components(&document).iter().collect();
    all.push(&document["metadata"]["component"]);
    for component in all {
        let reference = &component["bom-ref"];
        assert!(component["name"].is_string() && component["version"].is_string(), "{reference}");
        let unknown = properties(component, "yoe:unknown");
        let is_unknown = |field: &str| unknown.iter().any(|one| one == field);
        let creator = component["manufacturer"].is_object();
        assert_ne!(creator, is_unknown("manufacturer"), "{reference}");
        let concluded = component["licenses"]
            .as_array()
            .into_iter()
            .flatten()
            .any(|one| one["acknowledgement"] == "concluded");
        assert_ne!(concluded, is_unknown("licenses"), "{reference}");
        assert_eq!(dependencies.iter().filter(|one| one["ref"] == *reference).count(), 1, "{reference}");
        if component["hashes"][0]["alg"] == "SHA-512" {
            let distribution = component["externalReferences"]
                .as_array()
                .unwrap()
                .iter()
                .find(|one| one["type"] == "distribution")
                .unwrap();
            assert_eq!(distribution["hashes"][0]["alg"], "SHA-512", "{reference}");
            for name in ["filename", "executable", "archive", "structured"] {
                assert_eq!(
                    properties(component, &format!("bsi:component:{name}")).len(),
                    1,
                    "{reference} {name}"
                );
            }
        }
    }
    let files = components(&document).iter().filter(|component| component["type"] == "file");
    assert!(
        files.clone().count() >= inventory.files.len()
            && files.clone().all(|file| file["hashes"][0]["alg"] == "SHA-512")
    );
    let compositions = document["compositions"].as_array().unwrap();
    let listed: usize = compositions.iter().map(|one| one["dependencies"].as_array().unwrap().len()).sum();
    assert_eq!(listed, components(&document).len() + 1, "each is in one");
}

/// The 17 fields of CISA's "2026 Minimum Elements for a Software Bill of Materials", appendix A, but for the author's signature, which
/// lies in a file of its own: `yoe provenance make --with FILE` and updates make it.
#[test]
fn each_minimum_element_is_there_or_said_to_be_unknown() {
    let (inventory, _root) = sample();
    let document = parsed(&inventory, true);
    let metadata = &document["metadata"];
    let tool = &metadata["tools"]["components"][0];
    for (element, value, expected) in [
        ("author", &metadata["manufacturer"]["name"], "Example"),
        ("format's name", &document["bomFormat"], "CycloneDX"),
        ("format's version", &document["specVersion"], "1.7"),
        ("generation context", &metadata["lifecycles"][0]["phase"], "build"),
        ("tool's name", &tool["name"], "yoe"),
        ("tool's version", &tool["version"], "0.1.0"),
    ] {
        assert_eq!(value, expected, "{element}");
    }
    assert!(metadata["timestamp"].is_string() && document["version"] == 1);
    for component in components(&document) {
        let reference = &component["bom-ref"];
        let unknown = properties(component, "yoe:unknown");
        let is_unknown = |field: &str| unknown.iter().any(|one| one == field);
        assert!(component["name"].is_string() && component["version"].is_string(), "{reference}");
        assert!(component["purl"].as_str().is_some_and(|purl| Purl::parse(purl).is_ok()), "{reference}");
        assert_ne!(component["supplier"]["name"].is_string(), is_unknown("manufacturer"), "{reference}");
        let known = component["licenses"].as_array().into_iter().flatten();
        assert_ne!(
            known.filter(|one| one["acknowledgement"] == "concluded").count() > 0,
            is_unknown("licenses"),
            "{reference}"
        );
        let digits = match component["hashes"][0]["alg"].as_str() {
            Some("SHA-512") => 128,
            Some("SHA-256") => 64,
            _ => 0,
        };
        let hash = component["hashes"][0]["content"].as_str().unwrap_or_default();
        assert!(hash.len() == digits && (digits > 0) != is_unknown("hashes"), "{reference}");
    }
    assert!(
        properties(find(&document, "go:example.org/tool@v1.5.0"), "yoe:unknown")
            .contains(&"hashes".to_owned())
    );
    assert_eq!(
        find(&document, "file:etc/hostname")["purl"],
        "pkg:generic/sample/demo@7?arch=x86_64#etc/hostname"
    );
}

#[test]
fn a_bill_that_is_read_again_has_no_parts_that_are_files() {
    let (inventory, _root) = sample();
    let text = document(&inventory, &Options { all_files: true, ..OPTIONS });
    let read = crate::audit::Bill::parse(text.as_bytes()).unwrap();
    let made = crate::audit::Bill::of_inventory(&inventory);
    assert_eq!((read.parts.len(), read.packages), (made.parts.len(), made.packages));
}

#[test]
fn files_that_need_not_be_listed_are_listed_when_asked_for() {
    let (inventory, _root) = sample();
    let files = |all: bool| {
        components(&parsed(&inventory, all)).iter().filter(|component| component["type"] == "file").count()
    };
    assert_eq!((files(false), files(true)), (5, 8));
}

#[test]
fn what_is_not_known_is_said() {
    let (mut inventory, _root) = sample();
    inventory.publisher = None;
    let document = parsed(&inventory, false);
    assert!(document["metadata"].get("manufacturer").is_none());
    inventory.components.get_mut("package:app").unwrap().homepage = None;
    let without = parsed(&inventory, false);
    assert_eq!(properties(find(&without, "package:app"), "yoe:unknown"), ["manufacturer"]);
    let unknown = properties(find(&document, "go:golang.org/x/net@v0.61.0"), "yoe:unknown");
    assert_eq!(unknown, ["licenses", "hashes"], "its sum is none");
    assert_eq!(
        properties(find(&document, "package:tool"), "yoe:unknown"),
        ["licenses"],
        "of a module that is linked in"
    );
    assert_eq!(document["compositions"][0]["aggregate"], "incomplete", "the gap");
}
