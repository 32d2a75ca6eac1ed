//! What is taken, and what is said when nothing can be.

use super::*;

/// An index from lines `name version; Field: value; …`.
fn index(lines: &[&str]) -> Index {
    let stanzas = lines.iter().map(|line| {
        let mut parts = line.split("; ");
        let (name, version) = parts.next().unwrap().split_once(' ').unwrap();
        let fields: String = parts.map(|field| format!("{field}\n")).collect();
        format!(
            "Package: {name}\nVersion: {version}\n{fields}Filename: pool/{name}_{version}.deb\nSize: 1\nSHA256: {}\n\n",
            "0".repeat(64)
        )
    });
    Index::parse(&stanzas.collect::<String>()).unwrap()
}

fn names(index: &Index, requested: &[&str]) -> Result<String, String> {
    let found = resolve(index, requested.iter().copied(), "debian/x").map_err(|error| error.to_string())?;
    let shown = found.iter().map(|package| format!("{}={}", package.name, package.version));
    Ok(shown.collect::<Vec<_>>().join(" "))
}

fn takes(lines: &[&str], requested: &[&str], expected: &str) {
    assert_eq!(names(&index(lines), requested).as_deref(), Ok(expected));
}

fn fails(lines: &[&str], requested: &[&str], expected: &str) {
    assert_eq!(names(&index(lines), requested).unwrap_err(), expected);
}

#[test]
fn dependencies_are_followed_to_their_end() {
    takes(
        &["a 1; Depends: b, c (>= 2)", "b 1; Pre-Depends: d", "c 2", "d 1; Depends: a", "e 1; Recommends: a"],
        &["a"],
        "a=1 b=1 c=2 d=1",
    );
    takes(&["a 1; Recommends: b; Suggests: b", "b 1"], &["a"], "a=1");
}

#[test]
fn essential_packages_and_what_they_need_are_always_there() {
    takes(
        &["a 1", "sh 1; Essential: yes; Depends: libc", "libc 1", "b 1; Essential: no"],
        &["a"],
        "a=1 libc=1 sh=1",
    );
}

#[test]
fn of_alternatives_the_one_that_is_taken_wins_else_the_first() {
    let lines = ["a 1; Depends: x | y", "x 1", "y 1"];
    takes(&lines, &["a"], "a=1 x=1");
    takes(&lines, &["a", "y"], "a=1 y=1");
    takes(&["a 1; Depends: gone | y", "y 1"], &["a"], "a=1 y=1");
    takes(&["a 1; Depends: x (>= 2) | y", "x 1", "y 1"], &["a"], "a=1 y=1");
}

#[test]
fn provided_names_are_found() {
    let lines = [
        "a 1; Depends: awk",
        "gawk 1; Provides: awk; Priority: optional",
        "mawk 1; Provides: awk; Priority: required",
        "bawk 1; Provides: awk; Priority: optional",
    ];
    takes(&lines, &["a"], "a=1 mawk=1");
    takes(&lines, &["a", "gawk"], "a=1 gawk=1");
    takes(&["a 1; Depends: v (= 2)", "p 1; Provides: v (= 1)", "q 1; Provides: v (= 2)"], &["a"], "a=1 q=1");
    takes(&["a 1; Depends: v", "v 1", "p 1; Provides: v"], &["a"], "a=1 v=1");
}

#[test]
fn the_newest_version_that_fits_is_taken() {
    let lines = ["a 1; Depends: b (<< 3)", "b 2", "b 1", "b 3"];
    takes(&lines, &["a"], "a=1 b=2");
    takes(&lines, &["b"], "b=3");
}

#[test]
fn what_was_asked_for_and_does_not_exist_is_named() {
    fails(&["a 1"], &["b"], "debian/x has no package \"b\"");
    fails(
        &["a 1; Provides: v", "b 1; Provides: v"],
        &["v"],
        "debian/x has no package \"v\"; it is provided by a, b: name one of them",
    );
}

#[test]
fn what_cannot_be_satisfied_names_the_chain() {
    fails(
        &["clang 1; Depends: clang-19", "clang-19 1; Depends: foo (>= 3) | bar", "foo 2", "z 1"],
        &["z", "clang"],
        "clang → clang-19 needs foo (>= 3) | bar, which debian/x cannot satisfy: it has foo 2; it has no bar",
    );
    // Another version of a package that is taken already is no way out.
    fails(
        &["a 1; Depends: b", "b 2", "b 1", "c 1; Depends: b (<< 2)"],
        &["a", "b", "c"],
        "c needs b (<< 2), which debian/x cannot satisfy: it has b 2, 1",
    );
    fails(
        &["a 1; Depends: v (>= 1)", "p 1; Provides: v"],
        &["a"],
        "a needs v (>= 1), which debian/x cannot satisfy: it has no v",
    );
}

#[test]
fn an_index_that_makes_no_sense_says_where() {
    for (text, expected) in [
        ("Version: 1\n", "a stanza has no Package"),
        ("Package: a\nVersion: 1\n", "package a has no Size"),
        ("Package: a\nDepends: b (\n", "package a has the Depends \"b (\""),
        ("Package: a\nVersion: 1\nSize: x\nFilename: p\n", "package a has the Size \"x\""),
        ("Package: a\nVersion: 1\nSize: 1\nFilename: ../p\n", "package a has an improper Filename"),
        ("Package: a\nVersion: 1\nSize: 1\nFilename: /p\n", "package a has an improper Filename"),
        (
            "Package: a\nVersion: 1\nSize: 1\nFilename: p\nSHA256: 0\n",
            "package a: \"0\" is not a SHA-256 digest",
        ),
    ] {
        let error = Index::parse(text).unwrap_err();
        assert!(error.starts_with(expected), "{error}");
    }
}
