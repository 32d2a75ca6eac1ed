//! Expressions have values once a configuration gives the symbols theirs.

use std::cmp::Ordering;

use super::{Expr, Kind, Operand, Order, Tree};
use crate::config::{Config, Value};

/// n, m or y, in the order of Kconfig: `&&` is the lesser, `||` the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// n
    No,
    /// m
    Module,
    /// y
    Yes,
}

/// Between which levels a value lies: a macro of unknown value may be n or y.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// The least possible value.
    pub least: Level,
    /// The greatest possible value.
    pub most: Level,
}

/// The values of a tree's symbols in a configuration.
#[derive(Clone, Copy, Debug)]
pub struct Values<'a> {
    /// The symbols.
    pub tree: &'a Tree,
    /// Their values.
    pub config: &'a Config,
}

impl Level {
    fn not(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Module => Self::Module,
            Self::Yes => Self::No,
        }
    }

    /// The level that a value asks for; strings and numbers count as n in expressions.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Yes => Self::Yes,
            Value::Module => Self::Module,
            _ => Self::No,
        }
    }

    /// The value of a configuration that gives this level.
    pub fn value(self) -> Value {
        match self {
            Self::Yes => Value::Yes,
            Self::Module => Value::Module,
            Self::No => Value::No,
        }
    }
}

impl Reach {
    const UNKNOWN: Self = Self { least: Level::No, most: Level::Yes };

    fn exactly(level: Level) -> Self {
        Self { least: level, most: level }
    }

    fn truth(holds: bool) -> Self {
        Self::exactly(if holds { Level::Yes } else { Level::No })
    }
}

impl Values<'_> {
    /// The value of an expression.
    pub fn reach(&self, expr: &Expr) -> Reach {
        match expr {
            Expr::Symbol(name) => Reach::exactly(self.level(name)),
            Expr::Probe(_) => Reach::UNKNOWN,
            Expr::Not(inner) => {
                let inner = self.reach(inner);
                Reach { least: inner.most.not(), most: inner.least.not() }
            }
            Expr::All(parts) => parts.iter().fold(Reach::exactly(Level::Yes), |so_far, part| {
                let part = self.reach(part);
                Reach { least: so_far.least.min(part.least), most: so_far.most.min(part.most) }
            }),
            Expr::Any(parts) => parts.iter().fold(Reach::exactly(Level::No), |so_far, part| {
                let part = self.reach(part);
                Reach { least: so_far.least.max(part.least), most: so_far.most.max(part.most) }
            }),
            Expr::Compare(left, order, right) => match (self.text(left), self.text(right)) {
                (Some(left), Some(right)) => Reach::truth(holds(&left, *order, &right)),
                _ => Reach::UNKNOWN,
            },
        }
    }

    /// The value of a symbol, or of one of the constants. What nothing defines is n.
    pub fn level(&self, name: &str) -> Level {
        match name {
            "y" => Level::Yes,
            "n" => Level::No,
            // Where there are no modules, m is n.
            "m" => Level::of(self.config.value("MODULES")).min(Level::Module),
            _ if self.tree.symbol(name).is_some() => Level::of(self.config.value(name)),
            _ => Level::No,
        }
    }

    /// A side of a comparison as text; `None` when it is unknown.
    fn text(&self, operand: &Operand) -> Option<String> {
        match operand {
            Operand::Text(text) => Some(text.clone()),
            Operand::Probe(_) => None,
            Operand::Symbol(name) => Some(match self.tree.symbol(name) {
                None => name.clone(),
                Some(symbol) => match (self.config.get(name), symbol.kind) {
                    (Some(entry), _) => entry.value.bare(),
                    (None, Some(Kind::Text | Kind::Int | Kind::Hex)) => String::new(),
                    (None, _) => "n".to_owned(),
                },
            }),
        }
    }
}

/// Compares as numbers where both are numbers, else as text.
fn holds(left: &str, order: Order, right: &str) -> bool {
    let ordering = match (number(left), number(right)) {
        (Some(left), Some(right)) => left.cmp(&right),
        _ => left.cmp(right),
    };
    match order {
        Order::Equal => ordering == Ordering::Equal,
        Order::NotEqual => ordering != Ordering::Equal,
        Order::Less => ordering == Ordering::Less,
        Order::AtMost => ordering != Ordering::Greater,
        Order::More => ordering == Ordering::Greater,
        Order::AtLeast => ordering != Ordering::Less,
    }
}

/// A number as Kconfig writes it, decimal or with `0x`.
pub(crate) fn number(text: &str) -> Option<i128> {
    match text.strip_prefix("0x") {
        Some(digits) => i128::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}
