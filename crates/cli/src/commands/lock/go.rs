//! Go modules, whose trees their own client fetches.

use std::collections::{BTreeMap, BTreeSet};

use yoe_model::{GoModule, Lock, LockedSource, Source};
use yoe_plan::Plan;

use crate::error::CommandError;
use crate::project::{OpenProject, isolation};
use crate::ui::{self, Mode};

/// Adds the Go modules that the lock lacks, of those that `wanted` takes by their key. To look one up is to fetch it, by the Go client of
/// its container.
pub fn add_missing(
    opened: &OpenProject,
    lock: &mut Lock,
    wanted: impl Fn(&str) -> bool,
) -> Result<(), CommandError> {
    let sources = opened.project.units.values().flat_map(|unit| &unit.sources);
    let missing: BTreeMap<String, &GoModule> = sources
        .filter_map(|entry| match &entry.source {
            Source::GoModule(module) => Some((entry.source.key(), module)),
            _ => None,
        })
        .filter(|(key, _)| wanted(key) && !lock.sources.contains_key(key))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    isolation()?;
    // The containers alone: the project as a whole has no lock yet.
    let containers = opened.project.clone().containers_alone();
    let containers =
        OpenProject { root: opened.root.clone(), project: containers, modules: opened.modules.clone() };
    let containers = containers.with_lock(lock.clone())?;
    let all: BTreeSet<String> = missing.values().map(|module| module.container.clone()).collect();
    let (buildable, _) = containers.buildable(&Vec::from_iter(all))?;
    let plans: Vec<(String, &GoModule, Plan)> = missing
        .into_iter()
        .map(|(key, module)| {
            let plan = buildable.plan(std::slice::from_ref(&module.container))?;
            Ok((key, module, plan))
        })
        .collect::<Result<_, CommandError>>()?;
    let builder = buildable.builder(Mode::choose(false).reporter())?;
    if builder.fetching.go.get("GOSUMDB").is_some_and(|database| database == "off") {
        ui::warn("GOSUMDB is off: Go modules new to the lock are not checked against a checksum database");
    }
    for (key, module, plan) in plans {
        ui::note(&format!("source {key}"));
        let tree = builder.lock_go_module(&plan, &key, module)?;
        lock.sources.insert(key, LockedSource { tree: Some(tree), ..LockedSource::default() });
    }
    Ok(())
}
