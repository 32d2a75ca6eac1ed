//! Files that an audit reads.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use crate::error::CommandError;

/// No bill of materials and no report is larger.
const LARGEST: u64 = 1 << 30;

/// The bytes of a file.
pub fn read(path: &Path) -> Result<Vec<u8>, CommandError> {
    let unread = |error| CommandError::user(format!("{} cannot be read", path.display())).because(error);
    let mut bytes = Vec::new();
    fs::File::open(path).map_err(unread)?.take(LARGEST).read_to_end(&mut bytes).map_err(unread)?;
    Ok(bytes)
}
