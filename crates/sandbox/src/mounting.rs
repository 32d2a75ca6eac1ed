//! Puts a root together, mount by mount, with Linux's mount API of descriptors (fsopen(2), open_tree(2),
//! move_mount(2)).
//!
//! The new root is mounted on top of the host's `/`. Paths of this process still begin below it, at the host's, so no
//! source is ever hidden; what lies in the new root is reached by its descriptor.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, OFlags};
use rustix::io::Errno;
use rustix::mount::{FsMountFlags, FsOpenFlags, MountAttrFlags, MoveMountFlags, OpenTreeFlags};

use yoe_tree::Tree;

use crate::first::{Doing, SetUpFailure};
use crate::overlay::Layers;
use crate::{Mount, inside, syscalls};

/// What a step may need of the host's devices.
const DEVICES: [&str; 6] = ["null", "zero", "full", "random", "urandom", "tty"];

/// What is linked in `/dev`.
const DEVICE_LINKS: [(&str, &str); 5] = [
    ("/proc/self/fd", "fd"),
    ("/proc/self/fd/0", "stdin"),
    ("/proc/self/fd/1", "stdout"),
    ("/proc/self/fd/2", "stderr"),
    ("pts/ptmx", "ptmx"),
];

/// Parts of `/proc` that reach beyond the namespaces. They belong to the host's root, whom a step is when root runs
/// yoe, and they look at the user alone: without rights in the host's namespace, but as its user 0, one could set
/// `kernel.core_pattern`.
const WHOLE_MACHINE: [&str; 7] = ["sys", "sysrq-trigger", "irq", "bus", "fs", "acpi", "scsi"];

/// A root that is being put together.
#[derive(Default)]
pub(crate) struct Root(Option<OwnedFd>);

impl Root {
    /// The finished root.
    pub(crate) fn take(&mut self) -> Result<OwnedFd, SetUpFailure> {
        self.fd()?;
        self.0.take().ok_or(Errno::NOENT).doing(|| "find the new root".to_owned())
    }

    /// Adds one mount.
    pub(crate) fn mount(&mut self, mount: &Mount) -> Result<(), SetUpFailure> {
        match mount {
            Mount::Overlay { lower, upper, work, dest } => {
                let overlay = Layers::open(lower, Some((upper, work)))?.mount()?;
                self.attach(overlay, dest, FileType::Directory)
            }
            Mount::ReadOnlyOverlay { lower, dest } => match &lower[..] {
                // overlayfs wants at least two layers.
                [one] => self.bind(without_links(one)?, &format!("{one:?}"), dest, false),
                layers => {
                    let overlay = Layers::open(layers, None)?.mount()?;
                    self.attach(overlay, dest, FileType::Directory)
                }
            },
            Mount::Bind { source, dest, writable } => {
                self.bind(without_links(source)?, &format!("{source:?}"), dest, *writable)
            }
            Mount::BindInside { tree, path, dest } => {
                let what = format!("{path:?} inside {tree:?}");
                // The tree's own path first: it is this host's, and a link on it would be a mistake.
                drop(without_links(tree)?);
                let found = Tree::root(tree).and_then(|tree| tree.find(Path::new(path)));
                let found = found.map_err(|error| SetUpFailure {
                    doing: format!("open {what}: {error}"),
                    error: Errno::NOENT.into(),
                })?;
                self.bind(found, &what, dest, false)
            }
            Mount::Dev { dest } => self.devices(dest),
            Mount::Proc { dest } => self.processes(dest),
            Mount::Dir { dest, mode } => inside::directory_with_mode(self.fd()?, Path::new(dest), *mode)
                .doing(|| "make the directory".to_owned()),
        }
    }

    /// The root so far; an empty one if nothing has been mounted on `/`.
    fn fd(&mut self) -> Result<BorrowedFd<'_>, SetUpFailure> {
        if self.0.is_none() {
            let empty = tmpfs(0o755).doing(|| "make an empty root".to_owned())?;
            self.attach(empty, "/", FileType::Directory)?;
        }
        self.0.as_ref().map(AsFd::as_fd).ok_or(Errno::NOENT).doing(|| "find the new root".to_owned())
    }

    fn attach(&mut self, tree: OwnedFd, dest: &str, kind: FileType) -> Result<(), SetUpFailure> {
        let path = Path::new(dest);
        if path == Path::new("/") {
            // Also a later mount on `/` comes to lie on top of what is there.
            attach(tree.as_fd(), CWD, "/").doing(|| "mount it on /".to_owned())?;
            self.0 = Some(tree);
            return Ok(());
        }
        let root = self.fd()?;
        let target = if kind == FileType::Directory {
            inside::directory(root, path)
        } else {
            inside::file(root, path)
        };
        let target = target.doing(|| format!("make {dest:?} to mount on"))?;
        attach(tree.as_fd(), target.as_fd(), "").doing(|| format!("mount it on {dest:?}"))
    }

    /// Binds what a descriptor stands for; `source` is how messages call it.
    fn bind(&mut self, found: OwnedFd, source: &str, dest: &str, writable: bool) -> Result<(), SetUpFailure> {
        let opening = || format!("open {source}");
        let tree = clone(found.as_fd(), Path::new(""), true).doing(opening)?;
        let kind = FileType::from_raw_mode(rustix::fs::fstat(&tree).doing(opening)?.st_mode);
        let mut attributes = libc::MOUNT_ATTR_NOSUID;
        if kind == FileType::Directory {
            // A device is only there when it is itself what is bound.
            attributes |= libc::MOUNT_ATTR_NODEV;
        }
        if !writable {
            attributes |= libc::MOUNT_ATTR_RDONLY;
        }
        syscalls::add_mount_attributes(tree.as_fd(), attributes, true)
            .doing(|| format!("restrict the mount of {source} (Linux 5.12 or later can)"))?;
        self.attach(tree, dest, kind)
    }

    fn devices(&mut self, dest: &str) -> Result<(), SetUpFailure> {
        // Not 1777 as /tmp: the kernel refuses O_CREAT on another user's file in a sticky directory that all can
        // write (fs.protected_regular), and `>/dev/null` is that.
        let dev = tmpfs(0o755).doing(|| "make a tmpfs".to_owned())?;
        let top = dev.try_clone().doing(|| "keep the tmpfs".to_owned())?;
        self.attach(top, dest, FileType::Directory)?;
        for name in DEVICES {
            device(dev.as_fd(), name).doing(|| format!("bind the host's /dev/{name}"))?;
        }
        for (target, name) in DEVICE_LINKS {
            rustix::fs::symlinkat(target, &dev, name).doing(|| format!("link {name}"))?;
        }
        rustix::fs::mkdirat(&dev, "shm", Mode::from_raw_mode(0o1777)).doing(|| "make shm".to_owned())?;
        terminals(dev.as_fd()).doing(|| "mount devpts".to_owned())
    }

    fn processes(&mut self, dest: &str) -> Result<(), SetUpFailure> {
        let attributes = MountAttrFlags::MOUNT_ATTR_NOSUID
            | MountAttrFlags::MOUNT_ATTR_NODEV
            | MountAttrFlags::MOUNT_ATTR_NOEXEC;
        let proc = new("proc", &[], attributes).doing(|| "make a proc of its own".to_owned())?;
        let top = proc.try_clone().doing(|| "keep the proc".to_owned())?;
        self.attach(top, dest, FileType::Directory)?;
        for name in WHOLE_MACHINE {
            match read_only_in_place(proc.as_fd(), name) {
                // Not every machine has every part.
                Ok(()) | Err(Errno::NOENT) => {}
                Err(errno) => return Err(errno).doing(|| format!("make its {name} read-only")),
            }
        }
        Ok(())
    }
}

/// A new tmpfs, mounted nowhere yet.
pub(crate) fn tmpfs(mode: u32) -> Result<OwnedFd, Errno> {
    let attributes = MountAttrFlags::MOUNT_ATTR_NOSUID | MountAttrFlags::MOUNT_ATTR_NODEV;
    new("tmpfs", &[("mode", format!("{mode:o}"))], attributes)
}

/// Mounts a detached tree on `to`, relative to `directory`; on `directory` itself if that is empty.
pub(crate) fn attach(tree: BorrowedFd<'_>, directory: BorrowedFd<'_>, to: &str) -> Result<(), Errno> {
    let mut flags = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH;
    if to.is_empty() {
        flags |= MoveMountFlags::MOVE_MOUNT_T_EMPTY_PATH;
    }
    rustix::mount::move_mount(tree, "", directory, to, flags)
}

fn new(kind: &str, options: &[(&str, String)], attributes: MountAttrFlags) -> Result<OwnedFd, Errno> {
    let made = rustix::mount::fsopen(kind, FsOpenFlags::FSOPEN_CLOEXEC)?;
    for (key, value) in options {
        rustix::mount::fsconfig_set_string(&made, *key, value)?;
    }
    rustix::mount::fsconfig_create(&made)?;
    rustix::mount::fsmount(&made, FsMountFlags::FSMOUNT_CLOEXEC, attributes)
}

/// What lies at a path of the host on which there is no symbolic link.
fn without_links(path: &Path) -> Result<OwnedFd, SetUpFailure> {
    yoe_tree::without_links(path).doing(|| format!("open {path:?}"))
}

/// A detached copy of what is mounted at `path`, or of what the descriptor stands for when that is empty. Without what is mounted below it the kernel would give nothing, as
/// that might be there to hide something.
fn clone(directory: BorrowedFd<'_>, path: &Path, below: bool) -> Result<OwnedFd, Errno> {
    let mut flags = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC;
    if path.as_os_str().is_empty() {
        flags |= OpenTreeFlags::AT_EMPTY_PATH;
    }
    if below {
        flags |= OpenTreeFlags::AT_RECURSIVE;
    }
    rustix::mount::open_tree(directory, path, flags)
}

fn device(dev: BorrowedFd<'_>, name: &str) -> Result<(), Errno> {
    let source = clone(CWD, &Path::new("/dev").join(name), false)?;
    let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC;
    drop(rustix::fs::openat(dev, name, flags, Mode::from_raw_mode(0o666))?);
    attach(source.as_fd(), dev, name)
}

fn terminals(dev: BorrowedFd<'_>) -> Result<(), Errno> {
    let options = [("mode", "620".to_owned()), ("ptmxmode", "666".to_owned())];
    let attributes = MountAttrFlags::MOUNT_ATTR_NOSUID | MountAttrFlags::MOUNT_ATTR_NOEXEC;
    let pts = new("devpts", &options, attributes)?;
    rustix::fs::mkdirat(dev, "pts", Mode::from_raw_mode(0o755))?;
    attach(pts.as_fd(), dev, "pts")
}

/// Binds a part of a mount onto itself, read-only.
fn read_only_in_place(mount: BorrowedFd<'_>, name: &str) -> Result<(), Errno> {
    let part = clone(mount, Path::new(name), false)?;
    syscalls::add_mount_attributes(part.as_fd(), libc::MOUNT_ATTR_RDONLY, false)
        .map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?;
    attach(part.as_fd(), mount, name)
}
