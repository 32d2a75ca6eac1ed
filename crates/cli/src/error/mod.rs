//! Errors of commands: a kind, a cause and hints.

mod build;
mod keys;
mod testbed;
mod update;

use std::error::Error;
use std::process::ExitCode;

/// The status of a command that has none because it was killed, as ssh(1) has it.
const KILLED: u8 = 255;

/// Who has to act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Whoever typed the command.
    User,
    /// Whoever wrote the project's text.
    Diagnostics,
    /// Whoever wrote the project, or set this machine up.
    Config,
    /// Whoever maintains what was built.
    BuildFailed,
    /// Nobody here: a command that the user had run in a device or a sandbox ended with this status.
    Command(u8),
    /// Nobody: tests ran and some did not pass.
    TestsFailed,
    /// Whoever wrote what was built: made again, it is not the same.
    Differs,
    /// Whoever asked: what was given does not answer the question.
    Undecided,
    /// The user ended the command.
    Interrupted,
    /// Us.
    Internal,
}

/// What an error comes from.
#[derive(Debug)]
enum Cause {
    /// This error.
    Error(Box<dyn Error + Send + Sync>),
    /// What this error comes from: its own text is the message.
    SourceOf(Box<dyn Error + Send + Sync>),
}

/// Why a command ended without its result.
#[derive(Debug)]
pub struct CommandError {
    kind: Kind,
    message: String,
    source: Option<Cause>,
    hints: Vec<String>,
    others: Vec<CommandError>,
}

impl CommandError {
    /// An error of this kind.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None, hints: Vec::new(), others: Vec::new() }
    }

    /// An error of a library: its text is the message, what it comes from is the cause.
    pub fn of(kind: Kind, error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let error = error.into();
        let message = error.to_string();
        Self { kind, message, source: Some(Cause::SourceOf(error)), hints: Vec::new(), others: Vec::new() }
    }

    /// A wrong command.
    pub fn user(message: impl Into<String>) -> Self {
        Self::new(Kind::User, message)
    }

    /// A wrong project or machine.
    pub fn config(message: impl Into<String>) -> Self {
        Self::new(Kind::Config, message)
    }

    /// Mistakes in a project's text, rendered with their places; they bring their own first words.
    pub fn diagnostics(rendered: String) -> Self {
        Self::new(Kind::Diagnostics, rendered)
    }

    /// The end of a command that the user had run: its status becomes ours, as with ssh(1). `None` is one that was killed.
    pub fn of_command(status: Option<u32>) -> Self {
        let code = status.and_then(|status| u8::try_from(status).ok()).unwrap_or(KILLED);
        let ended = status.map_or("was killed".to_owned(), |status| format!("ended with status {status}"));
        Self::new(Kind::Command(code), format!("the command {ended}"))
    }

    /// Adds the cause.
    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(Cause::Error(source.into()));
        self
    }

    /// Adds what to do.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds where else to write, when the cause is that this user cannot write there: `variable` names a base directory of
    /// the XDG base directory specification.
    pub fn where_to_write(self, variable: &str) -> Self {
        use std::io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
        let mut cause = self.source();
        while let Some(error) = cause {
            let kind = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
            if matches!(kind, Some(PermissionDenied | ReadOnlyFilesystem)) {
                return self
                    .hint(format!("{variable} can name another directory, one that this user can write to"));
            }
            cause = error.source();
        }
        self
    }

    /// Adds an error that ended nothing yet, and is to be seen first.
    pub fn after(mut self, other: CommandError) -> Self {
        self.others.push(other);
        self
    }

    /// What stands before the message.
    pub fn prefix(&self) -> &'static str {
        match self.kind {
            Kind::User => "error: ",
            Kind::Diagnostics => "",
            Kind::Config => "config error: ",
            Kind::Command(_) => "",
            Kind::BuildFailed => "build failed: ",
            Kind::TestsFailed => "tests failed: ",
            Kind::Differs => "not reproducible: ",
            Kind::Undecided => "undecided: ",
            Kind::Interrupted => "interrupted: ",
            Kind::Internal => "internal error: ",
        }
    }

    /// The message.
    pub fn message(&self) -> String {
        self.message.clone()
    }

    /// The cause.
    pub fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self.source.as_ref()? {
            Cause::Error(error) => Some(error.as_ref()),
            Cause::SourceOf(error) => error.source(),
        }
    }

    /// Errors before this one.
    pub fn others(&self) -> &[CommandError] {
        &self.others
    }

    /// What to do.
    pub fn hints(&self) -> &[String] {
        &self.hints
    }

    /// A command's own status where the user had one run; else 1 for a wrong command or project, 3 for a failed build, 4 for
    /// failed tests, 5 for what cannot be decided, 6 for what was made again and is not the same, 70 for an error of ours, 130 when
    /// interrupted. (2 is the command line parser's.)
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self.kind {
            Kind::User | Kind::Diagnostics | Kind::Config => 1,
            Kind::Command(status) => status,
            Kind::BuildFailed => 3,
            Kind::TestsFailed => 4,
            Kind::Undecided => 5,
            Kind::Differs => 6,
            Kind::Internal => 70,
            Kind::Interrupted => 130,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::process::ExitCode;

    use super::CommandError;

    #[test]
    fn a_commands_own_status_is_ours() {
        let code = |status| format!("{:?}", CommandError::of_command(status).exit_code());
        for status in [1, 7, 255] {
            assert_eq!(code(Some(status)), format!("{:?}", ExitCode::from(status as u8)));
        }
        // What is no status: as ssh(1) says that there was none.
        assert_eq!([code(Some(300)), code(None)], [(); 2].map(|()| format!("{:?}", ExitCode::from(255))));
        assert_eq!(CommandError::of_command(None).message(), "the command was killed");
    }
}
