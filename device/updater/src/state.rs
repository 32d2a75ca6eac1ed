//! What the updater remembers, below its state folder. Losing it, or having no place for it, costs protection against
//! replays of old metadata and nothing else: a device with a full or damaged data partition can be updated.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use yoe_bundle::{Seen, Time, Trust};

use crate::config::Paths;
use crate::disk::{System, durable};
use crate::problem::Problem;

/// What was seen before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// The newest metadata.
    pub seen: Seen,
    /// The latest time that was ever verified.
    pub time: Time,
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

impl Failure {
    /// Of the version that runs.
    pub fn of(system: &System, checks: Vec<String>, time: Time) -> Self {
        let (version, slot) = (system.version.clone(), system.running.letter().to_owned());
        Self { version, slot, checks, time: time.0 }
    }
}

/// The state folder.
#[derive(Debug, Clone)]
pub struct State {
    folder: PathBuf,
}

/// Where a failure is recorded on the EFI system partition, for when the data partition is what failed.
const ON_ESP: &str = "EFI/yoe/failure.json";

impl State {
    /// In this folder.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// What was seen before; nothing when it cannot be read.
    pub fn memory(&self) -> Memory {
        read(&self.folder.join("memory.json")).unwrap_or_default()
    }

    /// The root metadata that was handed over or came with the image, and every later version that was seen since. Each is
    /// verified again: nothing protects the data partition from being written to elsewhere.
    ///
    /// # Errors
    /// When there is none, or it cannot be read or believed.
    pub fn trust(&self, paths: &Paths) -> Result<Trust, Problem> {
        let (path, bytes) = first_root(paths)?;
        let trust = Trust::new(&bytes);
        let mut trust = trust.map_err(|source| Problem::Trust { path: path.to_owned(), source })?;
        while let Ok(next) = fs::read(self.root(trust.version() + 1)) {
            if trust.rotate(&next).is_err() {
                break;
            }
        }
        Ok(trust)
    }

    /// Remembers a version of the root metadata.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep_root(&self, trust: &Trust) -> Result<(), Problem> {
        let path = self.root(trust.version());
        if fs::read(&path).is_ok_and(|bytes| bytes == trust.bytes()) {
            Ok(())
        } else {
            durable(&path, trust.bytes())
        }
    }

    /// Remembers what was seen.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(&self, memory: &Memory) -> Result<(), Problem> {
        durable(&self.folder.join("memory.json"), json(memory).as_bytes())
    }

    /// Records why a version is given up, in both places; one of them is enough.
    ///
    /// # Errors
    /// When neither can be written to.
    pub fn fail(&self, esp: &Path, failure: &Failure) -> Result<(), Problem> {
        let text = json(failure);
        let [here, there] = self.failures(esp).map(|path| durable(&path, text.as_bytes()));
        here.or(there)
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
    pub fn forget(&self, esp: &Path, version: &str) -> Result<(), Problem> {
        let all = self.failures(esp);
        let of_it = |path: &&PathBuf| read::<Failure>(path).is_some_and(|failure| failure.version == version);
        all.iter()
            .filter(of_it)
            .try_for_each(|path| fs::remove_file(path).map_err(Problem::file("removed", path)))
    }

    fn failures(&self, esp: &Path) -> [PathBuf; 2] {
        [self.folder.join("failure.json"), esp.join(ON_ESP)]
    }

    fn root(&self, version: u64) -> PathBuf {
        self.folder.join(format!("{version}.root.json"))
    }
}

/// The root metadata that everything else follows from, and where it is.
fn first_root(paths: &Paths) -> Result<(&Path, Vec<u8>), Problem> {
    for path in [&paths.credential, &paths.trust] {
        match fs::read(path) {
            Ok(bytes) => return Ok((path, bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(Problem::file("read", path)(error)),
        }
    }
    Err(Problem::NoTrust { image: paths.trust.clone(), credential: paths.credential.clone() })
}

fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> Option<T> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

fn json(value: &impl Serialize) -> String {
    // Structures of text and numbers always have a form.
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}
