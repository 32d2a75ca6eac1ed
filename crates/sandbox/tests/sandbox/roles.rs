//! What this program does when it is not the one that tests: attempts to break out of a sandbox, and yoe itself.

use std::fs::{self, OpenOptions};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;

use rustix::fs::{CWD, FileType, Mode, OFlags};
use rustix::io::Errno;
use rustix::mount::{MountFlags, MoveMountFlags, OpenTreeFlags, UnmountFlags};
use rustix::pty::OpenptFlags;
use rustix::thread::UnshareFlags;
use yoe_sandbox::{Exit, SandboxError, Stdio, Stream, attend, probe, spawn};

use crate::rig::{chain, script};

/// Plays one part.
pub fn play(role: &str, rest: &[String]) -> ExitCode {
    match (role, rest) {
        ("connect", [port]) => connect(port),
        ("talk-to-oneself", []) => talk_to_oneself(),
        ("undo-mounts", []) => undo_mounts(),
        ("undo-mounts-in-namespace", []) => undo_mounts_in_namespace(),
        ("open-for-writing", [path]) => println!("{}", output(OpenOptions::new().write(true).open(path))),
        ("open-files", []) => open_files(),
        ("open-terminal", []) => open_terminal(),
        ("probe", []) => {
            println!("{}", probe().map_or_else(|error| chain(&error), |()| "allowed".to_owned()))
        }
        ("spawn", []) => {
            let started = spawn(&script("true"), Stdio::default());
            println!("{}", started.map_or_else(|error| chain(&error), |_| "started".to_owned()));
        }
        ("yoe", [text]) => return yoe(text),
        ("yoe-on-terminal", [text]) => yoe_on_terminal(|| attend(&script(text))),
        ("yoe-next to-terminal", [text]) => yoe_on_terminal(|| {
            let stdio = Stdio { stdin: Stream::Null, ..Stdio::inherit() };
            spawn(&script(text), stdio)?.wait()
        }),
        _ => panic!("there is no role {role} with {rest:?}"),
    }
    ExitCode::SUCCESS
}

/// The system's words for how a call ended, without its number.
fn output<T, E: Into<std::io::Error>>(result: Result<T, E>) -> String {
    match result {
        Ok(_) => "done".to_owned(),
        Err(error) => {
            let text = error.into().to_string();
            text.split(" (os error").next().unwrap_or_default().to_owned()
        }
    }
}

fn connect(port: &str) {
    match TcpStream::connect(("127.0.0.1", port.parse().unwrap())) {
        Ok(_) => println!("connected"),
        error => println!("{}", output(error)),
    }
}

fn talk_to_oneself() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut there = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    there.write_all(b"heard\n").unwrap();
    let (mut here, _) = listener.accept().unwrap();
    let mut heard = [0; 6];
    here.read_exact(&mut heard).unwrap();
    print!("{}", String::from_utf8_lossy(&heard));
}

fn clear_read_only(path: &str) -> Result<(), Errno> {
    // mount(2) with MS_REMOUNT | MS_BIND and without MS_RDONLY.
    rustix::mount::mount_remount(path, MountFlags::BIND, "")
}

fn undo_mounts() {
    let none: Option<&std::ffi::CStr> = None;
    println!("remount: {}", output(clear_read_only("/usr")));
    println!("new attributes: {}", output(new_attributes()));
    println!("unmount: {}", output(rustix::mount::unmount("/usr", UnmountFlags::DETACH)));
    println!("tmpfs: {}", output(rustix::mount::mount("t", "/usr", "tmpfs", MountFlags::empty(), none)));
    println!("bind: {}", output(rustix::mount::mount_bind("/tmp", "/usr")));
    println!("pivot: {}", output(rustix::process::pivot_root("/tmp", "/tmp")));
    let mode = Mode::from_raw_mode(0o666);
    println!("device: {}", output(rustix::fs::mknodat(CWD, "/tmp/d", FileType::BlockDevice, mode, 0x800)));
}

/// Takes a copy of a read-only mount and puts it elsewhere.
fn new_attributes() -> Result<(), Errno> {
    let flags = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::AT_RECURSIVE;
    let copy = rustix::mount::open_tree(CWD, "/usr", flags)?;
    rustix::mount::move_mount(copy, "", CWD, "/tmp", MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)?;
    clear_read_only("/tmp")
}

fn undo_mounts_in_namespace() {
    #[expect(deprecated, reason = "its successor is unsafe for the sake of a flag that is not used here")]
    let unshared =
        rustix::thread::unshare(UnshareFlags::NEWUSER | UnshareFlags::NEWNS | UnshareFlags::NEWPID);
    println!("unshare: {}", output(unshared));
}

fn open_files() {
    let mut numbers: Vec<u32> = fs::read_dir("/proc/self/fd")
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_str().unwrap().parse().unwrap())
        .collect();
    numbers.sort_unstable();
    println!("{}", numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(" "));
}

fn open_terminal() {
    let keyboard = rustix::pty::openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    rustix::pty::unlockpt(&keyboard).unwrap();
    let name = rustix::pty::ptsname(&keyboard, Vec::new()).unwrap();
    let terminal = rustix::fs::open(&*name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
    assert!(rustix::termios::isatty(terminal));
    println!("{}", name.to_str().unwrap());
}

/// A yoe that runs one step, started by a thread that ends at once, and ends as the step does.
fn yoe(text: &str) -> ExitCode {
    let text = format!("{text} exec sleep 600");
    let stdio = Stdio { stdin: Stream::Null, stdout: Stream::Inherit, stderr: Stream::Null };
    let mut child = std::thread::spawn(move || spawn(&script(&text), stdio).unwrap()).join().unwrap();
    match child.wait().unwrap() {
        Exit::Code(code) => ExitCode::from(u8::try_from(code).unwrap()),
        Exit::Signal(signal) => panic!("killed by {signal}"),
    }
}

/// A yoe in the foreground of a terminal that is its standard input.
fn yoe_on_terminal(run: impl FnOnce() -> Result<Exit, SandboxError>) {
    let terminal = std::io::stdin();
    rustix::process::setsid().unwrap();
    rustix::process::ioctl_tiocsctty(&terminal).unwrap();
    let settings = || format!("{:?}", rustix::termios::tcgetattr(&terminal).unwrap());
    let before = settings();
    println!("{}", run().map_or_else(|error| chain(&error), |exit| exit.to_string()));
    if settings() == before && rustix::termios::tcgetpgrp(&terminal).unwrap() == rustix::process::getpgrp() {
        println!("the terminal is back");
    }
}
