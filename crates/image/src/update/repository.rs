//! A repository in a directory, which any static web server can serve.

use std::fs::{self, File, TryLockError};
use std::io::{Read, Write as _, copy};
use std::path::{Path, PathBuf};

use yoe_bundle::{Published, Publisher, Role, Seen, Targets, Time, Trust, TrustError, path, sha256};

use super::{Publication, UpdateError};

/// Next to what is published: whoever publishes holds it.
const LOCK: &str = ".lock";

/// Whose word is taken for the list that a repository holds already, when it is not the newest keys'.
///
/// Keys that were replaced do not decide what new keys sign: they may have been stolen, and who stole them may be able to write
/// to what a web server serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word<'a> {
    /// Nobody's.
    Nobodys,
    /// This machine's own: the digest of the list that it published there last.
    Ours(&'a str),
    /// Older keys', because somebody asks for it.
    OldKeys,
}

/// The directory of a repository, while nobody else publishes there. The lock ends with the process, however that ends.
#[derive(Debug)]
pub struct Repository {
    directory: PathBuf,
    _lock: File,
}

impl Repository {
    /// Opens a directory, and makes it where there is none. `waits` is called before it waits for somebody else.
    ///
    /// # Errors
    /// When it cannot be made or locked.
    pub fn open(directory: &Path, waits: &mut dyn FnMut()) -> Result<Self, UpdateError> {
        fs::create_dir_all(directory).map_err(UpdateError::io("make", directory))?;
        let path = directory.join(LOCK);
        let lock = File::options().create(true).truncate(false).write(true).open(&path);
        let lock = lock.map_err(UpdateError::io("write", &path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                waits();
                lock.lock().map_err(UpdateError::io("lock", &path))?;
            }
            Err(TryLockError::Error(error)) => return Err(UpdateError::io("lock", &path)(error)),
        }
        Ok(Self { directory: directory.to_owned(), _lock: lock })
    }

    /// Adds what can be published. `roots` are all versions of the root metadata, the newest last.
    ///
    /// Devices may ask at any time: targets come first, then metadata from the bottom to the top, each file whole or not at all.
    ///
    /// # Errors
    /// When the directory holds something that nobody vouches for, a key is missing, or a file cannot be written.
    pub fn publish(
        &self,
        roots: &[Trust],
        word: Word<'_>,
        publisher: &Publisher<'_>,
        publication: &dyn Publication,
    ) -> Result<Published, UpdateError> {
        let directory = &self.directory;
        let before = list(directory, roots, word)?;
        if let Some(before) = &before {
            is_new(directory, before, publication)?;
        }
        let published = publisher
            .publish(newest(roots)?, before.as_ref(), publication.targets())
            .map_err(UpdateError::Sign)?;
        for part in publication.parts() {
            write(&directory.join(publication.path(&part)), &mut part.open()?)?;
        }
        for root in roots {
            write(&directory.join(path::root(root.version())), &mut root.bytes())?;
        }
        for (path, bytes) in &published.files {
            write(&directory.join(path), &mut bytes.as_slice())?;
        }
        Ok(published)
    }
}

/// Refuses a version that was published with other content: devices that run it would never take this one.
fn is_new(directory: &Path, before: &Targets, publication: &dyn Publication) -> Result<(), UpdateError> {
    let name = publication.manifest_name();
    let Some(digest) = before.targets.get(&name).and_then(|file| file.sha256()) else { return Ok(()) };
    let path = directory.join(path::target(&name, digest));
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        // Somebody made room: no device can have it from here.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(UpdateError::io("read", &path)(error)),
    };
    if publication.is_same(&bytes) {
        return Ok(());
    }
    Err(UpdateError::Published { what: publication.what(), version: publication.version().to_owned() })
}

pub(super) fn newest(roots: &[Trust]) -> Result<&Trust, UpdateError> {
    let none = || TrustError::Malformed { role: Role::Root, problem: "there is none".to_owned() };
    roots.last().ok_or_else(|| UpdateError::Sign(none()))
}

/// The list that a directory holds; nothing when it holds no repository. That it expired is not a reason not to sign it anew.
///
/// # Errors
/// When it cannot be read, or nobody whose word is taken vouches for it.
pub fn list(directory: &Path, roots: &[Trust], word: Word<'_>) -> Result<Option<Targets>, UpdateError> {
    let Some(timestamp) = bounded(&directory.join(path::TIMESTAMP), Role::Timestamp)? else {
        return Ok(None);
    };
    let trust = newest(roots)?;
    let refused = match verify(directory, trust, &timestamp) {
        Ok((targets, _)) => return Ok(Some(targets)),
        Err(refused) => refused,
    };
    let mut older = roots.iter().rev().skip(1);
    let found = older.find_map(|root| Some((root.version(), verify(directory, root, &timestamp).ok()?)));
    let Some((root, (targets, digest))) = found else { return Err(refused) };
    let file = directory.join(path::root(trust.version()));
    match word {
        Word::Ours(ours) if ours == digest => Ok(Some(targets)),
        Word::OldKeys if file.exists() => Err(UpdateError::Renewed { path: directory.to_owned(), file }),
        Word::OldKeys => Ok(Some(targets)),
        _ => Err(UpdateError::Replaced { path: directory.to_owned(), root }),
    }
}

/// A file of metadata; nothing when there is none. One that is too large is cut off, and so refused.
fn bounded(path: &Path, role: Role) -> Result<Option<Vec<u8>>, UpdateError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(UpdateError::io("read", path)(error)),
    };
    let mut bytes = Vec::new();
    file.take(role.limit() + 1).read_to_end(&mut bytes).map_err(UpdateError::io("read", path))?;
    Ok(Some(bytes))
}

/// The list, and its digest.
fn verify(directory: &Path, trust: &Trust, timestamp: &[u8]) -> Result<(Targets, String), UpdateError> {
    let read = |role: Role, path: String| {
        let path = directory.join(path);
        let missing = || UpdateError::io("read", &path)(std::io::ErrorKind::NotFound.into());
        bounded(&path, role)?.ok_or_else(missing)
    };
    let foreign = |source| UpdateError::Foreign { path: directory.to_owned(), source };
    let (seen, now) = (Seen::default(), Time(0));
    let timestamp = trust.timestamp(timestamp, &seen, now).map_err(foreign)?;
    let snapshot =
        read(Role::Snapshot, path::snapshot(timestamp.version_of(Role::Snapshot).map_err(foreign)?))?;
    let snapshot = trust.snapshot(&snapshot, &timestamp, &seen, now).map_err(foreign)?;
    let list = read(Role::Targets, path::targets(snapshot.version_of(Role::Targets).map_err(foreign)?))?;
    let verified = trust.targets(&list, &timestamp, &snapshot, now).map_err(foreign)?;
    Ok((verified.targets, sha256(&list)))
}

/// Writes a file under another name first.
fn write(path: &Path, from: &mut dyn Read) -> Result<(), UpdateError> {
    let directory = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory).map_err(UpdateError::io("make", directory))?;
    let mut write = || {
        let mut new = tempfile::NamedTempFile::new_in(directory)?;
        copy(from, &mut new)?;
        new.flush()?;
        // A web server is often another user.
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        new.as_file().set_permissions(mode)?;
        // Its name must never stand for less than all of it, whatever happens to this machine.
        new.as_file().sync_all()?;
        new.persist(path).map_err(|error| error.error).map(drop)
    };
    write().map_err(UpdateError::io("write", path))?;
    File::open(directory).and_then(|directory| directory.sync_all()).map_err(UpdateError::io("write", path))
}
