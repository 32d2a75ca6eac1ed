//! Tasks and steps: what a unit's build does.

use std::collections::BTreeMap;

use crate::content_hash::content_hash;
use crate::{ContentHash, Fingerprint};

/// A named group of steps: `configure`, `build`, `install`. A failure is reported by the task's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Unique within its unit.
    pub name: String,
    /// Run in this order.
    pub steps: Vec<Step>,
}

content_hash!(Task { name, steps });

/// One step. Plain data: it has a digest, can be shown, and can run anywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Text for `sh -eu`.
    Shell(String),
    /// Copies a file of the unit's directory into the package.
    InstallFile {
        /// Path below the unit's directory.
        src: String,
        /// Absolute path on the device.
        dest: String,
        /// Permission bits.
        mode: u32,
    },
    /// As [`Step::InstallFile`], with every `{{name}}` replaced by its value.
    InstallTemplate {
        /// Path below the unit's directory.
        src: String,
        /// Absolute path on the device.
        dest: String,
        /// Permission bits.
        mode: u32,
        /// Values by name.
        vars: BTreeMap<String, String>,
    },
    /// Makes a symbolic link in the package.
    Symlink {
        /// What the link says.
        target: String,
        /// Absolute path on the device.
        dest: String,
    },
    /// Fails unless every request of these fragments is in `$BUILDDIR/.config`, and says which dependency of the
    /// Kconfig files in `$SRCDIR` took a lost one away.
    KconfigCheck {
        /// Paths below the unit's directory, in the order they are merged.
        fragments: Vec<String>,
    },
}

impl ContentHash for Step {
    fn hash(&self, into: &mut Fingerprint) {
        match self {
            Step::Shell(text) => {
                "shell".hash(into);
                text.hash(into);
            }
            Step::InstallFile { src, dest, mode } => {
                "install_file".hash(into);
                (src, dest).hash(into);
                mode.hash(into);
            }
            Step::InstallTemplate { src, dest, mode, vars } => {
                "install_template".hash(into);
                (src, dest).hash(into);
                mode.hash(into);
                vars.hash(into);
            }
            Step::Symlink { target, dest } => {
                "symlink".hash(into);
                (target, dest).hash(into);
            }
            Step::KconfigCheck { fragments } => {
                "kconfig_check".hash(into);
                fragments.hash(into);
            }
        }
    }
}
