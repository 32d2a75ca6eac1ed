//! What a workload's service does at each start.

use crate::Report;
use crate::args::Places;
use crate::client::Client;
use crate::error::WorkloadError;
use crate::root::Root;
use crate::start::start;
use crate::trial;
use crate::versions::Versions;

/// What runs: what the root says, with the versions that were chosen apart from it.
///
/// # Errors
/// When the root cannot be read.
pub fn current(places: &Places, versions: &Versions<'_>) -> Result<Root, WorkloadError> {
    let mut root = Root::read(&places.share)?;
    versions.apply(&mut root);
    Ok(root)
}

/// Starts a workload. A version on trial is watched until it is good or given up; then what ran before comes back.
///
/// # Errors
/// When the root cannot be read, what becomes of a version cannot be recorded, or the engine refuses.
pub fn serve(client: &Client, places: &Places, name: &str, report: Report<'_>) -> Result<(), WorkloadError> {
    let versions = Versions::open(places);
    let mut root = Root::read(&places.share)?;
    root.find(name)?;
    let on_trial = versions.begin(&root, name)?;
    versions.apply(&mut root);
    if let Some(why) = damage(&root, name) {
        // What ran before it may be damaged as well; then comes the system's own.
        for why in [Some(why), None] {
            let why = why.or_else(|| damage(&root, name));
            let Some(why) = why else { break };
            report(&format!("{name} cannot be used: {why}; what ran before comes back"));
            versions.give_up(&root, name, &why)?;
            root = current(places, &versions)?;
        }
        return start(client, &root, places, name, false, report);
    }
    if !on_trial {
        return start(client, &root, places, name, false, report);
    }
    let version = root.find(name)?.version.clone().unwrap_or_default();
    match trial::run(client, &root, places, name, report)? {
        None => {
            versions.settle(&root, name)?;
            report(&format!("version {version} of {name} is good"));
            Ok(())
        }
        Some(reason) => {
            report(&format!("version {version} of {name} is given up: {reason}"));
            versions.give_up(&root, name, &reason)?;
            start(client, &current(places, &versions)?, places, name, false, report)
        }
    }
}

fn damage(root: &Root, name: &str) -> Option<String> {
    root.damaged.iter().find(|(of, _)| of == name).map(|(_, why)| why.clone())
}
