//! Names that must be those of definitions.

use std::collections::BTreeMap;

use crate::assemble::Draft;
use crate::definitions::Made;
use crate::near;
use crate::problem::{Place, Problem};
use crate::session::FileKind;
use crate::site::Site;

/// Every name that nothing is defined under.
pub(crate) fn check(draft: &Draft) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut checker = Checker { draft, problems: &mut problems };
    for (name, unit) in &draft.units {
        let of = format!("unit `{name}`");
        checker.units(&of, "needs", &unit.value.unit.deps, |text| Place::text(&unit.site, "deps", text));
        checker.units(&of, "needs", &unit.value.unit.runtime_deps, |text| {
            Place::text(&unit.site, "runtime_deps", text)
        });
        checker.units(&of, "contains", &unit.value.unit.contains, |text| {
            Place::text(&unit.site, "contains", text)
        });
        let container = &unit.value.unit.container;
        checker.container(&of, container, Place::text(&unit.site, "container", container));
    }
    for (name, machine) in &draft.machines {
        let of = format!("machine `{name}`");
        let kernel = &machine.value.machine.kernel.unit;
        let place = |text: &str| Place::text(&machine.value.kernel, "unit", text);
        checker.units(&of, "boots", std::slice::from_ref(kernel), place);
        if let (Some(qemu), Some(site)) = (&machine.value.machine.qemu, &machine.value.qemu) {
            checker.container(&of, &qemu.container, Place::text(site, "container", &qemu.container));
        }
    }
    for (name, image) in &draft.images {
        let of = format!("image `{name}`");
        checker.units(&of, "holds", &image.value.image.artifacts, |text| {
            Place::text(&image.site, "artifacts", text)
        });
        for (release, site) in image.value.image.releases.iter().zip(&image.value.releases) {
            let of = format!("release `{}` of image `{name}`", release.version);
            checker.units(&of, "adds", &release.add, |text| Place::text(site, "add", text));
        }
        let container = &image.value.image.container;
        checker.container(&of, container, Place::text(&image.site, "container", container));
        if let Some(container) = &image.value.image.boot_manager {
            checker.container(&of, container, Place::text(&image.site, "boot_manager", container));
        }
        if let (Some(registry), Some(site)) = (&image.value.image.registry, &image.value.registry) {
            checker.container(&of, &registry.container, Place::text(site, "container", &registry.container));
            checker.served(&of, "images", &registry.images, site);
            checker.served(&of, "private", &registry.private, site);
        }
    }
    for (name, image) in &draft.oci_images {
        let of = format!("OCI image `{name}`");
        let place = |text: &str| Place::text(&image.site, "artifacts", text);
        checker.units(&of, "holds", &image.value.artifacts, place);
        if let Some(container) = &image.value.container {
            checker.container(&of, container, Place::text(&image.site, "container", container));
        }
    }
    checker.default_image();
    problems
}

struct Checker<'a> {
    draft: &'a Draft,
    problems: &'a mut Vec<Problem>,
}

impl Checker<'_> {
    fn units(&mut self, of: &str, verb: &str, names: &[String], place: impl Fn(&str) -> Place) {
        for name in names {
            if self.draft.units.contains_key(name) || self.draft.excused(FileKind::Unit, name) {
                continue;
            }
            let hint = self.provider(name).or_else(|| near_name(name, &self.draft.units));
            let message = format!("{of} {verb} `{name}`, but there is no such unit");
            self.problems.push(Problem::error(place(name), message).maybe_hint(hint));
        }
    }

    /// The unit that provides a name: it is to be named itself.
    fn provider(&self, name: &str) -> Option<String> {
        let provides = |provided: &String| provided.split('=').next() == Some(name);
        let mut units = self.draft.units.values().map(|made| &made.value.unit);
        let unit = units.find(|unit| unit.provides.iter().any(provides))?;
        Some(format!("the unit `{}` provides it; name that unit", unit.name))
    }

    fn container(&mut self, of: &str, name: &str, place: Place) {
        if self.draft.containers.contains_key(name) || self.draft.excused(FileKind::Container, name) {
            return;
        }
        let hint = near_name(name, &self.draft.containers);
        let message = format!("{of} uses the container `{name}`, but there is none of that name");
        self.problems.push(Problem::error(place, message).maybe_hint(hint));
    }

    /// What a registry serves.
    fn served(&mut self, of: &str, argument: &'static str, names: &[String], site: &Site) {
        for name in names {
            // Whether a name is excused says nothing about which of the two kinds of images it is.
            let of_a_device = self.draft.images.contains_key(name);
            let excused = self.draft.excused(FileKind::Image, name) && !of_a_device;
            if self.draft.oci_images.contains_key(name) || excused {
                continue;
            }
            let hint = match of_a_device {
                true => Some(format!("`{name}` is the image of a device; a registry serves oci_image()s")),
                false => near_name(name, &self.draft.oci_images),
            };
            let message = format!("the registry of {of} serves `{name}`, but there is no such OCI image");
            let place = Place::text(site, argument, name);
            self.problems.push(Problem::error(place, message).maybe_hint(hint));
        }
    }

    fn default_image(&mut self) {
        let project = &self.draft.project;
        let Some(name) = &project.value.image else { return };
        if self.draft.images.contains_key(name) || self.draft.excused(FileKind::Image, name) {
            return;
        }
        let hint = near_name(name, &self.draft.images);
        let place = Place::text(&project.site, "image", name);
        let message = format!("there is no image `{name}`");
        self.problems.push(Problem::error(place, message).maybe_hint(hint));
    }
}

fn near_name<T>(name: &str, known: &BTreeMap<String, Made<T>>) -> Option<String> {
    near::hint(name, known.keys().map(String::as_str))
}
