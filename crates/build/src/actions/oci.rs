//! Merges packages into an OCI image.

use yoe_image::oci::{OciRequest, assemble};
use yoe_model::Digest;
use yoe_plan::OciAction;

use super::root::{image, package_files};
use crate::builder::Builder;
use crate::error::Failure;
use crate::schedule::Results;

impl Builder {
    /// The result holds the image as a layout and as an archive, and its manifest of packages.
    pub(crate) fn oci_image(&self, oci: &OciAction, inputs: &Results) -> Result<Digest, Failure> {
        let packages = package_files(self, &oci.packages, inputs)?;
        let key = self.signer.public_key().map_err(|error| Failure::Archive(Box::new(error)))?;
        let scratch = self.session.scratch()?;
        let request = OciRequest {
            image: &oci.image,
            arch: oci.arch,
            packages: &packages,
            keys: &[key],
            epoch: oci.epoch,
        };
        assemble(&request, scratch.path()).map_err(image)?;
        Ok(self.store.import_tree(scratch.path())?)
    }
}
