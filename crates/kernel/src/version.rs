//! Kernel versions, as `uname -r` and a configuration's header write them.

use std::fmt;

use serde::Serialize;

/// A kernel's version: what rules about kernels compare.
///
/// What distributions append (`-25-amd64`, `-rc3`, `+deb13`) is not part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KernelVersion {
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: u32,
    /// The third number; 0 when there is none.
    pub patch: u32,
}

/// A text that is not a kernel version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a kernel version; expected numbers as in `6.12.107` or `6.1.0-25-amd64`")]
pub struct VersionError {
    text: String,
}

impl KernelVersion {
    /// The version `major.minor.0`.
    pub const fn new(major: u32, minor: u32) -> Self {
        Self { major, minor, patch: 0 }
    }

    /// Reads `6.12`, `6.12.107`, `6.1.0-25-amd64`, `7.0-rc3`, `6.12.59perf`: two or three numbers joined by dots, then
    /// whatever was appended to them (`CONFIG_LOCALVERSION` is free text).
    ///
    /// # Errors
    /// The text does not start with two numbers joined by a dot, or one does not fit 32 bits.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        let wrong = || VersionError { text: text.chars().take(64).collect() };
        let (major, rest) = number(text).ok_or_else(wrong)?;
        let (minor, rest) = rest.strip_prefix('.').and_then(number).ok_or_else(wrong)?;
        let patch = match rest.strip_prefix('.') {
            Some(rest) => number(rest).ok_or_else(wrong)?.0,
            None => 0,
        };
        Ok(Self { major, minor, patch })
    }

    /// The version in a configuration's header line, `# Linux/x86 6.12.107 Kernel Configuration`.
    ///
    /// `None` when `line` is not such a header.
    pub fn from_header(line: &str) -> Option<Self> {
        let inner = line.strip_prefix("# Linux/")?.strip_suffix(" Kernel Configuration")?;
        Self::parse(inner.split_once(' ')?.1).ok()
    }
}

/// The number that `text` starts with, and what follows it.
fn number(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    Some((digits.parse().ok()?, rest))
}

impl fmt::Display for KernelVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl Serialize for KernelVersion {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests;
