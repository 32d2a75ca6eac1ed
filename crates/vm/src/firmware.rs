//! The firmware's variable store: a template in the container, a copy for each run.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags};
use yoe_tree::Tree;

/// Why there is no copy of the variable store.
#[derive(Debug, thiserror::Error)]
pub enum FirmwareError {
    /// The template could not be opened.
    #[error(
        "the firmware's variable store {inside} is not in its container: check the machine's `firmware_vars` and the packages \
         of the container"
    )]
    Open {
        /// Its path in the container.
        inside: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The copy could not be written.
    #[error("the copy of the firmware's variable store could not be written to {}", to.display())]
    Write {
        /// Where the copy should be.
        to: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// Copies the variable store at the absolute path `inside` of the tree `root` to `to`, which must not exist. Links on
/// the way are followed within `root` alone.
///
/// # Errors
/// When there is no such file in the tree, or the copy cannot be written.
pub fn copy_firmware_vars(root: &Path, inside: &str, to: &Path) -> Result<(), FirmwareError> {
    let unopened = |source: io::Error| FirmwareError::Open { inside: inside.to_owned(), source };
    let unwritten = |source: io::Error| FirmwareError::Write { to: to.to_owned(), source };
    let template = Tree::root(root).and_then(|tree| tree.file(Path::new(inside)));
    let mut template = template.map_err(|error| unopened(error.into()))?;
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
    let copy = rustix::fs::openat(CWD, to, flags, Mode::RUSR | Mode::WUSR)
        .map_err(|error| unwritten(error.into()))?;
    io::copy(&mut template, &mut File::from(copy)).map_err(unwritten)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_stay_within_the_tree() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("root");
        std::fs::create_dir_all(root.join("usr/share/OVMF")).unwrap();
        std::fs::write(root.join("usr/share/OVMF/REAL.fd"), "vars").unwrap();
        std::fs::write(directory.path().join("outside"), "secret").unwrap();
        std::os::unix::fs::symlink("/usr/share/OVMF/REAL.fd", root.join("usr/share/OVMF/VARS.fd")).unwrap();
        std::os::unix::fs::symlink("../../../../outside", root.join("usr/share/OVMF/OUT.fd")).unwrap();
        let copy = directory.path().join("copy");
        copy_firmware_vars(&root, "/usr/share/OVMF/VARS.fd", &copy).unwrap();
        assert_eq!(std::fs::read_to_string(&copy).unwrap(), "vars");
        let other = directory.path().join("other");
        let refused = copy_firmware_vars(&root, "/usr/share/OVMF/OUT.fd", &other);
        assert!(matches!(refused, Err(FirmwareError::Open { .. })), "{refused:?}");
        let twice = copy_firmware_vars(&root, "/usr/share/OVMF/VARS.fd", &copy);
        assert!(matches!(twice, Err(FirmwareError::Write { .. })), "{twice:?}");
    }
}
