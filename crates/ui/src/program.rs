//! The program's own commands, in processes of their own.

use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::Sender;
use std::thread;

use rustix::process::{Pid, Signal, kill_process};

use crate::entry::entries;
use crate::event::Input;

/// How the program is started.
#[derive(Debug, Clone)]
pub struct Program {
    /// Where it is.
    pub path: PathBuf,
    /// Options of every command.
    pub options: Vec<String>,
    /// The machine, where another than the project's is meant.
    pub machine: Option<String>,
}

/// Commands that take `--machine`.
const FOR_MACHINES: [&str; 6] = ["list", "build", "run", "test", "desc", "why"];

impl Program {
    fn command(&self, arguments: &[String]) -> Command {
        let mut command = Command::new(&self.path);
        command.args(&self.options).args(arguments).stdin(Stdio::null());
        let takes = arguments.first().is_some_and(|verb| FOR_MACHINES.contains(&verb.as_str()));
        if let Some(machine) = self.machine.as_ref().filter(|_| takes) {
            command.args(["--machine", machine]);
        }
        command
    }

    /// Reads the project.
    pub(crate) fn load(&self, to: Sender<Input>) {
        let this = self.clone();
        thread::spawn(move || drop(to.send(this.loaded())));
    }

    fn loaded(&self) -> Input {
        let list = |more: &[&str]| {
            let words: Vec<String> = ["list", "--json"].iter().chain(more).map(|&word| word.into()).collect();
            self.command(&words).output()
        };
        let read = || -> io::Result<Input> {
            let mut output = list(&["--state"])?;
            let mut without_states = String::new();
            if !output.status.success() {
                without_states = text(&output.stderr);
                // A project without a lock has a list all the same.
                output = list(&[])?;
            }
            if !output.status.success() {
                return Ok(Input::Broken(text(&output.stderr)));
            }
            let (entries, machine) = entries(&output.stdout)?;
            Ok(Input::Loaded { entries, machine, without_states })
        };
        read().unwrap_or_else(|error| Input::Broken(format!("yoe list cannot be run: {error}")))
    }

    /// Answers a question by what commands say, each after its name.
    pub(crate) fn ask(&self, number: u64, commands: Vec<Vec<String>>, to: Sender<Input>) {
        let this = self.clone();
        thread::spawn(move || {
            let answers: Vec<String> = commands.iter().map(|command| this.answer(command)).collect();
            drop(to.send(Input::Answer { number, text: answers.join("\n") }));
        });
    }

    fn answer(&self, arguments: &[String]) -> String {
        let said = match self.command(arguments).output() {
            Ok(output) => text(&output.stderr) + &text(&output.stdout),
            Err(error) => format!("it cannot be run: {error}\n"),
        };
        format!("$ yoe {}\n{said}", arguments.join(" "))
    }

    /// Builds something. What it reports is sent as it comes, and [`Input::BuildEnded`] at its end.
    pub(crate) fn build(&self, name: &str, to: Sender<Input>) -> io::Result<RunningBuild> {
        let mut command = self.command(&["build", name, "--json"].map(str::to_owned));
        // Ctrl-C is for what has the terminal, which may be another command.
        command.process_group(0).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let said = thread::spawn(move || {
            let mut said = Vec::new();
            // What cannot be read was not said.
            let _ = err.map(|mut err| err.read_to_end(&mut said));
            text(&said)
        });
        thread::spawn(move || {
            let lines = out.into_iter().flat_map(|out| BufReader::new(out).split(b'\n'));
            for line in lines.map_while(Result::ok) {
                if let Ok(event) = serde_json::from_slice(&line) {
                    let _ = to.send(Input::Build(event));
                }
            }
            let said = said.join().unwrap_or_default();
            // The child has closed its output; whoever has it sees how it ended.
            let _ = to.send(Input::BuildEnded { success: false, said });
        });
        Ok(RunningBuild(child))
    }

    /// Runs a command that has the terminal, and says how it ended.
    pub(crate) fn foreground(&self, arguments: &[String]) -> String {
        let name = format!("yoe {}", arguments.join(" "));
        match self.command(arguments).stdin(Stdio::inherit()).status() {
            Ok(status) => format!("{name} {}", ended(status)),
            Err(error) => format!("{name} cannot be run: {error}"),
        }
    }
}

/// A build in a process of its own. Whoever drops it asks it to end.
#[derive(Debug)]
pub struct RunningBuild(Child);

impl RunningBuild {
    /// Asks it to end; a second time, to end at once.
    pub(crate) fn interrupt(&self) {
        // It is waited for by nobody else, so its number is still its own.
        let _ = kill_process(Pid::from_child(&self.0), Signal::INT);
    }

    /// Whether it did what was asked, once it has ended.
    pub(crate) fn succeeded(mut self) -> bool {
        self.0.wait().is_ok_and(|status| status.success())
    }
}

impl Drop for RunningBuild {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            self.interrupt();
        }
    }
}

fn ended(status: ExitStatus) -> String {
    match status.code() {
        Some(0) => "is done".to_owned(),
        Some(code) => format!("ended with status {code}"),
        None => "was killed".to_owned(),
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
