//! Where things lie below a store's root, and how a root comes to be one.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use yoe_model::Digest;

use crate::error::{At, Result, StoreError, present};
use crate::lock::{Gate, lock};
use crate::{Kind, Object};

/// The layout that this program reads and writes.
const VERSION: &str = "1";
const VERSION_FILE: &str = "version";
const NEW_VERSION_FILE: &str = "version.new";
const SESSIONS: &str = "sessions";
const TMP: &str = "tmp";
const LOCKS: &str = "locks";
const USED: &str = "used";
const CACHES: &str = "caches";

/// The paths of one store.
#[derive(Debug)]
pub(crate) struct Layout {
    root: PathBuf,
}

impl Layout {
    /// Opens the store at `root`, which is made when it is missing or empty.
    pub(crate) fn open(root: &Path) -> Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(root).at("create", root)?;
        let root = root.canonicalize().at("resolve", root)?;
        let layout = Self { root };
        // The root itself is the lock, so that a root that is not a store is not written to.
        let directory = File::open(&layout.root).at("open", &layout.root)?;
        lock(&directory, File::lock).at("lock", &layout.root)?;
        let known = layout.check_version()?;
        layout.make_directories()?;
        if !known {
            layout.write_version()?;
        }
        Ok(layout)
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn directory(&self, kind: Kind) -> PathBuf {
        self.root.join(kind.directory())
    }

    pub(crate) fn path(&self, object: Object) -> PathBuf {
        let (mut path, hex) = (self.directory(object.kind), object.digest.to_string());
        if object.kind.fans_out() {
            path.push(&hex[..2]);
        }
        path.push(hex);
        path
    }

    /// The file whose modification time says when the object was last used. A tree has one next to it, which also holds
    /// the tree's size, because all times within a tree are fixed.
    pub(crate) fn stamp(&self, object: Object) -> PathBuf {
        match object.kind {
            Kind::Tree => self.stamps().join(object.digest.to_string()),
            _ => self.path(object),
        }
    }

    pub(crate) fn stamps(&self) -> PathBuf {
        self.root.join(USED)
    }

    pub(crate) fn sessions(&self) -> PathBuf {
        self.root.join(SESSIONS)
    }

    pub(crate) fn tmp(&self) -> PathBuf {
        self.root.join(TMP)
    }

    pub(crate) fn caches(&self) -> PathBuf {
        self.root.join(CACHES)
    }

    pub(crate) fn lock_path(&self, object: Object) -> PathBuf {
        self.root.join(LOCKS).join(format!("{}-{}", object.kind.name(), object.digest))
    }

    /// Held by whoever checks or collects: one at a time, so that what is being checked is not removed meanwhile.
    pub(crate) fn maintenance_lock(&self) -> PathBuf {
        self.root.join(LOCKS).join("care")
    }

    /// The lock files that [`Self::lock_path`] named and that exist.
    pub(crate) fn locks_of_objects(&self) -> Result<Vec<PathBuf>> {
        let mut paths = entries(&self.root.join(LOCKS))?;
        paths.retain(|path| *path != self.gate() && *path != self.maintenance_lock());
        Ok(paths)
    }

    pub(crate) fn enter(&self) -> Result<Gate> {
        Gate::shared(&self.gate())
    }

    pub(crate) fn enter_alone(&self) -> Result<Gate> {
        Gate::alone(&self.gate())
    }

    fn gate(&self) -> PathBuf {
        self.root.join(LOCKS).join("gate")
    }

    /// Everything of one kind, sorted, and the paths in its directory that the store did not write.
    pub(crate) fn list(&self, kind: Kind) -> Result<(Vec<Object>, Vec<PathBuf>)> {
        let (mut objects, mut strangers) = (Vec::new(), Vec::new());
        let mut directories = vec![self.directory(kind)];
        if kind.fans_out() {
            directories = entries(&self.directory(kind))?;
        }
        for directory in directories {
            if !directory.is_dir() {
                strangers.push(directory);
                continue;
            }
            for path in entries(&directory)? {
                match digest_of_name(&path).map(|digest| Object { kind, digest }) {
                    Some(object) if self.path(object) == path => objects.push(object),
                    _ => strangers.push(path),
                }
            }
        }
        objects.sort_unstable();
        Ok((objects, strangers))
    }

    fn check_version(&self) -> Result<bool> {
        let path = self.root.join(VERSION_FILE);
        let Some(text) = present(fs::read_to_string(&path)).at("read", &path)? else {
            self.refuse_strangers()?;
            return Ok(false);
        };
        if text.trim_end() == VERSION {
            return Ok(true);
        }
        let found = text.trim_end().chars().take(40).collect();
        Err(StoreError::UnknownVersion { root: self.root.clone(), found, expected: VERSION })
    }

    /// A directory of something else must not be taken over. What an interrupted first opening left is fine.
    fn refuse_strangers(&self) -> Result<()> {
        let ours = |name: &str| {
            [SESSIONS, TMP, LOCKS, USED, CACHES, NEW_VERSION_FILE].contains(&name)
                || Kind::ALL.iter().any(|kind| kind.directory() == name)
        };
        for path in entries(&self.root)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if !ours(&name) {
                return Err(StoreError::NotAStore { root: self.root.clone(), stranger: name });
            }
        }
        Ok(())
    }

    fn make_directories(&self) -> Result<()> {
        // Others must not read what is built here, nor reach a setuid file in it.
        let mode = fs::metadata(&self.root).at("inspect", &self.root)?.permissions().mode();
        if mode & 0o7777 != 0o700 {
            fs::set_permissions(&self.root, fs::Permissions::from_mode(0o700)).at("protect", &self.root)?;
        }
        let own = [SESSIONS, TMP, LOCKS, USED, CACHES];
        for name in Kind::ALL.iter().map(|kind| kind.directory()).chain(own) {
            make_directory(&self.root.join(name))?;
        }
        Ok(())
    }

    fn write_version(&self) -> Result<()> {
        let new = self.root.join(NEW_VERSION_FILE);
        let mut file = File::create(&new).at("create", &new)?;
        writeln!(file, "{VERSION}").at("write", &new)?;
        fs::rename(&new, self.root.join(VERSION_FILE)).at("rename", &new)
    }
}

/// Makes one directory; that it is there already is fine.
pub(crate) fn make_directory(path: &Path) -> Result<()> {
    match fs::DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        result => result.at("create", path),
    }
}

/// The paths in a directory; none when there is no such directory.
pub(crate) fn entries(directory: &Path) -> Result<Vec<PathBuf>> {
    let Some(entries) = present(fs::read_dir(directory)).at("list", directory)? else {
        return Ok(Vec::new());
    };
    entries.map(|entry| Ok(entry.at("list", directory)?.path())).collect()
}

pub(crate) fn digest_of_name(path: &Path) -> Option<Digest> {
    path.file_name()?.to_str()?.parse().ok()
}
