//! A page with everything in it: what it builds is built, what it boots is booted, and what it says to type is typed.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::answer::matches;
use crate::blocks::{Block, GuidePage, Kind};
use crate::page::Page;
use crate::screen::Screen;

/// How long an emulated device may take to its prompt, on a busy host; the build of what it runs included.
const PROMPT: Duration = Duration::from_secs(45 * 60);
/// How long a command may take on it.
const ANSWER: Duration = Duration::from_secs(10 * 60);
/// What the pages give root.
const PASSWORD: &str = "secret";

/// Plays a page from its first block to its last.
pub fn play(guide: &GuidePage, page: &Page) {
    let mut session: Option<Session> = None;
    let mut background = Vec::new();
    let mut printed = String::new();
    let mut screen = Screen::default();
    for block in &guide.blocks {
        eprintln!("== {}", block.place);
        match &block.kind {
            Kind::File(path) => page.write(path, &block.text),
            Kind::Here | Kind::Boot => printed = page.output(block),
            // On a small project, by another test.
            Kind::Papers => {}
            Kind::Output => {
                assert!(matches(&block.text, &printed), "{}: it printed\n{printed}", block.place);
            }
            Kind::Background => background.push(Background(page.command(block).spawn().unwrap())),
            Kind::Session => {
                // The device before it ends first: it may have the same disk.
                drop(session.take());
                session = Some(Session::start(page, block));
            }
            Kind::Terminal => screen.start(page, block),
            Kind::Keys => screen.type_in(block),
            Kind::Device => session.as_mut().expect("a page starts a device first").type_in(block),
        }
    }
    drop(session);
    drop(background);
    assert!(page.directory().exists());
}

/// A program that runs until the page ends.
struct Background(Child);

impl Drop for Background {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A device with its console.
struct Session {
    child: Child,
    /// Absent once the end was asked for.
    input: Option<ChildStdin>,
    output: Receiver<u8>,
    /// Everything that it said, for messages.
    log: Vec<u8>,
}

impl Session {
    /// Starts it, and logs in where root has a password.
    fn start(page: &Page, block: &Block) -> Self {
        // The shell makes way for the program, so that ending the one ends the other.
        let mut child = page.command(block).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let input = child.stdin.take();
        let mut from = child.stdout.take().unwrap();
        let (to, output) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = from.read(&mut buffer) {
                if buffer[..count].iter().any(|byte| to.send(*byte).is_err()) {
                    return;
                }
            }
        });
        let mut this = Self { child, input, output, log: Vec::new() };
        this.wait_for("login: ", PROMPT);
        // Without a password nobody types anything here: the page logs in by other means.
        if block.text.contains("hashed-password") {
            this.log_in();
        }
        this
    }

    fn log_in(&mut self) {
        self.send("root\n");
        self.wait_for("assword: ", ANSWER);
        self.send(&format!("{PASSWORD}\n"));
        self.wait_for("# ", ANSWER);
        // Lines of the kernel on the console would stand in the middle of answers.
        self.ask("dmesg -n 1");
    }

    fn send(&mut self, text: &str) {
        let input = self.input.as_mut().unwrap();
        input.write_all(text.as_bytes()).unwrap();
        input.flush().unwrap();
    }

    /// What the device says until it says `text`.
    fn wait_for(&mut self, text: &str, within: Duration) -> String {
        let end = Instant::now() + within;
        let mut heard = Vec::new();
        while !heard.ends_with(text.as_bytes()) {
            let left = end.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(byte) => {
                    heard.push(byte);
                    self.log.push(byte);
                }
                Err(RecvTimeoutError::Timeout) => {
                    panic!("no {text:?} within {within:?}:\n{}", self.transcript())
                }
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("it ended before {text:?}:\n{}", self.transcript())
                }
            }
        }
        String::from_utf8_lossy(&heard).into_owned()
    }

    fn transcript(&self) -> String {
        String::from_utf8_lossy(&self.log).into_owned()
    }

    /// What a command answers. Its end is marked by a line that the echo of the command does not hold.
    fn ask(&mut self, command: &str) -> String {
        self.send(&format!("{command}; echo en''d-of-answer $?\n"));
        let heard = self.wait_for("end-of-answer ", ANSWER);
        self.wait_for("# ", ANSWER);
        // The first line is the command's echo.
        heard.split_once('\n').map(|(_, answer)| answer.replace('\r', "")).unwrap_or_default()
    }

    /// Types what a block says, and compares.
    fn type_in(&mut self, block: &Block) {
        let commands = typed(&block.text);
        assert!(!commands.is_empty(), "{}: nothing is typed", block.place);
        for (command, expected) in commands {
            if command == "reboot" {
                self.send("reboot\n");
                self.wait_for("login: ", PROMPT);
                self.log_in();
                continue;
            }
            let end = Instant::now() + ANSWER;
            loop {
                let answer = self.ask(command);
                if matches(&expected, &answer) {
                    break;
                }
                // A state that is yet to come, as the page says.
                let state = command.ends_with(" status");
                assert!(
                    state && Instant::now() < end,
                    "{}: {command}\n--- expected\n{expected}--- answered\n{answer}",
                    block.place
                );
                std::thread::sleep(Duration::from_secs(1));
            }
        }
    }
}

/// The commands of a block, each with what it is to answer.
fn typed(text: &str) -> Vec<(&str, String)> {
    let mut commands: Vec<(&str, String)> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("# "), commands.last_mut()) {
            (Some(command), _) => commands.push((command, String::new())),
            (None, Some((_, answer))) => answer.push_str(&format!("{line}\n")),
            (None, None) => panic!("an answer before a command: {line}"),
        }
    }
    commands
}

impl Drop for Session {
    fn drop(&mut self) {
        // Ctrl-A X ends QEMU, as the page says. It may have ended by itself.
        if let Some(mut input) = self.input.take() {
            let _ = input.write_all(b"\x01x").and_then(|()| input.flush());
        }
        let end = Instant::now() + Duration::from_secs(30);
        while Instant::now() < end {
            if let Ok(Some(_)) = self.child.try_wait() {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A device that is a shell: it asks for a name and a password, echoes what is typed as a terminal does, and forgets both
/// when it restarts.
const DEVICE: &str = r#"
# As by the credential passwd.hashed-password.root.
log_in() {
    printf 'box login: '; read -r user; printf '\r\nPassword: '; read -r password
    [ "$user $password" = "root secret" ] || exit 1
    printf '\r\n'
}
dmesg() { :; }
updater() { count=$((count + 1)); printf 'box on qemu\r\nruns: 1.1 (asked %s times)\r\n' "$count"; }
reboot() { printf 'restarting\r\n'; log_in; }
count=0
log_in
while printf '~ # ' && read -r line; do printf '%s\r\n' "$line"; eval "$line"; done
"#;

/// A page of these blocks.
fn page_of(blocks: Vec<(Kind, &str)>) -> GuidePage {
    let block = |(kind, text): (Kind, &str)| Block { place: "page.md:1".into(), kind, text: text.to_owned() };
    GuidePage { name: String::new(), blocks: blocks.into_iter().map(block).collect() }
}

#[test]
fn what_a_page_says_to_type_is_typed_and_its_answer_compared() {
    let page = page_of(vec![
        (Kind::File("a".into()), "x\n"),
        (Kind::Here, "cat a; echo built\n"),
        (Kind::Output, "x\nbuilt\n"),
        (Kind::Session, DEVICE),
        (
            Kind::Device,
            "# echo hello\nhello\n# updater status\nbox on qemu\nruns: 1.1 (asked 3 times)\n# reboot\n",
        ),
        (Kind::Device, "# updater status\n...\nruns: 1.1 (...\n"),
    ]);
    play(&page, &Page::new());
}

#[test]
#[should_panic(expected = "page.md:1: echo hello")]
fn another_answer_is_a_failure() {
    play(&page_of(vec![(Kind::Session, DEVICE), (Kind::Device, "# echo hello\nhullo\n")]), &Page::new());
}
