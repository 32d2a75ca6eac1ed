//! Machines for tests: a real `sh` behind a terminal of its own, which asks for a log-in first.

use std::fs::{self, File};
use std::io::{self, Read, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use tempfile::TempDir;
use yoe_model::{Arch, Kernel, Machine, Origin, Qemu};

use crate::console::after;
use crate::{
    Cancel, Console, Credential, Disk, DiskMode, Login, RunDirectory, RunOptions, Start, StartError, Started,
    Vm, VmConfig, VmError,
};

/// What a getty and a login do, with a real terminal's echo.
const LOG_IN: &str = r#"
printf '\033[2J\033[01;01HBdsDxe: loading\r\nWelcome\r\n\r\nfake login: '
while read -r user; do
  stty -echo; printf 'Password: '; read -r password; stty echo; echo
  [ "$user:$password" = root:secret ] && break
  printf '\r\nLogin incorrect\r\nfake login: '
done
printf 'motd: it is a fine day to log in: really\n'
PS1='fake# ' exec $FAKE_SHELL
"#;

/// A machine without a kernel: `sh` behind a terminal. Its end is the console's end.
pub struct Fake {
    child: Child,
    _directory: TempDir,
}

impl Fake {
    /// Starts it; a text is run before the log-in.
    pub fn start(before: &str, shell: &str) -> (Self, Console) {
        let directory = tempfile::tempdir().unwrap();
        let (child, terminal) = spawn(directory.path(), before, shell);
        let reader = terminal.try_clone().unwrap();
        let console = Console::new(reader, terminal, Cancel::new(), None).unwrap();
        (Self { child, _directory: directory }, console)
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Boots that do not come as far as a log-in, as many as the file says.
const FAILING: &str = r#"
left=0
[ ! -e "$TMPDIR/boots-that-fail" ] || read -r left <"$TMPDIR/boots-that-fail"
if [ "$left" -gt 0 ]; then
  echo $((left - 1)) >"$TMPDIR/boots-that-fail"
  [ ! -e "$TMPDIR/timers-are-lost" ] || echo 'rcu: Possible timer handling issue on cpu=1 timer-softirq=1'
  fake-end guest-reset
fi
"#;

/// Stands in for QEMU: the same `sh` behind a terminal, and a monitor that tells why it ended. On it, `fake-end REASON`
/// ends the machine; `watchdog` is a reason, too.
pub struct FakeQemu {
    /// Where its files are.
    pub directory: PathBuf,
}

impl Start for FakeQemu {
    fn start(&self, program: &str, arguments: &[String]) -> Result<Started, StartError> {
        assert_eq!(program, "qemu-system-x86_64");
        let monitor = arguments.iter().find_map(|a| a.strip_prefix("socket,id=monitor,path=")).unwrap();
        let end = "echo $1 >\"$TMPDIR/fate\"; kill -9 $(cat \"$TMPDIR/pid\"); kill -9 0";
        executable(&self.directory.join("fake-end"), &format!("#!/bin/sh\n{end}\n"));
        let (child, terminal) = spawn(&self.directory, FAILING, "sh");
        Ok(Started {
            stdin: Box::new(terminal.try_clone()?),
            stdout: Box::new(Last {
                terminal,
                monitor: Some(UnixStream::connect(monitor)?),
                fate: self.directory.join("fate"),
            }),
            stderr: Box::new(io::empty()),
            handle: Box::new(child),
        })
    }
}

/// A console behind whose last word the monitor has its own.
struct Last {
    terminal: File,
    monitor: Option<UnixStream>,
    fate: PathBuf,
}

impl Read for Last {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // A terminal whose other side is gone gives an error.
        let count = self.terminal.read(buffer).unwrap_or(0);
        if let (0, Some(mut monitor), Ok(fate)) =
            (count, self.monitor.take_if(|_| count == 0), fs::read(&self.fate))
        {
            let mut reason = String::from_utf8_lossy(&fate).trim().to_owned();
            if reason == "watchdog" {
                let action = serde_json::json!({"event": "WATCHDOG", "data": {"action": "reset"}});
                writeln!(monitor, "{action}")?;
                "guest-reset".clone_into(&mut reason);
            }
            let event = serde_json::json!({"event": "SHUTDOWN", "data": {"guest": true, "reason": reason}});
            writeln!(monitor, "{event}")?;
        }
        Ok(count)
    }
}

fn spawn(directory: &Path, before: &str, shell: &str) -> (Child, File) {
    // The session must not reach for this host's kernel log.
    executable(&directory.join("dmesg"), "#!/bin/sh\n");
    let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&controller).unwrap();
    unlockpt(&controller).unwrap();
    let name = ptsname(&controller, Vec::new()).unwrap();
    let terminal = || Stdio::from(open_terminal(name.to_str().unwrap()));
    let path = format!("{}:{}", directory.display(), std::env::var("PATH").unwrap());
    let child = Command::new("setsid")
        .args(["--ctty", "--wait", "sh", "-c", &format!("echo $$ >\"$TMPDIR/pid\"\n{before}\n{LOG_IN}")])
        .env("PATH", path)
        .env("TMPDIR", directory)
        .env("FAKE_SHELL", shell)
        .stdin(terminal())
        .stdout(terminal())
        .stderr(terminal())
        .spawn()
        .unwrap();
    (child, File::from(controller))
}

/// Not the tests' own terminal, whatever it is.
fn open_terminal(name: &str) -> File {
    File::from(open(name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty()).unwrap())
}

/// Writes an executable script.
fn executable(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A machine of [`FakeQemu`] in this directory.
pub fn started(directory: &Path) -> Vm {
    start(&FakeQemu { directory: directory.to_owned() }, directory).unwrap()
}

/// How QEMU runs a small machine.
pub fn qemu() -> Qemu {
    Qemu::new("qemu", "code.fd")
}

/// A small machine.
pub fn machine() -> Machine {
    let kernel = Kernel { unit: "linux".into(), cmdline: String::new() };
    Machine::new("qemu-x86_64", Arch::X86_64, kernel, Origin::default())
}

/// A small machine that this starts instead of QEMU.
pub fn start(starter: &dyn Start, directory: &Path) -> Result<Vm, VmError> {
    let (machine, qemu) = (machine(), qemu());
    let config = VmConfig {
        machine: &machine,
        qemu: &qemu,
        disk: &Disk { path: "disk.img".into(), mode: DiskMode::Snapshot },
        options: RunOptions::default(),
        credentials: &[Credential::root_password_hash("$6$salt$hash")],
        directory: &RunDirectory::new(directory, directory.to_str().unwrap()),
        cancel: Cancel::new(),
        log: None,
    };
    Vm::start(starter, config)
}

/// Who logs in.
pub fn root() -> Login {
    Login { user: "root".into(), password: "secret".into() }
}

/// The end of a minute.
pub fn soon() -> Instant {
    after(Duration::from_secs(60))
}
