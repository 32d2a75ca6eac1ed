//! What an older root left. Volumes are never touched.

use std::fs;

use yoe_workload_format::Record;

use crate::args::Places;
use crate::client::{Client, PROJECT};
use crate::containers::{Container, containers};
use crate::error::WorkloadError;
use crate::root::{Root, names};
use crate::status::is_of;

/// Removes the containers of workloads that this root does not have. Returns the names of those workloads.
///
/// # Errors
/// When the engine cannot be asked, or a container cannot be removed.
pub fn workloads(client: &Client, root: &Root, places: &Places) -> Result<Vec<String>, WorkloadError> {
    let mut gone = Vec::new();
    for name in names(&places.state)? {
        if root.find(&name).is_ok() {
            continue;
        }
        remove(client, &containers(client, &name)?)?;
        networks(client, &name)?;
        let path = places.state.join(&name);
        fs::remove_file(&path).map_err(WorkloadError::file("removed", &path))?;
        gone.push(name);
    }
    Ok(gone)
}

/// Stops the containers that another version made of the workloads of this root: the engine has started those again that ask for
/// it, and their volumes are this version's now. Their workload's service makes them anew. Returns their names.
///
/// # Errors
/// When the engine cannot be asked, or a container does not stop.
pub fn of_another_version(
    client: &Client,
    root: &Root,
    places: &Places,
) -> Result<Vec<String>, WorkloadError> {
    let mut stopped = Vec::new();
    for name in names(&places.state)? {
        let Ok(record) = root.find(&name) else { continue };
        for container in containers(client, &name)? {
            let same = record.services.iter().any(|service| is_of(record, service, &container));
            if !same && container.status != "exited" {
                client.ask(&["stop", &container.id])?;
                stopped.push(container.name);
            }
        }
    }
    Ok(stopped)
}

/// Removes the containers of services that a workload of this root does not have any more.
///
/// # Errors
/// When the engine cannot be asked, or a container cannot be removed.
pub fn services(client: &Client, record: &Record) -> Result<(), WorkloadError> {
    let left = containers(client, &record.name)?
        .into_iter()
        .filter(|container| !record.services.iter().any(|service| service.name == container.service));
    remove(client, &left.collect::<Vec<_>>())
}

fn remove(client: &Client, containers: &[Container]) -> Result<(), WorkloadError> {
    for container in containers {
        // Stopped first, as they would be by whoever takes them down.
        let _ = client.ask(&["stop", &container.id]);
        client.ask(&["rm", "--force", &container.id])?;
    }
    Ok(())
}

/// A network that somebody else uses stays.
fn networks(client: &Client, name: &str) -> Result<(), WorkloadError> {
    let label = format!("label={PROJECT}={name}");
    let answer = client.ask(&["network", "ls", "--quiet", "--filter", &label])?;
    for network in answer.lines().filter(|line| !line.is_empty()) {
        let _ = client.ask(&["network", "rm", network]);
    }
    Ok(())
}
