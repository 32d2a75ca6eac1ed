//! The manifest of a workload that is updated apart from the system.

use serde::{Deserialize, Serialize};

use crate::manifest::{self, FORMAT, digits, plain};
use crate::{ManifestError, Time};

/// No workload is larger, in bytes: 64 GiB.
const LARGEST: u64 = 64 << 30;

/// What a version of a workload is, and for whom. Its content is a file system (EROFS) with the files that a root would have below
/// `usr/share/yoe/workloads`, of this workload alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkloadManifest {
    /// Of this format: 1. Fields that are added do not change it.
    pub format: u32,
    /// The image that devices run which may have it.
    pub image: String,
    /// Names of the machines that it runs on.
    pub machines: Vec<String>,
    /// The architecture.
    pub arch: String,
    /// The workload's name.
    pub workload: String,
    /// Its version.
    pub version: String,
    /// The time that it was made for: no device that runs it lives earlier.
    pub time: Time,
    /// Of the content, in bytes.
    pub size: u64,
    /// Of the content, in hexadecimal digits.
    pub sha256: String,
    /// What the device's disk has to hold beyond the content: its images unpacked, in bytes.
    pub unpacked: u64,
}

impl WorkloadManifest {
    /// A manifest of the present format.
    pub fn format() -> u32 {
        FORMAT
    }

    /// Reads a manifest.
    ///
    /// # Errors
    /// When it cannot be understood, or contradicts itself.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        manifest::read(bytes, |manifest: &Self| manifest.format, Self::check)
    }

    /// Its text.
    pub fn to_text(&self) -> String {
        manifest::text(self)
    }

    /// The name of a target of it: `manifest.json`, `index` or `content`.
    pub fn target(image: &str, machine: &str, workload: &str, version: &str, part: &str) -> String {
        format!("{image}/{machine}/workloads/{workload}/{version}/{part}")
    }

    fn check(&self) -> Result<(), ManifestError> {
        plain("image", &self.image)?;
        // Both become names of files.
        plain("workload", &self.workload)?;
        plain("version", &self.version)?;
        if self.size == 0 || self.size > LARGEST || self.unpacked > LARGEST {
            return Err(ManifestError::Field {
                field: "size",
                found: self.size.max(self.unpacked).to_string(),
                expected: "at most 64 GiB",
            });
        }
        if digits(&self.sha256).is_none_or(|digest| digest.len() != 32) {
            let found = self.sha256.clone();
            return Err(ManifestError::Field { field: "sha256", found, expected: "64 hexadecimal digits" });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> WorkloadManifest {
        WorkloadManifest {
            format: FORMAT,
            image: "box".to_owned(),
            machines: vec!["qemu-x86_64".to_owned()],
            arch: "x86_64".to_owned(),
            workload: "shop".to_owned(),
            version: "1.2.0".to_owned(),
            time: Time(1_795_478_400),
            size: 8192,
            sha256: "cd".repeat(32),
            unpacked: 0,
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let text = sample().to_text();
        assert_eq!(WorkloadManifest::parse(text.as_bytes()).unwrap(), sample());
        let later = text.replacen('{', "{\"added\": 1,", 1);
        assert_eq!(WorkloadManifest::parse(later.as_bytes()).unwrap(), sample());
    }

    #[test]
    fn contradictions_are_named() {
        let problem = |change: fn(&mut WorkloadManifest)| {
            let mut manifest = sample();
            change(&mut manifest);
            WorkloadManifest::parse(manifest.to_text().as_bytes()).unwrap_err().to_string()
        };
        let all = [
            problem(|m| m.format = 2),
            problem(|m| m.workload = "../x".to_owned()),
            problem(|m| m.workload = String::new()),
            problem(|m| m.version = "1/2".to_owned()),
            problem(|m| m.size = 0),
            problem(|m| m.size = u64::MAX),
            problem(|m| m.unpacked = u64::MAX),
            problem(|m| m.sha256 = "CD".repeat(32)),
        ];
        insta::assert_snapshot!(all.join("\n"), @r#"
        it has format 2; this program knows format 1
        its field workload is "../x"; expected lower-case letters, digits, ".", "_" and "-"
        its field workload is ""; expected lower-case letters, digits, ".", "_" and "-"
        its field version is "1/2"; expected lower-case letters, digits, ".", "_" and "-"
        its field size is "0"; expected at most 64 GiB
        its field size is "18446744073709551615"; expected at most 64 GiB
        its field size is "18446744073709551615"; expected at most 64 GiB
        its field sha256 is "CDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCDCD"; expected 64 hexadecimal digits
        "#);
    }
}
