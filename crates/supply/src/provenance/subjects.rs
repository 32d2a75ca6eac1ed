//! The files that a target is handed out as.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest as _, Sha256};
use yoe_plan::{ActionId, ActionKind};

use crate::{Request, SupplyError};

/// SHA-256 digests by the names of files: of the disk with its kernel and root, or of the archive of an OCI image, and of all packages
/// in it.
pub(super) fn subjects(request: &Request<'_>) -> Result<BTreeMap<String, String>, SupplyError> {
    let (_, target) = request.plan.targets.first().ok_or(SupplyError::NoTarget)?;
    let packages: Vec<ActionId> = match &request.plan.action(*target).kind {
        ActionKind::Disk(disk) => match &request.plan.action(disk.root).kind {
            ActionKind::Root(root) => root.packages.iter().map(|(_, id)| *id).collect(),
            _ => return Err(SupplyError::NoTarget),
        },
        ActionKind::OciImage(image) => image.packages.iter().map(|(_, id)| *id).collect(),
        ActionKind::Package(_) => Vec::new(),
        ActionKind::Container(container) => return Err(SupplyError::Container(container.name.clone())),
        _ => return Err(SupplyError::NoTarget),
    };
    let mut subjects = BTreeMap::new();
    for id in std::iter::once(*target).chain(packages) {
        let built = (request.built)(id);
        let (_, directory) =
            built.ok_or_else(|| SupplyError::NotBuilt(request.plan.action(id).label.clone()))?;
        files(&directory, &mut subjects)?;
    }
    Ok(subjects)
}

/// The files of a result.
fn files(directory: &Path, subjects: &mut BTreeMap<String, String>) -> Result<(), SupplyError> {
    let unread = |source: io::Error| SupplyError::Io { path: directory.to_owned(), source };
    for entry in fs::read_dir(directory).map_err(unread)? {
        let path = entry.map_err(unread)?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()).map(str::to_owned) else { continue };
        if path.symlink_metadata().map_err(unread)?.is_file() {
            let digest = sha256(&path).map_err(|source| SupplyError::Io { path: path.clone(), source })?;
            subjects.insert(name, digest);
        }
    }
    Ok(())
}

/// The SHA-256 digest of a file, in hexadecimal digits.
///
/// # Errors
/// When it cannot be read.
pub fn sha256(path: &Path) -> io::Result<String> {
    let (mut file, mut hash, mut buffer) = (yoe_tree::regular(path)?, Sha256::new(), vec![0; 1 << 20]);
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(yoe_notation::hex::encode(&hash.finalize())),
            Ok(count) => hash.update(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
