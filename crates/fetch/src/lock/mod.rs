//! The lock: a project's names are looked up in signed indexes, and what they stood for is written down.

mod copies;
mod error;
pub mod file;
mod images;
mod modules;
mod named;
mod patches;
mod registry;
mod run;
mod suites;
mod text;

use std::collections::BTreeSet;
use std::path::PathBuf;

use yoe_model::{Arch, ImageName, Lock, LockedImage, Project, Unlocked};

use crate::client::{Client, Progress};
pub use error::LockError;

/// Which entries are looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LockMode {
    /// Those that are missing, or answer another request. The others stay as they are.
    AddMissing,
    /// Every container, and every image of a registry. A source names its version itself, so its entry stays.
    UpdateAll,
    /// These alone. Every other entry stays as it is, needed or not, and so does what is noted of suites: it is older than what
    /// these entries are of.
    Only {
        /// Names of containers.
        containers: BTreeSet<String>,
        /// [`yoe_model::Source::key`] of Debian sources.
        sources: BTreeSet<String>,
        /// [`yoe_model::ImageName`]s of registries' images.
        images: BTreeSet<String>,
    },
}

/// How a project is locked.
#[derive(Debug, Clone)]
pub struct LockOptions {
    /// The time, in seconds since 1970.
    pub now: u64,
    /// Which entries are looked up.
    pub mode: LockMode,
    /// The architecture that containers are for: that of the machine which builds.
    pub architecture: Arch,
    /// OpenPGP key files, armored or not. Keys that are in none of them come from the archives' own keyring packages; only
    /// those whose fingerprint a container or source names are ever used.
    pub keyrings: Vec<Vec<u8>>,
    /// The directory of docker's `config.json`, which knows how to log in to registries.
    pub docker: Option<PathBuf>,
}

/// What happens while a project is locked.
#[derive(Debug, Clone, Copy)]
pub enum LockProgress<'a> {
    /// A file of an archive is fetched.
    Fetch {
        /// What it is.
        name: &'a str,
        /// How far it is.
        progress: Progress<'a>,
    },
    /// A container was resolved.
    Container {
        /// Its name.
        name: &'a str,
        /// How many packages it has.
        packages: usize,
        /// Sum of their sizes as downloaded, in bytes.
        bytes: u64,
    },
    /// A source was found.
    Source {
        /// Its [`yoe_model::Source::key`].
        key: &'a str,
    },
    /// A registry is asked for an image.
    Asking {
        /// The image.
        image: &'a ImageName,
    },
    /// An image was found.
    Image {
        /// The image.
        image: &'a ImageName,
        /// What its name stands for.
        found: &'a LockedImage,
    },
}

/// Locks a project. What the previous lock holds and the project no longer needs is left out; without anything missing the
/// result equals the previous lock, and nothing is fetched. Entries of modules are none of its business: whoever evaluated the
/// project had them first.
///
/// A package `name:arm64` (or another of Debian's architectures) in a container stands for the files of that one package
/// of that architecture: its dependencies are not added.
///
/// # Errors
/// The first container, source or image that cannot be looked up, and why.
pub fn lock(
    project: &Project<Unlocked>,
    previous: Option<&Lock>,
    client: &Client,
    options: &LockOptions,
    progress: &mut dyn FnMut(LockProgress<'_>),
) -> Result<Lock, LockError> {
    let empty = Lock::default();
    let previous = previous.filter(|lock| Lock::is_read(lock.version)).unwrap_or(&empty);
    let run = run::Run::new(project, previous, client, options, progress);
    match &options.mode {
        LockMode::Only { containers, sources, images } => run.finish_named(containers, sources, images),
        LockMode::AddMissing | LockMode::UpdateAll => run.finish(),
    }
}

#[cfg(test)]
mod tests;
