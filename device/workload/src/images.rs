//! Giving the engine the images of the root.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use yoe_workload_format::{Blob, Image, PREFIX};

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

/// Puts links in the place of copies.
fn link(root: &Root, content: &Path, image: &Image) -> Result<(), WorkloadError> {
    let is_copy = |layer: &&Blob| {
        fs::symlink_metadata(content.join(&layer.sha256))
            .is_ok_and(|found| found.is_file() && found.len() == layer.size)
    };
    image.layers.iter().filter(is_copy).try_for_each(|layer| put(root, content, layer, symlink))
}

/// Puts back what the engine lost of an image that it knows. It does not have to be asked: it finds its content by its digest.
pub fn restore(root: &Root, content: &Path, image: &Image) -> Result<(), WorkloadError> {
    for blob in image.blobs().filter(|blob| !is_same(root, content, blob)) {
        // The engine reads manifests and configurations when it lists images: links would lead nowhere after a change of the slot.
        if image.layers.contains(blob) {
            put(root, content, blob, symlink)?;
        } else {
            put(root, content, blob, copy)?;
        }
    }
    Ok(())
}

/// Puts a blob of the root into the engine's content by its own name. A loss of power leaves what was there, or this.
fn put(
    root: &Root,
    content: &Path,
    blob: &Blob,
    make: fn(PathBuf, &Path) -> io::Result<()>,
) -> Result<(), WorkloadError> {
    let (path, fresh) = (content.join(&blob.sha256), content.join(format!(".{}.fresh", blob.sha256)));
    // One that an earlier loss of power left.
    let _ = fs::remove_file(&fresh);
    make(root.blob(blob), &fresh).map_err(WorkloadError::file("made", &fresh))?;
    fs::rename(&fresh, &path).map_err(WorkloadError::file("replaced", &path))
}

fn copy(from: PathBuf, to: &Path) -> io::Result<()> {
    fs::copy(from, to)?;
    File::open(to)?.sync_all()
}

fn symlink(from: PathBuf, to: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(from, to)
}

/// Whether the engine still has every blob of an image, as large as it was.
pub fn whole(content: &Path, image: &Image) -> bool {
    image.blobs().all(|blob| is_whole(content, blob))
}

/// Whether what the engine has of an image is what was given to it, to the last byte: links to the very blobs, and copies that are the
/// same.
pub fn same(root: &Root, content: &Path, image: &Image) -> bool {
    image.blobs().all(|blob| is_same(root, content, blob))
}

fn is_same(root: &Root, content: &Path, blob: &Blob) -> bool {
    let (theirs, ours) = (content.join(&blob.sha256), root.blob(blob));
    if fs::read_link(&theirs).is_ok_and(|target| target == ours) {
        return true;
    }
    let open = |path: &Path| File::open(path).map(BufReader::new);
    let (Ok(theirs), Ok(ours)) = (open(&theirs), open(&ours)) else { return false };
    same_bytes(theirs, ours).unwrap_or(false)
}

fn same_bytes(mut one: impl BufRead, mut other: impl BufRead) -> io::Result<bool> {
    loop {
        let (left, right) = (one.fill_buf()?, other.fill_buf()?);
        let length = left.len().min(right.len());
        if length == 0 || left[..length] != right[..length] {
            return Ok(left.is_empty() && right.is_empty());
        }
        one.consume(length);
        other.consume(length);
    }
}

fn is_whole(content: &Path, blob: &Blob) -> bool {
    fs::metadata(content.join(&blob.sha256)).is_ok_and(|found| found.len() == blob.size)
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
