//! What was found, for others to read: `NAMESPACE/ID.json`, one file for each container that is checked.

use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::SupervisorError;
use crate::health::Health;

/// A container, by the engine's namespace and its ID.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The engine's namespace.
    pub namespace: String,
    /// The container's ID in it.
    pub id: String,
}

/// What one file holds: the container's health in the form of Docker's API, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// What a person calls the container.
    #[serde(rename = "Name", default)]
    pub name: String,
    /// The container's first process: with another one, it is not the same run of the container.
    #[serde(rename = "Pid", default)]
    pub pid: i32,
    /// Its health.
    #[serde(flatten)]
    pub health: Health,
}

/// The directory with all of them.
#[derive(Debug, Clone)]
pub struct Store {
    directory: PathBuf,
}

impl Store {
    /// The store in this directory, which is made when it is not there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(directory: &Path) -> Result<Self, SupervisorError> {
        private(directory)?;
        Ok(Self { directory: directory.to_owned() })
    }

    /// A file for the number of a check's process.
    pub fn pid_file(&self, key: &Key) -> PathBuf {
        self.directory.join(format!("{}.{}.pid", key.namespace, key.id))
    }

    /// What is on record of a container.
    pub fn read(&self, key: &Key) -> Option<Record> {
        serde_json::from_slice(&fs::read(self.path(key)).ok()?).ok()
    }

    /// Puts a record in the place of what was there, at once.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, key: &Key, record: &Record) -> Result<(), SupervisorError> {
        let path = self.path(key);
        let fresh = path.with_extension("new");
        private(&self.directory.join(&key.namespace))?;
        // Strings and numbers: there is nothing that could not be written.
        let text = serde_json::to_vec(record).unwrap_or_default();
        fs::write(&fresh, text).map_err(SupervisorError::file("written", &fresh))?;
        fs::rename(&fresh, &path).map_err(SupervisorError::file("written", &path))
    }

    /// Forgets a container.
    pub fn remove(&self, key: &Key) {
        // One that was never on record has no file.
        let _ = fs::remove_file(self.path(key));
    }

    /// All that are on record, by name.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn all(&self) -> Result<Vec<(Key, Record)>, SupervisorError> {
        let mut all = Vec::new();
        for namespace in names(&self.directory)? {
            let directory = self.directory.join(&namespace);
            if !directory.is_dir() {
                continue;
            }
            for file in names(&directory)? {
                let Some(id) = file.strip_suffix(".json") else { continue };
                let key = Key { namespace: namespace.clone(), id: id.to_owned() };
                all.extend(self.read(&key).map(|record| (key, record)));
            }
        }
        all.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(all)
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.directory.join(&key.namespace).join(format!("{}.json", key.id))
    }
}

/// What checks say may be nobody else's business.
fn private(directory: &Path) -> Result<(), SupervisorError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
        .map_err(SupervisorError::file("made", directory))
}

/// The names in a directory that are text; none when it is not there.
pub(crate) fn names(directory: &Path) -> Result<Vec<String>, SupervisorError> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(SupervisorError::file("read", directory)(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(SupervisorError::file("read", directory))?;
        names.extend(entry.file_name().into_string());
    }
    Ok(names)
}
