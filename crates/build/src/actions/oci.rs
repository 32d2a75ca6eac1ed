//! Merges packages into an OCI image.

use yoe_image::oci::{Environment, OciRequest, assemble};
use yoe_model::Digest;
use yoe_plan::OciAction;

use super::root::{image, package_files};
use crate::builder::Builder;
use crate::error::ActionError;
use crate::schedule::Results;

impl Builder {
    /// The result holds the image as a layout and as an archive, and its manifest of packages.
    pub(crate) fn oci_image(&self, oci: &OciAction, inputs: &Results) -> Result<Digest, ActionError> {
        let packages = package_files(self, &oci.packages, inputs)?;
        let key = self.signer.public_key().map_err(|error| ActionError::Archive(Box::new(error)))?;
        let scratch = self.session.scratch()?;
        let environment = match &oci.container {
            Some((id, locked)) => Some(Environment { folder: self.input(inputs, *id)?, packages: locked }),
            None => None,
        };
        let request = OciRequest {
            image: &oci.image,
            arch: oci.arch,
            packages: &packages,
            keys: &[key],
            environment: environment.as_ref(),
            epoch: oci.epoch,
        };
        assemble(&request, scratch.path()).map_err(image)?;
        Ok(self.store.import_tree(scratch.path())?)
    }
}
