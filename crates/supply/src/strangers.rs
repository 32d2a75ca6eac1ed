//! What others wrote, or damaged: each reader of this crate gets documents with every value replaced by others, cut off at every place,
//! and with bytes flipped. It answers or refuses with a reason; it never ends the program.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::audit::{self, Bill, Named, Options, Report};
use crate::cyclonedx;
use crate::shipped::{File, shipped};
use crate::vex::{self, Document};

/// Values that a stranger may put anywhere.
fn others() -> Vec<Value> {
    let deep = (0..100).fold(json!([]), |inner, _| json!([inner]));
    vec![
        Value::Null,
        json!(true),
        json!(-1),
        json!(1e300),
        json!(""),
        json!("\u{0}\u{202e}é/../../%zz@@?&=#"),
        json!("x".repeat(70_000)),
        json!([]),
        json!({}),
        json!([null, 1, "x", {}]),
        json!({ "id": {}, "purl": 7, "name": [] }),
        deep,
    ]
}

/// The pointers (RFC 6901) of all values in a document.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                pointers(inner, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, inner)| pointers(inner, &format!("{at}/{index}"), found));
        }
        _ => {}
    }
}

/// A document with each of its values replaced by each of the others, or gone.
fn replaced(document: &Value, judge: &mut dyn FnMut(&[u8])) -> usize {
    let (mut all, mut count) = (Vec::new(), 0);
    pointers(document, "", &mut all);
    for pointer in all {
        for other in others() {
            let mut changed = document.clone();
            *changed.pointer_mut(&pointer).unwrap() = other;
            judge(changed.to_string().as_bytes());
            count += 1;
        }
        let (parent, name) = pointer.rsplit_once('/').unwrap_or_default();
        let mut changed = document.clone();
        if let Some(Value::Object(fields)) = changed.pointer_mut(parent) {
            fields.remove(&name.replace("~1", "/").replace("~0", "~"));
            judge(changed.to_string().as_bytes());
        }
    }
    count
}

/// A text that is cut off, and with a byte flipped, at every place.
fn damaged(text: &[u8], judge: &mut dyn FnMut(&[u8])) {
    for at in 0..text.len() {
        judge(&text[..at]);
        for flip in [0x01, 0x20, 0x80] {
            let mut changed = text.to_vec();
            changed[at] ^= flip;
            judge(&changed);
        }
    }
    judge(&[b"\xef\xbb\xbf", text].concat());
    judge(&b"[".repeat(200_000));
    judge(&[0xff; 1000]);
}

/// An error has a text that says something.
fn said(error: &dyn std::error::Error) {
    assert!(error.to_string().len() > 5, "{error:?}");
}

fn advisory() -> Value {
    json!({
        "id": "GO-2026-1", "modified": "2026-11-05T00:00:00Z", "aliases": ["CVE-2026-1"], "summary": "a hole",
        "severity": [{ "type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }],
        "affected": [{
            "package": { "ecosystem": "Go", "name": "golang.org/x/net" },
            "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "0" }, { "fixed": "0.62.0" }] }],
            "versions": ["0.61.0"],
            "ecosystem_specific": { "imports": [{ "path": "golang.org/x/net/http2", "goos": ["linux"] }] },
        }],
    })
}

/// Advisories about all kinds of parts, in a directory.
fn database() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    put(directory.path(), advisory().to_string().as_bytes());
    directory
}

fn put(directory: &Path, text: &[u8]) {
    for ecosystem in ["Go", "Debian", "Linux", "crates.io"] {
        fs::create_dir_all(directory.join(ecosystem)).unwrap();
        fs::write(directory.join(ecosystem).join("one.json"), text).unwrap();
    }
}

/// A small bill of everything that an audit looks at, as others write it.
fn bill() -> Value {
    let component = |reference: &str, purl: &str| {
        json!({
            "bom-ref": reference, "type": "library", "name": reference, "version": "1", "purl": purl,
            "pedigree": {
                "ancestors": [{ "purl": "pkg:deb/debian/x@1.2.5-3?arch=source&distro=trixie" }],
                "patches": [{ "type": "backport", "diff": { "url": "a.patch" }, "resolves": [{ "id": "CVE-1" }] }],
            },
        })
    };
    json!({
        "bomFormat": "CycloneDX", "specVersion": "1.7",
        "metadata": {
            "timestamp": "2026-11-05T00:00:00Z",
            "manufacturer": { "name": "E", "url": ["https://e.example"], "contact": [{ "email": "a@e.example" }] },
            "component": { "name": "demo", "version": "1", "properties": [{ "name": "yoe:arch", "value": "x86_64" }] },
        },
        "components": [
            component("p", "pkg:apk/demo/p@1-r0"),
            component("net", "pkg:golang/golang.org/x/net@v0.61.0"),
            component("linux", "pkg:generic/linux@6.12.107"),
            component("ring", "pkg:cargo/ring@0.17.14"),
        ],
        "dependencies": [{ "ref": "p", "dependsOn": ["net", "ring"] }, { "ref": "net", "dependsOn": ["p", "net"] }],
    })
}

fn vex() -> Value {
    json!({
        "@context": "https://openvex.dev/ns/v0.2.0", "timestamp": "2026-11-05T00:00:00Z",
        "statements": [{
            "vulnerability": { "name": "CVE-2026-1" }, "status": "not_affected",
            "justification": "component_not_present", "impact_statement": "no",
            "products": [{
                "@id": "pkg:apk/demo/p@1-r0",
                "subcomponents": [{ "identifiers": { "purl": "pkg:golang/golang.org/x/net@v0.61.0" } }],
            }],
        }],
    })
}

#[test]
fn bills_of_others_are_audited_or_refused() {
    let database = database();
    let hole = Named::find(database.path(), "CVE-2026-1").unwrap();
    let mut judge = |text: &[u8]| match Bill::parse(text) {
        Ok(bill) => {
            let report = audit::audit(&bill, database.path(), Options::default()).unwrap();
            let _ = (audit::text(&report), audit::updates(&report), hole.findings(&bill, database.path()));
        }
        Err(error) => said(&error),
    };
    assert!(replaced(&bill(), &mut judge) > 500);
    damaged(bill().to_string().as_bytes(), &mut |text| {
        Bill::parse(text).map_err(|error| said(&error)).ok();
    });
}

#[test]
fn our_own_bills_that_somebody_changed_are_audited_or_refused() {
    let inventory = crate::collect::tests::sample().0;
    let options = cyclonedx::Options { all_files: false, tool_version: "0.1.0" };
    let document = cyclonedx::document(&inventory, &options);
    // Without the line break at its end it is whole.
    let whole = document.trim_end().len();
    for at in (0..whole).step_by((whole / 500).max(1)) {
        if let Some(text) = document.get(..at) {
            said(&Bill::parse(text.as_bytes()).unwrap_err());
        }
    }
}

#[test]
fn advisories_of_others_are_read_or_refused_by_their_name() {
    let bill = Bill::parse(bill().to_string().as_bytes()).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let mut judge = |text: &[u8]| {
        put(directory.path(), text);
        match audit::audit(&bill, directory.path(), Options::default()) {
            Ok(report) => drop((audit::text(&report), audit::updates(&report))),
            Err(error) => assert!(error.to_string().contains("one.json"), "{error}"),
        }
        Named::find(directory.path(), "CVE-2026-1").map_err(|error| said(&error)).ok();
    };
    replaced(&advisory(), &mut judge);
    for at in (0..advisory().to_string().len()).step_by(7) {
        judge(&advisory().to_string().as_bytes()[..at]);
    }
}

#[test]
fn what_others_know_of_holes_is_read_or_refused() {
    let bill = Bill::parse(bill().to_string().as_bytes()).unwrap();
    let mut judge = |text: &[u8]| match Document::parse(text, "a.json") {
        Ok(document) => drop(document.statements(&bill)),
        Err(error) => said(&error),
    };
    replaced(&vex(), &mut judge);
    damaged(vex().to_string().as_bytes(), &mut judge);
}

#[test]
fn reports_of_others_are_compared_or_refused() {
    let database = database();
    let bill = Bill::parse(bill().to_string().as_bytes()).unwrap();
    let report = audit::audit(&bill, database.path(), Options::default()).unwrap();
    let mut judge = |text: &[u8]| match serde_json::from_slice::<Report>(text) {
        Ok(earlier) => drop((report.since(&earlier), audit::text(&earlier), audit::updates(&earlier))),
        Err(error) => said(&error),
    };
    let written = serde_json::to_value(&report).unwrap();
    replaced(&written, &mut judge);
    damaged(written.to_string().as_bytes(), &mut judge);
}

#[test]
fn directories_of_what_was_shipped_are_looked_through_or_refused_by_a_name() {
    let database = database();
    let hole = Named::find(database.path(), "CVE-2026-1").unwrap();
    let mut judge = |text: &[u8]| {
        let file = |name: &str, text: Vec<u8>| File { name: name.to_owned(), text };
        let files = [file("odd.json", text.to_vec()), file("good.json", bill().to_string().into_bytes())];
        match shipped(&files, &hole, database.path()) {
            Ok(answer) => assert!(answer.hits.iter().any(|hit| hit.file == "good.json")),
            Err(error) => assert!(error.to_string().contains("odd.json"), "{error}"),
        }
    };
    replaced(&vex(), &mut judge);
    for at in (0..bill().to_string().len()).step_by(11) {
        judge(&bill().to_string().as_bytes()[..at]);
    }
}

#[test]
fn documents_about_odd_findings_are_written() {
    let database = database();
    let publisher =
        yoe_model::Publisher { name: "E".to_owned(), url: None, email: Some("a@e.example".to_owned()) };
    let mut judge = |text: &[u8]| {
        let Ok(bill) = Bill::parse(text) else { return };
        let report = audit::audit(&bill, database.path(), Options::default()).unwrap();
        let request =
            vex::Request { bill: &bill, report: &report, publisher: &publisher, tool_version: "0.1.0" };
        let _ = (vex::openvex(&request), vex::csaf(&request));
    };
    replaced(&bill(), &mut judge);
}
