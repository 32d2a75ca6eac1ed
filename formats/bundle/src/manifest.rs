//! The manifest: what an update is, and for whom.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use yoe_notation::hex;

use crate::Time;

/// The version of the formats of manifests.
pub(crate) const FORMAT: u32 = 1;
/// Bytes of a block of the root file system.
const BLOCK: u64 = 4096;
/// No root file system is larger, in bytes, so sums of sizes do not overflow: 1 TiB.
const LARGEST: u64 = 1 << 40;
/// No salt is longer, in bytes (Linux: DM_VERITY_MAX_SALT_SIZE).
const LONGEST: usize = 256;

/// What an update is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Of this format: 1. Fields that are added do not change it.
    pub format: u32,
    /// The image's name.
    pub image: String,
    /// Its version, by which the boot manager sorts.
    pub version: String,
    /// Names of the machines that it runs on.
    pub machines: Vec<String>,
    /// The architecture.
    pub arch: String,
    /// The time that the image was made for: no device that runs it lives earlier.
    pub time: Time,
    /// The root file system.
    pub root: Root,
    /// The unified kernel image.
    pub kernel: Kernel,
}

/// A root file system with its hash tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Root {
    /// Of the file system, in bytes; the hash tree is made by the device.
    pub size: u64,
    /// The same in blocks of 4096 bytes.
    pub data_blocks: u64,
    /// Of the hash tree, in hexadecimal digits.
    pub root_hash: String,
    /// Of the hash tree, in hexadecimal digits.
    pub salt: String,
    /// What a slot that holds it is called: the first 128 bits of the root hash as a UUID.
    pub partition: String,
}

/// A unified kernel image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kernel {
    /// In bytes.
    pub size: u64,
    /// Hexadecimal digits.
    pub sha256: String,
    /// Whether somebody signed it for UEFI Secure Boot. Firmware that refuses what is not signed would not start it otherwise.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub signed: bool,
}

/// Why a manifest is not usable.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// Not JSON of this form.
    #[error("it is not a manifest")]
    Json(#[from] serde_json::Error),
    /// From a later time.
    #[error("it has format {0}; this program knows format {FORMAT}")]
    Format(u32),
    /// A field is not what it should be.
    #[error("its field {field} is {found:?}; expected {expected}")]
    Field {
        /// Which one.
        field: &'static str,
        /// What is there.
        found: String,
        /// What would be right.
        expected: &'static str,
    },
}

impl Manifest {
    /// A manifest of the present format.
    pub fn format() -> u32 {
        FORMAT
    }

    /// Reads a manifest.
    ///
    /// # Errors
    /// When it cannot be understood, or contradicts itself.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        read(bytes, |manifest: &Self| manifest.format, Self::check)
    }

    /// Its text.
    pub fn to_text(&self) -> String {
        text(self)
    }

    /// The name of a target of this update: `manifest.json`, `index`, `content`, or that of a paper.
    pub fn target(image: &str, machine: &str, version: &str, part: &str) -> String {
        format!("{image}/{machine}/{version}/{part}")
    }

    /// Bytes of root file system and kernel image together.
    pub fn content_length(&self) -> u64 {
        self.root.size.saturating_add(self.kernel.size)
    }

    fn check(&self) -> Result<(), ManifestError> {
        let field = |field, found: &dyn std::fmt::Display, expected| {
            Err(ManifestError::Field { field, found: found.to_string(), expected })
        };
        plain("image", &self.image)?;
        plain("version", &self.version)?;
        let root = &self.root;
        if root.data_blocks == 0 || root.data_blocks.checked_mul(BLOCK) != Some(root.size) {
            return field("root.size", &root.size, "4096 bytes for each of its data blocks");
        }
        if root.size > LARGEST {
            return field("root.size", &root.size, "at most 1 TiB");
        }
        let hash = digits(&root.root_hash).filter(|hash| hash.len() == 32);
        let Some(hash) = hash else {
            return field("root.root_hash", &root.root_hash, "64 hexadecimal digits");
        };
        if digits(&root.salt).is_none_or(|salt| salt.len() > LONGEST) {
            return field("root.salt", &root.salt, "hexadecimal digits, at most 512");
        }
        let lengths: Vec<usize> = root.partition.split('-').map(str::len).collect();
        if lengths != [8, 4, 4, 4, 12] || root.partition.replace('-', "") != hex::encode(&hash[..16]) {
            return field("root.partition", &root.partition, "the first 128 bits of the root hash as a UUID");
        }
        if digits(&self.kernel.sha256).is_none_or(|digest| digest.len() != 32) {
            return field("kernel.sha256", &self.kernel.sha256, "64 hexadecimal digits");
        }
        if self.kernel.size == 0 || self.kernel.size > 1 << 30 {
            return field("kernel.size", &self.kernel.size, "at most 1 GiB");
        }
        Ok(())
    }
}

/// Reads a manifest of either kind: its format is known before its fields are checked.
pub(crate) fn read<M: DeserializeOwned>(
    bytes: &[u8],
    format: impl Fn(&M) -> u32,
    check: impl Fn(&M) -> Result<(), ManifestError>,
) -> Result<M, ManifestError> {
    let manifest: M = serde_json::from_slice(bytes)?;
    match format(&manifest) {
        FORMAT => check(&manifest).map(|()| manifest),
        other => Err(ManifestError::Format(other)),
    }
}

/// The text of a manifest of either kind.
pub(crate) fn text(manifest: &impl Serialize) -> String {
    // Text and whole numbers always have a form.
    serde_json::to_string_pretty(manifest).unwrap_or_default() + "\n"
}

/// Checks what becomes a part of file names.
pub(crate) fn plain(field: &'static str, value: &str) -> Result<(), ManifestError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-~^".contains(c);
    if value.chars().all(plain) && value.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return Ok(());
    }
    let expected = "lower-case letters, digits, \".\", \"_\" and \"-\"";
    Err(ManifestError::Field { field, found: value.to_owned(), expected })
}

/// The bytes of digits as everything writes them: in the other case they would equal nothing that is computed.
pub(crate) fn digits(text: &str) -> Option<Vec<u8>> {
    hex::decode(text).filter(|bytes| hex::encode(bytes) == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Manifest {
        Manifest {
            format: FORMAT,
            image: "box".to_owned(),
            version: "1.2.0".to_owned(),
            machines: vec!["qemu-x86_64".to_owned()],
            arch: "x86_64".to_owned(),
            time: Time(1_795_478_400),
            root: Root {
                size: 8192,
                data_blocks: 2,
                root_hash: "ab".repeat(32),
                salt: "00".to_owned(),
                partition: "abababab-abab-abab-abab-abababababab".to_owned(),
            },
            kernel: Kernel { size: 100, sha256: "cd".repeat(32), signed: false },
        }
    }

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(Manifest::parse(sample().to_text().as_bytes()).unwrap(), sample());
        insta::assert_snapshot!(sample().to_text());
        let mut signed = sample();
        signed.kernel.signed = true;
        assert!(signed.to_text().contains("\"signed\": true"));
        assert_eq!(Manifest::parse(signed.to_text().as_bytes()).unwrap(), signed);
    }

    #[test]
    fn contradictions_are_named() {
        let problem = |change: fn(&mut Manifest)| {
            let mut manifest = sample();
            change(&mut manifest);
            Manifest::parse(manifest.to_text().as_bytes()).unwrap_err().to_string()
        };
        let all = [
            problem(|m| m.format = 2),
            problem(|m| m.image = "../x".to_owned()),
            problem(|m| m.version = String::new()),
            problem(|m| m.root.size = 8193),
            problem(|m| m.root.data_blocks = u64::MAX),
            problem(|m| (m.root.data_blocks, m.root.size) = (1 << 51, 1 << 63)),
            problem(|m| m.root.root_hash = "ab".to_owned()),
            problem(|m| m.root.root_hash = "AB".repeat(32)),
            problem(|m| m.root.salt = "x".to_owned()),
            problem(|m| m.root.salt = "00".repeat(257)),
            problem(|m| m.root.partition = "ab".to_owned()),
            problem(|m| m.root.partition = "ab".repeat(16)),
            problem(|m| m.kernel.size = 0),
            problem(|m| m.kernel.size = u64::MAX),
            problem(|m| m.kernel.sha256 = String::new()),
            problem(|m| m.kernel.sha256 = "CD".repeat(32)),
            Manifest::parse(b"{}").unwrap_err().to_string(),
        ];
        insta::assert_snapshot!(all.join("\n"));
    }
}
