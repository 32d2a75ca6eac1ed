//! From the parser's events to a tree.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, Span};

use super::{At, DEEPEST, Key, MOST, Node, Value, scalar};
use crate::Problem;

type Built<T> = Result<T, Box<Problem>>;

/// A collection that is not ended yet.
struct Open {
    at: At,
    anchor: usize,
    kind: Kind,
}

enum Kind {
    List(Vec<Node>),
    /// The key whose value comes next.
    Map(Vec<(Key, Node)>, Option<Key>),
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    anchors: HashMap<usize, (Node, usize)>,
    nodes: usize,
    documents: usize,
    root: Option<Node>,
}

pub(super) fn document(text: &str) -> Built<Node> {
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let mark = *error.marker();
            Box::new(Problem::new(At::of(Span::empty(mark)), format!("this is not YAML: {}", error.info())))
        })?;
        builder.take(event, At::of(span))?;
    }
    builder.root.ok_or_else(|| {
        let at = At { line: 1, column: 1, end: 2 };
        Box::new(Problem::new(at, "the file is empty").expected("a mapping with `services`"))
    })
}

fn fail<T>(at: At, message: &str) -> Built<T> {
    Err(Box::new(Problem::new(at, message)))
}

impl Builder {
    fn take(&mut self, event: Event<'_>, at: At) -> Built<()> {
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 { fail(at, "the file holds a second document") } else { Ok(()) }
            }
            Event::Scalar(text, style, anchor, _) => {
                self.count(at, 1)?;
                self.add(Node { at, value: scalar(&text, style) }, anchor)
            }
            Event::SequenceStart(anchor, _) => self.begin(at, anchor, Kind::List(Vec::new())),
            Event::MappingStart(anchor, _) => self.begin(at, anchor, Kind::Map(Vec::new(), None)),
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => {
                let Some((node, depth)) = self.anchors.get(&anchor).cloned() else {
                    return fail(at, "this stands for something that is not written before it");
                };
                if self.open.len() + depth > DEEPEST {
                    return fail(at, "values lie too deep in one another");
                }
                self.count(at, size(&node))?;
                self.add(Node { at, ..node }, 0)
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    fn count(&mut self, at: At, more: usize) -> Built<()> {
        self.nodes = self.nodes.saturating_add(more);
        if self.nodes > MOST {
            fail(at, "the file holds too many values, its aliases carried out")
        } else {
            Ok(())
        }
    }

    fn begin(&mut self, at: At, anchor: usize, kind: Kind) -> Built<()> {
        self.count(at, 1)?;
        if self.open.len() >= DEEPEST {
            return fail(at, "values lie too deep in one another");
        }
        self.open.push(Open { at, anchor, kind });
        Ok(())
    }

    fn end(&mut self) -> Built<()> {
        let Some(Open { at, anchor, kind }) = self.open.pop() else { return Ok(()) };
        let value = match kind {
            Kind::List(items) => Value::List(items),
            Kind::Map(entries, _) => Value::Map(merged(entries)?),
        };
        self.add(Node { at, value }, anchor)
    }

    fn add(&mut self, node: Node, anchor: usize) -> Built<()> {
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), depth(&node)));
        }
        match self.open.last_mut().map(|open| &mut open.kind) {
            None => self.root = Some(node),
            Some(Kind::List(items)) => items.push(node),
            Some(Kind::Map(entries, waiting)) => match waiting.take() {
                Some(key) => entries.push((key, node)),
                None => {
                    let text = match &node.value {
                        Value::Scalar { text, .. } => text.clone(),
                        Value::Null => "null".to_owned(),
                        Value::List(_) | Value::Map(_) => {
                            return fail(node.at, "a key must be a single value");
                        }
                    };
                    if text != MERGE && entries.iter().any(|(key, _)| key.text == text) {
                        return fail(node.at, &format!("`{text}` is written twice"));
                    }
                    *waiting = Some(Key { at: node.at, text });
                }
            },
        }
        Ok(())
    }
}

const MERGE: &str = "<<";

/// The entries with those of `<<`, of which a mapping's own hide the others.
fn merged(entries: Vec<(Key, Node)>) -> Built<Vec<(Key, Node)>> {
    let (merges, mut own): (Vec<_>, Vec<_>) = entries.into_iter().partition(|(key, _)| key.text == MERGE);
    for (_, node) in merges {
        let maps = match node.value {
            Value::List(items) => items,
            _ => vec![node],
        };
        for map in maps {
            let at = map.at;
            let Value::Map(entries) = map.value else {
                return fail(at, "`<<` takes a mapping or a list of them");
            };
            for (key, node) in entries {
                if !own.iter().any(|(known, _)| known.text == key.text) {
                    own.push((key, node));
                }
            }
        }
    }
    Ok(own)
}

/// How many nodes it is; it lies no deeper than [`DEEPEST`].
fn size(node: &Node) -> usize {
    let inner: usize = match &node.value {
        Value::List(items) => items.iter().map(size).sum(),
        Value::Map(entries) => entries.iter().map(|(_, node)| size(node)).sum(),
        Value::Null | Value::Scalar { .. } => 0,
    };
    inner + 1
}

fn depth(node: &Node) -> usize {
    let inner = match &node.value {
        Value::List(items) => items.iter().map(depth).max(),
        Value::Map(entries) => entries.iter().map(|(_, node)| depth(node)).max(),
        Value::Null | Value::Scalar { .. } => return 0,
    };
    inner.unwrap_or_default() + 1
}
