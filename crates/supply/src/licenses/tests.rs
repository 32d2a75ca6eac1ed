use std::fs;

use yoe_model::Digest;

use super::*;
use crate::{Carrier, Component, Subject, identity};

/// An inventory of one package with what is linked into it; a licence may be unknown.
pub(crate) fn sample(own: &str, linked: &[(&str, Option<&str>)]) -> Inventory {
    let subject = Subject {
        reference: "image:demo".to_owned(),
        name: "demo".to_owned(),
        version: "1".to_owned(),
        description: String::new(),
        arch: "x86_64".to_owned(),
        digest: Digest::of(b"demo").to_string(),
        artifact: None,
        carrier: Carrier::Disk,
    };
    let mut inventory = Inventory::new(subject, "sample", None, 1_795_834_381);
    let mut package: Component = identity::module("example.com/tool", "v1.0.0").1;
    package.kind = Kind::Package;
    package.name = "tool".to_owned();
    package.license = Some(own.to_owned());
    inventory.add("package:tool", package);
    inventory.link("image:demo", Link::Contains, "package:tool");
    for (name, license) in linked {
        let (reference, mut module) = identity::module(name, "v1.0.0");
        module.license = license.map(str::to_owned);
        inventory.add(&reference, module);
        inventory.link("package:tool", Link::Static, &reference);
    }
    inventory
}

#[test]
fn what_is_linked_in_counts() {
    let inventory = sample(
        "Apache-2.0",
        &[("a.org/x", Some("MIT OR BSD-3-Clause")), ("a.org/y", Some("MIT AND Apache-2.0"))],
    );
    let concluded = concluded(&inventory, "package:tool");
    assert_eq!(concluded.as_deref(), Some("(MIT OR BSD-3-Clause) AND Apache-2.0 AND MIT"));
}

#[test]
fn one_part_that_is_not_known_makes_the_whole_unknown() {
    let inventory = sample("Apache-2.0", &[("a.org/x", None)]);
    assert_eq!(concluded(&inventory, "package:tool"), None);
    assert_eq!(concluded(&sample("Apache-2.0", &[("a.org/x", Some("my own"))]), "package:tool"), None);
    assert_eq!(of_all(&inventory), None);
}

#[test]
fn terms_are_what_must_be_kept_at_once() {
    for (expression, terms) in [
        ("MIT", &["MIT"][..]),
        ("MIT AND ISC", &["MIT", "ISC"]),
        ("MIT OR ISC", &["(MIT OR ISC)"]),
        ("(MIT OR Apache-2.0) AND ISC", &["(MIT OR Apache-2.0)", "ISC"]),
        (
            "(Apache-2.0 AND MIT) AND Apache-2.0 WITH LLVM-exception",
            &["Apache-2.0", "MIT", "Apache-2.0 WITH LLVM-exception"],
        ),
        ("MIT OR ISC AND Zlib", &["(MIT OR ISC AND Zlib)"]),
        ("(MIT AND ISC) OR (Zlib AND 0BSD)", &["((MIT AND ISC) OR (Zlib AND 0BSD))"]),
    ] {
        assert_eq!(terms_of(expression), terms, "{expression}");
    }
}

#[test]
fn a_policy_takes_a_choice_and_says_what_it_cannot_know() {
    let parts =
        [("a.org/x", Some("GPL-3.0-only")), ("a.org/y", Some("MIT OR GPL-3.0-only")), ("a.org/z", None)];
    let verdict = check(&sample("MIT", &parts), &["GPL-3.0-*".to_owned()]);
    let denied: Vec<&str> = verdict.denied.iter().map(|denial| denial.component.as_str()).collect();
    assert_eq!(denied, ["a.org/x v1.0.0"]);
    assert_eq!(verdict.unknown, ["a.org/z v1.0.0"]);
    assert!(check(&sample("MIT", &[]), &["GPL-2.0-only".to_owned()]).denied.is_empty());
}

#[test]
fn texts_of_sources_and_modules_are_found_and_say_the_licence() {
    let scratch = tempfile::tempdir().unwrap();
    // The text of this project's own licence.
    let apache = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../LICENSE")).unwrap();
    module(
        scratch.path(),
        "github.com/!burnt!sushi/toml",
        "github.com/BurntSushi/toml",
        &[("LICENSE", &apache), ("NOTICE", "by them")],
    );
    let (terms, _) = apache.split_once("APPENDIX").unwrap();
    module(scratch.path(), "a.org/terms", "a.org/terms", &[("LICENSE.txt", terms)]);
    let parts = ["github.com/BurntSushi/toml", "a.org/none", "a.org/terms"].map(|name| (name, None));
    let mut inventory = sample("MIT", &parts);
    let tree = scratch.path().join("tool");
    fs::create_dir_all(tree.join("LICENSES")).unwrap();
    fs::write(tree.join("COPYING"), "as you like").unwrap();
    fs::write(tree.join("LICENSES/MIT.txt"), "MIT").unwrap();
    fs::write(tree.join("license.go"), "package x").unwrap();
    inventory.trees.insert("package:tool".to_owned(), vec![tree]);
    let mut texts = Texts::find(&inventory, Some(scratch.path()));
    let names =
        |reference: &str| texts.of(reference).iter().map(|text| text.name.clone()).collect::<Vec<_>>();
    assert_eq!(names("package:tool"), ["COPYING", "LICENSES/MIT.txt"]);
    assert_eq!(names("go:github.com/BurntSushi/toml@v1.0.0"), ["LICENSE", "NOTICE"]);
    texts.complete(&mut inventory);
    assert_eq!(
        inventory.components["go:a.org/terms@v1.0.0"].license.as_deref(),
        Some("Apache-2.0"),
        "without the appendix"
    );
    inventory.components.remove("go:a.org/terms@v1.0.0");
    assert_eq!(
        inventory.components["go:github.com/BurntSushi/toml@v1.0.0"].license.as_deref(),
        Some("Apache-2.0")
    );
    assert_eq!(inventory.components["go:a.org/none@v1.0.0"].license, None);

    let rows = rows(&inventory, &texts);
    assert_eq!(rows[0].not_named, ["Apache-2.0"]);
    assert_eq!(
        (rows[0].unknown.as_slice(), rows[0].with_linked.as_deref()),
        (&["a.org/none v1.0.0".to_owned()][..], None)
    );
    assert_eq!(rows[0].without_text, ["a.org/none v1.0.0"]);
    insta::assert_snapshot!(table(&rows), @"
    package  version  licence
    tool     v1.0.0   MIT
                      linked in and not named: Apache-2.0
                      not known: a.org/none v1.0.0
                      no text: a.org/none v1.0.0
    ");
    let notice = notice(&inventory, &texts);
    assert!(notice.contains("github.com/BurntSushi/toml v1.0.0 (Apache-2.0)\n\nby them\n"), "{notice}");
    assert!(
        notice.ends_with("No text was found in the sources of:\n\na.org/none v1.0.0 (unknown)\n"),
        "{notice}"
    );
}

/// Writes the archive of a module into a module cache.
fn module(cache: &std::path::Path, escaped: &str, path: &str, files: &[(&str, &str)]) {
    use std::io::Write as _;
    let directory = cache.join("cache/download").join(escaped).join("@v");
    fs::create_dir_all(&directory).unwrap();
    let mut archive = zip::ZipWriter::new(fs::File::create(directory.join("v1.0.0.zip")).unwrap());
    for (name, content) in files {
        archive
            .start_file(format!("{path}@v1.0.0/{name}"), zip::write::SimpleFileOptions::default())
            .unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.finish().unwrap();
}

/// A module cache in a source serves all components, and one that no unit names is found nevertheless.
#[test]
fn what_came_without_a_text_has_that_of_the_list() {
    let scratch = tempfile::tempdir().unwrap();
    let parts = [("a.org/x", Some("MIT OR Apache-2.0 WITH LLVM-exception")), ("a.org/y", Some("MIT"))];
    let mut inventory = sample("LicenseRef-own", &parts);
    module(&scratch.path().join(".modules"), "a.org/y", "a.org/y", &[("COPYING", "as you like")]);
    inventory.trees.insert("package:tool".to_owned(), vec![scratch.path().to_owned()]);
    let mut texts = Texts::find(&inventory, None);
    texts.complete(&mut inventory);
    let standard: Vec<&str> =
        texts.standard("go:a.org/x@v1.0.0").iter().map(|text| text.name.as_str()).collect();
    assert_eq!(standard, ["Apache-2.0", "LLVM-exception", "MIT"]);
    assert!(texts.standard("go:a.org/y@v1.0.0").is_empty(), "it came with one");
    let rows = rows(&inventory, &texts);
    assert_eq!(rows[0].standard_text, ["a.org/x v1.0.0"]);
    assert!(rows[0].without_text.is_empty());
    let notice = notice(&inventory, &texts);
    let head = "a.org/x v1.0.0 (MIT OR Apache-2.0 WITH LLVM-exception)\n\nNo text came with it. This is SPDX' text of MIT:\n\nMIT License";
    assert!(notice.contains(head) && notice.contains("as you like"), "{notice}");
}

#[test]
fn a_text_that_changed_is_remembered() {
    let scratch = tempfile::tempdir().unwrap();
    let mut inventory = sample("MIT", &[("a.org/x", Some("MIT"))]);
    fs::create_dir_all(scratch.path().join("docs")).unwrap();
    fs::write(scratch.path().join("docs/COPYING"), "as you like").unwrap();
    fs::write(scratch.path().join("LICENSE"), "another").unwrap();
    let reference = "go:a.org/x@v1.0.0".to_owned();
    inventory.trees.insert(reference.clone(), vec![scratch.path().to_owned()]);
    let mut changed = |files: &[(&str, &[u8])]| {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), Digest::of(text))).collect();
        let named = crate::NamedTexts { unit: "tool".to_owned(), files, own: [].into() };
        inventory.named_texts.insert(reference.clone(), named);
        let texts = Texts::find(&inventory, None);
        let names: Vec<String> = texts.of(&reference).iter().map(|text| text.name.clone()).collect();
        (texts.changed().iter().cloned().collect::<Vec<_>>(), names)
    };
    assert_eq!(changed(&[("docs/COPYING", b"as you like")]), (vec![], vec!["docs/COPYING".to_owned()]));
    let (drift, names) = changed(&[("docs/COPYING", b"as I like"), ("GONE", b"x")]);
    assert_eq!(names, ["docs/COPYING"], "what is there is taken");
    let found: Vec<_> = drift.iter().map(|one| (one.file.as_str(), one.found.clone())).collect();
    assert_eq!(found, [("GONE", None), ("docs/COPYING", Some(Digest::of(b"as you like").to_string()))]);
    assert_eq!(drift[1].expected, Digest::of(b"as I like").to_string());
}

#[test]
fn a_unit_names_what_it_links_in_and_of_a_choice_one() {
    let parts = [
        ("a.org/x", Some("MIT OR Apache-2.0")),
        ("a.org/y", Some("BSD-3-Clause AND ISC")),
        ("a.org/z", Some("LGPL-2.1-only")),
        ("a.org/w", Some("LGPL-3.0-only OR MIT")),
    ];
    let mut inventory = sample("Apache-2.0", &parts);
    let row = |inventory: &Inventory| rows(inventory, &Texts::default()).remove(0);
    let before = row(&inventory);
    assert_eq!(before.not_named, ["(LGPL-3.0-only OR MIT)", "BSD-3-Clause", "ISC", "LGPL-2.1-only"]);
    assert_eq!(before.relinkable, ["a.org/z v1.0.0"], "a choice needs not be the LGPL");
    let package = inventory.components.get_mut("package:tool").unwrap();
    package.linked_license = Some("BSD-3-Clause AND ISC AND LGPL-2.1-only AND MIT".to_owned());
    assert!(row(&inventory).not_named.is_empty());
}
