//! A real terminal (pty(7)): it is given back as it was, also by a panic.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

use std::fs::File;
use std::io::Read as _;
use std::process::{Command, Stdio};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};
use yoe_ui::{Screen, View};

/// What the program in the terminal is to do, when this is it.
const PART: &str = "YOE_UI_TEST_PART";

#[test]
fn a_terminal_is_given_back() {
    if let Ok(part) = std::env::var(PART) {
        return in_it(&part);
    }
    for (part, status, said) in [("end", Some(0), ""), ("panic", Some(101), "out of order")] {
        let (output, ended) = in_terminal(part);
        let (entered, left) = ("\u{1b}[?1049h", "\u{1b}[?1049l");
        assert!(output.contains(entered) && output.contains("my-product"), "{part}: {output:?}");
        let (_, after) = output.rsplit_once(left).unwrap_or_else(|| panic!("{part}: {output:?}"));
        assert_eq!(ended, status, "{part}: {output:?}");
        // The message of a panic is not on the screen that is gone.
        let first = output.split_once(left).unwrap().1;
        assert!(first.contains(said) && !after.contains(entered), "{part}: {output:?}");
        assert!(output.contains("\u{1b}[?25h"), "the cursor is shown: {output:?}");
    }
}

/// Runs this test in a terminal of its own; gives what it wrote, and its status.
fn in_terminal(part: &str) -> (String, Option<i32>) {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
    let terminal = File::options().read(true).write(true).open(name).unwrap();
    tcsetwinsize(&terminal, Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
    let before = tcgetattr(&terminal).unwrap().local_modes;
    assert!(before.contains(LocalModes::ICANON | LocalModes::ECHO));
    let stdio = || Stdio::from(terminal.try_clone().unwrap());
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_terminal_is_given_back", "--nocapture"])
        .env(PART, part)
        .env("TERM", "xterm")
        .stdin(stdio())
        .stdout(stdio())
        .stderr(stdio())
        .spawn()
        .unwrap();
    let reader = std::thread::spawn(move || {
        let (mut master, mut output, mut buffer) = (File::from(master), Vec::new(), [0; 4096]);
        // Reading from a terminal that nobody has open any more is an error (EIO).
        while let Ok(count @ 1..) = master.read(&mut buffer) {
            output.extend_from_slice(&buffer[..count]);
        }
        String::from_utf8_lossy(&output).into_owned()
    });
    let status = child.wait().unwrap();
    assert_eq!(tcgetattr(&terminal).unwrap().local_modes, before, "{part}");
    drop(terminal);
    (reader.join().unwrap(), status.code())
}

/// What is done in that terminal.
fn in_it(part: &str) {
    let mut screen = Screen::take().unwrap();
    screen.draw(&View::new("my-product", true)).unwrap();
    assert_ne!(part, "panic", "out of order");
}
