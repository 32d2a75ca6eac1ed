//! Running builds: what they use stays, and what they leave behind is known to be theirs.

use std::collections::HashSet;
use std::fs::{self, File, Permissions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use crate::error::{At, Result};
use crate::layout::{Layout, make_directory};
use crate::lock::lock;
use crate::remove::remove_directory;
use crate::{Object, Store};

/// A running build. What its store finds or keeps while this lives is not taken by [`Store::gc`] of any process.
/// Clones are the same session; it ends when the last is dropped, together with its scratch directories.
#[derive(Debug, Clone)]
pub struct Session {
    running: Arc<Running>,
}

/// An empty directory on the store's file system, removed with its contents when this is dropped.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
    _session: Session,
}

#[derive(Debug)]
pub(crate) struct Running {
    list_path: PathBuf,
    tmp: PathBuf,
    counter: AtomicU64,
    list: Mutex<List>,
}

/// The session's file: locked for as long as it is open.
#[derive(Debug)]
struct List {
    file: File,
    seen: HashSet<Object>,
}

impl Store {
    /// Begins a session.
    pub fn session(&self) -> Result<Session> {
        let session = Session { running: Arc::new(Running::begin(&self.layout)?) };
        let mut sessions = hold(&self.sessions);
        sessions.retain(|other| other.strong_count() > 0);
        sessions.push(Arc::downgrade(&session.running));
        Ok(session)
    }

    /// The session that something is done for: one that runs, or else one of its own.
    pub(crate) fn some_session(&self) -> Result<Session> {
        let running = hold(&self.sessions).iter().find_map(std::sync::Weak::upgrade);
        running.map_or_else(|| self.session(), |running| Ok(Session { running }))
    }

    /// Lists an object in every session of this store. Call it in the gate.
    pub(crate) fn list_in_sessions(&self, object: Object) -> Result<()> {
        let running: Vec<_> = hold(&self.sessions).iter().filter_map(std::sync::Weak::upgrade).collect();
        running.iter().try_for_each(|running| running.list(object))
    }
}

impl Session {
    /// Makes an empty directory (mode 0755) that the caller may fill, and hand to [`Store::import_tree`].
    pub fn scratch(&self) -> Result<Scratch> {
        let path = self.free_path();
        make_directory(&path)?;
        // Not left to the umask: the mode enters the digest of a tree that is made of this directory.
        fs::set_permissions(&path, Permissions::from_mode(0o755)).at("set the mode of", &path)?;
        Ok(Scratch { path, _session: self.clone() })
    }

    /// A path in this session's own directory at which nothing lies.
    pub(crate) fn free_path(&self) -> PathBuf {
        let number = self.running.counter.fetch_add(1, Ordering::Relaxed);
        self.running.tmp.join(number.to_string())
    }
}

impl Scratch {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl AsRef<Path> for Scratch {
    fn as_ref(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed now is removed with the session, or by the next opening of the store.
        let _ = remove_directory(&self.path);
    }
}

impl Running {
    fn begin(layout: &Layout) -> Result<Self> {
        // In the gate, so that nobody takes the file for a dead session's before it is locked.
        let _gate = layout.enter()?;
        let (file, id) = new_list(layout)?;
        let list_path = layout.sessions().join(&id);
        lock(&file, File::lock).at("lock", &list_path)?;
        let tmp = layout.tmp().join(&id);
        make_directory(&tmp)?;
        let list = Mutex::new(List { file, seen: HashSet::new() });
        Ok(Self { list_path, tmp, counter: AtomicU64::new(0), list })
    }

    fn list(&self, object: Object) -> Result<()> {
        let mut list = hold(&self.list);
        if list.seen.contains(&object) {
            return Ok(());
        }
        // A line begins with its own line end, so that one cut short by a full disk does not spoil the next.
        list.file.write_all(format!("\n{object}\n").as_bytes()).at("write", &self.list_path)?;
        list.seen.insert(object);
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The list goes last: without it nobody knows that the directory's owner is gone.
        if remove_directory(&self.tmp).is_ok() {
            let _ = fs::remove_file(&self.list_path);
        }
    }
}

/// A session's file, new, and its name.
fn new_list(layout: &Layout) -> Result<(File, String)> {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    loop {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let count = COUNTER.fetch_add(1, Ordering::Relaxed);
        let id = format!("{}-{count}-{:x}", std::process::id(), since.as_nanos());
        let path = layout.sessions().join(&id);
        let mut options = File::options();
        match options.append(true).create_new(true).mode(0o600).open(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            result => return Ok((result.at("create", &path)?, id)),
        }
    }
}

/// A panic elsewhere leaves these lists whole: they only grow.
fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scratch_goes_with_what_is_in_it() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::open(&root.path().join("store")).unwrap();
        let session = store.session().unwrap();
        let scratch = session.scratch().unwrap();
        let (path, tmp) = (scratch.path().to_owned(), session.running.tmp.clone());
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o7777, 0o755);
        fs::create_dir(path.join("locked")).unwrap();
        fs::set_permissions(path.join("locked"), Permissions::from_mode(0o0)).unwrap();
        drop(session);
        assert!(path.is_dir(), "the scratch keeps its session");
        drop(scratch);
        assert!(!tmp.exists());
        assert_eq!(fs::read_dir(store.root().join("sessions")).unwrap().count(), 0);
    }

    #[test]
    fn scratches_are_different_directories() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::open(root.path()).unwrap();
        let (first, second) = (store.session().unwrap(), store.session().unwrap());
        let scratches = [&first, &first, &second].map(|session| session.scratch().unwrap());
        let paths: HashSet<_> = scratches.iter().map(Scratch::path).collect();
        assert_eq!(paths.len(), 3);
    }
}
