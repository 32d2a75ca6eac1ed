//! The images that a device's workloads are made of.

use std::collections::BTreeMap;
use std::path::Path;

use yoe_model::{Digest, Unit, WorkloadImage};
use yoe_plan::{ActionId, ActionKind, OciAction};
use yoe_tree::Tree;

use super::{Collector, built, units};
use crate::{Link, SupplyError, identity};

/// No index of a layout is larger.
const LARGEST_INDEX: u64 = 1 << 20;

impl Collector<'_> {
    /// Adds the images of a root's workloads: what the project's own hold, and the names of those of registries.
    pub(super) fn workload_images(
        &mut self,
        holder: &str,
        images: &BTreeMap<WorkloadImage, ActionId>,
    ) -> Result<(), SupplyError> {
        for id in images.values() {
            match &self.request.plan.action(*id).kind {
                ActionKind::OciImage(image) => self.own_image(holder, *id, image)?,
                ActionKind::RegistryImage(image) => {
                    let manifest = image.image.manifest.sha256;
                    let name = &image.name;
                    self.put(holder, Link::Contains, identity::registry_image(name, manifest, image.arch));
                    let gap = format!(
                        "what the image {name} of a workload holds is not listed; whoever made it knows"
                    );
                    self.inventory.gaps.push(gap);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn own_image(&mut self, holder: &str, id: ActionId, oci: &OciAction) -> Result<(), SupplyError> {
        let name = &oci.image.name;
        let (_, directory) = built(self.request, id)?;
        let named = identity::oci_image(&oci.image, manifest(name, &directory)?, oci.arch);
        let reference = self.put(holder, Link::Contains, named);
        let all = || oci.packages.iter().map(|(unit, _)| unit.as_ref());
        // An image is built of packages; what its units left may have gone from the store since.
        let (there, gone): (Vec<&Unit>, Vec<&Unit>) = all().partition(|unit| self.is_built(unit));
        // The device has files of the same paths; those of the image are only seen in its containers.
        self.packages(&reference, &there, &BTreeMap::new(), &format!("{name}/"))?;
        let present = units(all());
        for unit in gone {
            self.unit(&reference, unit, None, Vec::new(), &present)?;
            let gap = format!(
                "files of {:?} in the OCI image {name:?} are not listed; its unit is not in the store",
                unit.name
            );
            self.inventory.gaps.push(gap);
        }
        if let (Some((_, packages)), Some(container)) = (&oci.container, &oci.image.container) {
            self.debian(&reference, container, packages);
            let gap = format!("files of container {container:?} are not listed one by one; its packages are");
            self.inventory.gaps.push(gap);
        }
        Ok(())
    }

    fn is_built(&self, unit: &Unit) -> bool {
        self.request.plan.unit(&unit.name).is_some_and(|id| (self.request.built)(id).is_some())
    }
}

/// The digest of the manifest of an OCI image, by its layout's index.
fn manifest(name: &str, directory: &Path) -> Result<Digest, SupplyError> {
    let unread = |source| SupplyError::Tree { what: format!("OCI image {name:?}"), source };
    let tree = Tree::directory(directory).map_err(unread)?;
    let text = tree.read(format!("{name}.oci/index.json").as_ref(), LARGEST_INDEX).map_err(unread)?;
    let index: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
    let digest = index.pointer("/manifests/0/digest").and_then(serde_json::Value::as_str);
    let digest = digest.and_then(|digest| digest.strip_prefix("sha256:")?.parse().ok());
    digest.ok_or_else(|| SupplyError::NoManifest { image: name.to_owned() })
}
