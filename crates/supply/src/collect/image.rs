//! Targets: disks, OCI images, packages.

use std::collections::BTreeMap;
use std::io::Read as _;

use yoe_model::{Release, Unit};
use yoe_package::Tree;
use yoe_plan::{ActionId, ActionKind, DiskAction, OciAction, PackageAction, RootAction};

use super::{Collector, Request, artifact, built, subject, units};
use crate::files::{Looked, look};
use crate::inventory::package_reference;
use crate::{Carrier, FileEntry, FileKind, Inventory, SupplyError, root};

/// A disk is an archive whose parts cannot be told without knowing where they are.
const DISK: FileKind = FileKind { executable: false, archive: true, structured: false };
const PACKED: FileKind = FileKind { executable: false, archive: true, structured: true };

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
    collector.workload_images(&reference, &root.images)?;
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
    collector.packages(&reference, &packages, &files_of, "")?;
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
    collector.packages(&reference, &closure, &[(unit.name.clone(), file)].into(), "")?;
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
        // What no package holds was made with the image, and what starts a service by what its unit says of it.
        for file in &generated {
            let path = &file.entry.path;
            if let Some(unit) = units.values().find(|unit| starts_service(path, unit)) {
                self.inventory.made_of.insert(path.clone(), [package_reference(&unit.name)].into());
            }
        }
        self.files(holder, generated);
        Ok(())
    }

    /// Packages with the files that their units left for devices. `below` stands before the path of each.
    pub(super) fn packages(
        &mut self,
        holder: &str,
        packages: &[&Unit],
        files_of: &BTreeMap<String, FileEntry>,
        below: &str,
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
                    files.push(look(&format!("{below}{path}"), &content));
                }
            }
            let artifact = files_of.get(unit.name.as_str()).cloned();
            self.unit(holder, unit, artifact, files, &units)?;
        }
        Ok(())
    }
}

/// Whether a file of the root is named after a service of this unit, as those that start services are.
fn starts_service(path: &str, unit: &Unit) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    unit.services.iter().any(|service| service.name == name || service.name == stem)
}

/// The file of a unit's package.
fn package_file(request: &Request<'_>, id: ActionId, unit: &Unit) -> Result<FileEntry, SupplyError> {
    let (_, directory) = built(request, id)?;
    let file = format!("{}-{}.apk", unit.name, unit.package_version());
    artifact(&file, &directory.join(&file), PACKED)
}
