//! Workloads: containers as a part of a device's image.

use std::collections::{BTreeMap, BTreeSet};

use crate::content_hash::content_hash;
use crate::{ContentHash, Fingerprint, ImageName, Origin, Service, ServiceKind, Size, UnitFile};
use crate::{Restart, RestartLimit};

/// Containers that a device's image brings along, as a Compose file says them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workload {
    /// Unique in the project.
    pub name: String,
    /// What it is called on a device, also over updates: the name of its Compose project.
    pub project: String,
    /// Its own version, with which it can be updated apart from the system.
    pub version: Option<String>,
    /// The Compose file, a path of [`Self::files`].
    pub compose: String,
    /// Whether a version of the device is good only when it is healthy.
    pub required: bool,
    /// Its services, by name.
    pub services: Vec<WorkloadService>,
    /// Its volumes by the names that the Compose file gives them, each with the most that it holds.
    pub volumes: BTreeMap<String, Option<Size>>,
    /// The number of the form that its volumes have with it: a device keeps a copy before a newer one begins.
    pub data_version: Option<u32>,
    /// What the engine calls its volumes.
    pub engine_volumes: Vec<String>,
    /// Every file of its directory, by path.
    pub files: Vec<UnitFile>,
    /// Where it was written.
    pub origin: Origin,
}

content_hash!(Workload { project, version, compose, required, services, volumes, data_version, engine_volumes, files } ignoring { name, origin });

/// A service of a workload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkloadService {
    /// Its name.
    pub name: String,
    /// What its containers are made of.
    pub image: WorkloadImage,
    /// How many containers it has; none when it starts on request alone.
    pub containers: u32,
    /// Whether a container of it may end well without being started again.
    pub may_end: bool,
    /// What its Compose file says of its health.
    pub health: WorkloadHealth,
    /// Whether another service waits until it is healthy.
    pub awaited: bool,
    /// The most that the logs of one container take.
    pub log: Size,
}

content_hash!(WorkloadService { name, image, containers, may_end, health, awaited, log });

/// What a Compose file says of a service's health.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkloadHealth {
    /// How to check it.
    Checked,
    /// Nothing: its image may say how.
    OfImage,
    /// That nobody checks it, whatever its image says.
    Disabled,
}

impl ContentHash for WorkloadHealth {
    fn hash(&self, into: &mut Fingerprint) {
        let word = match self {
            WorkloadHealth::Checked => "checked",
            WorkloadHealth::OfImage => "of its image",
            WorkloadHealth::Disabled => "disabled",
        };
        word.hash(into);
    }
}

/// Where a container's image comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum WorkloadImage {
    /// An OCI image of the project, by name.
    Oci(String),
    /// An image of a registry. The lock says which one it is.
    Registry(ImageName),
}

impl std::fmt::Display for WorkloadImage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            WorkloadImage::Oci(name) => f.write_str(name),
            WorkloadImage::Registry(name) => name.fmt(f),
        }
    }
}

impl ContentHash for WorkloadImage {
    fn hash(&self, into: &mut Fingerprint) {
        match self {
            WorkloadImage::Oci(name) => {
                "oci".hash(into);
                name.hash(into);
            }
            WorkloadImage::Registry(name) => {
                "registry".hash(into);
                name.hash(into);
            }
        }
    }
}

impl Workload {
    /// The program that starts workloads on a device.
    pub const PROGRAM: &'static str = "/usr/bin/yoe-workload";
    /// The service that clears away what an older version left, which all of them come after.
    pub const CLEARING: &'static str = "workloads";
    /// How much the logs of a container take when its Compose file does not say.
    pub const LOG: Size = Size(10 << 20);

    /// The images that it is made of.
    pub fn images(&self) -> BTreeSet<&WorkloadImage> {
        self.services.iter().map(|service| &service.image).collect()
    }

    /// Names of the project's OCI images that it is made of.
    pub fn oci_images(&self) -> BTreeSet<String> {
        let name = |image: &WorkloadImage| match image {
            WorkloadImage::Oci(name) => Some(name.clone()),
            WorkloadImage::Registry(_) => None,
        };
        self.images().into_iter().filter_map(name).collect()
    }

    /// Images of registries that it is made of.
    pub fn registry_images(&self) -> BTreeSet<&ImageName> {
        let images = self.images().into_iter();
        images
            .filter_map(|image| match image {
                WorkloadImage::Registry(name) => Some(name),
                WorkloadImage::Oci(_) => None,
            })
            .collect()
    }

    /// The service that starts it on a device.
    pub fn service(&self) -> Service {
        Service {
            kind: ServiceKind::Task,
            needs: vec![Self::CLEARING.to_owned()],
            restart: Restart::OnFailure,
            // It is tried as long as an update is on trial, and longer.
            restart_limit: RestartLimit { count: 20, period: 3600 },
            ..Service::new(
                format!("workload-{}", self.project),
                vec![Self::PROGRAM.to_owned(), "start".to_owned(), self.project.clone()],
                self.origin.clone(),
            )
        }
    }
}
