//! A step on a terminal: job control works, and a step that was not given the terminal cannot reach it.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, Command};

use rustix::fs::{Mode, OFlags};
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::OpenptFlags;
use rustix::termios::Winsize;

crate::tests![
    ctrl_c_ends_the_step_alone,
    ctrl_z_does_not_freeze_the_step,
    a_shell_has_job_control,
    the_step_has_a_terminal_of_its_own,
    what_a_step_types_reaches_nobody,
    a_terminal_changes_its_size_for_the_step,
    a_signal_to_yoe_gives_the_terminal_back,
    what_is_written_to_a_file_stays_there,
    without_the_terminal_there_is_none,
];

/// A terminal with yoe on it, which hangs up when the test fails, and so ends yoe.
struct Desk {
    keyboard: File,
    /// The terminal's number. It is not held open: it must hang up with the last of its users.
    number: u64,
    yoe: Child,
    seen: String,
}

impl Desk {
    /// Starts a role that becomes the terminal's session leader.
    fn new(role: &str, rest: &[&str]) -> Self {
        Self::with_output(role, rest, None)
    }

    /// The same, with another standard output than the terminal.
    fn with_output(role: &str, rest: &[&str], output: Option<File>) -> Self {
        let keyboard =
            rustix::pty::openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        rustix::pty::grantpt(&keyboard).unwrap();
        rustix::pty::unlockpt(&keyboard).unwrap();
        let size = Winsize { ws_row: 25, ws_col: 81, ws_xpixel: 0, ws_ypixel: 0 };
        rustix::termios::tcsetwinsize(&keyboard, size).unwrap();
        let name = rustix::pty::ptsname(&keyboard, Vec::new()).unwrap();
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let terminal: OwnedFd = rustix::fs::open(name, flags, Mode::empty()).unwrap();
        let number = rustix::fs::fstat(&terminal).unwrap().st_rdev;
        let stdout = output.map_or_else(|| terminal.try_clone().unwrap(), OwnedFd::from);
        let yoe = Command::new("/proc/self/exe")
            .arg(role)
            .args(rest)
            .stdin(terminal.try_clone().unwrap())
            .stdout(stdout)
            .stderr(terminal)
            .spawn()
            .unwrap();
        Self { keyboard: keyboard.into(), number, yoe, seen: String::new() }
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

/// The number of the terminal that is the standard input.
const NUMBER: &str = "perl -e 'print \"number \", (stat STDIN)[6], \"\\n\"'";

fn the_step_has_a_terminal_of_its_own() {
    let mut desk = Desk::new(
        "role:yoe-on-terminal",
        &[&format!("{NUMBER}; test -t 0 && test -t 1 && test -t 2 && echo all")],
    );
    desk.see("number ");
    let mut number = String::new();
    let mut byte = [0];
    while desk.keyboard.read(&mut byte).unwrap() == 1 && byte[0].is_ascii_digit() {
        number.push(char::from(byte[0]));
    }
    assert_ne!(number.parse::<u64>().unwrap(), desk.number);
    desk.see("all");
    desk.see("the terminal is back");
    desk.end();
}

/// `TIOCSTI` puts a key into a terminal's input: on the caller's terminal that is the shell that runs after yoe.
fn what_a_step_types_reaches_nobody() {
    let step = "perl -e '$x = \"x\"; print ioctl(STDIN, 0x5412, $x) ? \"typed\" : \"refused: $!\", \"\\n\"'";
    let mut desk = Desk::new("role:yoe-on-terminal", &[step]);
    desk.see("refused: Operation not permitted");
    desk.see("the terminal is back");
    desk.end();
}

fn a_terminal_changes_its_size_for_the_step() {
    // The key may overtake the size: they come by different ways.
    const STEP: &str =
        "stty size; echo ready; read x; until [ \"$(stty size)\" = '52 133' ]; do sleep 0.1; done; stty size";
    let mut desk = Desk::new("role:yoe-on-terminal", &[STEP]);
    desk.see("25 81");
    desk.see("ready");
    let larger = Winsize { ws_row: 52, ws_col: 133, ws_xpixel: 0, ws_ypixel: 0 };
    rustix::termios::tcsetwinsize(&desk.keyboard, larger).unwrap();
    desk.press("\n");
    desk.see("52 133");
    desk.see("the terminal is back");
    desk.end();
}

fn a_signal_to_yoe_gives_the_terminal_back() {
    for signal in [Signal::TERM, Signal::INT, Signal::HUP, Signal::QUIT] {
        let mut desk = Desk::new("role:yoe-on-terminal", &["stty raw -echo; echo ready; exec sleep 600"]);
        desk.see("ready");
        kill_process(Pid::from_child(&desk.yoe), signal).unwrap();
        desk.see("interrupted");
        desk.see("the terminal is back");
        desk.end();
    }
}

fn what_is_written_to_a_file_stays_there() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("out");
    let out = File::create(&path).unwrap();
    let mut desk =
        Desk::with_output("role:yoe-on-terminal", &["echo to the file; echo to the person >&2"], Some(out));
    desk.see("to the person");
    desk.end();
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.starts_with("to the file\n"), "{text}");
}

fn without_the_terminal_there_is_none() {
    let step = "true </dev/tty && echo reached || echo unreachable";
    let mut desk = Desk::new("role:yoe-next to-terminal", &[step]);
    desk.see("unreachable");
    desk.see("exit code 0");
    desk.end();
}
