//! What an image holds, for a comparison: of one that is built, of one that is only defined, or of a manifest.

use std::collections::BTreeMap;
use std::path::Path;

use yoe_image::compare::{Contents, PackageEntry, files};
use yoe_image::{DiskManifest, Manifest, disk, root};
use yoe_kernel::{Config, Value};
use yoe_model::{Digest, Unit};
use yoe_plan::{Action, ActionKind, DiskAction, OciAction, Plan, RootAction};
use yoe_tree::Tree;

use crate::checkout::Checkout;
use crate::error::CommandError;
use crate::project::{self, LockedProject};

/// Where a kernel unit leaves its configuration.
const CONFIG: &str = "boot/config";
/// More than the configuration of any kernel has, in bytes.
const MAX_CONFIG: u64 = 16 << 20;

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The machine to evaluate projects for.
    pub machine: Option<&'a str>,
    /// Whether the files are wanted.
    pub files: bool,
}

/// What `name` holds: a manifest when it is the path of one, else an image or a release of the project, or IMAGE@REVISION.
pub fn contents(name: &str, wanted: Wanted<'_>) -> Result<Contents, CommandError> {
    let path = Path::new(name);
    if path.extension().is_some_and(|extension| extension == "json") && path.is_file() {
        return of_manifest(path);
    }
    let here = project::open(wanted.machine)?;
    let known = here.project.image(name).is_some() || here.project.oci_images.contains_key(name);
    match name.split_once('@').filter(|_| !known) {
        Some((image, revision)) => {
            let checkout = Checkout::new(&here.root, revision)?;
            let then = project::open_at(checkout.project(), wanted.machine)?.lock()?;
            of_image(&then, image, wanted)
        }
        None => of_image(&here.lock()?, name, wanted),
    }
}

fn of_manifest(path: &Path) -> Result<Contents, CommandError> {
    let whole = DiskManifest::open(path).map(|manifest| manifest.root);
    // That of a root, before there is a disk, has no part about the disk.
    let manifest = whole.or_else(|error| Manifest::open(path).map_err(|_| error));
    let manifest = manifest.map_err(|error| {
        CommandError::user(format!("{} is not the manifest of an image", path.display())).because(error)
    })?;
    Ok(Contents::from(&manifest))
}

fn of_image(locked: &LockedProject, name: &str, wanted: Wanted<'_>) -> Result<Contents, CommandError> {
    if !locked.project.oci_images.contains_key(name) {
        project::image(&locked.project, Some(name), "compare")?;
    }
    let plan = locked.plan(&[name.to_owned()])?;
    let made = plan.targets.first().map(|(_, id)| plan.action(*id));
    match made.map(|action| (action, &action.kind)) {
        Some((action, ActionKind::Disk(disk))) => Look { locked, plan: &plan, wanted }.disk(action, disk),
        Some((_, ActionKind::OciImage(oci))) => Ok(of_oci(oci)),
        _ => Err(CommandError::user(format!("{name:?} is not an image"))),
    }
}

/// An OCI image has no manifest of packages: what it is defined to hold is compared.
fn of_oci(oci: &OciAction) -> Contents {
    Contents {
        image: oci.image.name.clone(),
        version: oci.image.version.clone(),
        packages: packages(oci.packages.iter().map(|(unit, _)| unit.as_ref())),
        ..Contents::default()
    }
}

fn packages<'a>(units: impl Iterator<Item = &'a Unit>) -> BTreeMap<String, PackageEntry> {
    let entry =
        |unit: &Unit| (unit.name.clone(), PackageEntry { version: unit.package_version(), bytes: None });
    units.map(entry).collect()
}

/// Looking at an image in the store.
struct Look<'a> {
    locked: &'a LockedProject,
    plan: &'a Plan,
    wanted: Wanted<'a>,
}

impl Look<'_> {
    fn disk(&self, action: &Action, disk: &DiskAction) -> Result<Contents, CommandError> {
        let root = self.plan.action(disk.root);
        let mut contents = match (self.manifest(action, disk)?, &root.kind) {
            (Some(manifest), _) => Contents::from(&manifest),
            (None, ActionKind::Root(root)) => defined(root),
            (None, _) => Contents::default(),
        };
        contents.kernel = self.kernel(self.plan.action(disk.kernel))?;
        if let (true, Some(tree)) = (self.wanted.files, self.tree(root)?) {
            let path = tree.join(root::files::ROOT);
            contents.files = Some(files(&path).map_err(|error| cannot_read(&path).because(error))?);
        }
        Ok(contents)
    }

    /// The directory of an action's result, when it is in the store.
    fn tree(&self, action: &Action) -> Result<Option<std::path::PathBuf>, CommandError> {
        let store = &self.locked.store;
        let tree: Option<Digest> = store.action(&action.key)?.map(|result| result.tree);
        Ok(tree.map(|tree| store.tree(&tree)).transpose()?.flatten())
    }

    fn manifest(&self, action: &Action, made: &DiskAction) -> Result<Option<Manifest>, CommandError> {
        let Some(directory) = self.tree(action)? else { return Ok(None) };
        let path = directory.join(disk::manifest_file(&made.image));
        let manifest = DiskManifest::open(&path).map_err(|error| cannot_read(&path).because(error))?;
        Ok(Some(manifest.root))
    }

    /// The options that are set in the kernel's configuration, when the kernel is built and left one.
    fn kernel(&self, action: &Action) -> Result<Option<BTreeMap<String, String>>, CommandError> {
        let Some(directory) = self.tree(action)? else { return Ok(None) };
        let path = directory.join(CONFIG);
        if !path.exists() {
            return Ok(None);
        }
        let bytes = Tree::root(&directory)
            .and_then(|tree| tree.read(Path::new(CONFIG), MAX_CONFIG))
            .map_err(|error| cannot_read(&path).because(error))?;
        let config = Config::parse(&bytes).map_err(|error| cannot_read(&path).because(error))?;
        let set = config.iter().filter(|(_, entry)| entry.value != Value::No);
        Ok(Some(set.map(|(symbol, entry)| (format!("CONFIG_{symbol}"), entry.value.to_string())).collect()))
    }
}

/// What an image that is not built is defined to hold.
fn defined(root: &RootAction) -> Contents {
    let services = root.packages.iter().flat_map(|(unit, _)| &unit.services);
    Contents {
        image: root.image.name.clone(),
        version: root.image.version.clone(),
        packages: packages(root.packages.iter().map(|(unit, _)| unit.as_ref())),
        services: services.map(|service| service.name.clone()).collect(),
        ..Contents::default()
    }
}

fn cannot_read(path: &Path) -> CommandError {
    CommandError::config(format!("{} cannot be read", path.display()))
}
