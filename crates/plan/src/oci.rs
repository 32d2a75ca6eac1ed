//! The action of an OCI image.

use yoe_model::{LockedPackage, OciImage};

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
        let container = match &image.container {
            Some(name) => Some(self.copied(&image, name)?),
            None => None,
        };
        results.extend(container.iter().map(|(id, _)| ("container".to_owned(), *id)));
        let (arch, epoch) = (self.project.machine.arch, self.project.epoch());
        let identity = vec![image.name.clone(), image.version.clone(), image.description.clone()];
        let key = Key::new(self.options.image_rules)
            .with("format", &self.options.oci_rules)
            .with("arch", &arch)
            .with("image", &(identity, image.artifacts.clone()))
            .with("config", &image.config)
            .with("epoch", &epoch);
        let kind = ActionKind::OciImage(Box::new(OciAction { image, arch, packages, container, epoch }));
        Ok(self.add(label, kind, key, results))
    }

    /// The container that an OCI image is a copy of.
    fn copied(&mut self, image: &OciImage, name: &str) -> Result<(ActionId, Vec<LockedPackage>), PlanError> {
        let arch = self.project.machine.arch;
        let id =
            self.container_for(name, Some(arch), &format!("OCI image {:?}", image.name), &image.origin)?;
        let ActionKind::Container(container) = &self.plan.action(id).kind else {
            return Ok((id, Vec::new()));
        };
        let wrong = container.packages.iter().find(|package| {
            !matches!(package.architecture(), None | Some("all"))
                && package.architecture() != Some(arch.debian())
        });
        match wrong {
            Some(package) => Err(PlanError::OciArch {
                origin: image.origin.clone(),
                image: image.name.clone(),
                container: name.to_owned(),
                package: package.name.clone(),
                arch: arch.to_string(),
            }),
            None => Ok((id, container.packages.clone())),
        }
    }
}
