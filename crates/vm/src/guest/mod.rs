//! A system that was logged in to: runs scripts on it and brings their output back.
//!
//! After the log-in the shell is replaced by one that reads commands without a prompt, an echo or a line editor. A
//! script runs in a process group of its own with its output in files, so it can be ended, nothing that it says gets
//! between our lines, and a transfer that was torn by others on the console is made once more.

mod watch;

use std::time::{Duration, Instant};

use crate::console::after;
use crate::frame::{Encoding, Frame};
use crate::login::{self, Session, ours, send};
use crate::script;
use crate::{Console, End, GuestError, GuestErrorKind, Login, WaitError};

pub use watch::Watched;

/// Most bytes of standard output that are brought back.
const STDOUT: usize = 1 << 20;
/// Most bytes of standard error that are brought back.
const STDERR: usize = 64 << 10;
/// How long the machine may take over a line of ours; emulation on a busy host is slow.
const ANSWERS_WITHIN: Duration = Duration::from_secs(60);
/// How long the whole output may take.
const TRANSFERS_WITHIN: Duration = Duration::from_secs(180);
/// How often a torn transfer is made.
const TRANSFERS: usize = 4;
/// Bytes sent before the machine must have read them: its terminal holds 4095.
const WINDOW: usize = 3000;

/// What a script did.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// Its standard output, at most 1 MiB; what is not UTF-8 is replaced.
    pub stdout: String,
    /// Its standard error, at most 64 KiB.
    pub stderr: String,
    /// Its exit status; absent when it was ended because its time was up.
    pub status: Option<u32>,
    /// How long it ran, in seconds.
    pub seconds: f64,
}

/// A system that was logged in to.
pub struct Guest<'a> {
    console: &'a mut Console,
    marker: String,
    encoding: Encoding,
    next: u64,
}

impl<'a> Guest<'a> {
    /// Waits for the log-in prompt, logs in and prepares the shell.
    ///
    /// # Errors
    /// When the system does not get that far by the deadline.
    pub fn log_in(console: &'a mut Console, login: &Login, deadline: Instant) -> Result<Self, GuestError> {
        match login::log_in(console, login, deadline) {
            Ok(Session { marker, encoding }) => Ok(Self { console, marker, encoding, next: 1 }),
            Err(kind) => Err(GuestError::new(kind, console)),
        }
    }

    /// Runs a script with `sh` and no input. When `timeout` is over, its process group is killed.
    ///
    /// # Errors
    /// When the machine ends or does not answer. That the script fails or runs out of time is not an error.
    pub fn run(&mut self, script: &str, timeout: Duration) -> Result<Output, GuestError> {
        self.try_run(script, timeout).map_err(|kind| GuestError::new(kind, self.console))
    }

    fn try_run(&mut self, script: &str, timeout: Duration) -> Result<Output, GuestErrorKind> {
        self.send(&script::assignments("y_s", script).map_err(GuestErrorKind::Script)?)?;
        let id = self.id();
        let began = Instant::now();
        self.say(&format!("y_run {id}"))?;
        let status = match self.answer(&id, after(timeout)) {
            Err(GuestErrorKind::Unresponsive) => {
                self.say(&format!("y_end {id}"))?;
                self.answer(&id, after(ANSWERS_WITHIN))?
            }
            other => other?,
        };
        let seconds = began.elapsed().as_secs_f64();
        let stdout = self.file("o", STDOUT)?;
        let stderr = self.file("e", STDERR)?;
        Ok(Output {
            stdout,
            stderr,
            status: status.strip_prefix("done ").and_then(|s| s.parse().ok()),
            seconds,
        })
    }

    /// Switches the system off by this command (`poweroff` on most) and waits until the machine is off.
    ///
    /// # Errors
    /// When it is not off in time, or ends otherwise.
    pub fn power_off(self, command: &str, within: Duration) -> Result<Duration, GuestError> {
        let began = Instant::now();
        let transcript = self.console.transcript().clone();
        self.leave(command, &End::PowerOff, within)?;
        transcript.milestone("off");
        Ok(began.elapsed())
    }

    /// Has the system restart by this command (`reboot` on most) and waits until the machine has ended for it: it must run
    /// with [`crate::RunOptions::no_reboot`].
    ///
    /// # Errors
    /// When it has not ended in time, or ends otherwise.
    pub fn restart(self, command: &str, within: Duration) -> Result<(), GuestError> {
        self.leave(command, &End::Reset, within)
    }

    fn leave(self, command: &str, wanted: &End, within: Duration) -> Result<(), GuestError> {
        let kind = match send(self.console, command) {
            Err(kind) => kind,
            Ok(()) => match self.console.wait_for_end(after(within)) {
                Ok(end) if end == *wanted => return Ok(()),
                Ok(end) => GuestErrorKind::Ended(end),
                Err(WaitError::Deadline) => GuestErrorKind::StillOn { seconds: within.as_secs_f64() },
                Err(interrupt) => GuestErrorKind::from(interrupt),
            },
        };
        Err(GuestError::new(kind, self.console))
    }

    /// The console that it is logged in on.
    pub fn console(&mut self) -> &mut Console {
        self.console
    }

    fn id(&mut self) -> String {
        self.next += 1;
        self.next.to_string()
    }

    fn say(&mut self, line: &str) -> Result<(), GuestErrorKind> {
        send(self.console, line)
    }

    /// Sends lines, no faster than they are read.
    fn send(&mut self, lines: &[String]) -> Result<(), GuestErrorKind> {
        let mut unread = 0;
        for line in lines {
            self.say(line)?;
            unread += line.len() + 1;
            if unread > WINDOW {
                self.acknowledged()?;
                unread = 0;
            }
        }
        self.acknowledged()
    }

    fn acknowledged(&mut self) -> Result<(), GuestErrorKind> {
        let id = self.id();
        self.say(&format!("y_say {id} read"))?;
        self.answer(&id, after(ANSWERS_WITHIN)).map(drop)
    }

    /// What the machine says under this number.
    fn answer(&mut self, id: &str, deadline: Instant) -> Result<String, GuestErrorKind> {
        loop {
            let line = self.console.next_line(deadline)?;
            if let Some(answer) = ours(&line, &self.marker, id) {
                return Ok(answer.to_owned());
            }
        }
    }

    fn file(&mut self, name: &str, most: usize) -> Result<String, GuestErrorKind> {
        let deadline = after(TRANSFERS_WITHIN);
        for _ in 0..TRANSFERS {
            if let Some(bytes) = self.transfer(name, most, deadline)? {
                return Ok(String::from_utf8_lossy(&bytes).into_owned());
            }
        }
        Err(GuestErrorKind::Torn)
    }

    /// One try to bring a file's first bytes over.
    fn transfer(
        &mut self,
        name: &str,
        most: usize,
        deadline: Instant,
    ) -> Result<Option<Vec<u8>>, GuestErrorKind> {
        let id = self.id();
        self.say(&format!("y_get {id} {name} {most}"))?;
        let mut frame = Frame::new(self.encoding);
        let mut length = None;
        loop {
            // A marker may be torn too: silence ends the try.
            let line = match self.console.next_line(deadline.min(after(ANSWERS_WITHIN))) {
                Err(WaitError::Deadline) if Instant::now() < deadline => return Ok(None),
                other => other?,
            };
            match ours(&line, &self.marker, &id) {
                Some("end") => return Ok(length.and_then(|length| frame.finish(length))),
                Some(begin) => length = begin.strip_prefix("begin ").and_then(|text| text.parse().ok()),
                None if length.is_some() => frame.line(&line),
                None => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{Fake, root, soon};

    const MINUTE: Duration = Duration::from_secs(60);

    fn on(shell: &str, test: impl FnOnce(&mut Guest<'_>)) {
        let (_fake, mut console) = Fake::start("", shell);
        test(&mut Guest::log_in(&mut console, &root(), soon()).unwrap());
    }

    fn ran(guest: &mut Guest<'_>, script: &str) -> (String, String, Option<u32>) {
        let output = guest.run(script, MINUTE).unwrap();
        (output.stdout, output.stderr, output.status)
    }

    #[test]
    fn a_script_has_output_complaints_and_a_status() {
        on("sh", |guest| {
            let script = "printf 'one\n\ntwo'; echo oh >&2; exit 7";
            assert_eq!(ran(guest, script), ("one\n\ntwo".into(), "oh\n".into(), Some(7)));
            assert_eq!(ran(guest, ""), (String::new(), String::new(), Some(0)));
            assert_eq!(ran(guest, "if").2, Some(2), "a syntax error is the script's, not the session's");
            assert_eq!(ran(guest, "cat; kill -9 $$").2, Some(137), "there is no input to read");
        });
    }

    #[test]
    fn scripts_with_lines_quotes_and_documents_run_as_they_are() {
        on("sh", |guest| {
            let script = "x='a b'\ncat <<'EOF'\n$x \"quoted\" it's `here` \\ \t!\nEOF\nfor i in 1 2; do\n\techo \"$i $x\"\ndone\n\
                          echo Gr\u{fc}\u{df}e\n";
            let expected = "$x \"quoted\" it's `here` \\ \t!\n1 a b\n2 a b\nGr\u{fc}\u{df}e\n";
            assert_eq!(ran(guest, script).0, expected);
        });
    }

    #[test]
    fn a_script_may_be_long_and_say_much() {
        on("sh", |guest| {
            let filler = "# filler, filler, filler\n".repeat(4000);
            assert_eq!(ran(guest, &format!("{filler}echo end")).0, "end\n");
            let (stdout, _, status) =
                ran(guest, "head -c 1000000 /dev/zero | tr '\\0' x; head -c 100000 /dev/zero | tr '\\0' y");
            assert_eq!((stdout.len(), status), (STDOUT, Some(0)));
            assert_eq!(
                (stdout[..1_000_000].matches('x').count(), &stdout[1_000_000..1_000_003]),
                (1_000_000, "yyy")
            );
        });
    }

    #[test]
    fn what_takes_too_long_is_ended_with_its_children() {
        on("sh", |guest| {
            let began = Instant::now();
            let output = guest.run(
                "echo before; sleep 1234567 & trap '' TERM INT; wait; sleep 1234567",
                Duration::from_secs(1),
            );
            let output = output.unwrap();
            assert_eq!((output.stdout.as_str(), output.status), ("before\n", None));
            assert!(began.elapsed() < MINUTE);
            let left = ran(guest, "ps -A -o args | grep -c '[s]leep 1234567'");
            assert_eq!(left.0, "0\n", "no child is left");
        });
    }

    #[test]
    fn a_daemon_that_is_left_behind_is_not_waited_for() {
        on("sh", |guest| {
            assert_eq!(ran(guest, "sleep 5 & echo started").0, "started\n");
        });
    }

    #[test]
    fn noise_on_the_console_does_not_spoil_a_transfer() {
        on("sh", |guest| {
            let noise = "( i=0; while [ $i -lt 40 ]; do printf 'noise[  1.0] usb\n' >/dev/tty; sleep 0.01; i=$((i+1)); done ) &\n";
            let (stdout, ..) = ran(guest, &format!("{noise}head -c 200000 /dev/zero | tr '\\0' z"));
            assert_eq!(stdout, "z".repeat(200_000));
        });
    }

    #[test]
    fn a_shell_with_a_line_editor_will_do() {
        on("bash --norc", |guest| assert_eq!(ran(guest, "echo hello").0, "hello\n"));
    }

    #[test]
    fn a_wrong_password_is_refused() {
        let (_fake, mut console) = Fake::start("", "sh");
        let wrong = Login { password: "guess".into(), ..root() };
        let error = Guest::log_in(&mut console, &wrong, soon()).err().unwrap();
        assert!(matches!(error.kind, GuestErrorKind::Refused { .. }), "{error}");
        assert!(error.tail.contains("Login incorrect"), "{}", error.tail);
    }

    #[test]
    fn no_prompt_is_told_with_the_last_lines() {
        let (_fake, mut console) = Fake::start("echo stuck here; sleep 1000", "sh");
        let error = Guest::log_in(&mut console, &root(), after(Duration::from_millis(500))).err().unwrap();
        assert!(matches!(error.kind, GuestErrorKind::NoPrompt { .. }), "{error}");
        assert!(error.tail.ends_with("stuck here"), "{}", error.tail);
    }

    #[test]
    fn a_panic_while_a_script_runs_is_told_as_one() {
        let (_fake, mut console) = Fake::start("", "sh");
        let mut guest = Guest::log_in(&mut console, &root(), soon()).unwrap();
        let script = "printf '[   99.123456] Kernel panic - not syncing: sysrq triggered crash\n' >/dev/tty; sleep 1000";
        let error = guest.run(script, MINUTE).unwrap_err();
        assert_eq!(error.to_string(), "the kernel panicked: sysrq triggered crash");
        assert!(error.tail.contains("Kernel panic"), "{}", error.tail);
    }

    #[test]
    fn a_console_that_ends_is_told() {
        let (fake, mut console) = Fake::start("", "sh");
        let mut guest = Guest::log_in(&mut console, &root(), soon()).unwrap();
        drop(fake);
        let error = guest.run("sleep 1000", MINUTE).unwrap_err();
        assert!(matches!(error.kind, GuestErrorKind::Ended(End::Exit { .. })), "{error}");
    }
}
