//! Targets: disks, OCI images, packages.

use std::collections::BTreeMap;
use std::io::Read as _;

use yoe_model::{Image, Release, Unit};
use yoe_package::Tree;
use yoe_plan::{ActionId, ActionKind, DiskAction, OciAction, PackageAction, RootAction};
use yoe_tree::Tree as Opened;

use super::{Collector, Request, artifact, built, subject, units};
use crate::files::{Looked, look};
use crate::{Carrier, FileEntry, FileKind, Inventory, Link, SupplyError, root};

/// The Debian package that the boot manager and the stub of kernel images come from.
const BOOT_PROGRAMS: &str = "systemd-boot-efi";
/// A disk is an archive whose parts cannot be told without knowing where they are.
const DISK: FileKind = FileKind { executable: false, archive: true, structured: false };
const PACKED: FileKind = FileKind { executable: false, archive: true, structured: true };
/// No manifest of an image is larger.
const LARGEST_MANIFEST: u64 = 64 << 20;

/// The inventory of an image's disk.
pub(super) fn disk(request: &Request<'_>, id: ActionId, disk: &DiskAction) -> Result<Inventory, SupplyError> {
    let image = &disk.image;
    let (digest, directory) = built(request, id)?;
    let reference = format!("image:{}", image.name);
    let mut subject = subject(
        reference.clone(),
        &image.name,
        &image.version,
        &image.description,
        disk.machine.arch,
        digest,
        Carrier::Disk,
    );
    let file = format!("{}.img", Release::image_of(&image.name));
    subject.artifact = Some(artifact(&file, &directory.join(&file), DISK)?);
    let mut collector = Collector::new(request, subject);
    let ActionKind::Root(root) = &request.plan.action(disk.root).kind else {
        return Err(SupplyError::NoTarget);
    };
    collector.root(&reference, disk.root, root)?;
    for name in root.oci_images.keys() {
        let gap = format!(
            "what the OCI image {name:?} of a workload holds is not listed; `yoe sbom {name}` lists it"
        );
        collector.inventory.gaps.push(gap);
    }
    collector.kernel(&reference, disk, &directory, image)?;
    collector.boot_programs(&reference, disk);
    Ok(collector.inventory)
}

/// The inventory of an OCI image.
pub(super) fn oci(request: &Request<'_>, id: ActionId, oci: &OciAction) -> Result<Inventory, SupplyError> {
    let image = &oci.image;
    let (digest, directory) = built(request, id)?;
    let reference = format!("image:{}", image.name);
    let mut subject = subject(
        reference.clone(),
        &image.name,
        &image.version,
        &image.description,
        oci.arch,
        digest,
        Carrier::OciImage,
    );
    let file = format!("{}.oci.tar", image.name);
    subject.artifact = Some(artifact(&file, &directory.join(&file), PACKED)?);
    let mut collector = Collector::new(request, subject);
    let packages: Vec<&Unit> = oci.packages.iter().map(|(unit, _)| unit.as_ref()).collect();
    let files_of =
        oci.packages.iter().map(|(unit, id)| Ok((unit.name.clone(), package_file(request, *id, unit)?)));
    let files_of = files_of.collect::<Result<_, SupplyError>>()?;
    collector.packages(&reference, &packages, &files_of)?;
    if let (Some((_, packages)), Some(container)) = (&oci.container, &image.container) {
        collector.debian(&reference, container, packages);
        let gap = format!("files of container {container:?} are not listed one by one; its packages are");
        collector.inventory.gaps.push(gap);
    }
    Ok(collector.inventory)
}

/// The inventory of a unit's package, and of the packages that it needs.
pub(super) fn package(
    request: &Request<'_>,
    id: ActionId,
    package: &PackageAction,
) -> Result<Inventory, SupplyError> {
    let unit = &package.unit;
    let (digest, _) = built(request, id)?;
    let reference = format!("unit:{}", unit.name);
    let version = unit.package_version();
    let mut subject = subject(
        reference.clone(),
        &unit.name,
        &version,
        &unit.description,
        package.arch,
        digest,
        Carrier::Package,
    );
    let file = package_file(request, id, unit)?;
    subject.artifact = Some(file.clone());
    let mut collector = Collector::new(request, subject);
    let mut closure: Vec<&Unit> = vec![unit];
    let mut at = 0;
    while let Some(unit) = closure.get(at).copied() {
        let needed = unit.runtime_deps.iter().filter_map(|name| request.project.units.get(name));
        for unit in needed {
            if !closure.iter().any(|known| known.name == unit.name) {
                closure.push(unit);
            }
        }
        at += 1;
    }
    collector.packages(&reference, &closure, &[(unit.name.clone(), file)].into())?;
    Ok(collector.inventory)
}

impl Collector<'_> {
    /// The packages of a root, and its files by whose they are.
    fn root(&mut self, holder: &str, id: ActionId, root: &RootAction) -> Result<(), SupplyError> {
        let (_, directory) = built(self.request, id)?;
        let path = directory.join("root.tar");
        let archive =
            yoe_tree::regular(&path).map_err(|source| SupplyError::Io { path: path.clone(), source })?;
        let root::Root { files, owners } = root::read(&path, archive)?;
        let units = units(root.packages.iter().map(|(unit, _)| unit.as_ref()));
        let mut of_unit: BTreeMap<&str, Vec<Looked>> = units.keys().map(|name| (*name, Vec::new())).collect();
        let mut generated = Vec::new();
        for (path, file) in files {
            match owners.get(&path).and_then(|owner| of_unit.get_mut(owner.as_str())) {
                Some(files) => files.push(file),
                None => generated.push(file),
            }
        }
        for (name, files) in of_unit {
            let id = root.packages.iter().find(|(unit, _)| unit.name == name).map(|(_, id)| *id);
            let artifact = id.map(|id| package_file(self.request, id, units[name])).transpose()?;
            self.unit(holder, units[name], artifact, files, &units)?;
        }
        // What no package holds was made with the image.
        self.files(holder, generated);
        Ok(())
    }

    /// Packages with the files that their units left for devices.
    fn packages(
        &mut self,
        holder: &str,
        packages: &[&Unit],
        files_of: &BTreeMap<String, FileEntry>,
    ) -> Result<(), SupplyError> {
        let units = units(packages.iter().copied());
        for unit in packages {
            let id = self.request.plan.unit(&unit.name).ok_or(SupplyError::NoTarget)?;
            let (_, directory) = built(self.request, id)?;
            let unread = |source| SupplyError::Unit { unit: unit.name.clone(), source };
            let runtime = Tree::scan(&directory).and_then(|tree| tree.split()).map_err(unread)?.runtime;
            let mut files = Vec::new();
            for (path, node) in runtime.iter() {
                if let yoe_package::Content::File(_) = node.content {
                    let on_disk = runtime.on_disk(path);
                    let unread = |source| SupplyError::Io { path: on_disk.clone(), source };
                    let file = yoe_tree::regular(&on_disk).map_err(unread)?;
                    let mut content = Vec::new();
                    (&file).read_to_end(&mut content).map_err(unread)?;
                    files.push(look(path, &content));
                }
            }
            let artifact = files_of.get(unit.name.as_str()).cloned();
            self.unit(holder, unit, artifact, files, &units)?;
        }
        Ok(())
    }

    /// The kernel image, which lies outside of the root, and what it was made from.
    fn kernel(
        &mut self,
        holder: &str,
        disk: &DiskAction,
        directory: &std::path::Path,
        image: &Image,
    ) -> Result<(), SupplyError> {
        let ActionKind::Unit(kernel) = &self.request.plan.action(disk.kernel).kind else { return Ok(()) };
        self.sources(holder, Link::Contains, &kernel.unit);
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
        self.files(holder, [Looked { entry, go: None, gap: None }]);
        Ok(())
    }

    /// What lies in the EFI system partition of Debian's: the boot manager, and the stub in the kernel image.
    fn boot_programs(&mut self, holder: &str, disk: &DiskAction) {
        for id in [Some(disk.container), disk.boot_manager].into_iter().flatten() {
            let ActionKind::Container(container) = &self.request.plan.action(id).kind else { continue };
            let ours = Some(self.arch.debian());
            let programs = container.packages.iter().filter(|package| {
                package.name.split(':').next() == Some(BOOT_PROGRAMS) && package.architecture() == ours
            });
            let programs: Vec<_> = programs.cloned().collect();
            self.debian(holder, &container.name, &programs);
        }
    }
}

/// The file of a unit's package.
fn package_file(request: &Request<'_>, id: ActionId, unit: &Unit) -> Result<FileEntry, SupplyError> {
    let (_, directory) = built(request, id)?;
    let file = format!("{}-{}.apk", unit.name, unit.package_version());
    artifact(&file, &directory.join(&file), PACKED)
}

fn unread(image: &str, source: yoe_tree::TreeError) -> SupplyError {
    SupplyError::Tree { what: format!("image {image:?}"), source }
}
