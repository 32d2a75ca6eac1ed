//! What the guide says about papers, done as it is written, on a small project: every block `sh papers` of docs/guide.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[allow(dead_code, reason = "the test of the whole guide uses the rest of it")]
#[path = "guide/blocks.rs"]
mod blocks;
#[allow(dead_code, reason = "each test program uses a part of it")]
mod support;

use blocks::{Kind, pages};
use support::Sandbox;

/// What the pages speak of: an image of this name, and advisories of which one is about it.
fn built() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(
        "PROJECT.star",
        "project(name = \"sample\", version = \"1.0\", machine = \"box\", image = None, \
         publisher = publisher(name = \"Example\", email = \"security@example.com\"))\n",
    );
    let step = "install -D \"$FILESDIR/hello\" \"$DESTDIR/usr/bin/hello\"";
    sandbox.unit("hello", &[step], "linked_license = \"BSD-3-Clause\"");
    sandbox.write(
        "images/container-host-image.star",
        "oci_image(name = \"container-host-image\", artifacts = [\"hello\"], cmd = [\"/usr/bin/hello\"],\n\
         audit = audit(fail_on = \"critical\"))\n",
    );
    let directory = sandbox.project().join("units/test/hello");
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("hello"), support::go_program()).unwrap();
    sandbox.lock();
    sandbox.write(
        "advisories/Go/GO-2026-0001.json",
        r#"{"id": "GO-2026-0001", "modified": "2026-11-05T00:00:00Z", "aliases": ["CVE-2026-40200"],
            "database_specific": {"severity": "MODERATE"}, "affected": [{
            "package": {"ecosystem": "Go", "name": "golang.org/x/net"},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]}]}"#,
    );
    sandbox
}

/// Does one line: a command of cargo's that runs yoe, whose output may go to a file.
fn play(sandbox: &Sandbox, place: &str, line: &str) {
    let command = line.strip_prefix("cargo run --release -- ").unwrap_or_else(|| panic!("{place}: {line}"));
    let (command, file) =
        command.split_once(" > ").map_or((command, None), |(command, file)| (command, Some(file)));
    let arguments: Vec<&str> = command.split_whitespace().collect();
    let output = sandbox.yoe(&arguments);
    assert!(output.status.success(), "{place}: {line}\n{}", sandbox.shown(&output));
    if let Some(file) = file {
        sandbox.write(file, &String::from_utf8(output.stdout).unwrap());
    }
}

#[test]
fn every_command_about_papers_does_what_its_page_says() {
    let mut played = 0;
    for page in pages() {
        let blocks: Vec<_> = page.blocks.iter().filter(|block| block.kind == Kind::Papers).collect();
        if blocks.is_empty() {
            continue;
        }
        let sandbox = built();
        play(&sandbox, "first", "cargo run --release -- build container-host-image");
        play(&sandbox, "first", "cargo run --release -- sbom container-host-image --output shipped.cdx.json");
        // A directory of what was shipped, where a page has one.
        let lock = std::fs::read_to_string(sandbox.project().join("yoe.lock")).unwrap();
        sandbox.write("releases/1.lock", &lock);
        sandbox.write(
            "releases/1.cdx.json",
            &std::fs::read_to_string(sandbox.project().join("shipped.cdx.json")).unwrap(),
        );
        for block in blocks {
            for line in block.text.lines() {
                play(&sandbox, &block.place, line);
                played += 1;
            }
        }
    }
    assert!(played >= 15, "{played}");
}

/// Which paper is which command's, as the table has it: each command that it names is one.
#[test]
fn the_page_about_the_act_names_commands_that_there_are() {
    let page = std::fs::read_to_string(blocks::repository().join("docs/guide/src/cra.md")).unwrap();
    let named = page.split('`').skip(1).step_by(2).filter_map(|text| text.strip_prefix("yoe "));
    let verbs: std::collections::BTreeSet<&str> = named.filter_map(|text| text.split(' ').next()).collect();
    assert!(verbs.len() >= 8, "{verbs:?}");
    let sandbox = Sandbox::new();
    for verb in verbs {
        let output = sandbox.yoe(&[verb, "--help"]);
        assert!(output.status.success(), "{verb}: {}", sandbox.shown(&output));
    }
}
