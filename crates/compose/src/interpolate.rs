//! `${NAME}` in values, by the rules of the Compose specification. A device has the variables of the file's own `.env` and no
//! others, so one that is not there is a mistake rather than an empty text.

use std::collections::BTreeMap;

use crate::Problem;
use crate::yaml::{At, Node, Value};

/// The longest value after its variables were put in, in bytes.
const LONGEST: usize = 64 << 10;

/// The variables of a `.env`: lines of `NAME=VALUE`. What is none is left out, as Compose does.
pub fn dot_env(text: &str) -> BTreeMap<String, String> {
    let line = |line: &str| {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (name, value) = line.split_once('=').filter(|_| !line.starts_with('#'))?;
        Some((name.trim().to_owned(), plain(value.trim()).to_owned()))
    };
    text.lines().filter_map(line).collect()
}

/// A value without its quotes, or without the comment behind it.
fn plain(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some((inner, _)) = value.strip_prefix(quote).and_then(|rest| rest.split_once(quote)) {
            return inner;
        }
    }
    value.split_once(" #").map_or(value, |(value, _)| value.trim_end())
}

/// Replaces the variables in all values of the tree; keys stay as they are.
pub(crate) fn apply(node: &mut Node, variables: &BTreeMap<String, String>, problems: &mut Vec<Problem>) {
    let at = node.at;
    match &mut node.value {
        Value::Null => {}
        Value::Scalar { text, .. } if text.contains('$') => match (Reader { at, variables }).all(text, 0) {
            Ok(replaced) => *text = replaced,
            Err(problem) => problems.push(*problem),
        },
        Value::Scalar { .. } => {}
        Value::List(items) => items.iter_mut().for_each(|item| apply(item, variables, problems)),
        Value::Map(entries) => entries.iter_mut().for_each(|(_, node)| apply(node, variables, problems)),
    }
}

struct Reader<'a> {
    at: At,
    variables: &'a BTreeMap<String, String>,
}

impl Reader<'_> {
    fn all(&self, text: &str, depth: usize) -> Result<String, Box<Problem>> {
        if depth > 4 {
            return Err(self.wrong("variables stand in one another too deep"));
        }
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            out.push_str(before);
            if let Some(next) = after.strip_prefix('$') {
                out.push('$');
                rest = next;
            } else if let Some(braced) = after.strip_prefix('{') {
                let end = closing(braced).ok_or_else(|| self.wrong("`${` has no `}`"))?;
                out.push_str(&self.braced(&braced[..end], depth)?);
                rest = &braced[end + 1..];
            } else {
                let end = name_length(after);
                if end == 0 {
                    return Err(self
                        .wrong("`$` stands alone")
                        .hint(Some("write `$$` for a dollar sign".to_owned()))
                        .into());
                }
                out.push_str(self.value(&after[..end])?);
                rest = &after[end..];
            }
            if out.len() > LONGEST {
                return Err(self.wrong("the value is too long, its variables put in"));
            }
        }
        out.push_str(rest);
        Ok(out)
    }

    fn braced(&self, text: &str, depth: usize) -> Result<String, Box<Problem>> {
        let (name, rest) = text.split_at(name_length(text));
        if name.is_empty() {
            return Err(self.wrong(&format!("`${{{text}}}` names no variable")));
        }
        let (empty_too, operator) = match rest.strip_prefix(':') {
            Some(operator) => (true, operator),
            None => (false, rest),
        };
        let set = self.variables.get(name).filter(|value| !(empty_too && value.is_empty()));
        let word = |prefix| operator.strip_prefix(prefix);
        match (set, word('-'), word('?'), word('+')) {
            (Some(value), Some(_), ..) | (Some(value), _, Some(_), _) => Ok(value.clone()),
            (None, Some(default), ..) => self.all(default, depth + 1),
            (None, _, Some(message), _) => {
                Err(self.wrong(&format!("the variable `{name}` is not set: {message}")))
            }
            (Some(_), _, _, Some(other)) => self.all(other, depth + 1),
            (None, _, _, Some(_)) => Ok(String::new()),
            _ if rest.is_empty() => self.value(name).map(str::to_owned),
            _ => Err(self.wrong(&format!("`${{{text}}}` cannot be read"))),
        }
    }

    fn value(&self, name: &str) -> Result<&str, Box<Problem>> {
        self.variables.get(name).map(String::as_str).ok_or_else(|| {
            let near = yoe_model::nearest(name, self.variables.keys().map(String::as_str));
            let hint = near.map(|near| format!("did you mean `{near}`?")).unwrap_or_else(|| {
                format!("set it in the `.env` next to the file, or write `${{{name}:-default}}`; `$$` is a dollar sign")
            });
            Box::new((*self.wrong(&format!("the variable `{name}` is not set"))).hint(Some(hint)))
        })
    }

    fn wrong(&self, message: &str) -> Box<Problem> {
        Box::new(Problem::new(self.at, message))
    }
}

/// How many bytes of a text are a variable's name.
fn name_length(text: &str) -> usize {
    let first = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    let length = text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    if first { length } else { 0 }
}

/// Where the brace that ends this text is.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}
