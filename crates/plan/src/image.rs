//! Actions of an image: its root and its disk.

use std::collections::BTreeMap;
use std::sync::Arc;

use yoe_model::{Image, Service, Workload, WorkloadImage};

use crate::action::{ActionId, ActionKind, DiskAction, RootAction};
use crate::error::PlanError;
use crate::graph::runtime_closure;
use crate::key::Key;
use crate::planner::Planner;
use crate::unit::unit_label;

impl Planner<'_> {
    fn root(&mut self, name: &str, image: &Image) -> Result<ActionId, PlanError> {
        let closure = runtime_closure(self.project, image.artifacts.iter().map(String::as_str))?;
        let mut packages = Vec::new();
        let mut results = Vec::new();
        let mut services: Vec<Service> = Vec::new();
        for name in closure {
            let id = self.package(name)?;
            let unit = self.project.units[name].clone();
            services.extend(unit.services.iter().cloned());
            results.push((format!("package {name}"), id));
            packages.push((unit, id));
        }
        let workloads: Vec<Arc<Workload>> = self.project.workloads_of(image).cloned().collect();
        services.extend(workloads.iter().map(|workload| workload.service()));
        let mut images = BTreeMap::new();
        for workload in &workloads {
            for image in workload.images() {
                if !images.contains_key(image) {
                    let id = match image {
                        WorkloadImage::Oci(name) => self.oci_image(name)?,
                        WorkloadImage::Registry(name) => self.registry_image(name, workload)?,
                    };
                    images.insert(image.clone(), id);
                }
            }
        }
        let label = |id: &ActionId| self.plan.action(*id).label.clone();
        results.extend(images.values().map(|id| (label(id), *id)));
        let (arch, epoch) = (self.project.machine.arch, self.project.epoch());
        let mut key = self
            .image_key(image, epoch)
            .with("arch", &arch)
            .with("artifacts", &image.artifacts)
            .with("services", &services)
            .with("init", &image.init)
            .with("etc", &image.etc);
        // What an image says nothing of does not change its key.
        if !image.users.is_empty() {
            key = key.with("users", &image.users);
        }
        if image.timezone.is_some() {
            key = key.with("timezone", &image.timezone);
        }
        if image.policy.is_some() {
            key = key.with("policy", &image.policy);
        }
        if !workloads.is_empty() {
            let all: Vec<Workload> = workloads.iter().map(|workload| (**workload).clone()).collect();
            key = key.with("workloads", &all);
        }
        let notice = image.notice.then(|| self.notice(name, image, &packages, &images)).transpose()?;
        results.extend(notice.map(|id| ("notice".to_owned(), id)));
        let image = image.clone();
        let root = RootAction { image, arch, packages, workloads, images, notice, epoch };
        let kind = ActionKind::Root(Box::new(root));
        Ok(self.add(format!("root {name}"), kind, key, results))
    }

    /// The action that makes the disk of an image or of a release.
    pub fn disk(&mut self, name: &str) -> Result<ActionId, PlanError> {
        let label = format!("image {name}");
        if let Some(id) = self.made(&label) {
            return Ok(id);
        }
        let unknown = || PlanError::UnknownTarget { name: name.to_owned(), hint: None };
        let image = self.project.image(name).ok_or_else(unknown)?;
        let container = self.container(&image.container, &format!("image {name:?}"), &image.origin)?;
        let boot_manager = image.boot_manager.as_ref();
        let boot_manager = boot_manager
            .map(|name| self.container(name, &format!("image {:?}", image.name), &image.origin))
            .transpose()?;
        let root = self.root(name, &image)?;
        let machine = self.project.machine.clone();
        let kernel = self
            .made(&unit_label(&machine.kernel.unit))
            .ok_or_else(|| PlanError::UnknownTarget { name: machine.kernel.unit.clone(), hint: None })?;
        let epoch = self.project.epoch();
        let key = self
            .image_key(&image, epoch)
            .with("arch", &machine.arch)
            .with("machine", &machine)
            .with("layout", &image.layout)
            .with("contract", &(u64::from(self.options.kernel_rules), image.kernel_contract.clone()));
        let results = [("container", container), ("root", root), ("kernel", kernel)];
        let results = results.into_iter().chain(boot_manager.map(|id| ("boot manager", id)));
        let results = results.map(|(part, id)| (part.to_owned(), id)).collect();
        let disk = DiskAction { image, machine, container, boot_manager, root, kernel, epoch };
        Ok(self.add(label, ActionKind::Disk(Box::new(disk)), key, results))
    }

    fn image_key(&self, image: &Image, epoch: u64) -> Key {
        Key::new(self.options.image_rules)
            .with("image", &vec![image.name.clone(), image.version.clone(), image.hostname.clone()])
            .with("budget", &image.budget)
            .with("epoch", &epoch)
    }
}
