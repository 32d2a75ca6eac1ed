//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use yoe_program::Arguments;
use yoe_workload_format::generations;

use crate::error::WorkloadError;

/// What `--help` prints.
pub const USAGE: &str = "\
usage: yoe-workload [OPTION...] COMMAND
  status [NAME]          whether the workloads run and are healthy; --json for programs,
                         --required for those alone without which a version is not good
  logs NAME [SERVICE]    what its containers printed last
  restart NAME           make its containers anew, from what the root says; volumes stay
  verify [NAME]          give the engine again what it lost of their images
  start NAME             make what runs what the root says; its service does so at each start
  switch NAME VERSION    run a version that came apart from the system, on trial; `updater install --workload` does so
  reset                  the next start of the device begins with an empty store of the engine; volumes stay
  rollback NAME          run what ran before this version; volumes stay
  clear                  remove or stop what another version left; volumes stay

  --share DIR       what the root says (/usr/share/yoe/workloads)
  --client PROGRAM  the engine's client, nerdctl or docker (what /usr/lib/yoe/workload-client leads to)
  --content DIR     the engine's blobs (/var/lib/containerd/io.containerd.content.v1.content/blobs/sha256)
  --state DIR       which workloads were started (/var/lib/yoe/workloads)
  --data DIR        copies of volumes whose form changed (/var/lib/yoe/workload-data)
  --versions DIR    versions that came apart from the system (/var/lib/yoe/workload-versions)
  --reset FILE      asks for an empty store of the engine (/var/lib/yoe/engine-reset)
  --run DIR         where locks are, and versions are mounted (/run/yoe)
  --updates FILE    how long a version is on trial (/etc/yoe/updater.json)
  --os-release FILE what the system is (/usr/lib/os-release)
  --mount PROGRAM, --unmount PROGRAM, --control PROGRAM
                    what mounts, what unmounts, what restarts a service (/bin/mount, /bin/umount, /usr/lib/yoe/service-control)";

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Make what runs what the root says.
    Start(String),
    /// Make its containers anew.
    Restart(String),
    /// Remove what an older version left.
    Clear,
    /// Run this version of a workload, on trial.
    Switch(String, String),
    /// Run what ran before.
    Rollback(String),
    /// Let the engine's store begin anew.
    Reset,
    /// Whether workloads run and are healthy.
    Status {
        /// One of them.
        name: Option<String>,
        /// For programs.
        json: bool,
        /// Those alone that are required.
        required: bool,
    },
    /// What containers printed.
    Logs(String, Option<String>),
    /// Give the engine again what it lost.
    Verify(Option<String>),
    /// Print what there is to do.
    Help,
}

/// The command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Args {
    /// What to do.
    pub command: Command,
    /// Where everything is.
    pub places: Places,
}

/// Where everything is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// What the root says.
    pub share: PathBuf,
    /// The engine's client.
    pub client: PathBuf,
    /// The engine's blobs.
    pub content: PathBuf,
    /// Which workloads were started, also by an older version.
    pub state: PathBuf,
    /// Copies of volumes.
    pub data: PathBuf,
    /// Versions that came apart from the system.
    pub versions: PathBuf,
    /// The file that asks for an empty store of the engine.
    pub reset: PathBuf,
    /// Where locks are, and versions are mounted.
    pub run: PathBuf,
    /// The updater's settings, which say how long a version is on trial.
    pub updates: PathBuf,
    /// os-release(5).
    pub os_release: PathBuf,
    /// What mounts.
    pub mount: PathBuf,
    /// What unmounts.
    pub unmount: PathBuf,
    /// What restarts a service.
    pub control: PathBuf,
}

/// Options that say where something is, with what they say when they are not there.
const PATHS: [(&str, &str); 13] = [
    ("--share", "/usr/share/yoe/workloads"),
    ("--client", "/usr/lib/yoe/workload-client"),
    ("--content", "/var/lib/containerd/io.containerd.content.v1.content/blobs/sha256"),
    ("--state", "/var/lib/yoe/workloads"),
    ("--data", "/var/lib/yoe/workload-data"),
    ("--versions", generations::DIRECTORY),
    ("--reset", "/var/lib/yoe/engine-reset"),
    ("--run", "/run/yoe"),
    ("--updates", "/etc/yoe/updater.json"),
    ("--os-release", "/usr/lib/os-release"),
    ("--mount", "/bin/mount"),
    ("--unmount", "/bin/umount"),
    ("--control", "/usr/lib/yoe/service-control"),
];

impl Args {
    /// Reads the arguments after the program's name.
    ///
    /// # Errors
    /// When they make no command.
    pub fn parse(arguments: impl IntoIterator<Item = impl Into<OsString>>) -> Result<Self, WorkloadError> {
        let paths = PATHS.map(|(option, _)| (option, "a path"));
        let given =
            Arguments::parse(arguments, &["--json", "--required"], &paths).map_err(WorkloadError::Usage)?;
        let (json, required) = (given.has("--json"), given.has("--required"));
        let word = |word: &&str| (*word).to_owned();
        let command = match &given.words()[..] {
            ["status", name @ ..] if name.len() < 2 => {
                Command::Status { name: name.first().map(word), json, required }
            }
            ["help", ..] => Command::Help,
            _ if json || required => {
                return Err(WorkloadError::Usage("--json and --required belong to status".to_owned()));
            }
            ["start", name] => Command::Start(word(name)),
            ["restart", name] => Command::Restart(word(name)),
            ["switch", name, version] => Command::Switch(word(name), word(version)),
            ["reset"] => Command::Reset,
            ["rollback", name] => Command::Rollback(word(name)),
            ["clear"] => Command::Clear,
            ["logs", name, service @ ..] if service.len() < 2 => {
                Command::Logs(word(name), service.first().map(word))
            }
            ["verify", name @ ..] if name.len() < 2 => Command::Verify(name.first().map(word)),
            ["switch", _] => {
                return Err(WorkloadError::Usage("switch needs a workload and its version".to_owned()));
            }
            ["start" | "restart" | "logs" | "switch" | "rollback"] => {
                return Err(WorkloadError::Usage("this command needs the name of a workload".to_owned()));
            }
            _ => return Err(WorkloadError::Usage(given.no_command())),
        };
        let path = |option: &str| {
            let default = PATHS.iter().find(|(known, _)| *known == option).map(|(_, default)| *default);
            PathBuf::from(given.value(option).or(default).unwrap_or_default())
        };
        let places = Places {
            share: path("--share"),
            client: path("--client"),
            content: path("--content"),
            state: path("--state"),
            data: path("--data"),
            versions: path("--versions"),
            reset: path("--reset"),
            run: path("--run"),
            updates: path("--updates"),
            os_release: path("--os-release"),
            mount: path("--mount"),
            unmount: path("--unmount"),
            control: path("--control"),
        };
        Ok(Self { command, places })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Command, String> {
        let args = Args::parse(text.split_whitespace().map(str::to_owned));
        args.map(|args| args.command).map_err(|problem| problem.to_string())
    }

    #[test]
    fn commands_are_read() {
        assert_eq!(parse("start web").unwrap(), Command::Start("web".to_owned()));
        assert_eq!(
            parse("status --json --required").unwrap(),
            Command::Status { name: None, json: true, required: true }
        );
        assert_eq!(parse("logs web page").unwrap(), Command::Logs("web".to_owned(), Some("page".to_owned())));
        assert_eq!(parse("restart web --help").unwrap(), Command::Help);
    }

    #[test]
    fn mistakes_are_named() {
        let texts = ["", "strat web", "start", "clear --json", "status a b", "--x clear", "clear --run"];
        let messages: Vec<_> = texts.map(|text| parse(text).unwrap_err()).into();
        insta::assert_snapshot!(messages.join("\n"), @r#"
        no command was given
        there is no command "strat web"
        this command needs the name of a workload
        --json and --required belong to status
        there is no command "status a b"
        there is no option --x
        --run needs a path
        "#);
    }
}
