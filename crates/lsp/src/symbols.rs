//! What a file defines and loads, as far as its words say it.

use std::ops::Range;

use crate::scan::{Kind, Token};

/// Words that begin a statement and are no function's name.
const KEYWORDS: [&str; 12] =
    ["and", "def", "elif", "else", "for", "if", "in", "lambda", "load", "not", "or", "return"];

/// Something at the top of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Symbol {
    pub(crate) name: String,
    /// The bytes of its name.
    pub(crate) range: Range<usize>,
    /// What it takes and says of itself, when it is a function.
    pub(crate) function: Option<Function>,
}

/// A function.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Function {
    /// As it is written, from its name to its parentheses' end.
    pub(crate) signature: String,
    /// Its parameters, each with its default as it is written.
    pub(crate) parameters: Vec<(String, Option<String>)>,
    /// Whether it takes further arguments by name.
    pub(crate) takes_more: bool,
    /// Its docstring.
    pub(crate) doc: String,
}

/// A `load`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Load {
    /// The file, as it is written.
    pub(crate) label: String,
    /// Each name: as it is called here, and there.
    pub(crate) names: Vec<(String, String)>,
}

/// A call at the top of a file that says its `name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) name: String,
    /// The bytes between the quotes.
    pub(crate) range: Range<usize>,
}

/// Names that a file defines for others and for itself.
pub(crate) fn symbols(text: &str, tokens: &[Token]) -> Vec<Symbol> {
    let tokens: Vec<&Token> = tokens.iter().filter(|token| token.kind != Kind::Comment).collect();
    let mut symbols = Vec::new();
    for (index, token) in tokens.iter().enumerate().filter(|(_, token)| token.begins_line) {
        let next = tokens.get(index + 1);
        if token.is(text, "def") {
            let Some(name) = next.filter(|next| next.kind == Kind::Name) else { continue };
            let function = function(text, tokens.get(index + 1..).unwrap_or_default());
            let (name, range) = (name.text(text).to_owned(), name.range.clone());
            symbols.push(Symbol { name, range, function: Some(function) });
            continue;
        }
        let assigned = next.is_some_and(|next| next.kind == Kind::Mark('='));
        if token.kind == Kind::Name && assigned {
            let (name, range) = (token.text(text).to_owned(), token.range.clone());
            symbols.push(Symbol { name, range, function: None });
        }
    }
    symbols
}

/// A function, from its name on.
fn function(text: &str, tokens: &[&Token]) -> Function {
    let (mut depth, mut function, mut end) = (0, Function::default(), tokens.len());
    let mut part: Vec<&Token> = Vec::new();
    for (index, token) in tokens.iter().enumerate().skip(1) {
        match token.kind {
            Kind::Mark('(' | '[' | '{') => depth += 1,
            Kind::Mark(')' | ']' | '}') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            parameter(text, &part, &mut function);
            end = index;
            break;
        }
        match token.kind {
            Kind::Mark(',') if depth == 1 => {
                parameter(text, &part, &mut function);
                part.clear();
            }
            Kind::Mark('(') if depth == 1 && part.is_empty() => {}
            _ => part.push(token),
        }
    }
    if let (Some(first), Some(last)) = (tokens.first(), tokens.get(end)) {
        let written = text.get(first.range.start..last.range.end).unwrap_or_default();
        function.signature = written.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    let after = tokens.get(end + 1..).unwrap_or_default();
    let body = after.iter().position(|token| token.kind == Kind::Mark(':'));
    let first = body.and_then(|colon| after.get(colon + 1)).filter(|first| first.kind == Kind::String);
    function.doc = first.map(|doc| unindented(doc.text(text))).unwrap_or_default();
    function
}

fn parameter(text: &str, part: &[&Token], function: &mut Function) {
    let stars = part.iter().take_while(|token| token.kind == Kind::Mark('*')).count();
    let name = part.get(stars).filter(|token| token.kind == Kind::Name);
    match (stars, name) {
        (2, _) => function.takes_more = true,
        (0, Some(name)) => {
            let equals = part.iter().position(|token| token.kind == Kind::Mark('='));
            let value = equals.and_then(|at| Some((part.get(at + 1)?, part.last()?)));
            let default = value.and_then(|(first, last)| text.get(first.range.start..last.range.end));
            function.parameters.push((name.text(text).to_owned(), default.map(str::to_owned)));
        }
        _ => {}
    }
}

/// A docstring without what indents it.
fn unindented(text: &str) -> String {
    text.lines().map(str::trim_start).collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// What a file loads.
pub(crate) fn loads(text: &str, tokens: &[Token]) -> Vec<Load> {
    let starts = tokens.iter().enumerate().filter(|(_, token)| token.begins_line && token.is(text, "load"));
    starts.filter_map(|(index, _)| load(text, tokens.get(index..)?)).collect()
}

/// The `load` that a place is in, or the last one before it.
pub(crate) fn load_at(text: &str, tokens: &[Token], at: usize) -> Option<Load> {
    let start = |token: &Token| token.begins_line && token.range.start <= at && token.is(text, "load");
    load(text, tokens.get(tokens.iter().rposition(start)?..)?)
}

/// A `load`, from that word on.
fn load(text: &str, tokens: &[Token]) -> Option<Load> {
    let inside = tokens.iter().skip(2).take_while(|token| token.kind != Kind::Mark(')'));
    let (mut label, mut names, mut alias) = (None, Vec::new(), None);
    for token in inside {
        match token.kind {
            Kind::String if label.is_none() => label = Some(token.text(text).to_owned()),
            Kind::String => {
                let theirs = token.text(text).to_owned();
                names.push((alias.take().unwrap_or_else(|| theirs.clone()), theirs));
            }
            Kind::Name => alias = Some(token.text(text).to_owned()),
            _ => {}
        }
    }
    label.map(|label| Load { label, names })
}

/// Calls at the top of a file that say their `name` as it is.
pub(crate) fn named(text: &str, tokens: &[Token]) -> Vec<Named> {
    let tokens: Vec<&Token> = tokens.iter().filter(|token| token.kind != Kind::Comment).collect();
    let mut all = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let called = tokens.get(index + 1).is_some_and(|next| next.kind == Kind::Mark('('));
        let keyword = KEYWORDS.contains(&token.text(text));
        if !token.begins_line || token.kind != Kind::Name || !called || keyword {
            continue;
        }
        let mut depth = 0;
        for at in index + 1..tokens.len() {
            match tokens[at].kind {
                Kind::Mark('(' | '[' | '{') => depth += 1,
                Kind::Mark(')' | ']' | '}') => depth -= 1,
                _ => {}
            }
            if depth <= 0 {
                break;
            }
            let value = tokens.get(at + 2).filter(|value| value.kind == Kind::String && value.is_plain);
            let equals = tokens.get(at + 1).is_some_and(|next| next.kind == Kind::Mark('='));
            if let (1, true, true, Some(value)) = (depth, tokens[at].is(text, "name"), equals, value) {
                all.push(Named { name: value.text(text).to_owned(), range: value.inside.clone() });
                break;
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::tokens;

    #[test]
    fn a_class_defines_functions_and_values() {
        let text = "load(\"//classes/a.star\", \"x\", own = \"y\")\n_V = 1\n\ndef make(name, args = [1, (2)], *, more = {}, **kwargs):\n    \"\"\"Makes.\n\n    args: its arguments.\n    \"\"\"\n    w = 2\n";
        let tokens = tokens(text);
        let symbols = symbols(text, &tokens);
        let names: Vec<&str> = symbols.iter().map(|symbol| symbol.name.as_str()).collect();
        assert_eq!(names, ["_V", "make"]);
        let function = symbols[1].function.clone().unwrap();
        assert_eq!(function.signature, "make(name, args = [1, (2)], *, more = {}, **kwargs)");
        assert_eq!(function.doc, "Makes.\n\nargs: its arguments.");
        let parameter = |name: &str, default: Option<&str>| (name.to_owned(), default.map(str::to_owned));
        assert_eq!(
            function.parameters,
            [parameter("name", None), parameter("args", Some("[1, (2)]")), parameter("more", Some("{}"))]
        );
        assert!(function.takes_more);
        let pairs = vec![("x".to_owned(), "x".to_owned()), ("own".to_owned(), "y".to_owned())];
        assert_eq!(loads(text, &tokens), [Load { label: "//classes/a.star".to_owned(), names: pairs }]);
    }

    #[test]
    fn a_call_says_its_name() {
        let text = "unit(\n  tasks = [task(name = \"no\")],\n  name = \"yes\",\n)\nimage(name = \"a\" \nif (name = \"x\"):\n";
        let names: Vec<String> = named(text, &tokens(text)).into_iter().map(|named| named.name).collect();
        assert_eq!(names, ["yes", "a"]);
    }

    #[test]
    fn broken_text_gives_what_it_has() {
        for text in [
            "def",
            "def f",
            "def f(",
            "def f(a, b = ",
            "load(",
            "load(\"x",
            "unit(name =",
            "unit(name = \"",
            "def f(*, **",
        ] {
            let tokens = tokens(text);
            let _ = (symbols(text, &tokens), loads(text, &tokens), named(text, &tokens));
        }
        let text = "def f(a, b = ";
        assert_eq!(symbols(text, &tokens(text))[0].name, "f");
    }
}
