//! A step on a terminal: job control works, and a step that was not given the terminal cannot reach it.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, Command};

use rustix::fs::{Mode, OFlags};
use rustix::pty::OpenptFlags;

crate::tests![
    ctrl_c_ends_the_step_alone,
    ctrl_z_does_not_freeze_the_step,
    a_shell_has_job_control,
    without_the_terminal_there_is_none,
];

/// A terminal with yoe on it, which hangs up when the test fails, and so ends yoe.
struct Desk {
    keyboard: File,
    yoe: Child,
    seen: String,
}

impl Desk {
    /// Starts a role that becomes the terminal's session leader.
    fn new(role: &str, rest: &[&str]) -> Self {
        let keyboard =
            rustix::pty::openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        rustix::pty::grantpt(&keyboard).unwrap();
        rustix::pty::unlockpt(&keyboard).unwrap();
        let name = rustix::pty::ptsname(&keyboard, Vec::new()).unwrap();
        let terminal: OwnedFd = rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
        let yoe = Command::new("/proc/self/exe")
            .arg(role)
            .args(rest)
            .stdin(terminal.try_clone().unwrap())
            .stdout(terminal.try_clone().unwrap())
            .stderr(terminal)
            .spawn()
            .unwrap();
        Self { keyboard: keyboard.into(), yoe, seen: String::new() }
    }

    fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// Reads on until this has been shown.
    #[track_caller]
    fn see(&mut self, text: &str) {
        let mut byte = [0];
        while !self.seen.contains(text) {
            // When nobody holds the terminal any more, this is an error.
            let read = self.keyboard.read(&mut byte);
            assert!(matches!(read, Ok(1)), "{text:?} was never shown, only {:?}", self.seen);
            self.seen.push(char::from(byte[0]));
        }
        self.seen.clear();
    }

    fn end(mut self) {
        assert!(self.yoe.wait().unwrap().success());
    }
}

fn ctrl_c_ends_the_step_alone() {
    let mut desk = Desk::new("role:yoe-on-terminal", &["echo ready; exec sleep 600"]);
    desk.see("ready");
    desk.press("\x03");
    desk.see("killed by signal 2 (SIGINT)");
    desk.see("the terminal is back");
    desk.end();
}

fn ctrl_z_does_not_freeze_the_step() {
    let mut desk = Desk::new("role:yoe-on-terminal", &["echo ready; read x; read y; echo heard $y"]);
    desk.see("ready");
    desk.press("\x1a");
    desk.press("one\ntwo\n");
    desk.see("heard two");
    desk.see("exit code 0");
    desk.see("the terminal is back");
    desk.end();
}

fn a_shell_has_job_control() {
    let mut desk = Desk::new("role:yoe-on-terminal", &["PS1='> ' exec sh -i"]);
    desk.see("> ");
    // What is typed is shown as well, but not joined. Only once the job has the terminal does Ctrl-Z mean the job.
    desk.press("sh -c 'echo u\"\"p; exec sleep 600'\n");
    desk.see("up");
    desk.press("\x1a");
    desk.see("Stopped");
    desk.press("exit 6\n");
    desk.see("stopped jobs");
    desk.press("exit 6\n");
    desk.see("exit code 6");
    desk.see("the terminal is back");
    desk.end();
}

fn without_the_terminal_there_is_none() {
    let step = "true </dev/tty && echo reached || echo unreachable";
    let mut desk = Desk::new("role:yoe-beside-terminal", &[step]);
    desk.see("unreachable");
    desk.see("exit code 0");
    desk.end();
}
