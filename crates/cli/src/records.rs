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
    fs::create_dir_all(&folder).map_err(|error| {
        not_run("the records of tests cannot be kept", error).where_to_write("XDG_STATE_HOME")
    })?;
    Ok(folder)
}

/// Writes a record.
pub fn write(path: &Path, record: &Record) -> Result<(), CommandError> {
    let text =
        record.to_json().map_err(|error| not_run("the record of the tests cannot be written", error))?;
    fs::write(path, text).map_err(|error| not_run("the record of the tests cannot be kept", error))
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
pub fn newest(image: &str, tree: &str) -> Result<Newest, CommandError> {
    let folder = paths::state()?.join("tests").join(image);
    let hint = format!("`yoe test {image}` makes one");
    let read = |file| read(&folder.join(file)).map_err(|error| error.hint(hint.clone()));
    let (whole, part) = (read(WHOLE)?, read(PART)?);
    let fits = |record: &Option<Record>| record.as_ref().is_some_and(|record| record.image == tree);
    let of_some = whole.is_none() || (!fits(&whole) && fits(&part));
    let record = if of_some { part } else { whole };
    let none =
        || CommandError::user(format!("image {image:?} has no record of its tests")).hint(hint.clone());
    Ok(Newest { record: record.ok_or_else(none)?, of_some })
}

/// A record; absent when there is none.
fn read(path: &Path) -> Result<Option<Record>, CommandError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(CommandError::config(format!("{} cannot be read", path.display())).because(error));
        }
    };
    Record::parse(&text).map(Some).map_err(|error| {
        CommandError::config(format!("{} is not the record of a test run", path.display())).because(error)
    })
}
