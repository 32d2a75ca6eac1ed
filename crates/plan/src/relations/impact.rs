//! What a change of a file would rebuild.

use std::collections::{BTreeMap, BTreeSet};

use yoe_model::{Definitions, Origin, Project, Scope, Unit};

use super::unit_files::is_file_of;
use super::{EdgeKind, Relations};
use crate::graph::Target;

/// For each file of a project that loads others, those others. Paths are relative to the project.
pub type Loads = BTreeMap<String, BTreeSet<String>>;

/// What a file is to a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Every definition may come out differently: the project's own file, or its lock.
    Everything,
    /// Text of definitions: whether anything is rebuilt depends on what is changed.
    Definitions,
    /// Bytes that enter keys as they are: each change rebuilds.
    Content,
    /// Nothing is made from it.
    Nothing,
}

/// What a change of a file would rebuild.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Impact {
    /// What the file is.
    pub change: Change,
    /// Units that the file is a part of.
    pub direct: BTreeSet<String>,
    /// Units that would be built, with the direct ones.
    pub units: BTreeSet<String>,
    /// Units that would only be packaged again: what they run with is rebuilt.
    pub packages: BTreeSet<String>,
    /// Containers that would be made anew.
    pub containers: BTreeSet<String>,
    /// Images that would be made anew, OCI images among them. Releases are not listed.
    pub images: BTreeSet<String>,
}

impl Impact {
    /// What a change of `file` would rebuild, whose path is relative to the project. `loads` says which `.star` files load
    /// which others.
    pub fn of<State>(project: &Project<State>, relations: &Relations, loads: &Loads, file: &str) -> Self {
        let mut start = Start::new(project, loads, file);
        let users = |target: &Target| -> Vec<Target> {
            relations.users(target).map(|edge| edge.target.clone()).collect()
        };
        for container in &start.containers {
            for user in users(&Target::Container(container.clone())) {
                match user {
                    Target::Unit(name) => _ = start.units.insert(name),
                    Target::Image(name) | Target::OciImage(name) => _ = start.images.insert(name),
                    Target::Container(_) => {}
                }
            }
        }
        let mut spread = Spread { relations, units: start.units.clone(), packages: BTreeSet::new() };
        spread.run();
        let mut images = start.images;
        let named = spread.packages.iter().map(|name| (name, EdgeKind::Named));
        let kernels = spread.units.iter().map(|name| (name, EdgeKind::Kernel));
        for (name, kind) in named.chain(kernels) {
            let unit = Target::Unit(name.clone());
            let edges = relations.users(&unit).filter(|edge| edge.kind == kind);
            images.extend(edges.map(|edge| edge.target.name().to_owned()));
        }
        images.retain(|name| project.images.contains_key(name) || project.oci_images.contains_key(name));
        let packages = spread.packages.difference(&spread.units).cloned().collect();
        Self {
            change: start.change,
            direct: start.units,
            units: spread.units,
            packages,
            containers: start.containers,
            images,
        }
    }
}

/// What a file is a part of.
struct Start {
    change: Change,
    units: BTreeSet<String>,
    containers: BTreeSet<String>,
    images: BTreeSet<String>,
}

impl Start {
    fn new(project: &Definitions, loads: &Loads, file: &str) -> Self {
        let mut this = Self {
            change: Change::Nothing,
            units: BTreeSet::new(),
            containers: BTreeSet::new(),
            images: BTreeSet::new(),
        };
        if file == "PROJECT.star" || file == "yoe.lock" {
            this.everything(project);
        } else if file.ends_with(".star") {
            this.definitions(project, &loaders(loads, file));
        }
        if this.change == Change::Nothing {
            let holds = |unit: &&std::sync::Arc<Unit>| is_file_of(unit, file);
            this.units = project.units.values().filter(holds).map(|unit| unit.name.clone()).collect();
            if !this.units.is_empty() {
                this.change = Change::Content;
            }
        }
        this
    }

    fn everything(&mut self, project: &Definitions) {
        self.change = Change::Everything;
        self.units = project.units.keys().cloned().collect();
        self.containers = project.containers.keys().cloned().collect();
        self.images = project.images.keys().chain(project.oci_images.keys()).cloned().collect();
    }

    fn definitions(&mut self, project: &Definitions, files: &BTreeSet<String>) {
        let here = |origin: &Origin| files.contains(&origin.file);
        let units = project.units.values();
        self.units = units.filter(|unit| here(&unit.origin)).map(|unit| unit.name.clone()).collect();
        let containers = project.containers.values();
        self.containers = containers.filter(|one| here(&one.origin)).map(|one| one.name.clone()).collect();
        let images = project.images.values().filter(|one| here(&one.origin)).map(|one| &one.name);
        let oci = project.oci_images.values().filter(|one| here(&one.origin)).map(|one| &one.name);
        self.images = images.chain(oci).cloned().collect();
        if here(&project.machine.origin) {
            let units = project.units.values().filter(|unit| unit.scope == Scope::Machine);
            self.units.extend(units.map(|unit| unit.name.clone()));
            self.images.extend(project.images.keys().cloned());
        }
        let none = self.units.is_empty() && self.containers.is_empty() && self.images.is_empty();
        self.change = if none { Change::Nothing } else { Change::Definitions };
    }
}

/// This file and all that load it, also by others.
fn loaders(loads: &Loads, file: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::from([file.to_owned()]);
    let mut open = vec![file.to_owned()];
    while let Some(next) = open.pop() {
        for (loader, _) in loads.iter().filter(|(_, loaded)| loaded.contains(&next)) {
            if all.insert(loader.clone()) {
                open.push(loader.clone());
            }
        }
    }
    all
}

/// Units that are rebuilt, because they are built with one that is; and packages of which something is.
struct Spread<'a> {
    relations: &'a Relations,
    units: BTreeSet<String>,
    packages: BTreeSet<String>,
}

impl Spread<'_> {
    /// A sysroot holds what a dep needs to run. So who is built with a unit is built with all that the unit runs with.
    fn run(&mut self) {
        let mut open: Vec<String> = self.units.iter().cloned().collect();
        while let Some(name) = open.pop() {
            if !self.packages.insert(name.clone()) {
                continue;
            }
            let unit = Target::Unit(name);
            for edge in self.relations.users(&unit) {
                let Target::Unit(user) = &edge.target else { continue };
                if edge.kind == EdgeKind::Build {
                    self.units.insert(user.clone());
                }
                if matches!(edge.kind, EdgeKind::Build | EdgeKind::Runtime) {
                    open.push(user.clone());
                }
            }
        }
    }
}
