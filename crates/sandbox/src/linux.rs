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

use crate::first::{Doing, Kernel, Trouble};
use crate::mounting::Root;
use crate::{Mount, Network, overlay, syscalls};

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
pub(crate) struct Linux<'t> {
    root: Root,
    /// The supervisor, made before the fork.
    supervisor: OwnedFd,
    /// Who the caller is on the host: effective user and group.
    user: u32,
    group: u32,
    /// The terminal that the step gets in the foreground.
    terminal: Option<BorrowedFd<'t>>,
}

impl<'t> Linux<'t> {
    /// To be made by the supervisor.
    pub(crate) fn new(terminal: Option<BorrowedFd<'t>>) -> io::Result<Self> {
        let supervisor = rustix::process::pidfd_open(rustix::process::getpid(), PidfdFlags::empty())?;
        let user = rustix::process::geteuid().as_raw();
        let group = rustix::process::getegid().as_raw();
        Ok(Self { root: Root::default(), supervisor, user, group, terminal })
    }

    /// Whether this user namespace may mount overlayfs.
    pub(crate) fn try_overlay(&self) -> Result<(), Trouble> {
        overlay::is_allowed().doing(|| "mount overlayfs".to_owned())
    }
}

impl Kernel for Linux<'_> {
    fn make_namespaces(&mut self, network: Network) -> Result<(), Trouble> {
        // The caller's other groups would stay, unmapped. Only root can leave them, and only here; for others they
        // are of no use in a root that shows nothing of theirs.
        let _ = rustix::thread::set_thread_groups(&[]);
        let mut flags = UnshareFlags::NEWUSER
            | UnshareFlags::NEWNS
            | UnshareFlags::NEWPID
            | UnshareFlags::NEWIPC
            | UnshareFlags::NEWUTS
            | UnshareFlags::NEWCGROUP;
        if network == Network::None {
            flags |= UnshareFlags::NEWNET;
        }
        syscalls::unshare(flags).doing(|| "make the namespaces".to_owned())
    }

    fn map_identity(&mut self) -> Result<(), Trouble> {
        // A group map without this would let its owner leave groups that are there to forbid something, so the
        // kernel wants it first (user_namespaces(7)).
        let files = [
            ("setgroups", "deny".to_owned()),
            ("uid_map", format!("0 {} 1", self.user)),
            ("gid_map", format!("0 {} 1", self.group)),
        ];
        files.iter().try_for_each(|(file, text)| {
            let path = format!("/proc/self/{file}");
            fs::write(&path, text).doing(|| format!("write {text:?} to {path}"))
        })
    }

    fn die_with_supervisor(&mut self) -> Result<(), Trouble> {
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

    fn set_hostname(&mut self, name: &str) -> Result<(), Trouble> {
        rustix::system::sethostname(name.as_bytes()).doing(|| format!("set the host name {name:?}"))
    }

    fn raise_loopback(&mut self) -> Result<(), Trouble> {
        let doing = || "switch the loopback device on".to_owned();
        let flags = SocketFlags::CLOEXEC;
        let socket =
            rustix::net::socket_with(AddressFamily::INET, SocketType::DGRAM, flags, None).doing(doing)?;
        syscalls::raise_loopback(socket.as_fd()).doing(doing)
    }

    fn keep_mounts_private(&mut self) -> Result<(), Trouble> {
        let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
        // Keys of the caller's session would be within the step's reach. A kernel without keyrings has none.
        let _ = syscalls::new_session_keyring();
        rustix::mount::mount_change("/", private).doing(|| "make the mounts private".to_owned())?;
        // Every mode below is meant as written.
        rustix::process::umask(Mode::empty());
        Ok(())
    }

    fn mount(&mut self, mount: &Mount) -> Result<(), Trouble> {
        self.root.mount(mount)
    }

    fn enter_root(&mut self) -> Result<(), Trouble> {
        let root = self.root.take()?;
        rustix::process::fchdir(root).doing(|| "enter the new root".to_owned())?;
        // The old root comes to lie on the new one, from where it is taken away (pivot_root(2), NOTES).
        rustix::process::pivot_root(".", ".").doing(|| {
            "make the new root `/` (this cannot be done when yoe itself runs in an initramfs)".to_owned()
        })?;
        rustix::mount::unmount(".", UnmountFlags::DETACH).doing(|| "let go of the old root".to_owned())
    }

    fn settle_terminal(&mut self) -> Result<(), Trouble> {
        match self.terminal.take() {
            None => rustix::process::setsid().map(drop).doing(|| "begin a session".to_owned()),
            Some(terminal) => {
                let doing = || "become the terminal's foreground job".to_owned();
                rustix::process::setpgid(None, None).doing(doing)?;
                rustix::termios::tcsetpgrp(terminal, rustix::process::getpid()).doing(doing)
            }
        }
    }

    fn enter_directory(&mut self, path: &str) -> Result<(), Trouble> {
        rustix::process::chdir(path).doing(|| format!("enter {path:?}"))?;
        rustix::process::umask(UMASK);
        Ok(())
    }

    fn drop_privileges(&mut self) -> Result<(), Trouble> {
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

    fn become_opaque(&mut self) -> Result<(), Trouble> {
        rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)
            .doing(|| "shut PID 1 off".to_owned())
    }
}
