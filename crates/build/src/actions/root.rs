//! Merges packages into the root tree of an image.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use yoe_image::ImageError;
use yoe_image::root::{RootRequest, WorkloadRequest, assemble};
use yoe_model::{Digest, Service, Unit, WorkloadImage};
use yoe_plan::{ActionId, RootAction};

use super::package::file_name;
use crate::error::ActionError;
use crate::make::{Make, Making};

impl Make for RootAction {
    /// The result holds `root.tar`, `os-release` and `manifest.json`.
    fn make(&self, cx: &Making<'_>) -> Result<Digest, ActionError> {
        let packages = package_files(cx, &self.packages)?;
        let of_units = self.packages.iter().flat_map(|(unit, _)| unit.services.iter().cloned());
        let services: Vec<Service> =
            of_units.chain(self.workloads.iter().map(|workload| workload.service())).collect();
        let made: BTreeMap<WorkloadImage, PathBuf> = self
            .images
            .iter()
            .map(|(image, id)| Ok((image.clone(), cx.input(*id)?)))
            .collect::<Result<_, ActionError>>()?;
        let workloads: Vec<WorkloadRequest<'_>> =
            self.workloads.iter().map(|workload| WorkloadRequest { workload, images: &made }).collect();
        let key = cx.signer().public_key().map_err(|error| ActionError::Archive(Box::new(error)))?;
        let notice = self
            .notice
            .map(|id| Ok::<_, ActionError>(cx.input(id)?.join(super::notice::FILE)))
            .transpose()?;
        let scratch = cx.scratch()?;
        let request = RootRequest {
            image: &self.image,
            arch: self.arch,
            packages: &packages,
            keys: &[key],
            // The root is replaced as a whole, and its bytes must not depend on who signed the packages.
            device_keys: &[],
            services: &services,
            workloads: &workloads,
            notice: notice.as_deref(),
            epoch: self.epoch,
        };
        assemble(&request, scratch.path()).map_err(image)?;
        cx.keep(scratch.path())
    }
}

/// The package files of units.
pub(super) fn package_files(
    cx: &Making<'_>,
    packages: &[(Arc<Unit>, ActionId)],
) -> Result<Vec<PathBuf>, ActionError> {
    let file = |(unit, id): &(Arc<Unit>, ActionId)| {
        let name = file_name(&unit.name, &unit.package_version());
        Ok(cx.input(*id)?.join(name))
    };
    packages.iter().map(file).collect()
}

pub(super) fn image(error: ImageError) -> ActionError {
    ActionError::Image(Box::new(error))
}
