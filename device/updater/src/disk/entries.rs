//! The boot entries on the EFI system partition.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use yoe_disk::entry::{DIRECTORY, EntryName};
use yoe_disk::uki::Uki;
use yoe_disk::verity::Root;

use crate::error::UpdaterError;
use crate::machine::{Entry, Unfinished};

/// No kernel image is larger; what is larger is not read.
const LARGEST: u64 = 1 << 30;
/// What unfinished copies end with.
const UNFINISHED: &str = ".efi.part";

/// The directory of the entries.
#[derive(Debug, Clone)]
pub struct Entries {
    directory: PathBuf,
}

impl Entries {
    /// Of this EFI system partition.
    pub fn on(esp: &Path) -> Self {
        Self { directory: esp.join(DIRECTORY) }
    }

    /// Where an entry is.
    pub fn path(&self, file: &str) -> PathBuf {
        self.directory.join(file)
    }

    /// The entries that name a verified root, and unfinished copies; `kernel` is the digest of the one to be installed.
    /// A file with the name of an entry of this image that is not a kernel image is what is left of one. Files of others are
    /// left alone.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn read(
        &self,
        image: &str,
        kernel: Option<&str>,
    ) -> Result<(Vec<Entry>, Vec<Unfinished>), UpdaterError> {
        let (mut entries, mut unfinished) = (Vec::new(), Vec::new());
        for file in self.files()? {
            let Some(bytes) = self.bytes(&file)? else { continue };
            let is_new = kernel.is_some_and(|kernel| yoe_bundle::sha256(&bytes) == kernel);
            match EntryName::parse(&file) {
                Some(name) => match Uki::read(&bytes) {
                    Ok(uki) => {
                        let root = Root::on(&uki.cmdline).ok();
                        entries.extend(root.map(|root| Entry { name, root: root.partition, is_new }));
                    }
                    Err(_) if name.is_of(image) => unfinished.push(Unfinished { file, is_new }),
                    Err(_) => {}
                },
                None if file.ends_with(UNFINISHED) => unfinished.push(Unfinished { file, is_new }),
                None => {}
            }
        }
        Ok((entries, unfinished))
    }

    /// What the kernel image of an entry says of itself.
    pub fn kernel(&self, name: &EntryName) -> Option<Uki> {
        Uki::read(&self.bytes(&name.to_string()).ok()??).ok()
    }

    /// Names of all files, sorted. What is not a regular file is none: the boot manager's own directories lie next to the entries.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn files(&self) -> Result<Vec<String>, UpdaterError> {
        let entries = match fs::read_dir(&self.directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(UpdaterError::file("read", &self.directory)(error)),
        };
        let files = entries.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
        let mut names: Vec<String> = files.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        Ok(names)
    }

    fn bytes(&self, file: &str) -> Result<Option<Vec<u8>>, UpdaterError> {
        let path = self.path(file);
        let read = || {
            let data = fs::metadata(&path)?;
            if !data.is_file() || data.len() > LARGEST { Ok(None) } else { fs::read(&path).map(Some) }
        };
        read().map_err(UpdaterError::file("read", &path))
    }

    /// The size of a file, or nothing when there is none.
    pub fn size(&self, file: &str) -> u64 {
        fs::metadata(self.path(file)).map_or(0, |data| data.len())
    }

    /// Removes a file, durably.
    ///
    /// # Errors
    /// When that fails.
    pub fn remove(&self, file: &str) -> Result<(), UpdaterError> {
        let path = self.path(file);
        fs::remove_file(&path).and_then(|()| self.sync()).map_err(UpdaterError::file("removed", &path))
    }

    /// Renames a file, durably.
    ///
    /// # Errors
    /// When that fails.
    pub fn rename(&self, from: &str, to: &str) -> Result<(), UpdaterError> {
        let path = self.path(from);
        fs::rename(&path, self.path(to))
            .and_then(|()| self.sync())
            .map_err(UpdaterError::file("renamed", &path))
    }

    /// Makes everything on the partition durable: FAT keeps what belongs to a file in places that no file names.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn sync(&self) -> std::io::Result<()> {
        Ok(rustix::fs::syncfs(File::open(&self.directory)?)?)
    }

    /// Bytes that are free on the partition.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn free(&self) -> Result<u64, UpdaterError> {
        let space = rustix::fs::statvfs(&self.directory);
        let space = space.map_err(|errno| UpdaterError::file("measured", &self.directory)(errno.into()))?;
        Ok(space.f_bavail.saturating_mul(space.f_frsize))
    }
}
