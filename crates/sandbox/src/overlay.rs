//! Overlays made inside a user namespace (Linux 5.11 and later; Documentation/filesystems/overlayfs.rst).
//!
//! Layers are opened first and then named to overlayfs by their descriptors, as `/proc/self/fd/N`. So no path has
//! to be escaped, none is too long, and the step cannot read the host's paths in its `/proc/self/mountinfo`.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags};
use rustix::io::Errno;
use rustix::mount::{FsMountFlags, FsOpenFlags, MountAttrFlags, MountFlags, OpenTreeFlags, UnmountFlags};

use crate::first::{Doing, SetUpFailure};
use crate::mounting;

/// Where the kernel shows the descriptors of this process.
const DESCRIPTORS: &str = "/proc/self/fd";

/// The least that a page of memory is on any machine.
const PAGE: usize = 4096;

/// The opened directories of an overlay.
pub(crate) struct Layers {
    lower: Vec<OwnedFd>,
    upper_and_work: Option<(OwnedFd, OwnedFd)>,
}

impl Layers {
    /// Opens all of them.
    pub(crate) fn open(
        lower: &[PathBuf],
        upper_and_work: Option<(&Path, &Path)>,
    ) -> Result<Self, SetUpFailure> {
        let lower = lower.iter().map(|path| open_layer(path, "lower layer")).collect::<Result<_, _>>()?;
        let upper_and_work = match upper_and_work {
            None => None,
            Some((upper, work)) => {
                Some((open_layer(upper, "upper layer")?, open_layer(work, "work directory")?))
            }
        };
        Ok(Self { lower, upper_and_work })
    }

    /// The overlay, mounted nowhere yet.
    pub(crate) fn mount(&self) -> Result<OwnedFd, SetUpFailure> {
        let made = match self.mount_one_by_one() {
            // Linux before 6.8 does not know `lowerdir+`.
            Err(Errno::INVAL) => self.mount_at_once(),
            made => made,
        };
        made.doing(|| format!("overlay {} layers", self.lower.len()))
    }

    /// With one call a layer.
    fn mount_one_by_one(&self) -> Result<OwnedFd, Errno> {
        let overlay = rustix::mount::fsopen("overlay", FsOpenFlags::FSOPEN_CLOEXEC)?;
        let set = |key: &str, layer: &OwnedFd| {
            rustix::mount::fsconfig_set_string(&overlay, key, format!("{DESCRIPTORS}/{}", layer.as_raw_fd()))
        };
        // Extended attributes of trusted.* are not for user namespaces.
        rustix::mount::fsconfig_set_flag(&overlay, "userxattr")?;
        for layer in &self.lower {
            set("lowerdir+", layer)?;
        }
        if let Some((upper, work)) = &self.upper_and_work {
            set("upperdir", upper)?;
            set("workdir", work)?;
        }
        rustix::mount::fsconfig_create(&overlay)?;
        rustix::mount::fsmount(&overlay, FsMountFlags::FSMOUNT_CLOEXEC, MountAttrFlags::MOUNT_ATTR_NODEV)
    }

    /// With mount(2), whose data may not exceed a page: about 800 layers, if each is named by its number alone.
    fn mount_at_once(&self) -> Result<OwnedFd, Errno> {
        let numbers: Vec<String> = self.lower.iter().map(|layer| layer.as_raw_fd().to_string()).collect();
        let mut data = format!("userxattr,lowerdir={}", numbers.join(":"));
        if let Some((upper, work)) = &self.upper_and_work {
            data += &format!(",upperdir={},workdir={}", upper.as_raw_fd(), work.as_raw_fd());
        }
        if data.len() >= PAGE {
            // mount(2) would cut it off in silence.
            return Err(Errno::TOOBIG);
        }
        // mount(2) needs a place, so there is one for a moment: a tmpfs on `/`, out of the way of every other path.
        let stage = mounting::tmpfs(0o700)?;
        mounting::attach(stage.as_fd(), CWD, "/")?;
        let made = overlay_in(stage.as_fd(), &data);
        rustix::mount::unmount(format!("{DESCRIPTORS}/{}", stage.as_raw_fd()), UnmountFlags::DETACH)?;
        rustix::process::chdir("/")?;
        made
    }
}

/// Mounts an overlay in `stage` and gives back a detached copy, which stays when the stage goes.
fn overlay_in(stage: BorrowedFd<'_>, data: &str) -> Result<OwnedFd, Errno> {
    rustix::fs::mkdirat(stage, "overlay", Mode::RWXU)?;
    rustix::process::chdir(DESCRIPTORS)?;
    let target = format!("{}/overlay", stage.as_raw_fd());
    let data = std::ffi::CString::new(data).map_err(|_| Errno::INVAL)?;
    rustix::mount::mount("overlay", target, "overlay", MountFlags::NODEV, &*data)?;
    rustix::mount::open_tree(
        stage,
        "overlay",
        OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC,
    )
}

/// Tells whether overlayfs may be mounted here. Without layers it refuses as invalid what it would otherwise allow.
pub(crate) fn is_allowed() -> Result<(), Errno> {
    let overlay = rustix::mount::fsopen("overlay", FsOpenFlags::FSOPEN_CLOEXEC)?;
    match rustix::mount::fsconfig_create(&overlay) {
        Ok(()) | Err(Errno::INVAL) => Ok(()),
        Err(errno) => Err(errno),
    }
}

fn open_layer(path: &Path, role: &str) -> Result<OwnedFd, SetUpFailure> {
    let doing = || format!("open the {role} {path:?}");
    let found = yoe_tree::without_links(path).doing(doing)?;
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    rustix::fs::openat(found, ".", flags, Mode::empty()).doing(doing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use crate::Network;
    use crate::first::{self, Kernel};
    use crate::linux::Linux;
    use crate::syscalls::{self, Fork};

    /// Runs something in a process of its own with rights over its own mounts.
    fn in_namespaces(what: impl FnOnce()) {
        match syscalls::fork().unwrap() {
            Fork::Child => {
                let result = catch_unwind(AssertUnwindSafe(|| {
                    let input = std::fs::File::open("/dev/null").unwrap();
                    let mut kernel = Linux::new(input.as_fd()).unwrap();
                    first::isolate(&mut kernel, Network::None, &Default::default()).unwrap();
                    kernel.keep_mounts_private().unwrap();
                    what();
                }));
                syscalls::exit_at_once(i32::from(result.is_err()));
            }
            Fork::Parent(pid) => {
                let ended = rustix::process::waitpid(Some(pid), rustix::process::WaitOptions::empty());
                assert_eq!(ended.unwrap().unwrap().1.exit_status(), Some(0), "see above");
            }
        }
    }

    #[test]
    fn both_ways_of_mounting_give_the_same() {
        for way in [Layers::mount_one_by_one, Layers::mount_at_once] {
            let at = tempfile::tempdir().unwrap();
            let directory = |name: &str| {
                let path = at.path().join(name);
                fs::create_dir(&path).unwrap();
                path
            };
            // Names that would have to be escaped in the options of mount(2).
            let lower = [directory("top: a,b\\c"), directory("bottom")];
            fs::write(lower[0].join("both"), "top").unwrap();
            fs::write(lower[1].join("both"), "bottom").unwrap();
            fs::write(lower[1].join("one"), "one").unwrap();
            let (upper, work) = (directory("upper,x"), directory("work:x"));
            in_namespaces(|| {
                let layers = Layers::open(&lower, Some((&upper, &work))).unwrap();
                let overlay = way(&layers).unwrap();
                mounting::attach(overlay.as_fd(), CWD, "/tmp").unwrap();
                assert_eq!(fs::read_to_string("/tmp/both").unwrap(), "top");
                fs::write("/tmp/one", "changed").unwrap();
            });
            assert_eq!(fs::read_to_string(lower[1].join("one")).unwrap(), "one");
            assert_eq!(fs::read_to_string(upper.join("one")).unwrap(), "changed");
        }
    }

    #[test]
    fn overlays_are_not_said_to_be_forbidden_where_they_work() {
        in_namespaces(|| is_allowed().unwrap());
    }
}
