//! The dependency closure of targets.

use std::collections::{BTreeMap, BTreeSet};

use yoe_model::{Image, Locked, Project, Release, Unit};

use crate::error::{PlanError, nearest};

/// Something that can be asked for by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// The package of a unit.
    Unit(String),
    /// An image, or one of its releases as `IMAGE@VERSION`.
    Image(String),
    /// An OCI image.
    OciImage(String),
    /// A build environment.
    Container(String),
}

impl Target {
    /// What it was asked for by.
    pub fn name(&self) -> &str {
        match self {
            Target::Unit(name) | Target::Image(name) | Target::OciImage(name) | Target::Container(name) => {
                name
            }
        }
    }

    /// What it is, as a person says it.
    pub fn kind(&self) -> &'static str {
        match self {
            Target::Unit(_) => "unit",
            Target::Image(_) => "image",
            Target::OciImage(_) => "OCI image",
            Target::Container(_) => "container",
        }
    }

    /// What has this name.
    ///
    /// # Errors
    /// A name that nothing has.
    pub fn find<State>(project: &Project<State>, name: &str) -> Result<Self, PlanError> {
        target(project, name)
    }
}

/// The units that targets need, in an order in which they can be built, and who needs whom.
#[derive(Debug, Clone)]
pub struct Graph {
    /// What was asked for.
    pub targets: Vec<Target>,
    /// Unit names; each comes after all that its sysroot holds.
    pub order: Vec<String>,
    /// For each unit, what is in its sysroot by a direct edge: its deps and what those need to run. The rest follows
    /// along these edges.
    pub sysroot: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    /// The closure of the named targets.
    ///
    /// # Errors
    /// A name that nothing has, and units that need each other to be built.
    pub fn new(project: &Project<Locked>, names: &[String]) -> Result<Self, PlanError> {
        let targets = names.iter().map(|name| target(project, name)).collect::<Result<Vec<_>, _>>()?;
        let mut walk = Walk { project, order: Vec::new(), sysroot: BTreeMap::new() };
        for target in &targets {
            for root in roots(project, target)? {
                walk.visit(root)?;
            }
        }
        Ok(Self { targets, order: walk.order, sysroot: walk.sysroot })
    }
}

fn target<State>(project: &Project<State>, name: &str) -> Result<Target, PlanError> {
    let name = name.to_owned();
    if project.units.contains_key(&name) {
        Ok(Target::Unit(name))
    } else if project.image(&name).is_some() {
        Ok(Target::Image(name))
    } else if project.oci_images.contains_key(&name) {
        Ok(Target::OciImage(name))
    } else if project.containers.contains_key(&name) {
        Ok(Target::Container(name))
    } else {
        let images = project.images.keys().chain(project.oci_images.keys());
        let releases: Vec<String> = project.images.values().flat_map(releases).collect();
        let all = project.units.keys().chain(images).chain(project.containers.keys()).chain(&releases);
        Err(PlanError::UnknownTarget { hint: nearest(&name, all), name })
    }
}

/// What commands call the releases of an image.
fn releases(image: &Image) -> impl Iterator<Item = String> {
    image.releases.iter().map(|release| Release::target(&image.name, &release.version))
}

/// The units whose packages a target needs.
fn roots<'a>(project: &'a Project<Locked>, target: &Target) -> Result<Vec<&'a str>, PlanError> {
    Ok(match target {
        Target::Container(_) => Vec::new(),
        Target::Unit(name) => {
            runtime_closure(project, [project.units[name].name.as_str()])?.into_iter().collect()
        }
        Target::OciImage(name) => {
            let artifacts = &project.oci_images[name].artifacts;
            runtime_closure(project, artifacts.iter().map(String::as_str))?.into_iter().collect()
        }
        Target::Image(name) => {
            let mut roots = runtime_closure(project, project.artifacts(name).unwrap_or_default())?;
            roots.insert(&project.machine.kernel.unit);
            roots.extend(of_workloads(project, name)?);
            roots.into_iter().collect()
        }
    })
}

/// The units whose packages are in the OCI images of an image's workloads.
fn of_workloads<'a>(project: &'a Project<Locked>, target: &str) -> Result<BTreeSet<&'a str>, PlanError> {
    let Some(image) = project.image(target) else { return Ok(BTreeSet::new()) };
    let names: BTreeSet<String> =
        project.workloads_of(&image).flat_map(|workload| workload.oci_images()).collect();
    let images = names.iter().filter_map(|name| project.oci_images.get(name));
    runtime_closure(project, images.flat_map(|image| image.artifacts.iter().map(String::as_str)))
}

/// These units and all that must be on the device with them.
pub(crate) fn runtime_closure<'a>(
    project: &'a Project<Locked>,
    names: impl IntoIterator<Item = &'a str>,
) -> Result<BTreeSet<&'a str>, PlanError> {
    let mut closure = BTreeSet::new();
    let mut open: Vec<&str> = names.into_iter().collect();
    while let Some(name) = open.pop() {
        if closure.insert(name) {
            let unit = unit(project, name)?;
            for dep in &unit.runtime_deps {
                known(project, unit, dep, "runtime_deps")?;
                open.push(dep);
            }
        }
    }
    Ok(closure)
}

fn unit<'a>(project: &'a Project<Locked>, name: &str) -> Result<&'a Unit, PlanError> {
    project.units.get(name).map(AsRef::as_ref).ok_or_else(|| PlanError::UnknownTarget {
        hint: nearest(name, project.units.keys()),
        name: name.to_owned(),
    })
}

fn known(project: &Project<Locked>, unit: &Unit, name: &str, field: &'static str) -> Result<(), PlanError> {
    if project.units.contains_key(name) {
        return Ok(());
    }
    Err(PlanError::MissingUnit {
        origin: unit.origin.clone(),
        unit: unit.name.clone(),
        missing: name.to_owned(),
        field,
        hint: nearest(name, project.units.keys()),
    })
}

struct Walk<'a> {
    project: &'a Project<Locked>,
    order: Vec<String>,
    sysroot: BTreeMap<String, BTreeSet<String>>,
}

impl<'a> Walk<'a> {
    /// Depth first with a stack of its own: a chain of many thousand units must not overflow the thread's.
    fn visit(&mut self, root: &'a str) -> Result<(), PlanError> {
        let mut path: Vec<(&'a str, std::vec::IntoIter<&'a str>)> = Vec::new();
        let mut on_path = BTreeSet::new();
        let mut next = Some(root);
        loop {
            if let Some(name) = next.take() {
                if on_path.contains(name) {
                    return Err(cycle(&path, name));
                }
                if !self.sysroot.contains_key(name) {
                    let needs = self.needs(name)?;
                    self.sysroot
                        .insert(name.to_owned(), needs.iter().map(|need| (*need).to_owned()).collect());
                    on_path.insert(name);
                    path.push((name, needs.into_iter().collect::<Vec<_>>().into_iter()));
                }
            }
            let Some((name, needs)) = path.last_mut() else { return Ok(()) };
            next = needs.next();
            if next.is_none() {
                self.order.push((*name).to_owned());
                on_path.remove(*name);
                path.pop();
            }
        }
    }

    fn needs(&self, name: &str) -> Result<BTreeSet<&'a str>, PlanError> {
        let unit = unit(self.project, name)?;
        for dep in &unit.deps {
            known(self.project, unit, dep, "deps")?;
        }
        runtime_closure(self.project, unit.deps.iter().map(String::as_str))
    }
}

fn cycle(path: &[(&str, std::vec::IntoIter<&str>)], name: &str) -> PlanError {
    let from = path.iter().position(|(on_path, _)| *on_path == name).unwrap_or_default();
    let names = path[from..].iter().map(|(on_path, _)| *on_path);
    PlanError::Cycle { path: names.chain([name]).map(str::to_owned).collect() }
}
