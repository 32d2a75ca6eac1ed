//! Files that an audit reads.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use yoe_supply::audit::Bill;

use crate::error::CommandError;

/// No bill of materials and no report is larger, in bytes.
const LARGEST: u64 = 1 << 30;

/// The bytes of a file.
///
/// # Errors
/// When it cannot be read, or is larger than any that is meant.
pub fn read(path: &Path) -> Result<Vec<u8>, CommandError> {
    let unread = |error| CommandError::user(format!("{} cannot be read", path.display())).because(error);
    let mut bytes = Vec::new();
    fs::File::open(path).map_err(unread)?.take(LARGEST + 1).read_to_end(&mut bytes).map_err(unread)?;
    if bytes.len() as u64 > LARGEST {
        let message = format!("{} has more than {LARGEST} bytes", path.display());
        return Err(CommandError::user(message)
            .hint("no bill of materials and no document about holes is as large: is it another file?"));
    }
    Ok(bytes)
}

/// A bill of materials that is to be `used`: audited, compared.
///
/// # Errors
/// When it cannot be read, or is something else.
pub fn bill(path: &Path, used: &str) -> Result<Bill, CommandError> {
    Bill::parse(&read(path)?).map_err(|error| {
        CommandError::user(format!("{} is no bill of materials that can be {used}", path.display()))
            .because(error)
            .hint("`yoe sbom --format cyclonedx` writes one")
    })
}
