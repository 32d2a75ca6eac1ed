//! `audit(…)` of images: what `yoe audit`, `yoe build` and `yoe bundle` make of it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop here")]

#[allow(dead_code, reason = "each test program uses a part of it")]
mod support;

use std::fs;
use std::process::Output;

use support::{Sandbox, printed};

/// A container image with a Go program, and an advisory about a module of it. `audit` is what the image demands.
fn project(audit: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    let step = "install -D -m 0755 \"$FILESDIR/hello\" \"$DESTDIR/usr/bin/hello\"";
    sandbox.unit("hello", &[step], "");
    let directory = sandbox.project().join("units/test/hello");
    fs::create_dir_all(&directory).unwrap();
    fs::write(directory.join("hello"), support::go_program()).unwrap();
    image(&sandbox, audit);
    sandbox.lock();
    advisory(&sandbox, "MODERATE", "0.62.0");
    sandbox
}

fn image(sandbox: &Sandbox, audit: &str) {
    sandbox.write(
        "images/box.star",
        &format!("oci_image(name = \"box\", artifacts = [\"hello\"], cmd = [\"/usr/bin/hello\"], {audit})\n"),
    );
}

fn advisory(sandbox: &Sandbox, level: &str, fixed: &str) {
    sandbox.write(
        "advisories/Go/GO-2026-0001.json",
        &format!(
            r#"{{"id": "GO-2026-0001", "modified": "2026-11-05T00:00:00Z", "summary": "a hole", "aliases": ["CVE-2026-1"],
            "database_specific": {{"severity": "{level}"}}, "affected": [{{
            "package": {{"ecosystem": "Go", "name": "golang.org/x/net"}},
            "ranges": [{{"type": "SEMVER", "events": [{{"introduced": "0"}}, {{"fixed": "{fixed}"}}]}}]}}]}}"#
        ),
    );
}

fn build(sandbox: &Sandbox, more: &[&str]) -> Output {
    sandbox.yoe(&[&["build", "box"], more].concat())
}

const WITH: [&str; 2] = ["--advisories", "advisories"];

#[test]
fn a_build_with_advisories_fails_when_a_hole_is_open_that_the_image_does_not_allow() {
    let sandbox = project("audit = audit(fail_on = \"medium\")");
    let refused = build(&sandbox, &WITH);
    let shown = printed(&refused);
    assert_eq!(refused.status.code(), Some(1), "{shown}");
    assert!(
        shown.contains("unit hello: golang.org/x/net v0.61.0 -> 0.62.0 ends 1: CVE-2026-1\n")
            && shown.ends_with("config error: 1 holes are open that are medium or worse, or of which nobody says how bad they are\n"),
        "{shown}"
    );
    // What is less bad, or does not matter here, stops nothing.
    image(&sandbox, "audit = audit(fail_on = \"high\")");
    let allowed = build(&sandbox, &WITH);
    assert!(
        allowed.status.success()
            && printed(&allowed).contains("box: no hole is open that is high or worse\n")
    );
    image(&sandbox, "audit = audit(fail_on = \"medium\")");
    advisory(&sandbox, "MODERATE", "0.61.0");
    assert!(build(&sandbox, &WITH).status.success());
}

#[test]
fn a_build_without_advisories_goes_on_and_says_that_nobody_asked() {
    let sandbox = project("audit = audit(fail_on = \"low\")");
    let built = build(&sandbox, &[]);
    assert!(built.status.success());
    assert!(
        printed(&built).contains("box: not audited for holes that are low or worse; --advisories DIR does\n"),
        "{}",
        printed(&built)
    );
    // Nothing of it is in a key: what the image demands builds nothing anew.
    image(&sandbox, "");
    let dry = sandbox.yoe(&["build", "box", "--dry-run"]);
    assert!(printed(&dry).contains(", 0 to do,"), "{}", printed(&dry));
}

#[test]
fn the_audit_asks_what_the_image_demands_unless_it_is_told_otherwise() {
    let sandbox = project("audit = audit(fail_on = \"medium\")");
    assert!(build(&sandbox, &[]).status.success());
    let audit = |more: &[&str]| sandbox.yoe(&[&["audit", "box", "--db", "advisories"], more].concat());
    assert_eq!(audit(&[]).status.code(), Some(1));
    assert_eq!(audit(&["--fail-on", "critical"]).status.code(), Some(0));
}

#[test]
fn missing_advisories_and_mistakes_say_what_to_do() {
    let sandbox = project("audit = audit(fail_on = \"critical\")");
    fs::create_dir_all(sandbox.project().join("empty")).unwrap();
    let undecided = build(&sandbox, &["--advisories", "empty"]);
    assert_eq!(undecided.status.code(), Some(5), "{}", printed(&undecided));
    let nowhere = build(&sandbox, &["--advisories", "nowhere"]);
    image(&sandbox, "");
    let nothing = build(&sandbox, &WITH);
    image(&sandbox, "audit = audit(fail_on = \"bad\")");
    let word = build(&sandbox, &WITH);
    insta::assert_snapshot!([nowhere, nothing, word].map(|output| sandbox.shown(&output)).concat());
}

#[test]
fn an_update_of_an_image_that_demands_an_audit_is_not_published_without_one() {
    let sandbox = project("");
    sandbox.write(
        "images/device.star",
        "image(name = \"device\", artifacts = [\"hello\"], layout = verified_ab(slot = \"32M\"), container = \"env\",\n\
         audit = audit(fail_on = \"high\"))\n\
         image(name = \"free\", artifacts = [\"hello\"], layout = verified_ab(slot = \"32M\"), container = \"env\")\n",
    );
    sandbox.lock();
    sandbox.yoe(&["keys", "make"]);
    let refused = sandbox.yoe(&["bundle", "device"]);
    let unasked = sandbox.yoe(&["bundle", "free", "--advisories", "advisories"]);
    let nobody = sandbox.yoe(&["bundle", "free", "--papers", "--advisories", "advisories"]);
    insta::assert_snapshot!([refused, unasked, nobody].map(|output| sandbox.shown(&output)).concat());
}

#[test]
fn an_earlier_report_says_what_is_new_and_one_of_something_else_is_refused() {
    let sandbox = project("");
    assert!(build(&sandbox, &[]).status.success());
    let audit = |target: &str, more: &[&str]| {
        let output = sandbox.yoe(&[&["audit", target, "--db", "advisories"], more].concat());
        (String::from_utf8(output.stdout.clone()).unwrap(), output)
    };
    let (json, _) = audit("box", &["--json"]);
    sandbox.write("before.json", &json);
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["updates"][0]["to"], "0.62.0", "{json}");
    let (same, _) = audit("box", &["--since", "before.json"]);
    assert!(same.ends_with("nothing is new, and nothing is gone\n"), "{same}");
    let text = fs::read_to_string(sandbox.project().join("advisories/Go/GO-2026-0001.json")).unwrap();
    sandbox.write(
        "advisories/Go/GO-2026-0002.json",
        &text.replace("2026-0001", "2026-0002").replace("2026-1", "2026-2"),
    );
    let (more, _) = audit("box", &["--since", "before.json"]);
    assert!(
        more.ends_with(
            "new: golang.org/x/net v0.61.0: GO-2026-0002 (CVE-2026-2), medium, fixed in 0.62.0: a hole\n"
        ),
        "{more}"
    );
    let (_, other) = audit("hello", &["--since", "before.json"]);
    assert!(
        printed(&other).contains("the earlier report is of \"box\", and this is \"hello\""),
        "{}",
        sandbox.shown(&other)
    );
}

#[test]
fn two_bills_of_materials_are_compared_with_the_holes_between_them() {
    let sandbox = project("");
    assert!(build(&sandbox, &[]).status.success());
    let bill = String::from_utf8(sandbox.yoe(&["sbom", "box"]).stdout).unwrap();
    sandbox.write("old.cdx.json", &bill);
    sandbox.write("new.cdx.json", &bill.replace("v0.61.0", "v0.62.0").replace("\"0.1.0\"", "\"0.1.1\""));
    let compared = sandbox.yoe(&["diff", "old.cdx.json", "new.cdx.json", "--advisories", "advisories"]);
    let same = sandbox.yoe(&["diff", "old.cdx.json", "old.cdx.json"]);
    let mixed = sandbox.yoe(&["diff", "old.cdx.json", "box"]);
    sandbox.write("cut.cdx.json", &bill[..bill.len() / 2]);
    let damaged = sandbox.yoe(&["diff", "old.cdx.json", "cut.cdx.json"]);
    insta::assert_snapshot!([compared, same, mixed, damaged].map(|output| sandbox.shown(&output)).concat());
}
