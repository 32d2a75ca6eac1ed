//! What the verified root brings along.

use std::fs;
use std::path::{Path, PathBuf};

use yoe_workload_format::{BLOBS, Blob, FILES, IMAGES, Image, RECORD, Record};

use crate::error::WorkloadError;

/// All workloads of the root that runs.
#[derive(Debug)]
pub struct Root {
    share: PathBuf,
    /// By name.
    pub workloads: Vec<Record>,
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
        Ok(Self { share: share.to_owned(), workloads })
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

    /// Where a blob lies.
    pub fn blob(&self, blob: &Blob) -> PathBuf {
        self.share.join(BLOBS).join(&blob.sha256)
    }

    /// The Compose files of a workload: as it was written, and the one that names its images.
    pub fn compose(&self, record: &Record) -> [PathBuf; 2] {
        let directory = self.share.join(&record.name);
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
