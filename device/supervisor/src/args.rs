//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use yoe_program::Arguments;

use crate::error::SupervisorError;

/// What `--help` prints.
pub const USAGE: &str = "\
usage: supervisor [OPTION...] COMMAND
  run       check the health of containers, until it is ended
  status    what was found of the containers that run; --json for programs

  --runtime PROGRAM    the OCI runtime (/usr/bin/runc)
  --containers DIR     where the runtime keeps its containers, by namespace (/run/containerd/runc)
  --state DIR          where what was found is kept (/run/yoe/health)";

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Check the health of containers.
    Run,
    /// Print what was found.
    Status {
        /// For programs.
        json: bool,
    },
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
    /// The OCI runtime.
    pub runtime: PathBuf,
    /// A directory for each namespace, with the runtime's directory of each container.
    pub containers: PathBuf,
    /// Where what was found is kept.
    pub state: PathBuf,
}

impl Default for Places {
    fn default() -> Self {
        Self {
            runtime: "/usr/bin/runc".into(),
            containers: "/run/containerd/runc".into(),
            state: "/run/yoe/health".into(),
        }
    }
}

impl Args {
    /// Reads the arguments after the program's name.
    ///
    /// # Errors
    /// When they make no command.
    pub fn parse(arguments: impl IntoIterator<Item = impl Into<OsString>>) -> Result<Self, SupervisorError> {
        let paths = [("--runtime", "a path"), ("--containers", "a path"), ("--state", "a path")];
        let given = Arguments::parse(arguments, &["--json"], &paths).map_err(SupervisorError::Usage)?;
        let json = given.has("--json");
        let command = match given.words()[..] {
            ["run"] if json => return Err(SupervisorError::Usage("--json belongs to status".to_owned())),
            ["run"] => Command::Run,
            ["status"] => Command::Status { json },
            ["help", ..] => Command::Help,
            _ => return Err(SupervisorError::Usage(given.no_command())),
        };
        let Places { runtime, containers, state } = Places::default();
        let path = |option, default| given.value(option).map_or(default, PathBuf::from);
        let places = Places {
            runtime: path("--runtime", runtime),
            containers: path("--containers", containers),
            state: path("--state", state),
        };
        Ok(Self { command, places })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Args, String> {
        Args::parse(text.split_whitespace().map(str::to_owned)).map_err(|problem| match problem {
            SupervisorError::Usage(what) => what,
            other => other.to_string(),
        })
    }

    #[test]
    fn commands_are_read() {
        assert_eq!(parse("run").unwrap(), Args { command: Command::Run, places: Places::default() });
        assert_eq!(parse("status --json").unwrap().command, Command::Status { json: true });
        assert_eq!(parse("run --state /x").unwrap().places.state, PathBuf::from("/x"));
        assert_eq!(parse("run --help").unwrap().command, Command::Help);
    }

    #[test]
    fn mistakes_are_named() {
        let messages: Vec<_> = ["", "rn", "run now", "run --json", "--x run", "run --state"]
            .map(|text| parse(text).unwrap_err())
            .into();
        insta::assert_snapshot!(messages.join("\n"), @r#"
        no command was given
        there is no command "rn"
        there is no command "run now"
        --json belongs to status
        there is no option --x
        --state needs a path
        "#);
    }
}
