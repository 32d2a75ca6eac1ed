//! What starts a device: the kernel, and the programs before it.

use std::path::Path;
use std::sync::Arc;

use yoe_model::{Image, LockedPackage, Release, Unit};
use yoe_plan::{ActionId, ActionKind, DiskAction};
use yoe_tree::Tree as Opened;

use super::{Collector, artifact};
use crate::files::Looked;
use crate::{FileKind, Kbuild, Link, SupplyError};

/// The Debian package that the boot manager and the stub of kernel images come from.
const BOOT_PROGRAMS: &str = "systemd-boot-efi";
/// No manifest of an image is larger.
const LARGEST_MANIFEST: u64 = 64 << 20;
/// Where the class of kernels keeps the configuration.
const CONFIG: &str = "boot/config";
/// No configuration is larger.
const LARGEST_CONFIG: u64 = 16 << 20;

impl Collector<'_> {
    /// The kernel image, which lies outside of the root, and what it was made from.
    pub(super) fn kernel(
        &mut self,
        holder: &str,
        disk: &DiskAction,
        directory: &Path,
        image: &Image,
    ) -> Result<(), SupplyError> {
        let ActionKind::Unit(kernel) = &self.request.plan.action(disk.kernel).kind else { return Ok(()) };
        let own = self.sources(holder, Link::Contains, &kernel.unit);
        self.statements(&kernel.unit, &own, &own.iter().cloned().collect(), None);
        self.compiled(disk.kernel, &kernel.unit, own.first());
        let name = format!("{}.manifest.json", Release::image_of(&image.name));
        let tree = Opened::directory(directory).map_err(|source| unread(&image.name, source))?;
        let text =
            tree.read(name.as_ref(), LARGEST_MANIFEST).map_err(|source| unread(&image.name, source))?;
        let manifest: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
        let field =
            |name: &str| manifest.pointer(name).and_then(serde_json::Value::as_str).map(str::to_owned);
        let (Some(file), Some(entry)) = (field("/disk/kernel/file"), field("/disk/entry")) else {
            self.inventory
                .gaps
                .push(format!("the manifest of image {:?} does not name its kernel image", image.name));
            return Ok(());
        };
        let kind = FileKind { executable: true, archive: false, structured: true };
        let path = format!("esp/{}", entry.trim_start_matches('/'));
        let entry = artifact(&path, &directory.join(&file), kind)?;
        // The stub that starts it is of the image tools' boot programs.
        let stub = self.boot_files(disk.container);
        self.inventory.made_of.insert(path, own.into_iter().chain(stub).collect());
        self.files(holder, [Looked { entry, go: None, packages: None, gap: None }]);
        Ok(())
    }

    /// What lies in the EFI system partition of Debian's: the boot manager, and the stub in the kernel image.
    pub(super) fn boot_programs(&mut self, holder: &str, disk: &DiskAction) {
        self.boot_programs_of(holder, [Some(disk.container), disk.boot_manager].into_iter().flatten());
    }

    /// Those of these containers.
    pub(super) fn boot_programs_of(&mut self, holder: &str, containers: impl IntoIterator<Item = ActionId>) {
        for id in containers {
            let Some((container, programs)) = self.boot_packages(id) else { continue };
            self.debian(holder, &container, &programs);
        }
    }

    /// The name of a container, and the packages of it that hold boot programs of this architecture.
    fn boot_packages(&self, container: ActionId) -> Option<(String, Vec<LockedPackage>)> {
        let ActionKind::Container(container) = &self.request.plan.action(container).kind else { return None };
        let ours = Some(self.arch.debian());
        let programs = container.packages.iter().filter(|package| {
            package.name.split(':').next() == Some(BOOT_PROGRAMS) && package.architecture() == ours
        });
        Some((container.name.clone(), programs.cloned().collect()))
    }

    /// The references of these packages.
    fn boot_files(&self, container: ActionId) -> Vec<String> {
        let Some((name, packages)) = self.boot_packages(container) else { return Vec::new() };
        let container = self.request.project.containers.get(&name);
        packages.iter().map(|package| self.names.debian(package, container).0).collect()
    }

    /// What the kernel's configuration compiles. The unit's patches may change makefiles, so a patched source says nothing.
    fn compiled(&mut self, id: ActionId, unit: &Unit, own: Option<&String>) {
        let source = self.source_trees(unit).into_iter().next().flatten();
        let config = (self.request.built)(id).and_then(|(_, directory)| {
            let tree = Opened::directory(&directory).ok()?;
            tree.read(CONFIG.as_ref(), LARGEST_CONFIG).ok()
        });
        let component = own.and_then(|reference| self.inventory.components.get(reference));
        let (Some(source), Some(config), Some(component)) = (source, config, component) else { return };
        if unit.patches.is_empty() {
            let kbuild = Kbuild::new(&source, &String::from_utf8_lossy(&config), self.arch.as_str());
            self.inventory.kernel = kbuild.map(|kbuild| (component.purl.clone(), Arc::new(kbuild)));
        }
    }
}

fn unread(image: &str, source: yoe_tree::TreeError) -> SupplyError {
    SupplyError::Tree { what: format!("image {image:?}"), source }
}
