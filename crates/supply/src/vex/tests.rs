use serde_json::{Value, json};
use yoe_model::{Judgement, Justification, Publisher, VexStatus};

use super::*;
use crate::audit::tests::{advisory, database, part};
use crate::audit::{Options, audit};
use crate::{Purl, Statement};

const NET: &str = "pkg:golang/golang.org/x/net@v0.61.0";

fn package(name: &str) -> String {
    Purl::new("apk", name, "1.0-r0").within("sample").to_string()
}

fn bill() -> Bill {
    let mut net = part(NET, &[]);
    net.name = "golang.org/x/net".to_owned();
    net.packages = ["one", "two"].map(str::to_owned).into();
    let mut musl = part("pkg:generic/musl@1.2.5", &["pkg:deb/debian/musl@1.2.5-3?arch=source&distro=trixie"]);
    musl.closes = vec![("CVE-2026-1007".to_owned(), "iconv.patch".to_owned())];
    musl.packages = ["one".to_owned()].into();
    let mut linux = part("pkg:generic/linux@6.12.118", &[]);
    linux.packages.clear();
    Bill {
        subject: "demo 7".to_owned(),
        arch: "x86_64".to_owned(),
        purl: "pkg:generic/sample/demo@7?arch=x86_64".to_owned(),
        time: "2026-11-27T12:00:00Z".to_owned(),
        packages: ["one", "two"].map(|name| (name.to_owned(), package(name))).into(),
        parts: vec![net, musl, linux],
        ..Bill::default()
    }
}

fn said(id: &str, purl: &str, status: VexStatus, packages: Option<&str>) -> Statement {
    Statement {
        id: id.to_owned(),
        purl: purl.to_owned(),
        packages: packages.map(|name| [name.to_owned()].into()),
        judgement: Judgement {
            status,
            justification: (status == VexStatus::NotAffected).then_some(Justification::CodeNotControlled),
            note: "as the note says".to_owned(),
        },
        place: "units/x.star:1:1".to_owned(),
    }
}

/// A bill with statements of each kind, what an audit of it finds, and who says it.
pub(crate) fn sample() -> (Bill, Report, Publisher) {
    let mut bill = bill();
    bill.statements = vec![
        said("CVE-2026-1001", NET, VexStatus::NotAffected, Some("one")),
        said("CVE-2026-1001", NET, VexStatus::Affected, Some("two")),
        said("GO-2026-3", NET, VexStatus::Fixed, None),
        said("CVE-2026-1005", "pkg:generic/linux@6.12.118", VexStatus::UnderInvestigation, None),
    ];
    let net = |id: &str, more: Value| advisory(id, "Go", "golang.org/x/net", "0.62.0", more);
    let advisories = [
        net("GO-2026-1", json!({ "aliases": ["CVE-2026-1001", "GHSA-aaaa-bbbb-cccc"] })),
        net("GO-2026-2", json!({})),
        net("GO-2026-3", json!({})),
        advisory("CVE-2026-1005", "Linux", "Kernel", "6.12.119", json!({})),
        advisory(
            "DEBIAN-CVE-2026-1007",
            "Debian:13",
            "musl",
            "1.2.5-3.1",
            json!({ "upstream": ["CVE-2026-1007"] }),
        ),
    ];
    let report = audit(&bill, database(&advisories).path(), Options::default()).unwrap();
    assert_eq!(report.stale, []);
    let publisher = Publisher {
        name: "Example".to_owned(),
        url: Some("https://example.com".to_owned()),
        email: Some("security@example.com".to_owned()),
    };
    (bill, report, publisher)
}

fn request<'a>((bill, report, publisher): &'a (Bill, Report, Publisher)) -> Request<'a> {
    Request { bill, report, publisher, tool_version: "0.1.0" }
}

#[test]
fn each_hole_is_in_both_documents_with_what_is_said_of_it() {
    let sample = sample();
    let (openvex, csaf) = (openvex(&request(&sample)).unwrap(), csaf(&request(&sample)).unwrap());
    insta::assert_snapshot!("openvex", openvex);
    insta::assert_snapshot!("csaf", csaf);
}

#[test]
fn the_same_says_the_same_and_another_word_is_another_document() {
    let first = sample();
    let mut other = sample();
    assert_eq!(openvex(&request(&first)), openvex(&request(&other)));
    assert_eq!(csaf(&request(&first)), csaf(&request(&other)));
    other.1.findings.pop();
    let name = |text: String| serde_json::from_str::<Value>(&text).unwrap()["@id"].clone();
    assert_ne!(name(openvex(&request(&first)).unwrap()), name(openvex(&request(&other)).unwrap()));
}

#[test]
fn without_holes_there_is_no_document() {
    let mut sample = sample();
    sample.1.findings.clear();
    assert_eq!((openvex(&request(&sample)), csaf(&request(&sample))), (None, None));
}

#[test]
fn of_two_advisories_about_one_hole_the_worse_one_counts() {
    let mut sample = sample();
    let mut finding = sample.1.findings.iter().find(|one| one.id == "GO-2026-3").unwrap().clone();
    (finding.id, finding.state) = ("GHSA-3".to_owned(), State::Open);
    finding.aliases = vec!["GO-2026-3".to_owned(), "CVE-2026-1003".to_owned()];
    sample.1.findings.retain(|one| one.id == "GO-2026-3");
    sample.1.findings[0].aliases = vec!["CVE-2026-1003".to_owned()];
    sample.1.findings.push(finding);
    let document: Value = serde_json::from_str(&openvex(&request(&sample)).unwrap()).unwrap();
    let statements = document["statements"].as_array().unwrap();
    assert_eq!(statements.len(), 1, "{statements:#?}");
    assert_eq!(statements[0]["status"], "under_investigation");
}

#[test]
fn our_own_document_is_read_as_it_was_meant() {
    let sample = sample();
    let text = openvex(&request(&sample)).unwrap();
    let mut again = bill();
    again.statements = Document::parse(text.as_bytes(), "x.json").unwrap().statements(&again);
    let of = |id: &str| {
        let all = again.statements.iter().filter(|one| one.id == id);
        all.map(|one| (one.packages.clone(), one.judgement.status)).collect::<Vec<_>>()
    };
    let package = |name: &str| Some([name.to_owned()].into());
    assert_eq!(
        of("CVE-2026-1001"),
        [(package("two"), VexStatus::Affected), (package("one"), VexStatus::NotAffected)]
    );
    assert_eq!(of("CVE-2026-1005"), [(None, VexStatus::UnderInvestigation)]);
}

#[test]
fn documents_of_others_are_read_by_product_and_what_is_none_is_refused() {
    let of = |products: Value| {
        let document = json!({
            "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://x", "author": "x",
            "timestamp": "2026-01-01T00:00:00Z", "version": 1,
            "statements": [{
                "vulnerability": { "name": "CVE-1" }, "products": products, "status": "fixed",
            }],
        });
        Document::parse(document.to_string().as_bytes(), "x.json").unwrap().statements(&bill()).len()
    };
    let image = "pkg:generic/sample/demo@7?arch=x86_64";
    assert_eq!(of(json!([{ "@id": NET }])), 1);
    assert_eq!(of(json!([{ "@id": image }])), 3, "all that is in it");
    assert_eq!(of(json!([{ "@id": image, "subcomponents": [{ "@id": NET }] }])), 1);
    assert_eq!(of(json!([{ "@id": package("two") }])), 1);
    assert_eq!(of(json!([{ "identifiers": { "purl": package("one") } }])), 2);
    assert_eq!(of(json!([{ "@id": "pkg:generic/sample/demo@6?arch=x86_64" }])), 0, "another version");
    let refused = |text: &str| Document::parse(text.as_bytes(), "x.json").unwrap_err().to_string();
    assert_eq!(refused("{}"), "it is not a document of OpenVEX");
    let other = r#"{"@context": "https://cyclonedx.org", "statements": []}"#;
    assert_eq!(
        refused(other),
        "its @context is \"https://cyclonedx.org\" and not OpenVEX' \"https://openvex.dev/ns/v0.2.0\""
    );
    let word = r#"{"@context": "https://openvex.dev/ns/v0.2.0", "statements": [{"vulnerability": {"name": "x"}, "status": "harmless"}]}"#;
    assert_eq!(refused(word), "\"harmless\" is no status of OpenVEX");
}
