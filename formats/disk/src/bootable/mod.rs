//! Whether a kernel image starts the root that comes with it. Who publishes asks this, and so does the device before it gives
//! an image the name of a boot entry: a kernel that names another root would never start, on any device.

use crate::uki::{Uki, UkiError};
use crate::verity::{CmdlineError, Root};

/// Why a kernel image does not start what it comes with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BootableError {
    /// No unified kernel image.
    #[error("it is not a unified kernel image")]
    NotUki(#[source] UkiError),
    /// It names no verified root.
    #[error("it does not start a verified root")]
    NoRoot(#[source] CmdlineError),
    /// It says something else than what it comes with.
    #[error("its {field} is {found:?}; expected {expected:?}")]
    Differs {
        /// What is another one.
        field: &'static str,
        /// What it says.
        found: String,
        /// What it should say.
        expected: String,
    },
}

/// What a kernel image should start.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The root, as its command line should name it.
    pub root: &'a Root,
    /// The name of the architecture.
    pub arch: &'a str,
    /// The version of the image, by which the boot manager sorts.
    pub version: &'a str,
}

/// Checks a whole kernel image.
///
/// # Errors
/// When it would not start what is expected.
pub fn check(kernel: &[u8], expected: &Expected<'_>) -> Result<(), BootableError> {
    let uki = Uki::read(kernel).map_err(BootableError::NotUki)?;
    if !uki.has_kernel {
        return Err(BootableError::NotUki(UkiError::Missing(".linux")));
    }
    let root = Root::on(&uki.cmdline).map_err(BootableError::NoRoot)?;
    let Expected { root: wanted, arch, version } = expected;
    let hex = yoe_notation::hex::encode;
    // The boot manager takes a file without a version for the oldest.
    let version_field = uki.field("IMAGE_VERSION").unwrap_or_default();
    let all = [
        ("architecture", uki.arch.unwrap_or("another one").to_owned(), (*arch).to_owned()),
        ("root partition", root.partition.to_string(), wanted.partition.to_string()),
        ("number of data blocks", root.data_blocks.to_string(), wanted.data_blocks.to_string()),
        ("root hash", hex(&root.root_hash), hex(&wanted.root_hash)),
        ("salt", hex(&root.salt), hex(&wanted.salt)),
        ("IMAGE_VERSION", version_field, (*version).to_owned()),
    ];
    match all.into_iter().find(|(_, found, expected)| found != expected) {
        Some((field, found, expected)) => Err(BootableError::Differs { field, found, expected }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
