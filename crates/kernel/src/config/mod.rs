//! Configurations: `.config`, fragments, `/proc/config.gz`.
//!
//! The format is the one Kconfig writes and reads:
//!
//! ```text
//! # Linux/x86 6.12.107 Kernel Configuration
//! CONFIG_VETH=y
//! CONFIG_PANIC_TIMEOUT=10
//! CONFIG_LSM="landlock,yama"
//! # CONFIG_BTRFS_FS is not set
//! ```
//!
//! `CONFIG_X=n` is accepted as `# CONFIG_X is not set`. CRLF line ends are accepted. A comment may follow a value, as
//! Kconfig itself allows, but not after a number: Kconfig would read it as part of the number.
//!
//! Limits, so that no input costs too much: [`MAX_TEXT`] bytes after decompression, [`MAX_LINE`] bytes a
//! line.

mod error;
mod line;
mod read;
mod value;

use std::collections::BTreeMap;

pub use error::{ConfigError, LineError};
pub(crate) use line::{Line, parse_line};
pub use read::{MAX_LINE, MAX_TEXT, read_text};
pub(crate) use read::{Numbered, lines};
pub use value::Value;

use crate::KernelVersion;

/// A configuration: each symbol's value and where it stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    entries: BTreeMap<String, Entry>,
    version: Option<KernelVersion>,
    arch: Option<String>,
}

/// One symbol's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The value; [`Value::No`] for `is not set`.
    pub value: Value,
    /// The line, counted from 1.
    pub line: usize,
}

impl Config {
    /// Reads a configuration from the bytes of a file, compressed with gzip or not.
    ///
    /// # Errors
    /// [`ConfigError`] with the line, when the bytes are not text, not a configuration or more than the limits.
    pub fn parse(bytes: &[u8]) -> Result<Self, ConfigError> {
        let text = read_text(bytes)?;
        let mut config = Self::default();
        for numbered in lines(&text) {
            let Numbered { line, text } = numbered?;
            config.take_header(text);
            match parse_line(text).map_err(|problem| ConfigError::Line { line, problem })? {
                // The last one counts, as for Kconfig.
                Line::Setting { symbol, value, .. } => {
                    config.entries.insert(symbol.to_owned(), Entry { value, line });
                }
                Line::Comment(_) | Line::Blank => {}
            }
        }
        Ok(config)
    }

    fn take_header(&mut self, text: &str) {
        if self.version.is_none()
            && let Some(version) = KernelVersion::from_header(text)
        {
            self.version = Some(version);
            self.arch =
                text.strip_prefix("# Linux/").and_then(|rest| rest.split(' ').next()).map(str::to_owned);
        }
    }

    /// What the text says about `symbol`; `None` when it does not name it.
    pub fn get(&self, symbol: &str) -> Option<&Entry> {
        self.entries.get(symbol)
    }

    /// The value of `symbol`; a symbol that is not named is [`Value::No`], as for the kernel's build.
    pub fn value(&self, symbol: &str) -> &Value {
        self.entries.get(symbol).map_or(&Value::No, |entry| &entry.value)
    }

    /// Whether `symbol` is `y` or `m`.
    pub fn is_set(&self, symbol: &str) -> bool {
        matches!(self.value(symbol), Value::Yes | Value::Module)
    }

    /// Every symbol that the text names, in the order of names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries.iter().map(|(symbol, entry)| (symbol.as_str(), entry))
    }

    /// The kernel's version from the header line that Kconfig writes; fragments have none.
    pub fn version(&self) -> Option<KernelVersion> {
        self.version
    }

    /// The architecture from the same line, in Kbuild's words (`x86`, `x86_64`, `arm64`).
    pub fn arch(&self) -> Option<&str> {
        self.arch.as_deref()
    }

    /// Whether the text names every symbol that the kernel has, as the `.config` of a build does. A defconfig and a
    /// fragment do not: what they leave out has Kconfig's default, which they do not show.
    ///
    /// Told by what Kconfig alone writes: its header line, or a symbol that every kernel has and nobody can choose, which
    /// `make savedefconfig` therefore leaves out.
    pub fn is_whole(&self) -> bool {
        self.version.is_some() || self.get("INIT_ENV_ARG_LIMIT").is_some()
    }

    /// How many symbols the text names.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether the text names no symbol at all.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

#[cfg(test)]
mod tests;
