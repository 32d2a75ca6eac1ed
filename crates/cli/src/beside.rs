//! What runs beside a device while its image is tested: built with the image, started before the device, ended with it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use yoe_model::{Image, Locked, OciImage, Project, Release};
use yoe_vm::Credential;

use crate::built::Built;
use crate::error::CommandError;
use crate::registry::{self, Registry};
use crate::secure_boot::SecureBoot;
use crate::update_server::{self, Offered, UpdateServer};

/// Names of what must be built for it.
pub fn targets(project: &Project<Locked>, image: &Image) -> Result<Vec<String>, CommandError> {
    let mut targets = Vec::new();
    if let Some(registry) = &image.registry {
        targets.push(registry.container.clone());
        targets.extend(registry.images.iter().chain(&registry.private).cloned());
    }
    if !image.releases.is_empty() {
        let name = update_server::CONTAINER;
        if !project.containers.contains_key(name) {
            let message = format!(
                "the releases of image {:?} cannot be served: there is no container {name:?}",
                image.name
            );
            return Err(CommandError::user(message).hint(format!(
                "define container(name = {name:?}, …) with the package lighttpd, as units-core does"
            )));
        }
        targets.push(name.to_owned());
        targets.extend(releases(image));
    }
    Ok(targets)
}

fn releases(image: &Image) -> impl Iterator<Item = String> {
    image.releases.iter().map(|release| Release::target(&image.name, &release.version))
}

/// What it is made of.
pub struct Beside {
    registry: Option<registry::Parts>,
    updates: Option<update_server::Parts>,
}

/// Where its parts come from.
pub struct Sources<'b> {
    /// The image that is tested.
    pub image: &'b Image,
    /// The machine that it was built for.
    pub machine: &'b str,
    /// All OCI images.
    pub oci_images: &'b BTreeMap<String, OciImage>,
    /// Seconds since 1970 that no device's clock is older than.
    pub epoch: u64,
    /// What was built for [`targets`], among others.
    pub built: &'b Built,
    /// A folder of this run.
    pub scratch: &'b Path,
}

impl Beside {
    /// From what was built.
    pub fn new(sources: &Sources<'_>) -> Result<Self, CommandError> {
        Ok(Self { registry: sources.registry()?, updates: sources.updates()? })
    }

    /// From here on the releases that it serves are signed for Secure Boot. `scratch` is a folder that does not exist.
    pub fn sign(&mut self, secure_boot: &SecureBoot, scratch: &Path) -> Result<(), CommandError> {
        self.updates.as_mut().map_or(Ok(()), |updates| updates.sign(secure_boot, scratch))
    }

    /// Starts it. What the servers say is written into the folder `records`.
    pub fn start(&self, records: &Path) -> Result<Running, CommandError> {
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
        Ok(Running { credentials, _registry: registry, _updates: updates })
    }
}

impl Sources<'_> {
    fn registry(&self) -> Result<Option<registry::Parts>, CommandError> {
        let Some(registry) = &self.image.registry else { return Ok(None) };
        let served = |name: &String| {
            Ok(registry::Served {
                name: name.clone(),
                tag: self.oci_images.get(name).map(|image| image.version.clone()).unwrap_or_default(),
                folder: self.folder(name)?,
            })
        };
        let all = |names: &[String]| names.iter().map(served).collect::<Result<_, CommandError>>();
        Ok(Some(registry::Parts {
            container: self.folder(&registry.container)?,
            images: all(&registry.images)?,
            private: all(&registry.private)?,
            folder: self.scratch.join("registry"),
            epoch: self.epoch,
        }))
    }

    fn updates(&self) -> Result<Option<update_server::Parts>, CommandError> {
        if self.image.releases.is_empty() {
            return Ok(None);
        }
        let release = |release: &Release| {
            let target = Release::target(&self.image.name, &release.version);
            Ok(Offered { image: release.of(self.image), folder: self.folder(&target)?, signed: None })
        };
        let folder = self.folder(&self.image.name)?;
        let itself = Ok(Offered { image: self.image.clone(), folder, signed: None });
        let releases = self.image.releases.iter().map(release).chain([itself]);
        Ok(Some(update_server::Parts {
            container: self.folder(update_server::CONTAINER)?,
            releases: releases.collect::<Result<_, CommandError>>()?,
            machine: self.machine.to_owned(),
            folder: self.scratch.join("updates"),
        }))
    }

    fn folder(&self, target: &str) -> Result<PathBuf, CommandError> {
        self.built.folder(target).map(Path::to_owned)
    }
}

/// Servers that run. They end when this is dropped.
pub struct Running {
    /// What the device is told of them; nothing when there are none.
    pub credentials: Vec<Credential>,
    _registry: Option<Registry>,
    _updates: Option<UpdateServer>,
}
