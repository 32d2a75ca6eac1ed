//! Servers that run next to a device while its image is tested: built with the image, started before the device, ended with it.

mod registry;
mod registry_scripts;
mod server;
mod updates;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use yoe_keys::SecureBoot;
use yoe_model::{Image, Locked, OciImage, Project, Release};
use yoe_vm::Credential;

use self::registry::Registry;
use self::registry_scripts::Served;
use self::updates::{Offered, UpdateServer};
use crate::error::TestbedError;

/// Which of an image's servers run next to the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// The registry.
    Registry,
    /// The registry, and releases to update to.
    All,
}

impl Wanted {
    fn releases(self, image: &Image) -> &[Release] {
        match self {
            Self::Registry => &[],
            Self::All => &image.releases,
        }
    }
}

/// Names of what must be built for them.
///
/// # Errors
/// When the project lacks a container that one needs.
pub fn targets(
    project: &Project<Locked>,
    image: &Image,
    wanted: Wanted,
) -> Result<Vec<String>, TestbedError> {
    let mut targets = Vec::new();
    if let Some(registry) = &image.registry {
        targets.push(registry.container.clone());
        targets.extend(registry.images.iter().chain(&registry.private).cloned());
    }
    let releases = wanted.releases(image);
    if !releases.is_empty() {
        let container = updates::CONTAINER;
        if !project.containers.contains_key(container) {
            return Err(TestbedError::NoUpdateServer { image: image.name.clone(), container });
        }
        targets.push(container.to_owned());
        targets.extend(releases.iter().map(|release| Release::target(&image.name, &release.version)));
    }
    Ok(targets)
}

/// The servers of an image, ready to be started.
pub struct Servers {
    registry: Option<registry::Parts>,
    updates: Option<updates::Parts>,
}

/// Where their parts come from.
pub struct ServerSources<'b> {
    /// The image that is tested.
    pub image: &'b Image,
    /// The machine that it was built for.
    pub machine: &'b str,
    /// All OCI images.
    pub oci_images: &'b BTreeMap<String, OciImage>,
    /// Seconds since 1970 that no device's clock is older than.
    pub epoch: u64,
    /// Which of its servers are wanted.
    pub wanted: Wanted,
    /// Where each target is that was built for [`targets`], by its name.
    pub directories: &'b BTreeMap<String, PathBuf>,
    /// A directory of this run.
    pub scratch: &'b Path,
    /// Seconds since 1970: what updates are signed at.
    pub now: u64,
}

impl Servers {
    /// From what was built.
    ///
    /// # Errors
    /// When something was not built.
    pub fn new(sources: &ServerSources<'_>) -> Result<Self, TestbedError> {
        Ok(Self { registry: sources.registry()?, updates: sources.updates()? })
    }

    /// From here on the releases that it serves are signed for Secure Boot. `scratch` is a directory that does not exist.
    ///
    /// # Errors
    /// When one cannot be signed.
    pub fn sign(&mut self, secure_boot: &SecureBoot, scratch: &Path) -> Result<(), TestbedError> {
        self.updates.as_mut().map_or(Ok(()), |updates| updates.sign(secure_boot, scratch))
    }

    /// Starts them. What they say is written into the directory `records`.
    ///
    /// # Errors
    /// When one does not start.
    pub fn start(&self, records: &Path) -> Result<RunningServers, TestbedError> {
        let registry = self.registry.as_ref();
        let registry =
            registry.map(|parts| Registry::start(parts, &records.join("registry.log"))).transpose()?;
        let updates = self.updates.as_ref();
        let updates =
            updates.map(|parts| UpdateServer::start(parts, &records.join("updates.log"))).transpose()?;
        let mut credentials = Vec::new();
        if let Some(registry) = &registry {
            credentials.extend(registry.credentials()?);
        }
        if let Some(updates) = &updates {
            credentials.extend(updates.credentials()?);
        }
        Ok(RunningServers { credentials, _registry: registry, _updates: updates })
    }
}

impl ServerSources<'_> {
    fn registry(&self) -> Result<Option<registry::Parts>, TestbedError> {
        let Some(registry) = &self.image.registry else { return Ok(None) };
        let served = |name: &String| {
            Ok(Served {
                name: name.clone(),
                signed_as: registry.signed.get(name).cloned(),
                tag: self.oci_images.get(name).map(|image| image.version.clone()).unwrap_or_default(),
                directory: self.directory(name)?,
            })
        };
        let all = |names: &[String]| names.iter().map(served).collect::<Result<_, TestbedError>>();
        Ok(Some(registry::Parts {
            container: self.directory(&registry.container)?,
            images: all(&registry.images)?,
            private: all(&registry.private)?
                .into_iter()
                .map(|served| Served { signed_as: None, ..served })
                .collect(),
            signer: registry.signer.clone(),
            directory: self.scratch.join("registry"),
            epoch: self.epoch,
        }))
    }

    fn updates(&self) -> Result<Option<updates::Parts>, TestbedError> {
        let releases = self.wanted.releases(self.image);
        if releases.is_empty() {
            return Ok(None);
        }
        let release = |release: &Release| {
            let target = Release::target(&self.image.name, &release.version);
            Ok(Offered { image: release.of(self.image), directory: self.directory(&target)?, signed: None })
        };
        let directory = self.directory(&self.image.name)?;
        let itself = Ok(Offered { image: self.image.clone(), directory, signed: None });
        let releases = releases.iter().map(release).chain([itself]);
        Ok(Some(updates::Parts {
            container: self.directory(updates::CONTAINER)?,
            releases: releases.collect::<Result<_, TestbedError>>()?,
            machine: self.machine.to_owned(),
            directory: self.scratch.join("updates"),
            now: self.now,
        }))
    }

    fn directory(&self, target: &str) -> Result<PathBuf, TestbedError> {
        let none =
            || TestbedError::host("a server lacks what it serves", format!("{target:?} was not built"));
        self.directories.get(target).cloned().ok_or_else(none)
    }
}

/// Servers that run. They end when this is dropped.
pub struct RunningServers {
    /// What the device is given to reach them; nothing when there are none.
    pub credentials: Vec<Credential>,
    _registry: Option<Registry>,
    _updates: Option<UpdateServer>,
}
