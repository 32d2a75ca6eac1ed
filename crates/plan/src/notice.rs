//! The action that collects the texts of licences for a device.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use yoe_model::{Container, Image, Unit, WorkloadImage};

use crate::action::{ActionId, ActionKind, NoticeAction};
use crate::error::PlanError;
use crate::key::Key;
use crate::planner::Planner;
use crate::unit::unit_label;

/// Raise when the same texts would be written in another way.
const NOTICE_RULES: u32 = 1;
/// How the lock calls Go's toolchain, whose library is linked into programs.
const TOOLCHAIN: &str = "go:golang.org/toolchain@";

impl Planner<'_> {
    /// The texts of the licences of an image whose packages and workloads are planned already.
    pub fn notice(
        &mut self,
        name: &str,
        image: &Image,
        packages: &[(Arc<Unit>, ActionId)],
        images: &BTreeMap<WorkloadImage, ActionId>,
    ) -> Result<ActionId, PlanError> {
        let user = format!("image {name:?}");
        let boot = std::iter::once(&image.container).chain(&image.boot_manager);
        let boot = boot
            .map(|container| self.container(container, &user, &image.origin))
            .collect::<Result<Vec<_>, _>>()?;
        let containers: BTreeSet<&String> =
            std::iter::once(&image.container).chain(&image.boot_manager).collect();
        let kernel = &self.project.machine.kernel.unit;
        let unknown = || PlanError::UnknownTarget { name: kernel.clone(), hint: None };
        let kernel = self.project.units.get(kernel).cloned().ok_or_else(unknown)?;
        let units: Vec<Arc<Unit>> = packages.iter().map(|(unit, _)| unit.clone()).collect();
        // What runs on the device, what is in its containers, and what starts it.
        let built: BTreeMap<String, Arc<Unit>> = units
            .iter()
            .cloned()
            .chain(self.of_images(images))
            .map(|unit| (unit.name.clone(), unit))
            .collect();
        let mut all = built.clone();
        all.insert(kernel.name.clone(), kernel.clone());
        self.add_contained(&mut all);

        let mut inputs: BTreeSet<ActionId> = images.values().chain(&boot).copied().collect();
        inputs.extend(built.keys().filter_map(|unit| self.made(&unit_label(unit))));
        inputs.extend(all.keys().flat_map(|unit| self.sources_of(unit)));
        inputs.extend(self.toolchain(&all));
        let results = inputs.into_iter().map(|id| (self.plan.action(id).label.clone(), id)).collect();
        let containers = containers.iter().filter_map(|name| self.project.containers.get(*name));
        let said: Vec<String> =
            all.values().map(|unit| of_unit(unit)).chain(containers.map(of_container)).collect();
        let arch = self.project.machine.arch;
        let key = Key::new(NOTICE_RULES)
            .with("arch", &arch)
            .with("image", &vec![image.name.clone(), image.version.clone()])
            .with("licences", &said);
        let (image, images) = (image.clone(), images.clone());
        let notice = NoticeAction { image, arch, units, images, kernel, boot, said };
        Ok(self.add(format!("notice {name}"), ActionKind::Notice(Box::new(notice)), key, results))
    }

    /// The units whose packages are in OCI images.
    fn of_images(&self, images: &BTreeMap<WorkloadImage, ActionId>) -> Vec<Arc<Unit>> {
        let packages = |id: &ActionId| match &self.plan.action(*id).kind {
            ActionKind::OciImage(oci) => oci.packages.iter().map(|(unit, _)| unit.clone()).collect(),
            _ => Vec::new(),
        };
        images.values().flat_map(packages).collect()
    }

    /// Adds the units whose code is linked into programs of these.
    fn add_contained(&self, units: &mut BTreeMap<String, Arc<Unit>>) {
        let mut open: Vec<Arc<Unit>> = units.values().cloned().collect();
        while let Some(unit) = open.pop() {
            for part in unit.contains.iter().filter_map(|name| self.project.units.get(name)) {
                if units.insert(part.name.clone(), part.clone()).is_none() {
                    open.push(part.clone());
                }
            }
        }
    }

    fn sources_of(&self, unit: &str) -> Vec<ActionId> {
        let id = self.made(&unit_label(unit));
        match id.map(|id| &self.plan.action(id).kind) {
            Some(ActionKind::Unit(unit)) => unit.sources.iter().map(|source| source.action).collect(),
            _ => Vec::new(),
        }
    }

    /// The source of Go's toolchain, where one of these units is built with it.
    fn toolchain(&self, units: &BTreeMap<String, Arc<Unit>>) -> Option<ActionId> {
        let is = |kind: &ActionKind| match kind {
            ActionKind::Source(source) if source.key.starts_with(TOOLCHAIN) => {
                units.values().any(|unit| unit.deps.contains(&source.user))
            }
            _ => false,
        };
        self.plan.numbered().find(|(_, action)| is(&action.kind)).map(|(id, _)| id)
    }
}

/// What a unit says of licences.
fn of_unit(unit: &Unit) -> String {
    let mut lines = vec![format!("{} {}: {}", unit.name, unit.package_version(), unit.license)];
    lines.extend(unit.licenses.iter().map(|(name, license)| format!("  {name}: {license}")));
    lines.extend(unit.license_files.iter().map(|(path, digest)| format!("  {path}: {digest}")));
    lines.extend(unit.contains.iter().map(|part| format!("  contains {part}")));
    // A text may be a file of the unit's own.
    lines.extend(unit.files.iter().map(|file| format!("  file {} {}", file.path, file.digest())));
    lines.join("\n")
}

/// What a container says of licences of Debian packages.
fn of_container(container: &Container) -> String {
    let licenses = container.licenses.iter().map(|(name, license)| format!("\n  {name}: {license}"));
    format!("container {}{}", container.name, licenses.collect::<String>())
}
