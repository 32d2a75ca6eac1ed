//! Merges packages into an OCI image.

use yoe_image::oci::{Environment, OciRequest, assemble};
use yoe_model::Digest;
use yoe_plan::OciAction;

use super::root::{image, package_files};
use crate::error::ActionError;
use crate::make::{Make, Making};

impl Make for OciAction {
    /// The result holds the image as a layout and as an archive, and its manifest of packages.
    fn make(&self, cx: &Making<'_>) -> Result<Digest, ActionError> {
        let packages = package_files(cx, &self.packages)?;
        let key = cx.signer().public_key().map_err(|error| ActionError::Archive(Box::new(error)))?;
        let scratch = cx.scratch()?;
        let environment = match &self.container {
            Some((id, locked)) => Some(Environment { directory: cx.input(*id)?, packages: locked }),
            None => None,
        };
        let request = OciRequest {
            image: &self.image,
            arch: self.arch,
            packages: &packages,
            keys: &[key],
            environment: environment.as_ref(),
            epoch: self.epoch,
        };
        assemble(&request, scratch.path()).map_err(image)?;
        cx.keep(scratch.path())
    }
}
