//! What test runs leave behind, below the state folder: one folder an image, with its newest run.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use yoe_vm::test::Record;

use crate::error::CommandError;
use crate::machine::not_run;
use crate::paths;

/// What a run of all tests found.
pub const WHOLE: &str = "timing.json";
/// What a run of some tests found.
pub const PART: &str = "timing-of-some.json";

/// The folder of an image.
pub fn folder(image: &str) -> Result<PathBuf, CommandError> {
    let folder = paths::state()?.join("tests").join(image);
    fs::create_dir_all(&folder).map_err(|error| not_run("the records of tests cannot be kept", error))?;
    Ok(folder)
}

/// Writes a record.
pub fn write(path: &Path, record: &Record) -> Result<(), CommandError> {
    let text =
        record.to_json().map_err(|error| not_run("the record of the tests cannot be written", error))?;
    fs::write(path, text).map_err(|error| not_run("the record of the tests cannot be kept", error))
}

/// The newest run of all tests of an image.
///
/// # Errors
/// When there is none, or none that can be read.
pub fn newest(image: &str) -> Result<Record, CommandError> {
    let path = paths::state()?.join("tests").join(image).join(WHOLE);
    let hint = format!("`yoe test {image}` makes one");
    let text = fs::read_to_string(&path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => CommandError::user(format!("image {image:?} has no record of its tests")),
        _ => CommandError::config(format!("{} cannot be read", path.display())).because(error),
    });
    let text = text.map_err(|error| error.hint(hint.clone()))?;
    Record::parse(&text).map_err(|error| {
        CommandError::config(format!("{} is not the record of a test run", path.display()))
            .because(error)
            .hint(hint)
    })
}
