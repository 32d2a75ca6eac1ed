//! What test runs leave behind, below the state directory: one directory an image, with its newest run.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::bootable::Bootable;
use crate::error::TestbedError;
use crate::suite::{Outcome, Record, Summary, TestError};

/// The disk that a sweep left when it failed.
pub const DISK: &str = "swept.qcow2";
/// What a run of all tests found.
pub const WHOLE: &str = "timing.json";
/// What a run of faults found.
pub const FAULTS: &str = "faults.json";
/// The same as a page.
pub const FAULTS_PAGE: &str = "faults.html";
/// What a run of some tests found.
pub const PART: &str = "timing-of-some.json";

/// The directory of an image's records, below that of all records; made when it is not there.
///
/// # Errors
/// When it cannot be made.
pub fn directory(state: &Path, image: &str) -> Result<PathBuf, TestbedError> {
    let directory = path(state, image);
    fs::create_dir_all(&directory).map_err(TestbedError::Records)?;
    Ok(directory)
}

fn path(state: &Path, image: &str) -> PathBuf {
    state.join("tests").join(image)
}

/// Writes a record.
///
/// # Errors
/// When it cannot be written.
pub fn write(path: &Path, record: &Record) -> Result<(), TestbedError> {
    let text = record
        .to_json()
        .map_err(|error| TestbedError::host("the record of the tests cannot be written", error))?;
    fs::write(path, text).map_err(|error| TestbedError::host("the record of the tests cannot be kept", error))
}

/// Keeps the disk of a sweep that failed; where it is, if there was one. It is a layer over the image's disk.
///
/// # Errors
/// When it cannot be kept.
pub fn keep_disk(
    bootable: &Bootable,
    summary: &Summary,
    records: &Path,
) -> Result<Option<PathBuf>, TestbedError> {
    let swept = |outcome: &Outcome| matches!(outcome, Outcome::Failed(TestError::Swept { .. }));
    if !summary.results.iter().any(|result| swept(&result.outcome)) {
        return Ok(None);
    }
    let kept = records.join(DISK);
    // QEMU writes into its directory.
    yoe_tree::regular(&bootable.layer())
        .and_then(|mut layer| io::copy(&mut layer, &mut fs::File::create(&kept)?))
        .map_err(|error| TestbedError::host("the disk of the failed sweep cannot be kept", error))?;
    Ok(Some(kept))
}

/// What is known of an image's tests.
#[derive(Debug)]
pub struct Newest {
    /// The run.
    pub record: Record,
    /// Whether it was a run of some of the tests.
    pub of_some: bool,
}

/// The newest run of all tests of an image, or of some of them when there is no other, or when only that one is of the
/// build `tree`.
///
/// # Errors
/// When there is none, or none that can be read.
pub fn newest(state: &Path, image: &str, tree: &str) -> Result<Newest, TestbedError> {
    let directory = path(state, image);
    let (whole, part) = (read(image, &directory.join(WHOLE))?, read(image, &directory.join(PART))?);
    let fits = |record: &Option<Record>| record.as_ref().is_some_and(|record| record.image == tree);
    let of_some = whole.is_none() || (!fits(&whole) && fits(&part));
    let record = if of_some { part } else { whole };
    Ok(Newest { record: record.ok_or_else(|| TestbedError::NoRecord(image.to_owned()))?, of_some })
}

/// A record; absent when there is none.
fn read(image: &str, path: &Path) -> Result<Option<Record>, TestbedError> {
    let failed = |problem, source| {
        let (image, path) = (image.to_owned(), path.to_owned());
        TestbedError::Record { image, path, problem, source }
    };
    match fs::read_to_string(path) {
        Ok(text) => Record::parse(&text)
            .map(Some)
            .map_err(|error| failed("is not the record of a test run", error.into())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed("cannot be read", error.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_of_some_tests_counts_where_it_is_the_only_one_of_this_build() {
        let state = tempfile::tempdir().unwrap();
        let newest = || newest(state.path(), "box", "this");
        assert!(matches!(newest(), Err(TestbedError::NoRecord(image)) if image == "box"));
        let directory = directory(state.path(), "box").unwrap();
        let run = |file: &str, image: &str| {
            let (memory, image) = (1 << 28, image.to_owned());
            let record = Record {
                image,
                memory,
                accel: Default::default(),
                boots: vec![],
                tests: vec![],
                figures: vec![],
            };
            write(&directory.join(file), &record).unwrap();
        };
        let found = || newest().map(|found| (found.record.image, found.of_some)).unwrap();
        run(PART, "older");
        assert_eq!(found(), ("older".into(), true));
        run(WHOLE, "older");
        assert_eq!(found(), ("older".into(), false));
        run(PART, "this");
        assert_eq!(found(), ("this".into(), true));
        run(WHOLE, "this");
        assert_eq!(found(), ("this".into(), false));
        fs::write(directory.join(WHOLE), "{").unwrap();
        assert!(matches!(newest(), Err(TestbedError::Record { .. })));
    }
}
