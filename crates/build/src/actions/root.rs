//! Merges packages into the root tree of an image.

use std::path::PathBuf;

use yoe_image::ImageError;
use yoe_image::root::{RootRequest, assemble};
use yoe_model::{Digest, Service};
use yoe_plan::RootAction;

use super::package::file_name;
use crate::builder::Builder;
use crate::error::Failure;
use crate::schedule::Results;

impl Builder {
    /// The result holds `root.tar`, `os-release` and `manifest.json`.
    pub(crate) fn root(&self, root: &RootAction, inputs: &Results) -> Result<Digest, Failure> {
        let package = |(unit, id): &(std::sync::Arc<yoe_model::Unit>, _)| {
            let name = file_name(&unit.name, &unit.package_version());
            Ok::<PathBuf, Failure>(self.input(inputs, *id)?.join(name))
        };
        let packages = root.packages.iter().map(package).collect::<Result<Vec<_>, _>>()?;
        let services: Vec<Service> =
            root.packages.iter().flat_map(|(unit, _)| unit.services.iter().cloned()).collect();
        let key = self.signer.public_key().map_err(|error| Failure::Archive(Box::new(error)))?;
        let scratch = self.session.scratch()?;
        let request = RootRequest {
            image: &root.image,
            arch: root.arch,
            packages: &packages,
            keys: &[key],
            // The root is replaced as a whole, and its bytes must not depend on who signed the packages.
            device_keys: &[],
            services: &services,
            epoch: root.epoch,
        };
        assemble(&request, scratch.path()).map_err(image)?;
        Ok(self.store.import_tree(scratch.path())?)
    }
}

pub(super) fn image(error: ImageError) -> Failure {
    Failure::Image(Box::new(error))
}
