//! Directories of running devices.

use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::Device;
use crate::error::CommandError;
use crate::paths;

/// The file by which a directory says whose it is: it is locked as long as the device runs.
const LOCK: &str = "lock";
/// The file that says what the device is.
const DEVICE: &str = "device.json";
/// More devices of one image than a machine runs.
const MOST: usize = 1000;

/// The directory of a device of this process.
pub struct Place {
    name: String,
    directory: PathBuf,
    /// Locked.
    _lock: File,
}

impl Place {
    /// A directory for a device of this image, private to the user. What killed runs left goes.
    pub fn new(image: &str) -> Result<Self, CommandError> {
        let all = paths::devices()?;
        Self::below(&all, image).map_err(|error| unusable(&all, error))
    }

    pub(super) fn below(all: &Path, image: &str) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(all)?;
        let _guard = guard(all)?;
        for (directory, device) in entries(all)? {
            if device.is_none() {
                fs::remove_dir_all(directory)?;
            }
        }
        for number in 1..MOST {
            let name = if number == 1 { image.to_owned() } else { format!("{image}-{number}") };
            let directory = all.join(&name);
            match DirBuilder::new().mode(0o700).create(&directory) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                made => made?,
            }
            let lock = File::create(directory.join(LOCK))?;
            flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
            return Ok(Self { name, directory, _lock: lock });
        }
        Err(io::Error::other(format!("{MOST} devices of {image:?} run")))
    }

    /// The device's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Lets others find the device.
    pub fn publish(&self, device: &Device) -> Result<(), CommandError> {
        let text = serde_json::to_vec_pretty(device).map_err(io::Error::other);
        let new = self.directory.join("new");
        let written = text.and_then(|text| fs::write(&new, text));
        written
            .and_then(|()| fs::rename(&new, self.directory.join(DEVICE)))
            .map_err(|error| unusable(&self.directory, error))
    }

    /// Forgets the device.
    pub fn remove(&self) {
        // Nobody is left to hear of it; the next run removes what stays.
        let _ = fs::remove_dir_all(&self.directory);
    }
}

/// Where the files of a running device are.
pub fn directory_of(device: &Device) -> Result<PathBuf, CommandError> {
    Ok(paths::devices()?.join(&device.name))
}

/// The devices that run, by name.
pub fn running() -> Result<Vec<Device>, CommandError> {
    let all = paths::devices()?;
    if !all.exists() {
        return Ok(Vec::new());
    }
    let found = guard(&all).and_then(|_guard| entries(&all));
    let found = found.map_err(|error| unusable(&all, error))?;
    Ok(found.into_iter().filter_map(|(_, device)| device.flatten()).collect())
}

/// What this device is now; nothing when it has ended.
pub fn now(device: &Device) -> Result<Option<Device>, CommandError> {
    // Another one may have its name by now, at another port.
    Ok(running()?.into_iter().find(|one| one.name == device.name && one.port == device.port))
}

/// One at a time looks at all of them.
fn guard(all: &Path) -> io::Result<File> {
    let file = File::options().create(true).truncate(false).write(true).open(all.join(".lock"))?;
    flock(&file, FlockOperation::LockExclusive)?;
    Ok(file)
}

/// All directories by name: of a device that does not run any more, of one that is about to run, of one that runs.
fn entries(all: &Path) -> io::Result<Vec<(PathBuf, Option<Option<Device>>)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(all)? {
        let directory = entry?.path();
        if !directory.is_dir() {
            continue;
        }
        let device = is_locked(&directory.join(LOCK))?
            .then(|| serde_json::from_slice(&fs::read(directory.join(DEVICE)).ok()?).ok());
        found.push((directory, device));
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(found)
}

fn is_locked(path: &Path) -> io::Result<bool> {
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        opened => opened?,
    };
    match flock(&file, FlockOperation::NonBlockingLockShared) {
        Err(Errno::WOULDBLOCK) => Ok(true),
        tried => Ok(tried.map(|()| false)?),
    }
}

fn unusable(path: &Path, error: io::Error) -> CommandError {
    CommandError::config(format!("{}: what runs cannot be noted there", path.display()))
        .because(error)
        .where_to_write("XDG_RUNTIME_DIR")
}

#[cfg(test)]
mod tests {
    use super::super::tests::device;
    use super::*;

    #[test]
    fn names_differ_and_what_a_killed_run_left_goes() {
        let scratch = tempfile::tempdir().unwrap();
        let all = scratch.path().join("devices");
        let (one, two) = (Place::below(&all, "box").unwrap(), Place::below(&all, "box").unwrap());
        assert_eq!([one.name(), two.name()], ["box", "box-2"]);
        let device = device("box-2", "box");
        two.publish(&device).unwrap();
        let states = || -> Vec<Option<Option<Device>>> {
            entries(&all).unwrap().into_iter().map(|(_, device)| device).collect()
        };
        assert_eq!(states(), [Some(None), Some(Some(device.clone()))]);
        // Killed: nothing is removed, and the lock is gone.
        drop(two);
        assert_eq!(states(), [Some(None), None]);
        let again = Place::below(&all, "box").unwrap();
        assert_eq!((again.name(), states()), ("box-2", vec![Some(None), Some(None)]));
        again.remove();
        assert!(!again.directory().exists());
    }
}
