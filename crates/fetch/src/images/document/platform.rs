//! What an image runs on.

use serde::Deserialize;
use yoe_model::Arch;

/// What an image runs on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Platform {
    #[serde(default)]
    pub(super) os: String,
    #[serde(default)]
    pub(super) architecture: String,
    #[serde(default)]
    variant: String,
}

impl Platform {
    pub(super) fn shown(&self) -> String {
        let Self { os, architecture, variant } = self;
        if variant.is_empty() {
            format!("{os}/{architecture}")
        } else {
            format!("{os}/{architecture}/{variant}")
        }
    }

    /// How well it fits, from 0; absent when it does not.
    pub(super) fn fits(&self, arch: Arch) -> Option<usize> {
        if (self.os.as_str(), self.architecture.as_str()) != ("linux", arch.debian()) {
            return None;
        }
        let variants: &[&str] = match arch {
            // Newer ones (v2, v3) need processors that a machine of this architecture may not have.
            Arch::X86_64 => &["", "v1"],
            Arch::Aarch64 => &["", "v8", "v8.0"],
        };
        variants.iter().position(|variant| *variant == self.variant)
    }

    /// Docker marks what it adds to an index about an image, such as attestations, as of no platform.
    pub(super) fn is_known(&self) -> bool {
        self.os != "unknown" && !self.os.is_empty()
    }
}
