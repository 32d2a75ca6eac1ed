//! Accounts and the time zone of images.

use std::collections::BTreeSet;

use yoe_model::Image;

use super::units::repeated;
use crate::assemble::Draft;
use crate::definitions::{ImageDraft, Made};
use crate::problem::{Place, Problem};

/// Accounts that are there twice, and what an image lacks for what it says of accounts and of the time zone.
pub(crate) fn check(draft: &Draft) -> Vec<Problem> {
    draft.images.values().flat_map(|made| image(draft, made)).collect()
}

fn image(draft: &Draft, made: &Made<ImageDraft>) -> Vec<Problem> {
    let ImageDraft { image, users: sites, .. } = &made.value;
    let names = image.users.iter().map(|user| user.name.as_str()).zip(sites);
    let mut problems = repeated("user", &names.collect::<Vec<_>>());
    for (at, (user, site)) in image.users.iter().zip(sites).enumerate() {
        let same = image.users.iter().zip(sites).take(at).find(|(other, _)| other.uid == user.uid);
        if let Some((other, first)) = same.filter(|(other, _)| other.name != user.name) {
            let message =
                format!("the users `{}` and `{}` have the same number {}", other.name, user.name, user.uid);
            let problem = Problem::error(Place::argument(site, "uid"), message);
            problems.push(problem.related(Place::argument(first, "uid"), "the other one"));
        }
    }
    let with_keys = image.users.iter().zip(sites).find(|(user, _)| !user.ssh_keys.is_empty());
    if let Some((user, site)) = with_keys
        && !holds(draft, image, |unit| unit.services.iter().any(|service| service.name == "sshd"))
    {
        let message =
            format!("the user `{}` has SSH keys, and the image `{}` no SSH server", user.name, image.name);
        let hint = "add \"dropbear\" to the image's artifacts, or leave out ssh_keys";
        problems.push(Problem::error(Place::argument(site, "ssh_keys"), message).hint(hint));
    }
    if let Some(zone) = &image.timezone
        && !holds(draft, image, |unit| {
            unit.name == "tzdata" || unit.provides.iter().any(|name| name == "tzdata")
        })
    {
        let message = format!("the image `{}` has a time zone, and not the rules of time zones", image.name);
        let problem = Problem::error(Place::text(&made.site, "timezone", zone), message);
        problems.push(problem.hint("add \"tzdata\" to its artifacts"));
    }
    problems
}

/// Whether an image holds such a unit. A unit that is not there was reported, and could be anything.
fn holds(draft: &Draft, image: &Image, is: impl Fn(&yoe_model::Unit) -> bool) -> bool {
    let mut seen = BTreeSet::new();
    let mut open: Vec<&str> = image.artifacts.iter().map(String::as_str).collect();
    while let Some(name) = open.pop() {
        let Some(unit) = draft.units.get(name) else { return true };
        if is(&unit.value.unit) {
            return true;
        }
        open.extend(
            unit.value.unit.runtime_deps.iter().map(String::as_str).filter(|name| seen.insert(*name)),
        );
    }
    false
}
