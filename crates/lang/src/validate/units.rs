//! Names within a unit, and names of packages that units make.

use crate::assemble::{Draft, twice};
use crate::definitions::{Made, UnitDraft};
use crate::problem::{Place, Problem};
use crate::site::Site;

/// Names that are taken twice.
pub(crate) fn check(draft: &Draft) -> Vec<Problem> {
    let mut problems: Vec<Problem> = draft.units.values().flat_map(names_within).collect();
    problems.extend(draft.units.iter().filter_map(|(name, made)| development(draft, name, made)));
    problems
}

fn names_within(made: &Made<UnitDraft>) -> Vec<Problem> {
    let unit = &made.value.unit;
    let tasks = unit.tasks.iter().map(|task| task.name.as_str()).zip(&made.value.tasks);
    let services = unit.services.iter().map(|service| service.name.as_str()).zip(&made.value.services);
    let mut problems = repeated("task", &tasks.collect::<Vec<_>>());
    problems.extend(repeated("service", &services.collect::<Vec<_>>()));
    problems
}

/// Each name that was there before.
pub(super) fn repeated(what: &str, names: &[(&str, &Site)]) -> Vec<Problem> {
    let again = names.iter().enumerate().filter_map(|(at, (name, site))| {
        let (_, first) = names.iter().take(at).find(|(before, _)| before == name)?;
        Some(twice(what, name, site, first))
    });
    again.collect()
}

/// `NAME-dev` is the package of NAME's headers and static libraries.
fn development(draft: &Draft, name: &str, made: &Made<UnitDraft>) -> Option<Problem> {
    let main = name.strip_suffix("-dev").filter(|main| draft.units.contains_key(*main))?;
    let message = format!("the unit `{name}` takes the name of a package that the unit `{main}` makes");
    let problem = Problem::error(Place::text(&made.site, "name", name), message);
    Some(problem.hint(format!("{name} holds the headers and static libraries of {main}")))
}
