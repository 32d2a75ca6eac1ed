//! Releases of images.

use std::collections::BTreeMap;

use yoe_model::{Release, Slots};

use crate::assemble::Draft;
use crate::definitions::{ImageDraft, Made};
use crate::near;
use crate::problem::{Place, Problem};
use crate::site::Site;

/// Releases that cannot be installed or told apart, and units that they cannot add or remove. That an added unit exists is
/// checked with all other names.
pub(super) fn check(draft: &Draft) -> Vec<Problem> {
    draft.images.values().flat_map(of_image).collect()
}

fn of_image(made: &Made<ImageDraft>) -> Vec<Problem> {
    let image = &made.value.image;
    let mut problems = Vec::new();
    if !image.releases.is_empty() && image.layout.slots == Slots::One {
        let message =
            format!("the image `{}` has releases, but no second slot to install them into", image.name);
        let problem = Problem::error(Place::argument(&made.site, "releases"), message);
        problems.push(problem.expected("layout = verified_ab(…)"));
    }
    let mut seen: BTreeMap<&str, &Site> = BTreeMap::new();
    for (release, site) in image.releases.iter().zip(&made.value.releases) {
        let version = release.version.as_str();
        if version == image.version {
            let message = format!("the release `{version}` has the version of its image");
            problems.push(
                Problem::error(Place::text(site, "version", version), message)
                    .hint("a device does not install what runs; give it another version"),
            );
        }
        match seen.get(version) {
            Some(first) => {
                let message = format!("the release `{version}` is defined twice");
                let problem = Problem::error(Place::text(site, "version", version), message);
                problems.push(problem.related(Place::text(first, "version", version), "first defined here"));
            }
            None => {
                seen.insert(version, site);
            }
        }
        problems.extend(units(&image.artifacts, release, site));
    }
    problems
}

fn units(artifacts: &[String], release: &Release, site: &Site) -> Vec<Problem> {
    let there = release.add.iter().filter(|unit| artifacts.contains(unit));
    let there = there.map(|unit| {
        let message =
            format!("the release `{}` adds `{unit}`, which its image names already", release.version);
        Problem::error(Place::text(site, "add", unit), message)
    });
    let missing = release.remove.iter().filter(|unit| !artifacts.contains(unit)).map(|unit| {
        let message =
            format!("the release `{}` removes `{unit}`, which its image does not name", release.version);
        let hint = near::hint(unit, artifacts.iter().map(String::as_str));
        Problem::error(Place::text(site, "remove", unit), message).maybe_hint(hint)
    });
    there.chain(missing).collect()
}
