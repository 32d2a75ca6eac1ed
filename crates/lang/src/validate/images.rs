//! Names within an image, and of images among units.

use std::collections::{BTreeMap, BTreeSet};

use yoe_model::Image;

use super::units::repeated;
use crate::assemble::Draft;
use crate::definitions::{ImageDraft, Made};
use crate::problem::{Place, Problem};
use crate::site::Site;

/// Names that are taken twice.
pub(crate) fn check(draft: &Draft) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (name, made) in &draft.images {
        if let Some(unit) = draft.units.get(name) {
            let place = Place::text(&made.site, "name", name);
            let problem = Problem::error(place, format!("the image `{name}` has the name of a unit"));
            problems.push(
                problem
                    .related(Place::text(&unit.site, "name", name), "the unit")
                    .hint("commands take both by name; give one of them another"),
            );
        }
        problems.extend(tests(made));
        let image = &made.value.image;
        let mut clashes = services(draft, image);
        if clashes.is_empty() {
            // Otherwise its releases would repeat them.
            clashes = image.releases.iter().flat_map(|release| services(draft, &release.of(image))).collect();
        }
        problems.extend(clashes);
    }
    problems.extend(oci_images(draft));
    problems
}

/// OCI images that have the name of something else that commands take.
fn oci_images(draft: &Draft) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (name, made) in &draft.oci_images {
        let unit = draft.units.get(name).map(|unit| (&unit.site, "a unit", "the unit"));
        let image = draft.images.get(name).map(|image| (&image.site, "an image", "the image"));
        for (site, other, note) in [unit, image].into_iter().flatten() {
            let place = Place::text(&made.site, "name", name);
            let problem = Problem::error(place, format!("the OCI image `{name}` has the name of {other}"));
            problems.push(
                problem
                    .related(Place::text(site, "name", name), note)
                    .hint("commands take both by name; give one of them another"),
            );
        }
    }
    problems
}

fn tests(made: &Made<ImageDraft>) -> Vec<Problem> {
    let names = made.value.image.tests.iter().map(|test| test.name.as_str());
    repeated("test", &names.zip(&made.value.tests).collect::<Vec<_>>())
}

/// Services of all units that an image holds, which must differ in name.
fn services(draft: &Draft, image: &Image) -> Vec<Problem> {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut open: Vec<&str> = image.artifacts.iter().map(String::as_str).collect();
    let mut services: BTreeMap<&str, (&str, &Site)> = BTreeMap::new();
    let mut problems = Vec::new();
    while let Some(name) = open.pop() {
        let Some(unit) = draft.units.get(name).filter(|_| seen.insert(name)) else { continue };
        open.extend(unit.value.unit.runtime_deps.iter().map(String::as_str));
        for (service, site) in unit.value.unit.services.iter().zip(&unit.value.services) {
            match services.get(service.name.as_str()) {
                Some((other, first)) if *other != name => {
                    let message =
                        format!("the image `{}` would hold two services `{}`", image.name, service.name);
                    let problem = Problem::error(Place::text(site, "name", &service.name), message);
                    problems
                        .push(problem.related(Place::text(first, "name", &service.name), "the other one"));
                }
                Some(_) => {}
                None => {
                    services.insert(&service.name, (name, site));
                }
            }
        }
    }
    problems
}
