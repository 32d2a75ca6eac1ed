//! Kconfig files: the symbols of a kernel and what each depends on.
//!
//! The language is that of the kernel's Documentation/kbuild/kconfig-language.rst. What this reader does with the rest:
//!
//! - Nothing is run. A macro that would run a program (`$(cc-option,…)`, `$(success,…)`, `$(shell,…)`) becomes a
//!   [`Expr::Probe`], whose value is unknown.
//! - Help texts are skipped.
//! - `source` with an unknown macro in its path is skipped with a note in [`Tree::notes`].

mod environment;
mod error;
mod evaluate;
mod expr;
mod files;
mod lexer;
mod parser;
mod property;
mod sources;
mod statement;
mod tree;

use std::fmt;
use std::sync::Arc;

pub use environment::Environment;
pub use error::{KconfigError, ParseError};
pub(crate) use evaluate::number;
pub use evaluate::{Level, Reach, Values};
pub use expr::{Expr, Operand};
pub use lexer::Order;
pub use parser::parse;
pub use sources::{Directory, Sources};
pub use tree::{Choice, Condition, Default, Definition, Kind, Prompt, Reverse, Span, Symbol, Tree};

/// A line of a Kconfig file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// Path below the directory of the sources.
    pub file: Arc<str>,
    /// Counted from 1.
    pub line: usize,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

#[cfg(test)]
mod tests;
