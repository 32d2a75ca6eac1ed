//! Who needs whom, as the project's text says it. Nothing is planned for it, so a project without a lock can be asked.

mod impact;
mod paths;
mod unit_files;

use std::collections::{BTreeMap, BTreeSet};

use yoe_model::{Image, Project, Release, Unit};

use crate::graph::Target;

pub use impact::{Change, Impact, Loads};
pub use paths::{Paths, Place, Step, Why};

/// Why one needs the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EdgeKind {
    /// An image names the unit in its `artifacts`, or the OCI image in a workload.
    Named,
    /// The machine's kernel, which is in each image's boot entry.
    Kernel,
    /// The other must be on the device with it (`runtime_deps`).
    Runtime,
    /// It is built against the other (`deps`).
    Build,
    /// It is built, fetched or made with the programs of a container.
    Container,
}

impl EdgeKind {
    /// What brings a unit onto a device.
    pub const DEVICE: [EdgeKind; 3] = [EdgeKind::Named, EdgeKind::Kernel, EdgeKind::Runtime];
    /// What brings a unit into a build.
    pub const UNITS: [EdgeKind; 4] = [EdgeKind::Named, EdgeKind::Kernel, EdgeKind::Runtime, EdgeKind::Build];
    /// All of them.
    pub const ALL: [EdgeKind; 5] =
        [EdgeKind::Named, EdgeKind::Kernel, EdgeKind::Runtime, EdgeKind::Build, EdgeKind::Container];

    /// One word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            EdgeKind::Named => "named",
            EdgeKind::Kernel => "kernel",
            EdgeKind::Runtime => "runtime",
            EdgeKind::Build => "build",
            EdgeKind::Container => "container",
        }
    }
}

/// One end of a relation, with the reason for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// The reason.
    pub kind: EdgeKind,
    /// The other end.
    pub target: Target,
}

/// All relations of a project, in both directions.
#[derive(Debug, Clone, Default)]
pub struct Relations {
    needs: BTreeMap<Target, BTreeSet<Edge>>,
    users: BTreeMap<Target, BTreeSet<Edge>>,
}

impl Relations {
    /// The relations of all units, images, their releases, and containers.
    pub fn new<State>(project: &Project<State>) -> Self {
        let mut this = Self::default();
        for unit in project.units.values() {
            this.unit(unit);
        }
        let kernel = &project.machine.kernel.unit;
        for image in project.images.values() {
            this.image(&image.name, image, kernel);
            this.workloads(project, &image.name, image);
            for release in &image.releases {
                let (name, release) = (Release::target(&image.name, &release.version), release.of(image));
                this.image(&name, &release, kernel);
                this.workloads(project, &name, &release);
            }
        }
        for image in project.oci_images.values() {
            let of = Target::OciImage(image.name.clone());
            this.all(&of, EdgeKind::Named, image.artifacts.iter().map(unit_target));
            this.all(&of, EdgeKind::Container, image.container.iter().map(container_target));
        }
        this
    }

    /// What something needs by a direct edge.
    pub fn needs(&self, of: &Target) -> impl Iterator<Item = &Edge> {
        self.needs.get(of).into_iter().flatten()
    }

    /// What needs something by a direct edge.
    pub fn users(&self, of: &Target) -> impl Iterator<Item = &Edge> {
        self.users.get(of).into_iter().flatten()
    }

    fn unit(&mut self, unit: &Unit) {
        let of = Target::Unit(unit.name.clone());
        self.all(&of, EdgeKind::Build, unit.deps.iter().map(unit_target));
        self.all(&of, EdgeKind::Runtime, unit.runtime_deps.iter().map(unit_target));
        let fetching = unit.sources.iter().filter_map(|entry| entry.source.container());
        let containers = [unit.container.as_str()].into_iter().chain(fetching);
        self.all(&of, EdgeKind::Container, containers.map(|name| Target::Container(name.to_owned())));
    }

    fn image(&mut self, name: &str, image: &Image, kernel: &str) {
        let of = Target::Image(name.to_owned());
        self.all(&of, EdgeKind::Named, image.artifacts.iter().map(unit_target));
        self.all(&of, EdgeKind::Kernel, [Target::Unit(kernel.to_owned())]);
        let containers = [&image.container].into_iter().chain(&image.boot_manager);
        self.all(&of, EdgeKind::Container, containers.map(container_target));
    }

    /// What an image's workloads are made of is on the device with it.
    fn workloads<State>(&mut self, project: &Project<State>, name: &str, image: &Image) {
        let of = Target::Image(name.to_owned());
        let images = project.workloads_of(image).flat_map(|workload| workload.oci_images());
        self.all(&of, EdgeKind::Named, images.map(Target::OciImage));
    }

    fn all(&mut self, of: &Target, kind: EdgeKind, targets: impl IntoIterator<Item = Target>) {
        for target in targets {
            let user = Edge { kind, target: of.clone() };
            self.users.entry(target.clone()).or_default().insert(user);
            self.needs.entry(of.clone()).or_default().insert(Edge { kind, target });
        }
    }
}

fn unit_target(name: impl Into<String>) -> Target {
    Target::Unit(name.into())
}

fn container_target(name: impl Into<String>) -> Target {
    Target::Container(name.into())
}

#[cfg(test)]
mod tests;
