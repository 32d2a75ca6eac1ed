//! What Kconfig files say, put together.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Expr, Location, Operand};

/// All symbols of a kernel for one architecture.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    pub(super) symbols: BTreeMap<String, Symbol>,
    pub(super) choices: Vec<Choice>,
    pub(super) notes: Vec<String>,
    pub(super) files: usize,
}

/// A symbol.
#[derive(Clone, Debug, Default)]
pub struct Symbol {
    /// What values it takes; `None` when nothing says so.
    pub kind: Option<Kind>,
    /// Each `config` or `menuconfig` that defines it. Its dependencies are those of any one definition.
    pub definitions: Vec<Definition>,
    /// Who forces it on.
    pub selected_by: Vec<Reverse>,
    /// Who suggests it.
    pub implied_by: Vec<Reverse>,
}

/// What values a symbol takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// n or y
    Bool,
    /// n, m or y
    Tristate,
    /// A string
    Text,
    /// A decimal number
    Int,
    /// A hexadecimal number
    Hex,
}

/// A condition and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// What must hold.
    pub expr: Expr,
    /// The line that says so: `depends on`, or the `if`, `menu` or `choice` around the symbol.
    pub at: Location,
}

/// One definition of a symbol.
#[derive(Clone, Debug)]
pub struct Definition {
    /// The line of `config`.
    pub at: Location,
    /// The question that a user can answer; without one, only defaults and `select` set the symbol here.
    pub prompt: Option<Prompt>,
    /// All of these must hold.
    pub depends: Vec<Arc<Condition>>,
    /// All of these must hold for the prompt to be asked, in addition to `depends`.
    pub visible: Vec<Arc<Condition>>,
    /// The first whose condition holds counts.
    pub defaults: Vec<Default>,
    /// Bounds of numbers.
    pub ranges: Vec<Span>,
    /// The choice that it is a member of, an index for [`Tree::choice`].
    pub choice: Option<usize>,
}

/// A prompt.
#[derive(Clone, Debug)]
pub struct Prompt {
    /// The text.
    pub text: String,
    /// When it is asked.
    pub when: Option<Condition>,
}

/// A default.
#[derive(Clone, Debug)]
pub struct Default {
    /// The value.
    pub value: Expr,
    /// When it counts.
    pub when: Option<Expr>,
    /// The line.
    pub at: Location,
}

/// The bounds of a number.
#[derive(Clone, Debug)]
pub struct Span {
    /// The least value.
    pub low: Operand,
    /// The greatest value.
    pub high: Operand,
    /// When the bounds hold.
    pub when: Option<Expr>,
    /// The line.
    pub at: Location,
}

/// A `select` or `imply`, seen from its target.
#[derive(Clone, Debug)]
pub struct Reverse {
    /// The symbol whose entry has the line.
    pub by: String,
    /// When it counts, in addition to `by` being set.
    pub when: Option<Expr>,
    /// The line.
    pub at: Location,
}

/// Symbols of which one is on.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The line.
    pub at: Location,
    /// Its text.
    pub prompt: Option<String>,
    /// The symbols, in order.
    pub members: Vec<String>,
}

impl Tree {
    /// A symbol by its name without `CONFIG_`.
    pub fn symbol(&self, name: &str) -> Option<&Symbol> {
        self.symbols.get(name).filter(|symbol| !symbol.definitions.is_empty())
    }

    /// Every symbol that is defined, in the order of names.
    pub fn symbols(&self) -> impl Iterator<Item = (&str, &Symbol)> {
        self.symbols
            .iter()
            .filter(|(_, symbol)| !symbol.definitions.is_empty())
            .map(|(name, symbol)| (name.as_str(), symbol))
    }

    /// A choice by its index.
    pub fn choice(&self, index: usize) -> Option<&Choice> {
        self.choices.get(index)
    }

    /// What was skipped, and why.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// How many files were read.
    pub fn files(&self) -> usize {
        self.files
    }
}
