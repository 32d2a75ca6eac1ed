//! Expressions over symbols.

use std::fmt;

use super::error::ParseError;
use super::lexer::{Order, Token};

/// How deep parentheses and `!` may nest. The kernel's own expressions stay below 10.
const MAX_DEPTH: usize = 100;

/// An expression, as `depends on`, `if` and `default` have it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Expr {
    /// A symbol, or one of the constants y, m, n.
    Symbol(String),
    /// A macro whose value only a compiler or another program can tell.
    Probe(String),
    /// `!a`
    Not(Box<Expr>),
    /// `a && b && …`
    All(Vec<Expr>),
    /// `a || b || …`
    Any(Vec<Expr>),
    /// `a = b`, `a < b` and the like.
    Compare(Operand, Order, Operand),
}

/// A side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Operand {
    /// A symbol, or a number: a name that nothing defines stands for itself.
    Symbol(String),
    /// A string.
    Text(String),
    /// A macro of unknown value.
    Probe(String),
}

/// Reads tokens from the left.
pub(super) struct Reader<'a> {
    pub tokens: &'a [Token],
}

impl<'a> Reader<'a> {
    pub fn next(&mut self) -> Option<&'a Token> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    /// Takes the word `word` when it comes next.
    pub fn take_word(&mut self, word: &str) -> bool {
        let here = matches!(self.tokens.first(), Some(Token::Word(text)) if text == word);
        if here {
            self.next();
        }
        here
    }

    fn take(&mut self, token: &Token) -> bool {
        let here = self.tokens.first() == Some(token);
        if here {
            self.next();
        }
        here
    }

    pub fn expected(&self, expected: &'static str) -> ParseError {
        ParseError::Expected { found: Token::shown(self.tokens.first()), expected }
    }

    /// Nothing may be left.
    pub fn end(&self) -> Result<(), ParseError> {
        if self.tokens.is_empty() { Ok(()) } else { Err(self.expected("the end of the line")) }
    }

    /// An expression.
    pub fn expr(&mut self) -> Result<Expr, ParseError> {
        self.any(0)
    }

    fn any(&mut self, depth: usize) -> Result<Expr, ParseError> {
        let mut parts = vec![self.all(depth)?];
        while self.take(&Token::Or) {
            parts.push(self.all(depth)?);
        }
        Ok(one_or(parts, Expr::Any))
    }

    fn all(&mut self, depth: usize) -> Result<Expr, ParseError> {
        let mut parts = vec![self.single(depth)?];
        while self.take(&Token::And) {
            parts.push(self.single(depth)?);
        }
        Ok(one_or(parts, Expr::All))
    }

    fn single(&mut self, depth: usize) -> Result<Expr, ParseError> {
        if depth > MAX_DEPTH {
            return Err(ParseError::TooMuch { what: "nested parentheses", limit: MAX_DEPTH });
        }
        if self.take(&Token::Not) {
            return Ok(Expr::Not(Box::new(self.single(depth + 1)?)));
        }
        if self.take(&Token::Open) {
            let inner = self.any(depth + 1)?;
            return if self.take(&Token::Close) { Ok(inner) } else { Err(self.expected("`)`")) };
        }
        let left = self.operand()?;
        if let Some(Token::Order(order)) = self.tokens.first() {
            self.next();
            return Ok(Expr::Compare(left, *order, self.operand()?));
        }
        Ok(match left {
            Operand::Symbol(text) | Operand::Text(text) => Expr::Symbol(text),
            Operand::Probe(text) => Expr::Probe(text),
        })
    }

    fn operand(&mut self) -> Result<Operand, ParseError> {
        let operand = match self.tokens.first() {
            Some(Token::Word(text)) => Operand::Symbol(text.clone()),
            Some(Token::Quoted(text)) => Operand::Text(text.clone()),
            Some(Token::Probe(text)) => Operand::Probe(text.clone()),
            _ => return Err(self.expected("a symbol or a string")),
        };
        self.next();
        Ok(operand)
    }
}

fn one_or(mut parts: Vec<Expr>, many: fn(Vec<Expr>) -> Expr) -> Expr {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            many(parts)
        }
        None => many(parts),
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Symbol(text) | Self::Probe(text) => f.write_str(text),
            Self::Text(text) => write!(f, "\"{text}\""),
        }
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, parts: &[Expr], between: &str| {
            for (index, part) in parts.iter().enumerate() {
                f.write_str(if index == 0 { "" } else { between })?;
                match part {
                    Self::Any(_) | Self::All(_) => write!(f, "({part})")?,
                    other => write!(f, "{other}")?,
                }
            }
            Ok(())
        };
        match self {
            Self::Symbol(text) | Self::Probe(text) => f.write_str(text),
            Self::Not(inner) if matches!(**inner, Self::Symbol(_) | Self::Probe(_)) => write!(f, "!{inner}"),
            Self::Not(inner) => write!(f, "!({inner})"),
            Self::All(parts) => list(f, parts, " && "),
            Self::Any(parts) => list(f, parts, " || "),
            Self::Compare(left, order, right) => write!(f, "{left} {order} {right}"),
        }
    }
}
