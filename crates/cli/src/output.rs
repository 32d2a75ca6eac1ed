//! Files that a user names for what a command makes.
//!
//! A regular file is replaced, whole or not at all. Anything else that is there already (a FIFO, a device node, what `/dev/stdout`
//! leads to) is written into, as every other program does: it is not ours to replace.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use crate::error::CommandError;

/// A place for one file, which was looked at before any work was done for it.
#[derive(Debug, PartialEq, Eq)]
pub enum Output {
    /// A file that is made or replaced.
    File(PathBuf),
    /// Something that is there and stays.
    Into(PathBuf),
}

impl Output {
    /// Looks at the place. Nothing is written, and nothing is made.
    ///
    /// # Errors
    /// When nothing could be written there.
    pub fn at(path: &Path) -> Result<Self, CommandError> {
        let cannot = |error| cannot_write(path).because(error);
        let here = match fs::metadata(path) {
            Ok(here) => here,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
                writable(parent.unwrap_or(Path::new("."))).map_err(cannot)?;
                return Ok(Self::File(path.to_owned()));
            }
            Err(error) => return Err(cannot(error)),
        };
        if here.is_dir() || here.file_type().is_socket() {
            let kind = if here.is_dir() { "a directory" } else { "a socket" };
            return Err(CommandError::user(format!("{} is {kind}", path.display()))
                .hint("name a file, or something that can be written to"));
        }
        // Of a link, what it leads to is replaced and not the link.
        let real = fs::canonicalize(path).ok().filter(|_| here.is_file());
        let replaced = real.filter(|real| real.parent().is_some_and(|parent| writable(parent).is_ok()));
        match replaced {
            Some(real) => Ok(Self::File(real)),
            // Where no file can be made, one can be written into.
            None => {
                access(path, Access::WRITE_OK).map_err(|errno| cannot(errno.into()))?;
                Ok(Self::Into(path.to_owned()))
            }
        }
    }

    /// Whether a file is there afterwards.
    pub fn is_file(&self) -> bool {
        matches!(self, Self::File(_))
    }

    /// Writes what `write` writes.
    ///
    /// # Errors
    /// When that fails, or the place.
    pub fn write<T>(
        &self,
        write: impl FnOnce(&mut dyn Write) -> Result<T, CommandError>,
    ) -> Result<T, CommandError> {
        match self {
            Self::File(path) => {
                let failed = |error| cannot_write(path).because(error);
                let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
                let new =
                    tempfile::NamedTempFile::new_in(directory.unwrap_or(Path::new("."))).map_err(failed)?;
                let written = buffered(new.as_file(), write, failed)?;
                new.as_file().set_permissions(fs::Permissions::from_mode(0o644)).map_err(failed)?;
                new.as_file().sync_all().map_err(failed)?;
                new.persist(path).map_err(|error| failed(error.error))?;
                Ok(written)
            }
            Self::Into(path) => {
                let failed = |error| cannot_write(path).because(error);
                // What is longer than a file that is written into is cut off; of anything else there is nothing to cut off.
                let file = File::options().write(true).truncate(true).open(path).map_err(failed)?;
                let written = buffered(&file, write, failed)?;
                match file.sync_all() {
                    // A FIFO and a terminal keep nothing.
                    Err(error) if error.kind() != io::ErrorKind::InvalidInput => Err(failed(error)),
                    _ => Ok(written),
                }
            }
        }
    }

    /// Writes these bytes.
    ///
    /// # Errors
    /// When that fails.
    pub fn write_all(&self, bytes: &[u8]) -> Result<(), CommandError> {
        let (Self::File(path) | Self::Into(path)) = self;
        self.write(|to| to.write_all(bytes).map_err(|error| cannot_write(path).because(error)))
    }
}

/// Looks whether files can be made in a directory, or the directory itself where there is none. Nothing is made.
///
/// # Errors
/// When they cannot.
pub fn directory(path: &Path) -> Result<(), CommandError> {
    let mut there = path;
    // The first part that exists decides; a relative path ends where we are.
    while !there.as_os_str().is_empty() && fs::symlink_metadata(there).is_err() {
        there = there.parent().unwrap_or(Path::new(""));
    }
    let there = if there.as_os_str().is_empty() { Path::new(".") } else { there };
    writable(there).map_err(|error| {
        CommandError::user(format!("{} cannot be written to", path.display())).because(error)
    })
}

/// Whether files can be made in this directory.
fn writable(directory: &Path) -> io::Result<()> {
    if !fs::metadata(directory)?.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    Ok(access(directory, Access::WRITE_OK | Access::EXEC_OK)?)
}

fn buffered<T>(
    file: &File,
    write: impl FnOnce(&mut dyn Write) -> Result<T, CommandError>,
    failed: impl Fn(io::Error) -> CommandError,
) -> Result<T, CommandError> {
    let mut buffer = BufWriter::new(file);
    let written = write(&mut buffer)?;
    buffer.flush().map_err(failed)?;
    Ok(written)
}

fn cannot_write(path: &Path) -> CommandError {
    CommandError::user(format!("{} cannot be written", path.display()))
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::os::unix::fs::symlink;

    use rustix::fs::{CWD, Mode, mkfifoat};

    use super::*;

    fn scratch() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[test]
    fn a_file_is_replaced_whole_or_not_at_all() {
        let scratch = scratch();
        let path = scratch.path().join("file");
        let output = Output::at(&path).unwrap();
        assert!(!path.exists(), "nothing is made yet");
        output.write_all(b"one").unwrap();
        let output = Output::at(&path).unwrap();
        assert!(output.is_file());
        let failed: Result<(), _> = output.write(|to| {
            to.write_all(b"half").unwrap();
            Err(CommandError::user("no"))
        });
        assert!(failed.is_err());
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 1, "nothing is left over");
    }

    #[test]
    fn a_link_stays_and_what_it_leads_to_is_replaced() {
        let scratch = scratch();
        let (file, link) = (scratch.path().join("file"), scratch.path().join("link"));
        fs::write(&file, "old").unwrap();
        symlink(&file, &link).unwrap();
        Output::at(&link).unwrap().write_all(b"new").unwrap();
        assert_eq!((fs::read(&file).unwrap(), link.is_symlink()), (b"new".to_vec(), true));
    }

    #[test]
    fn what_is_no_regular_file_is_written_into_and_stays() {
        let scratch = scratch();
        let path = scratch.path().join("fifo");
        mkfifoat(CWD, &path, Mode::from(0o600)).unwrap();
        let output = Output::at(&path).unwrap();
        assert!(!output.is_file());
        let reader = {
            let path = path.clone();
            std::thread::spawn(move || {
                let mut text = String::new();
                File::open(path).unwrap().read_to_string(&mut text).map(|_| text)
            })
        };
        output.write_all(b"through").unwrap();
        assert_eq!(reader.join().unwrap().unwrap(), "through");
        assert!(fs::metadata(&path).unwrap().file_type().is_fifo());
        Output::at(Path::new("/dev/null")).unwrap().write_all(b"gone").unwrap();
        assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    }

    #[test]
    fn what_cannot_be_written_is_told_before_any_work() {
        let scratch = scratch();
        let place = |path: &str| scratch.path().join(path);
        fs::write(place("file"), "").unwrap();
        for path in ["", "nowhere/x", "file/x"] {
            assert!(Output::at(&place(path)).is_err(), "{path}");
        }
        directory(&place("new/and/deeper")).unwrap();
        assert!(directory(&place("file")).is_err() && directory(&place("file/below")).is_err());
        assert!(!place("new").exists(), "nothing is made yet");
        assert!(directory(Path::new("new")).is_ok(), "below where we are");
    }
}
