//! The action of a registry's image.

use yoe_model::{ImageName, Workload};

use crate::action::{ActionId, ActionKind, RegistryImageAction};
use crate::error::PlanError;
use crate::key::Key;
use crate::planner::Planner;

/// Raise when the same files would give another tree.
const REGISTRY_IMAGE_RULES: u32 = 1;

impl Planner<'_> {
    /// The action that fetches an image of a workload.
    pub fn registry_image(&mut self, name: &ImageName, user: &Workload) -> Result<ActionId, PlanError> {
        let label = format!("registry image {name}");
        if let Some(id) = self.made(&label) {
            return Ok(id);
        }
        let arch = self.project.machine.arch;
        let entry = self.project.lock_file().images.get(&name.to_string());
        // Binding a project to a lock made sure of it.
        let image = entry
            .and_then(|entry| entry.manifests.get(&arch))
            .cloned()
            .ok_or_else(|| PlanError::NotLocked { origin: user.origin.clone(), name: name.to_string() })?;
        let key = Key::new(REGISTRY_IMAGE_RULES).with("content", &image);
        let kind = ActionKind::RegistryImage(Box::new(RegistryImageAction {
            name: name.clone(),
            arch,
            image,
            user: user.name.clone(),
            origin: user.origin.clone(),
        }));
        Ok(self.add(label, kind, key, Vec::new()))
    }
}
