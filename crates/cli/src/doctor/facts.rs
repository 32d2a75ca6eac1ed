//! Looking at this machine.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use yoe_sandbox::UnavailableError;
use yoe_store::{Store, StoreError};

use crate::error::CommandError;
use crate::paths;
use crate::project::{self, LockedProject};

/// What was seen of this machine.
#[derive(Debug)]
pub struct Facts {
    /// What the kernel calls its version.
    pub kernel: String,
    /// Whether a sandbox could be made, and why not.
    pub sandbox: Result<(), UnavailableError>,
    /// Whether the kernel has overlayfs now; absent where it does not say.
    pub overlay: Option<bool>,
    /// The store's directory.
    pub store: PathBuf,
    /// Bytes that are free where the store is, or will be.
    pub free: Option<u64>,
    /// Why the store cannot be opened; there need not be one yet.
    pub store_problem: Option<StoreError>,
    /// Whether /dev/kvm can be opened, and why not.
    pub kvm: Result<(), String>,
    /// Group of /dev/kvm, when there is one.
    pub kvm_group: Option<u32>,
    /// The container that QEMU comes from.
    pub qemu: Qemu,
    /// Seconds since 1970, by this machine's clock.
    pub now: u64,
    /// A time that has certainly passed, and what says so.
    pub passed: (u64, &'static str),
    /// Private keys, and directories of keys, that others may read.
    pub open_keys: Vec<PathBuf>,
    /// How many files with keys there are.
    pub keys: usize,
}

/// QEMU, as the project of the current directory has it.
#[derive(Debug, PartialEq, Eq)]
pub enum Qemu {
    /// There is no project here, or one without a lock.
    NoProject(String),
    /// The machine is not run here.
    NotRun(String),
    /// Its container, and whether it is in the store.
    Container(String, bool),
}

impl Facts {
    /// Looks at this machine. Nothing is changed, and no store is made.
    pub fn gather() -> Result<Self, CommandError> {
        let store = paths::store_root()?;
        let locked = locked(&store);
        let (keys, open_keys) = keys(&paths::keys()?)?;
        let kvm = fs::File::options().read(true).write(true).open("/dev/kvm");
        Ok(Self {
            kernel: rustix::system::uname().release().to_string_lossy().into_owned(),
            sandbox: yoe_sandbox::probe(),
            overlay: fs::read_to_string("/proc/filesystems").ok().map(|text| has_overlay(&text)),
            free: free(&store),
            store_problem: if store.exists() { Store::open(&store).err() } else { None },
            store,
            kvm: kvm.map(drop).map_err(|error| error.to_string()),
            kvm_group: fs::metadata("/dev/kvm").ok().map(|meta| meta.gid()),
            qemu: locked.as_ref().map_or_else(|why| Qemu::NoProject(why.clone()), qemu),
            now: paths::now(),
            passed: passed(locked.as_ref().ok()),
            keys,
            open_keys,
        })
    }
}

fn has_overlay(filesystems: &str) -> bool {
    filesystems.lines().any(|line| line.split_whitespace().next_back() == Some("overlay"))
}

/// The project of the current directory; why there is none.
fn locked(store: &Path) -> Result<LockedProject, String> {
    if !store.exists() {
        return Err("nothing was built yet".to_owned());
    }
    project::open(None).and_then(project::OpenProject::lock).map_err(|error| {
        // Mistakes of a project are reported with their places by those commands that need it.
        error.message().lines().next().unwrap_or_default().to_owned()
    })
}

fn qemu(locked: &LockedProject) -> Qemu {
    let machine = &locked.project.machine;
    let Some(qemu) = &machine.qemu else { return Qemu::NotRun(machine.name.clone()) };
    let there = || -> Option<bool> {
        let plan = locked.plan(std::slice::from_ref(&qemu.container)).ok()?;
        let (_, id) = plan.targets.first()?;
        Some(locked.store.action(&plan.action(*id).key).ok()?.is_some())
    };
    Qemu::Container(qemu.container.clone(), there().unwrap_or(false))
}

/// Bytes that are free at a path, or where it will be made.
fn free(path: &Path) -> Option<u64> {
    let there = path.ancestors().find(|path| path.exists())?;
    let stat = rustix::fs::statvfs(there).ok()?;
    Some(stat.f_bavail * stat.f_frsize)
}

/// The newest index in the lock was signed in the past; else this program was written in the past.
fn passed(locked: Option<&LockedProject>) -> (u64, &'static str) {
    if let Some(locked) = locked {
        return (locked.project.epoch(), "yoe.lock");
    }
    let written = std::env::current_exe().and_then(fs::metadata).and_then(|meta| meta.modified());
    let since = written.ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    (since.as_ref().map_or(0, Duration::as_secs), "the program yoe")
}

/// How many files lie below the directory of keys, and which paths others may read.
fn keys(directory: &Path) -> Result<(usize, Vec<PathBuf>), CommandError> {
    let (mut count, mut readable) = (0, Vec::new());
    let mut open = vec![directory.to_owned()];
    while let Some(path) = open.pop() {
        let Ok(meta) = fs::symlink_metadata(&path) else { continue };
        if meta.is_dir() {
            let entries = fs::read_dir(&path).map_err(|error| {
                CommandError::config(format!("{} cannot be read", path.display())).because(error)
            })?;
            open.extend(entries.flatten().map(|entry| entry.path()));
            continue;
        }
        count += usize::from(meta.is_file());
        let others = meta.permissions().mode() & 0o077 != 0;
        if meta.is_file() && others && is_private(&path) {
            readable.push(path);
        }
    }
    readable.sort();
    Ok((count, readable))
}

/// Whether a file holds a private key: it says so in its first line (RFC 7468).
fn is_private(path: &Path) -> bool {
    let text = fs::read(path).unwrap_or_default();
    let begin = &text[..text.len().min(4096)];
    String::from_utf8_lossy(begin)
        .lines()
        .any(|line| line.starts_with("-----BEGIN") && line.contains("PRIVATE KEY"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_keys_that_others_may_read_are_found() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str, mode: u32| {
            let path = directory.path().join("updates").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            path
        };
        let private = "-----BEGIN PRIVATE KEY-----\n";
        write("fine.pem", private, 0o600);
        write("public.pem", "-----BEGIN PUBLIC KEY-----\n", 0o644);
        let open = write("open.pem", private, 0o640);
        assert_eq!(keys(directory.path()).unwrap(), (3, vec![open]));
        assert_eq!(keys(&directory.path().join("none")).unwrap(), (0, vec![]));
    }

    #[test]
    fn overlayfs_is_a_file_system_of_its_own() {
        assert!(has_overlay("nodev\tproc\nnodev\toverlay\n\text4\n"));
        assert!(!has_overlay("nodev\toverlayfs-like\n\text4\n"));
    }

    #[test]
    fn room_is_that_of_the_nearest_directory() {
        assert!(free(Path::new("/tmp/not/there/yet")).is_some_and(|free| free > 0));
    }
}
