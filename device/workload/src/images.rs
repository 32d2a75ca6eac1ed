//! Giving the engine the images of the root.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use yoe_workload_format::{Image, PREFIX};

use crate::archive;
use crate::client::Client;
use crate::error::WorkloadError;
use crate::root::Root;

/// Names of the images of roots that the engine has.
///
/// # Errors
/// When it cannot be asked.
pub fn known(client: &Client) -> Result<BTreeSet<String>, WorkloadError> {
    let answer = client.ask(&["images", "--format", "{{.Repository}}:{{.Tag}}"])?;
    Ok(answer.lines().filter(|name| name.starts_with(PREFIX)).map(str::to_owned).collect())
}

/// Gives the engine an image of the root, which it unpacks. What it keeps of the compressed layers gives way to links to those
/// of the root: they are there once, and every byte that is read of them is verified.
///
/// # Errors
/// When the root cannot be read or the engine refuses.
pub fn import(client: &Client, root: &Root, content: &Path, image: &Image) -> Result<(), WorkloadError> {
    client.feed(&["load", "--quiet"], |to| archive::write(root, image, to))?;
    link(root, content, image)
}

/// Puts links in the place of copies. A loss of power leaves the one or the other.
fn link(root: &Root, content: &Path, image: &Image) -> Result<(), WorkloadError> {
    for layer in &image.layers {
        let path = content.join(&layer.sha256);
        let is_copy =
            fs::symlink_metadata(&path).is_ok_and(|found| found.is_file() && found.len() == layer.size);
        if !is_copy {
            continue;
        }
        let fresh = content.join(format!(".{}.link", layer.sha256));
        // One that an earlier loss of power left.
        let _ = fs::remove_file(&fresh);
        symlink(root.blob(layer), &fresh).map_err(WorkloadError::file("made", &fresh))?;
        fs::rename(&fresh, &path).map_err(WorkloadError::file("replaced", &path))?;
    }
    Ok(())
}

/// Whether the engine still has every blob of an image, as large as it was.
pub fn whole(content: &Path, image: &Image) -> bool {
    image
        .blobs()
        .all(|blob| fs::metadata(content.join(&blob.sha256)).is_ok_and(|found| found.len() == blob.size))
}

/// Removes the images of older roots that no container uses any more. Those that one does use stay until it is gone.
///
/// # Errors
/// When the engine cannot be asked.
pub fn remove_others(client: &Client, root: &Root) -> Result<Vec<String>, WorkloadError> {
    let needed: BTreeSet<&str> = root.images().map(|image| image.name.as_str()).collect();
    let others = known(client)?.into_iter().filter(|name| !needed.contains(name.as_str()));
    Ok(others.filter(|name| client.ask(&["rmi", name]).is_ok()).collect())
}
