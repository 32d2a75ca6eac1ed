//! The calls that have no safe wrapper. Nothing else in this crate is `unsafe`.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};

use rustix::process::Pid;
use rustix::thread::UnshareFlags;

/// The two sides of a [`fork`].
pub(crate) enum Fork {
    /// In the new process.
    Child,
    /// In the old one; the new one has this id.
    Parent(Pid),
}

/// Splits this process in two. Only for processes with one thread, where the child may do whatever the parent may:
/// the sandbox's own processes, which never start a thread.
pub(crate) fn fork() -> io::Result<Fork> {
    // SAFETY: there is one thread, so the child finds no lock held by a thread that it does not have.
    let pid = unsafe { libc::fork() };
    match Pid::from_raw(checked(i64::from(pid))? as i32) {
        Some(pid) => Ok(Fork::Parent(pid)),
        None => Ok(Fork::Child),
    }
}

/// Moves this process into new namespaces.
pub(crate) fn unshare(flags: UnshareFlags) -> rustix::io::Result<()> {
    // SAFETY: the table of file descriptors stays shared (no CLONE_FILES), which is what could go wrong.
    unsafe { rustix::thread::unshare_unsafe(flags.difference(UnshareFlags::FILES)) }
}

/// Blocks every signal that can be blocked, or none, in this process and in those it starts.
pub(crate) fn block_signals(block: bool) -> io::Result<()> {
    // SAFETY: `blocked` is a plain set of bits, filled before it is read; the old mask is not asked for.
    let result = unsafe {
        let mut blocked: libc::sigset_t = std::mem::zeroed();
        if block {
            libc::sigfillset(&mut blocked)
        } else {
            libc::sigemptyset(&mut blocked)
        };
        libc::pthread_sigmask(libc::SIG_SETMASK, &blocked, std::ptr::null_mut())
    };
    if result == 0 { Ok(()) } else { Err(io::Error::from_raw_os_error(result)) }
}

/// Gives every signal its default effect, here and in what is started. Ignored ones would be handed on: whoever starts this
/// program in the background, or by nohup(1), ignores some.
pub(crate) fn default_signals() {
    for number in 1..=libc::SIGRTMAX() {
        // SAFETY: no handler is installed. Those that cannot be changed are refused, which changes nothing.
        unsafe { libc::signal(number, libc::SIG_DFL) };
    }
}

/// Closes every file descriptor from `first` on.
pub(crate) fn close_from(first: u32) -> io::Result<()> {
    // SAFETY: called before this process has opened anything, so no owner of these descriptors exists in it.
    checked(unsafe { libc::syscall(libc::SYS_close_range, first, u32::MAX, 0) }).map(drop)
}

/// Adds attributes (`MOUNT_ATTR_*`) to a mount and, if asked, to all mounts below it (mount_setattr(2), Linux 5.12).
pub(crate) fn add_mount_attributes(mount: BorrowedFd<'_>, attributes: u64, below: bool) -> io::Result<()> {
    let attr = libc::mount_attr { attr_set: attributes, attr_clr: 0, propagation: 0, userns_fd: 0 };
    let flags = libc::AT_EMPTY_PATH | if below { libc::AT_RECURSIVE } else { 0 };
    // SAFETY: the descriptor is open, the path is an empty C string, and the size is that of the struct.
    let result = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            mount.as_raw_fd(),
            c"".as_ptr(),
            flags,
            &raw const attr,
            size_of_val(&attr),
        )
    };
    checked(result).map(drop)
}

/// Switches the loopback device of the current network namespace on, through any socket.
pub(crate) fn raise_loopback(socket: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: all zeroes is a valid ifreq: a name of no length and flags of zero.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(b"lo") {
        *to = *from as libc::c_char;
    }
    request.ifr_ifru.ifru_flags = libc::IFF_UP as libc::c_short;
    // SAFETY: the descriptor is open and the request is the struct that this ioctl reads.
    checked(i64::from(unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS as _, &raw mut request) }))
        .map(drop)
}

/// Gives this process an empty session keyring of its own (keyctl(2)).
pub(crate) fn new_session_keyring() -> io::Result<()> {
    // SAFETY: KEYCTL_JOIN_SESSION_KEYRING with no name reads no memory.
    checked(unsafe {
        libc::syscall(
            libc::SYS_keyctl,
            libc::KEYCTL_JOIN_SESSION_KEYRING,
            std::ptr::null::<libc::c_char>(),
            0,
            0,
            0,
        )
    })
    .map(drop)
}

/// Has the kernel run this program on every system call of this process, and of all that it starts, for good (seccomp(2)).
pub(crate) fn install_filter(program: &[libc::sock_filter]) -> io::Result<()> {
    let length = program.len().try_into().map_err(|_| io::ErrorKind::InvalidInput)?;
    let program = libc::sock_fprog { len: length, filter: program.as_ptr().cast_mut() };
    // What the filter is there for does not ask for slower memory, which kernels before 5.16 add otherwise.
    let flags = libc::SECCOMP_FILTER_FLAG_SPEC_ALLOW;
    // SAFETY: the kernel copies the program, whose length is right, and writes nothing.
    checked(unsafe {
        libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, flags, &raw const program)
    })
    .map(drop)
}

/// Ends a forked test, which must not run what the test program does at its end.
#[cfg(test)]
pub(crate) fn exit_at_once(code: i32) -> ! {
    // SAFETY: nothing of this process is used any more.
    unsafe { libc::_exit(code) }
}

fn checked(result: i64) -> io::Result<i64> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}
