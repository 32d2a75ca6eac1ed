//! What is said of holes: `vex(…)` of units, and the documents of `yoe audit`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop here")]

#[allow(dead_code, reason = "each test program uses a part of it")]
mod support;

use std::fs;
use std::process::Output;

use support::Sandbox;

const PUBLISHER: &str = "publisher = publisher(name = \"Example\", email = \"security@example.com\")";
const NET: &str = "component = \"golang.org/x/net\", version = \"v0.61.0\"";

/// A unit with a Go program, in a container image; `vex` are its statements.
fn built(publisher: &str, vex: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(
        "PROJECT.star",
        &format!(
            "project(name = \"sample\", version = \"2.0\", machine = \"box\", image = None, {publisher})\n"
        ),
    );
    unit(&sandbox, vex);
    sandbox.write(
        "images/box.star",
        "oci_image(name = \"box\", artifacts = [\"hello\"], cmd = [\"/usr/bin/hello\"])\n",
    );
    let directory = sandbox.project().join("units/test/hello");
    fs::create_dir_all(&directory).unwrap();
    fs::write(directory.join("hello"), support::go_program()).unwrap();
    sandbox.lock();
    let output = sandbox.yoe(&["build", "box"]);
    assert!(output.status.success(), "{}", sandbox.shown(&output));
    sandbox.write(
        "advisories/Go/GO-2026-0001.json",
        r#"{"id": "GO-2026-0001", "modified": "2026-11-05T00:00:00Z", "summary": "a hole", "aliases": ["CVE-2026-1"], "affected": [{
            "package": {"ecosystem": "Go", "name": "golang.org/x/net"},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "0.62.0"}]}]}]}"#,
    );
    sandbox
}

fn unit(sandbox: &Sandbox, vex: &str) {
    let step = "install -D -m 0755 \"$FILESDIR/hello\" \"$DESTDIR/usr/bin/hello\"";
    sandbox.unit("hello", &[step], &format!("vex = [{vex}]"));
}

fn not_affected() -> String {
    format!(
        "vex(\"CVE-2026-1\", status = \"not_affected\", justification = \"vulnerable_code_not_in_execute_path\", \
         note = \"hello speaks no HTTP\", {NET})"
    )
}

const AUDIT: [&str; 6] = ["audit", "box", "--db", "advisories", "--fail-on", "low"];

fn audit(sandbox: &Sandbox, more: &[&str]) -> Output {
    sandbox.yoe(&[&AUDIT[..], more].concat())
}

#[test]
fn what_is_declared_is_honoured_and_written_in_both_formats() {
    let sandbox = built(PUBLISHER, &not_affected());
    let documents = ["--openvex", "box.openvex.json", "--csaf", "box.csaf.json"];
    insta::assert_snapshot!(sandbox.shown(&audit(&sandbox, &documents)));
    let read = |name: &str| fs::read_to_string(sandbox.project().join(name)).unwrap();
    let openvex: serde_json::Value = serde_json::from_str(&read("box.openvex.json")).unwrap();
    let statement = &openvex["statements"][0];
    assert_eq!(openvex["author"], "Example <security@example.com>");
    assert_eq!(statement["products"][0]["@id"], "pkg:apk/sample/hello@1.0-r0?arch=x86_64&distro=sample-2.0");
    assert_eq!(statement["impact_statement"], "hello speaks no HTTP");
    let csaf: serde_json::Value = serde_json::from_str(&read("box.csaf.json")).unwrap();
    assert_eq!(csaf["vulnerabilities"][0]["flags"][0]["label"], "vulnerable_code_not_in_execute_path");
    assert_eq!(csaf["document"]["publisher"]["namespace"], "mailto:security@example.com");
    let before = ["box.openvex.json", "box.csaf.json"].map(read);
    assert!(audit(&sandbox, &documents).status.success());
    assert_eq!(["box.openvex.json", "box.csaf.json"].map(read), before, "the same bytes again");
}

#[test]
fn a_statement_builds_nothing_anew() {
    let sandbox = built(PUBLISHER, "");
    unit(&sandbox, &not_affected());
    let output = sandbox.yoe(&["build", "box", "--dry-run"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains(", 0 to do,"), "{}", sandbox.shown(&output));
}

#[test]
fn what_was_shipped_is_audited_with_what_was_said_of_it() {
    let sandbox = built(PUBLISHER, &not_affected());
    assert!(audit(&sandbox, &["--openvex", "box.openvex.json"]).status.success());
    let bill = sandbox.yoe(&["sbom", "box", "--output", "box.cdx.json"]);
    assert!(bill.status.success(), "{}", sandbox.shown(&bill));
    let shipped = ["audit", "./box.cdx.json", "--db", "advisories", "--fail-on", "low"];
    assert_eq!(sandbox.yoe(&shipped).status.code(), Some(1), "nothing is said of it");
    let said =
        sandbox.yoe(&[&shipped[..], &["--vex", "box.openvex.json", "--csaf", "shipped.csaf.json"]].concat());
    assert!(said.status.success(), "{}", sandbox.shown(&said));
    let csaf = fs::read_to_string(sandbox.project().join("shipped.csaf.json")).unwrap();
    assert!(csaf.contains("known_not_affected"), "{csaf}");
}

#[test]
fn stale_statements_are_errors_with_their_places() {
    let statements = [
        format!("vex(\"CVE-2026-9\", status = \"fixed\", {NET})"),
        "vex(\"CVE-2026-1\", status = \"fixed\", component = \"golang.org/x/net\", version = \"v0.60.0\")"
            .to_owned(),
        "vex(\"CVE-2026-1\", status = \"fixed\", component = \"golang.org/x/text\", version = \"v0.60.0\")"
            .to_owned(),
        "vex(\"CVE-2026-1\", status = \"fixed\", version = \"0.9\")".to_owned(),
        not_affected(),
    ];
    let sandbox = built(PUBLISHER, &statements.join(", "));
    insta::assert_snapshot!(sandbox.shown(&audit(&sandbox, &["--openvex", "box.openvex.json"])));
    assert!(!sandbox.project().join("box.openvex.json").exists(), "nothing is written that is not true");
}

#[test]
fn what_is_fixed_meanwhile_is_stale() {
    let sandbox = built(PUBLISHER, &not_affected());
    let path = sandbox.project().join("advisories/Go/GO-2026-0001.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("0.62.0", "0.61.0")).unwrap();
    let output = sandbox.shown(&audit(&sandbox, &[]));
    assert!(output.contains("CVE-2026-1: the advisory is not about golang.org/x/net v0.61.0"), "{output}");
    assert!(output.starts_with("exit: 1"), "{output}");
}

#[test]
fn mistakes_with_documents_say_what_to_do() {
    let sandbox = built("", &not_affected());
    let nobody = audit(&sandbox, &["--openvex", "box.openvex.json"]);
    sandbox.write("other.json", "{\"bomFormat\": \"CycloneDX\"}");
    let form = audit(&sandbox, &["--vex", "other.json"]);
    let other = r#"{"@context": "https://openvex.dev/ns/v0.2.0", "statements": [
        {"vulnerability": {"name": "CVE-1"}, "products": [{"@id": "pkg:generic/other@1"}], "status": "fixed"}]}"#;
    sandbox.write("other.openvex.json", other);
    let nothing = audit(&sandbox, &["--vex", "other.openvex.json"]);
    let stderr = |output: &Output| {
        let shown = sandbox.shown(output);
        shown.split_once("--- stderr").unwrap().1.to_owned()
    };
    insta::assert_snapshot!([nobody, form, nothing].iter().map(stderr).collect::<String>());
}

#[test]
fn all_versions_that_were_shipped_are_asked_for_one_hole() {
    let sandbox = built(PUBLISHER, &not_affected());
    let directory = sandbox.project().join("releases/2.0");
    fs::create_dir_all(&directory).unwrap();
    let output = sandbox.yoe(&["sbom", "box", "--output", "releases/2.0/box.cdx.json"]);
    assert!(output.status.success(), "{}", sandbox.shown(&output));
    let text = fs::read_to_string(directory.join("box.cdx.json")).unwrap();
    let older = text
        .replace("\"0.1.0\"", "\"0.0.9\"")
        .replace("v0.61.0", "v0.60.0")
        .replace("box@0.1.0", "box@0.0.9");
    sandbox.write("releases/1.0/box.cdx.json", &older);
    sandbox.write(
        "releases/0.9/box.cdx.json",
        &older.replace("v0.60.0", "v0.70.0").replace("\"0.0.9\"", "\"0.0.8\""),
    );
    sandbox.write(
        "releases/0.9/box.spdx.json",
        "{\"@context\": \"https://spdx.org/rdf/3.0.1/spdx-context.jsonld\"}",
    );
    assert!(audit(&sandbox, &["--openvex", "releases/2.0/box.openvex.json"]).status.success());
    let ask = ["audit", "--shipped", "releases", "--db", "advisories", "--cve"];
    let asked = |id: &str, more: &[&str]| sandbox.yoe(&[&ask[..], &[id], more].concat());
    let (found, unknown) = (asked("CVE-2026-1", &[]), asked("CVE-2026-2", &[]));
    let alone = sandbox.yoe(&["audit", "--shipped", "units", "--db", "advisories", "--cve", "CVE-2026-1"]);
    insta::assert_snapshot!([found, unknown, alone].map(|output| sandbox.shown(&output)).concat());
    let json: serde_json::Value = serde_json::from_slice(&asked("GO-2026-0001", &["--json"]).stdout).unwrap();
    assert_eq!((json["bills"].as_u64(), json["hits"].as_array().unwrap().len()), (Some(3), 2));
    sandbox.write("releases/3.0/box.cdx.json", "{\"bomFormat\": \"CycloneDX\", ");
    let damaged = asked("CVE-2026-1", &[]);
    assert_eq!(damaged.status.code(), Some(1), "{}", sandbox.shown(&damaged));
    assert!(
        String::from_utf8_lossy(&damaged.stderr)
            .contains("3.0/box.cdx.json cannot be read as a bill of materials")
    );
}
