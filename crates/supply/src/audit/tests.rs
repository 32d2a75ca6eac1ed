use std::fs;
use std::io::Write as _;

use serde_json::{Value, json};

use super::*;
use crate::{Purl, cyclonedx};

pub(crate) fn part(purl: &str, ancestors: &[&str]) -> Part {
    let purl = Purl::parse(purl).unwrap();
    Part {
        license: None,
        name: purl.name.clone(),
        version: purl.version.clone(),
        ancestors: ancestors.iter().map(|ancestor| Purl::parse(ancestor).unwrap()).collect(),
        closes: Vec::new(),
        packages: [format!("of-{}", purl.name)].into(),
        purl,
    }
}

pub(crate) fn advisory(id: &str, ecosystem: &str, name: &str, fixed: &str, more: Value) -> Value {
    let mut advisory = json!({
        "id": id,
        "modified": "2026-11-05T00:00:00Z",
        "summary": "a hole",
        "affected": [{
            "package": { "ecosystem": ecosystem, "name": name },
            "ranges": [{ "type": "ECOSYSTEM", "events": [{ "introduced": "0" }, { "fixed": fixed }] }],
        }],
    });
    for (name, value) in more.as_object().unwrap() {
        advisory[name] = value.clone();
    }
    advisory
}

/// A database with these advisories, each in the directory of its ecosystem without a release.
pub(crate) fn database(advisories: &[Value]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for advisory in advisories {
        let ecosystem =
            advisory["affected"][0]["package"]["ecosystem"].as_str().unwrap().split(':').next().unwrap();
        fs::create_dir_all(directory.path().join(ecosystem)).unwrap();
        let file = format!("{}.json", advisory["id"].as_str().unwrap());
        fs::write(directory.path().join(ecosystem).join(file), advisory.to_string()).unwrap();
    }
    directory
}

fn found(parts: Vec<Part>, advisories: &[Value]) -> Vec<String> {
    let bill = Bill { subject: "demo 1".to_owned(), arch: "x86_64".to_owned(), parts, ..Bill::default() };
    let report = audit(&bill, database(advisories).path(), Options::default()).unwrap();
    report.open().map(|finding| format!("{} {}", finding.component, finding.id)).collect()
}

const NET: &str = "pkg:golang/golang.org/x/net@v0.61.0";

#[test]
fn each_ecosystem_is_asked_by_its_own_names() {
    let parts = vec![
        part(NET, &[]),
        part("pkg:golang/github.com/docker/docker@v28.5.2%2Bincompatible", &[]),
        part("pkg:golang/stdlib@1.26.8", &[]),
        part("pkg:cargo/ring@0.17.14?checksum=sha256:aa", &[]),
        part("pkg:generic/linux@6.12.107", &[]),
        part("pkg:deb/debian/musl@1.2.5-3.1~deb13u1?arch=source&distro=trixie", &[]),
        part(
            "pkg:deb/debian/libacl1@2.3.2-2?arch=amd64&distro=trixie",
            &["pkg:deb/debian/acl@2.3.2-2?arch=source&distro=trixie"],
        ),
        part(
            "pkg:generic/xz@5.8.1",
            &["pkg:deb/debian/xz-utils@5.8.1-1%2Bdeb13u2?arch=source&distro=trixie"],
        ),
    ];
    let none = || json!({});
    let advisories = [
        advisory("GO-1", "Go", "golang.org/x/net", "0.62.0", none()),
        advisory("GO-2", "Go", "github.com/docker/docker", "29.0.0", none()),
        advisory("GO-3", "Go", "stdlib", "1.26.9", none()),
        advisory("RUSTSEC-1", "crates.io", "ring", "0.17.15", none()),
        advisory("LINUX-1", "Linux", "Kernel", "6.12.108", none()),
        advisory("DEBIAN-1", "Debian:13", "musl", "1.2.5-3.2", none()),
        advisory("DEBIAN-2", "Debian:13", "acl", "2.3.2-3", none()),
        advisory("DEBIAN-3", "Debian:13", "xz-utils", "5.8.1-1+deb13u2", none()),
        advisory("OTHER-1", "Go", "golang.org/x/other", "9.0.0", none()),
    ];
    let mut open = found(parts, &advisories);
    open.sort();
    assert_eq!(
        open,
        [
            "docker GO-2",
            "libacl1 DEBIAN-2",
            "linux LINUX-1",
            "musl DEBIAN-1",
            "net GO-1",
            "ring RUSTSEC-1",
            "stdlib GO-3",
            "xz DEBIAN-3",
        ]
    );
}

#[test]
fn advisories_that_were_taken_back_do_not_count() {
    let taken_back = json!({ "withdrawn": "2026-01-01T00:00:00Z" });
    assert!(
        found(vec![part(NET, &[])], &[advisory("GO-1", "Go", "golang.org/x/net", "0.62.0", taken_back)])
            .is_empty()
    );
}

#[test]
fn holes_of_other_systems_and_architectures_do_not_count_unless_asked_for() {
    let only = |imports: Value| {
        let mut advisory = advisory("GO-1", "Go", "golang.org/x/net", "0.62.0", json!({}));
        advisory["affected"][0]["ecosystem_specific"] = json!({ "imports": imports });
        advisory
    };
    let is_found = |imports: Value| !found(vec![part(NET, &[])], &[only(imports)]).is_empty();
    assert!(!is_found(json!([{ "path": "x", "goos": ["windows"] }])));
    assert!(!is_found(json!([{ "path": "x", "goarch": ["arm64"] }])));
    assert!(is_found(json!([{ "path": "x", "goos": ["windows"] }, { "path": "y" }])));
    assert!(is_found(json!([{ "path": "x", "goos": ["linux"], "goarch": ["amd64"] }])));
    let bill = Bill { parts: vec![part(NET, &[])], ..Bill::default() };
    let all = Options { all_platforms: true };
    let directory = database(&[only(json!([{ "path": "x", "goos": ["windows"] }]))]);
    assert_eq!(audit(&bill, directory.path(), all).unwrap().open().count(), 1);
}

#[test]
fn one_advisory_may_be_about_several_parts() {
    let mut both = advisory("GO-1", "Go", "stdlib", "1.26.9", json!({}));
    let net = advisory("GO-1", "Go", "golang.org/x/net", "0.62.0", json!({}))["affected"][0].clone();
    both["affected"].as_array_mut().unwrap().push(net);
    let parts = vec![part(NET, &[]), part("pkg:golang/stdlib@1.26.8", &[])];
    assert_eq!(found(parts, &[both]), ["net GO-1", "stdlib GO-1"]);
}

#[test]
fn debians_other_releases_do_not_count_and_sid_is_the_newest() {
    let mut advisory = advisory("DEBIAN-1", "Debian:12", "musl", "1.2.3-9", json!({}));
    let newer = json!({
        "package": { "ecosystem": "Debian:13", "name": "musl" },
        "ranges": [{ "type": "ECOSYSTEM", "events": [{ "introduced": "0" }, { "fixed": "1.2.5-3.1~deb13u1" }] }],
    });
    advisory["affected"].as_array_mut().unwrap().push(newer);
    let of = |version: &str, suite: &str| {
        let purl = format!("pkg:deb/debian/musl@{version}?arch=source&distro={suite}");
        found(vec![part(&purl, &[])], std::slice::from_ref(&advisory)).len()
    };
    assert_eq!(of("1.2.5-3", "trixie"), 1);
    assert_eq!(of("1.2.5-3.1~deb13u1", "trixie-security"), 0);
    assert_eq!(of("1.2.5-3", "bookworm"), 0, "1.2.3-9 is older");
    assert_eq!(of("1.2.5-3", "sid"), 1);
}

/// As syft and trivy write package URLs of Debian.
#[test]
fn scanners_name_the_source_and_the_release_by_qualifiers() {
    let advisory = advisory("DEBIAN-1", "Debian:13", "acl", "2.3.2-3", json!({}));
    let of = |purl: &str| found(vec![part(purl, &[])], std::slice::from_ref(&advisory)).len();
    assert_eq!(of("pkg:deb/debian/libacl1@2.3.2-2?arch=amd64&distro=debian-13&upstream=acl"), 1);
    assert_eq!(
        of("pkg:deb/debian/libacl1@2.3.2-2%2Bb1?arch=amd64&distro=debian-13.1&upstream=acl%402.3.2-2"),
        1
    );
    assert_eq!(of("pkg:deb/debian/libacl1@2.3.2-2?distro=debian-12&upstream=acl"), 0);
    assert_eq!(of("pkg:deb/debian/libacl1@2.3.2-3?distro=debian-13.1&upstream=acl"), 0);
}

#[test]
fn a_hole_without_a_cve_has_the_name_that_it_has() {
    let advisory = advisory("GHSA-5qpq-xqfv-j9pg", "crates.io", "ring", "0.17.15", json!({}));
    assert_eq!(found(vec![part("pkg:cargo/ring@0.17.14", &[])], &[advisory]), ["ring GHSA-5qpq-xqfv-j9pg"]);
}

#[test]
fn what_a_patch_closes_is_closed_by_any_of_its_names() {
    let mut musl = part("pkg:generic/musl@1.2.5", &["pkg:deb/debian/musl@1.2.5-3?arch=source&distro=trixie"]);
    musl.closes = vec![("CVE-2025-26519".to_owned(), "iconv.patch".to_owned())];
    let upstream = json!({ "upstream": ["CVE-2025-26519"] });
    let bill = Bill { parts: vec![musl], ..Bill::default() };
    let directory = database(&[
        advisory("DEBIAN-CVE-2025-26519", "Debian:13", "musl", "1.2.5-3.1", upstream),
        advisory(
            "DEBIAN-CVE-2026-6042",
            "Debian:13",
            "musl",
            "1.2.5-3.1",
            json!({ "upstream": ["CVE-2026-6042"] }),
        ),
    ]);
    let report = audit(&bill, directory.path(), Options::default()).unwrap();
    assert_eq!(
        report.findings.iter().map(|finding| finding.state.clone()).collect::<Vec<_>>(),
        [State::Closed("iconv.patch".to_owned()), State::Open]
    );
}

#[test]
fn an_ecosystem_without_a_database_and_parts_that_none_speaks_of_are_named() {
    let parts =
        vec![part(NET, &[]), part("pkg:cargo/ring@0.17.14", &[]), part("pkg:generic/demo/own@1.0", &[])];
    let bill = Bill { parts, ..Bill::default() };
    let directory = database(&[advisory("GO-1", "Go", "golang.org/x/net", "0.62.0", json!({}))]);
    let report = audit(&bill, directory.path(), Options::default()).unwrap();
    assert_eq!(report.missing.iter().collect::<Vec<_>>(), ["crates.io"]);
    assert_eq!(report.unchecked.iter().collect::<Vec<_>>(), ["own 1.0"]);
    assert_eq!(report.databases["Go"], Source { advisories: 1, newest: "2026-11-05T00:00:00Z".to_owned() });
}

#[test]
fn archives_count_in_each_place_that_osv_scanner_keeps_them_in() {
    let text = advisory("GO-1", "Go", "golang.org/x/net", "0.62.0", json!({})).to_string();
    for place in ["Go", "osv-scalibr/Go", "osv-scanner/Go"] {
        let directory = tempfile::tempdir().unwrap();
        let place = directory.path().join(place);
        fs::create_dir_all(&place).unwrap();
        let mut archive = zip::ZipWriter::new(fs::File::create(place.join("all.zip")).unwrap());
        archive.start_file("GO-1.json", zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
        archive.finish().unwrap();
        let bill = Bill { parts: vec![part(NET, &[])], ..Bill::default() };
        assert_eq!(
            audit(&bill, directory.path(), Options::default()).unwrap().findings.len(),
            1,
            "{}",
            place.display()
        );
        fs::write(place.join("all.zip"), "no archive").unwrap();
        assert!(matches!(audit(&bill, directory.path(), Options::default()), Err(DatabaseError::Zip { .. })));
    }
}

#[test]
fn a_damaged_advisory_is_an_error_and_not_passed_over() {
    let directory = database(&[advisory("GO-1", "Go", "golang.org/x/net", "0.62.0", json!({}))]);
    fs::write(directory.path().join("Go/GO-2.json"), "{").unwrap();
    let bill = Bill { parts: vec![part(NET, &[])], ..Bill::default() };
    let error = audit(&bill, directory.path(), Options::default()).unwrap_err();
    assert!(error.to_string().contains("Go/GO-2.json"), "{error}");
}

#[test]
fn levels_come_from_vectors_or_names_and_what_has_none_counts() {
    let vector = json!({ "severity": [{ "type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H" }] });
    let named = json!({ "database_specific": { "severity": "MODERATE" } });
    let directory = database(&[
        advisory("A", "Go", "golang.org/x/net", "0.62.0", vector),
        advisory("B", "Go", "golang.org/x/net", "0.62.0", named),
        advisory("C", "Go", "golang.org/x/net", "0.62.0", json!({})),
    ]);
    let bill = Bill { parts: vec![part(NET, &[])], ..Bill::default() };
    let report = audit(&bill, directory.path(), Options::default()).unwrap();
    let levels: Vec<Option<Level>> = report.findings.iter().map(|finding| finding.level).collect();
    assert_eq!(levels, [Some(Level::Critical), Some(Level::Medium), None]);
    assert_eq!(Level::ALL.map(|level| report.at_least(level)), [3, 3, 2, 2]);
}

#[test]
fn advisories_that_nobody_renewed_are_old() {
    let bill = Bill { parts: vec![part(NET, &[])], ..Bill::default() };
    let directory = database(&[advisory("A", "Go", "golang.org/x/net", "0.62.0", json!({}))]);
    let report = audit(&bill, directory.path(), Options::default()).unwrap();
    let made = yoe_notation::date::parse_rfc3339("2026-11-05T00:00:00Z").unwrap();
    let after = |days: u64| older_than(&report, 7, made + days * 86_400);
    assert!(after(7).is_empty());
    assert_eq!(after(8), ["the newest advisory about Go is 8 days old: fetch newer ones"]);
    let mut silent = report.clone();
    silent.databases.get_mut("Go").unwrap().newest.clear();
    assert_eq!(older_than(&silent, 7, made), ["nobody says how old the advisories about Go are"]);
}

#[test]
fn a_report_says_what_is_new_and_what_is_gone() {
    let bill = Bill { subject: "demo 1".to_owned(), parts: vec![part(NET, &[])], ..Bill::default() };
    let report = |ids: &[&str]| {
        let advisories: Vec<Value> =
            ids.iter().map(|id| advisory(id, "Go", "golang.org/x/net", "0.62.0", json!({}))).collect();
        audit(&bill, database(&advisories).path(), Options::default()).unwrap()
    };
    let (before, now) = (report(&["A", "B"]), report(&["B", "C"]));
    let before: Report = serde_json::from_str(&serde_json::to_string(&before).unwrap()).unwrap();
    let changes = now.since(&before);
    let pair = |id: &str| ("net".to_owned(), id.to_owned());
    assert_eq!((changes.new, changes.gone), ([pair("C")].into(), [pair("A")].into()));
    insta::assert_snapshot!(text(&now), @"
    of-net
      net v0.61.0: B, level unknown, fixed in 0.62.0: a hole
      net v0.61.0: C, level unknown, fixed in 0.62.0: a hole
    what ends them:
      unit of-net: net v0.61.0 -> 0.62.0 ends 2: B, C
    demo 1: 2 open, 0 closed by patches, 0 assumed to be fixed, 0 in code that is not there, 0 declared not to matter
    Go: 2 advisories, the newest of 2026-11-05T00:00:00Z
    ");
}

#[test]
fn a_bill_and_its_document_are_audited_alike() {
    let inventory = crate::collect::tests::sample().0;
    let options = cyclonedx::Options { all_files: false, tool_version: "0.1.0" };
    let document = cyclonedx::document(&inventory, &options);
    let (of_inventory, of_document) =
        (Bill::of_inventory(&inventory), Bill::parse(document.as_bytes()).unwrap());
    let shown = |bill: &Bill| bill.parts.iter().map(|part| format!("{part:?}")).collect::<Vec<_>>();
    assert!(of_inventory.parts.len() >= 5);
    assert_eq!(shown(&of_inventory), shown(&of_document));
    assert_eq!((of_inventory.subject, of_inventory.arch), (of_document.subject, of_document.arch));
}

#[test]
fn what_is_no_bill_is_refused() {
    assert!(matches!(Bill::parse(b"{"), Err(BillError::Json(_))));
    assert!(matches!(Bill::parse(b"{\"spdxVersion\": \"SPDX-2.3\"}"), Err(BillError::Format)));
}
