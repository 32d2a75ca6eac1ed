//! A repository in a folder, which any static web server can serve.

use std::fs::{self, File};
use std::io::{Read, Write as _, copy};
use std::path::Path;

use yoe_bundle::{Manifest, Published, Publisher, Refusal, Role, Seen, Targets, Time, Trust, path};

use super::{Release, UpdateError};

/// Adds a release to the folder of a repository, making the folder where there is none. `roots` are all versions of the root
/// metadata, the newest last.
///
/// Devices may ask at any time: targets come first, then metadata from the bottom to the top, each file whole or not at all.
///
/// # Errors
/// When the folder holds something that these keys do not vouch for, a key is missing, or a file cannot be written.
pub fn publish(
    folder: &Path,
    roots: &[Trust],
    publisher: &Publisher<'_>,
    release: &Release,
) -> Result<Published, UpdateError> {
    let trust = newest(roots)?;
    let before = targets(folder, roots)?;
    if let Some(before) = &before {
        is_new(folder, before, release)?;
    }
    let published =
        publisher.publish(trust, before.as_ref(), release.targets()).map_err(UpdateError::Sign)?;
    for (path, _, mut from) in release.parts()? {
        write(&folder.join(path), &mut from)?;
    }
    for root in roots {
        write(&folder.join(path::root(root.version())), &mut root.bytes())?;
    }
    for (path, bytes) in &published.files {
        write(&folder.join(path), &mut bytes.as_slice())?;
    }
    Ok(published)
}

/// Refuses a version that was published with another root: devices that run it would never take this one.
fn is_new(folder: &Path, before: &Targets, release: &Release) -> Result<(), UpdateError> {
    let name = release.name("manifest.json");
    let Some(digest) = before.targets.get(&name).and_then(|file| file.sha256()) else { return Ok(()) };
    let path = folder.join(path::target(&name, digest));
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        // Somebody made room: no device can have it from here.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(UpdateError::io("read", &path)(error)),
    };
    let (new, manifest) = (&release.manifest, Manifest::parse(&bytes));
    if manifest.is_ok_and(|old| old.root.root_hash == new.root.root_hash) {
        return Ok(());
    }
    Err(UpdateError::Published { image: new.image.clone(), version: new.version.clone() })
}

pub(super) fn newest(roots: &[Trust]) -> Result<&Trust, UpdateError> {
    let none = || Refusal::Malformed { role: Role::Root, problem: "there is none".to_owned() };
    roots.last().ok_or_else(|| UpdateError::Sign(none()))
}

/// The list that a folder holds; nothing when it holds no repository. It may have been signed by keys that were since
/// rotated; that it expired is no reason not to sign it anew.
fn targets(folder: &Path, roots: &[Trust]) -> Result<Option<Targets>, UpdateError> {
    let file = folder.join(path::TIMESTAMP);
    let timestamp = match fs::read(&file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(UpdateError::io("read", &file)(error)),
    };
    let mut tried = roots.iter().rev().map(|trust| verify(folder, trust, &timestamp));
    let newest = tried.next().unwrap_or(Err(UpdateError::Changed(file)));
    newest.or_else(|refused| tried.find_map(Result::ok).ok_or(refused)).map(Some)
}

fn verify(folder: &Path, trust: &Trust, timestamp: &[u8]) -> Result<Targets, UpdateError> {
    let read = |path: String| {
        let path = folder.join(path);
        fs::read(&path).map_err(UpdateError::io("read", &path))
    };
    let foreign = |source| UpdateError::Foreign { path: folder.to_owned(), source };
    let (seen, now) = (Seen::default(), Time(0));
    let timestamp = trust.timestamp(timestamp, seen, now).map_err(foreign)?;
    let snapshot = read(path::snapshot(timestamp.version_of(Role::Snapshot).map_err(foreign)?))?;
    let snapshot = trust.snapshot(&snapshot, &timestamp, seen, now).map_err(foreign)?;
    let targets = read(path::targets(snapshot.version_of(Role::Targets).map_err(foreign)?))?;
    Ok(trust.targets(&targets, &timestamp, &snapshot, now).map_err(foreign)?.targets)
}

/// Writes a file under another name first.
fn write(path: &Path, from: &mut dyn Read) -> Result<(), UpdateError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(UpdateError::io("make", folder))?;
    let mut write = || {
        let mut new = tempfile::NamedTempFile::new_in(folder)?;
        copy(from, &mut new)?;
        new.flush()?;
        // A web server is often another user.
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        new.as_file().set_permissions(mode)?;
        new.persist(path).map_err(|error| error.error).map(drop)
    };
    write().map_err(UpdateError::io("write", path))?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(UpdateError::io("write", path))
}
