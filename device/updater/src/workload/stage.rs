//! Putting a version of a workload together on the data partition, from what is here and what has to be fetched. An attempt that
//! broke off is taken up by reading what it left.

use std::fs::{self, File, OpenOptions};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use rustix::fs::statvfs;
use yoe_workload_format::generations::{PART, WHOLE};

use super::find::WorkloadUpdate;
use crate::config::Network;
use crate::delta::{Fetch, Fill, Tally, Wanted};
use crate::disk::{Region, System};
use crate::error::UpdaterError;
use crate::source::Repository;

/// Bytes of the data partition that an update leaves to everything else.
const RESERVE: u64 = 16 << 20;

/// A version and where it comes from.
pub struct Stage<'a> {
    /// The system that runs, whose root has most of what a new version is made of.
    pub system: &'a System,
    /// Where it is fetched from.
    pub repository: &'a dyn Repository,
    /// How long is waited for it.
    pub network: &'a Network,
    /// The version.
    pub update: &'a WorkloadUpdate,
}

impl Stage<'_> {
    /// Puts it together below this directory, unless it is there.
    ///
    /// # Errors
    /// When there is no room, or disk or network fail.
    pub fn run(&self, directory: &Path) -> Result<Tally, UpdaterError> {
        let manifest = &self.update.manifest;
        let directory = directory.join(&manifest.workload);
        let name = |suffix: &str| directory.join(format!("{}.{suffix}", manifest.version));
        let (part, whole) = (name(PART), name(WHOLE));
        fs::create_dir_all(&directory).map_err(UpdaterError::file("made", &directory))?;
        if self.is_right(&whole)? {
            return Ok(Tally { fetched: self.repository.came().unwrap_or(0), reused: manifest.size });
        }
        remove_parts(&directory, &part)?;
        let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&part);
        let file = open.map_err(UpdaterError::file("written", &part))?;
        self.check_space(&directory, &file)?;
        file.set_len(manifest.size).map_err(UpdaterError::file("written", &part))?;
        let needed = self.fill(&file, &directory, &part)?;
        if !self.is_right(&part)? {
            return Err(UpdaterError::ReadBack(part.display().to_string()));
        }
        let rename = fs::rename(&part, &whole).and_then(|()| File::open(&directory)?.sync_all());
        rename.map_err(UpdaterError::file("written", &whole))?;
        let fetched = self.repository.came().unwrap_or(needed);
        Ok(Tally { fetched, reused: manifest.size.saturating_sub(needed) })
    }

    /// Fills the file. Bytes that had to be fetched.
    fn fill(&self, file: &File, directory: &Path, part: &Path) -> Result<u64, UpdaterError> {
        let WorkloadUpdate { manifest, index, content, .. } = self.update;
        let to = Region::whole(file, manifest.size);
        let others = versions(directory)?;
        let mut regions = vec![self.running()?];
        regions.extend(others.iter().map(|(file, size)| Region::whole(file, *size)));
        let fill = Fill {
            wanted: &index.root,
            chunking: index.chunking,
            to: to.clone(),
            others: regions,
            staged: None,
            name: &part.display().to_string(),
        };
        let want = |(at, chunk)| Wanted { at, chunk, to: to.clone(), to_at: at, done: false };
        let wanted: Vec<Wanted<'_>> = fill.run()?.into_iter().map(want).collect();
        let needed = wanted.iter().map(|wanted| u64::from(wanted.chunk.length)).sum();
        let (repository, network) = (self.repository, self.network);
        Fetch { repository, path: &content.path, length: content.length, network }.run(wanted)?;
        to.settle().map_err(UpdaterError::file("written", part))?;
        Ok(needed)
    }

    /// The root that runs.
    fn running(&self) -> Result<Region<'_>, UpdaterError> {
        let partition = self.system.slot(self.system.running)?;
        let region = self.system.disk.region(partition.start, partition.size);
        Ok(region.first(self.system.root.data_blocks.saturating_mul(4096)))
    }

    /// Whether this file is the version, to the last byte; not when it is not there.
    fn is_right(&self, path: &Path) -> Result<bool, UpdaterError> {
        let manifest = &self.update.manifest;
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(UpdaterError::file("read", path)(error)),
        };
        let mut digest = ring::digest::Context::new(&ring::digest::SHA256);
        let mut buffer = vec![0; 1 << 18];
        loop {
            match file.read(&mut buffer).map_err(UpdaterError::file("read", path))? {
                0 => break,
                count => digest.update(&buffer[..count]),
            }
        }
        Ok(yoe_notation::hex::encode(digest.finish().as_ref()) == manifest.sha256)
    }

    /// Room for the content, as far as it is not there yet, and for what the engine unpacks of it.
    fn check_space(&self, directory: &Path, file: &File) -> Result<(), UpdaterError> {
        let manifest = &self.update.manifest;
        let there = file.metadata().map_err(UpdaterError::file("read", directory))?;
        let there = std::os::unix::fs::MetadataExt::blocks(&there).saturating_mul(512);
        let free = statvfs(directory).map_err(|error| UpdaterError::file("read", directory)(error.into()))?;
        let have = free.f_bavail.saturating_mul(free.f_frsize);
        let need =
            manifest.size.saturating_sub(there).saturating_add(manifest.unpacked).saturating_add(RESERVE);
        if have < need {
            return Err(UpdaterError::Space { place: directory.display().to_string(), have, need });
        }
        Ok(())
    }
}

/// Removes what was begun of other versions than the one in `own`: nobody takes it up any more.
fn remove_parts(directory: &Path, own: &Path) -> Result<(), UpdaterError> {
    let others = files(directory, PART)?.into_iter().filter(|path| path != own);
    others
        .into_iter()
        .try_for_each(|path| fs::remove_file(&path).map_err(UpdaterError::file("removed", &path)))
}

/// Versions that are here, with their sizes.
fn versions(directory: &Path) -> Result<Vec<(File, u64)>, UpdaterError> {
    let open = |path: PathBuf| {
        let open = || {
            let file = File::open(&path)?;
            let size = file.metadata()?.len();
            Ok((file, size))
        };
        open().map_err(UpdaterError::file("read", &path))
    };
    files(directory, WHOLE)?.into_iter().map(open).collect()
}

/// The files of a directory whose names end so.
fn files(directory: &Path, suffix: &str) -> Result<Vec<PathBuf>, UpdaterError> {
    let read =
        || fs::read_dir(directory)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>();
    let mut files = read().map_err(UpdaterError::file("read", directory))?;
    files.retain(|path| path.extension().is_some_and(|end| end == suffix));
    Ok(files)
}
