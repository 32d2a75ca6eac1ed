//! `yoe sbom`, `yoe licenses` and `yoe audit` of what a project built.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop here")]

#[allow(dead_code, reason = "each test program uses a part of it")]
mod support;

use std::fs;
use std::process::Output;

use support::Sandbox;

/// A unit with a Go program that says that it holds a module, in a container image.
fn project() -> Sandbox {
    project_with("linked_license = \"BSD-3-Clause\"")
}

/// The same, with more that the unit says.
fn project_with(more: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(
        "PROJECT.star",
        "project(name = \"sample\", version = \"2.0\", machine = \"box\", image = None,\n\
         publisher = publisher(name = \"Example\", url = \"https://example.com\"))\n",
    );
    sandbox.unit(
        "hello",
        &["install -D -m 0755 \"$FILESDIR/hello\" \"$DESTDIR/usr/bin/hello\""],
        &format!(
            "homepage = \"https://hello.example\", cpe = \"cpe:2.3:a:example:hello:*:*:*:*:*:*:*:*\", contains = [\"lib\"], {more}"
        ),
    );
    sandbox.unit("lib", &["mkdir -p \"$DESTDIR/usr/lib\""], "");
    let directory = sandbox.project().join("units/test/hello");
    fs::create_dir_all(&directory).unwrap();
    fs::write(directory.join("hello"), support::go_program()).unwrap();
    sandbox.write(
        "images/box.star",
        "oci_image(name = \"box\", artifacts = [\"hello\"], cmd = [\"/usr/bin/hello\"])\n",
    );
    sandbox.lock();
    sandbox
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn built() -> Sandbox {
    let sandbox = project();
    let output = sandbox.yoe(&["build", "box", "hello"]);
    assert!(output.status.success(), "{}", sandbox.shown(&output));
    sandbox
}

#[test]
fn what_is_not_built_is_told_with_what_to_do() {
    let sandbox = project();
    let message = ["sbom", "licenses"].map(|verb| sandbox.shown(&sandbox.yoe(&[verb, "box"])));
    insta::assert_snapshot!(message.concat(), @"
    exit: 1
    --- stdout

    --- stderr
    error: OCI image box is not built as it is defined now
    hint: `yoe build box` builds it
    exit: 1
    --- stdout

    --- stderr
    error: OCI image box is not built as it is defined now
    hint: `yoe build box` builds it
    ");
    let output = sandbox.yoe(&["sbom", "env"]);
    insta::assert_snapshot!(sandbox.shown(&output), @r#"
    exit: 1
    --- stdout

    --- stderr
    error: container "env" is a build environment: nothing of it is handed out
    "#);
}

#[test]
fn a_container_image_has_a_bill_in_each_format() {
    let sandbox = built();
    let output = sandbox.yoe(&["sbom", "box"]);
    assert!(output.status.success(), "{}", sandbox.shown(&output));
    let document: serde_json::Value = serde_json::from_str(&text(&output)).unwrap();
    let components = document["components"].as_array().unwrap().iter();
    let (files, parts): (Vec<_>, Vec<_>) = components.partition(|one| one["type"] == "file");
    let mut purls: Vec<&str> = parts.iter().filter_map(|one| one["purl"].as_str()).collect();
    assert_eq!(files[0]["purl"], "pkg:apk/sample/hello@1.0-r0?arch=x86_64&distro=sample-2.0#usr/bin/hello");
    purls.sort_unstable();
    assert_eq!(
        purls,
        [
            "pkg:apk/sample/hello@1.0-r0?arch=x86_64&distro=sample-2.0",
            "pkg:generic/sample/hello@1.0",
            "pkg:generic/sample/lib@1.0",
            "pkg:golang/example.org/hello@v1.0.0",
            "pkg:golang/golang.org/x/net@v0.61.0",
            "pkg:golang/stdlib@1.26.8",
        ]
    );
    assert_eq!(text(&sandbox.yoe(&["sbom", "box"])), text(&output), "the same bytes again");

    let file = sandbox.directory().join("box.spdx.json");
    let output = sandbox.yoe(&["sbom", "box", "--format", "spdx", "--output", file.to_str().unwrap()]);
    assert!(output.status.success() && output.stdout.is_empty(), "{}", sandbox.shown(&output));
    let document: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    assert_eq!(document["@context"], "https://spdx.org/rdf/3.0.1/spdx-context.jsonld");
    let older: serde_json::Value =
        serde_json::from_str(&text(&sandbox.yoe(&["sbom", "box", "--format", "spdx-2.3"]))).unwrap();
    assert_eq!(older["spdxVersion"], "SPDX-2.3");
}

/// What a unit says is replaced by this; it changes nothing that is built.
fn says(sandbox: &Sandbox, more: &str) {
    let unit = fs::read_to_string(sandbox.project().join("units/test/hello.star")).unwrap();
    let end = ["homepage", "contains"].iter().find_map(|name| unit.find(name)).unwrap();
    let begin = &unit[..end];
    sandbox.write("units/test/hello.star", &format!("{begin}contains = [\"lib\"], {more})\n"));
}

#[test]
fn licences_name_what_is_linked_in_and_a_policy_decides_or_says_that_it_cannot() {
    let sandbox = built();
    insta::assert_snapshot!(sandbox.shown(&sandbox.yoe(&["licenses", "box"])), @"
    exit: 0
    --- stdout
    package  version  licence
    hello    1.0-r0   MIT
                      linked in: BSD-3-Clause
                      not known: example.org/hello v1.0.0, golang.org/x/net v0.61.0
                      SPDX' text: stdlib 1.26.8, hello 1.0, lib 1.0
                      no text: example.org/hello v1.0.0, golang.org/x/net v0.61.0
    --- stderr
    ");
    insta::assert_snapshot!(sandbox.shown(&sandbox.yoe(&["licenses", "hello", "--deny", "BSD-*"])), @"
    exit: 1
    --- stdout
    package  version  licence
    hello    1.0-r0   MIT
                      linked in: BSD-3-Clause
                      not known: example.org/hello v1.0.0, golang.org/x/net v0.61.0
                      SPDX' text: stdlib 1.26.8, hello 1.0, lib 1.0
                      no text: example.org/hello v1.0.0, golang.org/x/net v0.61.0
    --- stderr
    config error: 1 parts need a licence that is denied:
      stdlib 1.26.8: BSD-3-Clause
    hint: leave them out, or change the policy
    ");
    let undecided = sandbox.yoe(&["licenses", "hello", "--deny", "GPL-3.0-*"]);
    assert_eq!(undecided.status.code(), Some(5), "{}", sandbox.shown(&undecided));
    let wrong = sandbox.yoe(&["licenses", "hello", "--deny", "GPLv9"]);
    insta::assert_snapshot!(sandbox.shown(&wrong), @r#"
    exit: 1
    --- stdout

    --- stderr
    error: "GPLv9" is not a licence of SPDX' list, and none begins so
    hint: --deny takes an identifier such as GPL-[TIME]-only, or a beginning and `*`: GPL-[TIME]-*
    "#);
    let notice = sandbox.directory().join("NOTICE");
    let output = sandbox.yoe(&["licenses", "box", "--notice", notice.to_str().unwrap(), "--json"]);
    assert!(output.status.success(), "{}", sandbox.shown(&output));
    assert!(fs::read_to_string(&notice).unwrap().contains("golang.org/x/net v0.61.0 (unknown)"));
    let json: serde_json::Value = serde_json::from_str(&text(&output)).unwrap();
    assert_eq!(json["packages"][0]["package"], "hello");
}

#[test]
fn a_unit_that_says_less_than_it_links_in_fails_with_what_to_say() {
    let sandbox = built();
    says(&sandbox, "");
    insta::assert_snapshot!(sandbox.shown(&sandbox.yoe(&["licenses", "box"])), @r#"
    exit: 1
    --- stdout
    package  version  licence
    hello    1.0-r0   MIT
                      linked in and not named: BSD-3-Clause
                      not known: example.org/hello v1.0.0, golang.org/x/net v0.61.0
                      SPDX' text: stdlib 1.26.8, hello 1.0, lib 1.0
                      no text: example.org/hello v1.0.0, golang.org/x/net v0.61.0
    --- stderr
    config error: 1 units do not name all licences of what they link in:
      hello: linked_license = "BSD-3-Clause"
    hint: write into each unit what its line says; of a choice, what you choose is enough
    "#);
}

#[test]
fn a_text_that_is_not_the_one_that_was_read_fails() {
    let sandbox = project();
    sandbox.write("units/test/hello/LICENSE", "as you like\n");
    assert!(sandbox.yoe(&["build", "box"]).status.success());
    let pinned = |text: &str| {
        let digest = yoe_model::Digest::of(text.as_bytes());
        says(
            &sandbox,
            &format!("linked_license = \"BSD-3-Clause\", license_files = {{\"LICENSE\": \"{digest}\"}}"),
        );
        sandbox.yoe(&["licenses", "box"])
    };
    let right = pinned("as you like\n");
    assert!(right.status.success() && !text(&right).contains("hello 1.0"), "{}", sandbox.shown(&right));
    let wrong = sandbox.shown(&pinned("as we like\n"));
    let said = "config error: 1 texts are not those that their units name:\n  unit hello: LICENSE of hello 1.0: expected ";
    assert!(wrong.starts_with("exit: 1") && wrong.contains(said), "{wrong}");
}

#[test]
fn what_an_image_demands_of_licences_is_asked_of_what_was_built() {
    let sandbox = project();
    let image = |policy: &str| {
        sandbox.write(
            "images/box.star",
            &format!("oci_image(name = \"box\", artifacts = [\"hello\"], cmd = [\"/usr/bin/hello\"], licenses = license_policy({policy}))\n"),
        );
        sandbox.yoe(&["build", "box"])
    };
    let refused = sandbox.shown(&image("deny = [\"BSD-3-*\"]"));
    assert!(refused.starts_with("exit: 1"), "{refused}");
    for line in [
        "config error: 1 parts need a licence that is denied:\n  stdlib 1.26.8: BSD-3-Clause\n",
        "2 licences are not known:\n  example.org/hello v1.0.0\n  golang.org/x/net v0.61.0\n",
        "2 parts have no text of their licence:\n  example.org/hello v1.0.0\n  golang.org/x/net v0.61.0\n",
    ] {
        assert!(refused.contains(line), "{line}: {refused}");
    }
    let said = "\"example.org/hello@v1.0.0\": \"MIT\", \"golang.org/x/net@v0.61.0\": \"BSD-3-Clause\"";
    says(&sandbox, &format!("linked_license = \"BSD-3-Clause\", licenses = {{{said}}}"));
    let fine = image("");
    assert!(fine.status.success(), "{}", sandbox.shown(&fine));
    let note = "box: its licences are as its license_policy(…) demands\n";
    assert!(sandbox.shown(&fine).ends_with(note), "{}", sandbox.shown(&fine));
    assert!(sandbox.shown(&sandbox.yoe(&["licenses", "box"])).starts_with("exit: 0"));
}

fn advisory(sandbox: &Sandbox, id: &str) {
    let text = format!(
        r#"{{"id": "{id}", "modified": "2026-11-05T00:00:00Z", "summary": "a hole", "affected": [{{
            "package": {{"ecosystem": "Go", "name": "golang.org/x/net"}},
            "ranges": [{{"type": "SEMVER", "events": [{{"introduced": "0"}}, {{"fixed": "0.62.0"}}]}}]}}]}}"#
    );
    sandbox.write(&format!("advisories/Go/{id}.json"), &text);
}

#[test]
fn an_audit_of_a_target_and_of_its_bill_find_the_same() {
    let sandbox = built();
    advisory(&sandbox, "GO-2026-0001");
    let audit = ["audit", "box", "--db", "advisories"];
    let output = sandbox.yoe(&audit);
    insta::assert_snapshot!(sandbox.shown(&output), @"
    exit: 0
    --- stdout
    hello
      golang.org/x/net v0.61.0: GO-2026-0001, level unknown, fixed in 0.62.0: a hole
    what ends them:
      unit hello: golang.org/x/net v0.61.0 -> 0.62.0 ends 1: GO-2026-0001
    box 0.1.0: 1 open, 0 closed by patches, 0 assumed to be fixed, 0 in code that is not there, 0 declared not to matter
    Go: 1 advisories, the newest of 2026-11-05T00:00:00Z
    no database speaks of: hello 1.0, lib 1.0
    --- stderr
    ");
    let bill = sandbox.yoe(&["sbom", "box"]);
    sandbox.write("box.cdx.json", &text(&bill));
    assert_eq!(text(&sandbox.yoe(&["audit", "./box.cdx.json", "--db", "advisories"])), text(&output));
    insta::assert_snapshot!(sandbox.shown(&sandbox.yoe(&[&audit[..], &["--fail-on", "critical"]].concat())), @"
    exit: 1
    --- stdout
    hello
      golang.org/x/net v0.61.0: GO-2026-0001, level unknown, fixed in 0.62.0: a hole
    what ends them:
      unit hello: golang.org/x/net v0.61.0 -> 0.62.0 ends 1: GO-2026-0001
    box 0.1.0: 1 open, 0 closed by patches, 0 assumed to be fixed, 0 in code that is not there, 0 declared not to matter
    Go: 1 advisories, the newest of 2026-11-05T00:00:00Z
    no database speaks of: hello 1.0, lib 1.0
    --- stderr
    config error: 1 holes are open that are critical or worse, or of which nobody says how bad they are
    ");

    sandbox.write("before.json", &text(&sandbox.yoe(&[&audit[..], &["--json"]].concat())));
    fs::remove_file(sandbox.project().join("advisories/Go/GO-2026-0001.json")).unwrap();
    advisory(&sandbox, "GO-2026-0002");
    let changed = text(&sandbox.yoe(&[&audit[..], &["--since", "before.json"]].concat()));
    assert!(
        changed.ends_with(
            "new: golang.org/x/net v0.61.0: GO-2026-0002, level unknown, fixed in 0.62.0: a hole\n\
             gone: golang.org/x/net GO-2026-0001\n"
        ),
        "{changed}"
    );
}

#[test]
fn an_audit_without_advisories_decides_nothing() {
    let sandbox = built();
    fs::create_dir_all(sandbox.project().join("advisories")).unwrap();
    let undecided = sandbox.yoe(&["audit", "box", "--db", "advisories"]);
    let missing = sandbox.yoe(&["audit", "box", "--db", "nowhere"]);
    sandbox.write("bill.json", "{\"spdxVersion\": \"SPDX-2.3\"}");
    let other = sandbox.yoe(&["audit", "./bill.json", "--db", "advisories"]);
    let message = [undecided, missing, other].map(|output| sandbox.shown(&output));
    insta::assert_snapshot!(message.concat(), @r#"
    exit: 5
    --- stdout
    box 0.1.0: 0 open, 0 closed by patches, 0 assumed to be fixed, 0 in code that is not there, 0 declared not to matter
    no database speaks of: hello 1.0, lib 1.0
    --- stderr
    undecided: advisories holds no advisories about Go, of which the target has parts
    hint: https://osv-vulnerabilities.storage.googleapis.com/ECOSYSTEM/all.zip has them; put each into DIR/ECOSYSTEM/
    exit: 1
    --- stdout

    --- stderr
    error: nowhere is not a directory
    hint: --db names a directory with a directory for each ecosystem, such as DIR/Go/all.zip
    exit: 1
    --- stdout

    --- stderr
    error: ./bill.json is no bill of materials that can be audited
      because: it is not a CycloneDX document: its bomFormat is not "CycloneDX"
    hint: `yoe sbom --format cyclonedx` writes one
    "#);
}

/// Papers follow from the lock and from what was built, and nothing that is built follows from papers.
#[test]
fn papers_are_the_same_in_another_directory_and_change_nothing_that_is_built() {
    let sandbox = built();
    let elsewhere = sandbox.directory().join("elsewhere");
    let copied = std::process::Command::new("cp").arg("-a").arg(sandbox.project()).arg(&elsewhere).status();
    assert!(copied.unwrap().success());
    let archive = || {
        let path = text(&sandbox.yoe(&["build", "box", "--print-path"]));
        fs::read(path.trim()).unwrap()
    };
    let papers = |directory: &str| {
        ["cyclonedx", "spdx", "spdx-2.3"].map(|format| {
            text(&sandbox.yoe(&["-C", directory, "sbom", "box", "--files", "--format", format]))
        })
    };
    let before = archive();
    let here = papers(".");
    assert!(here.iter().all(|paper| paper.len() > 1000), "{here:?}");
    assert_eq!(here, papers("../elsewhere"));
    assert_eq!(archive(), before);
}
