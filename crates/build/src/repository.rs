//! Packages put into a directory that apk clients read: `<directory>/<arch>/*.apk` and `APKINDEX.tar.gz`.

use std::fs;
use std::path::{Path, PathBuf};

use yoe_model::Arch;
use yoe_package::index::{Listed, write};
use yoe_plan::{ActionKind, Plan, UNIT_EPOCH};

use crate::builder::Builder;
use crate::error::{ActionError, BuildError};

/// The index's name, which apk clients ask for.
const INDEX: &str = "APKINDEX.tar.gz";

impl Builder {
    /// Copies every package of a plan that was built to `directory`, next to those that are there, and indexes them all. Any
    /// static web server can serve the directory. Gives how many packages the index lists.
    ///
    /// # Errors
    /// When a package is not in the store any more, or the directory cannot be written.
    pub fn repository(&self, plan: &Plan, arch: Arch, directory: &Path) -> Result<usize, BuildError> {
        let written = || {
            let directory = directory.join(arch.as_str());
            fs::create_dir_all(&directory).map_err(|error| ActionError::io("make", &directory, error))?;
            for action in plan.actions.iter().filter(|action| matches!(action.kind, ActionKind::Package(_))) {
                let result = self.store.action(&action.key)?.ok_or(ActionError::Gone(action.key))?;
                packages(&self.tree(&result.tree)?)?
                    .iter()
                    .try_for_each(|package| copy(package, &directory))?;
            }
            self.index(&directory)
        };
        written().map_err(|kind| BuildError::of(format!("the repository {}", directory.display()), kind))
    }

    fn index(&self, directory: &Path) -> Result<usize, ActionError> {
        let archive = |error: yoe_package::PackageError| ActionError::Archive(Box::new(error));
        let key = self.signer.public_key().map_err(|error| ActionError::Archive(Box::new(error)))?;
        let trusted = [key];
        let listed = packages(directory)?
            .iter()
            .map(|package| Listed::open(package, &trusted).map_err(archive))
            .collect::<Result<Vec<_>, _>>()?;
        let bytes = write(&listed, self.signer.name(), UNIT_EPOCH, &self.signer).map_err(archive)?;
        replace(&directory.join(INDEX), &bytes)?;
        // Clients need it to trust the index.
        replace(&directory.join(trusted[0].file_name()), trusted[0].to_pem().as_bytes())?;
        Ok(listed.len())
    }
}

/// The package files of a directory, by name.
fn packages(directory: &Path) -> Result<Vec<PathBuf>, ActionError> {
    let unreadable = |error| ActionError::io("read", directory, error);
    let entries = fs::read_dir(directory).map_err(unreadable)?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>();
    let mut paths = paths.map_err(unreadable)?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "apk"));
    paths.sort();
    Ok(paths)
}

fn copy(package: &Path, directory: &Path) -> Result<(), ActionError> {
    let bytes = fs::read(package).map_err(|error| ActionError::io("read", package, error))?;
    replace(&directory.join(package.file_name().unwrap_or_default()), &bytes)
}

/// Writes a file whole or not at all: a server may be handing it out.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), ActionError> {
    let new = path.with_extension(format!("new-{}", std::process::id()));
    fs::write(&new, bytes)
        .and_then(|()| fs::rename(&new, path))
        .map_err(|error| ActionError::io("write", path, error))
}
