//! Containers that OCI images are copies of: they are locked for every machine of the project.

use std::collections::{BTreeMap, BTreeSet};

use yoe_model::{Container, LockedContainer};

use super::LockError;
use super::run::Run;

impl Run<'_> {
    /// Adds to an entry what it lacks of other architectures, and drops what nobody needs any more: OCI images that are copies of
    /// the container run on the project's machines, not here.
    pub(super) fn copied(
        &mut self,
        container: &Container,
        entry: LockedContainer,
    ) -> Result<LockedContainer, LockError> {
        let mut images = self.project.oci_images.values();
        let is_copied = images.any(|image| image.container.as_ref() == Some(&container.name));
        let mut wanted = if is_copied { self.project.architectures() } else { BTreeSet::new() };
        wanted.remove(&self.options.architecture);
        let mut copies = BTreeMap::new();
        for arch in wanted {
            let packages = match entry.copies.get(&arch) {
                Some(packages) => packages.clone(),
                None => self.packages(container, arch)?,
            };
            copies.insert(arch, packages);
        }
        Ok(LockedContainer { copies, ..entry })
    }
}
