//! One file for each mistake in tests/units/: the project's files, and the diagnostics that follow. `YOE_BLESS=1` writes
//! what they are now into all of them.

#![allow(clippy::unwrap_used, reason = "a test may stop here")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

const EXPECTED: &str = "-- diagnostics --\n";

fn cases() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/units");
    let mut paths: Vec<PathBuf> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    paths.sort();
    paths
}

#[test]
fn every_mistake_has_its_diagnostics() {
    let bless = std::env::var_os("YOE_BLESS").is_some();
    let mut wrong = Vec::new();
    let cases = cases();
    assert!(cases.len() > 50, "the cases are gone");
    for path in &cases {
        let text = fs::read_to_string(path).unwrap();
        let (input, expected) = text.split_once(EXPECTED).unwrap_or((&text, ""));
        let directory = support::project(input);
        let message = support::rendered(directory.path());
        if bless {
            fs::write(path, format!("{input}{EXPECTED}{message}")).unwrap();
        } else if message != expected {
            wrong.push(format!("{}\n--- written down\n{expected}\n--- found\n{message}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
