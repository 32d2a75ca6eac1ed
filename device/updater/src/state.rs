//! What the updater remembers, below its state directory. Losing it, or having no place for it, costs protection against
//! replays of old metadata and nothing else: a device with a full or damaged data partition can be updated.
//!
//! Nothing protects the data partition from being written to elsewhere. So root metadata is verified again each time, and no file
//! is read that is not a file or larger than what is written here.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use yoe_bundle::{Role, Seen, Time, Trust};
use yoe_program::durable;

use crate::config::Paths;
use crate::error::UpdaterError;
use crate::lock::Lock;

/// What was seen before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// The newest metadata.
    pub seen: Seen,
    /// The latest time that was ever verified.
    pub time: Time,
}

/// What a device knows before it is offered anything.
#[derive(Debug, Clone)]
pub struct Remembered {
    /// Whom it trusts.
    pub trust: Trust,
    /// What it saw.
    pub memory: Memory,
    /// Whether the root metadata was handed over, in the place of the image's.
    handed_over: bool,
}

impl Remembered {
    /// The newest metadata that was seen. Root metadata that was handed over may be of others than those who signed before, so its
    /// version says nothing; whose keys signed what was seen says enough.
    pub fn seen(&self) -> Seen {
        let seen = self.memory.seen.clone();
        if self.handed_over { Seen { root: 0, ..seen } } else { seen }
    }
}

/// Why a version was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The image's version.
    pub version: String,
    /// The slot that held it: `a` or `b`; empty in a record that an older updater wrote.
    #[serde(default)]
    pub slot: String,
    /// What each check that did not pass said.
    pub checks: Vec<String>,
    /// Seconds since 1970, by the clock of that boot.
    pub time: u64,
}

/// The state directory.
#[derive(Debug, Clone)]
pub struct State {
    directory: PathBuf,
}

/// Bytes of the largest record that is read.
const LARGEST: u64 = 1 << 20;
/// Where a failure is recorded on the EFI system partition, for when the data partition is what failed.
const ON_ESP: &str = "EFI/yoe/failure.json";

impl State {
    /// In this directory.
    pub fn new(directory: &Path) -> Self {
        Self { directory: directory.to_owned() }
    }

    /// What was seen before; nothing when it cannot be read.
    pub fn memory(&self) -> Memory {
        read(&self.directory.join("memory.json")).unwrap_or_default()
    }

    /// The root metadata that was handed over or came with the image, and every later version that was seen since, with what else
    /// was seen.
    ///
    /// # Errors
    /// When there is no root metadata, or it cannot be read or believed.
    pub fn remembered(&self, paths: &Paths) -> Result<Remembered, UpdaterError> {
        let (path, bytes) = first_root(paths)?;
        let trust = Trust::new(&bytes);
        let mut trust = trust.map_err(|source| UpdaterError::Trust { path: path.to_owned(), source })?;
        while let Some(next) = trust.version().checked_add(1) {
            let next = bounded(&self.root(next), Role::Root.limit());
            if next.is_none_or(|next| trust.rotate(&next).is_err()) {
                break;
            }
        }
        Ok(Remembered { trust, memory: self.memory(), handed_over: path == paths.credential })
    }

    /// Remembers a version of the root metadata.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep_root(&self, trust: &Trust) -> Result<(), UpdaterError> {
        let path = self.root(trust.version());
        if bounded(&path, Role::Root.limit()).is_some_and(|bytes| bytes == trust.bytes()) {
            Ok(())
        } else {
            Ok(durable(&path, trust.bytes())?)
        }
    }

    /// Remembers what was seen by one who knew `before`. What another updater saw meanwhile stays, if it is newer.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(&self, before: &Memory, memory: Memory) -> Result<(), UpdaterError> {
        fs::create_dir_all(&self.directory).map_err(UpdaterError::file("made", &self.directory))?;
        let _lock = Lock::take(&self.directory.join("memory.lock"))?;
        let here = self.memory();
        let memory = if here == *before {
            memory
        } else {
            Memory { seen: here.seen.clone().newest(memory.seen), time: here.time.max(memory.time) }
        };
        let path = self.directory.join("memory.json");
        if here == memory { Ok(()) } else { Ok(durable(&path, json(&memory).as_bytes())?) }
    }

    /// Records why a version is given up, in both places; one of them is enough. Without the EFI system partition, in one.
    ///
    /// # Errors
    /// When neither can be written to.
    pub fn fail(&self, esp: Option<&Path>, failure: &Failure) -> Result<(), UpdaterError> {
        let text = json(failure);
        let here = durable(&self.record(), text.as_bytes());
        let there = esp.map(|esp| durable(&esp.join(ON_ESP), text.as_bytes()));
        if there.is_some_and(|there| there.is_ok()) { Ok(()) } else { Ok(here?) }
    }

    /// The failure that was recorded last, in either place.
    pub fn failure(&self, esp: &Path) -> Option<Failure> {
        let all = self.failures(esp);
        all.iter().filter_map(|path| read::<Failure>(path)).max_by_key(|failure| failure.time)
    }

    /// Forgets why a version was given up: it is installed anew, and what becomes of it then is another matter.
    ///
    /// # Errors
    /// When a record cannot be removed.
    pub fn forget(&self, esp: &Path, version: &str) -> Result<(), UpdaterError> {
        let all = self.failures(esp);
        let of_it = |path: &&PathBuf| read::<Failure>(path).is_some_and(|failure| failure.version == version);
        all.iter()
            .filter(of_it)
            .try_for_each(|path| fs::remove_file(path).map_err(UpdaterError::file("removed", path)))
    }

    fn failures(&self, esp: &Path) -> [PathBuf; 2] {
        [self.record(), esp.join(ON_ESP)]
    }

    fn record(&self) -> PathBuf {
        self.directory.join("failure.json")
    }

    fn root(&self, version: u64) -> PathBuf {
        self.directory.join(format!("{version}.root.json"))
    }
}

/// The root metadata that everything else follows from, and where it is.
fn first_root(paths: &Paths) -> Result<(&Path, Vec<u8>), UpdaterError> {
    for path in [&paths.credential, &paths.trust] {
        match fs::read(path) {
            Ok(bytes) => return Ok((path, bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(UpdaterError::file("read", path)(error)),
        }
    }
    Err(UpdaterError::NoTrust { image: paths.trust.clone(), credential: paths.credential.clone() })
}

fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> Option<T> {
    serde_json::from_slice(&bounded(path, LARGEST)?).ok()
}

/// A file of at most so many bytes; nothing when it cannot be read, is larger, or is not a file.
fn bounded(path: &Path, limit: u64) -> Option<Vec<u8>> {
    if !fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(limit.saturating_add(1)).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= limit).then_some(bytes)
}

fn json(value: &impl Serialize) -> String {
    // Structures of text and numbers always have a form.
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}
