//! The key that signs packages.

use std::fs;
use std::path::{Path, PathBuf};

use yoe_package::Signer;

use crate::error::CommandError;
use crate::{paths, private_file, ui};

/// The signing key of a project, if one was made. It never enters the store.
pub fn existing(project: &str) -> Result<Option<Signer>, CommandError> {
    let path = path(project)?;
    match fs::read_to_string(&path) {
        Ok(text) => Signer::from_pem(project, &text).map(Some).map_err(|error| {
            CommandError::config(format!("the signing key {} cannot be used", path.display())).because(error)
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unusable(&path, error)),
    }
}

fn path(project: &str) -> Result<PathBuf, CommandError> {
    Ok(paths::keys()?.join(format!("{project}.pem")))
}

/// Makes the signing key of a project.
pub fn make(project: &str) -> Result<Signer, CommandError> {
    let path = path(project)?;
    let refused = |error| {
        CommandError::new(crate::error::Kind::Internal, "no signing key could be made").because(error)
    };
    let signer = Signer::generate(project).map_err(refused)?;
    let text = signer.to_pem().map_err(refused)?;
    // Whoever loses a race between two first builds takes the winner's key.
    match private_file::create(&path, &text) {
        Ok(()) => {
            ui::note(&format!("made a key that signs packages: {}", path.display()));
            Ok(signer)
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            existing(project)?.ok_or_else(|| unusable(&path, error))
        }
        Err(error) => Err(unusable(&path, error)),
    }
}

fn unusable(path: &Path, error: std::io::Error) -> CommandError {
    CommandError::config(format!("the signing key {} cannot be read or written", path.display()))
        .because(error)
        .where_to_write("XDG_DATA_HOME")
}
