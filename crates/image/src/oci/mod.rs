//! OCI images from packages, or from a build environment.

mod debian;
pub(crate) mod document;
mod registry;

use std::fs;
use std::path::{Path, PathBuf};

use yoe_model::{Arch, LockedPackage, OciConfig, OciImage, WorkloadImage};
use yoe_oci::Config;
use yoe_package::PublicKey;

pub use self::registry::{RegistryRequest, keep_registry_image};
use crate::root::merge::Merge;
use crate::root::tree::{Body, Node, RootTree};
use crate::root::{add_package, files, installed, packages, world};
use crate::{ImageError, Manifest};

/// What an OCI image is assembled from.
#[derive(Debug, Clone, Copy)]
pub struct OciRequest<'a> {
    /// The image.
    pub image: &'a OciImage,
    /// The architecture; packages are of it or `noarch`.
    pub arch: Arch,
    /// Package files.
    pub packages: &'a [PathBuf],
    /// Who may have signed them.
    pub keys: &'a [PublicKey],
    /// A build environment that it is a copy of, in the place of packages.
    pub environment: Option<&'a Environment<'a>>,
    /// Seconds since 1970: the date of everything in it.
    pub epoch: u64,
}

/// A build environment: unpacked Debian packages.
#[derive(Debug, Clone)]
pub struct Environment<'a> {
    /// Where it lies.
    pub directory: PathBuf,
    /// What was unpacked.
    pub packages: &'a [LockedPackage],
}

/// Where programs are looked for when the image does not say: what other image builders set.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Packages install below /usr; programs and scripts name the old places.
const LINKS: [(&str, &str); 3] = [("bin", "usr/bin"), ("lib", "usr/lib"), ("sbin", "usr/sbin")];
/// Where an engine mounts something, which it cannot make in a root that is read-only, and where programs write.
const DIRECTORIES: [(&str, u32); 6] =
    [("dev", 0o755), ("proc", 0o755), ("root", 0o700), ("run", 0o755), ("sys", 0o755), ("tmp", 0o1777)];
/// The accounts that an image can do with. A user without an entry needs its number in the image's `user`.
const ACCOUNTS: [(&str, &str); 2] = [
    ("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n"),
    ("etc/group", "root:x:0:\nnobody:x:65534:\n"),
];

/// The directory of an image's layout, in the directory that [`assemble`] writes to.
pub fn layout_directory(name: &str) -> String {
    format!("{name}.oci")
}

/// The directory of the layout of a workload's image, in what was made of it.
pub(crate) fn layout_of(image: &WorkloadImage) -> String {
    match image {
        WorkloadImage::Oci(name) => layout_directory(name),
        WorkloadImage::Registry(_) => registry::LAYOUT.to_owned(),
    }
}

/// The file name of an image's archive.
pub fn archive_file(name: &str) -> String {
    format!("{name}.oci.tar")
}

/// Assembles the image into the directory `out`, which exists: the layout, the archive, and a manifest of its packages.
///
/// In addition to what packages hold there are the directories, links and accounts that containers rely on, where no package has them,
/// and the package database, by which scanners know what is in it: apk's, or dpkg's for the copy of a build environment.
///
/// # Errors
/// [`ImageError`]; after one, `out` may hold a part of the files.
pub fn assemble(request: &OciRequest<'_>, out: &Path) -> Result<Manifest, ImageError> {
    let image = request.image;
    let mut merge = Merge::new(out)?;
    for path in request.packages {
        add_package(&mut merge, request.arch, request.keys, path)?;
    }
    let mut tree = merge.finish()?;
    if let Some(environment) = request.environment {
        tree.copy(&environment.directory).map_err(ImageError::io("copy", &environment.directory))?;
    }
    add_skeleton(&mut tree, request).map_err(ImageError::io("write a file of", Path::new("the image")))?;
    let manifest = manifest(request, &tree);
    let layer = out.join(files::ROOT);
    tree.write(&layer, request.epoch)?;
    let written = yoe_oci::Image {
        name: &image.name,
        tag: &image.version,
        description: &image.description,
        architecture: request.arch.debian(),
        config: &config(&image.config),
        layer: &layer,
        created: request.epoch,
    };
    yoe_oci::write(&written, &out.join(layout_directory(&image.name)), &out.join(archive_file(&image.name)))?;
    // The layer holds it.
    fs::remove_file(&layer).map_err(ImageError::io("remove", &layer))?;
    crate::manifest::write(&manifest, &out.join(files::MANIFEST))?;
    Ok(manifest)
}

fn add_skeleton(tree: &mut RootTree, request: &OciRequest<'_>) -> std::io::Result<()> {
    for (name, target) in LINKS {
        add(tree, name, Body::Symlink(target.to_owned()), 0o777);
        add(tree, target, Body::Directory, 0o755);
        tree.add_parents(target);
    }
    for (name, mode) in DIRECTORIES {
        add(tree, name, Body::Directory, mode);
    }
    for (name, text) in ACCOUNTS {
        if tree.resolve(name).is_none() {
            tree.put(name, text, 0o644)?;
        }
    }
    if let Some(environment) = request.environment {
        // A build environment keeps no bits beyond those of access, and one user's directories are everybody's there.
        for (name, mode) in DIRECTORIES.into_iter().chain([("var/tmp", 0o1777)]) {
            if let Some(node) = tree.nodes.get_mut(name) {
                node.mode = mode;
            }
        }
        return tree.put("var/lib/dpkg/status", &debian::status(environment.packages), 0o644);
    }
    tree.put("etc/apk/arch", &format!("{}\n", request.arch), 0o644)?;
    let world = world::text(tree, &request.image.artifacts);
    tree.put("etc/apk/world", &world, 0o644)?;
    // Last: it holds the checksums of what packages own and the image changed.
    let database = installed::text(tree);
    tree.put("lib/apk/db/installed", &database, 0o644)
}

/// Adds what no package has.
fn add(tree: &mut RootTree, path: &str, body: Body, mode: u32) {
    let node = Node { body, mode, uid: 0, gid: 0, owner: None };
    tree.nodes.entry(path.to_owned()).or_insert(node);
}

fn manifest(request: &OciRequest<'_>, tree: &RootTree) -> Manifest {
    Manifest {
        workloads: Vec::new(),
        format: 1,
        image: request.image.name.clone(),
        version: request.image.version.clone(),
        arch: request.arch.to_string(),
        epoch: request.epoch,
        content: tree.content(),
        packages: match request.environment {
            Some(environment) => debian::packages(environment.packages),
            None => packages(tree),
        },
        services: Vec::new(),
    }
}

fn config(config: &OciConfig) -> Config {
    let mut env = config.env.clone();
    env.entry("PATH".to_owned()).or_insert_with(|| PATH.to_owned());
    Config {
        user: config.user.clone(),
        exposed_ports: config.ports.clone(),
        env: env.into_iter().map(|(name, value)| format!("{name}={value}")).collect(),
        entrypoint: config.entrypoint.clone(),
        cmd: config.cmd.clone(),
        volumes: config.volumes.clone(),
        working_dir: config.workdir.clone(),
        labels: config.labels.clone(),
        stop_signal: config.stop_signal.clone(),
    }
}
