//! The shape of a Compose file: which keys there are, and what their values look like.

mod tables;

use crate::Problem;
use crate::yaml::{At, Key, Node, Value};

/// What a value may be.
#[derive(Debug)]
enum Shape {
    /// Anything.
    Any,
    /// A single value.
    Text,
    /// `true` or `false`.
    Truth,
    /// A whole number.
    Whole,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list of single values.
    Texts,
    /// A single value or a list of them.
    OneOrTexts,
    /// A mapping of single values, or a list of `NAME=VALUE`.
    Pairs,
    /// A list, each of which has this shape.
    List(&'static Shape),
    /// A mapping with these keys.
    Fields(&'static [Field]),
    /// A mapping whose keys are names.
    Named(&'static Shape),
    /// The first of these that fits by its kind.
    Either(&'static [Shape]),
    /// Nothing, or this.
    Maybe(&'static Shape),
}

/// A key and what it takes.
#[derive(Debug)]
struct Field {
    name: &'static str,
    takes: Takes,
}

/// What a key takes.
#[derive(Debug)]
enum Takes {
    /// A value of this shape.
    Value(Shape),
    /// The specification knows it, and devices do not; what to do instead.
    Nothing(&'static str),
}

/// Reports every key that is not known, and every value of the wrong shape.
pub(crate) fn check(root: &Node, problems: &mut Vec<Problem>) {
    Checker { problems }.fields(root, tables::FILE, "the file");
}

struct Checker<'a> {
    problems: &'a mut Vec<Problem>,
}

impl Checker<'_> {
    fn value(&mut self, node: &Node, shape: &Shape, name: &str) {
        match shape {
            Shape::Any => {}
            Shape::Maybe(_) if node.value == Value::Null => {}
            Shape::Maybe(shape) => self.value(node, shape, name),
            Shape::Either(shapes) => match shapes.iter().find(|shape| fits(node, shape)) {
                Some(shape) => self.value(node, shape, name),
                None => self.wrong(node, name, &shape.expected()),
            },
            _ if !fits(node, shape) => self.wrong(node, name, &shape.expected()),
            Shape::Text => {}
            Shape::Truth => {
                if !matches!(
                    node.text(),
                    Some("true" | "false" | "True" | "False" | "yes" | "no" | "on" | "off")
                ) {
                    self.wrong_text(node, name, "`true` or `false`");
                }
            }
            Shape::Whole => {
                if node.text().is_none_or(|text| text.parse::<i64>().is_err()) {
                    self.wrong_text(node, name, "a whole number");
                }
            }
            Shape::Word(words) => {
                let text = node.text().unwrap_or_default();
                if !words.contains(&text) {
                    let message = format!("`{name}` is {text:?}");
                    let problem = Problem::new(node.at, message).expected(words.join(", "));
                    self.problems.push(problem.near(text, words.iter().copied()));
                }
            }
            Shape::Texts | Shape::OneOrTexts => self.texts(node, name),
            Shape::Pairs => self.pairs(node, name),
            Shape::List(shape) => node.items().iter().for_each(|item| self.value(item, shape, name)),
            Shape::Named(shape) => {
                node.entries().iter().for_each(|(key, node)| self.value(node, shape, &key.text));
            }
            Shape::Fields(fields) => self.fields(node, fields, &format!("`{name}`")),
        }
    }

    fn texts(&mut self, node: &Node, name: &str) {
        for item in node.items().iter().filter(|item| item.text().is_none()) {
            self.wrong(item, name, "a single value");
        }
    }

    fn pairs(&mut self, node: &Node, name: &str) {
        self.texts(node, name);
        let single = |node: &Node| matches!(node.value, Value::Null | Value::Scalar { .. });
        for (key, value) in node.entries().iter().filter(|(_, value)| !single(value)) {
            self.wrong(value, &key.text, "a single value");
        }
    }

    fn fields(&mut self, node: &Node, fields: &[Field], of: &str) {
        if !matches!(node.value, Value::Map(_)) {
            let problem = Problem::new(node.at, format!("{of} is {}", node.kind()));
            self.problems.push(problem.expected("a mapping"));
            return;
        }
        for (key, value) in node.entries().iter().filter(|(key, _)| !key.text.starts_with("x-")) {
            match fields.iter().find(|field| field.name == key.text).map(|field| &field.takes) {
                Some(Takes::Value(shape)) => self.value(value, shape, &key.text),
                Some(Takes::Nothing(instead)) => self.unsupported(key, instead),
                None => self.unknown(key, fields, of),
            }
        }
    }

    fn unsupported(&mut self, key: &Key, instead: &str) {
        let message = format!("devices do not support `{}`", key.text);
        self.problems.push(Problem::new(key.at, message).hint(Some(instead.to_owned())));
    }

    fn unknown(&mut self, key: &Key, fields: &[Field], of: &str) {
        let names = fields.iter().filter(|field| matches!(field.takes, Takes::Value(_)));
        let problem = Problem::new(key.at, format!("{of} has no key `{}`", key.text));
        self.problems.push(problem.near(&key.text, names.map(|field| field.name)));
    }

    fn wrong(&mut self, node: &Node, name: &str, expected: &str) {
        let problem = Problem::new(node.at, format!("`{name}` cannot be {}", node.kind()));
        self.problems.push(problem.expected(expected));
    }

    fn wrong_text(&mut self, node: &Node, name: &str, expected: &str) {
        let message = format!("`{name}` is {:?}", node.text().unwrap_or_default());
        self.problems.push(Problem::new(node.at, message).expected(expected));
    }
}

/// Whether a node is of the kind that a shape has.
fn fits(node: &Node, shape: &Shape) -> bool {
    let map = matches!(node.value, Value::Map(_));
    let list = matches!(node.value, Value::List(_));
    let text = matches!(node.value, Value::Scalar { .. });
    match shape {
        Shape::Any => true,
        Shape::Text | Shape::Truth | Shape::Whole | Shape::Word(_) => text,
        Shape::Texts | Shape::List(_) => list,
        Shape::OneOrTexts => list || text,
        Shape::Pairs => list || map,
        Shape::Fields(_) | Shape::Named(_) => map,
        Shape::Maybe(shape) => node.value == Value::Null || fits(node, shape),
        Shape::Either(shapes) => shapes.iter().any(|shape| fits(node, shape)),
    }
}

impl Shape {
    fn expected(&self) -> String {
        match self {
            Shape::Any => "anything".to_owned(),
            Shape::Text => "a single value".to_owned(),
            Shape::Truth => "`true` or `false`".to_owned(),
            Shape::Whole => "a whole number".to_owned(),
            Shape::Word(words) => words.join(", "),
            Shape::Texts | Shape::List(_) => "a list".to_owned(),
            Shape::OneOrTexts => "a single value or a list".to_owned(),
            Shape::Pairs => "a mapping, or a list of NAME=VALUE".to_owned(),
            Shape::Fields(_) | Shape::Named(_) => "a mapping".to_owned(),
            Shape::Maybe(shape) => shape.expected(),
            Shape::Either(shapes) => {
                let all: Vec<String> = shapes.iter().map(Shape::expected).collect();
                all.join(", or ")
            }
        }
    }
}

/// The place of a file as a whole.
pub(crate) const START: At = At { line: 1, column: 1, end: 2 };
