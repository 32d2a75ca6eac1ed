//! The root tree: packages merged into one archive, with what the image adds.

mod accounts;
mod copy;
mod generated;
pub(crate) mod installed;
pub(crate) mod merge;
mod os_release;
mod policy;
pub(crate) mod spool;
pub(crate) mod tree;
mod workloads;
pub(crate) mod world;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use yoe_model::{Arch, Image, Service, Workload, WorkloadImage};
use yoe_package::index::Listed;
use yoe_package::{PublicKey, Reader};

use self::merge::Merge;
use self::tree::RootTree;
use crate::{ImageError, Manifest, Package, budget, services};

/// What a root is assembled from.
#[derive(Debug, Clone, Copy)]
pub struct RootRequest<'a> {
    /// The image.
    pub image: &'a Image,
    /// The architecture; packages are of it or `noarch`.
    pub arch: Arch,
    /// Package files. The first that has a directory decides its mode.
    pub packages: &'a [PathBuf],
    /// Who may have signed them.
    pub keys: &'a [PublicKey],
    /// Whose packages the device will trust. They are part of the root's bytes; a root that no package manager will
    /// change needs none.
    pub device_keys: &'a [PublicKey],
    /// The services of the units in the image.
    pub services: &'a [Service],
    /// The workloads that it brings along.
    pub workloads: &'a [WorkloadRequest<'a>],
    /// The compressed texts of licences, where they are to be on the device.
    pub notice: Option<&'a Path>,
    /// Seconds since 1970: the date of everything in it.
    pub epoch: u64,
}

/// A workload of an image.
#[derive(Debug, Clone, Copy)]
pub struct WorkloadRequest<'a> {
    /// The workload.
    pub workload: &'a Workload,
    /// What [`crate::oci::assemble`] and [`crate::oci::keep_registry_image`] made of the images of all workloads.
    pub images: &'a BTreeMap<WorkloadImage, PathBuf>,
}

/// The files that [`assemble`] writes into its directory.
pub mod files {
    /// The root tree.
    pub const ROOT: &str = "root.tar";
    /// A copy of the root's `/usr/lib/os-release`.
    pub const OS_RELEASE: &str = "os-release";
    /// [`crate::Manifest`] as JSON.
    pub const MANIFEST: &str = "manifest.json";
}

/// Assembles the root into the directory `out`, which exists. File contents pass through a temporary file there.
///
/// What packages hold below `/boot` is left out: the kernel boots from the EFI system partition.
///
/// # Errors
/// [`ImageError`]; after one, `out` may hold a part of the files.
pub fn assemble(request: &RootRequest<'_>, out: &Path) -> Result<Manifest, ImageError> {
    let mut merge = Merge::new(out)?;
    for path in request.packages {
        add_package(&mut merge, request.arch, request.keys, path)?;
    }
    let mut tree = merge.finish()?;
    let services = services::check(request.services, request.image, &tree).map_err(ImageError::Services)?;
    let added = workloads::add(&mut tree, request)?;
    policy::add(&mut tree, request.image)?;
    budget::check_disk(request.image, &added.needs)?;
    let os_release = generated::add(&mut tree, request, &services)?;
    let parts = added.parts();
    let manifest = Manifest { workloads: parts, ..manifest(request, &tree, &services) };
    budget::check_files(request.image, &manifest)?;
    budget::check_content(request.image, &manifest.content)?;
    tree.write(&out.join(files::ROOT), request.epoch)?;
    added.write(&tree, out, request.epoch)?;
    write(&out.join(files::OS_RELEASE), &os_release)?;
    crate::manifest::write(&manifest, &out.join(files::MANIFEST))?;
    Ok(manifest)
}

fn write(path: &Path, text: &str) -> Result<(), ImageError> {
    fs::write(path, text).map_err(ImageError::io("write", path))
}

/// Adds a package file to a tree, once its signature and its architecture are known to be right.
pub(crate) fn add_package(
    merge: &mut Merge,
    arch: Arch,
    keys: &[PublicKey],
    path: &Path,
) -> Result<(), ImageError> {
    let reader = Reader::open(path, keys)?;
    let file_size = fs::metadata(path).map_err(ImageError::io("look at", path))?.len();
    let listed = Listed { control: reader.control().clone(), identity: reader.identity(), file_size };
    let info = &listed.control.info;
    if info.arch != "noarch" && info.arch != arch.as_str() {
        let (package, found) = (info.name.clone(), info.arch.clone());
        return Err(ImageError::Arch { package, found, expected: arch.to_string() });
    }
    merge.begin(listed)?;
    reader.read(|entry, content| merge.add(entry, content))?;
    Ok(())
}

fn manifest(request: &RootRequest<'_>, tree: &RootTree, services: &[&Service]) -> Manifest {
    Manifest {
        workloads: Vec::new(),
        format: 1,
        image: request.image.name.clone(),
        version: request.image.version.clone(),
        arch: request.arch.to_string(),
        epoch: request.epoch,
        content: tree.content(),
        packages: packages(tree),
        services: services.iter().map(|service| service.name.clone()).collect(),
    }
}

/// The packages of a tree, by name.
pub(crate) fn packages(tree: &RootTree) -> Vec<Package> {
    let package = |listed: &Listed| {
        let info = &listed.control.info;
        Package {
            name: info.name.clone(),
            version: info.version.clone(),
            origin: info.origin.clone(),
            license: info.license.clone(),
            installed_size: listed.control.installed_size,
            identity: listed.identity.q1(),
        }
    };
    let mut packages: Vec<_> = tree.packages.iter().map(package).collect();
    packages.sort_by(|one, other| one.name.cmp(&other.name));
    packages
}
