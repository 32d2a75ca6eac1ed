//! Modules in archives.

use std::path::Path;

use yoe_model::Digest;

use super::ModuleError;
use super::links::check_links;
use crate::client::{Client, Remote};
use crate::unpack::{self, Limits};

/// The largest archive of a module, in bytes: modules are text.
pub const ARCHIVE_LIMIT: u64 = 64 << 20;

/// Unpacks the archive at `url` into the directory `tree`, which is made. `name` says how it is packed; `locked` is the size and
/// digest that it must have, when those are known. `scratch` is a directory for the file itself. Gives its size and its digest.
///
/// # Errors
/// When it cannot be downloaded, is not what is locked, is larger than [`ARCHIVE_LIMIT`], cannot be unpacked, or holds a link that
/// leads out of the tree.
pub fn archive(
    client: &Client,
    (url, name): (&str, &str),
    locked: Option<(u64, Digest)>,
    scratch: &Path,
    tree: &Path,
) -> Result<(u64, Digest), ModuleError> {
    let urls = vec![url.to_owned()];
    let bytes = match locked {
        None => client.fetch_small(name, &urls, ARCHIVE_LIMIT)?,
        Some((size, sha256)) => {
            let remote = Remote { urls, size: Some(size), sha256, name: name.to_owned() };
            client.fetch(&remote, &mut |_| ())?
        }
    };
    let file = scratch.join("archive");
    std::fs::write(&file, &bytes).map_err(|source| ModuleError::File { path: file.clone(), source })?;
    let limits = Limits { bytes: 16 * ARCHIVE_LIMIT, cancel: client.cancel().clone(), ..Limits::default() };
    unpack::archive(&file, name, &[], tree, &limits)?;
    check_links(tree)?;
    Ok((bytes.len() as u64, Digest::of(&bytes)))
}
