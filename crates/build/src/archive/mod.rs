//! An archive of sources: a directory with everything that a plan fetches and the project's own text. From it alone, without a
//! network, the same is built.
//!
//! | path | what |
//! |---|---|
//! | `README.md` | what this is, and how to build from it |
//! | `SHA256SUMS` | a line for each file, as sha256sum(1) writes and checks it |
//! | `archive.json` | [`About`] |
//! | `project/` | the project's own files, with its lock |
//! | `sources/UNIT/` | archives as they were fetched |
//! | `packages/` | Debian packages of build environments |
//! | `images/NAME/` | files of registries' images: manifest, configuration, layers, by their digests |
//! | `trees/DIGEST/` | sources that are no file where they come from: commits, Go modules, modules of the project |

mod error;
mod read;
mod write;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use yoe_model::Digest;

pub use error::ArchiveError;
pub use read::Archive;
pub use write::{Contents, write};

/// The file with the digests.
const SUMS: &str = "SHA256SUMS";
/// The file with what the archive is of.
const ABOUT: &str = "archive.json";
/// The directory of the project.
const PROJECT: &str = "project";
/// The directory of files that are sources.
const SOURCES: &str = "sources";
/// The directory of packages.
const PACKAGES: &str = "packages";
/// The directory of files of registries' images.
const IMAGES: &str = "images";
/// The directory of trees.
const TREES: &str = "trees";
/// The version of this layout.
const FORMAT: u32 = 1;

/// What an archive is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The version of the archive's layout: 1.
    pub format: u32,
    /// The version of the program that wrote it.
    pub yoe: String,
    /// The project.
    pub project: String,
    /// The image or unit that can be built from it.
    pub target: String,
    /// The machine that it is built for.
    pub machine: String,
    /// Digests of the trees, by the labels of the actions that gave them.
    pub trees: BTreeMap<String, Digest>,
}

impl About {
    /// What an archive of this target is, without trees yet.
    pub fn new(yoe: &str, project: &str, target: &str, machine: &str) -> Self {
        let [yoe, project, target, machine] = [yoe, project, target, machine].map(str::to_owned);
        Self { format: FORMAT, yoe, project, target, machine, trees: BTreeMap::new() }
    }
}

#[cfg(test)]
mod tests;
