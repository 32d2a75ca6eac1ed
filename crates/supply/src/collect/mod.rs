//! Plan, lock and results in, inventory out.

mod go;
mod image;
mod kernel;
mod notice;
mod statements;
mod texts;
mod unit;
mod workload;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;

use yoe_model::{Arch, Digest, Locked, LockedPackage, Mirrors, Project, Unit};
use yoe_plan::{ActionId, ActionKind, Plan};

pub use self::notice::device_notice;
use crate::files::{Looked, stream};
use crate::identity::{self, Named, Names};
use crate::inventory::file_reference;
use crate::{Carrier, FileEntry, FileKind, Inventory, Link, Subject, SupplyError};

/// What an inventory is made from.
pub struct Request<'a> {
    /// The project with its lock.
    pub project: &'a Project<Locked>,
    /// The base addresses of archives that the project's own text names.
    pub mirrors: &'a Mirrors,
    /// A plan of the target alone.
    pub plan: &'a Plan,
    /// The digest and the directory of what an action gave; `None` when it is not built.
    pub built: &'a dyn Fn(ActionId) -> Option<(Digest, PathBuf)>,
}

/// Makes the inventory of the plan's target.
///
/// # Errors
/// [`SupplyError`]: when a part of it is not built, or what was built cannot be read.
pub fn collect(request: &Request<'_>) -> Result<Inventory, SupplyError> {
    let (_, id) = request.plan.targets.first().ok_or(SupplyError::NoTarget)?;
    match &request.plan.action(*id).kind {
        ActionKind::Disk(disk) => image::disk(request, *id, disk),
        ActionKind::OciImage(image) => image::oci(request, *id, image),
        ActionKind::Package(package) => image::package(request, *id, package),
        ActionKind::Container(container) => Err(SupplyError::Container(container.name.clone())),
        _ => Err(SupplyError::NoTarget),
    }
}

/// An inventory that is being made.
struct Collector<'a> {
    request: &'a Request<'a>,
    names: Names<'a>,
    arch: Arch,
    inventory: Inventory,
}

impl<'a> Collector<'a> {
    fn new(request: &'a Request<'a>, subject: Subject) -> Self {
        let project = request.project;
        let arch = project.machine.arch;
        let names = Names {
            project: &project.name,
            version: &project.version,
            arch: arch.as_str(),
            publisher: project.publisher.as_ref().and_then(|publisher| publisher.url.as_deref()),
            mirrors: request.mirrors,
        };
        let inventory = Inventory::new(subject, &project.name, project.publisher.clone(), project.epoch());
        Self { request, names, arch, inventory }
    }

    /// Adds a component that `holder` holds in this way; gives its reference.
    fn put(&mut self, holder: &str, link: Link, (reference, component): Named) -> String {
        self.inventory.add(&reference, component);
        self.inventory.link(holder, link, &reference);
        reference
    }

    /// Adds files that `holder` holds.
    fn files(&mut self, holder: &str, files: impl IntoIterator<Item = Looked>) {
        for file in files {
            let path = file.entry.path.clone();
            self.inventory.link(holder, Link::Contains, &file_reference(&path));
            self.inventory.gaps.extend(file.gap.clone());
            if let Some(go) = &file.go {
                self.go_program(holder, &path, go, file.packages.clone());
            }
            self.inventory.files.insert(path, file.entry);
        }
    }

    /// Binary packages of Debian that are handed out. `container` is the build environment that they were locked for.
    fn debian(&mut self, holder: &str, container: &str, packages: &[LockedPackage]) {
        let container = self.request.project.containers.get(container);
        for package in packages {
            let named = self.names.debian(package, container);
            self.put(holder, Link::Contains, named);
        }
    }
}

/// The digest and the directory of what an action gave.
fn built(request: &Request<'_>, id: ActionId) -> Result<(Digest, PathBuf), SupplyError> {
    (request.built)(id).ok_or_else(|| SupplyError::NotBuilt(request.plan.action(id).label.clone()))
}

fn subject(
    reference: String,
    name: &str,
    version: &str,
    description: &str,
    arch: Arch,
    digest: Digest,
    carrier: Carrier,
) -> Subject {
    Subject {
        reference,
        name: name.to_owned(),
        version: version.to_owned(),
        description: description.to_owned(),
        arch: arch.to_string(),
        digest: digest.to_string(),
        artifact: None,
        carrier,
    }
}

/// The entry of a file of a result.
fn artifact(name: &str, path: &std::path::Path, kind: FileKind) -> Result<FileEntry, SupplyError> {
    let unread = |source| SupplyError::Io { path: path.to_owned(), source };
    let file: File = yoe_tree::regular(path).map_err(unread)?;
    stream(name, file, kind).map_err(unread)
}

/// The units by their names.
fn units<'a>(units: impl IntoIterator<Item = &'a Unit>) -> BTreeMap<&'a str, &'a Unit> {
    units.into_iter().map(|unit| (unit.name.as_str(), unit)).collect()
}

/// A crate with what its manifest says.
fn crate_named(linked: &crate::cargo::Linked) -> Named {
    let (reference, mut component) =
        identity::crate_of(&linked.name, &linked.version, linked.checksum.as_deref());
    component.license.clone_from(&linked.license);
    component.homepage.clone_from(&linked.homepage);
    component.note = Some(crate::cargo::NOTE.to_owned());
    (reference, component)
}

#[cfg(test)]
pub(crate) mod tests;
