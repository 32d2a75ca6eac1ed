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
    let told = uki.field("IMAGE_VERSION").unwrap_or_default();
    let all = [
        ("architecture", uki.arch.unwrap_or("another one").to_owned(), (*arch).to_owned()),
        ("root partition", root.partition.to_string(), wanted.partition.to_string()),
        ("number of data blocks", root.data_blocks.to_string(), wanted.data_blocks.to_string()),
        ("root hash", hex(&root.root_hash), hex(&wanted.root_hash)),
        ("salt", hex(&root.salt), hex(&wanted.salt)),
        ("IMAGE_VERSION", told, (*version).to_owned()),
    ];
    match all.into_iter().find(|(_, found, expected)| found != expected) {
        Some((field, found, expected)) => Err(BootableError::Differs { field, found, expected }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Uuid;
    use crate::uki::skeleton;

    fn root() -> Root {
        Root {
            partition: Uuid::of_root_hash(&[7; 32]),
            data_blocks: 300,
            root_hash: [7; 32],
            salt: vec![1, 2, 3],
        }
    }

    fn kernel(root: &Root) -> Vec<u8> {
        skeleton(&format!("dm-mod.create=\"{}\" ro", root.table()), "IMAGE_VERSION=\"1.0\"\n", b"kernel")
    }

    fn says(kernel: &[u8]) -> Result<(), String> {
        let expected = Expected { root: &root(), arch: "x86_64", version: "1.0" };
        check(kernel, &expected).map_err(|error| error.to_string())
    }

    #[test]
    fn what_starts_another_root_is_told() {
        assert_eq!(says(&kernel(&root())), Ok(()));
        for (field, other) in [
            ("root partition", Root { partition: Uuid::of_root_hash(&[8; 32]), ..root() }),
            ("number of data blocks", Root { data_blocks: 299, ..root() }),
            ("root hash", Root { root_hash: [8; 32], ..root() }),
            ("salt", Root { salt: Vec::new(), ..root() }),
        ] {
            let told = says(&kernel(&other)).unwrap_err();
            assert!(told.starts_with(&format!("its {field} is ")), "{told}");
        }
    }

    #[test]
    fn what_is_no_kernel_of_this_image_is_told() {
        let mut other = kernel(&root());
        other[68..70].copy_from_slice(&0xaa64u16.to_le_bytes());
        assert_eq!(says(&other).unwrap_err(), "its architecture is \"aarch64\"; expected \"x86_64\"");
        other[68..70].copy_from_slice(&0x5064u16.to_le_bytes());
        assert_eq!(says(&other).unwrap_err(), "its architecture is \"another one\"; expected \"x86_64\"");
        assert_eq!(says(b"no program").unwrap_err(), "it is not a unified kernel image");
        assert_eq!(says(&skeleton("ro", "", b"kernel")).unwrap_err(), "it does not start a verified root");
        let line = format!("dm-mod.create=\"{}\" ro", root().table());
        assert_eq!(says(&skeleton(&line, "", b"")).unwrap_err(), "it is not a unified kernel image");
        let told = says(&skeleton(&line, "IMAGE_VERSION=2.0", b"kernel")).unwrap_err();
        assert_eq!(told, "its IMAGE_VERSION is \"2.0\"; expected \"1.0\"");
    }
}
