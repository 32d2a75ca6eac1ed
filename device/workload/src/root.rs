//! What the verified root brings along, and what was chosen in the place of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use yoe_workload_format::{BLOBS, Blob, FILES, IMAGES, Image, RECORD, Record};

use crate::error::WorkloadError;

/// All workloads of the root that runs.
#[derive(Debug)]
pub struct Root {
    share: PathBuf,
    /// By name; of each what runs.
    pub workloads: Vec<Record>,
    /// Of a workload that runs in a version of its own: where that is, and what the root has.
    apart: BTreeMap<String, (PathBuf, Record)>,
    /// Names of workloads whose chosen version cannot be used, and why.
    pub damaged: Vec<(String, String)>,
}

impl Root {
    /// Reads what the root says in this directory; nothing when it is not there.
    ///
    /// # Errors
    /// When a file cannot be read, or is something else.
    pub fn read(share: &Path) -> Result<Self, WorkloadError> {
        let mut workloads = Vec::new();
        for name in names(share)? {
            let path = share.join(&name).join(RECORD);
            if path.exists() {
                let text = fs::read(&path).map_err(WorkloadError::file("read", &path))?;
                let record =
                    serde_json::from_slice(&text).map_err(|source| WorkloadError::Record(path, source))?;
                workloads.push(record);
            }
        }
        let (apart, damaged) = (BTreeMap::new(), Vec::new());
        Ok(Self { share: share.to_owned(), workloads, apart, damaged })
    }

    /// The workload of this name.
    ///
    /// # Errors
    /// With the names of all when there is none.
    pub fn find(&self, name: &str) -> Result<&Record, WorkloadError> {
        self.workloads.iter().find(|record| record.name == name).ok_or_else(|| {
            let names: Vec<&str> = self.workloads.iter().map(|record| record.name.as_str()).collect();
            let there = match names.as_slice() {
                [] => "; it has none".to_owned(),
                names => format!("; it has {}", names.join(", ")),
            };
            WorkloadError::Unknown(name.to_owned(), there)
        })
    }

    /// What the root itself has of this name, whatever runs.
    pub fn own(&self, name: &str) -> Option<&Record> {
        let apart = self.apart.get(name).map(|(_, own)| own);
        apart.or_else(|| self.workloads.iter().find(|record| record.name == name))
    }

    /// Puts a version that came apart from the system into the place of the root's own.
    pub fn replace(&mut self, with: Record, at: PathBuf) {
        if let Some(place) = self.workloads.iter_mut().find(|record| record.name == with.name) {
            let name = with.name.clone();
            let own = std::mem::replace(place, with);
            self.apart.insert(name, (at, own));
        }
    }

    /// Whether a workload runs in a version that came apart from the system.
    pub fn is_apart(&self, name: &str) -> bool {
        self.apart.contains_key(name)
    }

    /// The workload of this name, or all of them.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn chosen(&self, name: Option<&str>) -> Result<Vec<&Record>, WorkloadError> {
        match name {
            Some(name) => self.find(name).map(|record| vec![record]),
            None => Ok(self.workloads.iter().collect()),
        }
    }

    /// The images of all workloads.
    pub fn images(&self) -> impl Iterator<Item = &Image> {
        self.workloads.iter().flat_map(|record| &record.images)
    }

    /// Where a blob lies: in the root, which is verified whenever it is read, before any version apart from it.
    pub fn blob(&self, blob: &Blob) -> PathBuf {
        let in_directory = |directory: &Path| directory.join(BLOBS).join(&blob.sha256);
        let apart = self.apart.values().map(|(directory, _)| in_directory(directory));
        let own = in_directory(&self.share);
        [own.clone()].into_iter().chain(apart).find(|path| path.exists()).unwrap_or(own)
    }

    /// The Compose files of a workload: as it was written, and the one that names its images.
    pub fn compose(&self, record: &Record) -> [PathBuf; 2] {
        let share = self.apart.get(&record.name).map_or(&self.share, |(at, _)| at);
        let directory = share.join(&record.name);
        [directory.join(FILES).join(&record.compose), directory.join(IMAGES)]
    }
}

/// The names in a directory that are text, sorted; none when it is not there.
///
/// # Errors
/// When it cannot be read.
pub fn names(directory: &Path) -> Result<Vec<String>, WorkloadError> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(WorkloadError::file("read", directory)(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(WorkloadError::file("read", directory))?;
        names.extend(entry.file_name().into_string());
    }
    names.sort();
    Ok(names)
}
