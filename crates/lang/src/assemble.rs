//! The project as it grows: definitions by name, each with the calls that made it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use yoe_model::{Container, Definitions, Machine, OciImage, Project, Unlocked, Workload};

use crate::definitions::{
    Definition, ImageDraft, MachineDraft, Made, Override, ProjectDraft, UnitDraft, WorkloadDraft,
};
use crate::evaluate_files::Evaluated;
use crate::problem::{Place, Problem};
use crate::session::FileKind;
use crate::site::Site;

/// What was defined so far.
pub(crate) struct Draft {
    pub(crate) project: Made<ProjectDraft>,
    pub(crate) machines: BTreeMap<String, Made<MachineDraft>>,
    pub(crate) containers: BTreeMap<String, Made<Container>>,
    pub(crate) units: BTreeMap<String, Made<UnitDraft>>,
    pub(crate) images: BTreeMap<String, Made<ImageDraft>>,
    pub(crate) oci_images: BTreeMap<String, Made<OciImage>>,
    /// What the project changes of its modules' units, until that is done.
    pub(crate) overrides: Vec<Override>,
    pub(crate) workloads: BTreeMap<String, Made<WorkloadDraft>>,
    /// Names of definitions that are wrong, by kind.
    broken: BTreeSet<(FileKind, String)>,
    /// Kinds of which some file may define more than is known.
    hidden: BTreeSet<FileKind>,
}

impl Draft {
    pub(crate) fn new(project: Made<ProjectDraft>) -> Self {
        Self {
            project,
            machines: BTreeMap::new(),
            containers: BTreeMap::new(),
            units: BTreeMap::new(),
            images: BTreeMap::new(),
            oci_images: BTreeMap::new(),
            overrides: Vec::new(),
            workloads: BTreeMap::new(),
            broken: BTreeSet::new(),
            hidden: BTreeSet::new(),
        }
    }

    /// Whether a name that is not there is the consequence of a mistake that was reported already.
    pub(crate) fn excused(&self, kind: FileKind, name: &str) -> bool {
        self.hidden.contains(&kind) || self.broken.contains(&(kind, name.to_owned()))
    }

    /// Adds what files defined.
    pub(crate) fn add_all(&mut self, files: Vec<Evaluated>, problems: &mut Vec<Problem>) {
        for file in files {
            self.add(file, problems);
        }
    }

    fn add(&mut self, evaluated: Evaluated, problems: &mut Vec<Problem>) {
        let Evaluated { file, shown, outcome, files, directory, failed } = evaluated;
        let kind = file.kind;
        // The project comes before its modules.
        let of_project = file.module == 0;
        self.broken.extend(outcome.broken.into_iter().map(|name| (kind, name)));
        if failed {
            self.broken.insert((kind, file.stem().to_owned()));
            // A unit's name is that of its file; other files may define several things.
            if kind != FileKind::Unit {
                self.hidden.insert(kind);
            }
        } else if outcome.definitions.is_empty() {
            let builtin = kind.defines().unwrap_or_default();
            let message = format!("{shown} defines no {builtin}");
            let hint = format!("call {builtin}(…), or a class function that does");
            problems.push(Problem::error(Place::File(shown.clone()), message).hint(hint));
        }
        let mut files = Some(files);
        for (index, definition) in outcome.definitions.into_iter().enumerate() {
            match definition {
                Definition::Unit(mut unit) => {
                    if let Some(problem) = misnamed(&unit, file.stem(), index) {
                        self.broken.insert((kind, unit.value.unit.name.clone()));
                        problems.push(problem);
                    }
                    unit.value.unit.files = files.take().unwrap_or_default();
                    unit.value.own = unit.value.unit.files.iter().map(|file| file.path.clone()).collect();
                    unit.value.of_project = of_project;
                    let name = unit.value.unit.name.clone();
                    insert(&mut self.units, "unit", name, *unit, problems);
                }
                Definition::Override(made) => {
                    let (files, stem) = (files.take().unwrap_or_default(), file.stem().to_owned());
                    self.overrides.push(Override { made, files, of_project, stem });
                }
                Definition::Machine(machine) => {
                    let name = machine.value.machine.name.clone();
                    insert(&mut self.machines, "machine", name, machine, problems);
                }
                Definition::Container(container) => {
                    let name = container.value.name.clone();
                    insert(&mut self.containers, "container", name, container, problems);
                }
                Definition::Image(mut image) => {
                    // Several images of a file share its directory, also with workloads.
                    image.value.files = files.clone().unwrap_or_default();
                    image.value.directory = directory.clone();
                    let name = image.value.image.name.clone();
                    insert(&mut self.images, "image", name, image, problems);
                }
                Definition::OciImage(image) => {
                    let name = image.value.name.clone();
                    insert(&mut self.oci_images, "OCI image", name, image, problems);
                }
                Definition::Workload(mut workload) => {
                    // Several workloads of a file share its directory.
                    workload.value.files = files.clone().unwrap_or_default();
                    workload.value.directory = directory.clone();
                    let name = workload.value.name.clone();
                    insert(&mut self.workloads, "workload", name, *workload, problems);
                }
                // Their files are evaluated elsewhere; a builtin called out of place was refused.
                Definition::Project(_) | Definition::Module(_) => {}
            }
        }
    }

    /// The project, once nothing is wrong.
    pub(crate) fn finish(self, machine: Machine) -> Project<Unlocked> {
        let ProjectDraft { name, version, publisher, image, mirrors, .. } = self.project.value;
        Project::new(Definitions {
            name,
            version,
            publisher,
            machine,
            default_image: image,
            mirrors,
            units: self.units.into_iter().map(|(name, made)| (name, Arc::new(made.value.unit))).collect(),
            containers: self.containers.into_iter().map(|(name, made)| (name, made.value)).collect(),
            machines: self.machines.into_iter().map(|(name, made)| (name, made.value.machine)).collect(),
            images: self.images.into_iter().map(|(name, made)| (name, made.value.image)).collect(),
            oci_images: self.oci_images.into_iter().map(|(name, made)| (name, made.value)).collect(),
            workloads: self
                .workloads
                .into_iter()
                .filter_map(|(name, made)| Some((name, Arc::new(finished(made)?))))
                .collect(),
        })
    }
}

/// A workload whose Compose file was read.
fn finished(made: Made<WorkloadDraft>) -> Option<Workload> {
    let WorkloadDraft { name, version, compose, required, volumes, data_version, files, read, .. } =
        made.value;
    let read = read?;
    let size = |volume: &yoe_compose::Volume| {
        let name = volume.name.text.clone();
        let size = volumes.get(&name).copied();
        (name, size)
    };
    let engine_volumes = read.compose.volumes.iter().map(|volume| {
        let default = || format!("{}_{}", read.project, volume.name.text);
        volume.named.clone().unwrap_or_else(default)
    });
    Some(Workload {
        name,
        engine_volumes: engine_volumes.collect(),
        data_version,
        project: read.project,
        version,
        compose,
        required,
        services: read.services,
        volumes: read.compose.volumes.iter().map(size).collect(),
        files,
        origin: made.site.origin(),
    })
}

/// Adds a definition, unless its name is taken.
fn insert<T>(
    into: &mut BTreeMap<String, Made<T>>,
    what: &str,
    name: String,
    made: Made<T>,
    problems: &mut Vec<Problem>,
) {
    match into.get(&name) {
        Some(first) => problems.push(twice(what, &name, &made.site, &first.site)),
        None => {
            into.insert(name, made);
        }
    }
}

/// Two definitions of one name.
pub(crate) fn twice(what: &str, name: &str, second: &Site, first: &Site) -> Problem {
    let place = Place::text(second, "name", name);
    Problem::error(place, format!("the {what} `{name}` is defined twice"))
        .related(Place::text(first, "name", name), "first defined here")
}

/// A unit that is not named as its file, or not the only one in it.
fn misnamed(unit: &Made<UnitDraft>, stem: &str, index: usize) -> Option<Problem> {
    let name = &unit.value.unit.name;
    let place = Place::text(&unit.site, "name", name);
    if index > 0 {
        let problem = Problem::error(place, format!("the unit `{name}` is the second one in its file"));
        return Some(problem.hint(format!("a file defines one unit; move it to {name}.star")));
    }
    (name != stem).then(|| {
        Problem::error(place, format!("the unit `{name}` is defined in {stem}.star"))
            .hint(format!("name the unit `{stem}`, or the file {name}.star"))
    })
}
