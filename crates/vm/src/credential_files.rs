//! Credentials on their way to QEMU: in files that only the user can read, for as long as the machine runs.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::PathBuf;

use crate::{Credential, RunDirectory};

/// Their directory in the directory of the run.
const NAME: &str = "credentials";

/// The files, which are removed when this is dropped.
#[derive(Debug)]
pub struct CredentialFiles {
    directory: PathBuf,
    inside: Vec<String>,
}

impl CredentialFiles {
    /// Writes the SMBIOS string of each credential to a file of its own below the directory of the run, in place of those of a
    /// run before.
    ///
    /// # Errors
    /// When they cannot be written. None is left then.
    pub fn write(run: &RunDirectory, credentials: &[Credential]) -> io::Result<Self> {
        let directory = run.file_here(NAME);
        remove(&directory)?;
        // Removed on every way out from here.
        let mut this = Self { directory, inside: Vec::new() };
        DirBuilder::new().mode(0o700).create(&this.directory)?;
        for (number, credential) in credentials.iter().enumerate() {
            let name = number.to_string();
            let mut options = OpenOptions::new();
            let mut file =
                options.write(true).create_new(true).mode(0o600).open(this.directory.join(&name))?;
            file.write_all(credential.smbios_string().as_bytes())?;
            this.inside.push(run.file_inside(&format!("{NAME}/{name}")));
        }
        Ok(this)
    }

    /// The files, as QEMU sees them.
    pub fn inside(&self) -> &[String] {
        &self.inside
    }
}

impl Drop for CredentialFiles {
    fn drop(&mut self) {
        // The directory of the run is the user's alone, and goes as well.
        let _ = remove(&self.directory);
    }
}

fn remove(directory: &PathBuf) -> io::Result<()> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn only_the_user_can_read_them_and_they_go_at_the_end() {
        let run = tempfile::tempdir().unwrap();
        let place = RunDirectory::new(run.path(), "/run/yoe");
        let credentials = [Credential::new("a", "one, two").unwrap(), Credential::new("b", [0, 1]).unwrap()];
        let files = CredentialFiles::write(&place, &credentials).unwrap();
        assert_eq!(files.inside(), ["/run/yoe/credentials/0", "/run/yoe/credentials/1"]);
        let directory = run.path().join("credentials");
        let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&directory), mode(&directory.join("0"))), (0o700, 0o600));
        assert_eq!(fs::read_to_string(directory.join("0")).unwrap(), "io.systemd.credential:a=one, two");
        assert_eq!(fs::read_to_string(directory.join("1")).unwrap(), "io.systemd.credential.binary:b=AAE=");
        drop(files);
        assert!(!directory.exists());
    }

    #[test]
    fn those_of_a_run_that_was_killed_do_not_stand_in_the_way() {
        let run = tempfile::tempdir().unwrap();
        let place = RunDirectory::new(run.path(), "/run/yoe");
        std::mem::forget(CredentialFiles::write(&place, &[Credential::new("a", "old").unwrap()]).unwrap());
        let files = CredentialFiles::write(&place, &[]).unwrap();
        assert_eq!(fs::read_dir(run.path().join("credentials")).unwrap().count(), 0);
        drop(files);
    }
}
