//! A machine that runs: its process, its monitor and its console.

use std::io;
use std::thread;
use std::time::Instant;

use yoe_model::{Machine, Qemu};

use crate::console::read_all;
use crate::monitor::Monitor;
use crate::process::{self, Handle, Start, StartError};
use crate::transcript::Transcript;
use crate::{
    BootLog, Cancel, Console, Credential, CredentialFiles, Disk, End, RunDirectory, RunOptions, WaitError,
    qemu_arguments, qemu_program,
};

/// The monitor's socket in the run's directory.
const MONITOR: &str = "qmp";

/// What a machine is started from.
pub struct VmConfig<'a> {
    /// The machine.
    pub machine: &'a Machine,
    /// How QEMU runs it.
    pub qemu: &'a Qemu,
    /// What it boots from.
    pub disk: &'a Disk,
    /// This run's choices. The monitor, the serial console and the credentials are set by [`Vm::start`].
    pub options: RunOptions,
    /// What the machine is handed.
    pub credentials: &'a [Credential],
    /// This run's own directory. The monitor's socket is made there.
    pub directory: &'a RunDirectory,
    /// Ends every wait.
    pub cancel: Cancel,
    /// Where the console is written to as it comes.
    pub log: Option<BootLog>,
}

/// Why a machine was not started.
#[derive(Debug, thiserror::Error)]
pub enum VmError {
    /// What the machine is handed could not be written down for QEMU.
    #[error("the machine's credentials could not be written into the directory of the run")]
    Credentials(#[source] io::Error),
    /// The monitor's socket could not be made.
    #[error("the machine's monitor could not be prepared")]
    Monitor(#[source] io::Error),
    /// QEMU did not start.
    #[error("{program} could not be started")]
    Start {
        /// The program.
        program: String,
        /// What the starter said.
        #[source]
        source: StartError,
    },
    /// A thread that listens could not be started.
    #[error("the machine's console cannot be listened to")]
    Listen(#[source] io::Error),
    /// QEMU could not be ended.
    #[error("QEMU could not be ended")]
    End(#[source] io::Error),
}

/// A machine that runs. Dropping it ends it, as if it lost its power.
pub struct Vm {
    process: Process,
    /// Says what becomes of the machine.
    _monitor: Monitor,
    console: Console,
    /// Gone when the machine is.
    _credentials: CredentialFiles,
}

/// Ends the process when it goes, also when only half of a machine came to be.
struct Process(Box<dyn Handle>);

impl Drop for Process {
    fn drop(&mut self) {
        // Nobody is left to tell; the process is ended on the way out of an error or a panic.
        let _ = process::end(&mut *self.0);
    }
}

impl Vm {
    /// Starts the machine.
    ///
    /// # Errors
    /// When QEMU does not start. That it starts and then ends is told by the console.
    pub fn start(starter: &dyn Start, config: VmConfig<'_>) -> Result<Self, VmError> {
        let VmConfig { machine, qemu, disk, mut options, credentials, directory, cancel, log } = config;
        let credentials = CredentialFiles::write(directory, credentials).map_err(VmError::Credentials)?;
        options.credentials = credentials.inside().to_vec();
        options.monitor = Some(directory.file_inside(MONITOR));
        options.serial = crate::Serial::Pipe;
        let transcript = Transcript::new(cancel, log);
        let monitor =
            Monitor::listen(directory.here(), MONITOR, transcript.clone()).map_err(VmError::Monitor)?;
        let program = qemu_program(machine.arch);
        let started = starter
            .start(program, &qemu_arguments(machine, qemu, disk, &options))
            .map_err(|source| VmError::Start { program: program.to_owned(), source })?;
        let process = Process(started.handle);
        let (mut stderr, listener) = (started.stderr, transcript.clone());
        thread::Builder::new()
            .name("stderr".to_owned())
            .spawn(move || read_all(&mut *stderr, |bytes| listener.stderr(bytes)))
            .map_err(VmError::Listen)?;
        let console = Console::over(transcript, started.stdout, started.stdin).map_err(VmError::Listen)?;
        Ok(Self { process, _monitor: monitor, console, _credentials: credentials })
    }

    /// The serial console.
    pub fn console(&mut self) -> &mut Console {
        &mut self.console
    }

    /// Waits until the machine ends, and tells how.
    ///
    /// # Errors
    /// When it did not end in time or the wait was cancelled.
    pub fn wait(&mut self, deadline: Instant) -> Result<End, WaitError> {
        self.console.wait_for_end(deadline)
    }

    /// Ends the machine at once, as if it lost its power. What it had written to the disk stays written.
    ///
    /// # Errors
    /// When the process cannot be ended.
    pub fn cut_power(mut self) -> Result<(), VmError> {
        process::end(&mut *self.process.0).map_err(VmError::End)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::*;
    use crate::Started;
    use crate::fake::{soon, start, started};
    use crate::here::Here;

    /// Starts a shell text instead of QEMU.
    struct Instead(&'static str);

    impl Start for Instead {
        fn start(&self, _: &str, _: &[String]) -> Result<Started, StartError> {
            Here.start("sh", &["-c".to_owned(), self.0.to_owned()])
        }
    }

    #[test]
    fn a_qemu_that_ends_at_once_is_told_with_its_words() {
        let directory = tempfile::tempdir().unwrap();
        let mut vm = start(&Instead("echo 'could not open disk.img' >&2; exit 1"), directory.path()).unwrap();
        let end = vm.wait(soon()).unwrap();
        assert_eq!(end.to_string(), "QEMU ended: could not open disk.img");
    }

    #[test]
    fn a_program_that_is_not_there_is_told() {
        struct Nowhere;
        impl Start for Nowhere {
            fn start(&self, _: &str, arguments: &[String]) -> Result<Started, StartError> {
                Here.start("./no-such-program", arguments)
            }
        }
        let directory = tempfile::tempdir().unwrap();
        let error = start(&Nowhere, directory.path()).err().unwrap();
        assert_eq!(error.to_string(), "qemu-system-x86_64 could not be started");
    }

    #[test]
    fn a_machine_that_is_dropped_is_ended() {
        let directory = tempfile::tempdir().unwrap();
        let mut vm = started(directory.path());
        vm.console().wait_for(&["login: "], soon()).unwrap();
        let pid = std::fs::read_to_string(directory.path().join("pid")).unwrap();
        let process = Path::new("/proc").join(pid.trim());
        assert!(process.exists());
        drop(vm);
        assert!(!process.exists());
    }

    /// All users of the host can read a command line.
    #[test]
    fn no_credential_is_on_the_command_line() {
        struct Nothing;
        impl Start for Nothing {
            fn start(&self, _: &str, arguments: &[String]) -> Result<Started, StartError> {
                assert!(!arguments.join(" ").contains("$6$"), "{arguments:?}");
                let given = arguments.iter().find_map(|argument| argument.strip_prefix("type=11,path="));
                Here.start("cat", &[given.unwrap().to_owned()])
            }
        }
        let directory = tempfile::tempdir().unwrap();
        let mut vm = start(&Nothing, directory.path()).unwrap();
        vm.console()
            .wait_for(&["io.systemd.credential:passwd.hashed-password.root=$6$salt$hash"], soon())
            .unwrap();
        assert_eq!(std::fs::read_dir(directory.path().join("credentials")).unwrap().count(), 1);
        drop(vm);
        assert!(!directory.path().join("credentials").exists());
    }

    #[test]
    fn power_is_cut_at_once() {
        let directory = tempfile::tempdir().unwrap();
        let mut vm = started(directory.path());
        vm.console().wait_for(&["login: "], soon()).unwrap();
        let began = Instant::now();
        vm.cut_power().unwrap();
        assert!(began.elapsed() < Duration::from_secs(5));
    }
}
