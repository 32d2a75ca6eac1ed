//! What a symbol can be set to.

use std::fmt;

use serde::Serialize;

/// A symbol's value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// `n`, or not set.
    No,
    /// `m`: built as a module.
    Module,
    /// `y`: built in.
    Yes,
    /// A decimal number.
    Int(i64),
    /// A number written with `0x`.
    Hex(u64),
    /// A string, without its quotes and escapes.
    Text(String),
}

impl Value {
    /// The line of a configuration that gives `symbol` this value, without its end.
    pub fn line(&self, symbol: &str) -> String {
        match self {
            Self::No => format!("# CONFIG_{symbol} is not set"),
            other => format!("CONFIG_{symbol}={other}"),
        }
    }

    /// The value as Kconfig compares it: strings without quotes.
    pub(crate) fn bare(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            other => other.to_string(),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::No => f.write_str("n"),
            Self::Module => f.write_str("m"),
            Self::Yes => f.write_str("y"),
            Self::Int(number) => write!(f, "{number}"),
            Self::Hex(number) => write!(f, "{number:#x}"),
            Self::Text(text) => write!(f, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
