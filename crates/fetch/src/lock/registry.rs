//! Images of registries, looked up.

use std::collections::{BTreeMap, BTreeSet};

use yoe_model::{ImageName, LockedImage, Project, Unlocked, Workload};

use super::run::Run;
use super::{LockError, LockMode, LockProgress};

impl Run<'_> {
    /// The entries of all images that the project uses.
    pub(super) fn images(&mut self) -> Result<(), LockError> {
        let all = self.project.architectures();
        for (name, (workload, image)) in used(self.project) {
            // A name with a digest stands for the same for ever.
            let stays = self.options.mode == LockMode::AddMissing || image.digest().is_some();
            let kept = self.previous.images.get(&name).filter(|entry| stays && entry.answers(image, &all));
            let entry = match kept {
                Some(entry) => entry.clone(),
                None => self.image(workload, image)?,
            };
            self.lock.images.insert(name, entry);
        }
        Ok(())
    }

    /// The entries of these images, looked up.
    pub(super) fn named_images(
        &mut self,
        names: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, LockedImage>, LockError> {
        let chosen = used(self.project).into_iter().filter(|(name, _)| names.contains(name));
        chosen.map(|(name, (workload, image))| Ok((name, self.image(workload, image)?))).collect()
    }

    fn image(&mut self, workload: &Workload, image: &ImageName) -> Result<LockedImage, LockError> {
        let project = self.project;
        (self.progress)(LockProgress::Asking { image });
        let found = self.registries.resolve(image, &project.architectures(), project.machine.arch);
        let found = found.map_err(|source| LockError::Image {
            image: image.to_string(),
            workload: workload.name.clone(),
            origin: workload.origin.clone(),
            source: Box::new(source),
        })?;
        (self.progress)(LockProgress::Image { image, found: &found });
        Ok(found)
    }
}

/// The images that a project uses, by name, each with the first workload that does.
fn used(project: &Project<Unlocked>) -> BTreeMap<String, (&Workload, &ImageName)> {
    let mut all = BTreeMap::new();
    for (workload, image) in project.registry_images() {
        all.entry(image.to_string()).or_insert((workload, image));
    }
    all
}
