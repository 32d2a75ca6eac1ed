//! The kernel as it is.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::{fs, io};

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fs::Mode;
use rustix::io::Errno;
use rustix::mount::{MountPropagationFlags, UnmountFlags};
use rustix::net::{AddressFamily, SocketFlags, SocketType};
use rustix::process::{DumpableBehavior, PidfdFlags, Signal};
use rustix::thread::{CapabilitySet, CapabilitySets, UnshareFlags};

use crate::cgroup::Group;
use crate::first::{Doing, Kernel, SetUpFailure};
use crate::mounting::Root;
use crate::{Limits, Mount, Network, filter, limits, overlay, syscalls};

/// The rights that a step keeps: those over its own files, ids and processes. What is missing would let it mount,
/// configure networks, trace PID 1 or open files by handle.
const KEPT: CapabilitySet = CapabilitySet::CHOWN
    .union(CapabilitySet::DAC_OVERRIDE)
    .union(CapabilitySet::FOWNER)
    .union(CapabilitySet::FSETID)
    .union(CapabilitySet::KILL)
    .union(CapabilitySet::SETGID)
    .union(CapabilitySet::SETUID)
    .union(CapabilitySet::SETPCAP)
    .union(CapabilitySet::SETFCAP)
    .union(CapabilitySet::NET_BIND_SERVICE)
    .union(CapabilitySet::SYS_CHROOT);

/// The mask under which steps run: new files are not writable for others.
const UMASK: Mode = Mode::WGRP.union(Mode::WOTH);

/// The real kernel, asked by one process after the other: the supervisor, then PID 1.
pub(crate) struct Linux<'i> {
    root: Root,
    /// The step's control group, where there is one.
    group: Option<Group>,
    /// The supervisor, made before the fork.
    supervisor: OwnedFd,
    /// Who the caller is on the host: effective user and group.
    user: u32,
    group_id: u32,
    /// The step's standard input.
    input: BorrowedFd<'i>,
}

impl<'i> Linux<'i> {
    /// To be made by the supervisor.
    pub(crate) fn new(input: BorrowedFd<'i>) -> io::Result<Self> {
        let supervisor = rustix::process::pidfd_open(rustix::process::getpid(), PidfdFlags::empty())?;
        let user = rustix::process::geteuid().as_raw();
        let group_id = rustix::process::getegid().as_raw();
        Ok(Self { root: Root::default(), group: None, supervisor, user, group_id, input })
    }

    /// Takes away what the supervisor made outside of the namespaces, once nothing of the sandbox is left.
    pub(crate) fn clean_up(&mut self) {
        if let Some(group) = self.group.take() {
            group.remove();
        }
    }

    /// Whether this user namespace may mount overlayfs.
    pub(crate) fn try_overlay(&self) -> Result<(), SetUpFailure> {
        overlay::is_allowed().doing(|| "mount overlayfs".to_owned())
    }
}

impl Kernel for Linux<'_> {
    fn make_group(&mut self, limits: &Limits) {
        self.group = Group::make(limits);
    }

    fn make_namespaces(&mut self, network: Network) -> Result<(), SetUpFailure> {
        // The caller's other groups would stay, unmapped. Only root can leave them, and only here; for others they
        // are of no use in a root that shows nothing of theirs.
        let _ = rustix::thread::set_thread_groups(&[]);
        let mut flags = UnshareFlags::NEWUSER
            | UnshareFlags::NEWNS
            | UnshareFlags::NEWPID
            | UnshareFlags::NEWIPC
            | UnshareFlags::NEWUTS;
        if network == Network::None {
            flags |= UnshareFlags::NEWNET;
        }
        syscalls::unshare(flags).doing(|| "make the namespaces".to_owned())
    }

    fn map_identity(&mut self) -> Result<(), SetUpFailure> {
        // A group map without this would let its owner leave groups that are there to forbid something, so the
        // kernel wants it first (user_namespaces(7)).
        let files = [
            ("setgroups", "deny".to_owned()),
            ("uid_map", format!("0 {} 1", self.user)),
            ("gid_map", format!("0 {} 1", self.group_id)),
        ];
        files.iter().try_for_each(|(file, text)| {
            let path = format!("/proc/self/{file}");
            fs::write(&path, text).doing(|| format!("write {text:?} to {path}"))
        })
    }

    fn die_with_supervisor(&mut self) -> Result<(), SetUpFailure> {
        let doing = || "tie PID 1 to its supervisor".to_owned();
        rustix::process::set_parent_process_death_signal(Some(Signal::KILL)).doing(doing)?;
        // It may have died before that.
        let mut polled = [PollFd::new(&self.supervisor, PollFlags::IN)];
        match rustix::event::poll(&mut polled, Some(&Timespec::default())) {
            Ok(0) => Ok(()),
            Ok(_) => Err(Errno::SRCH).doing(doing),
            Err(errno) => Err(errno).doing(doing),
        }
    }

    fn limit(&mut self, limits: &Limits) -> Result<(), SetUpFailure> {
        if let Some(group) = &self.group {
            // A group that cannot be entered bounds nothing; the other limits remain.
            let _ = group.enter();
        }
        // Only now: the group that a process is in when it makes the namespace is the root of what it sees.
        syscalls::unshare(UnshareFlags::NEWCGROUP).doing(|| "make the cgroup namespace".to_owned())?;
        limits::apply(limits).doing(|| "limit the number of processes".to_owned())
    }

    fn set_hostname(&mut self, name: &str) -> Result<(), SetUpFailure> {
        rustix::system::sethostname(name.as_bytes()).doing(|| format!("set the host name {name:?}"))
    }

    fn raise_loopback(&mut self) -> Result<(), SetUpFailure> {
        let doing = || "switch the loopback device on".to_owned();
        let flags = SocketFlags::CLOEXEC;
        let socket =
            rustix::net::socket_with(AddressFamily::INET, SocketType::DGRAM, flags, None).doing(doing)?;
        syscalls::raise_loopback(socket.as_fd()).doing(doing)
    }

    fn keep_mounts_private(&mut self) -> Result<(), SetUpFailure> {
        let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
        // Keys of the caller's session would be within the step's reach. A kernel without keyrings has none.
        let _ = syscalls::new_session_keyring();
        rustix::mount::mount_change("/", private).doing(|| "make the mounts private".to_owned())?;
        // Every mode below is meant as written.
        rustix::process::umask(Mode::empty());
        Ok(())
    }

    fn mount(&mut self, mount: &Mount) -> Result<(), SetUpFailure> {
        self.root.mount(mount)
    }

    fn enter_root(&mut self) -> Result<(), SetUpFailure> {
        let root = self.root.take()?;
        rustix::process::fchdir(root).doing(|| "enter the new root".to_owned())?;
        // The old root comes to lie on the new one, from where it is taken away (pivot_root(2), NOTES).
        rustix::process::pivot_root(".", ".").doing(|| {
            "make the new root `/` (this cannot be done when yoe itself runs in an initramfs)".to_owned()
        })?;
        rustix::mount::unmount(".", UnmountFlags::DETACH).doing(|| "let go of the old root".to_owned())
    }

    fn settle_terminal(&mut self) -> Result<(), SetUpFailure> {
        rustix::process::setsid().doing(|| "begin a session".to_owned())?;
        if rustix::termios::isatty(self.input) {
            // One that belongs to another session, the caller's, is not to be had.
            let _ = rustix::process::ioctl_tiocsctty(self.input);
        }
        Ok(())
    }

    fn enter_directory(&mut self, path: &str) -> Result<(), SetUpFailure> {
        rustix::process::chdir(path).doing(|| format!("enter {path:?}"))?;
        rustix::process::umask(UMASK);
        Ok(())
    }

    fn drop_privileges(&mut self) -> Result<(), SetUpFailure> {
        let doing = || "give up rights".to_owned();
        for right in (0..u64::BITS).map(|bit| CapabilitySet::from_bits_retain(1 << bit)) {
            if KEPT.contains(right) {
                continue;
            }
            match rustix::thread::remove_capability_from_bounding_set(right) {
                Ok(()) => {}
                // The kernel knows fewer of them.
                Err(Errno::INVAL) => break,
                Err(errno) => return Err(errno).doing(doing),
            }
        }
        rustix::thread::clear_ambient_capability_set().doing(doing)?;
        let none = CapabilitySet::empty();
        let sets = CapabilitySets { effective: KEPT, permitted: KEPT, inheritable: none };
        rustix::thread::set_capabilities(None, sets).doing(doing)?;
        rustix::thread::set_no_new_privs(true).doing(doing)
    }

    fn filter_calls(&mut self) -> Result<(), SetUpFailure> {
        syscalls::install_filter(&filter::program())
            .doing(|| "filter system calls (the kernel needs CONFIG_SECCOMP_FILTER)".to_owned())
    }

    fn become_opaque(&mut self) -> Result<(), SetUpFailure> {
        rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)
            .doing(|| "shut PID 1 off".to_owned())
    }
}
