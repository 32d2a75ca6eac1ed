//! YAML as a tree whose every node knows its place. Aliases and merge keys are carried out, within bounds.

mod build;

use saphyr_parser::{ScalarStyle, Span};

use crate::{LARGEST, Problem};

/// The most nodes of a file, those that aliases stand for included.
const MOST: usize = 50_000;
/// The deepest that nodes lie in nodes.
const DEEPEST: usize = 24;

/// A place in the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// The column behind its last character, where it ends in the same line.
    pub end: u32,
}

impl At {
    fn of(span: Span) -> Self {
        let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        let (line, column) = (number(span.start.line()), number(span.start.col()).saturating_add(1));
        let same = span.end.line() == span.start.line() && span.end.col() > span.start.col();
        let end = if same { number(span.end.col()).saturating_add(1) } else { column.saturating_add(1) };
        Self { line, column, end }
    }
}

/// A node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) at: At,
    pub(crate) value: Value,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// Nothing is written, or `null`.
    Null,
    /// Text, a number, a truth value.
    Scalar {
        text: String,
        plain: bool,
    },
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key of a mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) at: At,
    pub(crate) text: String,
}

impl Node {
    /// What it is, as messages name it.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.value {
            Value::Null => "nothing",
            Value::Scalar { .. } => "a single value",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// Its text, when it is a single value.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Its entries, when it is a mapping.
    pub(crate) fn entries(&self) -> &[(Key, Node)] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// Its elements, when it is a list.
    pub(crate) fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The value of a key, when it is a mapping.
    pub(crate) fn get(&self, name: &str) -> Option<&Node> {
        self.entries().iter().find(|(key, _)| key.text == name).map(|(_, node)| node)
    }

    /// Whether it says `true`, in the words of YAML 1.1 too.
    pub(crate) fn is_true(&self) -> bool {
        matches!(self.text(), Some("true" | "True" | "TRUE" | "yes" | "on"))
    }
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    let plain = style == ScalarStyle::Plain;
    if plain && matches!(text, "" | "~" | "null" | "Null" | "NULL") {
        return Value::Null;
    }
    Value::Scalar { text: text.to_owned(), plain }
}

/// The one document of a text.
pub(crate) fn read(text: &str) -> Result<Node, Box<Problem>> {
    if text.len() > LARGEST {
        let at = At { line: 1, column: 1, end: 2 };
        return Err(Box::new(Problem::new(at, format!("the file is larger than {} MiB", LARGEST >> 20))));
    }
    build::document(text)
}
