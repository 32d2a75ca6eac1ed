//! Merges packages into the root tree of an image.

use std::path::PathBuf;
use std::sync::Arc;

use yoe_image::ImageError;
use yoe_image::root::{RootRequest, assemble};
use yoe_model::{Digest, Service, Unit};
use yoe_plan::{ActionId, RootAction};

use super::package::file_name;
use crate::builder::Builder;
use crate::error::ActionError;
use crate::schedule::Results;

impl Builder {
    /// The result holds `root.tar`, `os-release` and `manifest.json`.
    pub(crate) fn root(&self, root: &RootAction, inputs: &Results) -> Result<Digest, ActionError> {
        let packages = package_files(self, &root.packages, inputs)?;
        let services: Vec<Service> =
            root.packages.iter().flat_map(|(unit, _)| unit.services.iter().cloned()).collect();
        let key = self.signer.public_key().map_err(|error| ActionError::Archive(Box::new(error)))?;
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

/// The package files of units.
pub(super) fn package_files(
    builder: &Builder,
    packages: &[(Arc<Unit>, ActionId)],
    inputs: &Results,
) -> Result<Vec<PathBuf>, ActionError> {
    let file = |(unit, id): &(Arc<Unit>, ActionId)| {
        let name = file_name(&unit.name, &unit.package_version());
        Ok(builder.input(inputs, *id)?.join(name))
    };
    packages.iter().map(file).collect()
}

pub(super) fn image(error: ImageError) -> ActionError {
    ActionError::Image(Box::new(error))
}
