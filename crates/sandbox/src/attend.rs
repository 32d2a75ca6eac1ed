//! A step that a person attends: it gets a terminal of its own, and this program carries keys and text between the two.
//!
//! On the caller's own terminal a step could type into the shell that comes after it (`TIOCSTI`), leave its settings behind, or
//! hold it open. The new terminal is a pseudoterminal that goes with the step.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::pty::OpenptFlags;
use rustix::termios::{OptionalActions, Termios, isatty, tcgetattr, tcgetwinsize, tcsetattr, tcsetwinsize};
use signal_hook::SigId;
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGWINCH};

use crate::{Child, Exit, SandboxError, Spec, Stdio, Stream, spawn};

/// Signals that end the step, and the program that attends it.
const ENDING: [i32; 4] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM];
/// Signals after which the terminal may look different.
const CHANGING: [i32; 2] = [SIGWINCH, SIGCONT];

/// Runs a step for a person, to its end. With a terminal as the standard input the step gets one of its own with the same
/// settings and size, to which keys are carried as they are: Ctrl-C is the step's. Otherwise it has the caller's streams.
///
/// # Errors
/// As [`spawn`](crate::spawn), when there is no pseudoterminal to be had, and [`SandboxError::Interrupted`] when a signal asks this
/// program to end; the caller's terminal is then as it was.
pub fn attend(spec: &Spec) -> Result<Exit, SandboxError> {
    let stdin = io::stdin();
    if !isatty(&stdin) {
        return spawn(spec, Stdio::inherit())?.wait();
    }
    let signals = Signals::watch().map_err(SandboxError::Terminal)?;
    let pair = Pair::like(stdin.as_fd()).map_err(SandboxError::Terminal)?;
    let stdio = pair.stdio().map_err(SandboxError::Terminal)?;
    let Pair { ours, theirs } = pair;
    let mut child = spawn(spec, stdio)?;
    // Held no longer: the step's end is seen as the end of all who hold it.
    drop(theirs);
    let raw = Raw::enter(stdin.as_fd()).map_err(SandboxError::Terminal)?;
    let ended = Carrier { ours, terminal: stdin.as_fd(), raw: &raw, keys: Vec::new() }.carry(&signals);
    // Before anything that may take time.
    drop(raw);
    finish(&mut child, ended)
}

fn finish(child: &mut Child, ended: io::Result<Ended>) -> Result<Exit, SandboxError> {
    match ended {
        Ok(Ended::Itself) => child.wait(),
        Ok(Ended::Asked) => {
            child.kill();
            child.wait()?;
            Err(SandboxError::Interrupted)
        }
        Err(error) => Err(SandboxError::Terminal(error)),
    }
}

/// The two sides of a pseudoterminal.
struct Pair {
    ours: OwnedFd,
    theirs: OwnedFd,
}

impl Pair {
    /// One with the settings and the size of another terminal.
    fn like(terminal: BorrowedFd<'_>) -> io::Result<Self> {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let ours = rustix::pty::openpt(flags)?;
        rustix::pty::grantpt(&ours)?;
        rustix::pty::unlockpt(&ours)?;
        let theirs = rustix::pty::ioctl_tiocgptpeer(&ours, flags)?;
        tcsetattr(&theirs, OptionalActions::Now, &tcgetattr(terminal)?)?;
        tcsetwinsize(&theirs, tcgetwinsize(terminal)?)?;
        // A step that does not read must not keep us from reading what it writes.
        rustix::fs::fcntl_setfl(&ours, rustix::fs::fcntl_getfl(&ours)? | OFlags::NONBLOCK)?;
        Ok(Self { ours, theirs })
    }

    /// The streams of the step. Those of the caller that are not a terminal, such as a file, stay what they are.
    fn stdio(&self) -> io::Result<Stdio> {
        let output = |terminal: bool| {
            Ok::<_, io::Error>(if terminal { self.theirs.try_clone()?.into() } else { Stream::Inherit })
        };
        Ok(Stdio {
            stdin: self.theirs.try_clone()?.into(),
            stdout: output(isatty(io::stdout()))?,
            stderr: output(isatty(io::stderr()))?,
        })
    }
}

/// A terminal that hands every key on as it is. When this goes, it is as it was.
struct Raw<'t> {
    terminal: BorrowedFd<'t>,
    before: Termios,
}

impl<'t> Raw<'t> {
    fn enter(terminal: BorrowedFd<'t>) -> io::Result<Self> {
        let this = Self { terminal, before: tcgetattr(terminal)? };
        this.again()?;
        Ok(this)
    }

    fn again(&self) -> io::Result<()> {
        let mut raw = self.before.clone();
        raw.make_raw();
        Ok(tcsetattr(self.terminal, OptionalActions::Drain, &raw)?)
    }
}

impl Drop for Raw<'_> {
    fn drop(&mut self) {
        // A terminal that hung up has no settings any more.
        let _ = tcsetattr(self.terminal, OptionalActions::Drain, &self.before);
    }
}

/// Signals as readable streams, while this lives.
struct Signals {
    ending: UnixStream,
    changing: UnixStream,
    registered: Vec<SigId>,
}

impl Signals {
    fn watch() -> io::Result<Self> {
        let (ending, end) = UnixStream::pair()?;
        let (changing, change) = UnixStream::pair()?;
        changing.set_nonblocking(true)?;
        let mut this = Self { ending, changing, registered: Vec::new() };
        let all =
            ENDING.map(|signal| (signal, &end)).into_iter().chain(CHANGING.map(|signal| (signal, &change)));
        for (signal, stream) in all {
            this.registered.push(signal_hook::low_level::pipe::register(signal, stream.try_clone()?)?);
        }
        Ok(this)
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        self.registered.drain(..).for_each(|id| _ = signal_hook::low_level::unregister(id));
    }
}

enum Ended {
    /// Nobody holds the step's terminal any more.
    Itself,
    /// A signal, or the person's terminal, asks for the end.
    Asked,
}

/// Carries keys to the step and text to the person.
struct Carrier<'t> {
    ours: OwnedFd,
    terminal: BorrowedFd<'t>,
    raw: &'t Raw<'t>,
    /// Keys that the step's terminal has not taken yet.
    keys: Vec<u8>,
}

impl Carrier<'_> {
    fn carry(mut self, signals: &Signals) -> io::Result<Ended> {
        loop {
            let to_step = if self.keys.is_empty() { PollFlags::IN } else { PollFlags::IN | PollFlags::OUT };
            let from_person = if self.keys.is_empty() { PollFlags::IN } else { PollFlags::empty() };
            let mut ready = [
                PollFd::new(&signals.ending, PollFlags::IN),
                PollFd::new(&signals.changing, PollFlags::IN),
                PollFd::new(&self.ours, to_step),
                PollFd::from_borrowed_fd(self.terminal, from_person),
            ];
            match poll(&mut ready, None) {
                Err(Errno::INTR) => continue,
                polled => polled?,
            };
            let [ending, changing, step, person] = ready.map(|ready| ready.revents());
            if !ending.is_empty() {
                return Ok(Ended::Asked);
            }
            // Before keys that were pressed after it.
            if !changing.is_empty() {
                self.change(&signals.changing)?;
            }
            if step.contains(PollFlags::OUT) {
                self.press()?;
            }
            if step.intersects(PollFlags::IN | PollFlags::HUP | PollFlags::ERR) && !self.show()? {
                return Ok(Ended::Itself);
            }
            if !person.is_empty() && self.keys.is_empty() && !self.listen()? {
                return Ok(Ended::Asked);
            }
        }
    }

    /// The person's terminal has another size, or is ours again after a while in the background.
    fn change(&self, mut changing: &UnixStream) -> io::Result<()> {
        while changing.read(&mut [0; 64]).is_ok_and(|count| count > 0) {}
        self.raw.again()?;
        Ok(tcsetwinsize(&self.ours, tcgetwinsize(self.terminal)?)?)
    }

    /// Reads keys; `false` when there will be no more.
    fn listen(&mut self) -> io::Result<bool> {
        let mut keys = [0; 4096];
        match rustix::io::read(self.terminal, &mut keys[..]) {
            Ok(0) | Err(Errno::IO) => Ok(false),
            Err(Errno::INTR | Errno::AGAIN) => Ok(true),
            read => {
                self.keys.extend_from_slice(&keys[..read?]);
                self.press()?;
                Ok(true)
            }
        }
    }

    fn press(&mut self) -> io::Result<()> {
        match rustix::io::write(&self.ours, &self.keys) {
            // Nobody is left to read them: that is seen where text is read.
            Err(Errno::IO) => self.keys.clear(),
            Err(Errno::AGAIN | Errno::INTR) => {}
            written => drop(self.keys.drain(..written?)),
        }
        Ok(())
    }

    /// Shows text; `false` when nobody is left to write any.
    fn show(&self) -> io::Result<bool> {
        let mut text = [0; 16 * 1024];
        match rustix::io::read(&self.ours, &mut text[..]) {
            Ok(0) | Err(Errno::IO) => return Ok(false),
            Err(Errno::AGAIN | Errno::INTR) => {}
            read => self.write(&text[..read?])?,
        }
        Ok(true)
    }

    /// To where the person looks.
    fn write(&self, text: &[u8]) -> io::Result<()> {
        if isatty(io::stdout()) {
            let mut stdout = io::stdout().lock();
            return stdout.write_all(text).and_then(|()| stdout.flush());
        }
        File::from(self.terminal.try_clone_to_owned()?).write_all(text)
    }
}
