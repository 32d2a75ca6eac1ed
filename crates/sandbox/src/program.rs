//! Which file a command means, and that it is none of the sandbox's own.
//!
//! While PID 1 starts the step, `/proc/self/exe` is still this very program, a file of the host. A root that was
//! tampered with could make it run again inside, by a link or as a script's interpreter, with libraries of the root's
//! choice and an open way to write to the file. So a program is never reached through one of the links that only
//! /proc has.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, AtFlags, CWD, Mode, OFlags, ResolveFlags};

/// How often the kernel follows from a script to its interpreter (fs/exec.c).
const INTERPRETERS: usize = 5;

/// As much of a script as the kernel looks at (binfmt_script).
const HEAD: u64 = 256;

/// Where programs are looked for without a `PATH`, as execvp(3) does.
const DEFAULT_PATH: &str = "/bin:/usr/bin";

/// The file to run for `program`, which is looked for in `path` when it has no slash.
pub(crate) fn find(program: &str, path: Option<&str>) -> io::Result<PathBuf> {
    let found = if program.contains('/') { PathBuf::from(program) } else { search(program, path)? };
    check(&found)?;
    Ok(found)
}

fn search(program: &str, path: Option<&str>) -> io::Result<PathBuf> {
    let executable = |file: &PathBuf| {
        file.is_file() && rustix::fs::accessat(CWD, file, Access::EXEC_OK, AtFlags::EACCESS).is_ok()
    };
    // An empty entry means the working directory, which for a step is never where programs are meant to come from.
    let directories = path.unwrap_or(DEFAULT_PATH).split(':').filter(|directory| !directory.is_empty());
    let mut candidates = directories.map(|directory| Path::new(directory).join(program));
    candidates.find(executable).ok_or_else(|| io::Error::from_raw_os_error(libc::ENOENT))
}

/// Follows from script to interpreter, and refuses what leads through one of /proc's links.
fn check(program: &Path) -> io::Result<()> {
    let mut next = program.to_owned();
    for _ in 0..INTERPRETERS {
        open(&next, OFlags::PATH)?;
        // What cannot be read is left to the kernel: the step's own files always can.
        let Ok(file) = open(&next, OFlags::RDONLY | OFlags::NONBLOCK) else { return Ok(()) };
        let mut head = Vec::new();
        if File::from(file).take(HEAD).read_to_end(&mut head).is_err() {
            return Ok(());
        }
        let Some(interpreter) = interpreter(&head) else { return Ok(()) };
        next = interpreter;
    }
    Err(io::Error::from_raw_os_error(libc::ELOOP))
}

fn open(path: &Path, flags: OFlags) -> io::Result<OwnedFd> {
    let resolve = ResolveFlags::NO_MAGICLINKS;
    Ok(rustix::fs::openat2(CWD, path, flags | OFlags::CLOEXEC, Mode::empty(), resolve)?)
}

/// The interpreter that a script's first line names.
fn interpreter(head: &[u8]) -> Option<PathBuf> {
    let line = head.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let name = line.trim_ascii_start().split(|byte| matches!(byte, b' ' | b'\t' | 0)).next()?;
    let name = OsStr::from_bytes(name);
    if name.is_empty() { None } else { Some(PathBuf::from(name)) }
}

#[cfg(test)]
mod tests;
