//! Bad input is told, never a panic, a hang or an exhausted stack.

#![allow(clippy::unwrap_used, reason = "a test may stop here")]

mod support;

use std::fs;
use std::path::Path;

use proptest::prelude::*;

const UNIT: &str = r#"load("//classes/program.star", "program")

program(
    name = "foo",
    version = "1.0",
    description = "An example with an é",
    license = "MIT OR (ISC AND Zlib)",
    source = [debian_source("musl", "1.2.5-3", into = "x"), path("./")],
    deps = ["linux"] * 2,
    services = [service(name = "a", command = ["/bin/a"], limits = {"nofile": 1024})],
    environment = {k: v for k, v in [("A", "b"), ("C", ctx.arch)]},
    tasks = [task("build", steps = ["make", symlink("a", "/b"), f"{ctx}"])],
)
"#;

const CLASS: &str = r#"
-- classes/program.star --
def program(name, **kwargs):
    """A program."""
    unit(name = name, container = "tools", **kwargs)
"#;

fn load_unit(root: &Path, bytes: &[u8]) {
    fs::create_dir_all(root.join("units/apps")).unwrap();
    fs::write(root.join("units/apps/foo.star"), bytes).unwrap();
    let message = support::rendered(root);
    assert!(!message.contains("a mistake in yoe"), "{message}");
    assert!(!message.contains(root.to_str().unwrap()), "a path of the machine: {message}");
}

/// Bytes of a unit with some spans replaced.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(Vec::new()),
        prop::collection::vec(any::<u8>(), 1..4),
        prop::sample::select(vec![
            "(",
            ")",
            "[",
            "{",
            "}",
            "\"",
            "'''",
            ",",
            "=",
            "None",
            "5",
            "-",
            "lambda",
            "if",
            "*",
            "**",
            "\\",
            "\n",
            "    ",
            "unit",
            "fail(name)",
            "\"\\0\"",
            "é",
            "load(",
            "[] * 99999999",
            "ctx",
            ".x",
            "in",
            "not ",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
    ];
    let edit = (0..UNIT.len(), 0..12_usize, piece);
    prop::collection::vec(edit, 1..5).prop_map(|edits| {
        let mut bytes = UNIT.as_bytes().to_vec();
        for (start, length, piece) in edits {
            let start = start.min(bytes.len());
            let end = (start + length).min(bytes.len());
            bytes.splice(start..end, piece);
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_units_are_told(bytes in mutated()) {
        load_unit(support::project(CLASS).path(), &bytes);
    }

    #[test]
    fn random_bytes_are_told(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        load_unit(support::project(CLASS).path(), &bytes);
    }
}

#[test]
fn the_unit_before_mutation_is_right() {
    let directory = support::project(CLASS);
    fs::create_dir_all(directory.path().join("units/apps")).unwrap();
    fs::write(directory.path().join("units/apps/foo.star"), UNIT).unwrap();
    assert_eq!(support::rendered(directory.path()), "2 units, no mistake\n");
}

/// Texts as deep as the limits allow: they must fit the stack.
#[test]
fn the_deepest_texts_that_pass_fit_the_stack() {
    let directory = support::project(CLASS);
    let deep = 590;
    for text in [
        format!("x = {}1{}\n", "(".repeat(deep / 2), ")".repeat(deep / 2)),
        format!("x = {}{}\n", "[".repeat(deep / 2), "]".repeat(deep / 2)),
        format!("x = {}1\n", "-".repeat(deep)),
        format!("x = {}True\n", "not ".repeat(deep)),
        format!("x = 1{}\n", " + 1".repeat(deep / 2 - 5)),
        format!("x = 1{}\n", " * 1".repeat(deep / 2 - 5)),
        format!("x = struct(){}\n", ".x".repeat(deep / 2 - 5)),
        format!("x = [1]{}\n", "[0]".repeat(deep / 3 - 5)),
        format!("x = {}1\n", "lambda: ".repeat(deep / 2 - 5)),
        format!("x = {}1\n", "1 if 1 else ".repeat(deep / 4 - 5)),
        format!("x = {}1{}\n", "[1, ".repeat(deep / 3), "]".repeat(deep / 3)),
        format!("def f():\n    if 1:\n        pass\n{}", "    elif 1:\n        pass\n".repeat(290)),
        (1..200)
            .map(|level| format!("{}if 1:\n", " ".repeat(level)))
            .fold("def f():\n".to_owned(), |a, b| a + &b)
            + &" ".repeat(201)
            + "pass\n",
    ] {
        load_unit(directory.path(), text.as_bytes());
    }
}

/// A value may nest deeper than any text: loops build it.
#[test]
fn deep_values_fit_the_stack() {
    let directory = support::project(CLASS);
    for make in ["[x]", "(x,)", "{\"a\": x}", "struct(a = x)"] {
        let build = format!(
            "def build():\n    x = []\n    for i in range(100000):\n        x = {make}\n    return x\n"
        );
        fs::write(directory.path().join("classes/deep.star"), format!("{build}\ny = build()\n")).unwrap();
        load_unit(directory.path(), b"load(\"//classes/deep.star\", \"y\")\nunit(name = y)\n");
        for end in ["str(build())", "build() == build()", "{build(): 1}", "unit(name = build())"] {
            load_unit(directory.path(), format!("{build}\n{end}\n").as_bytes());
        }
    }
}

#[test]
fn a_file_that_is_too_large_is_told() {
    let directory = support::project(CLASS);
    fs::create_dir_all(directory.path().join("units/apps/foo")).unwrap();
    fs::write(directory.path().join("units/apps/foo.star"), vec![b'#'; (1 << 20) + 1]).unwrap();
    fs::write(directory.path().join("units/apps/foo/big"), vec![0; (4 << 20) + 1]).unwrap();
    let message = support::rendered(directory.path());
    assert!(message.contains("error: the file is larger than 1 MiB\n --> units/apps/foo.star"), "{message}");
    assert!(message.contains("error: the file is larger than 4 MiB\n --> units/apps/foo/big"), "{message}");
}

#[test]
fn a_file_that_is_not_text_is_told() {
    let directory = support::project(CLASS);
    fs::create_dir_all(directory.path().join("units/apps")).unwrap();
    fs::write(directory.path().join("units/apps/foo.star"), b"x = 1\ny = \"\xff\"\n").unwrap();
    let message = support::rendered(directory.path());
    assert!(message.contains("error: the file is not UTF-8 text: line 2"), "{message}");
}

/// Opening a pipe waits for a writer that never comes.
#[test]
fn what_is_no_regular_file_is_told() {
    let directory = support::project(CLASS);
    fs::create_dir_all(directory.path().join("units/apps/foo")).unwrap();
    fs::write(directory.path().join("units/apps/foo.star"), UNIT).unwrap();
    let _socket =
        std::os::unix::net::UnixListener::bind(directory.path().join("units/apps/foo/socket")).unwrap();
    let message = support::rendered(directory.path());
    assert!(message.contains("this is neither a file nor a directory"), "{message}");
}

#[test]
fn a_directory_that_is_no_project_is_told() {
    let directory = tempfile::tempdir().unwrap();
    assert!(support::rendered(directory.path()).contains("there is no PROJECT.star in this directory"));
    assert!(
        support::rendered(&directory.path().join("absent")).contains("cannot read the project's directory")
    );
}
