use super::*;

const SAMPLE: &str = "# Faults\n\nA `word::alone` outside.\n\n| fault | test |\n|---|---|\n| one | `a.rs::broken` |\n| two | none |\n";

/// A directory with a table and a file of tests.
fn directory(table: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    let write = |path: &str, text: &str| {
        let path = directory.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(path, text).expect("a file");
    };
    write(TABLE, table);
    write("a.rs", "    #[test]\n    fn broken() {\n    }\n\nfn helper() {\n}\n");
    write("a.star", "    test(\"it is flipped\", run = \"\"),\n");
    directory
}

#[test]
fn a_test_of_another_runner_must_be_listed() {
    let text = "crate::tests![\n    one,\n    two,\n];\n\nfn one() {\n}\n\nfn three() {\n}\n";
    assert!(has("a.rs", text, "one"));
    assert!(!has("a.rs", text, "two"), "it is not written");
    assert!(!has("a.rs", text, "three"), "it is not run");
}

#[test]
fn every_test_of_the_table_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let output = check(&root);
    assert!(output.is_ok(), "{}", output.unwrap_err());
}

#[test]
fn rows_without_a_test_are_named() {
    assert_eq!(
        check(directory(SAMPLE).path()).expect_err("a row has no test"),
        "docs/reference/faults.md:8: the row names no test; expected `path/to/file.rs::name`"
    );
    let whole = SAMPLE.replace("none", "`a.star::it is flipped`");
    assert_eq!(check(directory(&whole).path()), Ok("check-faults: 2 tests, all there".to_owned()));
    for gone in ["a.rs::helper", "a.rs::brok", "b.rs::broken", "a.star::it"] {
        let output = check(directory(&whole.replace("a.rs::broken", gone)).path());
        assert!(output.expect_err(gone).contains("faults.md:7"), "{gone}");
    }
}
