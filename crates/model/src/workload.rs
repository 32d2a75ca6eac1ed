//! Workloads: containers as a part of a device's image.

use std::collections::{BTreeMap, BTreeSet};

use crate::content_hash::content_hash;
use crate::{ContentHash, Fingerprint, Origin, Service, ServiceKind, Size, UnitFile};
use crate::{Restart, RestartLimit};

/// Containers that a device's image brings along, as a Compose file says them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workload {
    /// Unique in the project.
    pub name: String,
    /// What it is called on a device, also over updates: the name of its Compose project.
    pub project: String,
    /// The Compose file, a path of [`Self::files`].
    pub compose: String,
    /// Whether a version of the device is good only when it is healthy.
    pub required: bool,
    /// Its services, by name.
    pub services: Vec<WorkloadService>,
    /// Its volumes by the names that the Compose file gives them, each with the most that it holds.
    pub volumes: BTreeMap<String, Option<Size>>,
    /// Every file of its directory, by path.
    pub files: Vec<UnitFile>,
    /// Where it was written.
    pub origin: Origin,
}

content_hash!(Workload { project, compose, required, services, volumes, files } ignoring { name, origin });

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
    /// Whether its Compose file says how to check its health.
    pub checked: bool,
    /// The most that the logs of one container take.
    pub log: Size,
}

content_hash!(WorkloadService { name, image, containers, may_end, checked, log });

/// Where a container's image comes from. A registry's image, locked by its digest, is to be another kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum WorkloadImage {
    /// An OCI image of the project, by name.
    Oci(String),
}

impl ContentHash for WorkloadImage {
    fn hash(&self, into: &mut Fingerprint) {
        match self {
            WorkloadImage::Oci(name) => {
                "oci".hash(into);
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

    /// Names of the project's OCI images that it is made of.
    pub fn oci_images(&self) -> BTreeSet<String> {
        let name = |service: &WorkloadService| match &service.image {
            WorkloadImage::Oci(name) => name.clone(),
        };
        self.services.iter().map(name).collect()
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
