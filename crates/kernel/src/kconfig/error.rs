//! What can be wrong with Kconfig files.

use super::Location;

/// A Kconfig file that could not be read.
#[derive(Debug, thiserror::Error)]
#[error("{at}: {problem}")]
pub struct KconfigError {
    /// Where.
    pub at: Location,
    /// What.
    pub problem: ParseError,
    /// What the file system said.
    #[source]
    pub cause: Option<std::io::Error>,
}

/// Kinds of [`KconfigError`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// A file that is not there or cannot be read.
    #[error("cannot read {0}; is this the directory of a complete kernel source?")]
    Unreadable(String),
    /// A path that leaves the directory of the sources.
    #[error("`{0}` leads out of the directory of the sources")]
    Outside(String),
    /// A file that sources itself.
    #[error("{0} is read again while it is being read")]
    Recursive(String),
    /// Input that no kernel has.
    #[error("more than {limit} {what}; no kernel has that many")]
    TooMuch {
        /// What there is too much of.
        what: &'static str,
        /// How much is allowed.
        limit: usize,
    },
    /// A character outside the language.
    #[error("the character {0:?} has no meaning here")]
    Character(char),
    /// A string without its end.
    #[error("a string has no closing quote")]
    OpenString,
    /// `$(` without its end.
    #[error("`$(` has no closing parenthesis")]
    OpenMacro,
    /// Something else than the language has at this place.
    #[error("found {found}, expected {expected}")]
    Expected {
        /// What stands there.
        found: String,
        /// What may stand there.
        expected: &'static str,
    },
    /// A word that begins no statement.
    #[error("`{0}` is not a statement of the Kconfig language")]
    Unknown(String),
    /// A line that belongs to an entry but follows none.
    #[error("`{0}` belongs below an entry such as `config`, but none is open")]
    NoEntry(String),
    /// An `endif` and the like without its beginning.
    #[error("`{end}` does not end what is open{}", .open.as_ref().map_or_else(String::new, |at| format!(": see {at}")))]
    WrongEnd {
        /// The word found.
        end: String,
        /// Where the innermost open block begins.
        open: Option<Location>,
    },
    /// A block without its end.
    #[error("the block that begins here has no end in this file")]
    Open,
}
