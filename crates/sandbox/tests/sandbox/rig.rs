//! What the tests have in common: a root made of the host's programs, and a way to hear what a step says.

use std::fs::{self, File};
use std::io::{PipeReader, Read, pipe};
use std::os::fd::AsFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec};
use yoe_sandbox::{Child, Exit, Mount, Network, SandboxError, Spec, Stdio, Stream, spawn};

/// Where this program lies in the sandboxes.
pub const SELF: &str = "/self";

/// A time that is only ever used up by a failing test.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A root that shows the host's programs read-only, and this program.
pub fn spec(command: &[&str]) -> Spec {
    let mut mounts = vec![
        Mount::bind("/usr", "/usr", false),
        Mount::bind(std::env::current_exe().unwrap(), SELF, false),
        Mount::Proc { dest: "/proc".into() },
        Mount::Dev { dest: "/dev".into() },
        Mount::Dir { dest: "/tmp".into(), mode: 0o1777 },
    ];
    for name in ["bin", "sbin", "lib", "lib64"] {
        // They are links on many systems.
        if Path::new("/").join(name).is_dir() {
            mounts.push(Mount::BindInside { tree: "/".into(), path: name.into(), dest: format!("/{name}") });
        }
    }
    Spec {
        mounts,
        command: command.iter().map(|word| word.to_string()).collect(),
        environment: [("PATH".to_owned(), "/usr/bin:/bin".to_owned())].into(),
        directory: "/".into(),
        network: Network::None,
        hostname: "sandbox".into(),
        limits: Default::default(),
    }
}

/// The same, running a shell script.
pub fn script(text: &str) -> Spec {
    spec(&["/bin/sh", "-c", text])
}

/// What a step said on both of its outputs, and how it ended.
pub fn run(spec: &Spec) -> (String, Exit) {
    let (mut child, mut output) = start(spec);
    let mut text = String::new();
    output.read_to_string(&mut text).unwrap();
    (text, child.wait().unwrap())
}

/// What a step says that succeeds.
#[track_caller]
pub fn says(spec: &Spec) -> String {
    let (text, exit) = run(spec);
    assert_eq!(exit, Exit::Code(0), "{text}");
    text
}

/// A running step and what it says.
pub fn start(spec: &Spec) -> (Child, PipeReader) {
    start_with(spec, Stream::Null).unwrap()
}

/// The same with a standard input.
pub fn start_with(spec: &Spec, stdin: Stream) -> Result<(Child, PipeReader), SandboxError> {
    let (reader, writer) = pipe().unwrap();
    let stderr = writer.try_clone().unwrap().into();
    Ok((spawn(spec, Stdio { stdin, stdout: writer.into(), stderr })?, reader))
}

/// The whole chain of an error, as the command line shows it.
pub fn chain(error: &dyn std::error::Error) -> String {
    let sources = std::iter::successors(error.source(), |error| error.source());
    sources.fold(error.to_string(), |text, source| format!("{text}: {source}"))
}

/// Reads one line, byte by byte so that nothing behind it is lost.
pub fn line(reader: &mut impl Read) -> String {
    let mut line = Vec::new();
    let mut byte = [0];
    while reader.read(&mut byte).unwrap() == 1 && byte != *b"\n" {
        line.push(byte[0]);
    }
    String::from_utf8(line).unwrap()
}

/// Whether nobody is left who could write into this pipe, now or within some time.
pub fn is_abandoned(reader: impl AsFd, within: Duration) -> bool {
    let mut polled = [PollFd::new(&reader, PollFlags::empty())];
    rustix::event::poll(&mut polled, Some(&Timespec::try_from(within).unwrap())).unwrap();
    polled[0].revents().contains(PollFlags::HUP)
}

/// A directory that lives as long as the test, with directories in it.
pub struct Scratch(tempfile::TempDir);

impl Scratch {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
        Self(directory)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn directory(&self, name: &str) -> PathBuf {
        fs::create_dir_all(self.path(name)).unwrap();
        self.path(name)
    }

    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
        self.path(name)
    }
}

/// Every file below a directory with what it holds.
pub fn tree(directory: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.push((path.clone(), "directory".to_owned()));
            found.extend(tree(&path));
        } else {
            let mut text = String::new();
            File::open(&path).unwrap().read_to_string(&mut text).unwrap();
            found.push((path, text));
        }
    }
    found.sort();
    found
}
