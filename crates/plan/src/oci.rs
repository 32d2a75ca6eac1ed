//! The action of an OCI image.

use crate::action::{ActionId, ActionKind, OciAction};
use crate::error::PlanError;
use crate::graph::runtime_closure;
use crate::key::Key;
use crate::planner::Planner;

impl Planner<'_> {
    /// The action that makes an OCI image.
    pub fn oci_image(&mut self, name: &str) -> Result<ActionId, PlanError> {
        let label = format!("OCI image {name}");
        if let Some(id) = self.made(&label) {
            return Ok(id);
        }
        let image = self.project.oci_images[name].clone();
        let mut packages = Vec::new();
        let mut results = Vec::new();
        for name in runtime_closure(self.project, image.artifacts.iter().map(String::as_str))? {
            let id = self.package(name)?;
            results.push((format!("package {name}"), id));
            packages.push((self.project.units[name].clone(), id));
        }
        let (arch, epoch) = (self.project.machine.arch, self.project.epoch());
        let identity = vec![image.name.clone(), image.version.clone(), image.description.clone()];
        let key = Key::new(self.options.image_rules)
            .with("format", &self.options.oci_rules)
            .with("arch", &arch)
            .with("image", &(identity, image.artifacts.clone()))
            .with("config", &image.config)
            .with("epoch", &epoch);
        let kind = ActionKind::OciImage(Box::new(OciAction { image, arch, packages, epoch }));
        Ok(self.add(label, kind, key, results))
    }
}
