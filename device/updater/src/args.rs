//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use yoe_program::Arguments;

use crate::error::UpdaterError;
use crate::source::Address;

/// What `--help` says.
pub const USAGE: &str = "\
usage: updater [--config FILE] [--json] COMMAND
  install FILE|DIRECTORY|URL   put an update into the slot that does not run; with --workload NAME, run a new version of a
                               workload alone, on trial
  sbom FILE|DIRECTORY|URL      the bill of materials of the version that runs, from where its update is published
  status                       what runs, what else there is, what failed last
  mark-good [--auto]           the version that runs is good; --auto: if all checks pass now
  rollback                     the next start is of the other slot's version
  watch                        wait for the checks to pass, then mark-good; restart the device if they do not";

/// Where the configuration is, unless an option names another.
const CONFIG: &str = "/etc/yoe/updater.json";

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Put an update into the other slot.
    Install(String),
    /// Run a new version of this workload, from there.
    InstallWorkload(String, String),
    /// Print the bill of materials of what runs.
    Sbom(String),
    /// Tell what runs.
    Status,
    /// The version that runs is good.
    MarkGood {
        /// Only if the checks pass.
        auto: bool,
    },
    /// Back to the other slot's version.
    Rollback,
    /// Wait for the checks.
    Watch,
    /// Tell what there is to do.
    Help,
}

/// The command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Args {
    /// What to do.
    pub command: Command,
    /// The configuration.
    pub config: PathBuf,
    /// Tell the result as JSON.
    pub json: bool,
}

const VALUED: [(&str, &str); 2] = [("--config", "a file"), ("--workload", "the name of a workload")];

impl Args {
    /// Reads the arguments after the program's name.
    ///
    /// # Errors
    /// When they make no command.
    pub fn parse(arguments: impl IntoIterator<Item = impl Into<OsString>>) -> Result<Self, UpdaterError> {
        let given = Arguments::parse(arguments, &["--json", "--auto"], &VALUED);
        let given = given.map_err(UpdaterError::Usage)?;
        let wrong = |text: &str| UpdaterError::Usage(text.to_owned());
        let auto = given.has("--auto");
        let workload = given.value("--workload");
        let command = match given.words()[..] {
            ["install", from] => {
                Address::parse(from)?;
                match workload {
                    Some(name) => Command::InstallWorkload(name.to_owned(), from.to_owned()),
                    None => Command::Install(from.to_owned()),
                }
            }
            ["sbom", from] => {
                Address::parse(from)?;
                Command::Sbom(from.to_owned())
            }
            _ if workload.is_some() => return Err(wrong("--workload belongs to install")),
            ["install"] => return Err(wrong("install needs a file, a directory or a URL")),
            ["sbom"] => return Err(wrong("sbom needs a file, a directory or a URL")),
            ["status"] => Command::Status,
            ["mark-good"] => Command::MarkGood { auto },
            ["rollback"] => Command::Rollback,
            ["watch"] => Command::Watch,
            ["help", ..] => Command::Help,
            _ => return Err(UpdaterError::Usage(given.no_command())),
        };
        if auto && !matches!(command, Command::MarkGood { .. }) {
            return Err(wrong("--auto belongs to mark-good"));
        }
        Ok(Self {
            command,
            config: given.value("--config").unwrap_or(CONFIG).into(),
            json: given.has("--json"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Args, String> {
        Args::parse(text.split_whitespace().map(str::to_owned)).map_err(|problem| match problem {
            UpdaterError::Usage(what) => what,
            other => other.to_string(),
        })
    }

    #[test]
    fn commands_are_read() {
        let args = parse("--json install --config /x a.bundle").unwrap();
        assert_eq!(
            args,
            Args { command: Command::Install("a.bundle".to_owned()), config: "/x".into(), json: true }
        );
        assert_eq!(parse("mark-good --auto").unwrap().command, Command::MarkGood { auto: true });
        assert_eq!(parse("status").unwrap().config, PathBuf::from(CONFIG));
        assert_eq!(parse("status --help").unwrap().command, Command::Help);
    }

    #[test]
    fn mistakes_are_named() {
        let messages: Vec<_> = [
            "",
            "instal x",
            "install",
            "install a b",
            "sbom",
            "install ftp://a/b",
            "install FILE:///a/b",
            "--jsn status",
            "status --auto",
            "status --config",
        ]
        .map(|text| parse(text).unwrap_err())
        .into();
        insta::assert_snapshot!(messages.join("\n"));
    }
}
