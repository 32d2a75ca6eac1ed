//! What can be wrong with a configuration's text.

/// A text that could not be read as a configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// More text than any configuration has.
    #[error("the configuration is longer than {limit} bytes{}; a kernel's has a few hundred thousand", if *.compressed { " when unpacked" } else { "" })]
    TooLong {
        /// The limit, in bytes.
        limit: usize,
        /// Whether the text came out of gzip.
        compressed: bool,
    },
    /// A gzip stream that is damaged or cut short.
    #[error("the gzip stream of the configuration cannot be unpacked; copy the file again")]
    Gzip(#[source] std::io::Error),
    /// A kernel, whose configuration is not to be seen in it.
    #[error(
        "this is a kernel, and its configuration is packed inside it or not there; `scripts/extract-ikconfig` of the \
         kernel's sources prints it when the kernel was built with CONFIG_IKCONFIG"
    )]
    Kernel,
    /// A byte that no text has.
    #[error(
        "line {line} holds binary data; expected the text of a kernel configuration, or such a text packed with gzip"
    )]
    Binary {
        /// The line, counted from 1.
        line: usize,
    },
    /// Bytes that are not UTF-8.
    #[error("line {line} is not UTF-8; write its value in UTF-8 or plain ASCII")]
    NotUtf8 {
        /// The line, counted from 1.
        line: usize,
    },
    /// A line longer than any option's.
    #[error("line {line} is {length} bytes long; a line of a configuration has at most {limit}")]
    LongLine {
        /// The line, counted from 1.
        line: usize,
        /// Its length, in bytes.
        length: usize,
        /// The limit, in bytes.
        limit: usize,
    },
    /// A line that is neither a setting, a comment nor blank.
    #[error("line {line}: {problem}")]
    Line {
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        problem: LineError,
    },
}

/// What is wrong with one line. Shown texts are cut to a length that fits a screen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// Neither a setting nor a comment.
    #[error("`{0}` is not a setting; expected `CONFIG_X=value`, `# CONFIG_X is not set` or a comment")]
    NotASetting(String),
    /// A name that no symbol can have.
    #[error("`{0}` is not a symbol name; expected letters, digits and `_` after `CONFIG_`")]
    Name(String),
    /// No value after `=`.
    #[error("CONFIG_{0} has no value; expected y, m, n, a number or a quoted string")]
    NoValue(String),
    /// A value of no known kind.
    #[error("CONFIG_{symbol} has the value `{value}`; expected y, m, n, a number or a quoted string")]
    Value {
        /// The symbol.
        symbol: String,
        /// What stands there.
        value: String,
    },
    /// A number that does not fit 64 bits.
    #[error("CONFIG_{symbol}: the number `{value}` does not fit 64 bits")]
    Number {
        /// The symbol.
        symbol: String,
        /// What stands there.
        value: String,
    },
    /// A string without its end.
    #[error("CONFIG_{0}: the string has no closing quote")]
    OpenString(String),
    /// Something after the value.
    #[error("CONFIG_{symbol}: `{rest}` stands after the value; only a comment may")]
    Trailing {
        /// The symbol.
        symbol: String,
        /// What stands there.
        rest: String,
    },
    /// A comment after a number.
    #[error(
        "CONFIG_{0}: Kconfig reads a comment after a number as part of it; move the comment to a line above"
    )]
    CommentAfterNumber(String),
}
