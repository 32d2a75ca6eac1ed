//! What runs beside a device while its image is tested: built with the image, started before the device, ended with it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use yoe_model::{Image, Locked, OciImage, Project, Release};
use yoe_vm::Credential;

use crate::error::CommandError;
use crate::registry::{self, Registry};
use crate::update_server::{self, UpdateServer};

/// Names of what must be built for it.
pub fn targets(project: &Project<Locked>, image: &Image) -> Result<Vec<String>, CommandError> {
    let mut targets = Vec::new();
    if let Some(registry) = &image.registry {
        targets.push(registry.container.clone());
        targets.extend(registry.images.iter().cloned());
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
pub struct Built<'b> {
    /// The image that is tested.
    pub image: &'b Image,
    /// The machine that it was built for.
    pub machine: &'b str,
    /// All OCI images.
    pub oci_images: &'b BTreeMap<String, OciImage>,
    /// Seconds since 1970 that no device's clock is older than.
    pub epoch: u64,
    /// The folders of what was built, by target.
    pub folders: &'b BTreeMap<String, PathBuf>,
    /// A folder of this run.
    pub scratch: &'b Path,
}

impl Beside {
    /// From what was built for [`targets`].
    pub fn new(built: &Built<'_>) -> Self {
        let folder = |name: &str| built.folders.get(name).cloned().unwrap_or_default();
        let served = |name: &String| registry::Served {
            name: name.clone(),
            tag: built.oci_images.get(name).map(|image| image.version.clone()).unwrap_or_default(),
            folder: folder(name),
        };
        let registry = built.image.registry.as_ref().map(|registry| registry::Parts {
            container: folder(&registry.container),
            images: registry.images.iter().map(served).collect(),
            folder: built.scratch.join("registry"),
            epoch: built.epoch,
        });
        let image = built.image;
        let release =
            |release: &Release| (release.of(image), folder(&Release::target(&image.name, &release.version)));
        let itself = || (image.clone(), folder(&image.name));
        let updates = (!image.releases.is_empty()).then(|| update_server::Parts {
            container: folder(update_server::CONTAINER),
            releases: image.releases.iter().map(release).chain([itself()]).collect(),
            machine: built.machine.to_owned(),
            folder: built.scratch.join("updates"),
        });
        Self { registry, updates }
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

/// Servers that run. They end when this is dropped.
pub struct Running {
    /// What the device is told of them; nothing when there are none.
    pub credentials: Vec<Credential>,
    _registry: Option<Registry>,
    _updates: Option<UpdateServer>,
}
